"""Every write to what is known goes through a change log, so that a receipt can take it back exactly.

The log holds whole rows before and after (a physical undo log, as in Gray and Reuter 1992, chapter 10).
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from lic.database import tables
from lic.errors import NothingToUndo

Row = dict[str, Any]
EVERYBODY = ""
"""The scope of what is shared."""
_TABLES: dict[str, Table] = {table.name: table for table in (tables.entries, tables.versions, tables.examples, tables.conflicts)}
_KEYS = {"entries": "id", "versions": "seq", "examples": "id", "conflicts": "id"}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after; None where it did not exist."""

    table: str
    key: str
    before: Row | None
    after: Row | None


@dataclass(slots=True)
class ChangeLog:
    """Writes rows within one transaction and remembers what stood there before."""

    connection: Connection
    rows: list[RowChange] = field(default_factory=list[RowChange])

    def insert(self, table: Table, row: Mapping[str, Any]) -> Any:
        """Insert a row and return its key."""
        result = self.connection.execute(insert(table), dict(row))
        name = _KEYS[table.name]
        made: Any = result.inserted_primary_key
        key = row.get(name, made[0])
        self.rows.append(RowChange(table.name, str(key), None, {**row, name: key}))
        return key

    def update(self, table: Table, before: Row, values: Mapping[str, Any]) -> None:
        """Change some columns of the row `before`."""
        name = _KEYS[table.name]
        self.connection.execute(update(table).where(table.c[name] == before[name]).values(**values))
        self.rows.append(RowChange(table.name, str(before[name]), before, {**before, **values}))

    def delete(self, table: Table, before: Row) -> None:
        """Delete the row `before`."""
        name = _KEYS[table.name]
        self.connection.execute(delete(table).where(table.c[name] == before[name]))
        self.rows.append(RowChange(table.name, str(before[name]), before, None))

    def save(self, receipt: str, owner: str, conversation: str, turn: str, at: str) -> None:
        """Write the receipt and its journal, and move the revision; what was undone before can then not be redone any more."""
        self.connection.execute(update(tables.receipts).where(tables.receipts.c.owner == owner, tables.receipts.c.redo.is_not(None)).values(redo=None))
        self.connection.execute(
            insert(tables.receipts),
            {"id": receipt, "owner": owner, "conversation": conversation, "turn": turn, "created_at": at},
        )
        self.connection.execute(
            insert(tables.journal),
            [
                {
                    "receipt": receipt,
                    "operation": operation_of(row),
                    "table": row.table,
                    "key": row.key,
                    "before": _packed(row.before),
                    "after": _packed(row.after),
                }
                for row in self.rows
            ],
        )
        bump_revision(self.connection, owner, self.rows)


def new_receipt() -> str:
    """An id for a receipt; the same turn may be learned, undone and learned again at one moment, so that content is no identity here."""
    return secrets.token_hex(12)


def operation_of(row: RowChange) -> str:
    """The name of a row change as the interface has it."""
    if row.before is None:
        return "add"
    if row.after is None or row.after.get("valid_to"):
        return "retire"
    return "update"


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
    for row in (row for change in changes if change.table == "entries" for row in (change.before, change.after) if row):
        known = found.get(row["id"])
        found[row["id"]] = Touched(row["owner"], bool(row["shared"]) or (known is not None and known.shared))
    of_versions = {row["entry"] for change in changes if change.table == "versions" for row in (change.before, change.after) if row}
    if unknown := of_versions - found.keys():
        entries = tables.entries.c
        query = select(entries.id, entries.owner, entries.shared).where(entries.id.in_(unknown))
        found |= {row.id: Touched(row.owner, row.shared) for row in connection.execute(query)}
    return found


def own_rows(connection: Connection, owner: str, changes: Sequence[RowChange]) -> list[RowChange]:
    """The changes without those of other people's entries, which are not in this person's cache."""
    others = {entry for entry, touched in touched_entries(connection, changes).items() if touched.owner != owner}
    return (
        [change for change in changes if change.table != "versions" or (change.after or change.before or {})["entry"] not in others]
        if others
        else list(changes)
    )


