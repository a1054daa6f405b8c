"""What several people said of one thing: what of the others says otherwise, and what was settled to hold too."""

from collections.abc import Sequence
from datetime import datetime

from lic.language import key
from lic.types import Entry, Taken

MOST_OTHERWISE = 2


def said(item: Taken) -> tuple[datetime, datetime]:
    """When a taken entry was said, for finding the newest."""
    return item.entry.said_at, item.entry.created_at


def otherwise(told: Taken, alike: Sequence[Taken]) -> tuple[Taken, ...]:
    """What others than the told entry's owner say of the same, the newest of each, where they hold another value."""
    others = [item for item in alike if item.entry.owner != told.entry.owner and _contradict(item.entry, told.entry)]
    newest = {item.entry.owner: item for item in sorted(others, key=said)}
    return tuple(sorted(newest.values(), key=said, reverse=True)[:MOST_OTHERWISE])


def beside(told: Taken, alike: Sequence[Taken]) -> list[Taken]:
    """What somebody else said of the same, and what was settled to hold beside the told entry."""
    entry = told.entry
    others = [item for item in alike if item.entry.owner == entry.owner and item.entry.speaker != entry.speaker]
    return [item for item in others if item.entry.many and entry.many and _asked(item.entry) == _asked(entry)]


def _asked(entry: Entry) -> tuple[str, str]:
    return key(entry.slots.subject), key(entry.slots.relation)


def _contradict(one: Entry, other: Entry) -> bool:
    """Whether two entries of one question hold different values, or say the same of different subjects: Tom, and Eva, is responsible for the printer."""
    if key(one.slots.value) != key(other.slots.value):
        return True
    rest, same = (f" {key(entry.text)} ".replace(f" {key(entry.slots.subject)} ", " … ", 1) for entry in (one, other))
    return rest == same and key(one.slots.subject) != key(other.slots.subject)
