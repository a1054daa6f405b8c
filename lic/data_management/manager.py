"""The data manager: learning, undoing and forgetting, each in one transaction over entries, dataset rows and the journal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from lic.data_management.forgetting import forget_entries, forget_person, gives_away
from lic.data_management.leaving import taught_elsewhere
from lic.data_management.place import Judge, Place
from lic.data_management.places import Places
from lic.data_management.rights import changed_since, check_rights
from lic.data_management.rows import NewRow, add_row, replace_row
from lic.data_management.settling import settle
from lic.data_management.tasks import TASKS, Task
from lic.database import tables
from lic.database.changes import ChangeLog, RowChange, bump_revision, current_revision, net, new_receipt, own_rows, redo, undo
from lic.database.database import Database
from lic.errors import NothingToUndo
from lic.language import content_hash, exchanged, key, of_oneself
from lic.lessons.reported import as_read_by
from lic.mental_process.conflicts import Kept
from lic.mental_process.contradictions import notify
from lic.mental_process.entries import Entries, NewEntry
from lic.mental_process.search import HybridSearch
from lic.types import Change, Encoder, Encoding, Entry, Evidence, Lesson, Receipt, Turn


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lesson with its encoded statement; None where only a dataset learns it."""

    lesson: Lesson
    statement: Encoding | None


@dataclass(slots=True)
class Commit:
    """What a transaction will have changed; caches are told only after it is on the disk. `rows` are those of the person's own entries."""

    owner: str
    receipt: Receipt
    rows: list[RowChange]
    revision: int
    doubts: list["Doubt"] = field(default_factory=list["Doubt"])


@dataclass(frozen=True, slots=True)
class Doubt:
    """A new entry, and the one that it may have been meant to replace."""

    new: str
    old: Entry


@dataclass(slots=True)
class _Found:
    """What learning the lessons of one turn came upon."""

    known: list[Evidence] = field(default_factory=list[Evidence])
    doubts: list[Doubt] = field(default_factory=list[Doubt])
    shared: list[Entry] = field(default_factory=list[Entry])
    otherwise: list[Entry] = field(default_factory=list[Entry])
    conflict: str | None = None


