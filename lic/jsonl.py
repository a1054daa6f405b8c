"""Reading JSON Lines, with the line number in every complaint."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lic.errors import DataError


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file. Raises DataError with the number of a line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as UTF-8 text: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"{path}, line {number} is not JSON ({error.msg}): {line[:80]!r}") from error
        if not isinstance(value, dict):
            raise DataError(f"{path}, line {number} is not a JSON object: {line[:80]!r}")
        yield value
