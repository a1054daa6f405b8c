"""What the buttons below a reply do; each changes what is known and the reply in one transaction, or nothing."""

from dataclasses import replace
from datetime import UTC, datetime

from lic import replies
from lic.errors import NotFound
from lic.factory import Lic
from lic.language import lower_first
from lic.mental_process.entries import Entries
from lic.transcript import Said, Transcript
from lic.types import Entry

CORRECTS = "Actually, "


def undo(lic: Lic, said: Said) -> None:
    """Take back what one reply's turn taught; the reply says so from then on. Raises NothingToUndo."""
    owner, at = said.turn.owner, datetime.now(UTC)
    with lic.database.write() as connection:
        commit = lic.manager.undo(connection, owner, said.reply.receipt, at)
        reply = replace(said.reply, text=replies.undone(commit.receipt), changes=commit.receipt.changes, options=(), receipt=None)
        Transcript(connection, owner).keep(said.turn, reply)
    lic.manager.committed(commit)


def forget(lic: Lic, said: Said) -> str:
    """Forget the entries that a reply stands on, everywhere, and return the receipt in words. Raises NotFound."""
    entries = _known(lic, said)
    receipt = lic.manager.transact(lambda connection: lic.manager.forget(connection, said.turn.owner, entries, datetime.now(UTC)))
    return replies.forgotten(receipt, "; ".join(replies.clause(entry.text) for entry in entries))


def confirm_forgetting(lic: Lic, said: Said) -> str:
    """The question before a reply's entries are forgotten. Raises NotFound."""
    return replies.confirm_forgetting(_known(lic, said))


def entries_of(lic: Lic, said: Said) -> list[Entry]:
    """The entries that a reply stands on or has changed, as far as they are still known."""
    ids = [item.id for item in said.reply.evidence] or [change.id for change in said.reply.changes if change.target == "mental_process"]
    with lic.database.read() as connection:
        return Entries(connection, said.turn.owner).of_ids(list(dict.fromkeys(ids)))


def correction_start(lic: Lic, said: Said) -> str:
    """The beginning of a correction of what a reply says: its statement up to the value, for the person to go on."""
    entries = entries_of(lic, said)
    if not entries:
        return CORRECTS
    statement, value = entries[0].text.rstrip(".!"), entries[0].slots.value
    if value and statement.lower().endswith(value.lower()) and len(value) < len(statement):
        statement = statement[: -len(value)]
    return f"{CORRECTS}{lower_first(statement)}"


def _known(lic: Lic, said: Said) -> list[Entry]:
    entries = entries_of(lic, said)
    if not entries:
        raise NotFound("What this reply stands on is not known any more.")
    return entries
