"""Finding the place: is a lesson new, known, or a new value for something that is known already?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy import Connection

from lic.language import key, same_subject
from lic.mental_process.entries import Entries
from lic.mental_process.search import HybridSearch
from lic.types import Encoding, Entry, Lesson, Slots

SAME_QUESTION = 0.4
"""An entry that answers the lesson's own question at least this surely is about the same thing."""
CORRECTED_QUESTION = 0.15
"""The same for a correction, which says by itself that something known is meant."""


class Judge(Protocol):
    """Says how surely entries answer a question; `lic.self_taking.answerability` has the trained one."""

    def probabilities(self, question: Encoding, asked: Slots, candidates: Sequence[tuple[Entry, float]]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lesson goes: `new` beside everything else, `known` as it stands, or `update` of an entry."""

    kind: Literal["new", "known", "update"]
    entry: Entry | None = None


def find_place(entries: Entries, lesson: Lesson, near: Sequence[tuple[Entry, float]]) -> Place:
    """The place of a lesson among a person's entries.

    `near` are entries that may be about the same, with the probability that they answer the lesson's question. The newest
    statement wins: where an entry answers the same question with one value, it is updated, never judged.
    """
    said = [entry for entry in entries.saying(lesson.statement) if entry.section == lesson.section]
    if said:
        return Place("known", said[0])
    if lesson.target is not None:
        target = entries.of_ids([lesson.target])
        if target:
            return Place("update", target[0])
    same = entries.answering(lesson.slots.subject, lesson.slots.relation) if lesson.slots.subject and lesson.slots.relation else []
    wanted = CORRECTED_QUESTION if lesson.correction else SAME_QUESTION
    candidates = [entry for entry in same if entry.section == lesson.section] or [entry for entry, probability in near if probability >= wanted]
    for entry in candidates:
        if lesson.slots.value and key(entry.slots.value) == key(lesson.slots.value):
            return Place("known", entry)
    if lesson.denied:
        denied = [entry for entry in candidates if key(lesson.denied) in key(entry.text)]
        if denied:
            return Place("update", denied[0])
    single = [entry for entry in candidates if not entry.many and not lesson.many]
    if lesson.correction and candidates:
        return Place("update", (single or candidates)[0])
    return Place("update", single[0]) if single else Place("new")


def may_be_same(entry: Entry, lesson: Lesson) -> bool:
    """Entries about another subject never answer the same question, however alike they sound; one without a subject only what corrects it."""
    if entry.section != lesson.section:
        return False
    if not lesson.slots.subject or (not entry.slots.subject and lesson.correction):
        return True
    return same_subject(entry.slots.subject, lesson.slots.subject)


def candidates_for(connection: Connection, search: HybridSearch, owner: str, question: Encoding, k: int) -> list[tuple[Entry, float]]:
    """Own entries that search finds for an encoded question, with their cosines."""
    return [(found.entry, found.cosine) for found in search.search(connection, owner, question, k) if found.entry.owner == owner]
