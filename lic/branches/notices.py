"""How a conflict of teachers is put to one of them."""

from lic import replies
from lic.language import named, of_oneself
from lic.lessons.reported import reported
from lic.mental_process.conflicts import Conflict
from lic.mental_process.entries import Version


def notice(conflict: Conflict, person: str) -> str:
    """What a person hears who does not know of a conflict yet, or not how it was settled."""
    new, old = conflict.new, conflict.old(person)
    if conflict.settled_at is None:
        return replies.contradiction(said_in(conflict, new, person), said_in(conflict, old, person))
    former = conflict.old(conflict.settled_by)
    held = {"new": [new], "old": [former], "both": [new, former]}[conflict.kept or "new"]
    return replies.settled(conflict.settled_by, [replies.clause(said_in(conflict, one, person).text) for one in held])


def other_side(conflict: Conflict, person: str) -> str:
    """What was said against the newest statement of a conflict."""
    return said_in(conflict, conflict.old(person), person).said


def said_in(conflict: Conflict, version: Version, person: str) -> replies.Statement:
    """A statement of a conflict as a person reads it."""
    foreign = conflict.entry.owner != person and of_oneself(version.text)
    text = reported(version.text, named(conflict.entry.owner)) if foreign else version.text
    return replies.Statement(text, None if version.said_by == person else version.said_by)
