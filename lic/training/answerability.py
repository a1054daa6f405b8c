"""Fit the answerability head: `python -m lic.training.answerability`, from `data/answerability`.

Each written pair is a row; to every question the statements nearest to it that were written for other questions are added as
rows that do not answer, because that is what search brings up when nothing was taught. The probabilities come out calibrated for
that mixture (logistic regression, no resampling).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from lic.encoder import load_encoder
from lic.jsonl import read_jsonl
from lic.judges.answerability import LABELS, WEIGHTS
from lic.judges.features import Side, features, side_of
from lic.judges.head import write_head
from lic.language import key, sentence
from lic.lessons.clause import clause
from lic.lessons.references import points
from lic.lessons.tagger import Fact, facts_of, question_slots, slots_of
from lic.lessons.wording import question_from
from lic.reader.reader import Reader
from lic.settings import seed_folder
from lic.training.facts import fact_of, parse_line
from lic.types import Encoder, Slots, Vector

NEAREST = 3
PLAIN_SHARE = 3
"""One marked lesson in so many gives a plain question as well: written pairs are mostly hard ones."""


def prepare(encoder: Encoder, reader: Reader, texts: Sequence[str], questions: bool) -> dict[str, tuple[Vector, Side]]:
    """The sentence vector and the prepared side of each text."""
    encodings = encoder.encode(sorted(set(texts)))
    prepared: dict[str, tuple[Vector, Side]] = {}
    for start in range(0, len(encodings), 128):
        part = encodings[start : start + 128]
        for encoding, reading in zip(part, reader.read(part, [None] * len(part)), strict=True):
            if questions:
                slots = question_slots(encoding, reading)
            else:
                facts = facts_of(encoding, reading)
                slots = Slots(*slots_of(encoding.text, facts[0])) if facts else Slots()
            prepared[encoding.text] = (encoding.vector, side_of(encoder, encoding.text, slots))
    return prepared


def pairs(encoder: Encoder, reader: Reader, rows: Sequence[dict[str, Any]], nearest: int) -> tuple[Vector, NDArray[np.bool_], int]:
    """Features and labels of the written pairs and then of the added ones, and how many were written."""
    statements = prepare(encoder, reader, [row["statement"] for row in rows], questions=False)
    questions = prepare(encoder, reader, [row["question"] for row in rows], questions=True)
    written: dict[str, set[str]] = {}
    found: list[list[float]] = []
    labels: list[bool] = []
    for row in rows:
        written.setdefault(row["question"], set()).add(row["statement"])
        found.append(_compared(questions[row["question"]], statements[row["statement"]]))
        labels.append(row["answers"])
    names = list(statements)
    vectors = np.stack([statements[name][0] for name in names])
    for question, own in written.items():
        ranked = np.argsort(-(vectors @ questions[question][0]), kind="stable")
        others = [names[i] for i in ranked[: nearest + len(own)] if names[i] not in own][:nearest]
        found += [_compared(questions[question], statements[name]) for name in others]
        labels += [False] * len(others)
    return np.asarray(found, np.float32), np.asarray(labels), len(rows)


def _compared(question: tuple[Vector, Side], statement: tuple[Vector, Side]) -> list[float]:
    return features(question[1], statement[1], float(question[0] @ statement[0]))


def plain_pairs(path: Path) -> list[dict[str, Any]]:
    """Plain questions made from marked lessons, each with the statement that answers it: "What is my dog's name?", "my dog's name?"."""
    rows: list[dict[str, Any]] = []
    for line in read_jsonl(path):
        item = parse_line(line)
        # Lines with a written statement are seldom plain, and there are enough without.
        if len(item.facts) != 1 or item.facts[0].statement or not all(item.facts[0].of(mark) for mark in "SRV") or item.facts[0].of("A"):
            continue
        fact = fact_of(item, item.facts[0])
        subject, relation, value = slots_of(item.text, fact)
        if points(subject):
            continue
        owner = {"my": "I", "our": "we"}.get(key(subject), subject)
        attribute = key(subject) in ("my", "our") or _between(item.text, fact).startswith(("'", "’"))
        statement = sentence(clause(item.text, fact))
        for question in (question_from(owner, relation, value, attribute), f"{subject} {relation}?"):
            rows.append({"statement": statement, "question": question, "answers": True})
    return rows[::PLAIN_SHARE] + rows[1::PLAIN_SHARE]


def _between(text: str, fact: Fact) -> str:
    """The text between subject and relation, in their order."""
    assert fact.subject is not None
    first, second = sorted((fact.subject, fact.relation[0]), key=lambda span: span.start)
    return text[first.end : second.start]


def main() -> None:
    """Fit on the train file, report on the test file, write the head."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=seed_folder())
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    encoder = load_encoder()
    reader = Reader(encoder)
    rows = list(read_jsonl(options.data / "answerability" / "train.jsonl"))
    rows += plain_pairs(options.data / "lesson_preparation" / "train.jsonl")
    x, y, _ = pairs(encoder, reader, rows, NEAREST)
    print(f"{len(y)} pairs, {y.mean():.3f} answer")
    scaler = StandardScaler().fit(x)
    head = LogisticRegression(max_iter=3000).fit(scaler.transform(x), y)
    write_head(options.out, LABELS, scaler, head)
    x, y, written = pairs(encoder, reader, list(read_jsonl(options.data / "answerability" / "test.jsonl")), NEAREST)
    p = head.predict_proba(scaler.transform(x))[:, 1]
    near = slice(0, written)
    print(f"written pairs   {written}: AUC {roc_auc_score(y[near], p[near]):.3f}, average precision {average_precision_score(y[near], p[near]):.3f}")
    print(f"nearest others  {len(y) - written}: called answers {np.mean(p[written:] > 0.5):.3f}")
    for threshold in (0.3, 0.4, 0.5, 0.6):
        taken = p[near] > threshold
        print(f"threshold {threshold}: answers found {taken[y[near]].mean():.3f}, near misses taken {taken[~y[near]].mean():.3f}")


if __name__ == "__main__":
    main()
