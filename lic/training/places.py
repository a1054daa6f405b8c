"""Fit the judge that finds the place of a lesson: `python -m lic.training.places`, from `data/places` and `data/twins`.

A line there is a subject with its questions, each with differently worded statements that answer it. Two statements of one question
are a pair that says the same again, adds or replaces; statements of two questions, or about a near subject, are a pair of which neither
replaces the other. Twins are pairs in nearly the same words, which is where a judge of likeness goes wrong. Every statement is prepared
as a lesson by the reader that also serves a turn, with its mistakes; pairs with a statement that gives no lesson are left out.
"""

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from lic.data_management.place import COLLECTS
from lic.encoder import load_encoder
from lic.head import write_head
from lic.jsonl import read_jsonl
from lic.judges.same_question import LABELS, WEIGHTS, Statement, pair_features, statement_of
from lic.language import key, same_subject
from lic.lessons.preparer import LessonPreparer
from lic.reader.reader import Reader
from lic.settings import seed_folder
from lic.types import Context, Encoder, Encoding, Intent, Lesson, Slots, Turn, Vector

OTHERS, TOLD = 4, 3
"""So many statements of each two questions of a subject are paired as different."""
NEAR = 8
HIDDEN = 32
STRENGTH = 3.0
TWINS = 10
"""So many times each pair of twins is shown; of the others there are many from each statement."""
READ_AT_ONCE = 128
BARE = Context(None, None, "", Slots(), ())
TAUGHT = Intent("experience", 1.0, 1.0, True)
Said = tuple[str, str]
"""A statement and its value; of a near subject's statement the value is not written."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An older and a newer statement with what the newer one is to the older."""

    known: str
    new: str
    label: str


def pairs(group: Mapping[str, Any], chance: random.Random) -> Iterator[Pair]:
    """The pairs of one group, each ordered."""
    told: list[list[str]] = []
    for question in group["questions"]:
        statements, again, changes = ([(str(text), str(value)) for text, value in question[name]] for name in ("statements", "again", "changes"))
        yield from _of_one_question(statements, again, changes, "adds" if question["many"] else "replaces")
        told.append([text for text, _ in (*statements, *again, *changes)])
    for one, other in permutations(told, 2):
        for known in chance.sample(one, min(OTHERS, len(one))):
            yield from (Pair(known, new, "other") for new in chance.sample(other, min(TOLD, len(other))))
    everything = [text for texts in told for text in texts]
    for near in group["near"]["statements"]:
        for text in chance.sample(everything, min(NEAR, len(everything))):
            yield Pair(near, text, "other")
            yield Pair(text, near, "other")


def _of_one_question(statements: Sequence[Said], again: Sequence[Said], changes: Sequence[Said], kind: str) -> Iterator[Pair]:
    for (known, value), (new, other) in permutations(statements, 2):
        if key(value) != key(other):
            yield Pair(known, new, kind)
    for known, value in statements:
        yield from (Pair(known, new, kind) for new, other in changes if key(value) != key(other))
        for new, other in again:
            yield Pair(known, new, "again" if key(value) == key(other) else kind)
            if key(value) == key(other):
                yield Pair(new, known, "again")


def written(data: Path, name: str) -> tuple[list[Pair], list[Pair]]:
    """The pairs of groups and those of twins of a data folder, of the file `name`."""
    chance = random.Random(0)
    grouped = [pair for group in read_jsonl(data / "places" / f"{name}.jsonl") for pair in pairs(group, chance)]
    return grouped, [Pair(row["known"], row["new"], row["label"]) for row in read_jsonl(data / "twins" / f"{name}.jsonl")]


@dataclass(frozen=True, slots=True)
class Compared:
    """Features (n, f) and labels of n pairs, and whether both statements were marked with the same subject."""

    x: Vector
    labels: NDArray[np.int64]
    alike: NDArray[np.bool_]


