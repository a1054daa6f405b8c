"""Fit the judge that finds the place of a lesson, from `data/places` and `data/twins`; `python -m lic.training.judges` does.

A line of `data/places` is a subject with its questions, each with differently worded statements that answer it. Memories are put together from them, in
which each question has one statement or some or none, and other statements are said to these memories. What each is compared with is what the data
manager would compare it with, so that the probabilities are calibrated for a memory. Twins are pairs in nearly the same words, which is where a judge of
likeness goes wrong. Every statement is prepared as a lesson by the reader that also serves a turn, with its mistakes.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from lic.data_management.place import COLLECTS, may_be_same, of_one_subject
from lic.data_management.places import CANDIDATES
from lic.head import JudgeHead, load_head, write_head
from lic.jsonl import read_jsonl
from lic.judges.likeness import COMMAND, Likeness
from lic.judges.same_question import LABELS, rows, statement_of
from lic.language import key
from lic.training.learned import AT, Learned
from lic.types import Entry, Lesson, Vector

MEMORIES = 3
"""So many times memories are put together from all groups."""
SIZES = (1, 3, 10, 40)
"""Memories are of so many groups: somebody who begins has told little, and then anything is the nearest."""
NEAR_SHARE = 0.5
"""In so many groups the near subject's statements are known too."""
UNKNOWN_SHARE = 0.2
"""Of so many questions nothing is known."""
MOST_KNOWN = 3
SAID = 2
"""So many statements of each question are said to a memory."""
HIDDEN = 48
STRENGTH = 2.0
TWINS = 10
"""So many times each pair of twins is shown; of the others there are many from each statement."""
BESIDE_TWINS = 8
"""In a memory with so many other statements."""


