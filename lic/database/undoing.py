"""Taking changes back and making them again, through the journal, exactly; what was built on a change goes with it or not at all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from lic.database import tables
from lic.database.changes import bump_revision
from lic.database.journal import KEYS, TABLES, RowChange, batched, key_of, read_journal
from lic.errors import NothingToUndo


def undo(connection: Connection, owner: str, undone: Sequence[str], at: str) -> list[RowChange]:
    """Take back all row changes of receipts, those of the last one first, and return what was done; one redo makes all of them again.

    Raises NothingToUndo where a row is not as the receipts left it; the caller's transaction then has to end.
    """
    kept = read_journal(connection, undone)
    done = [RowChange(row.table, row.key, row.after, row.before) for receipt in undone for _, row in reversed(kept.get(receipt, []))]
    _check_untouched(connection, done)
    for change in done:
        _restore(connection, change)
    receipts = tables.receipts
    last = select(func.coalesce(func.max(receipts.c.redo), 0)).where(receipts.c.owner == owner, receipts.c.redo.is_not(None))
    place = connection.execute(last).scalar_one() + 1
    for some in batched(undone):
        connection.execute(update(receipts).where(receipts.c.id.in_(some)).values(undone_at=at, redo=place))
    bump_revision(connection, owner, done)
    return done


def redo(connection: Connection, owner: str, again: Sequence[str]) -> list[RowChange]:
    """Make the row changes of undone receipts again, those of the first one first, and return them.

    Raises NothingToUndo where a row is not any more as it was then; the caller's transaction then has to end.
    """
    kept = read_journal(connection, again)
    done = [row for receipt in again for _, row in kept.get(receipt, [])]
    _check_untouched(connection, done)
    for change in done:
        _restore(connection, change)
    for some in batched(again):
        connection.execute(update(tables.receipts).where(tables.receipts.c.id.in_(some)).values(undone_at=None, redo=None))
    bump_revision(connection, owner, done)
    return done


def built_on(connection: Connection, owner: str, receipt: str) -> list[str]:
    """The receipts in force that stand on rows of this one, or on rows of each other, the last one first.

    To share an entry is to share what it says then: it stands on the version that was current.
    """
    receipts, journal = tables.receipts, tables.journal
    began = connection.execute(select(receipts.c.seq).where(receipts.c.id == receipt)).scalar_one()
    in_force = (receipts.c.owner == owner, receipts.c.undone_at.is_(None), receipts.c.seq > began)
    standing: dict[str, int] = {}
    keys, fresh = set[str](), {receipt}
    while fresh:
        rows = [row for of in read_journal(connection, fresh).values() for _, row in of]
        touched = {row.key for row in rows} - keys
        opened = {row.after["entry"]: row.after["number"] for row in rows if row.table == "versions" and row.before is None and row.after is not None}
        keys |= touched
        fresh = set[str]()
        for some in batched(touched | opened.keys()):
            columns = receipts.c.id, receipts.c.seq, journal.c.key, journal.c.after
            query = select(*columns).join(journal, journal.c.receipt == receipts.c.id).where(*in_force, journal.c.key.in_(some))
            for row in connection.execute(query):
                shares = row.key in opened and row.after is not None and row.after.get("shared_from") == opened[row.key]
                if row.id not in standing and (row.key in touched or shares):
                    standing[row.id] = row.seq
                    fresh.add(row.id)
    return sorted(standing, key=lambda found: -standing[found])


def _check_untouched(connection: Connection, changes: Sequence[RowChange]) -> None:
    seen: set[tuple[str, str]] = set()
    for change in changes:
        if (change.table, change.key) in seen:
            continue
        seen.add((change.table, change.key))
        table = TABLES[change.table]
        found = connection.execute(select(table).where(table.c[KEYS[change.table]] == key_of(change))).mappings().first()
        if (dict(found) if found else None) != change.before:
            raise NothingToUndo("A later change builds on this one: undo the later one first.")


def _restore(connection: Connection, change: RowChange) -> None:
    table = TABLES[change.table]
    key: Any = table.c[KEYS[change.table]]
    if change.after is None:
        connection.execute(delete(table).where(key == key_of(change)))
    elif change.before is None:
        connection.execute(insert(table), change.after)
    else:
        connection.execute(update(table).where(key == key_of(change)).values(**change.after))
