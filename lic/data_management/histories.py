"""The histories of entries: all rows that they have now, and all that the journal says they had."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from lic.data_management.scopes import Taken
from lic.database.journal import Row, RowChange, batched, read_journal
from lic.database.tables import conflicts, entries, examples, journal, receipts, versions

RowKey = tuple[str, str]


@dataclass(slots=True)
class Step:
    """What one receipt changed of a history, with the numbers that these changes have in the journal."""

    receipt: str
    numbers: list[int] = field(default_factory=list[int])
    rows: list[RowChange] = field(default_factory=list[RowChange])


@dataclass(slots=True)
class History:
    """Entries that hang together, because one was joined with another, and what became of their rows.

    `steps` are in force, the first one first; `again` can be redone, in that order; what is `over` was undone and cannot.
    """

    entries: set[str]
    present: dict[RowKey, Row] = field(default_factory=dict[RowKey, Row])
    steps: list[Step] = field(default_factory=list[Step])
    again: list[Step] = field(default_factory=list[Step])
    over: list[Step] = field(default_factory=list[Step])

    def rows(self, table: str) -> Iterator[Row]:
        """Every row that there is or was, each as often as it was written."""
        yield from (row for (name, _), row in self.present.items() if name == table)
        for step in (*self.steps, *self.again, *self.over):
            yield from (row for change in step.rows if change.table == table for row in change.rows)


@dataclass(frozen=True, slots=True)
class _Receipt:
    id: str
    owner: str
    seq: int
    undone: bool
    redo: int | None


class Collected:
    """The histories of some own entries, with what teachers changed of them, and everything else that the person undid.

    Receipts of others are read only where they touch these entries, and of their rows only those of own entries.
    """

    def __init__(self, connection: Connection, owner: str, found: Collection[str], taken: Taken) -> None:
        self._connection = connection
        self._owner = owner
        self._receipts: dict[str, _Receipt] = {}
        self._rows: list[tuple[str, int, RowChange]] = []
        self._present: dict[RowKey, Row] = {}
        self._owners: dict[str, str | None] = {}
        own = receipts.c.owner == owner
        self._load(and_(own, receipts.c.undone_at.is_not(None)))
        for some in batched({*taken.turns, *(turn for _, turn, _ in taken.wordings)}):
            self._load(and_(own, receipts.c.turn.in_(some)))
        self.histories = self._joined(self._grown(set(found), taken))

    def undone(self) -> Iterator[tuple[int, RowChange]]:
        """The row changes of all receipts that the person undid, with their numbers in the journal."""
        of = self._receipts
        return ((number, change) for receipt, number, change in self._rows if of[receipt].undone and of[receipt].owner == self._owner)

    def owner_of(self, receipt: str) -> str:
        """Whose change a receipt is that touched one of the histories."""
        return self._receipts[receipt].owner

    def _grown(self, known: set[str], taken: Taken) -> set[str]:
        """All entries that have something of what is taken, or hang together with such a one; loads their rows."""
        fresh, seen = set(known), set[str]()
        while True:
            for row_key, row in rows_of(self._connection, self._owner, fresh):
                self._present[row_key] = row
            about = [(change, ids) for _, _, change in self._rows if (ids := self._own_of(change))]
            keys = known | {name for _, name in self._present} | {change.key for change, ids in about if ids & known}
            loaded = sum(self._load(journal.c.key.in_(some)) for some in batched(keys - seen))
            seen |= keys
            grown = {entry for change, ids in about if ids & known or _is_taken(change, taken) for entry in ids}
            fresh = grown - known
            known |= fresh
            if not fresh and not loaded:
                return known

    def _joined(self, known: set[str]) -> list[History]:
        leader = {entry: entry for entry in known}

        def led(entry: str) -> str:
            while leader[entry] != entry:
                entry = leader[entry]
            return entry

        about = [(receipt, number, change, ids & known) for receipt, number, change in self._rows if (ids := self._own_of(change)) & known]
        for _, _, _, ids in about:
            first, *others = sorted(ids)
            for other in others:
                leader[led(other)] = led(first)
        found: dict[str, History] = {}
        for entry in known:
            found.setdefault(led(entry), History(set())).entries.add(entry)
        for (table, name), row in self._present.items():
            found[led(row["id"] if table == "entries" else row["entry"])].present[table, name] = row
        steps: dict[str, dict[str, Step]] = defaultdict(dict)
        for receipt, number, change, ids in about:
            step = steps[led(next(iter(ids)))].setdefault(receipt, Step(receipt))
            step.numbers.append(number)
            step.rows.append(change)
        for entry, of in steps.items():
            self._sort(found[entry], of.values())
        return list(found.values())

    def _sort(self, history: History, steps: Iterable[Step]) -> None:
        of = [(self._receipts[step.receipt], step) for step in steps]
        # What others undid rests on rows that are about to change.
        again = {receipt.id for receipt, _ in of if receipt.undone and receipt.redo and receipt.owner == self._owner}
        history.steps = [step for receipt, step in sorted(of, key=lambda item: item[0].seq) if not receipt.undone]
        history.again = [step for receipt, step in sorted(of, key=lambda item: (-(item[0].redo or 0), item[0].seq)) if receipt.id in again]
        history.over = [step for receipt, step in of if receipt.undone and receipt.id not in again]

    def _own_of(self, change: RowChange) -> set[str]:
        """The entries of a changed row that are the person's own."""
        return {entry for entry in entries_of(change) if self._owners.get(entry) == self._owner}

    def _load(self, condition: ColumnElement[bool]) -> int:
        """Read the receipts that meet a condition, with their journals; how many were not there yet."""
        columns = receipts.c.id, receipts.c.owner, receipts.c.seq, receipts.c.undone_at, receipts.c.redo
        found = self._connection.execute(select(*columns).join(journal, journal.c.receipt == receipts.c.id).where(condition).distinct()).all()
        new = {row.id: _Receipt(row.id, row.owner, row.seq, row.undone_at is not None, row.redo) for row in found if row.id not in self._receipts}
        self._receipts |= new
        rows = [(receipt, number, change) for receipt, changes in read_journal(self._connection, new).items() for number, change in changes]
        self._rows += rows
        unknown = {entry for _, _, change in rows for entry in entries_of(change)} - self._owners.keys()
        self._owners |= dict.fromkeys(unknown) | _owners_of(self._connection, unknown)
        return len(new)


