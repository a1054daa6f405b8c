"""Long texts in parts that the encoder sees whole."""

import re

from lic.types import Encoder

MOST_PIECES = 240
"""The encoder sees 256 word pieces; a part stays a little below, for the special ones."""
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?…])\s+")
_CHARACTERS_OF_A_SHORT_TEXT = MOST_PIECES


def within_reach(encoder: Encoder, text: str) -> list[str]:
    """A text in parts of at most 240 word pieces, cut between sentences, or between words where a sentence is longer than that."""
    if len(text) < _CHARACTERS_OF_A_SHORT_TEXT or len(encoder.tokenize(text)) < MOST_PIECES:
        return [text]
    sentences = [piece for sentence in _BETWEEN_SENTENCES.split(text) for piece in _joined(encoder, sentence.split())]
    return _joined(encoder, sentences)


def _joined(encoder: Encoder, pieces: list[str]) -> list[str]:
    """Neighbours joined for as long as they stay within reach."""
    parts: list[str] = []
    room = 0
    for piece in pieces:
        size = len(encoder.tokenize(piece))
        if parts and size <= room:
            parts[-1] = f"{parts[-1]} {piece}"
            room -= size
        else:
            parts.append(piece)
            room = MOST_PIECES - size
    return parts
