"""The data manager: learning, undoing and forgetting, each in one transaction over entries, dataset rows and the journal."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from lic.data_management.forgetting import Forgetting, Forgotten, forget_entries
from lic.data_management.leaving import Leaving
from lic.data_management.persons import forget_person
from lic.data_management.place import SURE_CORRECTION, Judge, Place, candidates_for, find_place, may_be_same, of_one_subject
from lic.data_management.scopes import Scope
from lic.data_management.tasks import TASKS, Task
from lic.data_management.traces import Traces
from lic.database import tables
from lic.database.changes import ChangeLog, bump_revision, current_revision, new_receipt
from lic.database.database import Database
from lic.database.journal import RowChange, net, read_journal
from lic.database.undoing import built_on, redo, undo
from lic.errors import BuiltUpon, NotFound, NothingToUndo
from lic.language import asked_by, content_hash, exchanged, key
from lic.mental_process.entries import Entries, NewEntry
from lic.mental_process.search import HybridSearch
from lic.types import Change, Encoder, Encoding, Entry, Evidence, Gone, Lesson, Receipt, Slots, Turn, Vector, Verdict

CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lesson with its encoded statement; None where only a dataset learns it."""

    lesson: Lesson
    statement: Encoding | None


@dataclass(slots=True)
class Commit:
    """What a transaction will have changed; caches are told only after it is on the disk."""

    owner: str
    receipt: Receipt
    rows: list[RowChange]
    revision: int
    doubts: list["Doubt"] = field(default_factory=list["Doubt"])
    traces: Traces | None = None
    """What would give away what was forgotten."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A new entry, and the one that it may have been meant to replace; `at_once` where one message said both."""

    new: str
    old: Entry
    at_once: bool = False


