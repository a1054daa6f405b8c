"""Finding the place: is a lesson new, known, or a new value for something that is known already?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from lic.language import asked_by, key, relation_tells, same_subject, words
from lic.lessons.morphology import readings
from lic.lessons.references import TELLING
from lic.mental_process.entries import Entries
from lic.types import Entry, Lesson, Section, Vector, Verdict

_NAME = re.compile(r"(?<![\w'’])[A-ZÀ-Ý][\w'’-]+")
_SAYS_NOTHING = frozenset(["", *"is are am was were be been 's 'm 're s m re has have had 've ve".split(), "has got", "have got"])
"""Relations that many questions share: a parrot is green, and is twelve years old."""
_OWN = frozenset("i my me we our us the a an".split())
SAME_QUESTION = 0.8
"""From this probability on an entry answers the same question as a lesson; chosen on `data/places/test.jsonl`, see docs/LOG.md."""
CORRECTED_QUESTION = 0.15
"""The same for what is surely a correction, which says by itself that something known is meant; between the two in proportion."""
SURE_CORRECTION = 0.5
"""From this probability on a correction replaces also one of several values."""

LONGEST_NAME = 3
MAY_BE_SAME = 0.45
"""From this probability on LIC asks whether an entry is replaced."""
COLLECTS = 6
"""A value that takes the place of one that still holds does so much more harm than one too many beside it."""


class Judge(Protocol):
    """Says what a lesson is to entries; `lic.judges.same_question` has the trained one."""

    def verdicts(self, lesson: Lesson, vector: Vector, candidates: Sequence[tuple[Entry, Vector]]) -> list[Verdict]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lesson goes: `new` beside everything else, `known` as it stands, or `update` of an entry.

    `unsure` is an entry beside which it is new, but which it may have been meant to replace.
    """

    kind: Literal["new", "known", "update"]
    entry: Entry | None = None
    unsure: Entry | None = None


def find_place(entries: Entries, lesson: Lesson, near: Sequence[tuple[Entry, Verdict]]) -> Place:
    """The place of a lesson among a person's entries.

    `near` are entries that may be about the same, each with what the lesson is to it, the surest first. The newest statement wins: where an
    entry answers the same question with one value, it is updated, never weighed against the new one.
    """
    said = [entry for entry in entries.saying(lesson.statement) if lesson.section and of_one_kind(entry.section, lesson.section)]
    if said:
        return Place("known", said[0])
    if lesson.target is not None:
        target = entries.own([lesson.target])
        if target:
            return Place("update", target[0])
    wanted = SAME_QUESTION - (SAME_QUESTION - CORRECTED_QUESTION) * lesson.correction
    relation = key(lesson.slots.relation)
    alike = [(entry, verdict) for entry, verdict in near if lesson.slots.subject and (_same_attribute(entry, lesson) or _same_relation(entry, lesson))]
    exact = [
        (e, v)
        for e, v in alike
        if _same_attribute(e, lesson) or relation not in _SAYS_NOTHING or (_is_somebody(e.slots.value) and _is_somebody(lesson.slots.value))
    ]
    value = key(lesson.slots.value)
    for entry, _ in alike:
        if value and key(entry.slots.value) == value and not _tells_more(lesson, entry):
            return Place("known", entry)
    # The same value in other words may be the same again, or where somebody lives who was born there: it is kept beside the known one.
    same = exact or [(entry, verdict) for entry, verdict in near if verdict.same >= wanted and not (value and key(entry.slots.value) == value)]
    if lesson.denied:
        denied = [entry for entry, _ in same if key(lesson.denied) in key(entry.text)]
        if denied:
            return Place("update", denied[0])
    # The same words are judged by what they hold, others by what the judge makes of them.
    single = [e for e, v in same if (not e.many and not lesson.many if (e, v) in alike else v.replaces >= COLLECTS * v.adds)]
    if lesson.correction >= SURE_CORRECTION and same:
        return Place("update", single[0] if single else same[0][0])
    if single:
        return Place("update", single[0])
    doubted = (entry for entry, verdict in near if verdict.same >= MAY_BE_SAME and verdict.replaces > verdict.adds and not entry.many)
    return Place("new", unsure=None if same or lesson.many else next(doubted, None))


