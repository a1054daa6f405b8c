"""The form of a small head: a logistic regression on standardized numbers, or a perceptron with one hidden layer, as a file of numbers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lic.errors import DataError
from lic.types import Vector

LEAST_SCALE = 1e-4
"""Numbers that hardly differ are not blown up; rounded to nothing they could not be divided by."""


@dataclass(frozen=True, slots=True)
class JudgeHead:
    """Mean and scale of each of f features, and for each layer its coefficients (out, in) with intercepts (out,); the last one's are the labels."""

    labels: tuple[str, ...]
    mean: Vector
    scale: Vector
    layers: tuple[tuple[Vector, Vector], ...]

    def probabilities(self, rows: Sequence[Sequence[float]]) -> Vector:
        """The probability of each label, shape (n, k)."""
        if not rows:
            return np.zeros((0, len(self.labels)), np.float32)
        x = (np.asarray(rows, np.float32) - self.mean) / self.scale
        *hidden, (coefficients, intercept) = self.layers
        for weights, bias in hidden:
            x = np.maximum(x @ weights.T + bias, 0)
        logits = x @ coefficients.T + intercept
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        return exponents / exponents.sum(axis=1, keepdims=True)


def load_head(path: Path, command: str) -> JudgeHead:
    """Read a head. Raises DataError, which names the command that makes it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        mean, scale = (np.asarray(found[name], np.float32) for name in ("mean", "scale"))
        layers = tuple((np.asarray(layer["coefficients"], np.float32), np.asarray(layer["intercept"], np.float32)) for layer in found["layers"])
        return JudgeHead(tuple(found["labels"]), mean, scale, layers)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"The head {path} cannot be read ({error}): run `{command}`.") from error


def write_head(path: Path, labels: Sequence[str], scaler: Any, model: Any) -> None:
    """Write a fitted scikit-learn scaler with a logistic regression or a perceptron; of two labels the first one's logit is nothing."""
    if hasattr(model, "coefs_"):
        layers = [(weights.T, bias) for weights, bias in zip(model.coefs_, model.intercepts_, strict=True)]
    else:
        layers = [(model.coef_, model.intercept_)]
    if len(labels) == 2:
        weights, bias = layers[-1]
        layers[-1] = np.concatenate((0 * weights, weights)), np.concatenate((0 * bias, bias))
    content = {
        "labels": list(labels),
        "mean": _rounded(scaler.mean_),
        "scale": _rounded(np.maximum(scaler.scale_, LEAST_SCALE)),
        "layers": [{"coefficients": _rounded(weights), "intercept": _rounded(bias)} for weights, bias in layers],
    }
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")


def _rounded(values: Any) -> list[Any]:
    return np.round(np.asarray(values, np.float64), 6).tolist()
