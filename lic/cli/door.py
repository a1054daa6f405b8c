"""What every command does at the door: open a LIC, print, complain, and end with one sentence where something is wrong."""

import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from lic.errors import LicError, SettingsError

if TYPE_CHECKING:
    from lic.factory import Lic
    from lic.settings import Settings


class Door(TyperGroup):
    """The outermost group: whatever LIC refuses becomes one sentence on standard error and exit status 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command with UTF-8 at both ends."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                # A half of a surrogate pair comes out as \\udXXX, which is what JSON writes for it too.
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except LicError as error:
            complain(str(error))
            raise typer.Exit(1) from error


def read_settings(home: Path | None, **changed: Any) -> "Settings":
    """The settings from the environment, in another home where one is given. Raises SettingsError with the variable that is wrong."""
    from pydantic import ValidationError

    from lic.settings import Settings

    chosen: dict[str, Any] = changed | ({"home": home.expanduser()} if home is not None else {})
    try:
        settings = Settings(**chosen)
    except ValidationError as error:
        wrong = "; ".join(f"LIC_{str(item['loc'][0]).upper()}={item['input']!r}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"A setting cannot be used. {wrong}.") from error
    if settings.autopilot == "embedded":
        # Nothing is downloaded then, and a bar for reading a file from the disk is noise.
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    return settings


@contextmanager
def opened(home: Path | None, *, answers: bool = False) -> "Generator[Lic]":
    """An open LIC for one command; only where it `answers` does it need the chosen language model."""
    from lic.factory import Lic

    settings = read_settings(home)
    lic = Lic(settings if answers else settings.model_copy(update={"autopilot": "embedded"}))
    try:
        yield lic
    finally:
        lic.close()


def owner_named(user: str | None) -> str:
    """The owner that `--user` means. Raises SettingsError for an empty name."""
    from lic.factory import LOCAL_OWNER

    if user is not None and not user.strip():
        raise SettingsError("--user '' names nobody: leave it out, or give a name.")
    return user.strip() if user is not None else LOCAL_OWNER


def say(text: str = "") -> None:
    """Print a line for people."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """Print a value as one line of JSON, at once, so that a program at the other end of a pipe can go on."""
    typer.echo(json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(f"lic: {text}", err=True)


def agreed(question: str, yes: bool) -> bool:
    """Whether the person agrees: by `--yes`, or by answering the question; no answer is a no."""
    if yes:
        return True
    # On standard error, so that what is printed stays data.
    typer.echo(f"{question} [y/N] ", nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        typer.echo(err=True)
    return answer.strip().lower() in ("y", "yes")
