"""Whether an entry answers a question: a calibrated classifier on comparison features, trained by `lic.training.answerability`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lic.head import load_head
from lic.judges.contest import Spoken, greatest, spoken_of, standing
from lic.judges.features import Side, features, side_of
from lic.types import Encoder, Encoding, Entry, Slots

LABELS = ("other", "answers")
WEIGHTS = Path(__file__).parent / "answerability.json"
NUMBERS = ("one", "several")
SEVERAL_WEIGHTS = Path(__file__).parent / "several.json"
COMMAND = "python -m lic.training.answerability"
Compared = tuple[Side, Spoken]


@dataclass(frozen=True, slots=True)
class Judged:
    """How probably an entry answers a question, and how probably the question wants several values."""

    answers: float
    several: float


class Answerability:
    """Judges what search brought up for a question; it reads no more than words, slots and vectors."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        self._head = load_head(weights, COMMAND)
        self._several = load_head(SEVERAL_WEIGHTS, COMMAND)

    def judged(self, question: Encoding, asked: Slots, candidates: Sequence[tuple[Entry, float]]) -> list[Judged]:
        """For each of all entries that a search found, with its cosine to a question about a subject and relation, what it is to the question."""
        if not candidates:
            return []
        new = compared(self._encoder, question.text, asked)
        known = [compared(self._encoder, entry.text, entry.slots) for entry, _ in candidates]
        answers = self._head.probabilities(rows(new, known, [cosine for _, cosine in candidates]))[:, LABELS.index("answers")]
        several = float(self._several.probabilities([question.vector.tolist()])[0, NUMBERS.index("several")])
        return [Judged(float(p), several) for p in answers]


def compared(encoder: Encoder, text: str, slots: Slots) -> Compared:
    """A question or a statement, prepared for comparing."""
    side = side_of(encoder, text, slots)
    return side, spoken_of(side)


def rows(question: Compared, known: Sequence[Compared], cosines: Sequence[float]) -> list[list[float]]:
    """What the classifier reads of each of the entries that were found for a question."""
    best, second = greatest(cosines)
    return [
        [*features(question[0], side, cosine), *standing(question[1], spoken, cosine, best, second)]
        for (side, spoken), cosine in zip(known, cosines, strict=True)
    ]
