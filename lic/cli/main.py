"""The app: every command in its place. Only typer is imported here, so that `lic --help` is quick."""

from typing import Annotated

import typer

from lic.cli import care, dataset, memory
from lic.cli.doctor import doctor
from lic.cli.door import Door, say
from lic.cli.recall import recall
from lic.cli.recognize import recognize
from lic.cli.replay import replay
from lic.cli.talk import ask, chat
from lic.cli.teach import teach

app = typer.Typer(
    name="lic",
    cls=Door,
    help="Learning In Conversation: a chatbot that people teach by talking to it.",
    no_args_is_help=True,
    add_completion=False,
    # Plain help is quick and stable; plain tracebacks show no values of private things.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for command in (chat, ask, teach, recognize, recall, replay, care.forget, care.undo, care.serve, doctor):
    app.command()(command)
app.add_typer(memory.app, name="memory")
app.add_typer(dataset.app, name="dataset")


def _version(wanted: bool) -> None:
    if wanted:
        from lic import __version__

        say(f"lic {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")] = False,
) -> None:
    """Learning In Conversation: a chatbot that people teach by talking to it."""
