"""How alike two texts are in what they ask or answer, whatever the value: sentence vectors, turned by a small trained perceptron.

"They throw everybody out at six" and "the pool stays open until seven" answer one question, though their sentence vectors know them as little
alike; what was born and where it lives do not. Trained by supervised contrast (Khosla et al. 2020, equation 2) over the statements and questions of
`data/places`; see `lic.training.likeness`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from lic.errors import DataError
from lic.types import Vector

WEIGHTS = Path(__file__).parent / "likeness.safetensors"
COMMAND = "python -m lic.training.judges"
KEPT, TURNED = 3.0, 0.3
"""So much of the sentence vector stays, and so much of the perceptron's answer is added."""
NUMBERS = 8
"""So many numbers tell how one of several stands."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A residual perceptron with one hidden layer over vectors of d numbers: weights (h, d) and (d, h), each with its bias."""

    first: Vector
    first_bias: Vector
    second: Vector
    second_bias: Vector

    def turned(self, vectors: Vector) -> Vector:
        """Sentence vectors (n, d) of unit length, turned so that texts about the same question are near each other; of unit length again."""
        wide = vectors * np.float32(vectors.shape[1] ** 0.5)
        hidden = np.maximum(wide @ self.first.T + self.first_bias, 0)
        found = KEPT * vectors + TURNED * (hidden @ self.second.T + self.second_bias)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def save(self, path: Path) -> None:
        """Write the weights in half precision."""
        named = {"first": self.first, "first_bias": self.first_bias, "second": self.second, "second_bias": self.second_bias}
        save_file({name: np.ascontiguousarray(values.astype(np.float16)) for name, values in named.items()}, path)

    def standing(self, one: Vector, others: Sequence[Vector]) -> list[list[float]]:
        """How each of several vectors stands to one: its likeness, how far it is ahead of the rest, and the same for the cosine; (n, NUMBERS)."""
        if not others:
            return []
        stacked = np.stack(others)
        turned = self.turned(np.concatenate((one[None], stacked)))
        likenesses, cosines = turned[1:] @ turned[0], stacked @ one
        ahead, ahead_by_cosine = _ahead(likenesses), _ahead(cosines)
        numbers = zip(likenesses.tolist(), ahead, cosines.tolist(), ahead_by_cosine, strict=True)
        return [
            [alike, lead, float(lead > 0), lead_by_cosine, float(lead_by_cosine > 0), len(others) / 8, alike * alike, alike * cosine]
            for alike, lead, cosine, lead_by_cosine in numbers
        ]


def _ahead(values: Vector) -> list[float]:
    """How far each value is ahead of the greatest of the others."""
    if len(values) == 1:
        return [float(values[0])]
    best, second = int(values.argmax()), float(np.partition(values, -2)[-2])
    return [float(value) - (second if i == best else float(values[best])) for i, value in enumerate(values)]


@cache
def load_likeness(path: Path = WEIGHTS) -> Likeness:
    """Read the weights. Raises DataError, which names the command that makes them."""
    try:
        return Likeness(**{name: values.astype(np.float32) for name, values in load_file(path).items()})
    except (OSError, SafetensorError, TypeError) as error:
        raise DataError(f"The weights {path} cannot be read ({error}): run `{COMMAND}`.") from error
