"""What a remark about a reply says: that nothing was taught, that something was, praise, or a complaint."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, cast

import numpy as np

from lic.cache import cached
from lic.jsonl import read_jsonl
from lic.language import content_hash
from lic.prepared import prepared_rows
from lic.types import Encoder, Encoding, Vector

KIND = "feedback"
"""The name of these features among the shipped ones."""
SYNTAX = 4
"""Which of the layers that the encoder gives tells most of syntax."""
FeedbackKind = Literal["not_teaching", "missed_teaching", "praise", "complaint"]


class FeedbackRecognizer:
    """A logistic regression on sentence vectors."""

    def __init__(self, labels: tuple[str, ...], weights: Vector, bias: Vector) -> None:
        self._labels = labels
        self._weights = weights
        self._bias = bias

    def kind(self, encoding: Encoding) -> FeedbackKind:
        """The most probable kind of a remark."""
        return cast(FeedbackKind, self._labels[int((self._weights @ syntactic(encoding) + self._bias).argmax())])


def load_feedback(encoder: Encoder, file: Path, cache: Path) -> FeedbackRecognizer:
    """The recognizer fitted on a file of remarks, from the cache where the same content was fitted before."""

    def fit() -> dict[str, Vector]:
        # Only fitting needs scikit-learn; most starts find the head in the cache.
        from sklearn.linear_model import LogisticRegression

        rows = list(read_jsonl(file))
        texts = [row["text"] for row in rows]
        x = prepared_rows(KIND, encoder.fingerprint, texts, lambda missing: remark_features(encoder, [texts[i] for i in missing]))
        model = LogisticRegression(C=10, max_iter=500).fit(x, [row["kind"] for row in rows])
        return {"labels": model.classes_.astype(str), "weights": model.coef_.astype(np.float32), "bias": model.intercept_.astype(np.float32)}

    content = content_hash(file.read_text(encoding="utf-8"), encoder.fingerprint)
    found = cached(cache, "feedback", content, fit)
    return FeedbackRecognizer(tuple(map(str, found["labels"])), np.asarray(found["weights"], np.float32), np.asarray(found["bias"], np.float32))


def remark_features(encoder: Encoder, texts: Sequence[str]) -> Vector:
    """What the recognizer sees of remarks, shape (n, f)."""
    return np.stack([syntactic(encoding) for encoding in encoder.encode(texts)])


def syntactic(encoding: Encoding) -> Vector:
    """What tells the wording of a short text: the sentence vector beside the mean of the syntactic layer, each of unit length."""
    width = len(encoding.vector)
    syntax = encoding.states[:, SYNTAX * width : (SYNTAX + 1) * width].mean(axis=0)
    return np.concatenate((encoding.vector, syntax / max(float(np.linalg.norm(syntax)), 1e-9)))
