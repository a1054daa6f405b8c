"""`lic chat` and `lic ask`: a conversation in the terminal."""

import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from lic.cli.door import complain, opened, owner_named, say, say_json
from lic.cli.lines import Source, opened_source, text_of
from lic.cli.options import AsJson, Conversation, Home, User
from lic.errors import DataError, TurnError

if TYPE_CHECKING:
    from lic import conversation as spoken
    from lic.types import Turn

PROMPT = "you  "
ANSWER = "lic  "


def chat(user: User = None, home: Home = None, conversation: Conversation = "main") -> None:
    """Talk with LIC; Ctrl-D or Ctrl-C leaves."""
    owner = owner_named(user)
    with opened(home, answers=True) as lic, opened_source("-") as source:
        at_terminal = sys.stdin.isatty()
        if at_terminal:
            lic.warm_up(lambda progress: complain(progress.step))
            say("Tell me something, or ask me. Ctrl-D leaves.")
        talk = lic.conversation(owner, conversation)
        bad = False
        try:
            for text in _typed() if at_terminal else _piped(source):
                bad = not _answered(talk, _turn(owner, conversation, text), at_terminal) or bad
        except KeyboardInterrupt:
            say()
    if (bad or source.bad) and not at_terminal:
        raise typer.Exit(1)


def ask(
    text: Annotated[list[str], typer.Argument(metavar="TEXT…", help="What to say; `-` reads it from standard input.")],
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
    conversation: Conversation = "main",
) -> None:
    """Say one thing and print the reply. What teaches is learned, as in every conversation."""
    owner = owner_named(user)
    said = " ".join(text)
    if said == "-":
        with opened_source("-") as source:
            said = text_of(source.stream.read())
    with opened(home, answers=True) as lic:
        talk = lic.conversation(owner, conversation)
        turn = _turn(owner, conversation, said)
        if as_json:
            say_json(talk.respond(turn).as_json(turn))
        else:
            _stream(talk, turn, "")


def _turn(owner: str, conversation: str, text: str) -> "Turn":
    from lic.types import Turn

    # The local time with its offset, so that "you told me at 10:32" is what the person's clock showed.
    return Turn(uuid4().hex, text, owner, conversation, datetime.now().astimezone())


def _typed() -> Iterator[str]:
    """What a person types, until Ctrl-D; empty lines are no messages."""
    with suppress(ImportError):
        import readline  # noqa: F401  # pyright: ignore[reportUnusedImport]  # arrow keys and history in `input`
    sys.stdin.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    while True:
        try:
            text = input(PROMPT)
        except EOFError:
            say()
            return
        if text.strip():
            yield text


def _piped(source: Source) -> Iterator[str]:
    for number, line in source.lines():
        try:
            text = text_of(line)
        except DataError as error:
            source.complain(number, str(error))
            continue
        if text.strip():
            yield text


def _answered(talk: "spoken.Conversation", turn: "Turn", at_terminal: bool) -> bool:
    """Answer one message of a chat; False where it could not be taken. Ctrl-C in the middle of a reply ends only the reply."""
    try:
        _stream(talk, turn, ANSWER)
    except TurnError as error:
        complain(str(error))
        return False
    except KeyboardInterrupt:
        if not at_terminal:
            raise
        say("(stopped)")
    return True


def _stream(talk: "spoken.Conversation", turn: "Turn", start: str) -> None:
    """Print a reply as it comes; where the check changed what was streamed, the checked reply follows on its own line."""
    from lic.types import Reply

    shown = ""
    stop = threading.Event()
    try:
        for piece in talk.stream(turn, stop):
            if isinstance(piece, Reply):
                if shown.strip() != piece.text.strip():
                    typer.echo(("\n" if shown else "") + start + piece.text, nl=False)
                    shown = piece.text
                break
            typer.echo(piece if shown else start + piece, nl=False)
            sys.stdout.flush()
            shown += piece
    finally:
        stop.set()
        if shown:
            say()
