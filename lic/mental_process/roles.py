"""Rights on shared knowledge: its owner may do everything with it, the teachers whom the owner named may correct it, everybody else may read it.

The roles are rows, read in the transaction that they decide about: a right that was taken away is gone for whoever comes next.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select

from lic.database.tables import entries, teachers
from lic.errors import NotFound, RoleRefused
from lic.language import clean
from lic.types import Entry

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Role:
    """Whose shared knowledge somebody may correct, and since when."""

    owner: str
    teacher: str
    since: datetime


def taught_by(person: str) -> ColumnElement[bool]:
    """Entries that others shared and that this person may correct."""
    owners = select(teachers.c.owner).where(teachers.c.teacher == person)
    return and_(entries.c.shared.is_(True), entries.c.owner != person, entries.c.owner.in_(owners))


def read_by(person: str) -> ColumnElement[bool]:
    """Entries that others shared and that this person may only read."""
    owners = select(teachers.c.owner).where(teachers.c.teacher == person)
    return and_(entries.c.shared.is_(True), entries.c.owner != person, entries.c.owner.not_in(owners))


def changed_by(person: str) -> ColumnElement[bool]:
    """Entries that this person may correct: the own ones, and those that others shared with this person as a teacher."""
    return or_(entries.c.owner == person, taught_by(person))


class Roles:
    """Who may teach whom, as one person within one transaction sees it: the own teachers, and the owners of whom one is a teacher."""

    def __init__(self, connection: Connection, person: str) -> None:
        self._connection = connection
        self._person = person

    def teachers(self) -> list[Role]:
        """The teachers whom this person named, by their names."""
        return self._read(teachers.c.owner == self._person)

    def owners(self) -> list[Role]:
        """Those who named this person a teacher, by their names."""
        return self._read(teachers.c.teacher == self._person)

    def name(self, teacher: str, at: datetime, among: Collection[str] = ()) -> str:
        """Let somebody correct what this person shares, and return the name as it is kept; again is harmless.

        Raises RoleRefused for a name that nobody can have, and, where it is known who signs in (`among`), for one that nobody signs in with.
        """
        name = teacher.strip()
        if not clean(name) or len(name) > LONGEST_NAME:
            raise RoleRefused(f"{teacher!r} is no name: give the one that the person signs in with.")
        if name == self._person:
            raise RoleRefused(f"{name!r} is you: what you share you may change anyway.")
        if among and name not in among:
            raise RoleRefused(f"Nobody signs in as {name!r}: give the name that the person signs in with.")
        if all(role.teacher != name for role in self.teachers()):
            self._connection.execute(insert(teachers), {"owner": self._person, "teacher": name, "since": at.isoformat()})
        return name

    def remove(self, teacher: str) -> str:
        """Take the right from a teacher; what that person taught stays. Raises NotFound where it is none of this person's."""
        name = teacher.strip()
        gone = self._connection.execute(delete(teachers).where(teachers.c.owner == self._person, teachers.c.teacher == name))
        if not gone.rowcount:
            raise NotFound(f"{teacher!r} is no teacher of what you share; `lic memory teachers` lists those who are.")
        return name

    def may_change(self, entry: Entry) -> bool:
        """Whether this person may give an entry another wording."""
        query = select(entries.c.id).where(entries.c.id == entry.id, changed_by(self._person))
        return self._connection.execute(query).first() is not None

    def _read(self, condition: ColumnElement[bool]) -> list[Role]:
        query = select(teachers).where(condition).order_by(teachers.c.owner, teachers.c.teacher)
        return [Role(row.owner, row.teacher, datetime.fromisoformat(row.since)) for row in self._connection.execute(query)]
