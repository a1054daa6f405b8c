"""Forgetting: the one operation that removes, and it removes everywhere within one transaction.

Gone are wordings with their dataset rows, what the journal holds of them, the text of the messages that taught or named them, and of the replies that
told them. An entry of which no wording is left goes too; else the wording before holds again. Places in the transcript stay. What was shared goes from
everybody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection, delete, select, update

from lic.data_management.blanking import blank_pending, blank_turns
from lic.data_management.exports import blank_places, holding
from lic.data_management.histories import Collected, History, entries_of, rows_of
from lic.data_management.leaving import Leaving, changes_of
from lic.data_management.others import blank_taught, blank_told
from lic.data_management.rewriting import Rewriting, ordered
from lic.data_management.scopes import Scope, taken_by
from lic.data_management.traces import Traces, Wordings, strings, traces_of
from lic.database import tables
from lic.database.changes import ChangeLog
from lic.database.journal import Row, RowChange, batched, net, write_journal
from lic.errors import NotFound
from lic.mental_process.entries import Entries
from lic.types import Change, Entry, Exported, Gone


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting removed, what would give it away, and which exports hold it."""

    log: ChangeLog
    changes: tuple[Change, ...]
    gone: Gone
    traces: Traces
    exports: tuple[Exported, ...]