class DataManager:
    """Writes lessons for one store; nothing is written anywhere else."""

    def __init__(self, database: Database, search: HybridSearch, encoder: Encoder, judge: Judge) -> None:
        self._database = database
        self._search = search
        self._encoder = encoder
        self._places = Places(search, judge)

    # Learning --------------------------------------------------------------------------------------------------------

    def encode(self, lessons: Sequence[Lesson], known: Encoding | None = None) -> list[Prepared]:
        """Lessons with their encoded statements, in one pass; a statement with just the words of the turn is not encoded again."""
        texts = list(dict.fromkeys(lesson.statement for lesson in lessons))
        same = [text for text in texts if known is not None and key(text) == key(known.text)]
        encodings = {e.text: e for e in self._encoder.encode([text for text in texts if text not in same])}
        encodings |= {text: known for text in same if known is not None}
        return [Prepared(lesson, encodings[lesson.statement]) for lesson in lessons]

    def learn(self, connection: Connection, turn: Turn, lessons: Sequence[Prepared], at: datetime) -> Commit:
        """Write lessons within the caller's transaction; the commit's receipt lists what changed. Writing twice changes nothing."""
        log = ChangeLog(connection)
        found = _Found()
        changes = [change for prepared in lessons for change in self._learn_one(log, turn, prepared, found, at)]
        receipt = Receipt(new_receipt(), tuple(changes), tuple(found.known), turn.owner, tuple(found.shared), tuple(found.otherwise), found.conflict)
        return replace(self._commit(connection, log, turn, receipt, at), doubts=found.doubts)

    def _learn_one(self, log: ChangeLog, turn: Turn, prepared: Prepared, found: _Found, at: datetime) -> list[Change]:
        lesson = prepared.lesson
        if lesson.section is None:
            row = add_row(log, NewRow(turn.owner, lesson.task, lesson.row, None, turn.id), at)
            return [row] if row else []
        places = self._places.of(log.connection, turn.owner, lesson, prepared.statement)
        if places.otherwise is not None:
            found.otherwise.append(as_read_by(places.otherwise, turn.owner))
        return [change for place in places.written for change in self._written(log, turn, prepared, place, found, at)]

    def _written(self, log: ChangeLog, turn: Turn, prepared: Prepared, place: Place, found: _Found, at: datetime) -> list[Change]:
        """Write a lesson into one place: the entry and its row."""
        if place.kind == "known" and place.entry is not None:
            found.known.append(Evidence(place.entry.id, place.entry.text, 1.0))
            return []
        entries = Entries(log.connection, turn.owner)
        old = entries.get(place.entry.id) if place.entry is not None else None
        in_third_person = old is not None and old.owner != turn.owner and of_oneself(old.text) and not of_oneself(prepared.lesson.statement)
        if old is not None and (prepared.lesson.elliptic or in_third_person):
            prepared = self._in_the_words_of(old, prepared)
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
        row = NewRow(turn.owner, lesson.task, lesson.row, None, turn.id)
        if old is None:
            entry = entries.add(log, new)
            if place.unsure:
                found.doubts.append(Doubt(entry, place.unsure))
            changed = Change("add", "mental_process", f"{new.section}/{new.topic}", entry, None, lesson.statement)
            with_row = add_row(log, replace(row, entry=entry), at)
        else:
            found.conflict = entries.replace(log, old.id, new) or found.conflict
            old, now = (as_read_by(entry, turn.owner) for entry in (old, entries.get(old.id)))
            if turn.owner != old.owner or turn.owner != old.speaker:
                found.shared.append(old)
            changed = Change("update", "mental_process", f"{old.section}/{old.topic}", old.id, old.text, now.text)
            said_by = None if old.owner == turn.owner else turn.owner
            with_row = replace_row(log, replace(row, owner=old.owner, entry=old.id, said_by=said_by), at)
        return [changed, with_row] if with_row else [changed]

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

    def _commit(self, connection: Connection, log: ChangeLog, turn: Turn, receipt: Receipt, at: datetime) -> Commit:
        if log.rows:
            log.save(receipt.id, turn.owner, turn.conversation, turn.id, at.isoformat())
        return _commit_of(connection, turn.owner, receipt, log.rows)

    def committed(self, commit: Commit) -> None:
        """Tell the search what is now on the disk."""
        if commit.rows:
            self._search.vectors.applied(commit.owner, commit.rows, commit.revision)

    def merge(self, connection: Connection, owner: str, new: str, old: str, turn: Turn, at: datetime) -> Commit:
        """Let an entry be the newest version of an older one after all. Raises NotFound."""
        entries = Entries(connection, owner)
        log = ChangeLog(connection)
        before = as_read_by(entries.get(old), owner)
        for row in connection.execute(select(tables.examples).where(tables.examples.c.entry == old)).mappings().all():
            log.delete(tables.examples, dict(row))
        for row in connection.execute(select(tables.examples).where(tables.examples.c.entry == new)).mappings().all():
            if before.owner == owner:
                log.update(tables.examples, dict(row), {"entry": old})
            else:  # a row is its entry's owner's, and its id is made from that
                log.delete(tables.examples, dict(row))
                add_row(log, NewRow(before.owner, row["task"], row["row"], old, row["turn"], owner), at)
        conflict = entries.join(log, old, new, at.isoformat())
        after = as_read_by(entries.get(old), owner)
        change = Change("update", "mental_process", f"{after.section}/{after.topic}", after.id, before.text, after.text)
        shared = (before,) if before.owner != owner or before.speaker != owner else ()
        return self._commit(connection, log, turn, Receipt(new_receipt(), (change,), person=owner, shared=shared, conflict=conflict), at)

    def limit(self, connection: Connection, owner: str, entry: str, until: datetime, turn: Turn, at: datetime) -> Commit:
        """Let an entry hold until a time. Raises NotFound."""
        log = ChangeLog(connection)
        Entries(connection, owner).limit(log, entry, until.isoformat())
        return self._commit(connection, log, turn, Receipt(new_receipt()), at)

    # Undoing ---------------------------------------------------------------------------------------------------------

    def undo(self, connection: Connection, owner: str, receipt: str | None, at: datetime) -> Commit:
        """Take back a receipt, or the newest one in force. Raises NothingToUndo, and NotFound for another person's receipt."""
        query = select(tables.receipts).where(tables.receipts.c.owner == owner, tables.receipts.c.undone_at.is_(None))
        if receipt is not None:
            query = query.where(tables.receipts.c.id == receipt)
        found = connection.execute(query.order_by(tables.receipts.c.seq.desc())).first()
        if found is None:
            raise NothingToUndo("There is nothing to undo." if receipt is None else "This change was undone or forgotten already.")
        return self._taken_back(connection, owner, found.id, lambda: undo(connection, owner, found.id, at.isoformat()))

    def redo(self, connection: Connection, owner: str) -> Commit:
        """Make the change again that was undone last; what was undone before something new was learned stays undone. Raises NothingToUndo."""
        receipts = tables.receipts
        query = select(receipts).where(receipts.c.owner == owner, receipts.c.redo.is_not(None))
        found = connection.execute(query.order_by(receipts.c.redo.desc())).first()
        if found is None:
            raise NothingToUndo("There is nothing to redo.")
        return self._taken_back(connection, owner, found.id, lambda: redo(connection, owner, found.id))

    def _taken_back(self, connection: Connection, owner: str, receipt: str, work: Callable[[], list[RowChange]]) -> Commit:
        """Undo or redo a receipt, where its person still has the right to."""
        check_rights(connection, owner, receipt)
        try:
            done = work()
        except NothingToUndo as blocked:
            by = changed_since(connection, owner, receipt)
            raise NothingToUndo(f"{by} has said otherwise since: tell me what is right instead.") if by else blocked from None
        entries = Entries(connection, owner)
        rows = net(done)
        for row in rows:
            if row.table == "conflicts" and row.after is not None:
                notify(connection, row.key, owner)
        changes = tuple(change for row in rows if (change := _undone_change(entries, row)) is not None)
        return _commit_of(connection, owner, Receipt(receipt, changes, person=owner), done)

    # Settling --------------------------------------------------------------------------------------------------------

    def settle(self, connection: Connection, owner: str, conflict: str, keep: Kept, turn: Turn | None, at: datetime) -> Commit:
        """Settle a conflict that concerns the person: keep the new statement, go back to the old one, or keep both. Raises NotFound and RoleRefused."""
        log = ChangeLog(connection)
        changes = settle(log, owner, conflict, keep, at)
        receipt = Receipt(new_receipt(), tuple(changes), person=owner)
        log.save(receipt.id, owner, turn.conversation if turn else "", turn.id if turn else "", at.isoformat())
        return _commit_of(connection, owner, receipt, log.rows)

    # Forgetting ------------------------------------------------------------------------------------------------------

    def forget(self, connection: Connection, owner: str, chosen: Sequence[Entry], at: datetime) -> Commit:
        """Remove entries everywhere: versions, index, dataset rows, journal, and the text of the turns and replies that told them.

        Raises NotFound where an entry is not the person's own. There is no way back; the caller clears the disk with `forgotten`.
        """
        log, changes = forget_entries(connection, owner, chosen)
        if log.rows:
            bump_revision(connection, owner, log.rows)
        receipt = Receipt(content_hash(owner, at.isoformat(), *(entry.id for entry in chosen)), tuple(changes), person=owner)
        return _commit_of(connection, owner, receipt, log.rows)

    def forget_everything(self, connection: Connection, owner: str, at: datetime) -> Commit:
        """Remove all of a person. There is no way back; the caller clears the disk with `forgotten`."""
        log, changes = forget_person(connection, owner)
        bump_revision(connection, owner, log.rows)
        return _commit_of(connection, owner, Receipt(content_hash(owner, at.isoformat(), "everything"), tuple(changes), person=owner), log.rows)

    def counted(self, connection: Connection, owner: str) -> tuple[int, int, int]:
        """How many own entries and turns there are, and how many statements in what others own."""
        entries, turns = (
            connection.execute(select(func.count()).select_from(table).where(table.c.owner == owner)).scalar_one() for table in (tables.entries, tables.turns)
        )
        return entries, turns, taught_elsewhere(connection, owner)

    def gives_away(self, connection: Connection, owner: str, chosen: Sequence[Entry], text: str) -> bool:
        """Whether a text tells what own entries say."""
        return gives_away(Entries(connection, owner), chosen, text)

    def share(self, connection: Connection, owner: str, entry: str, shared: bool, at: datetime) -> Commit:
        """Let everybody read an own entry, or nobody else. Raises NotFound."""
        log = ChangeLog(connection)
        Entries(connection, owner).share(log, entry, shared)
        receipt = Receipt(new_receipt(), person=owner)
        log.save(receipt.id, owner, "", "", at.isoformat())
        return _commit_of(connection, owner, receipt, log.rows)

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
        if any(change.operation == "forget" for change in commit.receipt.changes):
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


def _commit_of(connection: Connection, owner: str, receipt: Receipt, rows: list[RowChange]) -> Commit:
    return Commit(owner, receipt, own_rows(connection, owner, rows), current_revision(connection, owner))


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


def _current(version: Mapping[str, Any] | None) -> bool:
    return version is not None and version["valid_to"] is None
