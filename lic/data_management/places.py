"""Where a lesson goes among all that its person may change: the own entries, and what others shared with the person as a teacher.

What is only read is looked through too: a learner's word stays beside it, and both are told of.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from lic.data_management.place import Judge, Place, find_place, may_be_same, of_one_subject
from lic.language import asked_by, key, of_oneself
from lic.lessons.reported import as_read_by
from lic.mental_process.entries import Entries
from lic.mental_process.roles import Roles, read_by, taught_by
from lic.mental_process.search import Candidate, HybridSearch
from lic.types import Encoding, Entry, Lesson, Slots, Vector, Verdict

CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class LessonPlaces:
    """Where a lesson is written, each place for itself, and what others shared that says otherwise and stays."""

    written: tuple[Place, ...]
    otherwise: Entry | None = None


@dataclass(frozen=True, slots=True)
class _Scope:
    """Some of the entries that a person sees."""

    entries: Entries
    holds: Callable[[Entry], bool]


class Places:
    """Finds the places of lessons."""

    def __init__(self, search: HybridSearch, judge: Judge) -> None:
        self._search = search
        self._judge = judge

    def of(self, connection: Connection, person: str, lesson: Lesson, statement: Encoding | None) -> LessonPlaces:
        """The places of a lesson of a person, whose statement was encoded."""
        own = _Scope(Entries(connection, person), lambda entry: entry.owner == person)
        place = self._among(connection, own, _without_others(own, lesson), statement)
        teaches = frozenset(role.owner for role in Roles(connection, person).owners())
        taught = _Scope(Entries(connection, person, taught_by(person)), lambda entry: entry.owner != person and entry.owner in teaches)
        read = _Scope(Entries(connection, person, read_by(person)), lambda entry: entry.owner != person and entry.owner not in teaches)
        corrected = self._shared(connection, taught, lesson, statement) if teaches else None
        says = self._shared(connection, read, lesson, statement)
        otherwise = says.entry if says is not None and says.kind == "update" else None
        if corrected is None or corrected.entry is None:
            doubted = corrected.unsure if corrected is not None and place == Place("new") else place.unsure
            return LessonPlaces((replace(place, unsure=doubted),), otherwise)
        # What a teacher says is no private knowledge besides, but an own entry that says otherwise has to follow.
        return LessonPlaces((corrected,) if place.kind == "new" else (corrected, place), otherwise)

    def _shared(self, connection: Connection, scope: _Scope, lesson: Lesson, statement: Encoding | None) -> Place | None:
        """The place among what others shared; None where a lesson cannot mean any of that.

        To write what one person says where everybody reads it takes more than to keep it: no correction lowers what is asked of the judge here,
        but for the entry that the conversation spoke of.
        """
        if lesson.section is None or not scope.entries.exist():
            return None
        if lesson.target is not None and scope.entries.own([lesson.target]):
            return find_place(scope.entries, lesson, [])
        if of_oneself(f"{lesson.slots.subject} {lesson.statement}") or lesson.section == "emotional_states":
            return None
        lesson = replace(lesson, correction=0.0, target=None)
        return self._among(connection, scope, lesson, statement)

    def _among(self, connection: Connection, scope: _Scope, lesson: Lesson, statement: Encoding | None) -> Place:
        near: list[tuple[Entry, Verdict]] = []
        if statement is not None:
            found = [(as_read_by(entry, scope.entries.owner), vector) for entry, vector in self._found(connection, scope, lesson, statement)]
            likely = of_one_subject([(entry, vector) for entry, vector in found if may_be_same(entry, lesson)], lesson.slots.subject)
            judged = zip(likely, self._judge.verdicts(lesson, statement.vector, likely), strict=True)
            near = sorted(((entry, verdict) for (entry, _), verdict in judged), key=lambda item: -item[1].same)
        return find_place(scope.entries, lesson, near)

    def _found(self, connection: Connection, scope: _Scope, lesson: Lesson, statement: Encoding) -> list[tuple[Entry, Vector]]:
        """Entries, with their vectors, that may be about the same as a lesson: those of its subject where they are few, and those that search finds."""
        entries = scope.entries
        owner_of, attribute = asked_by(lesson.slots.subject, lesson.slots.relation)
        read = entries.with_slots(Slots("I", attribute), CANDIDATES) if owner_of == "i" else []
        if lesson.slots.subject:
            about = entries.with_subject(lesson.slots.subject, CANDIDATES + 1)
            read += about if len(about) <= CANDIDATES else entries.with_slots(lesson.slots, CANDIDATES)
        # What is said of oneself may be known in other words of one's own: my desk is number 14, I sit at desk 22.
        enough = bool(read) and len(read) <= CANDIDATES and not lesson.correction and key(lesson.slots.subject).split(" ")[0] not in ("i", "my", "we", "our")
        searched: Sequence[Candidate] = [] if enough else self._search.search(connection, entries.owner, statement, CANDIDATES)
        found = [(item.entry, item.vector) for item in searched if scope.holds(item.entry)]
        return list({entry.id: (entry, vector) for entry, vector in (*found, *read)}.values())


def _without_others(own: _Scope, lesson: Lesson) -> Lesson:
    """A lesson that corrects what another person shared is no correction of anything of one's own."""
    if lesson.target is None or own.entries.own([lesson.target]):
        return lesson
    return replace(lesson, target=None, correction=0.0, denied="")
