"""Entries and their versions as the command line shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from lic.errors import NotFound

if TYPE_CHECKING:
    from lic.mental_process.entries import Entries, Version
    from lic.transcript import Said
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


def version_as_json(version: "Version", said: "Said | None") -> dict[str, Any]:
    """A version as `--json` prints it, with the turn that said it, where that is the person's own."""
    return {
        "version": version.number,
        "text": version.text,
        "value": version.value,
        "turn": version.turn,
        "by": speaker_as_json(version.said_by),
        "said_at": version.said_at.isoformat(),
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        "source": words_of(said),
        "document": document_of(said),
        "held_from": version.begins.isoformat(),
        "held_until": version.ends.isoformat() if version.ends else None,
    }


def version_line(version: "Version", said: "Said | None", owner: str) -> str:
    """A version for people: what it said, when and by whom that was said, and from when until when it held."""
    from lic.language import named

    by = "you" if version.said_by == owner else named(version.said_by)
    source = f" from {document}" if (document := document_of(said)) else ""
    words = f": “{text}”" if (text := words_of(said)) else "" if version.turn or version.said_by != owner else " by a program"
    until = f" until {day(version.ends)}" if version.ends else ""
    told = f"said {day(version.said_at)} by {by}{source}{words}"
    return f"{version.number}  {version.text}\n   {told}\n   held from {day(version.begins)}{until}"


def words_of(said: "Said | None") -> str | None:
    """The words of a turn, where they are there and not forgotten."""
    return said.turn.text if said is not None and said.status != "forgotten" else None


def document_of(said: "Said | None") -> str | None:
    """The name of the document that a turn was a line of."""
    from lic.language import SOURCE

    return said.turn.conversation.removeprefix(SOURCE) if said is not None and said.turn.conversation.startswith(SOURCE) else None


def day(at: datetime) -> str:
    """A time on this computer's clock."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
