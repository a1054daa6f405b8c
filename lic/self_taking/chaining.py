"""Two-step questions: "where does my manager sit?" is answered by who the manager is and by where that one sits, with both as evidence.

The first entry names what the question only describes. Its description in the question is exchanged for that name, and the
shorter question is judged against what is known of it (self-ask, Press et al. 2023, by code instead of by prompting).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lic.language import key
from lic.types import Entry

_WORD = re.compile(r"\w+(?:[-.]\w+)*|['’]s\b")
_IDLE = frozenset("is are was were am be been 's s called named name names i my me our we us the a an in at on of for to with by from has have had".split())
_DETERMINERS = frozenset("my our the a an your this that his her its their".split())
_RELATIVE = frozenset("where who whom which that whose".split())
_PRONOUNS = frozenset("i we he she it they you".split())
_ASKING = frozenset("what when how why do does did".split())
_STRANDED = frozenset("at in for on with to from by of".split())
_NAME = re.compile(r"[A-ZÀ-Ý]")


@dataclass(frozen=True, slots=True)
class Step:
    """A first entry, and the question with that entry's value in the place of what described it."""

    entry: Entry
    question: str


def steps(question: str, known: Sequence[Entry]) -> list[Step]:
    """What each entry makes of a question; those that describe nothing in it are left out.

    With "My manager is Petra", "where does my manager sit?" becomes "where does Petra sit?".
    """
    found = [Step(entry, made) for entry in known if (made := _exchanged(question, entry))]
    return list({key(step.question): step for step in reversed(found)}.values())[::-1]


def _exchanged(question: str, entry: Entry) -> str | None:
    value = entry.slots.value.strip(" .!")
    if not value or key(value) in key(question) or len(value.split()) > 6:
        return None
    telling = {_stem(word) for word in _words(f"{entry.slots.subject} {entry.slots.relation}") if word not in _IDLE}
    own = bool({"i", "my", "we", "our", "me"} & set(_words(entry.slots.subject)))
    matches = list(_WORD.finditer(question))
    said = [match.group().lower().replace("’", "'") for match in matches]
    window = _window([_stem(word) for word in said], telling)
    start, end = _widened(said, *window, own) if window else (None, 0)
    if start is None:
        return None
    # Of "my sister's dog", asked with "My sister is Ines", the possessive stays.
    made = f"{question[: matches[start].start()]}{value}{question[matches[end].end() :]}"
    left = [word for i, word in enumerate(said) if not start <= i <= end and word not in _IDLE | _RELATIVE | _ASKING]
    return made if left else None


def _window(stems: Sequence[str], telling: set[str]) -> tuple[int, int] | None:
    """The shortest stretch that holds all of some stems, of equally short ones the last; None where one is missing."""
    places = [i for i, stem in enumerate(stems) if stem in telling]
    windows = [(start, end) for start in places for end in places if start <= end and set(stems[start : end + 1]) >= telling]
    return min(windows, key=lambda window: (window[1] - window[0], -window[0]), default=None) if telling else None


def _widened(said: Sequence[str], start: int, end: int, own: bool) -> tuple[int | None, int]:
    """The words of a description with what belongs to it: determiners, "the town where", a preposition left behind."""
    if own and start > 0 and said[start - 1] in _PRONOUNS | {"my", "our"}:
        start -= 1
    elif own and not {"my", "our", "i", "we"} & set(said[start : end + 1]):
        return None, end
    while start > 0 and said[start - 1] in _DETERMINERS:
        start -= 1
    # "where" that begins the question asks; "the town where my sister lives" describes.
    if start > 1 and said[start - 1] in _RELATIVE:
        start -= 2
        while start > 0 and said[start - 1] in _DETERMINERS | {"of"} and said[start] not in _DETERMINERS:
            start -= 1
    elif start > 1 and said[start] in _PRONOUNS and said[start - 1] not in _IDLE | {"do", "does", "did"} and said[start - 2] in _DETERMINERS:
        start -= 2
    if end + 1 < len(said) and said[end + 1] in _STRANDED and (end + 2 == len(said) or said[end + 2] not in _DETERMINERS):
        end += 1
    return start, end


def names_one(entry: Entry) -> bool:
    """Whether an entry says who or what something is by a name: my manager is Petra, the flat is on Lendplatz."""
    return bool(_NAME.match(entry.slots.value.strip())) and len(entry.slots.value.split()) <= 4


def _words(text: str) -> list[str]:
    return [match.group().lower().replace("’", "'") for match in _WORD.finditer(text)]


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word