class DataManager:
    """Writes lessons for one store; nothing is written anywhere else."""

    def __init__(self, database: Database, search: HybridSearch, encoder: Encoder, judge: Judge) -> None:
        self._database = database
        self._search = search
        self._encoder = encoder
        self._judge = judge

    # Learning --------------------------------------------------------------------------------------------------------

    def encode(self, lessons: Sequence[Lesson], known: Encoding | None = None) -> list[Prepared]:
        """Lessons with their encoded statements, in one pass; a statement with just the words of the turn is not encoded again."""
        texts = list(dict.fromkeys(lesson.statement for lesson in lessons))
        same = [text for text in texts if known is not None and key(text) == key(known.text)]
        encodings = {e.text: e for e in self._encoder.encode([text for text in texts if text not in same])}
        encodings |= {text: known for text in same if known is not None}
        return [Prepared(lesson, encodings[lesson.statement]) for lesson in lessons]

    def learn(self, connection: Connection, turn: Turn, lessons: Sequence[Prepared], at: datetime, keep_both: bool = False) -> Commit:
        """Write lessons within the caller's transaction; the commit's receipt lists what changed. Writing twice changes nothing.

        Of two values that the lessons give one thing, the last one holds, unless `keep_both`; then the commit doubts the last one.
        """
        entries = Entries(connection, turn.owner)
        log = ChangeLog(connection)
        changes: list[Change] = []
        known: list[Evidence] = []
        doubts: list[Doubt] = []
        for prepared in lessons:
            changes += self._learn_one(connection, entries, log, turn, prepared, known, doubts, at, keep_both)
        receipt = Receipt(new_receipt(), tuple(changes), tuple(known))
        return replace(self._commit(connection, log, turn, receipt, at), doubts=doubts)

    def _learn_one(
        self,
        connection: Connection,
        entries: Entries,
        log: ChangeLog,
        turn: Turn,
        prepared: Prepared,
        known: list[Evidence],
        doubts: list[Doubt],
        at: datetime,
        keep_both: bool,
    ) -> list[Change]:
        lesson = prepared.lesson
        if lesson.section is None:
            row = self._add_row(connection, log, turn, lesson, None, at)
            return [row] if row else []
        place = find_place(entries, lesson, self._near(connection, turn.owner, prepared))
        if place.entry is not None and place.entry.owner != turn.owner:
            raise NotFound(f"“{place.entry.text}” was shared by {place.entry.owner}: only they can change it.")
        if place.kind == "known" and place.entry is not None:
            known.append(Evidence(place.entry.id, place.entry.text, 1.0))
            return []
        if keep_both and place.kind == "update" and lesson.correction < SURE_CORRECTION and place.entry is not None and _is_new(log, place.entry):
            lesson, place = replace(lesson, many=True), Place("new", unsure=place.entry)
        if lesson.elliptic and place.entry is not None:
            prepared = self._in_the_words_of(place.entry, prepared)
            lesson = prepared.lesson
        assert prepared.statement is not None, "an entry is encoded before it is learned"
        new = NewEntry(
            section=lesson.section or "individual_experiences",
            topic=lesson.topic,
            text=lesson.statement,
            question=lesson.question,
            slots=lesson.slots,
            many=lesson.many,
            vector=prepared.statement.vector,
            turn=turn.id,
            said_at=turn.said_at.isoformat(),
            at=at.isoformat(),
            holds_from=lesson.holds_from.isoformat() if lesson.holds_from else None,
            holds_until=lesson.holds_until.isoformat() if lesson.holds_until else None,
        )
        changed = [_entry_change(entries, log, place, new, lesson)]
        if place.unsure:
            doubts.append(Doubt(changed[0].id, place.unsure, _is_new(log, place.unsure)))
        row = self._row_change(connection, log, turn, lesson, changed[0].id, place, at)
        return [*changed, row] if row else changed

    def _near(self, connection: Connection, owner: str, prepared: Prepared) -> list[tuple[Entry, Verdict]]:
        """Own entries that may be about the same as a lesson, with what it is to each, the likeliest first."""
        if prepared.statement is None:
            return []
        lesson = prepared.lesson
        found = self._found(connection, owner, lesson, prepared.statement)
        near = of_one_subject([(entry, vector) for entry, vector in found if may_be_same(entry, lesson)], lesson.slots.subject)
        judged = zip(near, self._judge.verdicts(lesson, prepared.statement.vector, near), strict=True)
        return sorted(((entry, verdict) for (entry, _), verdict in judged), key=lambda item: -item[1].same)

    def _found(self, connection: Connection, owner: str, lesson: Lesson, statement: Encoding) -> list[tuple[Entry, Vector]]:
        """Own entries, with their vectors, that may be about the same as a lesson: those of its subject where they are few, and those that search finds."""
        entries = Entries(connection, owner)
        owner_of, attribute = asked_by(lesson.slots.subject, lesson.slots.relation)
        read = entries.with_slots(Slots("I", attribute), CANDIDATES) if owner_of == "i" else []
        if lesson.slots.subject:
            about = entries.with_subject(lesson.slots.subject, CANDIDATES + 1)
            read += about if len(about) <= CANDIDATES else entries.with_slots(lesson.slots, CANDIDATES)
        # What is said of oneself may be known in other words of one's own: my desk is number 14, I sit at desk 22.
        enough = bool(read) and len(read) <= CANDIDATES and not lesson.correction and key(lesson.slots.subject).split(" ")[0] not in ("i", "my", "we", "our")
        searched = [] if enough else candidates_for(connection, self._search, owner, statement, CANDIDATES)
        return list({entry.id: (entry, vector) for entry, vector in (*searched, *read)}.values())

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
        return Prepared(lesson, self._encoder.encode([statement])[0])

    def _row_change(self, connection: Connection, log: ChangeLog, turn: Turn, lesson: Lesson, entry: str, place: Place, at: datetime) -> Change | None:
        """The dataset's side of learning: a new row, or the entry's row brought up to date."""
        if place.kind == "update":
            old = connection.execute(select(tables.examples).where(tables.examples.c.entry == entry)).mappings().first()
            if old is not None:
                before = dict(old)
                log.delete(tables.examples, before)
                added = self._add_row(connection, log, turn, lesson, entry, at)
                return Change("update", "dataset", lesson.task, added.id if added else before["id"], before["row"], dict(lesson.row))
        return self._add_row(connection, log, turn, lesson, entry, at)

    def _add_row(self, connection: Connection, log: ChangeLog, turn: Turn, lesson: Lesson, entry: str | None, at: datetime) -> Change | None:
        row_id = content_hash(turn.owner, lesson.task, json.dumps(dict(lesson.row), sort_keys=True, ensure_ascii=False))
        exists = connection.execute(select(tables.examples.c.id).where(tables.examples.c.id == row_id)).first()
        if exists is not None:
            return None
        row: dict[str, Any] = {
            "id": row_id,
            "owner": turn.owner,
            "task": lesson.task,
            "row": dict(lesson.row),
            "entry": entry,
            "turn": turn.id,
            "created_at": at.isoformat(),
        }
        log.insert(tables.examples, row)
        return Change("add", "dataset", lesson.task, row_id, None, dict(lesson.row))

    def _commit(self, connection: Connection, log: ChangeLog, turn: Turn, receipt: Receipt, at: datetime) -> Commit:
        if not log.rows:
            return Commit(turn.owner, receipt, [], current_revision(connection, turn.owner))
        log.save(receipt.id, turn.owner, turn.conversation, turn.id, at.isoformat())
        return Commit(turn.owner, receipt, log.rows, current_revision(connection, turn.owner))

    def committed(self, commit: Commit) -> None:
        """Tell the search what is now on the disk."""
        if commit.rows:
            self._search.vectors.applied(commit.owner, commit.rows, commit.revision)

    def merge(self, connection: Connection, owner: str, new: str, old: str, turn: Turn, at: datetime) -> Commit:
        """Let an entry be the newest version of an older one after all. Raises NotFound."""
        entries = Entries(connection, owner)
        log = ChangeLog(connection)
        before = entries.get(old)
        for row in connection.execute(select(tables.examples).where(tables.examples.c.entry == old)).mappings().all():
            log.delete(tables.examples, dict(row))
        for row in connection.execute(select(tables.examples).where(tables.examples.c.entry == new)).mappings().all():
            log.update(tables.examples, dict(row), {"entry": old})
        entries.join(log, old, new)
        after = entries.get(old)
        change = Change("update", "mental_process", f"{after.section}/{after.topic}", after.id, before.text, after.text)
        return self._commit(connection, log, turn, Receipt(new_receipt(), (change,)), at)

    def retract(self, connection: Connection, owner: str, entry: str, turn: Turn, at: datetime) -> Commit:
        """Take an entry back, so that undo brings it again. Raises NotFound."""
        entries = Entries(connection, owner)
        log = ChangeLog(connection)
        before = entries.get(entry)
        for row in connection.execute(select(tables.examples).where(tables.examples.c.entry == entry)).mappings().all():
            log.delete(tables.examples, dict(row))
        entries.remove(log, entry)
        change = Change("retire", "mental_process", f"{before.section}/{before.topic}", before.id, before.text, None)
        return self._commit(connection, log, turn, Receipt(new_receipt(), (change,)), at)

    def limit(self, connection: Connection, owner: str, entry: str, until: datetime, turn: Turn, at: datetime) -> Commit:
        """Let an entry hold until a time. Raises NotFound."""
        log = ChangeLog(connection)
        Entries(connection, owner).limit(log, entry, until.isoformat())
        return self._commit(connection, log, turn, Receipt(new_receipt()), at)

    # Undoing ---------------------------------------------------------------------------------------------------------

    def undo(self, connection: Connection, owner: str, receipt: str | None, at: datetime, later: Sequence[str] = ()) -> Commit:
        """Take back a receipt, or the newest one in force; together with those that were built on it, where `later` names all of them.

        Raises NothingToUndo, for another person's receipt too, and BuiltUpon where later changes stand on it that are not named.
        """
        query = select(tables.receipts).where(tables.receipts.c.owner == owner, tables.receipts.c.undone_at.is_(None))
        if receipt is not None:
            query = query.where(tables.receipts.c.id == receipt)
        found = connection.execute(query.order_by(tables.receipts.c.seq.desc())).first()
        if found is None:
            raise NothingToUndo("There is nothing to undo." if receipt is None else "This change was undone or forgotten already.")
        standing = built_on(connection, owner, found.id)
        if not set(standing) <= set(later):
            raise BuiltUpon(standing)
        return self._turned_back(connection, owner, found.id, undo(connection, owner, [*standing, found.id], at.isoformat()))

    def redo(self, connection: Connection, owner: str) -> Commit:
        """Make again what was undone last, all of it that was undone together; what was undone before something new was learned stays undone.

        Raises NothingToUndo.
        """
        receipts = tables.receipts
        last = select(func.max(receipts.c.redo)).where(receipts.c.owner == owner).scalar_subquery()
        found = list(connection.execute(select(receipts.c.id).where(receipts.c.owner == owner, receipts.c.redo == last).order_by(receipts.c.seq)).scalars())
        if not found:
            raise NothingToUndo("There is nothing to redo.")
        return self._turned_back(connection, owner, found[0], redo(connection, owner, found))

    def _turned_back(self, connection: Connection, owner: str, receipt: str, done: list[RowChange]) -> Commit:
        entries = Entries(connection, owner)
        changes = tuple(change for row in net(done) if (change := _undone_change(entries, row)) is not None)
        return Commit(owner, Receipt(receipt, changes), done, current_revision(connection, owner))

    def told_by(self, connection: Connection, receipts: Sequence[str]) -> list[str]:
        """What receipts in force said or did, each once, the first one first."""
        kept = read_journal(connection, receipts)
        rows = [row for receipt in reversed(receipts) for row in net(change for _, change in kept.get(receipt, []))]
        return list(dict.fromkeys(told for row in rows if (told := _told(row))))

    # Forgetting ------------------------------------------------------------------------------------------------------

    def forget(self, connection: Connection, owner: str, chosen: Sequence[Entry], at: datetime) -> Commit:
        """Remove entries everywhere: versions, index, dataset rows, journal, and the text of the turns and replies that told them.

        Raises NotFound where an entry is not the person's own. There is no way back; the caller clears the disk with `forgotten`.
        """
        return self._forgotten(connection, owner, forget_entries(connection, owner, chosen), at)

    def forget_said(self, connection: Connection, owner: str, scope: Scope, at: datetime) -> Commit:
        """Remove what was said in a conversation or in a time, with the messages; where an older wording is left, it holds again. Else like `forget`."""
        return self._forgotten(connection, owner, Forgetting(connection, owner, scope).remove(), at)

    def foresee(self, connection: Connection, owner: str, scope: Scope) -> tuple[list[Leaving], Gone]:
        """What `forget_said` would take of what is known, the newest first, and all of it counted."""
        return Forgetting(connection, owner, scope).foreseen()

    def forget_everything(self, connection: Connection, owner: str, at: datetime) -> Commit:
        """Remove all of a person. There is no way back; the caller clears the disk with `forgotten`."""
        return self._forgotten(connection, owner, forget_person(connection, owner), at)

    def _forgotten(self, connection: Connection, owner: str, done: Forgotten, at: datetime) -> Commit:
        if done.log.rows:
            bump_revision(connection, owner, done.log.rows)
        receipt = Receipt(content_hash(owner, at.isoformat(), *(change.id for change in done.changes)), done.changes, gone=done.gone, exports=done.exports)
        return Commit(owner, receipt, done.log.rows, current_revision(connection, owner), traces=done.traces)

    def counted(self, connection: Connection, owner: str) -> tuple[int, int]:
        """How many own entries and turns there are."""
        entries, turns = (
            connection.execute(select(func.count()).select_from(table).where(table.c.owner == owner)).scalar_one() for table in (tables.entries, tables.turns)
        )
        return entries, turns

    def share(self, connection: Connection, owner: str, entry: str, shared: bool, at: datetime) -> Commit:
        """Let everybody read an own entry, or nobody else. Raises NotFound."""
        log = ChangeLog(connection)
        Entries(connection, owner).share(log, entry, shared)
        receipt = Receipt(new_receipt())
        log.save(receipt.id, owner, "", "", at.isoformat())
        return Commit(owner, receipt, log.rows, current_revision(connection, owner))

    def forgotten(self, commit: Commit) -> None:
        """After the transaction: tell the search, and clear what the disk still holds."""
        self.committed(commit)
        with self._database.write() as connection:
            connection.exec_driver_sql("INSERT INTO entries_fts(entries_fts) VALUES ('optimize')")
        self._database.purge()

    # Reading ---------------------------------------------------------------------------------------------------------

    def examples(self, owner: str, task: str, limit: int | None = None) -> list[dict[str, Any]]:
        """The taught rows of a task, the oldest first, with id, turn and time."""
        query = (
            select(tables.examples)
            .where(tables.examples.c.owner == owner, tables.examples.c.task == task)
            .order_by(tables.examples.c.created_at, tables.examples.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def transact(self, work: Callable[[Connection], Commit]) -> Receipt:
        """Run one change in its own transaction, for the doors that are no conversation."""
        with self._database.write() as connection:
            commit = work(connection)
        if commit.receipt.gone is not None:
            self.forgotten(commit)
        else:
            self.committed(commit)
        return commit.receipt


def missing_tasks(connection: Connection) -> list[Task]:
    """The tasks of the registry that the database does not have yet."""
    present = set(connection.execute(select(tables.tasks.c.name)).scalars())
    return [task for task in TASKS.values() if task.name not in present]


def seed_tasks(connection: Connection, at: datetime) -> None:
    """Write the tasks of the registry, once."""
    for task in missing_tasks(connection):
        connection.execute(
            tables.tasks.insert(),
            {"name": task.name, "type": task.type, "description": task.description, "features": dict(task.features), "created_at": at.isoformat()},
        )


def _is_new(log: ChangeLog, entry: Entry) -> bool:
    """Whether an entry was made in this very log."""
    return any(row.table == "entries" and row.before is None and row.key == entry.id for row in log.rows)


def _entry_change(entries: Entries, log: ChangeLog, place: Place, new: NewEntry, lesson: Lesson) -> Change:
    if place.kind == "update" and place.entry is not None:
        entries.replace(log, place.entry.id, new)
        where = f"{place.entry.section}/{place.entry.topic}"
        return Change("update", "mental_process", where, place.entry.id, place.entry.text, lesson.statement)
    entry_id = entries.add(log, new)
    return Change("add", "mental_process", f"{new.section}/{new.topic}", entry_id, None, lesson.statement)


def _undone_change(entries: Entries, row: RowChange) -> Change | None:
    """An undone row change in the interface's words: wordings that hold again or no more, and dataset rows."""
    if row.table == "examples":
        shown = row.after or row.before or {}
        operation = "retire" if row.after is None else "restore"
        return Change(operation, "dataset", shown["task"], row.key, row.before and row.before["row"], row.after and row.after["row"])
    if row.table != "versions":
        return None
    held, holds = _current(row.before), _current(row.after)
    if held and not holds and row.before is not None:
        return Change("retire", "mental_process", "", row.before["entry"], row.before["text"], None)
    if holds and not held and row.after is not None:
        entry = entries.get(row.after["entry"])
        return Change("restore", "mental_process", f"{entry.section}/{entry.topic}", entry.id, None, entry.text)
    return None


def _told(row: RowChange) -> str:
    """The wording that a row change opened, or how it changed who may read an entry; empty for any other one."""
    if row.table == "versions" and row.after is not None and row.after["valid_to"] is None:
        return str(row.after["text"])
    if row.table == "entries" and row.before is not None and row.after is not None and row.before["shared"] != row.after["shared"]:
        return "it was shared with everybody" if row.after["shared"] else "it was made private again"
    return ""


def _current(version: Mapping[str, Any] | None) -> bool:
    return version is not None and version["valid_to"] is None
