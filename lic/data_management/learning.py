"""Learning what one turn teaches: each lesson becomes an entry or a new version, with its dataset row."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from lic.data_management.commits import Doubt, Prepared
from lic.data_management.place import SURE_CORRECTION, Place
from lic.data_management.places import Places
from lic.data_management.rows import NewRow, add_row, replace_row
from lic.database.changes import ChangeLog
from lic.language import exchanged, key, of_oneself
from lic.lessons.reported import as_read_by
from lic.mental_process.entries import Entries, NewEntry
from lic.types import Change, Encoder, Entry, Evidence, Receipt, Turn


@dataclass(slots=True)
class Learning:
    """One turn within a transaction, and what learning its lessons changed and came upon.

    Of two values that the lessons give one thing, the last one holds, unless `keep_both`; then the last one is doubted.
    """

    log: ChangeLog
    turn: Turn
    at: datetime
    places: Places
    encoder: Encoder
    keep_both: bool = False
    changes: list[Change] = field(default_factory=list[Change])
    known: list[Evidence] = field(default_factory=list[Evidence])
    doubts: list[Doubt] = field(default_factory=list[Doubt])
    shared: list[Entry] = field(default_factory=list[Entry])
    otherwise: list[Entry] = field(default_factory=list[Entry])
    conflict: str | None = None

    def receipt(self, name: str) -> Receipt:
        """The receipt of all that was learned so far."""
        found = tuple(self.changes), tuple(self.known)
        return Receipt(name, *found, person=self.turn.owner, shared=tuple(self.shared), otherwise=tuple(self.otherwise), conflict=self.conflict)

    def learn(self, prepared: Prepared) -> None:
        """Write a lesson wherever it belongs; writing it twice changes nothing."""
        lesson = prepared.lesson
        if lesson.section is None:
            self._add(add_row(self.log, NewRow(self.turn.owner, lesson.task, lesson.row, None, self.turn.id), self.at))
            return
        found = self.places.of(self.log.connection, self.turn.owner, lesson, prepared.statement)
        if found.otherwise is not None:
            self.otherwise.append(as_read_by(found.otherwise, self.turn.owner))
        for place in found.written:
            self._write(prepared, place)

    def _write(self, prepared: Prepared, place: Place) -> None:
        """Write a lesson into one place: the entry and its row."""
        if place.kind == "known" and place.entry is not None:
            self.known.append(Evidence(place.entry.id, place.entry.text, 1.0))
            return
        if self.keep_both and place.entry is not None and prepared.lesson.correction < SURE_CORRECTION and self._is_new(place.entry):
            prepared, place = Prepared(replace(prepared.lesson, many=True), prepared.statement), Place("new", unsure=place.entry)
        if place.entry is None:
            self._write_new(prepared, place.unsure)
        else:
            # As its owner said it: a place is found among entries as the person reads them.
            self._write_version(prepared, Entries(self.log.connection, self.turn.owner).get(place.entry.id))

    def _write_new(self, prepared: Prepared, unsure: Entry | None) -> None:
        lesson, new = prepared.lesson, self._entry_of(prepared)
        entry = Entries(self.log.connection, self.turn.owner).add(self.log, new)
        if unsure is not None:
            self.doubts.append(Doubt(entry, unsure, self._is_new(unsure)))
        self._add(Change("add", "mental_process", f"{new.section}/{new.topic}", entry, None, lesson.statement))
        self._add(add_row(self.log, NewRow(self.turn.owner, lesson.task, lesson.row, entry, self.turn.id), self.at))

    def _write_version(self, prepared: Prepared, old: Entry) -> None:
        person, entries = self.turn.owner, Entries(self.log.connection, self.turn.owner)
        in_third_person = old.owner != person and of_oneself(old.text) and not of_oneself(prepared.lesson.statement)
        if prepared.lesson.elliptic or in_third_person:
            prepared = self._in_the_words_of(old, prepared)
        lesson = prepared.lesson
        self.conflict = entries.replace(self.log, old.id, self._entry_of(prepared)) or self.conflict
        before, now = (as_read_by(entry, person) for entry in (old, entries.get(old.id)))
        if (old.owner, old.speaker) != (person, person):
            self.shared.append(before)
        said_by = None if old.owner == person else person
        self._add(Change("update", "mental_process", f"{old.section}/{old.topic}", old.id, before.text, now.text))
        self._add(replace_row(self.log, NewRow(old.owner, lesson.task, lesson.row, old.id, self.turn.id, said_by), self.at))

    def _entry_of(self, prepared: Prepared) -> NewEntry:
        lesson, turn = prepared.lesson, self.turn
        assert prepared.statement is not None, "an entry is encoded before it is learned"
        return NewEntry(
            section=lesson.section or "individual_experiences",
            topic=lesson.topic,
            text=lesson.statement,
            question=lesson.question,
            slots=lesson.slots,
            many=lesson.many,
            vector=prepared.statement.vector,
            turn=turn.id,
            said_at=turn.said_at.isoformat(),
            at=self.at.isoformat(),
            holds_from=lesson.holds_from.isoformat() if lesson.holds_from else None,
            holds_until=lesson.holds_until.isoformat() if lesson.holds_until else None,
        )

    def _in_the_words_of(self, entry: Entry, prepared: Prepared) -> Prepared:
        """ "His name is Max" about "My dog is called Rex" becomes "My dog is called Max": the entry's words, the new value."""
        old, new = entry.slots.value, prepared.lesson.slots.value
        statement = exchanged(entry.text, old, new) if key(old) != key(entry.text) else None
        if statement is None:
            return prepared
        lesson = replace(
            prepared.lesson,
            statement=statement,
            question=entry.question,
            slots=replace(entry.slots, value=new),
            row={"question": entry.question, "answer": statement} if prepared.lesson.task == "question_answering" else prepared.lesson.row,
        )
        return Prepared(lesson, self.encoder.encode([statement])[0])

    def _is_new(self, entry: Entry) -> bool:
        """Whether an entry was made by this very turn."""
        return any(row.table == "entries" and row.before is None and row.key == entry.id for row in self.log.rows)

    def _add(self, change: Change | None) -> None:
        if change is not None:
            self.changes.append(change)
