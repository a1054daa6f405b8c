"""The dataset's side of an entry: its row, which is its owner's, whoever said it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from lic.database.changes import ChangeLog
from lic.database.tables import examples, journal
from lic.language import content_hash
from lic.types import Change


@dataclass(frozen=True, slots=True)
class NewRow:
    """A dataset row to be: whose it is, what it holds, the entry that it hangs on, and the turn that it comes from.

    `said_by` is who said it, where that was not the owner.
    """

    owner: str
    task: str
    row: Mapping[str, Any]
    entry: str | None
    turn: str | None
    said_by: str | None = None


def add_row(log: ChangeLog, new: NewRow, at: datetime) -> Change | None:
    """Write a row; None where the owner has just that row already."""
    row_id = content_hash(new.owner, new.task, json.dumps(dict(new.row), sort_keys=True, ensure_ascii=False))
    exists = log.connection.execute(select(examples.c.id).where(examples.c.id == row_id)).first()
    if exists is not None:
        return None
    row: dict[str, Any] = {
        "id": row_id,
        "owner": new.owner,
        "task": new.task,
        "row": dict(new.row),
        "entry": new.entry,
        "turn": new.turn,
        "created_at": at.isoformat(),
        "said_by": new.said_by,
    }
    log.insert(examples, row)
    return Change("add", "dataset", new.task, row_id, None, dict(new.row))


def replace_row(log: ChangeLog, new: NewRow, at: datetime) -> Change | None:
    """Write a row in the place of the one that its entry has."""
    old = log.connection.execute(select(examples).where(examples.c.entry == new.entry)).mappings().first()
    if old is None:
        return add_row(log, new, at)
    before = dict(old)
    log.delete(examples, before)
    added = add_row(log, new, at)
    return Change("update", "dataset", new.task, added.id if added else before["id"], before["row"], dict(new.row))


def former_row(connection: Connection, owner: str, entry: str, version: Mapping[str, Any]) -> NewRow:
    """The row that an earlier version of an entry had: what the change that closed the version took away, else question and answer."""
    made: dict[str, Any] = {"question": version["question"], "answer": version["text"]}
    task = "question_answering"
    closed = select(journal.c.receipt).where(journal.c.table == "versions", journal.c.key == str(version["seq"]))
    for row in connection.execute(
        select(journal.c.before).where(journal.c.receipt.in_(closed), journal.c.table == "examples", journal.c.operation == "retire")
    ):
        if row.before["entry"] == entry and (row.before["turn"], row.before.get("said_by")) == (version["turn"], version["said_by"]):
            task, made = row.before["task"], row.before["row"]
    return NewRow(owner, task, made, entry, version["turn"], version["said_by"])
