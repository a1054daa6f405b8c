"""Every write to what is known goes through a change log, so that a receipt can take it back exactly.

The log holds whole rows before and after (a physical undo log, as in Gray and Reuter 1992, chapter 10).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from lic.database import tables
from lic.database.journal import KEYS, TABLES, Row, RowChange, batched, key_of, write_journal

EVERYBODY = ""
"""The scope of what is shared."""


@dataclass(slots=True)
class ChangeLog:
    """Writes rows within one transaction and remembers what stood there before."""

    connection: Connection
    rows: list[RowChange] = field(default_factory=list[RowChange])

    def insert(self, table: Table, row: Mapping[str, Any]) -> Any:
        """Insert a row and return its key."""
        result = self.connection.execute(insert(table), dict(row))
        name = KEYS[table.name]
        made: Any = result.inserted_primary_key
        key = row.get(name, made[0])
        self.rows.append(RowChange(table.name, str(key), None, {**row, name: key}))
        return key

    def update(self, table: Table, before: Row, values: Mapping[str, Any]) -> None:
        """Change some columns of the row `before`."""
        name = KEYS[table.name]
        self.connection.execute(update(table).where(table.c[name] == before[name]).values(**values))
        self.rows.append(RowChange(table.name, str(before[name]), before, {**before, **values}))

    def delete(self, table: Table, before: Row) -> None:
        """Delete the row `before`."""
        name = KEYS[table.name]
        self.connection.execute(delete(table).where(table.c[name] == before[name]))
        self.rows.append(RowChange(table.name, str(before[name]), before, None))

    def apply(self, changes: Sequence[RowChange]) -> None:
        """Make row changes in their order; rows of one table that go one after the other go at once."""
        for (table, goes), some in groupby(changes, key=lambda change: (TABLES[change.table], change.after is None)):
            if goes:
                self._delete_all(table, list(some))
                continue
            for change in some:
                if change.before is None:
                    self.insert(table, change.after or {})
                else:
                    self.update(table, change.before, change.after or {})

    def _delete_all(self, table: Table, gone: Sequence[RowChange]) -> None:
        for keys in batched(map(key_of, gone)):
            self.connection.execute(delete(table).where(table.c[KEYS[table.name]].in_(keys)))
        self.rows += gone

    def save(self, receipt: str, owner: str, conversation: str, turn: str, at: str) -> None:
        """Write the receipt and its journal, and move the revision; what was undone before can then not be redone any more."""
        self.connection.execute(update(tables.receipts).where(tables.receipts.c.owner == owner, tables.receipts.c.redo.is_not(None)).values(redo=None))
        self.connection.execute(
            insert(tables.receipts),
            {"id": receipt, "owner": owner, "conversation": conversation, "turn": turn, "created_at": at},
        )
        write_journal(self.connection, receipt, self.rows)
        bump_revision(self.connection, owner, self.rows)


def new_receipt() -> str:
    """An id for a receipt; the same turn may be learned, undone and learned again at one moment, so that content is no identity here."""
    return secrets.token_hex(12)


def bump_revision(connection: Connection, owner: str, changes: Sequence[RowChange]) -> None:
    """Tell the caches of all processes that what this person knows has changed, and so has what belongs to others or is shared where that was touched."""
    touched = touched_entries(connection, changes).values()
    scopes = {owner, *(entry.owner for entry in touched), *(EVERYBODY for entry in touched if entry.shared)}
    for scope in sorted(scopes):
        moved = upsert(tables.revisions).values(scope=scope, value=1)
        connection.execute(moved.on_conflict_do_update(index_elements=["scope"], set_={"value": tables.revisions.c.value + 1}))


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose entry was touched by changes, and whether it is or was shared."""

    owner: str
    shared: bool


def touched_entries(connection: Connection, changes: Sequence[RowChange]) -> dict[str, Touched]:
    """The entries of which changes touched the row or a version, by their ids."""
    found: dict[str, Touched] = {}
    for row in (row for change in changes if change.table == "entries" for row in change.rows):
        known = found.get(row["id"])
        found[row["id"]] = Touched(row["owner"], bool(row["shared"]) or (known is not None and known.shared))
    of_versions = {row["entry"] for change in changes if change.table == "versions" for row in change.rows}
    entries = tables.entries.c
    for some in batched(of_versions - found.keys()):
        query = select(entries.id, entries.owner, entries.shared).where(entries.id.in_(some))
        found |= {row.id: Touched(row.owner, row.shared) for row in connection.execute(query)}
    return found


def own_rows(connection: Connection, owner: str, changes: Sequence[RowChange]) -> list[RowChange]:
    """The changes without those of other people's entries, which are not in this person's cache."""
    others = {entry for entry, touched in touched_entries(connection, changes).items() if touched.owner != owner}
    return [change for change in changes if change.table != "versions" or change.rows[0]["entry"] not in others]


def current_revision(connection: Connection, scope: str) -> int:
    """The number of changes so far to what a person knows, or to what is shared with everybody."""
    return current_revisions(connection, [scope])[scope]


def current_revisions(connection: Connection, scopes: Sequence[str]) -> dict[str, int]:
    """The same for several scopes at once."""
    found = connection.execute(select(tables.revisions).where(tables.revisions.c.scope.in_(scopes)))
    return dict.fromkeys(scopes, 0) | {row.scope: row.value for row in found}
