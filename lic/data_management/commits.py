"""What goes into a change of what is known, and what comes out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from lic.data_management.traces import Traces
from lic.database.changes import current_revision, own_rows
from lic.database.journal import RowChange
from lic.types import Encoding, Entry, Lesson, Receipt


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lesson with its encoded statement; None where only a dataset learns it."""

    lesson: Lesson
    statement: Encoding | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A new entry, and the one that it may have been meant to replace; `at_once` where one message said both."""

    new: str
    old: Entry
    at_once: bool = False


@dataclass(slots=True)
class Commit:
    """What a transaction will have changed; caches are told only after it is on the disk. `rows` are those of the person's own entries."""

    owner: str
    receipt: Receipt
    rows: list[RowChange]
    revision: int
    doubts: list[Doubt] = field(default_factory=list[Doubt])
    traces: Traces | None = None
    """What would give away what was forgotten."""


def commit_of(connection: Connection, owner: str, receipt: Receipt, rows: Sequence[RowChange]) -> Commit:
    """The commit of changed rows, once the counters have moved."""
    return Commit(owner, receipt, own_rows(connection, owner, rows), current_revision(connection, owner))
