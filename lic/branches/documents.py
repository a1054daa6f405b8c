"""Which document a text names: by the name of its file, or by its title."""

import re
from collections.abc import Sequence

from lic.language import key

_FILE = re.compile(r"(?<![\w.@/-])[\w-]{2,}\.[A-Za-z]\w{0,4}(?![\w-])")


def names_file(text: str) -> bool:
    """Whether a text names a file, known or not: "handbook.md"."""
    return _FILE.search(text) is not None


def document_in(text: str, names: Sequence[str], by_title: bool) -> str | None:
    """The document that a text names, the longest name first; `by_title` also without the ending of its file: "the handbook" for handbook.md.

    >>> document_in("forget old_notes.md", ["notes.md", "old_notes.md"], False), document_in("drop the old notes", ["notes.md", "old_notes.md"], True)
    ('old_notes.md', 'old_notes.md')
    """
    longest = sorted(names, key=len, reverse=True)
    found = [name for name in longest if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE)]
    if not found and by_title:
        said = f" {_plain(text)} "
        found = [name for name in longest if (title := _plain(name.rpartition(".")[0] or name)) and f" {title} " in said]
    return found[0] if found else None


def _plain(text: str) -> str:
    return key(re.sub(r"[_-]", " ", text))
