"""The seed dialogues, found by likeness: small talk for the embedded Autopilot, example turns for a language model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lic.cache import cached
from lic.jsonl import read_jsonl
from lic.language import content_hash, key
from lic.prepared import prepared_rows
from lic.types import Encoder, Vector

KIND = "dialogue"
"""The name of these vectors among the shipped ones."""


class DialogueExamples:
    """Prompt and reply pairs with the sentence vectors of the prompts."""

    def __init__(self, pairs: list[tuple[str, str]], vectors: Vector) -> None:
        self._pairs = pairs
        self._vectors = vectors
        # Emoji and marks alone have no words to be the same.
        self._exact = {words: i for i, (prompt, _) in enumerate(pairs) if (words := key(prompt))}

    def like(self, text: str, vector: Vector, k: int) -> tuple[tuple[str, str, float], ...]:
        """The k pairs whose prompt is most like a turn, best first, with their cosines; the same words come first."""
        scores = self._vectors @ vector
        if (same := self._exact.get(key(text))) is not None:
            scores[same] = 1.0
        best = np.argsort(-scores, kind="stable")[:k]
        return tuple((*self._pairs[i], float(scores[i])) for i in best)


def load_examples(encoder: Encoder, file: Path, cache: Path) -> DialogueExamples:
    """The pairs of a dialogue file, encoded once and kept in the cache."""
    pairs = [(row["messages"][0]["content"], row["messages"][1]["content"]) for row in read_jsonl(file)]
    content = content_hash(file.read_text(encoding="utf-8"), encoder.fingerprint)

    prompts = [prompt for prompt, _ in pairs]

    def encode() -> dict[str, Vector]:
        return {"vectors": prepared_rows(KIND, encoder.fingerprint, prompts, lambda missing: prompt_vectors(encoder, [prompts[i] for i in missing]))}

    return DialogueExamples(pairs, np.asarray(cached(cache, "dialogue", content, encode)["vectors"], np.float32))


def prompt_vectors(encoder: Encoder, prompts: Sequence[str]) -> Vector:
    """The sentence vectors of prompts, shape (n, d)."""
    return np.stack([encoding.vector for encoding in encoder.encode(prompts)])
