"""Conflicts as one person may see them: what teachers of shared knowledge said against each other, and how it was settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select

from lic.database.tables import conflicts, entries, notices, versions
from lic.errors import NotFound
from lic.mental_process.contradictions import told
from lic.mental_process.entries import Entries, Version
from lic.mental_process.roles import Roles
from lic.types import Entry

Kept = Literal["new", "old", "both"]
KEPT: tuple[Kept, ...] = get_args(Kept)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was said of one shared entry by people who contradict each other, the oldest first.

    While it is open the last statement holds; `settled_by` is empty where who settled it is forgotten.
    """

    id: str
    entry: Entry
    said: tuple[Version, ...]
    opened_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""
    kept: Kept | None = None

    @property
    def new(self) -> Version:
        """The newest statement."""
        return self.said[-1]

    def old(self, person: str) -> Version:
        """What a person would go back to: the own last words, or, for who said the newest, the last ones of somebody else."""
        own = [version for version in self.said if version.said_by == person]
        others = [version for version in self.said if version.said_by != self.new.said_by]
        return own[-1] if own and self.new.said_by != person else (others or self.said)[-1]


class Conflicts:
    """The conflicts that concern one person, within one transaction: those in the own shared knowledge, and those in which one said something."""

    def __init__(self, connection: Connection, person: str) -> None:
        self._connection = connection
        self._person = person
        self._entries = Entries(connection, person)

    def listed(self, settled: bool = False) -> list[Conflict]:
        """The open ones, or with `settled` all, the newest first."""
        return self._read(None if settled else conflicts.c.settled_at.is_(None))

    def get(self, conflict: str) -> Conflict:
        """One that concerns the person, by its id or the beginning of it. Raises NotFound."""
        found = self._read(conflicts.c.id.startswith(conflict, autoescape=True)) if conflict else []
        if len(found) != 1:
            raise NotFound(f"No conflict {conflict!r} concerns you; `lic memory conflicts` shows those that do.")
        return found[0]

    def of_entry(self, entry: str) -> list[Conflict]:
        """The open ones about an entry."""
        return self._read(and_(conflicts.c.entry == entry, conflicts.c.settled_at.is_(None)))

    def is_open(self, conflict: str) -> bool:
        """Whether a conflict that concerns the person is not settled."""
        return bool(self._read(and_(conflicts.c.id == conflict, conflicts.c.settled_at.is_(None))))

    def may_settle(self, conflict: Conflict) -> bool:
        """Whether the person may decide it: who it concerns, as long as the role is held."""
        return conflict.settled_at is None and Roles(self._connection, self._person).may_change(conflict.entry)

    def to_be_told(self) -> Conflict | None:
        """The oldest conflict that the person does not know of yet; the caller says that it was told."""
        mine = select(notices.c.conflict).where(notices.c.person == self._person)
        if not (waiting := list(self._connection.execute(mine).scalars())):
            return None
        found = self._read(conflicts.c.id.in_(waiting))
        # What the person may not see any more, or has answered since, needs no telling.
        news = [one for one in found if one.settled_at is not None or (one.new.said_by != self._person and one.old(self._person) is not one.new)]
        for gone in set(waiting) - {one.id for one in news}:
            told(self._connection, gone, self._person)
        return news[-1] if news else None

    def _read(self, condition: ColumnElement[bool] | None) -> list[Conflict]:
        said = exists().where(versions.c.entry == entries.c.id, versions.c.said_by == self._person, versions.c.number >= conflicts.c.first)
        concerns = or_(entries.c.owner == self._person, and_(entries.c.shared.is_(True), said))
        query = select(conflicts).join(entries).where(concerns).order_by(conflicts.c.opened_at.desc(), conflicts.c.id)
        if condition is not None:
            query = query.where(condition)
        return self._made(self._connection.execute(query).all())

    def _made(self, rows: Sequence[Row[Any]]) -> list[Conflict]:
        found = {entry.id: entry for entry in self._entries.of_ids([row.entry for row in rows])}
        return [conflict for row in rows if row.entry in found and (conflict := self._one(row, found[row.entry])) is not None]

    def _one(self, row: Row[Any], entry: Entry) -> Conflict | None:
        said = [version for version in self._entries.history(entry.id) if row.first <= version.number <= (row.last or version.number)]
        if not said:
            return None
        settled = datetime.fromisoformat(row.settled_at) if row.settled_at else None
        return Conflict(row.id, entry, tuple(said), datetime.fromisoformat(row.opened_at), settled, row.settled_by or "", row.kept)