def _tells_more(lesson: Lesson, entry: Entry) -> bool:
    """Whether a lesson with a known value has a name or number that the entry lacks: the lorry comes every Tuesday, where Friday is known."""
    known = set(words(entry.text))
    return any(not set(words(found)) <= known for found in TELLING.findall(lesson.statement[1:]))


def of_one_kind(one: Section, other: Section) -> bool:
    """Whether two sections may hold the same: what is of the world and what is of a person's life are easily taken for each other, feelings are not."""
    return one == other or "emotional_states" not in (one, other)


def may_be_same(entry: Entry, lesson: Lesson) -> bool:
    """Entries about another subject never answer the same question, however alike they sound; one without a subject only what corrects it."""
    if lesson.section is None or not of_one_kind(entry.section, lesson.section):
        return False
    if not lesson.slots.subject or (not entry.slots.subject and lesson.correction) or _same_attribute(entry, lesson):
        return True
    if relation_tells(lesson.slots.relation) and _is_naming(entry.slots.relation) != _is_naming(lesson.slots.relation):
        return False
    known, new = _names(entry.text, entry.slots.value), _names(lesson.statement, lesson.slots.value)
    # "My boss Greta" and "my boss Yara" stay two, also where a name was not taken for a part of the subject.
    together = same_subject(entry.slots.subject, lesson.slots.subject) or _speak_of_each_other(entry, lesson)
    return together and (not known or not new or bool(known & new))


def _speak_of_each_other(entry: Entry, lesson: Lesson) -> bool:
    """Whether one statement names the other's subject somewhere: my desk is number 14, and I sit at desk 22."""
    one, other = ({word for word in words(slots.subject) if word not in _OWN} for slots in (entry.slots, lesson.slots))
    return (bool(one) and one <= set(words(lesson.statement))) or (bool(other) and other <= set(words(entry.text)))


def _same_relation(entry: Entry, lesson: Lesson) -> bool:
    one, other = entry.slots.relation, lesson.slots.relation
    return same_subject(entry.slots.subject, lesson.slots.subject) and (key(one) == key(other) or (_is_naming(one) and _is_naming(other)))


def _same_attribute(entry: Entry, lesson: Lesson) -> bool:
    """Whether both tell one attribute of one owner, however subject and relation were parted: my manager | is, and I | manager.

    What only "is" tells may be many things (green, and twelve years old); then the values have to be of one kind.
    """
    asked = asked_by(lesson.slots.subject, lesson.slots.relation)
    if asked == ("", "") or asked != asked_by(entry.slots.subject, entry.slots.relation):
        return False
    values = entry.slots.value, lesson.slots.value
    if all(map(_is_somebody, values)):
        return True
    told = [not _only_is(slots.relation) for slots in (entry.slots, lesson.slots)]
    return all(told) or (any(told) and all(any(map(str.isdigit, value)) for value in values))


def _only_is(relation: str) -> bool:
    return key(relation) in _SAYS_NOTHING or _is_naming(relation)


def _is_somebody(value: str) -> bool:
    """Whether a value is a name, so that "is" says who somebody is: my manager is Petra."""
    found = value.strip(" .!").split()
    return 0 < len(found) <= LONGEST_NAME and all(word[:1].isupper() and "JJ" not in readings(word.lower()) for word in found)


def _is_naming(relation: str) -> bool:
    """Whether a relation is about what something is called, which answers no other question about it."""
    return bool({"called", "name", "named", "names", "renamed", "nickname"} & set(key(relation).split()))


def of_one_subject(near: Sequence[tuple[Entry, Vector]], subject: str) -> list[tuple[Entry, Vector]]:
    """Without the entries that name their subject more closely where those are several: of two brothers, "my brother" is neither."""
    closer = {found for entry, _ in near if subject and len(found := key(entry.slots.subject)) > len(key(subject))}
    return [item for item in near if len(closer) <= 1 or key(item[0].slots.subject) not in closer]


def _names(text: str, value: str) -> set[str]:
    """Capitalized words behind the first one that are not of the value."""
    return {word for word in _NAME.findall(text[1:]) if word not in value}
