"""The data manager: learning, undoing and forgetting, each in one transaction over entries, dataset rows and the journal."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from lic.data_management.commits import Commit, Prepared, commit_of
from lic.data_management.forgetting import Forgetting, Forgotten, forget_entries
from lic.data_management.learning import Learning
from lic.data_management.leaving import Leaving
from lic.data_management.persons import forget_person, taught_elsewhere
from lic.data_management.place import Judge
from lic.data_management.places import Places
from lic.data_management.rows import NewRow, add_row
from lic.data_management.scopes import Scope
from lic.data_management.settling import settle
from lic.data_management.turning_back import make_again, take_back, told_by
from lic.database import tables
from lic.database.changes import ChangeLog, bump_revision, new_receipt
from lic.database.database import Database
from lic.language import content_hash, key
from lic.lessons.reported import as_read_by
from lic.mental_process.conflicts import Kept
from lic.mental_process.entries import Entries
from lic.mental_process.search import HybridSearch
from lic.types import Change, Encoder, Encoding, Entry, Gone, Lesson, Receipt, Turn


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

    def learn(self, connection: Connection, turn: Turn, lessons: Sequence[Prepared], at: datetime, keep_both: bool = False) -> Commit:
        """Write lessons within the caller's transaction; the commit's receipt lists what changed. Writing twice changes nothing.

        Of two values that the lessons give one thing, the last one holds, unless `keep_both`; then the commit doubts the last one.
        """
        learning = Learning(ChangeLog(connection), turn, at, self._places, self._encoder, keep_both)
        for prepared in lessons:
            learning.learn(prepared)
        return replace(self._commit(learning.log, turn, learning.receipt(new_receipt()), at), doubts=learning.doubts)

    def _commit(self, log: ChangeLog, turn: Turn, receipt: Receipt, at: datetime) -> Commit:
        if log.rows:
            log.save(receipt.id, turn.owner, turn.conversation, turn.id, at.isoformat())
        return commit_of(log.connection, turn.owner, receipt, log.rows)

    def committed(self, commit: Commit) -> None:
        """Tell the search what is now on the disk."""
        if commit.rows:
            self._search.vectors.applied(commit.owner, commit.rows, commit.revision)

    def merge(self, connection: Connection, owner: str, new: str, old: str, turn: Turn, at: datetime) -> Commit:
        """Let an own entry be the newest version of an older one after all. Raises NotFound."""
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
        conflict = entries.join(log, old, new)
        after = as_read_by(entries.get(old), owner)
        change = Change("update", "mental_process", f"{after.section}/{after.topic}", after.id, before.text, after.text)
        shared = () if before.owner == before.speaker == owner else (before,)
        return self._commit(log, turn, Receipt(new_receipt(), (change,), person=owner, shared=shared, conflict=conflict), at)

    def retract(self, connection: Connection, owner: str, entry: str, turn: Turn, at: datetime) -> Commit:
        """Take an own entry back, so that undo brings it again. Raises NotFound."""
        entries = Entries(connection, owner)
        log = ChangeLog(connection)
        before = entries.get(entry)
        for row in connection.execute(select(tables.examples).where(tables.examples.c.entry == entry)).mappings().all():
            log.delete(tables.examples, dict(row))
        entries.remove(log, entry)
        change = Change("retire", "mental_process", f"{before.section}/{before.topic}", before.id, before.text, None)
        return self._commit(log, turn, Receipt(new_receipt(), (change,), person=owner), at)

    def limit(self, connection: Connection, owner: str, entry: str, until: datetime, turn: Turn, at: datetime) -> Commit:
        """Let an own entry hold until a time. Raises NotFound."""
        log = ChangeLog(connection)
        Entries(connection, owner).limit(log, entry, until.isoformat())
        return self._commit(log, turn, Receipt(new_receipt(), person=owner), at)

    # Sharing ---------------------------------------------------------------------------------------------------------

    def share(self, connection: Connection, owner: str, entry: str, shared: bool, at: datetime) -> Commit:
        """Let everybody read an own entry, or nobody else. Raises NotFound."""
        log = ChangeLog(connection)
        Entries(connection, owner).share(log, entry, shared)
        receipt = Receipt(new_receipt(), person=owner)
        log.save(receipt.id, owner, "", "", at.isoformat())
        return commit_of(connection, owner, receipt, log.rows)

    def settle(self, connection: Connection, owner: str, conflict: str, keep: Kept, turn: Turn | None, at: datetime) -> Commit:
        """Settle a conflict that concerns the person: keep the new statement, go back to the old one, or keep both. Raises NotFound and RoleRefused."""
        log = ChangeLog(connection)
        receipt = Receipt(new_receipt(), tuple(settle(log, owner, conflict, keep, at)), person=owner)
        log.save(receipt.id, owner, turn.conversation if turn else "", turn.id if turn else "", at.isoformat())
        return commit_of(connection, owner, receipt, log.rows)

    # Undoing ---------------------------------------------------------------------------------------------------------

    def undo(self, connection: Connection, owner: str, receipt: str | None, at: datetime, later: Sequence[str] = ()) -> Commit:
        """Take back a receipt, or the newest one in force; together with those that were built on it, where `later` names all of them.

        Raises NothingToUndo, for another person's receipt too, and BuiltUpon where later changes stand on it that are not named.
        """
        return take_back(connection, owner, receipt, at, later)

    def redo(self, connection: Connection, owner: str) -> Commit:
        """Make again what was undone last, all of it that was undone together; what was undone before something new was learned stays undone.

        Raises NothingToUndo.
        """
        return make_again(connection, owner)

    def told_by(self, connection: Connection, receipts: Sequence[str]) -> list[str]:
        """What receipts in force said or did, each once, the first one first."""
        return told_by(connection, receipts)

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
        """Remove all of a person; what they taught in what others share stays, without the name.

        There is no way back; the caller clears the disk with `forgotten`.
        """
        return self._forgotten(connection, owner, forget_person(connection, owner), at)

    def _forgotten(self, connection: Connection, owner: str, done: Forgotten, at: datetime) -> Commit:
        if done.log.rows:
            bump_revision(connection, owner, done.log.rows)
        name = content_hash(owner, at.isoformat(), *(change.id for change in done.changes))
        receipt = Receipt(name, done.changes, gone=done.gone, exports=done.exports, person=owner)
        return replace(commit_of(connection, owner, receipt, done.log.rows), traces=done.traces)

    def counted(self, connection: Connection, owner: str) -> tuple[int, int, int]:
        """How many own entries and turns there are, and how many statements in what others own."""
        entries, turns = (
            connection.execute(select(func.count()).select_from(table).where(table.c.owner == owner)).scalar_one() for table in (tables.entries, tables.turns)
        )
        return entries, turns, taught_elsewhere(connection, owner)

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
