"""Sentence vectors of many texts."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from lic.types import Encoder, Vector

READ_AT_ONCE = 128
Item = TypeVar("Item")


def parts(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Items, as many at a time as are encoded together."""
    for start in range(0, len(items), READ_AT_ONCE):
        yield list(items[start : start + READ_AT_ONCE])


def vectors_of(encoder: Encoder, texts: Sequence[str]) -> dict[str, Vector]:
    """Each text with its sentence vector, the short ones encoded together."""
    ordered = sorted(dict.fromkeys(texts), key=len)
    return {encoding.text: encoding.vector for part in parts(ordered) for encoding in encoder.encode(part)}
