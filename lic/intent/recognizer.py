"""The gate: a calibrated scikit-learn classifier on the frozen encoder's reading of a turn plus context features."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from lic.cache import Arrays, cached
from lic.intent.context import context_features
from lic.jsonl import read_jsonl
from lic.language import content_hash
from lic.reader import Reader, Reading, held_out
from lic.types import TEACHING_ACTS, Act, Encoder, Encoding, Intent, Vector

TEACHES_FROM = 0.5
READ_AT_ONCE = 128
STRENGTH = 0.01
SAMPLED = 10
"""Percent of the lines that the head is fitted on, beside the tenth that calibrates it. The reader carries what the other lines teach, so
that a first start takes seconds; docs/LOG.md has what more lines would bring."""


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted multinomial logistic regression with a temperature (Guo et al. 2017, section 4.2)."""

    labels: tuple[str, ...]
    weights: Vector
    bias: Vector
    temperature: float

    def predict_proba(self, rows: Vector) -> Vector:
        """Calibrated probabilities, shape (n, labels)."""
        logits = (rows @ self.weights.T + self.bias) / self.temperature
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        return exponents / exponents.sum(axis=1, keepdims=True)


class IntentRecognizer:
    """Says which act a turn is and how probably the person is teaching."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._teaching = np.array([label in TEACHING_ACTS for label in head.labels])

    def recognize(self, encoding: Encoding, reading: Reading, previous: str | None) -> Intent:
        """The intent of one turn; the act agrees with the decision whether it teaches."""
        return self.recognize_many([encoding], [reading], [previous])[0]

    def recognize_many(self, encodings: Sequence[Encoding], readings: Sequence[Reading], previous: Sequence[str | None]) -> list[Intent]:
        """The intents of several turns."""
        rows = np.stack([features(e, r, p) for e, r, p in zip(encodings, readings, previous, strict=True)])
        return [self._intent(row) for row in self._head.predict_proba(rows)]

    def _intent(self, probabilities: Vector) -> Intent:
        teaching_probability = float(probabilities[self._teaching].sum())
        teaching = teaching_probability >= TEACHES_FROM
        allowed = np.where(self._teaching == teaching, probabilities, -1.0)
        best = int(allowed.argmax())
        return Intent(cast(Act, self._head.labels[best]), float(probabilities[best]), teaching_probability, teaching)


def features(encoding: Encoding, reading: Reading, previous: str | None) -> Vector:
    """What the head sees of one turn, shape (f,)."""
    dimension = encoding.states.shape[1] // 2
    syntax = encoding.states[:, :dimension].mean(axis=0)
    return np.concatenate(
        (
            reading.act,
            encoding.vector * 2,
            syntax / max(float(np.linalg.norm(syntax)), 1e-9) * 2,
            context_features(encoding.text, previous),
        ),
        dtype=np.float32,
    )


def load_recognizer(encoder: Encoder, reader: Reader, training_file: Path, cache: Path) -> IntentRecognizer:
    """The recognizer fitted on a training file, from the cache where the same content was fitted before."""
    content = content_hash(training_file.read_text(encoding="utf-8"), encoder.fingerprint, reader.fingerprint, VERSION)
    return IntentRecognizer(_head_from(cached(cache, "intent", content, lambda: _fitted(encoder, reader, training_file))))


VERSION = "2"
"""Part of the cache's key: changes when features or fitting change."""


def _fitted(encoder: Encoder, reader: Reader, training_file: Path) -> Arrays:
    rows = [row for row in read_jsonl(training_file) if held_out(row["text"]) or _sampled(row["text"])]
    x = read_features(encoder, reader, rows)
    head = fit(x, [row["act"] for row in rows], [held_out(row["text"]) for row in rows])
    return {"weights": head.weights, "bias": head.bias, "labels": np.asarray(head.labels), "temperature": np.asarray(head.temperature)}


def _sampled(text: str) -> bool:
    return int(content_hash(text)[4:8], 16) % 100 < SAMPLED


def _head_from(arrays: Arrays) -> Head:
    return Head(
        tuple(str(label) for label in arrays["labels"]),
        np.asarray(arrays["weights"], np.float32),
        np.asarray(arrays["bias"], np.float32),
        float(cast(Any, arrays["temperature"])),
    )


def read_features(encoder: Encoder, reader: Reader, rows: Sequence[dict[str, Any]]) -> Vector:
    """The features of training lines, in their order; a batch at a time, because token states of thousands of lines fill the memory."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["text"]))
    found: list[Vector | None] = [None] * len(rows)
    for start in range(0, len(order), READ_AT_ONCE):
        chosen = order[start : start + READ_AT_ONCE]
        encodings = encoder.encode([rows[i]["text"] for i in chosen])
        readings = reader.read(encodings, [rows[i]["previous"] for i in chosen])
        for i, encoding, reading in zip(chosen, encodings, readings, strict=True):
            found[i] = features(encoding, reading, rows[i]["previous"])
    return np.stack([row for row in found if row is not None])


def fit(x: Vector, acts: Sequence[str], calibrates: Sequence[bool], strength: float = STRENGTH) -> Head:
    """Fit the head on lines that do not calibrate, and its temperature on those that do.

    The reader has seen the fitted lines, so that only held-out ones tell how sure it may be.
    """
    # Only fitting needs scikit-learn; most starts find the head in the cache.
    from scipy.optimize import minimize_scalar
    from sklearn.linear_model import LogisticRegression

    y, held = np.asarray(acts), np.asarray(calibrates)
    model = LogisticRegression(C=strength, max_iter=300).fit(x[~held], y[~held])
    labels = tuple(str(label) for label in model.classes_)
    weights, bias = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
    target = np.array([labels.index(act) for act in y[held]])

    def loss(log_temperature: float) -> float:
        probabilities = Head(labels, weights, bias, float(np.exp(log_temperature))).predict_proba(x[held])
        return float(-np.log(probabilities[np.arange(len(target)), target] + 1e-12).mean())

    best: Any = minimize_scalar(loss, bounds=(-1.5, 2.0), method="bounded")
    return Head(labels, weights, bias, float(np.exp(best.x)))
