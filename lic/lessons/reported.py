"""What somebody said of themselves, as others say it: "My dog is called Rex" of Ana's is that Ana's dog is called Rex."""

import re
from dataclasses import replace

from lic.language import key, named, of_oneself
from lic.lessons.morphology import base_of, readings, third_person
from lic.types import TAUGHT_REPLY, Entry, Slots

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_BE = {"am": "is", "was": "was", "are": "is", "were": "was", "have": "has", "do": "does", "don't": "doesn't", "haven't": "hasn't", "'m": "is", "'ve": "has"}
_CONTRACTED = re.compile(r"\b(I)['’](m|ve)\b")
_BETWEEN = 2
"""So many adverbs may stand between "I" and its verb: I only rarely eat meat."""


def as_read_by(entry: Entry, reader: str) -> Entry:
    """An entry as a person reads it: what another one said of themselves names that one; a taught reply stays as it is."""
    if entry.owner == reader or entry.slots.relation == TAUGHT_REPLY or not of_oneself(f"{entry.slots.subject} {entry.text}"):
        return entry
    who, slots = named(entry.owner), entry.slots
    relation = reported(f"I {slots.relation}", who).removeprefix(who).strip() if key(slots.subject) == "i" else slots.relation
    slots = Slots(reported(slots.subject, who), relation, reported(slots.value, who))
    return replace(entry, text=reported(entry.text, who), question=reported(entry.question, who), slots=slots)


def reported(text: str, who: str) -> str:
    """A text in the first person in the third one.

    >>> reported("My dog is called Rex and I live in Graz.", "Ana")
    "Ana's dog is called Rex and Ana lives in Graz."
    """
    text = _CONTRACTED.sub(lambda match: f"{match[1]} {'am' if match[2] == 'm' else 'have'}", text)
    found = list(_WORD.finditer(text))
    low = [match.group().lower().replace("’", "'") for match in found]
    verbs = {at: third for i, word in enumerate(low) if word == "i" for at, third in _verb_of(low, i)}
    words = {"i": who, "me": who, "my": f"{who}'s", "mine": f"{who}'s", "myself": "themselves"}
    pieces: list[str] = []
    end = 0
    for i, match in enumerate(found):
        pieces += [text[end : match.start()], verbs.get(i) or words.get(low[i]) or match.group()]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _verb_of(low: list[str], i: int) -> list[tuple[int, str]]:
    """Place and third person of the verb that belongs to "I": behind it, or before it where it asks."""
    if i > 0 and low[i - 1] in _BE:
        return [(i - 1, _BE[low[i - 1]])]
    for at in range(i + 1, min(i + 2 + _BETWEEN, len(low))):
        if low[at] in _BE:
            return [(at, _BE[low[at]])]
        tags = readings(low[at])
        if "VBP" in tags and not tags & {"MD", "RB"}:
            return [(at, third_person(base_of(low[at], "VBP") or low[at]))]
        if "RB" not in tags:
            return []
    return []
