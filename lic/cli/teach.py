"""`lic teach`: sentences, or text files line by line."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lic.cli.door import opened, owner_named, say, say_json
from lic.cli.lines import Source, is_file, opened_source, text_of, visible
from lic.cli.options import AsJson, Home, User
from lic.errors import DataError
from lic.language import SOURCE

if TYPE_CHECKING:
    from lic.factory import Lic

AT_ONCE = 32
CONVERSATION = "taught"
"""The conversation that keeps what was handed over as a text, so that every entry has its source; each file has one of its own."""


def teach(
    what: Annotated[list[str], typer.Argument(metavar="TEXT|FILE…", help="A text, or text files with one statement a line; `-` reads standard input.")],
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Teach a text, or text files line by line. What can be learned from a line is learned, whatever act it sounds like."""
    owner = owner_named(user)
    files = _files(what)
    with opened(home) as lic:
        if not files:
            text = visible(" ".join(what), lic.settings.max_characters)
            learned, bad = _teach(lic, owner, CONVERSATION, [text], as_json), 0
        else:
            learned, bad = _teach_files(lic, owner, files, as_json)
    if bad or not learned:
        raise typer.Exit(1)


def _files(what: Sequence[str]) -> list[str]:
    """The files that are meant; none where a text is. Raises DataError where some are files and some are not there."""
    found = [name for name in what if name == "-" or is_file(name)]
    missing = [name for name in what if name not in found]
    # A statement has more than one word, so a single word that is no file was meant to be one.
    if missing and (found or (len(what) == 1 and not any(map(str.isspace, what[0].strip())))):
        raise DataError(f"There is no file {missing[0]!r}. To teach a text, say it as a whole sentence.")
    return found


def _teach_files(lic: "Lic", owner: str, files: Sequence[str], as_json: bool) -> tuple[int, int]:
    """Teach files; how many lines told something, and how many could not be read."""
    learned = bad = 0
    for name in files:
        with opened_source(name) as source:
            for texts in _texts(source, lic.settings.max_characters):
                learned += _teach(lic, owner, source_named(name), texts, as_json)
        bad += source.bad
    return learned, bad


def _texts(source: Source, most: int) -> Iterator[list[str]]:
    for batch in source.batches(AT_ONCE):
        texts: list[str] = []
        for number, line in batch:
            if not line.strip():
                continue
            try:
                if b"\0" in line:
                    raise DataError("This is not text: it has a zero byte. Only text files can be taught.")
                texts.append(visible(text_of(line), most))
            except DataError as error:
                source.complain(number, str(error))
        yield texts


def source_named(name: str) -> str:
    """The conversation of a file, or of standard input."""
    return CONVERSATION if name == "-" else f"{SOURCE}{Path(name).name}"


def _teach(lic: "Lic", owner: str, conversation: str, texts: Sequence[str], as_json: bool) -> int:
    """Teach texts and print what came of each; how many of them told something."""
    understood = 0
    for item in lic.conversation(owner, conversation).teach(texts, datetime.now().astimezone()):
        understood += item.understood
        if as_json:
            say_json(item.reply.as_json(item.turn))
        else:
            say(item.reply.text if item.understood else f"Nothing to learn found in: {item.turn.text[:100]}")
    return understood
