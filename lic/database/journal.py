"""The journal: what each receipt did to the rows of what is known, whole rows before and after."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from lic.database import tables

Row = dict[str, Any]
TABLES: dict[str, Table] = {table.name: table for table in (tables.entries, tables.versions, tables.examples, tables.conflicts)}
KEYS = {"entries": "id", "versions": "seq", "examples": "id", "conflicts": "id"}
AT_ONCE = 500
"""So many values stand in one condition: SQLite takes a limited number of them."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after; None where it did not exist."""

    table: str
    key: str
    before: Row | None
    after: Row | None

    @property
    def rows(self) -> list[Row]:
        """The row before and after, as far as it existed."""
        return [row for row in (self.before, self.after) if row is not None]


def write_journal(connection: Connection, receipt: str, rows: Sequence[RowChange]) -> None:
    """Write row changes into the journal of a receipt, behind those that stand there."""
    written = [
        {
            "receipt": receipt,
            "operation": operation_of(row),
            "table": row.table,
            "key": row.key,
            "before": _packed(row.before),
            "after": _packed(row.after),
        }
        for row in rows
    ]
    if written:
        connection.execute(insert(tables.journal), written)


def read_journal(connection: Connection, receipts: Iterable[str]) -> dict[str, list[tuple[int, RowChange]]]:
    """The row changes of receipts in their order, each with its number in the journal."""
    journal = tables.journal
    found: dict[str, list[tuple[int, RowChange]]] = {}
    for some in batched(receipts):
        for row in connection.execute(select(journal).where(journal.c.receipt.in_(some)).order_by(journal.c.seq)):
            change = RowChange(row.table, row.key, _unpacked(row.table, row.before), _unpacked(row.table, row.after))
            found.setdefault(row.receipt, []).append((row.seq, change))
    return found


def operation_of(row: RowChange) -> str:
    """The name of a row change as the interface has it."""
    if row.before is None:
        return "add"
    if row.after is None or row.after.get("valid_to"):
        return "retire"
    return "update"


def net(changes: Iterable[RowChange]) -> list[RowChange]:
    """Each row once: what stood there first, and what stands there in the end; rows that came and went are left out."""
    rows: dict[tuple[str, str], RowChange] = {}
    for change in changes:
        first = rows.get((change.table, change.key), change)
        rows[change.table, change.key] = RowChange(change.table, change.key, first.before, change.after)
    return [row for row in rows.values() if row.before != row.after]


def key_of(change: RowChange) -> Any:
    """The key of a changed row as its table has it."""
    return int(change.key) if KEYS[change.table] == "seq" else change.key


def batched(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Values in lists that a condition takes."""
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _packed(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {name: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value for name, value in row.items()}


def _unpacked(table: str, row: Row | None) -> Row | None:
    """A row as its table has it now: one of an older schema lacks the columns that came since."""
    if row is None:
        return None
    kept = {
        name: base64.b64decode(value["base64"]) if isinstance(value, dict) and set(value) == {"base64"} else value  # pyright: ignore[reportUnknownArgumentType]
        for name, value in row.items()
    }
    return {**dict.fromkeys(TABLES[table].c.keys()), **kept}
