"""A store without language models: the real database, search and data manager, on an encoder that counts letters."""

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from lic.data_management.manager import DataManager
from lic.data_management.scopes import Scope
from lic.data_management.tasks import seed_tasks
from lic.database import tables
from lic.database.database import Database
from lic.errors import NothingToUndo
from lic.language import key
from lic.mental_process.conflicts import Conflict, Conflicts, Kept
from lic.mental_process.process import MentalProcess
from lic.mental_process.roles import Roles
from lic.mental_process.search import HybridSearch
from lic.mental_process.vectors import VectorIndex
from lic.types import Encoding, Entry, Lesson, Receipt, Slots, Turn, Vector, Verdict

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
TURNS = itertools.count(1)
BEGAN = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
Rows = list[dict[str, Any]]


class LetterEncoder:
    """Counts letters and digits: equal words give equal vectors, and every cosine can be worked out by hand."""

    fingerprint = "letters"
    dimension = len(LETTERS)
    state_size = len(LETTERS)

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """The unit vectors of letter counts; no word pieces."""
        return [Encoding(text, (), (), np.zeros((0, self.state_size), np.float32), self.vector(text)) for text in texts]

    def vector(self, text: str) -> Vector:
        """Letter counts of unit length; a text without any gets the vector of the letter a."""
        counts = np.array([text.lower().count(letter) for letter in LETTERS], np.float32)
        if not counts.any():
            counts[0] = 1
        return counts / np.linalg.norm(counts)

    def piece_vectors(self, ids: Sequence[int]) -> Vector:
        """Nothing: there are no word pieces."""
        return np.zeros((len(ids), self.dimension), np.float32)

    def tokenize(self, text: str) -> tuple[int, ...]:
        """Nothing: there are no word pieces."""
        return ()


class SameQuestion:
    """A judge that is sure exactly where the entry's own question is asked."""

    def verdicts(self, lesson: Lesson, vector: Vector, candidates: Sequence[tuple[Entry, Vector]]) -> list[Verdict]:
        """A value in place of another for the same question, else nothing in common."""
        return [Verdict(0, 0, 0, 1) if key(entry.question) == key(lesson.question) else Verdict(1, 0, 0, 0) for entry, _ in candidates]


def lesson(subject: str, relation: str, value: str, many: bool = False) -> Lesson:
    """The lesson that a subject has a value."""
    statement, question = f"{subject} {relation} {value}.", f"What {relation} {subject}?"
    row = {"question": question, "answer": statement}
    return Lesson(statement, question, Slots(subject, relation, value), "individual_experiences", subject, "question_answering", row, many)


