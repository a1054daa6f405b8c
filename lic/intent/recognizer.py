"""The gate: a calibrated scikit-learn classifier on the frozen encoder's reading of a turn plus context features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from lic.cache import Arrays, cached
from lic.intent.context import context_features
from lic.jsonl import read_jsonl
from lic.language import content_hash
from lic.prepared import prepared_rows
from lic.reader.reader import Reader, Reading, held_out
from lic.types import ACTS, TEACHING_ACTS, Act, Encoder, Encoding, Intent, Vector

KIND = "intent"
"""The name of the readings of training lines among the shipped features."""
CHECK_KIND = "intent_check"
"""The name of those of test lines, against which what a person teaches the gate is checked."""
TEACHES_FROM = 0.5
"""From this probability on a turn is called teaching; docs/LOG.md has what other thresholds would learn."""
READ_AT_ONCE = 128
STRENGTH = 0.2


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted multinomial logistic regression."""

    labels: tuple[str, ...]
    weights: Vector
    bias: Vector

    def logits(self, rows: Vector) -> Vector:
        """Scores of the labels, shape (n, labels)."""
        return rows @ self.weights.T + self.bias


def probabilities(logits: Vector) -> Vector:
    """The softmax of each row."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


class IntentRecognizer:
    """Says which act a turn is and how probably the person is teaching."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self._teaching = np.array([label in TEACHING_ACTS for label in head.labels])

    def recognize(self, encoding: Encoding, reading: Reading, previous: str | None) -> Intent:
        """The intent of one turn; the act agrees with the decision whether it teaches."""
        return self.recognize_many([encoding], [reading], [previous])[0]

    def recognize_many(self, encodings: Sequence[Encoding], readings: Sequence[Reading], previous: Sequence[str | None]) -> list[Intent]:
        """The intents of several turns."""
        return [self._intent(row) for row in probabilities(self.logits(encodings, readings, previous))]

    def logits(self, encodings: Sequence[Encoding], readings: Sequence[Reading], previous: Sequence[str | None]) -> Vector:
        """Scores of the labels for several turns, shape (n, labels)."""
        return self.head.logits(np.stack([features(e, r, p) for e, r, p in zip(encodings, readings, previous, strict=True)]))

    def _intent(self, found: Vector) -> Intent:
        teaching_probability = float(found[self._teaching].sum())
        teaching = teaching_probability >= TEACHES_FROM
        allowed = np.where(self._teaching == teaching, found, -1.0)
        best = int(allowed.argmax())
        return Intent(cast(Act, self.head.labels[best]), float(found[best]), teaching_probability, teaching)


def features(encoding: Encoding, reading: Reading, previous: str | None) -> Vector:
    """What the head sees of one turn, shape (f,)."""
    return np.concatenate((reading.acts, context_features(encoding.text, previous)), dtype=np.float32)


def load_recognizer(encoder: Encoder, reader: Reader, training_file: Path, cache: Path) -> IntentRecognizer:
    """The recognizer fitted on a training file, from the cache where the same content was fitted before."""
    content = content_hash(training_file.read_text(encoding="utf-8"), encoder.fingerprint, reader.fingerprint, VERSION)
    return IntentRecognizer(_head_from(cached(cache, "intent", content, lambda: _fitted(encoder, reader, training_file))))


VERSION = "6"
"""Part of the cache's key: changes when features or fitting change."""


def _fitted(encoder: Encoder, reader: Reader, training_file: Path) -> Arrays:
    rows = fitted_lines(training_file)
    head = fit(rows_of(rows, readings_of(encoder, reader, rows, KIND)), [row["act"] for row in rows])
    return {"weights": head.weights, "bias": head.bias, "labels": np.asarray(head.labels)}


def readings_of(encoder: Encoder, reader: Reader, rows: Sequence[Mapping[str, Any]], kind: str) -> Vector:
    """What the models say of labelled rows; for the rows of the seed data it is shipped."""
    make = vectors if kind == CHECK_KIND else readings
    return prepared_rows(kind, maker(encoder, reader), [source_of(row) for row in rows], lambda missing: make(encoder, reader, [rows[i] for i in missing]))


def rows_of(rows: Sequence[Mapping[str, Any]], read: Vector) -> Vector:
    """The features of labelled rows, given what the reader says of them first in each row."""
    return np.concatenate((read[:, : len(ACTS)], np.stack([context_features(row["text"], row["previous"]) for row in rows])), axis=1)


def _head_from(arrays: Arrays) -> Head:
    return Head(tuple(str(label) for label in arrays["labels"]), np.asarray(arrays["weights"], np.float32), np.asarray(arrays["bias"], np.float32))


def fitted_lines(training_file: Path) -> list[dict[str, Any]]:
    """The lines of a training file that the head is fitted on: those that the reader was not trained on.

    Of lines that it has seen the reader is too sure; on the others the head learns how far to trust it (stacked generalization, Wolpert 1992).
    """
    return [row for row in read_jsonl(training_file) if held_out(row["text"])]


def maker(encoder: Encoder, reader: Reader) -> str:
    """The models that a reading is made by."""
    return f"{encoder.fingerprint}-{reader.fingerprint}"


def source_of(row: Mapping[str, Any]) -> str:
    """What a line's reading is made from."""
    return f"{row['text']}\n{row['previous'] or ''}"


def readings(encoder: Encoder, reader: Reader, rows: Sequence[Mapping[str, Any]]) -> Vector:
    """The reader's scores of the acts for labelled rows, in their order, shape (n, acts)."""
    return vectors(encoder, reader, rows)[:, : len(ACTS)]


def vectors(encoder: Encoder, reader: Reader, rows: Sequence[Mapping[str, Any]]) -> Vector:
    """The reader's scores of the acts and the sentence vectors, shape (n, acts + d); a batch at a time, because token states fill the memory."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["text"]))
    found: dict[int, Vector] = {}
    for start in range(0, len(order), READ_AT_ONCE):
        chosen = order[start : start + READ_AT_ONCE]
        encodings = encoder.encode([rows[i]["text"] for i in chosen])
        for i, encoding, reading in zip(chosen, encodings, reader.read(encodings, [rows[i]["previous"] for i in chosen]), strict=True):
            found[i] = np.concatenate((reading.acts, encoding.vector), dtype=np.float32)
    return np.stack([found[i] for i in range(len(rows))])


def fit(x: Vector, acts: Sequence[str]) -> Head:
    """Fit the head."""
    # Only fitting needs scikit-learn; most starts find the head in the cache.
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    # Threads that wait for each other make so small a fit many times slower on a busy machine.
    with threadpool_limits(1):
        model = LogisticRegression(C=STRENGTH, max_iter=500).fit(x, np.asarray(acts))
    return Head(tuple(str(label) for label in model.classes_), model.coef_.astype(np.float32), model.intercept_.astype(np.float32))
