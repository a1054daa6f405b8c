"""Whether an entry answers a question: a calibrated logistic classifier on comparison features, trained by `lic.training.answerability`."""

from collections.abc import Sequence
from pathlib import Path

from lic.judges.features import features, side_of
from lic.judges.head import load_head
from lic.types import Encoder, Encoding, Entry, Slots

LABELS = ("other", "answers")
WEIGHTS = Path(__file__).parent / "answerability.json"


class Answerability:
    """Gives the probability that each of some entries answers a question; it reads no more than their words and vectors."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        self._head = load_head(weights, "python -m lic.training.answerability")

    def probabilities(self, question: Encoding, asked: Slots, candidates: Sequence[tuple[Entry, float]]) -> list[float]:
        """For each entry with its cosine to a question about a subject and relation, the probability that it answers the question."""
        if not candidates:
            return []
        side = side_of(self._encoder, question.text, asked)
        rows = [features(side, side_of(self._encoder, entry.text, entry.slots), cosine) for entry, cosine in candidates]
        return [float(p) for p in self._head.probabilities(rows)[:, LABELS.index("answers")]]
