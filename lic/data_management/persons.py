"""Forgetting a person: nothing of theirs stays."""

from sqlalchemy import Connection, delete, select

from lic.data_management.exports import drop_all
from lic.data_management.forgetting import Forgotten
from lic.data_management.traces import Traces
from lic.database import tables
from lic.database.changes import ChangeLog
from lic.mental_process.entries import Entries
from lic.types import Change, Gone


def forget_person(connection: Connection, owner: str) -> Forgotten:
    """Remove everything of a person: entries, dataset rows, journal, receipts, conversations, what was said in them, and what is kept of exports."""
    log = ChangeLog(connection)
    changes: list[Change] = []
    for row in connection.execute(select(tables.examples).where(tables.examples.c.owner == owner)).mappings().all():
        log.delete(tables.examples, dict(row))
        changes.append(Change("forget", "dataset", row["task"], row["id"], None, None))
    entries = Entries(connection, owner)
    for entry in connection.execute(select(tables.entries.c.id).where(tables.entries.c.owner == owner)).scalars().all():
        entries.remove(log, entry)
        changes.append(Change("forget", "mental_process", "", entry, None, None))
    own = select(tables.receipts.c.id).where(tables.receipts.c.owner == owner)
    connection.execute(delete(tables.journal).where(tables.journal.c.receipt.in_(own)))
    for table in (tables.receipts, tables.turns, tables.conversations):
        connection.execute(delete(table).where(table.c.owner == owner))
    known = sum(change.target == "mental_process" for change in changes)
    return Forgotten(log, tuple(changes), Gone(known, rows=len(changes) - known), Traces(), tuple(drop_all(connection, owner)))
