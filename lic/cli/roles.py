"""`lic memory teachers`, `conflicts` and `settle`: who may correct what is shared, and what they contradict each other in."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lic.cli.door import opened, owner_named, say, say_json
from lic.cli.options import AsJson, Home, User
from lic.cli.shown import day, speaker_as_json, version_as_json

if TYPE_CHECKING:
    from lic.mental_process.conflicts import Conflict


class Keep(StrEnum):
    """What is to hold."""

    NEW = "new"
    OLD = "old"
    BOTH = "both"


def teachers(
    *,
    add: Annotated[list[str] | None, typer.Option("--add", metavar="NAME", help="Let this person correct what you share.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="NAME", help="Take that right back; what was corrected stays.")] = None,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List, name and remove the teachers: who may correct what you share. Everybody else may only read it."""
    from lic.mental_process.roles import Roles

    owner = owner_named(user)
    with opened(home) as lic:
        if add or remove:
            with lic.database.write() as connection:
                roles = Roles(connection, owner)
                for name in add or ():
                    roles.name(name, datetime.now(UTC), lic.settings.auth)
                for name in remove or ():
                    roles.remove(name)
        with lic.database.read() as connection:
            named, owners = Roles(connection, owner).teachers(), Roles(connection, owner).owners()
    if as_json:
        taught = [{"owner": role.owner, "since": role.since.isoformat()} for role in owners]
        say_json({"teachers": [{"name": role.teacher, "since": role.since.isoformat()} for role in named], "teaches": taught})
        return
    for role in named:
        say(f"{role.teacher} may correct what you share (since {day(role.since)}).")
    if not named:
        say("Only you may correct what you share; see --add.")
    for role in owners:
        say(f"You may correct what {role.owner} shares (since {day(role.since)}).")


def conflicts(
    *,
    settled: Annotated[bool, typer.Option("--all", help="Also those that are settled.")] = False,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List what you and other teachers of shared knowledge contradict each other in. The newest statement holds until one of you settles it."""
    from lic.mental_process.conflicts import Conflicts

    owner = owner_named(user)
    with opened(home) as lic, lic.database.read() as connection:
        found = Conflicts(connection, owner).listed(settled)
    if as_json:
        say_json([conflict_as_json(conflict) for conflict in found])
        return
    for conflict in found:
        _say_conflict(conflict, owner)
    if not found:
        say("Nobody contradicts you." if not settled else "Nobody ever contradicted you.")


def settle(
    conflict: Annotated[str, typer.Argument(metavar="ID", help="The conflict's id, or its beginning.")],
    keep: Annotated[Keep, typer.Argument(metavar="new|old|both", help="Keep the new statement, go back to the old one, or let both hold.")],
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Settle a conflict that concerns you. `lic undo` takes that back."""
    from lic.branches.notices import settled_now

    owner = owner_named(user)
    with opened(home) as lic:
        receipt = lic.manager.transact(lambda connection: lic.manager.settle(connection, owner, conflict, keep.value, None, datetime.now(UTC)))
    text = settled_now(receipt, keep.value)
    if as_json:
        say_json({"text": text, "changes": [change.as_json() for change in receipt.changes]})
    else:
        say(text)


def conflict_as_json(conflict: "Conflict") -> dict[str, Any]:
    """A conflict as `--json` prints it."""
    return {
        "id": conflict.id,
        "entry": conflict.entry.id,
        "open": conflict.settled_at is None,
        "said": [version_as_json(version, None) for version in conflict.said],
        "opened_at": conflict.opened_at.isoformat(),
        "settled_at": conflict.settled_at.isoformat() if conflict.settled_at else None,
        "settled_by": speaker_as_json(conflict.settled_by) if conflict.settled_at else None,
        "kept": conflict.kept,
    }


def _say_conflict(conflict: "Conflict", owner: str) -> None:
    from lic.language import named

    end = f"settled by {named(conflict.settled_by)}, kept: {conflict.kept}" if conflict.settled_at else "open; the last one holds"
    say(f"{conflict.id[:8]}  {end}")
    for version in conflict.said:
        say(f"    {'you' if version.said_by == owner else named(version.said_by)}, {day(version.said_at)}:  {version.text}")
