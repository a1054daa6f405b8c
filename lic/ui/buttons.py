"""What the buttons below a reply do; each changes what is known and the reply in one transaction, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lic import replies
from lic.errors import NotFound
from lic.factory import Lic
from lic.language import clean, lower_first, turned
from lic.mental_process.entries import Entries
from lic.mental_process.roles import Roles
from lic.transcript import Said
from lic.types import Entry
from lic.ui.correcting import CORRECTS


def undo(lic: Lic, said: Said) -> None:
    """Take back what one reply's turn taught; the reply says so from then on, or LIC asks about what was built on it. Raises NothingToUndo."""
    lic.conversation(said.turn.owner, said.turn.conversation).undo(said.turn.id)


def forget(lic: Lic, said: Said) -> str:
    """Forget the entries that a reply stands on, everywhere, and return the receipt in words. Raises NotFound."""
    return forget_entries(lic, said.turn.owner, _known(lic, said))


def forget_entries(lic: Lic, owner: str, entries: Sequence[Entry]) -> str:
    """Forget a person's entries, everywhere, and return the receipt in words, which do not say again what is forgotten. Raises NotFound."""
    receipt = lic.manager.transact(lambda connection: lic.manager.forget(connection, owner, entries, datetime.now(UTC)))
    return replies.forgotten(receipt, "; ".join(_without_value(entry) for entry in entries))


def confirm_forgetting(lic: Lic, said: Said) -> str:
    """The question before a reply's entries are forgotten. Raises NotFound."""
    return replies.confirm_forgetting([entry.text for entry in _known(lic, said)])


def entries_of(lic: Lic, said: Said) -> list[Entry]:
    """The entries that a reply stands on or has changed, as far as they are still known."""
    ids = [item.id for item in said.reply.evidence] or [change.id for change in said.reply.changes if change.target == "mental_process"]
    with lic.database.read() as connection:
        return Entries(connection, said.turn.owner).of_ids(list(dict.fromkeys(ids)))


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that the page has begun for the person: the entry that it is for, and its first words."""

    start: str
    entry: str | None

    def goes_on_in(self, text: str) -> bool:
        """Whether a text is this correction, gone on with: then it is about this entry, and nothing has to be guessed."""
        return self.entry is not None and text.startswith(self.start) and bool(text[len(self.start) :].strip())

    @staticmethod
    def wording(text: str) -> str:
        """The new wording in a text that goes on with a correction."""
        return clean(text.removeprefix(CORRECTS))


def correction(lic: Lic, said: Said) -> Correction:
    """The beginning of a correction of what a reply says: its statement up to the value, for the person to go on."""
    with lic.database.read() as connection:
        roles = Roles(connection, said.turn.owner)
        own = [entry for entry in entries_of(lic, said) if roles.may_change(entry)]
    if not own:
        return Correction(CORRECTS, None)
    return Correction(f"{CORRECTS}{lower_first(_before_value(own[0]))}", own[0].id)


def _before_value(entry: Entry) -> str:
    """A statement without its value, where that stands at the end; else the whole of it."""
    statement, value = entry.text.rstrip(".!"), entry.slots.value.rstrip(".!")
    ends = value and statement.lower().endswith(value.lower()) and len(value) < len(statement)
    return statement[: -len(value)] if ends else statement


def _without_value(entry: Entry) -> str:
    """What an entry was about, turned to the person: "your dog is called …"."""
    before = _before_value(entry)
    return f"{lower_first(turned(before))}…" if before.endswith(" ") else f"what you told me about {entry.topic}"


def _known(lic: Lic, said: Said) -> list[Entry]:
    """What a reply stands on; of what it told besides, which others shared, only they can forget anything."""
    entries = entries_of(lic, said)
    if not entries:
        raise NotFound("What this reply stands on is not known any more.")
    return [entry for entry in entries if entry.owner == said.turn.owner] or entries