@dataclass(frozen=True, slots=True)
class Told:
    """A statement with its value, and the question that it answers; None where that is not written."""

    text: str
    value: str = ""
    question: tuple[int, int] | None = None
    many: bool = False

    def to(self, known: "Told") -> str:
        """What this statement is to one that is known."""
        if self.question is None or self.question != known.question:
            return "other"
        return "again" if key(self.value) == key(known.value) else "adds" if self.many else "replaces"


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known, and what is then said, with the number of its group and, where it is written, what it is to the first one that is known."""

    known: tuple[Told, ...]
    said: tuple[tuple[Told, int, str | None], ...]


def memories(groups: Sequence[Mapping[str, Any]], chance: random.Random) -> Iterator[Memory]:
    """Memories from all groups, some of them at a time."""
    numbers = list(range(len(groups)))
    chance.shuffle(numbers)
    while numbers:
        size = chance.choice(SIZES)
        some, numbers = numbers[:size], numbers[size:]
        known: list[Told] = []
        said: list[tuple[Told, int, str | None]] = []
        for number in some:
            if chance.random() < NEAR_SHARE:
                known += [Told(text) for text in groups[number]["near"]["statements"]]
            for i, question in enumerate(groups[number]["questions"]):
                told = [Told(text, value, (number, i), question["many"]) for name in ("statements", "again", "changes") for text, value in question[name]]
                chance.shuffle(told)
                n = chance.randint(1, MOST_KNOWN) if question["many"] else chance.choice((1, 1, 1, 2))
                n = 0 if chance.random() < UNKNOWN_SHARE else min(n, len(told) - 1)
                known += told[:n]
                said += [(one, number, None) for one in told[n : n + SAID]]
        yield Memory(tuple(known), tuple(said))


def twins(pairs: Sequence[Mapping[str, str]], chance: random.Random) -> Iterator[Memory]:
    """Each pair of twins in a memory with some other statements."""
    for number, pair in enumerate(pairs):
        others = [Told(other["known"]) for other in chance.sample(pairs, min(BESIDE_TWINS, len(pairs))) if other is not pair]
        yield Memory((Told(pair["known"]), *others), ((Told(pair["new"]), number, pair["label"]),))


@dataclass(frozen=True, slots=True)
class Compared:
    """Features (n, f) and labels of n pairs, and for each statement that was said which of them are its own."""

    x: Vector
    labels: NDArray[np.int64]
    of: tuple[NDArray[np.int64], ...]


def compared(learned: Learned, memory: Memory, likenesses: Sequence[Likeness]) -> Compared:
    """What is said to a memory, as the judge sees it; each group is seen through the likeness whose turn it is."""
    encoder = learned.encoder
    prepared = learned.lessons([one.text for one in (*memory.known, *(said for said, _, _ in memory.said))])
    known = [one for one in memory.known if one.text in prepared]
    entries = {id(one): _entry(*prepared[one.text]) for one in known}
    told = {entry.id: one for one in known for entry in (entries[id(one)][0],)}
    vectors = np.stack([entries[id(one)][1] for one in known]) if known else np.zeros((0, encoder.dimension), np.float32)
    x: list[list[float]] = []
    labels: list[int] = []
    of: list[NDArray[np.int64]] = []
    for new, group, label in memory.said:
        if new.text not in prepared:
            continue
        lesson, vector = prepared[new.text]
        nearest = {int(i) for i in np.argsort(-(vectors @ vector))[:CANDIDATES]}
        about = {i for i, one in enumerate(known) if lesson.slots.subject and key(entries[id(one)][0].slots.subject) == key(lesson.slots.subject)}
        found = [entries[id(known[i])] for i in sorted(nearest | about) if known[i].text != new.text]
        near = of_one_subject([item for item in found if may_be_same(item[0], lesson)], lesson.slots.subject)[: 2 * CANDIDATES]
        first = len(x)
        statements = [(statement_of(encoder, entry.text, entry.slots, entry.many), other) for entry, other in near]
        one = statement_of(encoder, lesson.statement, lesson.slots, lesson.many), vector
        x += rows(likenesses[group % len(likenesses)], one, statements)
        labels += [LABELS.index(label if label and told[entry.id] is memory.known[0] else new.to(told[entry.id])) for entry, _ in near]
        of.append(np.arange(first, len(x)))
    return Compared(np.asarray(x, np.float32), np.asarray(labels, np.int64), tuple(of))


def _entry(lesson: Lesson, vector: Vector) -> tuple[Entry, Vector]:
    """A lesson as the entry that it becomes."""
    number = f"{id(lesson)}"
    entry = Entry(
        number, 1, "", False, lesson.section or "individual_experiences", "", lesson.statement, lesson.question, lesson.slots, lesson.many, AT, None, AT
    )
    return entry, vector


def joined(found: Sequence[Compared]) -> Compared:
    """The pairs of several memories as those of one."""
    starts = np.cumsum([0, *(len(one.labels) for one in found)])
    of = tuple(places + start for one, start in zip(found, starts, strict=False) for places in one.of)
    return Compared(np.concatenate([one.x for one in found if len(one.labels)]), np.concatenate([one.labels for one in found]), of)


def written(learned: Learned, data: Path, name: str, likenesses: Sequence[Likeness], n: int) -> tuple[Compared, Compared]:
    """The pairs of n times memories and those of twins of a data folder, of the files `name`."""
    chance = random.Random(0)
    groups, pairs = (list(read_jsonl(data / folder / f"{name}.jsonl")) for folder in ("places", "twins"))
    found = [memory for _ in range(n) for memory in memories(groups, chance)], list(twins(pairs, chance))
    grouped, twinned = (joined([compared(learned, memory, likenesses) for memory in kind]) for kind in found)
    return grouped, twinned


def fit(learned: Learned, data: Path, likenesses: Sequence[Likeness], out: Path) -> JudgeHead:
    """Fit the judge on the train files, write it, and return it as it was written."""
    grouped, twinned = written(learned, data, "train", likenesses, MEMORIES)
    # Scikit-learn's perceptron takes no weights: each pair of twins comes several times instead.
    x = np.concatenate((grouped.x, np.tile(twinned.x, (TWINS, 1))))
    y = np.concatenate((grouped.labels, np.tile(twinned.labels, TWINS)))
    scaler = StandardScaler().fit(x)
    head: Any = MLPClassifier((HIDDEN,), alpha=STRENGTH, early_stopping=True, max_iter=60, random_state=0)
    head.set_params(batch_size=512).fit(scaler.transform(x), y)
    write_head(out, LABELS, scaler, head)
    return load_head(out, COMMAND)


def report(p: Vector, measured: Compared) -> Iterator[str]:
    """Of statements whose question something known answers, how often that is found; of the others, how often something is taken wrongly."""
    same = measured.labels > 0
    yield f"  {len(same)} pairs, AUC {roc_auc_score(same, 1 - p[:, 0]):.3f}"
    asked = [places for places in measured.of if len(places)]
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        best = [int(places[p[places, 0].argmin()]) for places in asked]
        taken = np.array([1 - p[i, 0] >= threshold for i in best])
        there = np.array([bool(same[places].any()) for places in asked])
        right = np.array([bool(same[i]) for i in best])
        yield f"    from {threshold}: {(taken & right)[there].mean():.3f} of the same questions found, {taken[~there].mean():.4f} of the others taken"
    adds, replaces = (measured.labels == LABELS.index(name) for name in ("adds", "replaces"))
    updates = p[:, 3] >= COLLECTS * p[:, 2]
    yield f"  of values that replace {updates[replaces].mean():.3f} would replace, of values that add {updates[adds].mean():.3f}"
