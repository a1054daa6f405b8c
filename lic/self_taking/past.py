"""What held before: the version of an entry, or the older of several entries, that a question about the past means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lic.language import key
from lic.lessons.reported import as_read_by
from lic.mental_process.entries import Entries, Version
from lic.types import Entry, Taken


@dataclass(frozen=True, slots=True)
class Held:
    """A wording that held from a time on, until the next one did or it ended; None where it still holds."""

    entry: Entry
    text: str
    value: str
    begins: datetime
    ends: datetime | None


def held_of(entries: Entries, found: Sequence[Taken]) -> list[Held]:
    """All wordings of entries that answer one question, the oldest first."""
    versions = [(version, item.entry) for item in found for version in entries.history(item.entry.id)]
    versions.sort(key=lambda item: item[0].begins)
    nexts = [version.begins for version, _ in versions[1:]]
    return [
        Held(
            entry,
            _read(entries.owner, entry, version),
            version.value,
            version.begins,
            version.holds_until or (nexts[i] if i < len(nexts) and not entry.many else version.ends),
        )
        for i, (version, entry) in enumerate(versions)
    ]


def meant(held: Sequence[Held], question: str, period: tuple[datetime, datetime] | None, now: datetime) -> list[Held]:
    """Of wordings, the oldest first, those that held in a time; where none is named, the one before the present one, or before the one that is named."""
    if period is not None:
        begins, ends = period
        return [one for one in held if one.begins < ends and (one.ends is None or one.ends > begins)]
    named = [i for i, one in enumerate(held) if key(one.value) and f" {key(one.value)} " in f" {key(question)} "]
    over = [one for one in held if one.ends is not None and one.ends <= now]
    if named:
        return list(held[max(0, named[-1] - 1) : named[-1]])
    return over[-1:] if over else []


def _read(person: str, entry: Entry, version: Version) -> str:
    """A wording as a person reads it."""
    return as_read_by(replace(entry, text=version.text), person).text
