"""Taking receipts back and making them again, where their person still has the right to, and what that changes in the interface's words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from lic.data_management.commits import Commit, commit_of
from lic.data_management.rights import changed_since, check_rights
from lic.database.journal import RowChange, net, read_journal
from lic.database.tables import receipts
from lic.database.undoing import built_on, redo, undo
from lic.errors import BuiltUpon, NothingToUndo
from lic.lessons.reported import as_read_by
from lic.mental_process.contradictions import notify
from lic.mental_process.entries import Entries
from lic.types import Change, Receipt


def take_back(connection: Connection, owner: str, receipt: str | None, at: datetime, later: Sequence[str] = ()) -> Commit:
    """Take back a receipt, or the newest one in force; together with those that were built on it, where `later` names all of them.

    Raises NothingToUndo, for another person's receipt too, and BuiltUpon where later changes stand on it that are not named.
    """
    query = select(receipts).where(receipts.c.owner == owner, receipts.c.undone_at.is_(None))
    if receipt is not None:
        query = query.where(receipts.c.id == receipt)
    found = connection.execute(query.order_by(receipts.c.seq.desc())).first()
    if found is None:
        raise NothingToUndo("There is nothing to undo." if receipt is None else "This change was undone or forgotten already.")
    standing = built_on(connection, owner, found.id)
    check_rights(connection, owner, [found.id, *standing])
    if not set(standing) <= set(later):
        raise BuiltUpon(standing)
    together = [*standing, found.id]
    return _turned(connection, owner, found.id, together, lambda: undo(connection, owner, together, at.isoformat()))


def make_again(connection: Connection, owner: str) -> Commit:
    """Make again what was undone last, all of it that was undone together; what was undone before something new was learned stays undone.

    Raises NothingToUndo.
    """
    last = select(func.max(receipts.c.redo)).where(receipts.c.owner == owner).scalar_subquery()
    found = list(connection.execute(select(receipts.c.id).where(receipts.c.owner == owner, receipts.c.redo == last).order_by(receipts.c.seq)).scalars())
    if not found:
        raise NothingToUndo("There is nothing to redo.")
    check_rights(connection, owner, found)
    return _turned(connection, owner, found[0], found, lambda: redo(connection, owner, found))


def told_by(connection: Connection, told: Sequence[str]) -> list[str]:
    """What receipts in force said or did, each once, the first one first."""
    kept = read_journal(connection, told)
    rows = [row for receipt in reversed(told) for row in net(change for _, change in kept.get(receipt, []))]
    return list(dict.fromkeys(wording for row in rows if (wording := _told(row))))


def _turned(connection: Connection, owner: str, receipt: str, together: Sequence[str], work: Callable[[], list[RowChange]]) -> Commit:
    try:
        done = work()
    except NothingToUndo as blocked:
        by = changed_since(connection, owner, together)
        raise NothingToUndo(f"{by} has said otherwise since: tell me what is right instead.") if by else blocked from None
    entries, rows = Entries(connection, owner), net(done)
    for row in rows:
        if row.table == "conflicts" and row.after is not None:
            notify(connection, row.key, owner)
    changes = tuple(change for row in rows if (change := _change(entries, row)) is not None)
    return commit_of(connection, owner, Receipt(receipt, changes, person=owner), done)


def _change(entries: Entries, row: RowChange) -> Change | None:
    """An undone row change in the interface's words: wordings that hold again or no more, and dataset rows."""
    if row.table == "examples":
        shown = row.after or row.before or {}
        # A row is its entry's owner's, and tells what the entry says.
        if shown["owner"] != entries.owner and not entries.of_ids([shown["entry"] or ""]):
            return None
        operation = "retire" if row.after is None else "restore"
        return Change(operation, "dataset", shown["task"], row.key, row.before and row.before["row"], row.after and row.after["row"])
    if row.table != "versions":
        return None
    held, holds = _current(row.before), _current(row.after)
    if held and not holds and row.before is not None:
        return Change("retire", "mental_process", "", row.before["entry"], row.before["text"], None)
    if holds and not held and row.after is not None:
        # What holds again may be its owner's alone: it was said before it was shared.
        seen = [as_read_by(entry, entries.owner) for entry in entries.of_ids([row.after["entry"]])]
        return next((Change("restore", "mental_process", f"{entry.section}/{entry.topic}", entry.id, None, entry.text) for entry in seen), None)
    return None


def _told(row: RowChange) -> str:
    """The wording that a row change opened, or how it changed who may read an entry; empty for any other one."""
    if row.table == "versions" and row.after is not None and row.after["valid_to"] is None:
        return str(row.after["text"])
    if row.table == "entries" and row.before is not None and row.after is not None and row.before["shared"] != row.after["shared"]:
        return "it was shared with everybody" if row.after["shared"] else "it was made private again"
    return ""


def _current(version: Mapping[str, Any] | None) -> bool:
    return version is not None and version["valid_to"] is None
