"""Settling a conflict of teachers: the new statement stays, the old one holds again, or both stand beside each other."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from lic.data_management.rows import add_row, former_row, replace_row
from lic.database.changes import ChangeLog
from lic.database.tables import conflicts, entries, versions
from lic.errors import RoleRefused
from lic.language import content_hash
from lic.mental_process.conflicts import Conflict, Conflicts, Kept
from lic.mental_process.contradictions import notify
from lic.mental_process.entries import later
from lic.types import Change


def settle(log: ChangeLog, person: str, conflict: str, keep: Kept, at: datetime) -> list[Change]:
    """Settle a conflict that concerns a person, who may still change what it is about, and return what changed of what is known.

    A statement that holds again keeps who said it and when. Raises NotFound where no such conflict concerns the person, RoleRefused where
    it is settled or the person is no teacher there any more.
    """
    connection = log.connection
    of = Conflicts(connection, person)
    found = of.get(conflict)
    if found.settled_at is not None:
        raise RoleRefused(f"This was settled already: {found.entry.text}")
    if not of.may_settle(found):
        raise RoleRefused(f"“{found.entry.text}” was shared by somebody else: only they and the teachers whom they named can settle this.")
    if keep != "new" and found.old(person).number == found.new.number:
        raise RoleRefused("What was said before is not shared any more: say it again, or keep the new one.")
    row = dict(connection.execute(select(conflicts).where(conflicts.c.id == found.id)).mappings().one())
    settled = {"last": found.new.number, "settled_at": at.isoformat(), "settled_by": person, "kept": keep}
    log.update(conflicts, row, settled)
    done = {"new": lambda: [], "old": lambda: _restored(log, found, person, at), "both": lambda: _beside(log, found, person, at)}[keep]()
    notify(connection, found.id, person)
    return done


def _restored(log: ChangeLog, conflict: Conflict, person: str, at: datetime) -> list[Change]:
    """Let the old statement hold again, as the newest version."""
    entry = conflict.entry
    new, old = _version(log.connection, entry.id, conflict.new.number), _version(log.connection, entry.id, conflict.old(person).number)
    row = former_row(log.connection, entry.owner, entry.id, old)
    since = later(new["valid_from"], at.isoformat())
    log.update(versions, new, {"valid_to": since})
    again = {name: value for name, value in old.items() if name != "seq"}
    log.insert(versions, again | {"number": new["number"] + 1, "valid_from": since, "valid_to": None})
    changed = Change("update", "mental_process", f"{entry.section}/{entry.topic}", entry.id, entry.text, old["text"])
    in_dataset = replace_row(log, row, at)
    return [changed, in_dataset] if in_dataset else [changed]


def _beside(log: ChangeLog, conflict: Conflict, person: str, at: datetime) -> list[Change]:
    """Let the old statement hold beside the new one, as an entry of its own that is shared like the first; both may then collect values."""
    entry = conflict.entry
    old = _version(log.connection, entry.id, conflict.old(person).number)
    first = dict(log.connection.execute(select(entries).where(entries.c.id == entry.id)).mappings().one())
    log.update(entries, first, {"many": True})
    beside = content_hash(conflict.id, entry.id, old["text"])
    log.insert(entries, first | {"id": beside, "many": True, "created_at": at.isoformat(), "shared_from": 1})
    again = {name: value for name, value in old.items() if name != "seq"}
    log.insert(versions, again | {"entry": beside, "number": 1, "valid_from": at.isoformat(), "valid_to": None})
    changed = Change("add", "mental_process", f"{entry.section}/{entry.topic}", beside, None, old["text"])
    in_dataset = add_row(log, replace(former_row(log.connection, entry.owner, entry.id, old), entry=beside), at)
    return [changed, in_dataset] if in_dataset else [changed]


def _version(connection: Connection, entry: str, number: int) -> dict[str, Any]:
    found = connection.execute(select(versions).where(versions.c.entry == entry, versions.c.number == number)).mappings().one()
    return dict(found)
