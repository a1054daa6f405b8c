"""Which exports were made, of which rows: what is forgotten here may still stand there, and is named. Of a row only its id is kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from lic.data_management.traces import Traces
from lic.database.journal import batched
from lic.database.tables import examples, exported_rows, exports
from lic.language import FORGOTTEN
from lic.types import Exported


@dataclass(frozen=True, slots=True)
class Kept:
    """An export with the number of taught rows in it, and how many of them LIC does not have any more."""

    export: Exported
    rows: int
    gone: int


def remember(connection: Connection, owner: str, export: Exported, rows: Collection[str]) -> None:
    """Keep that taught rows, given by their ids, are taken out. What stood in the same folder is written over, whosever it was."""
    if not export.downloaded:
        connection.execute(delete(exports).where(exports.c.place == export.place, exports.c.downloaded.is_(False)))
    row = {"owner": owner, "task": export.task, "place": export.place, "downloaded": export.downloaded, "made_at": export.made_at.isoformat()}
    made: Any = connection.execute(insert(exports), row).inserted_primary_key
    if rows:
        connection.execute(insert(exported_rows), [{"export": made[0], "row": row} for row in rows])


def holding(connection: Connection, owner: str, rows: Collection[str]) -> list[Exported]:
    """A person's exports that hold one of some rows, the newest first."""
    found: dict[int, Row[Any]] = {}
    for some in batched(rows):
        query = select(exports).join(exported_rows, exported_rows.c.export == exports.c.seq).where(exports.c.owner == owner, exported_rows.c.row.in_(some))
        found |= {row.seq: row for row in connection.execute(query)}
    return [_exported(found[seq]) for seq in sorted(found, reverse=True)]


def listed(connection: Connection, owner: str) -> list[Kept]:
    """A person's exports, the newest first."""
    counts = (
        select(exports, func.count(exported_rows.c.row).label("rows"), func.count(examples.c.id).label("present"))
        .outerjoin(exported_rows, exported_rows.c.export == exports.c.seq)
        .outerjoin(examples, examples.c.id == exported_rows.c.row)
        .where(exports.c.owner == owner)
        .group_by(exports.c.seq)
        .order_by(exports.c.seq.desc())
    )
    return [Kept(_exported(row), row.rows, row.rows - row.present) for row in connection.execute(counts)]


def blank_places(connection: Connection, owner: str, traces: Traces) -> None:
    """Take out the names of folders that tell what is forgotten."""
    for row in connection.execute(select(exports.c.seq, exports.c.place).where(exports.c.owner == owner)).all():
        if traces.tells(row.place.replace("_", " ")):
            connection.execute(update(exports).where(exports.c.seq == row.seq).values(place=FORGOTTEN))


def drop_all(connection: Connection, owner: str) -> list[Exported]:
    """Remove what is kept of a person's exports, and return those that hold taught rows."""
    found = [kept.export for kept in listed(connection, owner) if kept.rows]
    connection.execute(delete(exports).where(exports.c.owner == owner))
    return found


def _exported(row: Row[Any]) -> Exported:
    return Exported(row.task, row.place, row.downloaded, datetime.fromisoformat(row.made_at))
