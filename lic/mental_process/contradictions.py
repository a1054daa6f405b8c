"""Writing down that two teachers contradict each other, and whom that is still to be told.

A conflict is a row beside the entry's versions: those from `first` on are what was said. It is written through the change log, so that undoing
the statement takes the conflict away with it. Notices are no knowledge: they only remember who does not know of it yet.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from lic.database.changes import ChangeLog
from lic.database.tables import conflicts, entries, notices, versions


def contradicted(log: ChangeLog, entry: str, old: Mapping[str, Any], person: str, at: str) -> str | None:
    """After a person closed the version `old` of an entry: the id of the conflict that this opens or goes on with; None where it is none.

    What nobody else reads is no conflict, and neither is who corrects their own words, or those of somebody who is forgotten.
    """
    connection = log.connection
    of_entry = connection.execute(select(entries.c.owner, entries.c.shared).where(entries.c.id == entry)).one()
    if not of_entry.shared:
        return None
    found = connection.execute(select(conflicts.c.id).where(conflicts.c.entry == entry, conflicts.c.settled_at.is_(None))).scalar()
    if found is None:
        speaker = of_entry.owner if old["said_by"] is None else old["said_by"]
        if speaker in ("", person):
            return None
        found = secrets.token_hex(12)
        nothing = dict.fromkeys(("last", "settled_at", "settled_by", "kept"))
        log.insert(conflicts, {"id": found, "entry": entry, "first": old["number"], "opened_at": at, **nothing})
    notify(connection, found, person)
    return found


def parties(connection: Connection, conflict: str) -> set[str]:
    """Whom a conflict concerns: the entry's owner, and who said what is in it."""
    said = (
        select(entries.c.owner, versions.c.said_by)
        .join(versions, versions.c.entry == entries.c.id)
        .join(conflicts, conflicts.c.entry == entries.c.id)
        .where(conflicts.c.id == conflict, versions.c.number >= conflicts.c.first)
        .where(versions.c.number <= func.coalesce(conflicts.c.last, versions.c.number))
    )
    return {name for row in connection.execute(said) for name in row if name}


def notify(connection: Connection, conflict: str, actor: str) -> None:
    """Let everybody whom a conflict concerns hear of it, but who has just acted in it."""
    told(connection, conflict, actor)
    for person in sorted(parties(connection, conflict) - {actor}):
        connection.execute(upsert(notices).values(person=person, conflict=conflict).on_conflict_do_nothing())


def told(connection: Connection, conflict: str, person: str) -> None:
    """A person knows of a conflict now."""
    connection.execute(delete(notices).where(notices.c.person == person, notices.c.conflict == conflict))