def compared(encoder: Encoder, reader: Reader, found: Sequence[Pair]) -> Compared:
    """The pairs as the judge sees them."""
    prepared = prepare(encoder, reader, sorted({text for pair in found for text in (pair.known, pair.new)}))
    rows: list[list[float]] = []
    labels: list[int] = []
    alike: list[bool] = []
    for pair in found:
        if pair.known in prepared and pair.new in prepared:
            (known, one), (new, other) = prepared[pair.known], prepared[pair.new]
            rows.append(pair_features(known, new, float(one @ other)))
            labels.append(LABELS.index(pair.label))
            alike.append(may_be_same(known, new))
    return Compared(np.asarray(rows, np.float32), np.asarray(labels), np.asarray(alike))


def may_be_same(known: Statement, new: Statement) -> bool:
    """Whether the data manager would compare the two at all."""
    return not new.slots.subject or same_subject(known.slots.subject, new.slots.subject)


def prepare(encoder: Encoder, reader: Reader, texts: Sequence[str]) -> dict[str, tuple[Statement, Vector]]:
    """Each text as the lesson that a turn would make of it, with the vector of the lesson's statement."""
    preparer = LessonPreparer()
    lessons: dict[str, Lesson] = {}
    for start in range(0, len(texts), READ_AT_ONCE):
        part = encoder.encode(texts[start : start + READ_AT_ONCE])
        for encoding, reading in zip(part, reader.read(part, [None] * len(part)), strict=True):
            turn = Turn("", encoding.text, "", "", datetime.now(UTC))
            made = preparer.prepare(turn, TAUGHT, encoding, reading, BARE)
            if made:
                lessons[encoding.text] = max(made, key=lambda lesson: len(lesson.statement))
    vectors = _vectors(encoder, [lesson.statement for lesson in lessons.values()])
    return {
        text: (statement_of(encoder, lesson.statement, lesson.slots, lesson.many, lesson.section), vectors[lesson.statement])
        for text, lesson in lessons.items()
    }


def _vectors(encoder: Encoder, texts: Sequence[str]) -> dict[str, Vector]:
    found: list[Encoding] = []
    for start in range(0, len(texts), READ_AT_ONCE):
        found += encoder.encode(texts[start : start + READ_AT_ONCE])
    return {encoding.text: encoding.vector for encoding in found}


def main() -> None:
    """Fit on the train file, report on the test file, write the head."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=seed_folder())
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    encoder = load_encoder()
    reader = Reader(encoder)
    grouped, twins = (compared(encoder, reader, found) for found in written(options.data, "train"))
    # Scikit-learn's perceptron takes no weights: each pair of twins comes several times instead.
    x = np.concatenate((grouped.x, np.tile(twins.x, (TWINS, 1))))
    y = np.concatenate((grouped.labels, np.tile(twins.labels, TWINS)))
    scaler = StandardScaler().fit(x)
    head: Any = MLPClassifier((HIDDEN,), alpha=STRENGTH, early_stopping=True, max_iter=30, random_state=0)
    head.set_params(batch_size=512).fit(scaler.transform(x), y)
    write_head(options.out, LABELS, scaler, head)
    print(f"{len(grouped.labels)} pairs and {len(twins.labels)} twins")
    for name, found in zip(("differently worded", "twins"), written(options.data, "test"), strict=True):
        print(name)
        measured = compared(encoder, reader, found)
        for line in report(head.predict_proba(scaler.transform(measured.x)), measured):
            print(line)


def report(p: Vector, measured: Compared) -> Iterator[str]:
    """What the judge finds and what it takes wrongly, on pairs that it was not trained on."""
    same = measured.labels > 0
    for name, chosen in (("all pairs", np.ones(len(same), bool)), ("with one subject", measured.alike)):
        yield f"  {name}: {chosen.sum()}, AUC {roc_auc_score(same[chosen], 1 - p[chosen, 0]):.3f}"
        for threshold in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
            taken = 1 - p[chosen, 0] >= threshold
            yield f"    from {threshold}: {taken[same[chosen]].mean():.3f} of the same questions found, {taken[~same[chosen]].mean():.4f} of the others taken"
    adds, replaces = (measured.labels == LABELS.index(name) for name in ("adds", "replaces"))
    updates = p[:, 3] >= COLLECTS * p[:, 2]
    yield f"  of values that replace {updates[replaces].mean():.3f} would replace, of values that add {updates[adds].mean():.3f}"


if __name__ == "__main__":
    main()
