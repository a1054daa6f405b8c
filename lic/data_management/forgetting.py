"""Forgetting: the one operation that removes, and it removes everywhere within one transaction.

Gone are the entries with all their versions, their dataset rows, what the journal holds of them, and the text of the turns that taught
or named them and of the replies that told them. Places in the transcript stay. What was shared goes from everybody.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from lic.data_management.leaving import blank, entries_named, forget_with_others, leave, living_turns, turns_of_others
from lic.data_management.traces import Trace, strings, told, trace_of
from lic.database import tables
from lic.database.changes import ChangeLog
from lic.errors import NotFound
from lic.mental_process.entries import Entries
from lic.types import Change, Entry


def forget_entries(connection: Connection, owner: str, chosen: Sequence[Entry]) -> tuple[ChangeLog, list[Change]]:
    """Remove own entries and every trace of them. Raises NotFound where one is not the person's own, and then removes nothing."""
    for entry in chosen:
        if entry.owner != owner:
            raise NotFound(f"“{entry.text}” was shared by somebody else: only they can forget it.")
    entries = Entries(connection, owner)
    log = ChangeLog(connection)
    traces = [trace_of(entries, entry, [other.id for other in chosen]) for entry in chosen]
    changes: list[Change] = []
    for entry in chosen:
        for row in connection.execute(select(tables.examples).where(tables.examples.c.entry == entry.id)).mappings().all():
            log.delete(tables.examples, dict(row))
            changes.append(Change("forget", "dataset", row["task"], row["id"], row["row"], None))
        entries.remove(log, entry.id)
        changes.append(Change("forget", "mental_process", f"{entry.section}/{entry.topic}", entry.id, entry.text, None))
    blanked = _blank_turns(connection, owner, traces)
    changes += _remove_loose_rows(connection, log, owner, traces, blanked)
    taught = [said for trace in traces for said in trace.turns if said[0] != owner]
    forget_with_others(connection, log, owner, [entry.id for entry in chosen], taught)
    _clean_journal(connection, log, owner, traces)
    _clean_pending(connection, owner, traces)
    return log, changes


def forget_person(connection: Connection, owner: str) -> tuple[ChangeLog, list[Change]]:
    """Remove everything of a person: entries, dataset rows, journal, receipts, conversations and what was said in them.

    What the person taught in what others share stays there, without the name.
    """
    log = ChangeLog(connection)
    changes: list[Change] = []
    for row in connection.execute(select(tables.examples).where(tables.examples.c.owner == owner)).mappings().all():
        log.delete(tables.examples, dict(row))
        changes.append(Change("forget", "dataset", row["task"], row["id"], None, None))
    own_entries = connection.execute(select(tables.entries.c.id).where(tables.entries.c.owner == owner)).scalars().all()
    taught = turns_of_others(connection, owner)
    entries = Entries(connection, owner)
    for entry in own_entries:
        entries.remove(log, entry)
        changes.append(Change("forget", "mental_process", "", entry, None, None))
    forget_with_others(connection, log, owner, own_entries, taught)
    leave(connection, owner)
    _clean_rows(connection, {row.key for row in log.rows}, set(own_entries))
    own = select(tables.receipts.c.id).where(tables.receipts.c.owner == owner)
    connection.execute(delete(tables.journal).where(tables.journal.c.receipt.in_(own)))
    for table in (tables.receipts, tables.turns, tables.conversations):
        connection.execute(delete(table).where(table.c.owner == owner))
    return log, changes


def gives_away(entries: Entries, chosen: Sequence[Entry], text: str) -> bool:
    """Whether a text tells what entries say. Raises NotFound where an entry is not there."""
    forgotten = [entry.id for entry in chosen]
    return any(trace_of(entries, entry, forgotten).is_told_by(text) for entry in chosen)


def _blank_turns(connection: Connection, owner: str, traces: Sequence[Trace]) -> set[str]:
    """Blank turns and replies that give something away, and return the ids of blanked turns; what taught other things that hold stays."""
    turns = tables.turns
    teaches = living_turns(connection, owner)
    blanked: set[str] = set()
    taught = {turn for trace in traces for speaker, turn in trace.turns if speaker == owner}
    ids = {trace.entry for trace in traces}
    for row in connection.execute(select(turns).where(turns.c.owner == owner)).all():
        said = row.id in taught or (row.id not in teaches and told(traces, (row.text,)))
        tells = said or bool(ids & entries_named(row.reply)) or told(traces, strings(row.reply))
        if said:
            blanked.add(row.id)
        if tells:
            blank(connection, row, said)
    return blanked


def _remove_loose_rows(connection: Connection, log: ChangeLog, owner: str, traces: Sequence[Trace], blanked: set[str]) -> list[Change]:
    """Remove dataset rows that hang on no entry (the gate's own) and repeat what is forgotten."""
    examples = tables.examples
    removed: list[Change] = []
    for row in connection.execute(select(examples).where(examples.c.owner == owner, examples.c.entry.is_(None))).mappings().all():
        if row["turn"] in blanked or told(traces, strings(row["row"])):
            log.delete(examples, dict(row))
            removed.append(Change("forget", "dataset", row["task"], row["id"], row["row"], None))
    return removed


def _clean_journal(connection: Connection, log: ChangeLog, owner: str, traces: Sequence[Trace]) -> None:
    """Remove what the journal holds of the removed rows, and what undone receipts hold of the same content; neither comes back."""
    journal, receipts = tables.journal, tables.receipts
    entries = {trace.entry for trace in traces}
    keys = {row.key for row in log.rows} | entries
    undone = select(receipts.c.id).where(receipts.c.owner == owner, receipts.c.undone_at.is_not(None))
    found = connection.execute(select(journal).where(journal.c.receipt.in_(undone))).all()
    again = [row for row in found if told(traces, strings((row.before, row.after)))]
    entries |= {row.key if row.table == "entries" else _entry_of(row.before, row.after) for row in again} - {""}
    keys |= {row.key for row in again} | entries
    _clean_rows(connection, keys, entries)


def _clean_rows(connection: Connection, keys: Collection[str], entries: Collection[str]) -> None:
    """Remove from everybody's journals the rows with some keys, and all others of some entries that their receipts hold, or those that built on them."""
    journal, receipts = tables.journal, tables.receipts
    gone, touched, unknown = set(keys), set[str](), set(keys)
    while unknown:
        touched |= set(connection.execute(select(journal.c.receipt).where(journal.c.key.in_(unknown))).scalars())
        held = connection.execute(select(journal).where(journal.c.receipt.in_(touched))).all()
        unknown = {row.key for row in held if _entry_of(row.before, row.after) in entries} - gone
        gone |= unknown
    connection.execute(delete(journal).where(journal.c.receipt.in_(touched), journal.c.key.in_(gone)))
    left = select(journal.c.receipt).where(journal.c.receipt.in_(touched))
    connection.execute(delete(receipts).where(receipts.c.id.in_(touched), receipts.c.id.not_in(left)))


def _entry_of(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    row = after or before or {}
    return str(row.get("entry") or "")


def _clean_pending(connection: Connection, owner: str, traces: Sequence[Trace]) -> None:
    """What a conversation waits for may name what is forgotten; then it waits no more."""
    conversations = tables.conversations
    for row in connection.execute(select(conversations).where(conversations.c.owner == owner)).all():
        if row.pending and told(traces, (json.dumps(row.pending, ensure_ascii=False),)):
            connection.execute(update(conversations).where(conversations.c.owner == owner, conversations.c.id == row.id).values(pending={}))
