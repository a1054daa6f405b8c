"""Removing entries for good, after the person has seen which ones."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from lic.cli.door import agreed, say, say_json
from lic.cli.shown import line

if TYPE_CHECKING:
    from lic.factory import Lic
    from lic.types import Entry


def forget_entries(lic: "Lic", owner: str, chosen: "Sequence[Entry]", yes: bool, as_json: bool) -> None:
    """Show what would be removed, ask, remove it everywhere, and print what was removed. Exits with 1 where the answer is no."""
    from lic import replies

    if not yes:
        for entry in chosen:
            typer.echo(line(entry, owner), err=True)
    if not agreed(f"Forget {'this' if len(chosen) == 1 else f'these {len(chosen)} entries'} for good?", yes):
        say("Nothing was forgotten.")
        raise typer.Exit(1)
    about = "; ".join(replies.clause(entry.text) for entry in chosen[:3]) + ("; …" if len(chosen) > 3 else "")
    receipt = lic.manager.transact(lambda connection: lic.manager.forget(connection, owner, chosen, datetime.now(UTC)))
    text = replies.forgotten(receipt, about)
    if as_json:
        say_json({"text": text, "changes": [{**change.as_json(), "before": None} for change in receipt.changes]})
    else:
        say(text)
