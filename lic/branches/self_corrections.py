"""Messages that correct themselves: "my dog is called Rex, no, sorry, he is called Max"."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from lic import replies
from lic.branches.desk import Parts
from lic.data_management.commits import Prepared
from lic.language import key
from lic.types import Lesson, Turn

SURELY_CORRECTS = 0.85
"""From this probability on what follows a fact in a message takes its place; below it LIC keeps both and asks."""


def self_corrected(parts: Parts, source: Turn, prepared: Sequence[Prepared]) -> list[Prepared]:
    """The lessons of a message, those marked as corrections that surely correct the one before them: the gate reads them as if LIC had learned that."""
    found = list(prepared)
    for i, (before, item) in enumerate(pairwise(prepared), start=1):
        if said := said_after(source.text, before.lesson, item.lesson):
            [encoding] = parts.encoder.encode([said])
            previous = f"Learned: {replies.clause(before.lesson.statement)}."
            [reading] = parts.reader.read([encoding], [previous])
            intent = parts.recognizer.recognize(encoding, reading, previous)
            if intent.act == "correction" and intent.probability >= SURELY_CORRECTS:
                found[i] = replace(item, lesson=replace(item.lesson, correction=intent.probability, many=before.lesson.many))
    return found


def said_after(text: str, before: Lesson, lesson: Lesson) -> str:
    """What a message says behind a lesson, where the next lesson gives another value to the same subject; else empty."""
    one, other = before.slots, lesson.slots
    alike = before.section is not None and before.section == lesson.section and key(one.subject) == key(other.subject)
    at = text.lower().find(one.value.lower()) if key(one.value) else -1
    if not alike or lesson.correction or not key(other.value) or key(one.value) == key(other.value) or at < 0:
        return ""
    return text[at + len(one.value) :].strip(" ,.;:–-")
