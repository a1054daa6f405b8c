"""What the Mental Process tab shows and changes, without the page."""

from datetime import datetime

from lic.factory import Lic
from lic.language import SOURCE, named
from lic.mental_process.entries import Entries, Version
from lic.mental_process.roles import Roles
from lic.mental_process.search import full_text
from lic.transcript import Said, Transcript
from lic.types import Entry, Section

ROWS = 200
NEAR = 0.28
"""Search shows what holds a word of the query, and what is at least this near in meaning (cosine).

Of 43 short searches in 14 everyday entries, what fits lay between 0.22 ("food": tea) and 0.70, what does not at 0.31 at most and
nearly always below 0.25; at 0.28 "garbage" still finds the recycling and "test" the exam, while "mongol" finds no dog.
"""

SECTION_NAMES: dict[Section, str] = {
    "domain_knowledge": "Domain knowledge",
    "emotional_states": "Emotional states",
    "individual_experiences": "Individual experiences",
}
HEADERS = ("What is known", "Section", "Topic", "Said", "For", "Id")
"""The last column is not shown: it tells which entry a pressed line is, however the table was sorted."""
VERSION_HEADERS = ("Version", "What was known", "Said", "In the words", "Until", "By")


def entries(lic: Lic, owner: str, section: Section | None) -> list[Entry]:
    """The newest entries that a person may see; needs no models."""
    with lic.database.read() as connection:
        return Entries(connection, owner).listed(section, limit=ROWS)


def entry(lic: Lic, owner: str, entry_id: str) -> Entry:
    """One entry. Raises NotFound, also where it is another person's."""
    with lic.database.read() as connection:
        return Entries(connection, owner).get(entry_id)


def may_change(lic: Lic, owner: str, entry: Entry) -> bool:
    """Whether a person may give an entry another wording."""
    with lic.database.read() as connection:
        return Roles(connection, owner).may_change(entry)


def count(lic: Lic, owner: str) -> int:
    """How many entries a person may see."""
    with lic.database.read() as connection:
        return Entries(connection, owner).count()


def search(lic: Lic, owner: str, query: str, section: Section | None) -> list[Entry]:
    """The entries that fit a query, best first; needs the models."""
    found = lic.mental_process(owner).search(query, ROWS)
    with lic.database.read() as connection:
        worded = {entry.id for entry, _ in Entries(connection, owner).of_versions(full_text(connection, owner, query, ROWS)).values()}
    # A part of a word ("mongol") is no word to the full text search.
    fits = [item.entry for item in found if item.cosine >= NEAR or item.entry.id in worded or query.lower() in item.entry.text.lower()]
    return [entry for entry in fits if section in (None, entry.section)]


def row(entry: Entry, owner: str) -> list[str]:
    """A line of the table."""
    whom = "everybody" if entry.shared else "you"
    if entry.owner != owner:
        whom = f"everybody, by {named(entry.owner)}"
    return [entry.text, SECTION_NAMES[entry.section], entry.topic, when(entry.said_at), whom, entry.id]


def version_rows(lic: Lic, owner: str, entry_id: str) -> list[list[str]]:
    """The lines of an entry's versions, the newest first, with who said those that another one said. Raises NotFound."""
    with lic.database.read() as connection:
        transcript = Transcript(connection, owner)
        return [_version_row(version, transcript, owner) for version in reversed(Entries(connection, owner).history(entry_id))]


def source(lic: Lic, owner: str, entry: Entry) -> str:
    """Where an entry's current version comes from, in a sentence; other people's turns are not shown, only what they shared."""
    if entry.speaker != owner:
        said = f"on {when(entry.said_at)}."
        return f"Shared by {named(entry.owner)} {said}" if entry.speaker == entry.owner else f"Said by {named(entry.speaker)} {said}"
    with lic.database.read() as connection:
        said = Transcript(connection, owner).find(entry.turn) if entry.turn else None
    if said is None:
        return f"Written by a program on {when(entry.said_at)}."
    return told(said)


def told(said: Said) -> str:
    """When a turn was said, and in which words, where they are not forgotten."""
    words = "; the words are forgotten" if said.status == "forgotten" else f": “{said.turn.text}”"
    return f"Said on {when(said.turn.said_at)}{words}"


def when(at: datetime) -> str:
    """A time as people read it, in the time zone of the machine."""
    at = at.astimezone()
    return f"{at.day} {at:%b %Y, %H:%M}"


def _version_row(version: Version, transcript: Transcript, owner: str) -> list[str]:
    said = transcript.find(version.turn) if version.turn and version.said_by == owner else None
    until = when(version.ends) if version.ends else "now"
    words = said.turn.text if said and said.status != "forgotten" else ""
    return [str(version.number), version.text, when(version.said_at), words, until, _by(version, said, owner)]


def _by(version: Version, said: Said | None, owner: str) -> str:
    if version.said_by != owner:
        return named(version.said_by)
    if said is not None and said.turn.conversation.startswith(SOURCE):
        return said.turn.conversation.removeprefix(SOURCE)
    return "you" if version.turn else "a program"
