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
from lic.types import TEACHING_ACTS, Act, Encoder, Encoding, Intent, Vector

KIND = "intent"
"""The name of the readings of training lines among the shipped features."""
TEACHES_FROM = 0.5
"""From this probability on a turn is called teaching; docs/LOG.md has what other thresholds would learn."""
READ_AT_ONCE = 128
STRENGTH = 0.01
SAMPLED = 10
CALIBRATING = 5
"""Percent of the lines that the head is fitted on, and of those that calibrate it. The reader carries what the other lines teach, so that
a first start takes seconds; docs/LOG.md has what more lines would bring."""


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
    return np.concatenate((_read(reading), context_features(encoding.text, previous)), dtype=np.float32)


def load_recognizer(encoder: Encoder, reader: Reader, training_file: Path, cache: Path) -> IntentRecognizer:
    """The recognizer fitted on a training file, from the cache where the same content was fitted before."""
    content = content_hash(training_file.read_text(encoding="utf-8"), encoder.fingerprint, reader.fingerprint, VERSION)
    return IntentRecognizer(_head_from(cached(cache, "intent", content, lambda: _fitted(encoder, reader, training_file))))


VERSION = "4"
"""Part of the cache's key: changes when features or fitting change."""


def _fitted(encoder: Encoder, reader: Reader, training_file: Path) -> Arrays:
    rows = fitted_lines(training_file)
    read = prepared_rows(KIND, maker(encoder, reader), [source_of(row) for row in rows], lambda missing: readings(encoder, reader, [rows[i] for i in missing]))
    x = np.concatenate((read, np.stack([context_features(row["text"], row["previous"]) for row in rows])), axis=1)
    head = fit(x, [row["act"] for row in rows], [held_out(row["text"]) for row in rows])
    return {"weights": head.weights, "bias": head.bias, "labels": np.asarray(head.labels), "temperature": np.asarray(head.temperature)}


def _sampled(text: str) -> bool:
    # Of the lines that the reader has not seen, a tenth of all, so many that they are the wanted share of all.
    share = 10 * CALIBRATING if held_out(text) else SAMPLED
    return int(content_hash(text)[4:8], 16) % 100 < share


def _head_from(arrays: Arrays) -> Head:
    return Head(
        tuple(str(label) for label in arrays["labels"]),
        np.asarray(arrays["weights"], np.float32),
        np.asarray(arrays["bias"], np.float32),
        float(cast(Any, arrays["temperature"])),
    )


def fitted_lines(training_file: Path) -> list[dict[str, Any]]:
    """The lines of a training file that the head is fitted on and calibrated with."""
    return [row for row in read_jsonl(training_file) if _sampled(row["text"])]


def maker(encoder: Encoder, reader: Reader) -> str:
    """The models that a reading is made by."""
    return f"{encoder.fingerprint}-{reader.fingerprint}"


def source_of(row: Mapping[str, Any]) -> str:
    """What a line's reading is made from."""
    return f"{row['text']}\n{row['previous'] or ''}"


def readings(encoder: Encoder, reader: Reader, rows: Sequence[Mapping[str, Any]]) -> Vector:
    """What the reader says of training lines, in their order; a batch at a time, because token states of thousands of lines fill the memory."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["text"]))
    found: dict[int, Vector] = {}
    for start in range(0, len(order), READ_AT_ONCE):
        chosen = order[start : start + READ_AT_ONCE]
        encodings = encoder.encode([rows[i]["text"] for i in chosen])
        for i, reading in zip(chosen, reader.read(encodings, [rows[i]["previous"] for i in chosen]), strict=True):
            found[i] = _read(reading)
    return np.stack([found[i] for i in range(len(rows))])


def _read(reading: Reading) -> Vector:
    return np.concatenate((reading.acts, reading.act / 2), dtype=np.float32)


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
