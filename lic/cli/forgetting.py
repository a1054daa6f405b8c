"""Removing for good, after the person has seen what."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from lic.cli.door import agreed, say, say_json
from lic.cli.shown import line
from lic.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lic.data_management.commits import Commit
    from lic.data_management.scopes import Scope
    from lic.factory import Lic
    from lic.types import Entry


def forget_entries(lic: "Lic", owner: str, chosen: "Sequence[Entry]", yes: bool, as_json: bool) -> None:
    """Show what would be removed, ask, remove it everywhere, and print what was removed. Exits with 1 where the answer is no."""
    from lic import replies

    _agree([line(entry, owner) for entry in chosen], f"Forget {'this' if len(chosen) == 1 else f'these {len(chosen)} entries'} for good?", yes)
    about = "; ".join(replies.clause(entry.text) for entry in chosen[:3]) + ("; …" if len(chosen) > 3 else "")
    _forget(lic, lambda connection: lic.manager.forget(connection, owner, chosen, datetime.now(UTC)), about, as_json)


def forget_said(lic: "Lic", owner: str, scope: "Scope", about: str, yes: bool, as_json: bool) -> None:
    """The same for all that was said in a conversation or in a time. Raises NotFound where that is nothing."""
    from lic import replies
    from lic.types import Gone

    with lic.database.read() as connection:
        leaving, gone = lic.manager.foresee(connection, owner, scope)
    if gone == Gone():
        raise NotFound(f"There is nothing to forget: {about}.")
    shown = [f"{item.entry[:8]}  {item.text}" + (f"  (then again: {item.again})" if item.again else "") for item in leaving]
    _agree(shown, replies.confirm_forgetting_said(about, gone, (), 0), yes)
    _forget(lic, lambda connection: lic.manager.forget_said(connection, owner, scope, datetime.now(UTC)), about, as_json)


def forget_everything(lic: "Lic", owner: str, yes: bool, as_json: bool) -> None:
    """The same for everything that is known of a person, and all that was said."""
    from lic import replies

    with lic.database.read() as connection:
        entries, turns, elsewhere = lic.manager.counted(connection, owner)
    _agree([], replies.confirm_everything(entries, turns, elsewhere), yes)
    _forget(lic, lambda connection: lic.manager.forget_everything(connection, owner, datetime.now(UTC)), "everything about you", as_json)


def _agree(shown: Sequence[str], question: str, yes: bool) -> None:
    if not yes:
        for text in shown:
            typer.echo(text, err=True)
    if not agreed(question, yes):
        say("Nothing was forgotten.")
        raise typer.Exit(1)


def _forget(lic: "Lic", work: "Callable[[Connection], Commit]", about: str, as_json: bool) -> None:
    from lic import replies

    receipt = lic.manager.transact(work)
    text = replies.forgotten(receipt, about)
    if as_json:
        changes = [{**change.as_json(), "before": None} for change in receipt.changes]
        say_json({"text": text, "changes": changes, "exports": [export.as_json() for export in receipt.exports]})
    else:
        say(text)
