"""`lic forget`, `lic undo` and `lic serve`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lic.cli.door import opened, owner_named, read_settings, say, say_json
from lic.cli.forgetting import forget_entries
from lic.cli.lines import visible
from lic.cli.options import AsJson, Home, User, Yes
from lic.errors import NotFound

if TYPE_CHECKING:
    from lic.factory import Lic
    from lic.types import Entry

SURE = 0.5
"""Entries that answer the words at least this surely are forgotten without asking; less sure ones are asked about."""


def forget(
    text: Annotated[list[str], typer.Argument(metavar="TEXT…", help="What to forget, in words: my dog's name.")],
    yes: Yes = False,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Remove what is known about something, for good. Shows it and asks first."""
    owner = owner_named(user)
    with opened(home) as lic:
        wanted = visible(" ".join(text), lic.settings.max_characters)
        forget_entries(lic, owner, _meant(lic, owner, wanted, SURE if yes else SURE / 4), yes, as_json)


def undo(user: User = None, home: Home = None, as_json: AsJson = False) -> None:
    """Take back the last change that is still in force."""
    from lic import replies

    owner = owner_named(user)
    with opened(home) as lic:
        receipt = lic.manager.transact(lambda connection: lic.manager.undo(connection, owner, None, datetime.now(UTC)))
    text = replies.undone(receipt)
    if as_json:
        say_json({"text": text, "changes": [change.as_json() for change in receipt.changes]})
    else:
        say(text)


def serve(
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", metavar="N", min=0, max=65535, help="Port to listen on.")] = None,
    home: Home = None,
) -> None:
    """Serve the page, until Ctrl-C."""
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = read_settings(home, **chosen)
    from lic.server import Server

    Server(settings).run()


def _meant(lic: "Lic", owner: str, wanted: str, sure: float) -> "list[Entry]":
    """The own entries that the words mean: all about a subject, or those that answer what was named at least so surely. Raises NotFound."""
    from lic.language import key
    from lic.mental_process.entries import Entries

    parts = lic.parts
    [encoding] = parts.encoder.encode([wanted])
    [reading] = parts.reader.read([encoding], [None])
    with lic.database.read() as connection:
        about = Entries(connection, owner).about(wanted)
        found = [] if about else parts.self_taking.candidates(connection, owner, encoding, reading)
    own = [item.entry for item in found if item.entry.owner == owner and item.score >= sure]
    same = [entry for entry in own if (key(entry.slots.subject), key(entry.slots.relation)) == (key(own[0].slots.subject), key(own[0].slots.relation))]
    if not (about or same):
        raise NotFound(f"Nothing of your own is known about {wanted!r}; `lic memory list` shows what is, and `lic memory forget ID` removes it.")
    return about or same
