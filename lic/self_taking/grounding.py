"""Does an answer stand on what was taken? Every number and every name in it must stand there, or in the question."""

import re
from collections.abc import Sequence

from lic.language import words
from lic.types import Taken

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<![.!?…]\s)(?<!^)(?<![\"“])\b[A-ZÀ-Ý][\w'’-]+")


def unsupported(answer: str, question: str, taken: Sequence[Taken]) -> list[str]:
    """The numbers and names of an answer that neither the taken entries nor the question hold."""
    sources = " ".join((question, *(item.entry.text for item in taken), *(item.entry.topic for item in taken), *(item.entry.speaker for item in taken)))
    known = {word.removesuffix("'s") for word in words(sources)}
    numbers = set(_NUMBER.findall(sources))
    loose = [number for number in _NUMBER.findall(answer) if number not in numbers]
    loose += [name for name in _NAME.findall(answer) if words(name)[0].removesuffix("'s") not in known and name not in ("I", "I'm", "I’m", "LIC")]
    return loose


def stands_on(answer: str, question: str, taken: Sequence[Taken]) -> bool:
    """Whether an answer says something of what was taken, and nothing beside it."""
    if unsupported(answer, question, taken):
        return False
    said = set(words(answer))
    asked = set(words(question))
    return any(said & (set(words(item.entry.slots.value or item.entry.text)) - asked or set(words(item.entry.text))) for item in taken)
