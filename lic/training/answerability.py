"""Fit the judge of answers, from `data/places`, `data/answerability` and `data/lesson_preparation`; `python -m lic.training.judges` does.

Memories are put together from statements as a turn would learn them, one for each question, and searched with every wording of the questions, also with those
of things that were left out, of a subject that is easily taken for the one that is known, and of what no statement answers. Each of the entries that come up is
a row. So the probabilities are calibrated for what a search brings up. From the same questions a second head learns whether several values are wanted.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from lic.head import JudgeHead, load_head, write_head
from lic.jsonl import read_jsonl
from lic.judges.answerability import LABELS, NUMBERS, compared, rows
from lic.judges.likeness import COMMAND, Likeness
from lic.language import key, sentence
from lic.lessons.clause import clause
from lic.lessons.references import points
from lic.lessons.tagger import slots_of
from lic.lessons.wording import question_from
from lic.training.facts import fact_of, parse_line
from lic.training.learned import Learned
from lic.types import Vector

CANDIDATES = 12
TAUGHT_SHARE, TAUGHT_OF_FEW = 0.85, 0.5
"""So many questions of a group are taught; the others are asked in vain. Who has told little asks in vain more often."""
SIZES = (1, 1, 2, 4, 8, 16)
"""Beside the memory of all groups there are those of so many: where little is known, anything is the nearest."""
NEAR_SHARE = 0.5
"""In so many groups the near subject's statements are known too."""
SWAPPED, UNTAUGHT = 0.6, 0.2
"""So often a wording is also asked of the near subject, and so often as if its statement had not been taught."""
PLAIN_SHARE = 3
"""One marked lesson in so many gives a plain question as well: written pairs are mostly hard ones."""
HIDDEN, STRENGTH = 48, 2.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a group, the statements that answer it and are known, and those that are left out of the memory for it."""

    text: str
    answers: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    group: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known, and what is asked of it."""

    statements: tuple[str, ...]
    questions: tuple[Asked, ...]


def grouped(groups: Sequence[tuple[int, Mapping[str, Any]]], chance: random.Random, taught: float = TAUGHT_SHARE) -> Memory:
    """A memory from groups of `data/places` with their numbers."""
    statements: list[str] = []
    questions: list[Asked] = []
    for number, group in groups:
        near = frozenset(group["near"]["statements"]) if chance.random() < NEAR_SHARE else frozenset[str]()
        statements += sorted(near)
        for question in group["questions"]:
            told = [text for name in ("statements", "again", "changes") for text, _ in question[name]]
            n = min(len(told), 3 if question["many"] else 1)
            answers = frozenset(chance.sample(told, n)) if chance.random() < taught else frozenset[str]()
            statements += sorted(answers)
            for wording in (question["question"], *question.get("asks", ())):
                questions.append(Asked(wording, answers, group=number))
                if group["subject"] != "I" and group["subject"].lower() in wording.lower() and chance.random() < SWAPPED:
                    other = re.sub(re.escape(group["subject"]), group["near"]["subject"].replace("\\", r"\\"), wording, flags=re.IGNORECASE)
                    questions.append(Asked(other, without=near, group=number))
                elif answers and chance.random() < UNTAUGHT:
                    questions.append(Asked(wording, without=answers, group=number))
        questions += [Asked(wording, group=number) for wording in group.get("unanswered", ())]
    return Memory(tuple(dict.fromkeys(statements)), tuple(questions))


def small(groups: Sequence[tuple[int, Mapping[str, Any]]], chance: random.Random) -> Iterator[Memory]:
    """All groups in memories of some of them."""
    left = chance.sample(groups, len(groups))
    while left:
        size = chance.choice(SIZES)
        yield grouped(left[:size], chance, TAUGHT_OF_FEW)
        left = left[size:]


def paired(pairs: Sequence[tuple[str, str, bool]]) -> Memory:
    """A memory from written pairs of a question and a statement that answers it or nearly does."""
    answers: dict[str, set[str]] = {}
    for question, statement, right in pairs:
        answers.setdefault(question, set())
        if right:
            answers[question].add(statement)
    return Memory(tuple(dict.fromkeys(statement for _, statement, _ in pairs)), tuple(Asked(text, frozenset(right)) for text, right in answers.items()))


