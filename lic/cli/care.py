"""`lic forget`, `lic undo` and `lic serve`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lic.cli.door import agreed, opened, owner_named, read_settings, say, say_json
from lic.cli.forgetting import forget_entries, forget_everything, forget_said
from lic.cli.lines import visible
from lic.cli.options import AsJson, Home, User, Yes
from lic.errors import BuiltUpon, NotFound, NothingToUndo, SettingsError

if TYPE_CHECKING:
    from lic.branches.meaning import Meant
    from lic.factory import Lic
    from lic.types import Receipt


def forget(
    text: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT…", help="What to forget, in words: my dog's name; handbook.md; what I said yesterday.")
    ] = None,
    *,
    document: Annotated[str | None, typer.Option("--document", metavar="NAME", help="All that came from a document that was taught.")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Everything that is known of you, and all that was said.")] = False,
    yes: Yes = False,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Remove what is known about something, for good. Shows it and asks first."""
    from lic import replies

    owner = owner_named(user)
    if sum((bool(text), document is not None, everything)) != 1:
        raise SettingsError("Say one of these: what to forget in words, --document NAME, or --everything.")
    with opened(home) as lic:
        meant = _meant(lic, owner, " ".join(text or ()), document)
        if everything or (meant.everything and not yes):
            forget_everything(lic, owner, yes, as_json)
        elif meant.scope is not None and (meant.sure or not yes):
            forget_said(lic, owner, meant.scope, meant.about, yes, as_json)
        elif not meant.entries or (yes and not meant.sure):
            wanted = " ".join(text or ())
            if meant.shared is not None:
                raise NotFound(replies.not_forgotten(meant.shared))
            raise NotFound(f"Nothing of your own is known about {wanted!r}; `lic memory list` shows what is, and `lic memory forget ID` removes it.")
        else:
            forget_entries(lic, owner, meant.entries, yes, as_json)


def _meant(lic: "Lic", owner: str, text: str, document: str | None) -> "Meant":
    from lic.branches.meaning import Meant
    from lic.data_management.scopes import Scope
    from lic.language import SOURCE

    if document is not None:
        return Meant(sure=True, about=f"what came from {document}", scope=Scope(conversation=f"{SOURCE}{document}"))
    return lic.conversation(owner).meant_to_forget(visible(text, lic.settings.max_characters)) if text else Meant()


def undo(
    *,
    redo: Annotated[bool, typer.Option("--redo", help="Make the change again that was undone last.")] = False,
    turn: Annotated[str | None, typer.Option("--turn", metavar="ID", help="Take back what this turn taught, and ask about what was built on it.")] = None,
    yes: Yes = False,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take back the last change that is still in force."""
    from lic import replies

    owner = owner_named(user)
    if redo and turn is not None:
        raise SettingsError("--redo makes again what was undone last, whichever turn it was: leave --turn out.")
    with opened(home) as lic:
        manager = lic.manager
        if redo:
            receipt = manager.transact(lambda connection: manager.redo(connection, owner))
        else:
            receipt = _undone(lic, owner, receipt_of(lic, owner, turn) if turn is not None else None, yes)
    text = replies.redone(receipt) if redo else replies.undone(receipt)
    if as_json:
        say_json({"text": text, "changes": [change.as_json() for change in receipt.changes]})
    else:
        say(text)


def receipt_of(lic: "Lic", owner: str, turn: str) -> str:
    """The receipt of what a turn taught. Raises NotFound and NothingToUndo."""
    from lic.transcript import Transcript

    with lic.database.read() as connection:
        said = Transcript(connection, owner).find(turn)
    if said is None:
        raise NotFound(f"There is no turn {turn!r} in your conversations.")
    if said.reply.receipt is None:
        raise NothingToUndo(f"Nothing that turn {turn!r} taught is in force.")
    return said.reply.receipt


def _undone(lic: "Lic", owner: str, receipt: str | None, yes: bool) -> "Receipt":
    """Undo a change, after a question with all that were built on it. Exits with 1 where the answer is no."""
    from lic import replies

    manager, later = lic.manager, ()
    while True:
        try:
            return manager.transact(lambda connection, later=later: manager.undo(connection, owner, receipt, datetime.now(UTC), later))
        except BuiltUpon as built:
            later = built.later
        with lic.database.read() as connection:
            question = replies.built_upon(manager.told_by(connection, later), len(later) + 1)
        if not agreed(question, yes):
            say("Nothing was undone.")
            raise typer.Exit(1)


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
