"""What a wish to forget takes: whole entries, or whatever was said in a conversation or in a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from lic.database.journal import Row, batched
from lic.database.tables import entries, turns, versions

Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whole entries, or what was said in a conversation or in a time, with the messages that said it, but for the turn `but` that wishes it."""

    entries: frozenset[str] = frozenset()
    conversation: str = ""
    period: Period | None = None
    but: str = ""

    @property
    def of_messages(self) -> bool:
        """Whether messages are to be forgotten, whatever they taught."""
        return bool(self.conversation or self.period)

    def as_json(self) -> dict[str, Any]:
        """What a conversation keeps of it while it waits for a yes."""
        period = [at.isoformat() for at in self.period] if self.period else None
        return {"conversation": self.conversation, "period": period, "but": self.but}

    @staticmethod
    def of_json(kept: Mapping[str, Any]) -> "Scope":
        """The scope that was kept."""
        begins, ends = map(datetime.fromisoformat, kept["period"]) if kept["period"] else (None, None)
        return Scope(conversation=kept["conversation"], period=(begins, ends) if begins and ends else None, but=kept["but"])


@dataclass(frozen=True, slots=True)
class Taken:
    """A scope as far as it is there: which wordings of own entries and which of their dataset rows it takes, also those that only the journal still has.

    `wordings` are speaker, turn and content of wordings that it takes in whatever entry they stand.
    """

    entries: frozenset[str]
    turns: frozenset[str]
    period: Period | None
    wordings: frozenset[tuple[str | None, str, str]] = frozenset()

    def takes(self, version: Row) -> bool:
        """Whether a wording of an own entry goes; of what teachers said there only what is taken with the whole entry."""
        if version["entry"] in self.entries or (version["said_by"], version["turn"], version["content"]) in self.wordings:
            return True
        if version["said_by"] is not None:
            return False
        in_period = self.period is not None and self.period[0] <= datetime.fromisoformat(version["said_at"]) <= self.period[1]
        return version["turn"] in self.turns or in_period

    def with_wordings_of(self, rows: Collection[Row]) -> "Taken":
        """The same with the wordings that some versions have, in whatever own entry they stood before."""
        wordings = ((row["said_by"], row["turn"], row["content"]) for row in rows if row["turn"] and self.takes(row))
        return replace(self, wordings=frozenset(wordings))


def taken_by(connection: Connection, owner: str, scope: Scope) -> tuple[Taken, set[str]]:
    """What a scope takes of a person's memory, and the entries that have some of it."""
    said = _turns_of(connection, owner, scope)
    taken = Taken(scope.entries, frozenset(said), scope.period)
    found = set(scope.entries)
    own = select(versions.c.entry).join(entries).where(entries.c.owner == owner, versions.c.said_by.is_(None)).distinct()
    for some in batched(said):
        found |= set(connection.execute(own.where(versions.c.turn.in_(some))).scalars())
    if scope.period is not None:
        found |= set(connection.execute(own.where(said_in(versions.c.said_at, scope.period))).scalars())
    return taken, found


def _turns_of(connection: Connection, owner: str, scope: Scope) -> list[str]:
    if not scope.of_messages:
        return []
    where = [turns.c.owner == owner, turns.c.id != scope.but, turns.c.status != "forgotten"]
    conditions = [turns.c.conversation == scope.conversation] if scope.conversation else []
    conditions += [said_in(turns.c.said_at, scope.period)] if scope.period is not None else []
    return list(connection.execute(select(turns.c.id).where(and_(*where, or_(*conditions)))).scalars())


def said_in(said_at: ColumnElement[str], period: Period) -> ColumnElement[bool]:
    """Whether a moment lies in a time. Times are compared as moments, whatever zone they were said in."""
    return func.julianday(said_at).between(func.julianday(_iso(period[0])), func.julianday(_iso(period[1])))


def _iso(at: datetime) -> str:
    # The database's calendar begins later than Python's year 1.
    return max(at, datetime(1000, 1, 1, tzinfo=at.tzinfo)).isoformat()