@dataclass
class Store:
    """An open store in a folder; every change is said a second after the one before."""

    home: Path

    def __post_init__(self) -> None:
        self.database = Database(f"sqlite:///{self.home / 'lic.db'}")
        self.database.migrate()
        with self.database.write() as connection:
            seed_tasks(connection, BEGAN)
        self.encoder = LetterEncoder()
        self.search = HybridSearch(VectorIndex(self.encoder.dimension))
        self.manager = DataManager(self.database, self.search, self.encoder, SameQuestion())
        self._clock = 0

    def process(self, owner: str) -> MentalProcess:
        """The Mental Process, opened for one person."""
        return MentalProcess(self.database, self.search, self.encoder, owner)

    def now(self) -> datetime:
        """A new second."""
        self._clock += 1
        return BEGAN + timedelta(seconds=self._clock)

    def learn(self, owner: str, *lessons: Lesson, turn: str | None = None) -> Receipt:
        """Learn lessons of one turn."""
        at = self.now()
        said = Turn(turn or f"turn-{os.getpid()}-{next(TURNS)}", " ".join(item.statement for item in lessons), owner, "main", at)
        return self.manager.transact(lambda connection: self.manager.learn(connection, said, self.manager.encode(lessons), at))

    def undo(self, owner: str, receipt: str | None = None) -> Receipt:
        """Undo a receipt or the newest one."""
        return self.manager.transact(lambda connection: self.manager.undo(connection, owner, receipt, self.now()))

    def undone(self, owner: str) -> bool:
        """Undo the newest receipt; False where there is none."""
        try:
            self.undo(owner)
        except NothingToUndo:
            return False
        return True

    def redone(self, owner: str) -> bool:
        """Redo what was undone last; False where there is nothing."""
        try:
            self.manager.transact(lambda connection: self.manager.redo(connection, owner))
        except NothingToUndo:
            return False
        return True

    def forget(self, owner: str, *chosen: Entry) -> Receipt:
        """Forget entries."""
        return self.manager.transact(lambda connection: self.manager.forget(connection, owner, chosen, self.now()))

    def forget_said(self, owner: str, begins: datetime, ends: datetime) -> Receipt:
        """Forget what was said in a time."""
        scope = Scope(period=(begins, ends))
        return self.manager.transact(lambda connection: self.manager.forget_said(connection, owner, scope, self.now()))

    def join(self, owner: str, new: str, old: str) -> Receipt:
        """Let an entry be the newest version of another one."""
        said = Turn(f"turn-{os.getpid()}-{next(TURNS)}", "replace it", owner, "main", self.now())
        return self.manager.transact(lambda connection: self.manager.merge(connection, owner, new, old, said, said.said_at))

    def share(self, owner: str, entry: str, shared: bool = True) -> None:
        """Share an entry, or make it private again, with a receipt like any other change."""
        self.manager.transact(lambda connection: self.manager.share(connection, owner, entry, shared, self.now()))

    def name(self, owner: str, teacher: str) -> None:
        """Let somebody correct what an owner shares."""
        with self.database.write() as connection:
            Roles(connection, owner).name(teacher, self.now())

    def unname(self, owner: str, teacher: str) -> None:
        """Take that right back."""
        with self.database.write() as connection:
            Roles(connection, owner).remove(teacher)

    def conflicts(self, person: str, settled: bool = False) -> list[Conflict]:
        """The conflicts that concern a person."""
        with self.database.read() as connection:
            return Conflicts(connection, person).listed(settled)

    def settle(self, person: str, conflict: str, keep: Kept) -> Receipt:
        """Settle a conflict."""
        return self.manager.transact(lambda connection: self.manager.settle(connection, person, conflict, keep, None, self.now()))

    def entry(self, owner: str, value: str) -> Entry:
        """The one current entry with a value."""
        [found] = [entry for entry in self.process(owner).entries() if entry.slots.value == value]
        return found

    def values(self, owner: str) -> set[str]:
        """The values of all current entries that a person may see."""
        return {entry.slots.value for entry in self.process(owner).entries()}

    def rows(self, owner: str) -> dict[str, Rows]:
        """Every row of a person in entries, versions and examples."""
        own = select(tables.entries.c.id).where(tables.entries.c.owner == owner)
        queries = {
            "entries": select(tables.entries).where(tables.entries.c.owner == owner).order_by(tables.entries.c.id),
            "versions": select(tables.versions).where(tables.versions.c.entry.in_(own)).order_by(tables.versions.c.seq),
            "examples": select(tables.examples).where(tables.examples.c.owner == owner).order_by(tables.examples.c.id),
        }
        with self.database.read() as connection:
            return {name: [dict(row) for row in connection.execute(query).mappings()] for name, query in queries.items()}

    def everything(self) -> dict[str, Rows]:
        """Every row of every table."""
        with self.database.read() as connection:
            return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables.metadata.sorted_tables}

    def bytes(self) -> bytes:
        """Everything that lies on the disk."""
        return b"".join(path.read_bytes() for path in sorted(self.home.iterdir()))

    def close(self) -> None:
        """Give back the database."""
        self.database.close()


def current_numbers(connection: Connection, owner: str) -> dict[int, bytes]:
    """Number and vector of every current version that a person may see, read from the tables alone."""
    visible = (tables.entries.c.owner == owner) | tables.entries.c.shared.is_(True)
    query = select(tables.versions.c.seq, tables.versions.c.vector).join(tables.entries).where(visible, tables.versions.c.valid_to.is_(None))
    return {row.seq: row.vector for row in connection.execute(query)}
