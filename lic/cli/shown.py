"""Entries and their versions as the command line shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from lic.errors import NotFound

if TYPE_CHECKING:
    from lic.mental_process.entries import Entries, Version
    from lic.types import Entry, Section


def entry_as_json(entry: "Entry") -> dict[str, Any]:
    """An entry as `--json` prints it."""
    return {
        "id": entry.id,
        "section": entry.section,
        "topic": entry.topic,
        "text": entry.text,
        "question": entry.question,
        "subject": entry.slots.subject,
        "relation": entry.slots.relation,
        "value": entry.slots.value,
        "owner": entry.owner,
        "shared": entry.shared,
        "version": entry.version,
        "said_at": entry.said_at.isoformat(),
        "turn": entry.turn,
        "by": speaker_as_json(entry.speaker),
    }


def entry_of(entries: "Entries", name: str) -> "Entry":
    """The entry with an id or the only one whose id begins so. Raises NotFound."""
    whole = entries.of_ids([name])
    if whole:
        return whole[0]
    found = [entry for entry in entries.listed() if entry.id.startswith(name)] if name else []
    if len(found) > 1:
        raise NotFound(f"{len(found)} entries have an id that begins with {name!r}: write more of it.")
    return found[0] if found else entries.get(name)


def section_named(name: str | None) -> "Section | None":
    """The section of a name. Raises NotFound with the names there are."""
    from lic.types import SECTIONS

    if name is None:
        return None
    for section in SECTIONS:
        if section == name:
            return section
    raise NotFound(f"There is no section {name!r}; the sections are {', '.join(SECTIONS)}.")


def line(entry: "Entry", owner: str) -> str:
    """An entry on one line."""
    from lic.language import named

    marks: list[str] = []
    if entry.owner != owner:
        marks.append(f"shared by {named(entry.owner)}")
    elif entry.shared:
        marks.append("shared")
    if entry.speaker != entry.owner:
        marks.append(f"said by {'you' if entry.speaker == owner else named(entry.speaker)}")
    behind = f" ({'; '.join(marks)})" if marks else ""
    return f"{entry.id[:8]}  {entry.section}/{entry.topic}  {entry.text}{behind}"


def speaker_as_json(person: str) -> str | None:
    """Who said something; null where that person is forgotten."""
    return person or None


def version_as_json(version: "Version") -> dict[str, Any]:
    """A version as `--json` prints it."""
    return {
        "version": version.number,
        "text": version.text,
        "value": version.value,
        "turn": version.turn,
        "by": speaker_as_json(version.said_by),
        "said_at": version.said_at.isoformat(),
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
    }


def day(at: datetime) -> str:
    """A time on this computer's clock."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
