"""Whether a change may be taken back or made again: not where it wrote what the person may not change any more, or what others changed since."""

from sqlalchemy import Connection, not_, select

from lic.database.tables import entries, journal, versions
from lic.errors import NothingToUndo
from lic.language import named
from lic.mental_process.roles import changed_by


def check_rights(connection: Connection, person: str, receipt: str) -> None:
    """Raises NothingToUndo where a receipt holds what others own and do not share with this person as a teacher any more."""
    foreign = select(entries.c.owner).where(entries.c.id.in_(_entries_of(connection, receipt)), not_(changed_by(person)))
    if connection.execute(foreign.limit(1)).first() is not None:
        raise NothingToUndo("This changed what others shared, and you are no teacher of it any more: it stays as it is.")


def changed_since(connection: Connection, person: str, receipt: str) -> str | None:
    """Who else said the current version of something that a receipt wrote, by name; None where nobody did."""
    query = (
        select(entries.c.owner, versions.c.said_by)
        .join(versions, versions.c.entry == entries.c.id)
        .where(entries.c.id.in_(_entries_of(connection, receipt)), versions.c.valid_to.is_(None), changed_by(person))
    )
    speakers = {row.owner if row.said_by is None else row.said_by for row in connection.execute(query)} - {person}
    return named(min(speakers)) if speakers else None


def _entries_of(connection: Connection, receipt: str) -> set[str]:
    """The entries of which a receipt wrote the row, a version, a dataset row or a conflict."""
    found: set[str] = set()
    for row in connection.execute(select(journal.c.table, journal.c.key, journal.c.before, journal.c.after).where(journal.c.receipt == receipt)):
        held = row.after or row.before or {}
        found.add(row.key if row.table == "entries" else held.get("entry") or "")
    return found - {""}
