"""`lic recognize`: what the gate says of one text or of many."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lic.cli.door import opened, owner_named, say, say_json
from lic.cli.lines import Source, is_file, object_of, opened_source, optional_field, text_field, visible
from lic.cli.options import AsJson, Home, User
from lic.errors import DataError

if TYPE_CHECKING:
    from lic.branches.desk import Parts
    from lic.types import Intent

AT_ONCE = 128


def recognize(
    text: Annotated[str, typer.Argument(metavar="TEXT|FILE|-", help='A text, or JSON Lines with "text" and, if wanted, "previous".')] = "-",
    previous: Annotated[str | None, typer.Option("--previous", metavar="TEXT", help="What LIC said just before the text.")] = None,
    user: User = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tell the act of texts, and whether the person is teaching. For lines, one JSON object each. Nothing is learned."""
    owner_named(user)
    if text != "-" and not is_file(text):
        with opened(home) as lic:
            [intent] = _intents(lic.parts, [visible(text, lic.settings.max_characters)], [previous])
        say_json(intent.as_json()) if as_json else say(_in_words(intent))
        return
    with opened_source(text) as source, opened(home) as lic:
        for batch in source.batches(AT_ONCE):
            _recognize_batch(lic.parts, source, batch)
    if source.bad:
        raise typer.Exit(1)


def _recognize_batch(parts: "Parts", source: Source, batch: Sequence[tuple[int, bytes]]) -> None:
    rows: list[tuple[str, str | None]] = []
    for number, line in batch:
        if not line.strip():
            continue
        try:
            value = object_of(line)
            rows.append((visible(text_field(value, "text"), parts.settings.max_characters), optional_field(value, "previous")))
        except DataError as error:
            source.complain(number, str(error))
    if rows:
        for intent in _intents(parts, [text for text, _ in rows], [previous for _, previous in rows]):
            say_json(intent.as_json())


def _intents(parts: "Parts", texts: Sequence[str], previous: Sequence[str | None]) -> "list[Intent]":
    encodings = parts.encoder.encode(texts)
    return parts.recognizer.recognize_many(encodings, parts.reader.read(encodings, previous), previous)


def _in_words(intent: "Intent") -> str:
    teaching = "teaching" if intent.teaching else "not teaching"
    return f"{intent.act} ({intent.probability:.0%}); {teaching} (teaching {intent.teaching_probability:.0%})"
