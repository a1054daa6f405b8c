"""Forgetting a person: nothing of theirs stays, but what they taught others, without their name."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from lic.data_management.blanking import blank
from lic.data_management.exports import drop_all
from lic.data_management.forgetting import Forgetting, Forgotten
from lic.data_management.others import replies_with
from lic.data_management.scopes import Scope
from lic.data_management.traces import Traces
from lic.database import tables
from lic.database.tables import conflicts, entries, examples, journal, notices, receipts, teachers, versions
from lic.language import key
from lic.types import Change, Gone


def forget_person(connection: Connection, owner: str) -> Forgotten:
    """Remove everything of a person: entries, dataset rows, journal, receipts, conversations, what was said in them, and what is kept of exports.

    What the person taught in what others own stays there, without the name.
    """
    for table in (tables.turns, tables.conversations):
        connection.execute(delete(table).where(table.c.owner == owner))
    done = Forgetting(connection, owner, Scope(frozenset(_ever_own(connection, owner)))).remove()
    changes = [Change("forget", "mental_process", "", change.id, None, None) for change in done.changes if change.target == "mental_process"]
    known = len(changes)
    changes += [Change("forget", "dataset", change.where, change.id, None, None) for change in done.changes if change.target == "dataset"]
    for row in connection.execute(select(examples).where(examples.c.owner == owner)).mappings().all():
        done.log.delete(examples, dict(row))
        changes.append(Change("forget", "dataset", row["task"], row["id"], None, None))
    _leave(connection, owner)
    own = select(receipts.c.id).where(receipts.c.owner == owner)
    connection.execute(delete(journal).where(journal.c.receipt.in_(own)))
    connection.execute(delete(receipts).where(receipts.c.owner == owner))
    return Forgotten(done.log, tuple(changes), Gone(known, rows=len(changes) - known), Traces(), tuple(drop_all(connection, owner)))


def taught_elsewhere(connection: Connection, person: str) -> int:
    """How many statements of a person stand in what others own."""
    return connection.execute(select(func.count()).select_from(versions).where(versions.c.said_by == person)).scalar_one()


def _ever_own(connection: Connection, owner: str) -> set[str]:
    """The person's entries, also those that only the journal has."""
    present = select(entries.c.id).where(entries.c.owner == owner)
    whose = func.coalesce(journal.c.after["owner"].as_string(), journal.c.before["owner"].as_string())
    former = select(journal.c.key).where(journal.c.table == "entries", whose == owner).distinct()
    return {*connection.execute(present).scalars(), *connection.execute(former).scalars()}


def _leave(connection: Connection, person: str) -> None:
    """Take a person's name and turns from what that person taught others, with all rights and notices.

    The statements stay: they are what their owner shares, and to take them away would bring back for everybody what was wrong before.
    Somebody's receipts that hold such a row are changed with it, so that undoing them restores exactly what stands there.
    """
    for turn in _naming(connection, person):
        blank(connection, turn, said=False)
    nobody: dict[str, Any] = {"said_by": "", "turn": None}
    for table in (versions, examples):
        connection.execute(update(table).where(table.c.said_by == person).values(**nobody))
    connection.execute(update(conflicts).where(conflicts.c.settled_by == person).values(settled_by=""))
    connection.execute(delete(notices).where(notices.c.person == person))
    connection.execute(delete(teachers).where(or_(teachers.c.owner == person, teachers.c.teacher == person)))
    for column in (journal.c.before, journal.c.after):
        for name, values in (("said_by", nobody), ("settled_by", {"settled_by": ""})):
            for row in connection.execute(select(journal.c.seq, column).where(column[name].as_string() == person)).all():
                connection.execute(update(journal).where(journal.c.seq == row[0]).values({column: {**row[1], **values}}))


def _naming(connection: Connection, person: str) -> Iterator[Row[Any]]:
    """Others' turns whose replies stand on what a person taught, or on a conflict about it, and name that person."""
    name = f" {key(person)} "
    taught = set(connection.execute(select(versions.c.entry).where(versions.c.said_by == person)).scalars())
    for turn in replies_with(connection, person, taught):
        if name in f" {key(turn.reply['text'])} ":
            yield turn
