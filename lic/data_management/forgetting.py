"""Forgetting: the one operation that removes, and it removes everywhere within one transaction.

Gone are the entries with all their versions, their dataset rows, what the journal holds of them, and the text of the turns that taught
or named them and of the replies that told them. Places in the transcript stay.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from lic.database import tables
from lic.database.changes import ChangeLog
from lic.errors import NotFound
from lic.language import FORGOTTEN, key, turned, words
from lic.mental_process.entries import Entries
from lic.types import Change, Entry


def forget_entries(connection: Connection, owner: str, chosen: Sequence[Entry]) -> tuple[ChangeLog, list[Change]]:
    """Remove own entries and every trace of them. Raises NotFound where one is not the person's own, and then removes nothing."""
    for entry in chosen:
        if entry.owner != owner:
            raise NotFound(f"“{entry.text}” was shared by somebody else: only they can forget it.")
    entries = Entries(connection, owner)
    log = ChangeLog(connection)
    traces = [_trace(entries, entry, [other.id for other in chosen]) for entry in chosen]
    changes: list[Change] = []
    for entry in chosen:
        for row in connection.execute(select(tables.examples).where(tables.examples.c.entry == entry.id)).mappings().all():
            log.delete(tables.examples, dict(row))
            changes.append(Change("forget", "dataset", row["task"], row["id"], row["row"], None))
        entries.remove(log, entry.id)
        changes.append(Change("forget", "mental_process", f"{entry.section}/{entry.topic}", entry.id, entry.text, None))
    blanked = _blank_turns(connection, owner, traces)
    changes += _remove_loose_rows(connection, log, owner, traces, blanked)
    _clean_journal(connection, log, owner, traces)
    _clean_pending(connection, owner, traces)
    return log, changes


def forget_person(connection: Connection, owner: str) -> tuple[ChangeLog, list[Change]]:
    """Remove everything of a person: entries, dataset rows, journal, receipts, conversations and what was said in them."""
    log = ChangeLog(connection)
    changes: list[Change] = []
    for row in connection.execute(select(tables.examples).where(tables.examples.c.owner == owner)).mappings().all():
        log.delete(tables.examples, dict(row))
        changes.append(Change("forget", "dataset", row["task"], row["id"], None, None))
    entries = Entries(connection, owner)
    for entry in connection.execute(select(tables.entries.c.id).where(tables.entries.c.owner == owner)).scalars().all():
        entries.remove(log, entry)
        changes.append(Change("forget", "mental_process", "", entry, None, None))
    own = select(tables.receipts.c.id).where(tables.receipts.c.owner == owner)
    connection.execute(delete(tables.journal).where(tables.journal.c.receipt.in_(own)))
    for table in (tables.receipts, tables.turns, tables.conversations):
        connection.execute(delete(table).where(table.c.owner == owner))
    return log, changes


def gives_away(entries: Entries, chosen: Sequence[Entry], text: str) -> bool:
    """Whether a text tells what entries say. Raises NotFound where an entry is not there."""
    forgotten = [entry.id for entry in chosen]
    return any(_trace(entries, entry, forgotten).is_told_by(text) for entry in chosen)


@dataclass(frozen=True, slots=True)
class Trace:
    """What gives a forgotten entry away elsewhere: its id, its turns, its wordings, and its values.

    A value with a capital or a digit (a name, a number, a password) gives it away alone, unless something else that is known has
    it too; any other value does only together with the subject.
    """

    entry: str
    turns: frozenset[str]
    wordings: frozenset[str]
    values: frozenset[str]
    telling: frozenset[str]
    subject: frozenset[str]

    def is_told_by(self, text: str) -> bool:
        """Whether a text gives the entry away."""
        said = f" {key(text)} "
        if any(f" {wording} " in said for wording in self.wordings | self.telling):
            return True
        return bool(self.subject) and self.subject <= set(said.split()) and any(f" {value} " in said for value in self.values)


def _trace(entries: Entries, entry: Entry, forgotten: Sequence[str]) -> Trace:
    versions = entries.history(entry.id)
    texts = [version.text for version in versions]
    values = {key(version.value): version.value for version in versions if key(version.value)}
    telling = {k for k, value in values.items() if _is_telling(value) and not entries.others_with(value, forgotten)}
    return Trace(
        entry=entry.id,
        turns=frozenset(version.turn for version in versions if version.turn),
        wordings=frozenset(filter(None, (key(said) for text in texts for said in (text, turned(text))))),
        values=frozenset(values),
        telling=frozenset(telling),
        subject=frozenset(words(entry.slots.subject)) - {"i", "my", "we", "our", "the", "a"},
    )