def _owners_of(connection: Connection, wanted: Collection[str]) -> dict[str, str | None]:
    """Whose entries these are, or were before they were undone."""
    found: dict[str, str | None] = {}
    for some in batched(wanted):
        for row in connection.execute(select(journal.c.key, journal.c.before, journal.c.after).where(journal.c.table == "entries", journal.c.key.in_(some))):
            found[row.key] = (row.after or row.before)["owner"]
        found |= {row.id: row.owner for row in connection.execute(select(entries.c.id, entries.c.owner).where(entries.c.id.in_(some)))}
    return found


def rows_of(connection: Connection, owner: str, wanted: Collection[str]) -> Iterator[tuple[RowKey, Row]]:
    """The present rows of some own entries."""
    for some in batched(wanted):
        own = select(entries.c.id).where(entries.c.owner == owner, entries.c.id.in_(some))
        queries: Sequence[tuple[str, str, Any]] = (
            ("entries", "id", select(entries).where(entries.c.id.in_(own))),
            ("versions", "seq", select(versions).where(versions.c.entry.in_(own))),
            ("examples", "id", select(examples).where(examples.c.entry.in_(own))),
            ("conflicts", "id", select(conflicts).where(conflicts.c.entry.in_(own))),
        )
        for table, name, query in queries:
            yield from (((table, str(row[name])), dict(row)) for row in connection.execute(query).mappings())


def entries_of(change: RowChange) -> set[str]:
    """The entries that a changed row is of: two where it moved from one to the other, none for a dataset row that hangs on no entry."""
    if change.table == "entries":
        return {change.key}
    return {row["entry"] for row in change.rows if row["entry"]}


def _is_taken(change: RowChange, taken: Taken) -> bool:
    return change.table == "versions" and any(map(taken.takes, change.rows))
