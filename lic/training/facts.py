"""The lines of `data/lesson_preparation`: a message and the words of it that each of its facts consists of, parsed into spans."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lic.errors import DataError
from lic.lessons.tagger import Fact
from lic.types import Span

PARTS = {"subject": "S", "relation": "R", "value": "V", "time": "T", "denied": "D", "means": "A"}
"""The fields of a fact with their marks."""
GAP = " … "
"""Between the pieces of a part that stands in several places."""
_WORD = re.compile(r"[\w']+|[^\w\s]")
_WHICH = re.compile(r"(?P<words>.*)#(?P<nth>\d+)", re.DOTALL)
SECTIONS = {
    "world": "domain_knowledge",
    "life": "individual_experiences",
    "feeling": "emotional_states",
    "manner": "manner",
}
"""What the lines call the sections."""


@dataclass(frozen=True, slots=True)
class MarkedFact:
    """One fact: its spans with their marks, in any order and shared with other facts at will; `statement` where somebody wrote its standalone form."""

    spans: tuple[tuple[str, Span], ...]
    section: str = "individual_experiences"
    many: bool = False
    statement: str = ""

    @property
    def anchor(self) -> tuple[str, Span]:
        """Mark and span that the fact hangs on: its value, else its relation."""
        return next(((mark, span) for wanted in "VR" for mark, span in self.spans if mark == wanted))

    def of(self, mark: str) -> Span | None:
        """The first span with a mark."""
        return next((span for own, span in self.spans if own == mark), None)


@dataclass(frozen=True, slots=True)
class Marked:
    """A message, LIC's reply before it, its facts, and what it asks about where it is a question or a wish to forget."""

    text: str
    previous: str | None
    facts: tuple[MarkedFact, ...]
    asks: tuple[tuple[str, Span], ...] = ()


def parse_line(row: Mapping[str, Any]) -> Marked:
    """One line. Raises DataError where a part does not stand in the text or a fact has neither value nor relation."""
    facts: list[MarkedFact] = []
    for fact in row["facts"]:
        spans = tuple(_spans(row["text"], fact))
        if not any(mark in "VR" for mark, _ in spans):
            raise DataError(f"A fact of {row['text']!r} has neither relation nor value: give it one.")
        facts.append(MarkedFact(spans, SECTIONS[fact["kind"]], fact.get("many", False), fact.get("statement", "")))
    return Marked(row["text"], row["previous"], tuple(facts), tuple(_spans(row["text"], row.get("asks", {}))))


def fact_of(item: Marked, wanted: MarkedFact, kept: Sequence[Span] = ()) -> Fact:
    """A marked fact as the tagger would find it, with the words that its statement keeps."""
    own = [span for mark, span in wanted.spans if mark in "SRVT"]
    marked = [span for fact in item.facts for mark, span in fact.spans if mark in "SRVT"]
    words = dict.fromkeys(Span(match.start() + span.start, match.end() + span.start) for span in marked for match in _WORD.finditer(span.of(item.text)))
    fact = Fact(
        subject=wanted.of("S"),
        relation=tuple(span for mark, span in wanted.spans if mark == "R"),
        value=wanted.of("V"),
        when=wanted.of("T"),
        denied=wanted.of("D"),
        means=wanted.of("A"),
        section=wanted.section,
        many=wanted.many,
        foreign=tuple(word for word in words if not any(word.start < span.end and span.start < word.end for span in own)),
    )
    return replace(fact, kept=tuple(word for word in kept if not any(word.start < span.end and span.start < word.end for span in fact.spans)))


def _spans(text: str, parts: Mapping[str, Any]) -> Iterator[tuple[str, Span]]:
    for name, mark in PARTS.items():
        for piece in parts.get(name, "").split(GAP):
            if piece:
                yield mark, place(text, piece)


def places(text: str, words: str) -> list[Span]:
    """Where words stand in a text, as words of their own if they do so anywhere."""
    for pattern in (rf"(?<!\w){re.escape(words)}(?!\w)", re.escape(words)):
        if found := [Span(match.start(), match.end()) for match in re.finditer(pattern, text)]:
            return found
    return []


def place(text: str, words: str) -> Span:
    """The place of words in a text: the first, or the one that "words#2" numbers. Raises DataError where there is none."""
    numbered = _WHICH.fullmatch(words)
    wanted, nth = (numbered["words"], int(numbered["nth"])) if numbered else (words, 1)
    found = places(text, wanted)
    if len(found) < nth:
        raise DataError(f"{words!r} does not stand in {text!r}.")
    return found[nth - 1]


def written(text: str, span: Span) -> str:
    """A span as a line says it, so that `place` finds it again."""
    words = span.of(text)
    nth = places(text, words).index(span) + 1
    return words if nth == 1 else f"{words}#{nth}"