def _is_telling(value: str) -> bool:
    return any(word[:1].isupper() or any(map(str.isdigit, word)) for word in value.split() if word not in ("I", "My", "The", "A"))


def _blank_turns(connection: Connection, owner: str, traces: Sequence[Trace]) -> set[str]:
    """Blank turns and replies that give something away, and return the ids of blanked turns; what taught other things that hold stays."""
    turns = tables.turns
    teaches = _living_turns(connection, owner)
    blanked: set[str] = set()
    taught = {turn for trace in traces for turn in trace.turns}
    ids = {trace.entry for trace in traces}
    for row in connection.execute(select(turns.c.seq, turns.c.id, turns.c.text, turns.c.reply).where(turns.c.owner == owner)).all():
        named = {item["id"] for item in (*row.reply.get("evidence", ()), *row.reply.get("changes", ()))}
        said = row.id in taught or (row.id not in teaches and _told(traces, (row.text,)))
        told = said or bool(ids & named) or _told(traces, _strings(row.reply))
        if said:
            blanked.add(row.id)
        if told:
            values: dict[str, Any] = {"reply": {**row.reply, "text": FORGOTTEN, "evidence": [], "changes": [], "options": [], "trace": []}}
            values |= {"text": FORGOTTEN, "status": "forgotten"} if said else {}
            connection.execute(update(turns).where(turns.c.seq == row.seq).values(**values))
    return blanked


def _living_turns(connection: Connection, owner: str) -> set[str]:
    query = select(tables.versions.c.turn).join(tables.entries).where(tables.entries.c.owner == owner, tables.versions.c.turn.is_not(None))
    return set(connection.execute(query).scalars())


def _remove_loose_rows(connection: Connection, log: ChangeLog, owner: str, traces: Sequence[Trace], blanked: set[str]) -> list[Change]:
    """Remove dataset rows that hang on no entry (the gate's own) and repeat what is forgotten."""
    examples = tables.examples
    removed: list[Change] = []
    for row in connection.execute(select(examples).where(examples.c.owner == owner, examples.c.entry.is_(None))).mappings().all():
        if row["turn"] in blanked or _told(traces, _strings(row["row"])):
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
    again = [row for row in found if _told(traces, _strings((row.before, row.after)))]
    entries |= {row.key if row.table == "entries" else _entry_of(row.before, row.after) for row in again} - {""}
    keys |= {row.key for row in again} | entries
    touched = {row.receipt for row in again} | set(connection.execute(select(journal.c.receipt).where(journal.c.key.in_(keys))).scalars())
    for row in connection.execute(select(journal).where(journal.c.receipt.in_(touched))).all():
        if row.key in keys or _entry_of(row.before, row.after) in entries:
            connection.execute(delete(journal).where(journal.c.seq == row.seq))
    left = select(journal.c.receipt).where(journal.c.receipt.in_(touched))
    connection.execute(delete(receipts).where(receipts.c.id.in_(touched), receipts.c.id.not_in(left)))


def _entry_of(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    row = after or before or {}
    return str(row.get("entry") or "")


def _clean_pending(connection: Connection, owner: str, traces: Sequence[Trace]) -> None:
    """What a conversation waits for may name what is forgotten; then it waits no more."""
    conversations = tables.conversations
    for row in connection.execute(select(conversations).where(conversations.c.owner == owner)).all():
        if row.pending and _told(traces, (json.dumps(row.pending, ensure_ascii=False),)):
            connection.execute(update(conversations).where(conversations.c.owner == owner, conversations.c.id == row.id).values(pending={}))


def _told(traces: Sequence[Trace], texts: Iterable[str]) -> bool:
    return any(trace.is_told_by(text) for text in texts for trace in traces)


def _strings(value: object) -> Iterable[str]:
    """Every text within a value as JSON knows it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if set(value) != {"base64"}:  # pyright: ignore[reportUnknownArgumentType]
            for item in value.values():  # pyright: ignore[reportUnknownVariableType]
                yield from _strings(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, Sequence):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _strings(item)  # pyright: ignore[reportUnknownArgumentType]
