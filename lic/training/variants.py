"""More of what was written: marked lines with names that nobody has heard, and the values of `data/places` as marks.

A reader that has seen few names takes a new one for a value ("my boss Greta Zanfeld lives in Oslo"). Names of people and streets are put
together from syllables, so that none can be learned by heart.
"""

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lic.training.marks import Marked

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
    named = _exchanged(item, _appositions(item, chance))
    if named is not None:
        yield named
    other = _exchanged(item, _new_names(item, chance))
    if other is not None:
        yield other


def _appositions(item: Marked, chance: random.Random) -> dict[tuple[int, int], str]:
    """Places right behind a subject, with a name or a street."""
    found: dict[tuple[int, int], str] = {}
    for mark, start, end in item.spans:
        subject = item.text[start:end]
        if mark != "S" or not _VERB_FOLLOWS.match(item.text, end):
            continue
        if _FIGURE.fullmatch(subject):
            found[end, end] = f" {full_name(chance)}"
        elif _HOUSE.fullmatch(subject):
            street = f"{full_name(chance)} {chance.choice(_STREETS)}"
            found[end, end] = chance.choice((f" in {street}", f" on {street}", f" {full_name(chance)}", f" of {full_name(chance)}"))
    return found


def _new_names(item: Marked, chance: random.Random) -> dict[tuple[int, int], str]:
    """The names within subjects and values, but for the first word of the line, each with a new one; the same name gets the same."""
    found: dict[tuple[int, int], str] = {}
    chosen: dict[str, str] = {}
    for mark, start, end in item.spans:
        if mark not in ("S", "V", "D"):
            continue
        for match in _NAME.finditer(item.text, start, end):
            if match.start() > 0 and not _CALENDAR.match(match.group()):
                found[match.start(), match.end()] = chosen.setdefault(match.group(), full_name(chance))
    return found


def _exchanged(item: Marked, pieces: Mapping[tuple[int, int], str]) -> Marked | None:
    """A line with pieces of its text exchanged, all marks moved with it; a piece at the end of a span becomes part of it."""
    if not pieces:
        return None

    def moved(at: int, ends: bool) -> int:
        return at + sum(len(new) - (end - start) for (start, end), new in pieces.items() if end < at or (end == at and (ends or start < end)))

    text, last = "", 0
    for (start, end), new in sorted(pieces.items()):
        text += item.text[last:start] + new
        last = end
    spans = tuple((mark, moved(start, False), moved(end, True)) for mark, start, end in item.spans)
    facts = tuple(type(fact)(moved(fact.start, False), fact.section, fact.many) for fact in item.facts)
    return Marked(text + item.text[last:], spans, facts)


def valued(group: Mapping[str, Any]) -> Iterator[tuple[str, int, int, bool]]:
    """The statements of a group of `data/places`: text, where its value begins and ends (without a preposition before it), and whether values collect."""
    for question in group["questions"]:
        for text, value in (*question["statements"], *question["again"], *question["changes"]):
            start = text.index(value)
            leading = _LEADING.match(value)
            yield text, start + (leading.end() if leading else 0), start + len(value), question["many"]
