"""Whether an entry answers a question: a calibrated classifier on comparison features, trained by `lic.training.judges`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lic.head import load_head
from lic.judges.contest import Spoken, greatest, spoken_of, standing
from lic.judges.features import Side, features, side_of
from lic.judges.likeness import COMMAND, Likeness, load_likeness
from lic.types import Encoder, Encoding, Entry, Slots, Vector

LABELS = ("other", "answers")
WEIGHTS = Path(__file__).parent / "answerability.json"
NUMBERS = ("one", "several")
SEVERAL_WEIGHTS = Path(__file__).parent / "several.json"
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
        self._likeness = load_likeness()

    def judged(self, question: Encoding, asked: Slots, candidates: Sequence[tuple[Entry, Vector]]) -> list[Judged]:
        """For each of all entries that a search found for a question about a subject and relation, with their vectors, what it is to the question."""
        if not candidates:
            return []
        new = compared(self._encoder, question.text, asked)
        known = [(compared(self._encoder, entry.text, entry.slots), vector) for entry, vector in candidates]
        answers = self._head.probabilities(rows(self._likeness, (new, question.vector), known))[:, LABELS.index("answers")]
        several = float(self._several.probabilities([question.vector.tolist()])[0, NUMBERS.index("several")])
        return [Judged(float(p), several) for p in answers]


def compared(encoder: Encoder, text: str, slots: Slots) -> Compared:
    """A question or a statement, prepared for comparing."""
    side = side_of(encoder, text, slots)
    return side, spoken_of(side)


def rows(likeness: Likeness, question: tuple[Compared, Vector], known: Sequence[tuple[Compared, Vector]]) -> list[list[float]]:
    """What the classifier reads of each of the entries that were found for a question, all with their vectors."""
    (asked, asked_of), vector = question
    cosines = [float(other @ vector) for _, other in known]
    best, second = greatest(cosines)
    alike = likeness.standing(vector, [other for _, other in known])
    return [
        [*features(asked, side, cosine), *standing(asked_of, spoken, cosine, best, second), *numbers]
        for ((side, spoken), _), cosine, numbers in zip(known, cosines, alike, strict=True)
    ]
