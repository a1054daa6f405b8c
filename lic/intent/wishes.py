"""What a turn wants of LIC's memory: a change taken back or done again, something forgotten, a reason, a former value, or an answer to "replace or keep?".

The gate says that a turn manages or asks; this says which of the ways it is. A logistic classifier on the encoder, trained by `lic.training.wishes`.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from lic.head import load_head
from lic.intent.feedback import SYNTAX, syntactic
from lic.types import Encoding, Vector

Wish = Literal[
    "undo", "redo",
    "forget_one", "forget_subject", "forget_period", "forget_source", "forget_me",
    "why", "who_said", "when_said",
    "question", "about", "learned", "past",
    "replace", "keep_both", "for_a_time", "neither",
]  # fmt: skip
WISHES: tuple[Wish, ...] = get_args(Wish)
FORGETS: frozenset[Wish] = frozenset(("forget_one", "forget_subject", "forget_period", "forget_source", "forget_me"))
WEIGHTS = Path(__file__).parent / "wishes.json"
LAST = 6
"""The last of the layers that the encoder gives."""


class WishRecognizer:
    """Tells the wishes of one kind of turn apart."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._head = load_head(weights, "python -m lic.training.wishes")

    def among(self, encoding: Encoding, wishes: Collection[Wish]) -> tuple[Wish, float]:
        """The most probable of some wishes, with its probability among them."""
        probabilities = self._head.probabilities([wish_features(encoding).tolist()])[0]
        of = dict(zip(self._head.labels, map(float, probabilities), strict=True))
        best = max(wishes, key=lambda wish: of[wish])
        return best, of[best] / max(sum(of[wish] for wish in wishes), 1e-9)


def wish_features(encoding: Encoding) -> Vector:
    """What tells the wording of a text, beside the greatest numbers of the syntactic and the last layer, each of unit length."""
    layers = encoding.states.reshape(len(encoding.ids), -1, len(encoding.vector))
    greatest = (layers[:, SYNTAX].max(axis=0), layers[:, LAST].max(axis=0))
    return np.concatenate((syntactic(encoding), *(part / max(float(np.linalg.norm(part)), 1e-9) for part in greatest)))
