"""Whether an entry answers a question: a calibrated logistic classifier on comparison features, trained from `data/answerability`."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lic.errors import DataError
from lic.self_taking.features import Side, features, matrix, side_of
from lic.types import Encoder, Encoding, Entry, Slots, Vector

WEIGHTS = Path(__file__).parent / "answerability.json"


class Answerability:
    """Gives the probability that each of some entries answers a question; it reads no more than their words and vectors."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        try:
            head = json.loads(weights.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(f"The head {weights} cannot be read ({error}): run `python -m lic.training.answerability`.") from error
        self._mean, self._scale, self._coefficients = (np.asarray(head[name], np.float32) for name in ("mean", "scale", "coefficients"))
        self._intercept = float(head["intercept"])

    def probabilities(self, question: Encoding, asked: Slots, candidates: Sequence[tuple[Entry, float]]) -> list[float]:
        """For each entry with its cosine to a question about a subject and relation, the probability that it answers the question."""
        if not candidates:
            return []
        side = side_of(self._encoder, question.text, asked)
        rows = matrix([features(side, self._side(entry), cosine) for entry, cosine in candidates])
        logits = (rows - self._mean) / self._scale @ self._coefficients + self._intercept
        return [float(p) for p in 1 / (1 + np.exp(-logits.astype(np.float64)))]

    def _side(self, entry: Entry) -> Side:
        return side_of(self._encoder, entry.text, entry.slots)


def head_as_json(mean: Vector, scale: Vector, coefficients: Vector, intercept: float) -> str:
    """The file form of the head."""
    rounded = {name: [round(float(x), 6) for x in values] for name, values in (("mean", mean), ("scale", scale), ("coefficients", coefficients))}
    return json.dumps({**rounded, "intercept": round(intercept, 6)}, indent=1) + "\n"
