"""What a turn says to two statements that contradict each other: which one is to hold, or both, or nothing of that kind.

A logistic classifier on the encoder, trained by `lic.training.settlements`.
"""

from pathlib import Path
from typing import Literal, get_args

from lic.head import load_head
from lic.intent.wishes import wish_features
from lic.types import Encoding

Settlement = Literal["keep_new", "keep_old", "keep_both", "mine", "theirs", "other"]
SETTLEMENTS: tuple[Settlement, ...] = get_args(Settlement)
WEIGHTS = Path(__file__).parent / "settlements.json"


class SettlementRecognizer:
    """Tells how a person settles a conflict; who says "mine" has to be known to say which statement that is."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._head = load_head(weights, "python -m lic.training.settlements")

    def settlement(self, encoding: Encoding) -> tuple[Settlement, float]:
        """The most probable one, with its probability."""
        probabilities = self._head.probabilities([wish_features(encoding).tolist()])[0]
        best = int(probabilities.argmax())
        return SETTLEMENTS[best], float(probabilities[best])
