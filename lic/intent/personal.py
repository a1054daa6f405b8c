"""The gate learns from a person: turns that they said were teaching or were not shift its scores for like turns, for them alone.

The common gate stays as it is; a person's turns are added to it as kernels around their sentence vectors (kernel logistic regression with one step for
each turn), so that what is unlike them is decided as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lic.intent.context import kind_of
from lic.intent.recognizer import CHECK_KIND, IntentRecognizer, probabilities, readings_of, rows_of
from lic.jsonl import read_jsonl
from lic.reader.reader import Reader, Reading
from lic.types import ACTS, TEACHING_ACTS, Encoder, Encoding, Vector

UNLIKE, ALIKE = 0.3, 0.8
"""Cosines of two sentence vectors at which what was said of the one says nothing, or all, of the other."""
OPEN = ("none", "says", "learned", "done", "reason")
"""Kinds of replies after which a person may say anything."""
OTHER_CONTEXT = 0.3
"""What a turn says of one after another kind of reply."""
SURE = 2.0
"""By so many nats the act that the person named leads in their own turn afterwards."""
HARM = 0.002
"""By so much the F1 of teaching on the test lines may fall."""


@dataclass(frozen=True, slots=True)
class _Shift:
    """One turn of a person: where it lies, and by how much it moves which act."""

    vector: Vector
    kind: str
    act: int
    size: float


class PersonalRecognizer(IntentRecognizer):
    """The common gate, shifted around a person's own turns."""

    def __init__(self, common: IntentRecognizer, shifts: Sequence[_Shift]) -> None:
        super().__init__(common.head)
        self.shifts = tuple(shifts)

    def logits(self, encodings: Sequence[Encoding], readings: Sequence[Reading], previous: Sequence[str | None]) -> Vector:
        """Scores of the labels for several turns, shape (n, labels)."""
        common = super().logits(encodings, readings, previous)
        return common + shifted(self.shifts, np.stack([encoding.vector for encoding in encodings]), previous, common.shape[1])


def shifted(shifts: Sequence[_Shift], vectors: Vector, previous: Sequence[str | None], labels: int) -> Vector:
    """What a person's turns add to the scores of others, shape (n, labels)."""
    added = np.zeros((len(vectors), labels), np.float32)
    kinds = [kind_of(reply) for reply in previous]
    for shift in shifts:
        near = np.clip((vectors @ shift.vector - UNLIKE) / (ALIKE - UNLIKE), 0, 1)
        added[:, shift.act] += shift.size * near * [1.0 if kind == shift.kind or {kind, shift.kind} <= set(OPEN) else OTHER_CONTEXT for kind in kinds]
    return added


@dataclass(frozen=True, slots=True)
class Refit:
    """A person's own gate, and which of their turns it could not learn without getting worse on others."""

    recognizer: IntentRecognizer
    refused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Checks:
    """The test lines: scores of the common gate, sentence vectors, previous replies, and whether they teach."""

    logits: Vector
    vectors: Vector
    previous: list[str | None]
    teaches: NDArray[np.bool_]


class PersonalGates:
    """One gate for each person who corrected it; all others share the common one."""

    def __init__(self, common: IntentRecognizer, encoder: Encoder, reader: Reader, folder: Path) -> None:
        self.common = common
        self._encoder = encoder
        self._reader = reader
        self._folder = folder
        self._checks: _Checks | None = None
        self._fitted: dict[str, tuple[tuple[str, ...], Refit]] = {}
        self._lock = Lock()

    def of(self, owner: str, rows: Sequence[Mapping[str, Any]]) -> Refit:
        """The gate of a person, given their own rows of `intent_recognition` (text, previous, act), the oldest first."""
        if not rows:
            return Refit(self.common)
        sources = tuple(f"{row['act']}\n{row['previous'] or ''}\n{row['text']}" for row in rows)
        with self._lock:
            known = self._fitted.get(owner)
            if known is None or known[0] != sources:
                known = sources, self._refit(rows)
                self._fitted[owner] = known
        return known[1]

    def harm(self, refit: Refit) -> float:
        """By how much a person's gate recognizes the test lines worse than the common one, as F1 of teaching."""
        return self._harm(refit.recognizer.shifts if isinstance(refit.recognizer, PersonalRecognizer) else ())

    def _refit(self, rows: Sequence[Mapping[str, Any]]) -> Refit:
        encodings = self._encoder.encode([row["text"] for row in rows])
        previous = [row["previous"] for row in rows]
        common = self.common.logits(encodings, self._reader.read(encodings, previous), previous)
        labels = self.common.head.labels
        shifts: list[_Shift] = []
        refused: list[int] = []
        for i, (row, encoding) in enumerate(zip(rows, encodings, strict=True)):
            act = labels.index(str(row["act"]))
            now = common[i] + shifted(shifts, encoding.vector[None], previous[i : i + 1], len(labels))[0]
            size = max(0.0, SURE + float(np.delete(now, act).max()) - float(now[act]))
            shift = _Shift(encoding.vector, kind_of(previous[i]), act, size)
            if self._harm([*shifts, shift]) > HARM:
                refused.append(i)
            else:
                shifts.append(shift)
        return Refit(PersonalRecognizer(self.common, shifts), tuple(refused))

    def _harm(self, shifts: Sequence[_Shift]) -> float:
        checks = self._test_lines()
        return self._f1(checks.logits) - self._f1(checks.logits + shifted(shifts, checks.vectors, checks.previous, checks.logits.shape[1]))

    def _f1(self, logits: Vector) -> float:
        teaching = np.asarray([label in TEACHING_ACTS for label in self.common.head.labels])
        called, wanted = probabilities(logits)[:, teaching].sum(axis=1) >= 0.5, self._test_lines().teaches
        return float(2 * (called & wanted).sum() / max(1, called.sum() + wanted.sum()))

    def _test_lines(self) -> _Checks:
        if self._checks is None:
            rows = list(read_jsonl(self._folder / "test.jsonl"))
            read = readings_of(self._encoder, self._reader, rows, CHECK_KIND)
            teaches = np.asarray([row["act"] in TEACHING_ACTS for row in rows])
            self._checks = _Checks(self.common.head.logits(rows_of(rows, read)), read[:, len(ACTS) :], [row["previous"] for row in rows], teaches)
        return self._checks
