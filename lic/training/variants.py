"""More of what was written: marked lines with names that nobody has heard.

A reader that has seen few names takes a new one for a value ("my boss Greta Zanfeld lives in Oslo"). Names of people and streets are put
together from syllables, so that none can be learned by heart.
"""

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lic.training.facts import Marked, MarkedFact
from lic.types import Span

_BEGINS = """
ba be bo bra ca che da de do dru el
fa fi gra ha he i ja jo ka ke kri la le li lo ma me mi mo na ne ni no o pa pe
qui ra re ri ro sa sha si so ste ta te ti to u va ve vi wa we xi ya yo za ze zi
""".split()
_MIDDLES = "b d g l ll m n nn r rr s ss t v nd rd lk mb nk rt st th sch".split()
_ENDS = """
a e i o y an en in on ar er or us is el il as et ert ette ina ika mann berg dal ford sen
son ski ova vic wood ton land stad quist oglu wala moto escu idis
""".split()
_STREETS = ("Street", "Road", "Lane", "Square", "Avenue", "Court")
_FIGURE = re.compile(r"(?:my|our|his|her|their) [a-z]+(?: [a-z]+)?", re.IGNORECASE)
_HOUSE = re.compile(r"the [a-z]+(?: [a-z]+)?", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][a-zà-ÿ]+(?:[ -][A-Z][a-zà-ÿ]+)*")
_VERB_FOLLOWS = re.compile(r" (?!['’]s\b)[a-z]")
_LEADING = re.compile(r"(?:in|at|on|under|behind|near|to|from|by|with|since|for|through|along|over|round|around|until|before|after) ", re.IGNORECASE)
_CALENDAR = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|November|December|English|German|French|I|The|My|Our"
)


def name(chance: random.Random) -> str:
    """One invented word that may be a name."""
    middle = chance.choice(_MIDDLES) + (chance.choice(_BEGINS) + chance.choice(_MIDDLES) if chance.random() < 0.25 else "")
    return (chance.choice(_BEGINS) + middle + chance.choice(_ENDS)).capitalize()


def full_name(chance: random.Random) -> str:
    """One to three invented words."""
    return " ".join(name(chance) for _ in range(chance.choice((1, 1, 2, 2, 2, 3))))


def with_new_names(item: Marked, chance: random.Random) -> Iterator[Marked]:
    """Variants of a marked line: a subject with an invented name behind it, and its own names exchanged for invented ones."""
    named = _appositions(item, chance)
    if named:
        moved = _exchanged(item, named)
        yield replace(moved, facts=tuple(sorted((*_namings(item, named), *moved.facts), key=lambda fact: fact.anchor[1].start)))
    if other := _new_names(item, chance):
        yield _exchanged(item, other)


def _appositions(item: Marked, chance: random.Random) -> dict[Span, str]:
    """Places right behind a subject, with a name or a street."""
    found: dict[Span, str] = {}
    for fact in item.facts:
        at = fact.of("S")
        if at is None or not _VERB_FOLLOWS.match(item.text, at.end):
            continue
        place = Span(at.end, at.end)
        if _FIGURE.fullmatch(at.of(item.text)):
            found[place] = f" {full_name(chance)}"
        elif _HOUSE.fullmatch(at.of(item.text)):
            street = f"{full_name(chance)} {chance.choice(_STREETS)}"
            found[place] = chance.choice((f" in {street}", f" on {street}", f" {full_name(chance)}", f" of {full_name(chance)}"))
    return found


def _namings(item: Marked, named: Mapping[Span, str]) -> Iterator[MarkedFact]:
    """What a name behind "my barber" says: what he is called."""
    subjects = {at.end: at for fact in item.facts if (at := fact.of("S")) is not None and _FIGURE.fullmatch(at.of(item.text))}
    for place, words in named.items():
        if place.end in subjects:
            start, end = (_moved(named, at, False) for at in (subjects[place.end].start, place.end))
            yield MarkedFact((("S", Span(start, end)), ("V", Span(end + 1, end + len(words)))))


def _new_names(item: Marked, chance: random.Random) -> dict[Span, str]:
    """The names within subjects and values, but for the first word of the line, each with a new one; the same name gets the same."""
    found: dict[Span, str] = {}
    chosen: dict[str, str] = {}
    for mark, span in (marked for fact in item.facts for marked in fact.spans):
        if mark not in "SVDA":
            continue
        for match in _NAME.finditer(item.text, span.start, span.end):
            place = Span(match.start(), match.end())
            if match.start() > 0 and not _CALENDAR.match(match.group()) and all(other == place or not _overlap(other, place) for other in found):
                found[place] = chosen.setdefault(match.group(), full_name(chance))
    return found


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _exchanged(item: Marked, pieces: Mapping[Span, str]) -> Marked:
    """A line with pieces of its text exchanged, all spans moved with it; a piece at the end of a span becomes part of it."""
    text, last = "", 0
    for place, new in sorted(pieces.items(), key=lambda piece: piece[0].start):
        text += item.text[last : place.start] + new
        last = place.end

    def all_moved(spans: Iterable[tuple[str, Span]]) -> tuple[tuple[str, Span], ...]:
        return tuple((mark, Span(_moved(pieces, span.start, False), _moved(pieces, span.end, True))) for mark, span in spans)

    facts = tuple(replace(fact, spans=all_moved(fact.spans), statement="") for fact in item.facts)
    return Marked(text + item.text[last:], item.previous, facts, all_moved(item.asks))


def _moved(pieces: Mapping[Span, str], at: int, ends: bool) -> int:
    """Where a place of the old text stands in the new one, as the end of a span or as its start."""
    return at + sum(len(new) - (old.end - old.start) for old, new in pieces.items() if old.end < at or (old.end == at and (ends or old.start < old.end)))
