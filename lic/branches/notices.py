"""How a conflict of teachers is put to one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from lic.language import named, of_oneself
from lic.lessons.reported import reported
from lic.mental_process.conflicts import Conflict
from lic.mental_process.entries import Version
from lic.replies import clause, who
from lic.types import Receipt


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said, for a person who reads it; `by` is None where that person said it."""

    text: str
    by: str | None

    @property
    def said(self) -> str:
        """The statement behind who said it."""
        return f"{'You' if self.by is None else who(self.by)} said: {clause(self.text)}."


def notice(conflict: Conflict, person: str) -> str:
    """What a person hears who does not know of a conflict yet, or not how it was settled."""
    new, old = conflict.new, conflict.old(person)
    if conflict.settled_at is None:
        return contradiction(said_in(conflict, new, person), said_in(conflict, old, person))
    former = conflict.old(conflict.settled_by)
    held = {"new": [new], "old": [former], "both": [new, former]}[conflict.kept or "new"]
    return settled(conflict.settled_by, [clause(said_in(conflict, one, person).text) for one in held])


def other_side(conflict: Conflict, person: str) -> str:
    """What was said against the newest statement of a conflict."""
    return said_in(conflict, conflict.old(person), person).said


def said_in(conflict: Conflict, version: Version, person: str) -> Statement:
    """A statement of a conflict as a person reads it."""
    foreign = conflict.entry.owner != person and of_oneself(version.text)
    text = reported(version.text, named(conflict.entry.owner)) if foreign else version.text
    return Statement(text, None if version.said_by == person else version.said_by)


def contradiction(new: Statement, old: Statement) -> str:
    """What somebody hears whose statement, or whose shared knowledge, another teacher has changed."""
    return f"{new.said} {old.said} The new one holds. Keep it, go back to the old one, or keep both?"


def settled(by: str, held: Sequence[str]) -> str:
    """What somebody hears about whose conflict another one has decided."""
    return f"{who(by)} settled what you two had said differently. {'Both hold' if len(held) > 1 else 'This holds'}: {'; '.join(held)}."


def settled_now(receipt: Receipt, kept: str) -> str:
    """What who settles a conflict hears."""
    changed = [clause(change.after) for change in receipt.changes if change.target == "mental_process"]
    if kept == "new":
        return "All right, the new one stays."
    return (
        f"All right, both hold; beside the new one again: {'; '.join(changed)}." if kept == "both" else f"All right, for everybody again: {'; '.join(changed)}."
    )