def plain_pairs(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Plain questions made from marked lessons, each with the statement that answers it: "What is my dog's name?", "my dog's name?"."""
    usable = 0
    for line in read_jsonl(path):
        item = parse_line(line)
        # Lines with a written statement are seldom plain, and there are enough without.
        if len(item.facts) != 1 or item.facts[0].statement or not all(item.facts[0].of(mark) for mark in "SRV") or item.facts[0].of("A"):
            continue
        fact = fact_of(item, item.facts[0])
        subject, relation, value = slots_of(item.text, fact)
        if points(subject) or fact.subject is None:
            continue
        usable += 1
        owner = {"my": "I", "our": "we"}.get(key(subject), subject)
        first, second = sorted((fact.subject, fact.relation[0]), key=lambda span: span.start)
        attribute = key(subject) in ("my", "our") or item.text[first.end : second.start].startswith(("'", "’"))
        statement = sentence(clause(item.text, fact))
        if usable % PLAIN_SHARE == 0:
            yield question_from(owner, relation, value, attribute), statement, True
        if usable % PLAIN_SHARE == 1:
            yield f"{subject} {relation}?", statement, True


@dataclass(frozen=True, slots=True)
class Searched:
    """Features (n, f) and labels of all entries that came up, the number of the question that each came up for, and how many questions there are."""

    x: Vector
    right: NDArray[np.bool_]
    of: NDArray[np.int64]
    answered: NDArray[np.bool_]


def searched(learned: Learned, memories: Sequence[Memory], likenesses: Sequence[Likeness]) -> Searched:
    """Ask everything of each memory; questions of each group are seen through the likeness whose turn it is."""
    found = [_searched(learned, memory, likenesses) for memory in memories if memory.questions]
    starts = np.cumsum([0, *(len(one.answered) for one in found)])
    of = [one.of + start for one, start in zip(found, starts, strict=False)]
    return Searched(
        np.concatenate([one.x for one in found if len(one.x)]),
        np.concatenate([one.right for one in found]),
        np.concatenate(of),
        np.concatenate([one.answered for one in found]),
    )


def _searched(learned: Learned, memory: Memory, likenesses: Sequence[Likeness]) -> Searched:
    encoder = learned.encoder
    lessons = learned.lessons(memory.statements)
    names = list(lessons)
    known = [compared(encoder, lesson.statement, lesson.slots) for lesson, _ in lessons.values()]
    vectors = np.stack([vector for _, vector in lessons.values()]) if lessons else np.zeros((0, encoder.dimension), np.float32)
    questions = learned.asked([asked.text for asked in memory.questions])
    x: list[list[float]] = []
    right: list[bool] = []
    of: list[int] = []
    for at, asked in enumerate(memory.questions):
        slots, vector = questions[asked.text]
        nearest = np.argsort(-(vectors @ vector))[: CANDIDATES + len(asked.without)]
        order = [int(i) for i in nearest if names[int(i)] not in asked.without][:CANDIDATES]
        one = compared(encoder, asked.text, slots), vector
        x += rows(likenesses[asked.group % len(likenesses)], one, [(known[i], vectors[i]) for i in order])
        right += [names[i] in asked.answers for i in order]
        of += [at] * len(order)
    return Searched(
        np.asarray(x, np.float32),
        np.asarray(right, bool),
        np.asarray(of, np.int64),
        np.asarray([bool(asked.answers & lessons.keys()) for asked in memory.questions]),
    )


def report(p: Vector, found: Searched) -> Iterator[str]:
    """Of the questions with an answer, how many get it, and how many something else; and how many without one are declined."""
    surest, right = np.zeros(len(found.answered)), np.zeros(len(found.answered), bool)
    for i in np.argsort(p):
        surest[found.of[i]], right[found.of[i]] = p[i], found.right[i]
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        told = surest >= threshold
        answered, absent = found.answered, ~found.answered
        yield (
            f"  from {threshold}: answered rightly {(told & right)[answered].mean():.3f}, with something else {(told & ~right)[answered].mean():.3f}; "
            f"of what is not known declined {1 - told[absent].mean() if absent.any() else 1:.3f}"
        )


def memories(data: Path, name: str) -> dict[str, list[Memory]]:
    """The memories of a data folder, of the files `name`."""
    hard = [(row["question"], row["statement"], bool(row["answers"])) for row in read_jsonl(data / "answerability" / f"{name}.jsonl")]
    groups = list(enumerate(read_jsonl(data / "places" / f"{name}.jsonl")))
    found = {
        "groups": [grouped(groups, random.Random(0))],
        "small memories": list(small(groups, random.Random(1))),
        "hard pairs": [paired(hard)],
    }
    return found | ({"plain": [paired(list(plain_pairs(data / "lesson_preparation" / "train.jsonl")))]} if name == "train" else {})


def several(learned: Learned, path: Path) -> tuple[Vector, NDArray[np.int64]]:
    """The vectors of all wordings of the questions of a file, and whether several values are wanted."""
    wordings = [
        (text, int(question["many"]))
        for group in read_jsonl(path)
        for question in group["questions"]
        for text in (question["question"], *question.get("asks", ()))
    ]
    found = learned.vectors([text for text, _ in wordings])
    return np.stack([found[text] for text, _ in wordings]), np.array([many for _, many in wordings])


def fit(learned: Learned, data: Path, likenesses: Sequence[Likeness], out: Path) -> JudgeHead:
    """Fit the judge on the train files, write it, and return it as it was written."""
    found = [searched(learned, some, likenesses) for some in memories(data, "train").values()]
    x, y = np.concatenate([one.x for one in found]), np.concatenate([one.right for one in found])
    scaler = StandardScaler().fit(x)
    head: Any = MLPClassifier((HIDDEN,), alpha=STRENGTH, early_stopping=True, max_iter=60, random_state=0)
    head.set_params(batch_size=512).fit(scaler.transform(x), y)
    write_head(out, LABELS, scaler, head)
    return load_head(out, COMMAND)


def fit_several(learned: Learned, data: Path, out: Path) -> JudgeHead:
    """The same for whether several values are wanted."""
    x, many = several(learned, data / "places" / "train.jsonl")
    scaler = StandardScaler().fit(x)
    write_head(out, NUMBERS, scaler, LogisticRegression(C=0.01, max_iter=1000).fit(scaler.transform(x), many))
    return load_head(out, COMMAND)