def current_revision(connection: Connection, scope: str) -> int:
    """The number of changes so far to what a person knows, or to what is shared with everybody."""
    return current_revisions(connection, [scope])[scope]


def current_revisions(connection: Connection, scopes: Sequence[str]) -> dict[str, int]:
    """The same for several scopes at once."""
    found = connection.execute(select(tables.revisions).where(tables.revisions.c.scope.in_(scopes)))
    return dict.fromkeys(scopes, 0) | {row.scope: row.value for row in found}


def undo(connection: Connection, owner: str, receipt: str, at: str) -> list[RowChange]:
    """Take back all row changes of a receipt, the last first, and return what was done.

    Raises NothingToUndo where a later change stands on one of its rows, and then changes nothing.
    """
    done = [
        RowChange(row.table, row.key, _unpacked(row.after), _unpacked(row.before))
        for row in connection.execute(select(tables.journal).where(tables.journal.c.receipt == receipt).order_by(tables.journal.c.seq.desc()))
    ]
    _check_untouched(connection, done)
    for change in done:
        _restore(connection, change)
    receipts = tables.receipts
    last = select(func.coalesce(func.max(receipts.c.redo), 0)).where(receipts.c.owner == owner, receipts.c.redo.is_not(None))
    place = connection.execute(last).scalar_one() + 1
    connection.execute(update(receipts).where(receipts.c.id == receipt).values(undone_at=at, redo=place))
    bump_revision(connection, owner, done)
    return done


def redo(connection: Connection, owner: str, receipt: str) -> list[RowChange]:
    """Make the row changes of an undone receipt again, in their order, and return them.

    Raises NothingToUndo where one of its rows is not any more as it was then, and then changes nothing.
    """
    again = [
        RowChange(row.table, row.key, _unpacked(row.before), _unpacked(row.after))
        for row in connection.execute(select(tables.journal).where(tables.journal.c.receipt == receipt).order_by(tables.journal.c.seq))
    ]
    _check_untouched(connection, again)
    for change in again:
        _restore(connection, change)
    connection.execute(update(tables.receipts).where(tables.receipts.c.id == receipt).values(undone_at=None, redo=None))
    bump_revision(connection, owner, again)
    return again


def net(changes: Sequence[RowChange]) -> list[RowChange]:
    """Each row once: what stood there first, and what stands there in the end; rows that came and went are left out."""
    rows: dict[tuple[str, str], RowChange] = {}
    for change in changes:
        first = rows.get((change.table, change.key), change)
        rows[change.table, change.key] = RowChange(change.table, change.key, first.before, change.after)
    return [row for row in rows.values() if row.before != row.after]


def _check_untouched(connection: Connection, changes: Sequence[RowChange]) -> None:
    seen: set[tuple[str, str]] = set()
    for change in changes:
        if (change.table, change.key) in seen:
            continue
        seen.add((change.table, change.key))
        table = _TABLES[change.table]
        found = connection.execute(select(table).where(table.c[_KEYS[change.table]] == _key_of(change))).mappings().first()
        # A row of an older schema lacks the columns that came since.
        expected = None if change.before is None else {**dict.fromkeys(table.c.keys()), **change.before}
        if (dict(found) if found else None) != expected:
            raise NothingToUndo("A later change builds on this one: undo the later one first.")


def _restore(connection: Connection, change: RowChange) -> None:
    table = _TABLES[change.table]
    name = _KEYS[change.table]
    if change.after is None:
        connection.execute(delete(table).where(table.c[name] == _key_of(change)))
    elif change.before is None:
        connection.execute(insert(table), change.after)
    else:
        connection.execute(update(table).where(table.c[name] == _key_of(change)).values(**change.after))


def _key_of(change: RowChange) -> Any:
    return int(change.key) if _KEYS[change.table] == "seq" else change.key


def _packed(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {name: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value for name, value in row.items()}


def _unpacked(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {
        name: base64.b64decode(value["base64"]) if isinstance(value, dict) and set(value) == {"base64"} else value  # pyright: ignore[reportUnknownArgumentType]
        for name, value in row.items()
    }
