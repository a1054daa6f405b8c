"""The marks of `data/lesson_preparation`: `[S my dog] [R is called] [V Rex] | and …`, parsed into plain text and spans."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lic.errors import DataError

_TOKEN = re.compile(r"\[([SRVTO]) ([^\[\]]*)\]| \| ")


@dataclass(frozen=True, slots=True)
class MarkedFact:
    """Where a fact begins in the text, and what kind it is."""

    start: int
    section: str
    many: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A plain text with its spans (mark, start, end) and facts; the old value is marked D."""

    text: str
    spans: tuple[tuple[str, int, int], ...]
    facts: tuple[MarkedFact, ...]


def parse_marks(marked: str, kinds: Sequence[Mapping[str, str]]) -> Marked:
    """Take the marks out of a text. Raises DataError where facts and their kinds differ in number."""
    plain = ""
    spans: list[tuple[str, int, int]] = []
    starts = [0]
    at = 0
    for token in _TOKEN.finditer(marked):
        plain += marked[at : token.start()]
        at = token.end()
        if token.group(1) is None:
            plain += " "
            starts.append(len(plain))
            continue
        mark = "D" if token.group(1) == "O" else token.group(1)
        spans.append((mark, len(plain), len(plain) + len(token.group(2))))
        plain += token.group(2)
    plain += marked[at:]
    if kinds and len(kinds) != len(starts):
        raise DataError(f"{len(starts)} facts are marked but {len(kinds)} kinds given: {marked!r}")
    facts = tuple(MarkedFact(start, kind["section"], kind["values"] == "many") for start, kind in zip(starts, kinds, strict=False))
    return Marked(plain, tuple(spans), facts)
