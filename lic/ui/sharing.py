"""What the Sharing panel shows and changes, without the page: teachers, conflicts, and what is shared."""

from datetime import UTC, datetime

from lic.branches.notices import Statement, said_in, settled_now
from lic.factory import Lic
from lic.language import named
from lic.mental_process.conflicts import KEPT, Conflict, Conflicts, Kept
from lic.mental_process.entries import Entries
from lic.mental_process.roles import Roles

CONFLICT_HEADERS = ("What holds now", "Said by", "What was said before", "Said by", "Id")
"""The last column is not shown: it tells which conflict a pressed line is."""


def share(lic: Lic, owner: str, entry: str) -> bool:
    """Let everybody read a person's own entry, or nobody else where it was shared; returns whether it is shared now. Raises NotFound."""
    with lic.database.read() as connection:
        shared = not Entries(connection, owner).get(entry).shared
    lic.manager.transact(lambda connection: lic.manager.share(connection, owner, entry, shared, datetime.now(UTC)))
    return shared


def teachers(lic: Lic, owner: str) -> str:
    """The names of a person's teachers, with commas."""
    with lic.database.read() as connection:
        return ", ".join(role.teacher for role in Roles(connection, owner).teachers())


def name_teachers(lic: Lic, owner: str, names: str) -> None:
    """Let just these people, whose names stand between commas, correct what a person shares. Raises RoleRefused, and then changes nothing."""
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    with lic.database.write() as connection:
        roles = Roles(connection, owner)
        present = {role.teacher for role in roles.teachers()}
        for name in sorted(wanted - present):
            roles.name(name, datetime.now(UTC), lic.settings.auth)
        for name in sorted(present - wanted):
            roles.remove(name)


def role_of(lic: Lic, person: str) -> str:
    """A person's own role towards others, in a sentence."""
    with lic.database.read() as connection:
        owners = [named(role.owner) for role in Roles(connection, person).owners()]
    if not owners:
        return "What others share you may read. What you say otherwise stays yours."
    return f"You may correct what {' and '.join(owners)} share{'s' if len(owners) == 1 else ''}; what else others share you may read."


def conflict_rows(lic: Lic, person: str) -> list[list[str]]:
    """The open conflicts that concern a person, a line each."""
    with lic.database.read() as connection:
        return [_row(conflict, person) for conflict in Conflicts(connection, person).listed()]


def settle(lic: Lic, person: str, conflict: str, keep: str) -> str:
    """Settle a conflict that concerns a person, and return that in words. Raises NotFound and RoleRefused."""
    kept: Kept = next(one for one in KEPT if one == keep)
    receipt = lic.manager.transact(lambda connection: lic.manager.settle(connection, person, conflict, kept, None, datetime.now(UTC)))
    return settled_now(receipt, kept)


def _row(conflict: Conflict, person: str) -> list[str]:
    new, old = (said_in(conflict, version, person) for version in (conflict.new, conflict.old(person)))
    return [new.text, _by(new), old.text, _by(old), conflict.id]


def _by(statement: Statement) -> str:
    return "you" if statement.by is None else named(statement.by)
