"""Reading lines from files and pipes as they come, with the number of every line that cannot be used."""

import json
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from lic.cli.door import complain
from lic.errors import DataError

CHUNK = 1 << 16


@dataclass(slots=True)
class Source:
    """Lines to read: their bytes, their name in complaints, and how many of them were bad."""

    stream: BufferedReader
    name: str
    bad: int = 0

    def complain(self, number: int, why: str) -> None:
        """Report a bad line by its number."""
        self.bad += 1
        complain(f"{self.name}, line {number}: {why}")

    def batches(self, most: int) -> Iterator[list[tuple[int, bytes]]]:
        """Numbered lines, as many at once as are there already but never more than `most`; a slow writer is not waited for."""
        number, rest = 0, b""
        while chunk := self.stream.read1(CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for start in range(0, len(whole), most):
                batch = whole[start : start + most]
                yield list(enumerate(batch, start=number + start + 1))
            number += len(whole)
        if rest:
            yield [(number + 1, rest)]

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Numbered lines, one by one."""
        for batch in self.batches(1_000):
            yield from batch


@contextmanager
def opened_source(name: str) -> Generator[Source]:
    """A file, or standard input for `-`. Raises DataError where the file cannot be read."""
    if name == "-":
        yield Source(cast(BufferedReader, sys.stdin.buffer), "standard input")
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115
    except OSError as error:
        raise DataError(f"The file {name!r} cannot be read: {error.strerror}.") from error
    with stream:
        yield Source(stream, name)


def is_file(name: str) -> bool:
    """Whether there is a file of this name; a text may be no file name at all."""
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long for a file name, or a zero byte in it
        return False


def visible(text: str, most: int) -> str:
    """A text as a conversation takes it, cleaned. Raises DataError where it is empty or longer than `most` characters."""
    from lic.language import clean

    if len(text) > most:
        raise DataError(f"This text has {len(text):,} characters; {most:,} are the most that is taken.")
    cleaned = clean(text)
    if not cleaned:
        raise DataError("This text is empty.")
    return cleaned


def text_of(line: bytes) -> str:
    """A line as text. Raises DataError where it is not UTF-8."""
    try:
        return line.decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError as error:
        raise DataError(f"This is not UTF-8 text (byte {line[error.start]:#04x} at position {error.start + 1}).") from error


def object_of(line: bytes) -> dict[str, Any]:
    """A line as a JSON object. Raises DataError where it is none."""
    text = text_of(line)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"This is not JSON ({error}): {text[:80]!r}.") from error
    if not isinstance(value, dict):
        raise DataError(f"This is no JSON object: {text[:80]!r}.")
    return value


def text_field(value: dict[str, Any], name: str) -> str:
    """A field that has to be text. Raises DataError."""
    found = value.get(name)
    if not isinstance(found, str):
        raise DataError(f'There is no "{name}" here.' if name not in value else f'"{name}" has to be text and is {json.dumps(found)[:80]}.')
    return found


def optional_field(value: dict[str, Any], name: str) -> str | None:
    """A field that may be missing or null, and else has to be text. Raises DataError."""
    return None if value.get(name) is None else text_field(value, name)
