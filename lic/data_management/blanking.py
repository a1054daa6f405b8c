"""Taking words out of the transcript: turns keep their place and lose their text."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select, update

from lic.data_management.traces import Traces, strings
from lic.database import tables
from lic.language import FORGOTTEN


def blank_turns(connection: Connection, owner: str, traces: Traces, entries: Collection[str], taught: Collection[str]) -> set[str]:
    """Blank turns and replies that give something away, and return the ids of the blanked turns.

    These are the turns that taught it, the replies that name one of the entries, and whatever has its traces, but for a turn that taught other things that
    hold. The entries' own turns are gone from the versions already.
    """
    turns = tables.turns
    teaches = _living_turns(connection, owner)
    blanked: set[str] = set()
    for row in connection.execute(select(turns.c.seq, turns.c.id, turns.c.text, turns.c.reply).where(turns.c.owner == owner)).all():
        named = {item["id"] for item in (*row.reply.get("evidence", ()), *row.reply.get("changes", ()))}
        said = row.id in taught or (row.id not in teaches and traces.tells(row.text))
        if said:
            blanked.add(row.id)
        if said or not named.isdisjoint(entries) or traces.tell_any(strings(row.reply)):
            values: dict[str, Any] = {"reply": {**row.reply, "text": FORGOTTEN, "evidence": [], "changes": [], "options": [], "trace": []}}
            values |= {"text": FORGOTTEN, "image": None, "status": "forgotten"} if said else {}
            connection.execute(update(turns).where(turns.c.seq == row.seq).values(**values))
    return blanked


def blank_pending(connection: Connection, owner: str, traces: Traces) -> None:
    """What a conversation waits for may name what is forgotten; then it waits no more."""
    conversations = tables.conversations
    for row in connection.execute(select(conversations).where(conversations.c.owner == owner)).all():
        if row.pending and traces.tells(json.dumps(row.pending, ensure_ascii=False)):
            connection.execute(update(conversations).where(conversations.c.owner == owner, conversations.c.id == row.id).values(pending={}))


def _living_turns(connection: Connection, owner: str) -> set[str]:
    query = select(tables.versions.c.turn).join(tables.entries).where(tables.entries.c.owner == owner, tables.versions.c.turn.is_not(None))
    return set(connection.execute(query).scalars())