class Forgetting:
    """One wish to forget within a transaction: what it would remove, and removing it."""

    def __init__(self, connection: Connection, owner: str, scope: Scope) -> None:
        self._connection = connection
        self._owner = owner
        self._scope = scope
        taken, found = taken_by(connection, owner, scope)
        known = [row for (table, _), row in rows_of(connection, owner, found) if table == "versions"]
        self._taken = taken.with_wordings_of(known)
        self._collected = Collected(connection, owner, found, self._taken)
        rewritings = (Rewriting(history, self._taken, self._held_elsewhere(history)) for history in self._collected.histories)
        self._rewritings = [rewriting for rewriting in rewritings if rewriting.gone]

    def foreseen(self) -> tuple[list[Leaving], Gone]:
        """What would go of what is known, the newest first, and all of it counted."""
        found: dict[str, Leaving] = {}
        present: list[RowChange] = []
        changes: list[Change] = []
        for rewriting in self._rewritings:
            rows = rewriting.steps()[0]
            present += rows
            changes += changes_of(rewriting.history, rows)
        for change in (change for change in changes if change.target == "mental_process"):
            again = change.operation == "restore"
            found[change.id] = replace(found[change.id], again=change.after) if again else Leaving(change.id, change.before)
        newest = {row["entry"]: row["seq"] for rewriting in self._rewritings for row in sorted(rewriting.gone, key=lambda row: row["seq"])}
        return sorted(found.values(), key=lambda item: -newest[item.entry]), self._gone(present, changes)

    def remove(self) -> Forgotten:
        """Remove it everywhere. There is no way back."""
        log = ChangeLog(self._connection)
        told = self._told_by_undone()
        changes: list[Change] = []
        rows: list[RowChange] = []
        numbers = {number for number, change in self._collected.undone() if entries_of(change) & told}
        written: list[tuple[str, list[RowChange]]] = []
        for rewriting in self._rewritings:
            present, steps = rewriting.steps(redoable=not rewriting.history.entries & told)
            changes += changes_of(rewriting.history, present)
            rows += present
            for step, instead in steps:
                if _by_key(net(step.rows)) != _by_key(instead):
                    numbers |= set(step.numbers)
                    written.append((step.receipt, instead))
        log.apply(ordered(rows))
        said = self._taken.turns | self._teaching
        blanked = said | blank_turns(self._connection, self._owner, self.traces, self._whole, said)
        foreign = blank_taught(self._connection, log, self._taught_by_others)
        blank_told(self._connection, self._owner, self._whole, self._partly, self.traces)
        loose = self._loose_rows(log, blanked)
        changes += loose
        over = self._undone_loose(blanked)
        ids = {change.id for change in loose} | {change.key for change in over.values()}
        self._rewrite_journal(numbers | over.keys() | self._numbers_of(ids | foreign), written)
        self._end_redoing()
        blank_pending(self._connection, self._owner, self.traces)
        blank_places(self._connection, self._owner, self.traces)
        exported = holding(self._connection, self._owner, self._absent(ids | {row for rewriting in self._rewritings for row in rewriting.row_ids}))
        return Forgotten(log, tuple(changes), self._gone(log.rows, changes), self.traces, tuple(exported))

    @cached_property
    def traces(self) -> Traces:
        """What would give away what is removed."""
        wordings: list[Wordings] = []
        for rewriting in self._rewritings:
            subjects = {row["id"]: row["subject"] for row in rewriting.history.rows("entries")}
            for entry in {row["entry"] for row in rewriting.gone}:
                gone, kept = ([row for row in rows if row["entry"] == entry] for rows in (rewriting.gone, rewriting.kept))
                wordings.append(Wordings(entry, subjects.get(entry, ""), gone, kept))
        return traces_of(Entries(self._connection, self._owner), wordings)

    @property
    def _whole(self) -> set[str]:
        """The entries of which nothing stays."""
        return {entry for rewriting in self._rewritings for entry in rewriting.history.entries - {row["entry"] for row in rewriting.kept}}

    @property
    def _partly(self) -> set[str]:
        """The entries of which only some wordings go."""
        return {row["entry"] for rewriting in self._rewritings for row in rewriting.gone} - self._whole

    @property
    def _teaching(self) -> set[str]:
        """The turns in which the person taught what is known of it."""
        present = (row for rewriting in self._rewritings for (table, _), row in rewriting.history.present.items() if table == "versions")
        return {row["turn"] for row in present if row["turn"] and row["said_by"] is None and self._taken.takes(row)}

    @property
    def _taught_by_others(self) -> set[tuple[str, str]]:
        """The turns in which others taught it, each behind who said it."""
        return {(row["said_by"], row["turn"]) for rewriting in self._rewritings for row in rewriting.gone if row["said_by"] and row["turn"]}

    def _held_elsewhere(self, history: History) -> set[str]:
        """The ids of dataset rows that a history once had, and that another entry has now."""
        lost = {row["id"] for row in history.rows("examples")} - {name for table, name in history.present if table == "examples"}
        return lost - self._absent(lost)

    def _absent(self, rows: Collection[str]) -> set[str]:
        """Which ids are those of no dataset row."""
        examples = tables.examples
        there = {found for some in batched(rows) for found in self._connection.execute(select(examples.c.id).where(examples.c.id.in_(some))).scalars()}
        return set(rows) - there

    def _told_by_undone(self) -> set[str]:
        """The entries of which undone receipts tell what is forgotten, beside what is rewritten anyway."""
        rewritten = {("versions", str(row["seq"])) for rewriting in self._rewritings for row in rewriting.gone}
        rewritten |= {("examples", row) for rewriting in self._rewritings for row in rewriting.row_ids}
        undone = [(change, ids) for _, change in self._collected.undone() if (ids := entries_of(change))]
        told = {entry for change, ids in undone if (change.table, change.key) not in rewritten and self.traces.tell_any(strings(change.rows)) for entry in ids}
        while linked := {entry for _, ids in undone if ids & told for entry in ids} - told:
            told |= linked
        return told

    def _loose_rows(self, log: ChangeLog, blanked: Collection[str]) -> list[Change]:
        """Remove dataset rows that hang on no entry (the gate's own) and were taught by what is forgotten, or repeat it."""
        examples = tables.examples
        found = self._connection.execute(select(examples).where(examples.c.owner == self._owner, examples.c.entry.is_(None))).mappings().all()
        removed = [dict(row) for row in found if self._is_told(dict(row), blanked)]
        for row in removed:
            log.delete(examples, row)
        return [Change("forget", "dataset", row["task"], row["id"], row["row"], None) for row in removed]

    def _undone_loose(self, blanked: Collection[str]) -> dict[int, RowChange]:
        """The same in undone receipts, with their numbers in the journal."""
        undone = ((number, change) for number, change in self._collected.undone() if change.table == "examples" and not entries_of(change))
        return {number: change for number, change in undone if any(self._is_told(row, blanked) for row in change.rows)}

    def _numbers_of(self, keys: Collection[str]) -> set[int]:
        """The numbers in the journal of the changes of some dataset rows."""
        journal = tables.journal
        query = select(journal.c.seq).where(journal.c.table == "examples")
        return {number for some in batched(keys) for number in self._connection.execute(query.where(journal.c.key.in_(some))).scalars()}

    def _is_told(self, row: Row, blanked: Collection[str]) -> bool:
        return row["turn"] in blanked or self.traces.tell_any(strings(row["row"]))

    def _rewrite_journal(self, numbers: Collection[int], written: Sequence[tuple[str, list[RowChange]]]) -> None:
        """Put row changes in the place of others; a receipt that has none any more goes too."""
        journal, receipts = tables.journal, tables.receipts
        touched: set[str] = set()
        for some in batched(numbers):
            touched |= set(self._connection.execute(select(journal.c.receipt).where(journal.c.seq.in_(some)).distinct()).scalars())
            self._connection.execute(delete(journal).where(journal.c.seq.in_(some)))
        for receipt, rows in written:
            write_journal(self._connection, receipt, rows)
        for some in batched(touched):
            left = select(journal.c.receipt).where(journal.c.receipt.in_(some))
            self._connection.execute(delete(receipts).where(receipts.c.id.in_(some), receipts.c.id.not_in(left)))

    def _end_redoing(self) -> None:
        """Others cannot make again what rests on rows that are not as they were."""
        receipts = tables.receipts
        outdated = {self._collected.owner_of(step.receipt) for rewriting in self._rewritings for step in rewriting.history.over}
        for some in batched(outdated - {self._owner}):
            self._connection.execute(update(receipts).where(receipts.c.owner.in_(some), receipts.c.redo.is_not(None)).values(redo=None))

    def _gone(self, rows: Sequence[RowChange], changes: Sequence[Change]) -> Gone:
        whole = {change.key for change in rows if change.table == "entries" and change.after is None}
        wordings = sum(change.table == "versions" and change.after is None and change.rows[0]["entry"] not in whole for change in rows)
        examples = sum(change.target == "dataset" and change.operation == "forget" for change in changes)
        said = {"lines" if self._scope.conversation else "messages": len(self._taken.turns)}
        return Gone(len(whole), wordings, examples, **said)


def forget_entries(connection: Connection, owner: str, chosen: Sequence[Entry]) -> Forgotten:
    """Remove own entries and every trace of them. Raises NotFound where one is not the person's own, and then removes nothing."""
    own = Entries(connection, owner)
    for entry in chosen:
        if entry.owner != owner:
            raise NotFound(f"“{entry.text}” was shared by somebody else: only they can forget it.")
        own.get(entry.id)
    return Forgetting(connection, owner, Scope(frozenset(entry.id for entry in chosen))).remove()


def _by_key(changes: Sequence[RowChange]) -> dict[tuple[str, str], RowChange]:
    return {(change.table, change.key): change for change in changes}
