"""Whether a change may be taken back or made again: not where it wrote what the person may not change any more, or what others changed since."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, not_, select

from lic.database.journal import RowChange, batched, read_journal
from lic.database.tables import entries, teachers, versions
from lic.errors import NothingToUndo
from lic.language import named
from lic.mental_process.roles import changed_by


def check_rights(connection: Connection, person: str, receipts: Collection[str]) -> None:
    """Raises NothingToUndo where receipts hold what others own and do not share with this person as a teacher any more."""
    changes = _changes_of(connection, receipts)
    foreign = any(
        connection.execute(select(entries.c.id).where(entries.c.id.in_(some), not_(changed_by(person))).limit(1)).first() is not None
        for some in batched(_entries_of(changes))
    )
    # What is not there yet is made in its owner's name.
    owners = {row["owner"] for change in changes if change.table == "entries" for row in change.rows} - {person}
    taught = set(connection.execute(select(teachers.c.owner).where(teachers.c.teacher == person)).scalars()) if owners else set[str]()
    if foreign or owners - taught:
        raise NothingToUndo("This changed what others shared, and you are no teacher of it any more: it stays as it is.")


def changed_since(connection: Connection, person: str, receipts: Collection[str]) -> str | None:
    """Who else said the current version of something that receipts wrote, by name; None where nobody did."""
    speakers: set[str] = set()
    for some in batched(_entries_of(_changes_of(connection, receipts))):
        query = (
            select(entries.c.owner, versions.c.said_by)
            .join(versions, versions.c.entry == entries.c.id)
            .where(entries.c.id.in_(some), versions.c.valid_to.is_(None), changed_by(person))
        )
        speakers |= {row.owner if row.said_by is None else row.said_by for row in connection.execute(query)}
    others = speakers - {person}
    return named(min(others)) if others else None


def _changes_of(connection: Connection, receipts: Collection[str]) -> list[RowChange]:
    return [change for of in read_journal(connection, receipts).values() for _, change in of]


def _entries_of(changes: Iterable[RowChange]) -> set[str]:
    """The entries of which the row, a version, a dataset row or a conflict was written."""
    return {change.key if change.table == "entries" else row["entry"] or "" for change in changes for row in change.rows} - {""}
