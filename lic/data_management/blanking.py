"""Taking words out of the transcript: turns keep their place and lose their text."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from lic.data_management.traces import Traces, strings
from lic.database.tables import conversations, entries, turns, versions
from lic.language import FORGOTTEN

_EMPTIED: dict[str, Any] = {"text": FORGOTTEN, "evidence": [], "changes": [], "options": [], "trace": [], "notices": []}


def blank(connection: Connection, turn: Row[Any], said: bool) -> None:
    """Take the words out of a reply, and with `said` out of its turn too; their place stays."""
    values: dict[str, Any] = {"reply": {**turn.reply, **_EMPTIED}} | ({"text": FORGOTTEN, "image": None, "status": "forgotten"} if said else {})
    connection.execute(update(turns).where(turns.c.seq == turn.seq).values(**values))


def blank_turns(connection: Connection, owner: str, traces: Traces, whole: Collection[str], taught: Collection[str]) -> set[str]:
    """Blank turns and replies that give something away, and return the ids of the blanked turns.

    These are the turns that taught it, the replies that name one of the entries that are wholly gone, and whatever has its traces, but for a turn that
    taught other things that hold. The entries' own turns are gone from the versions already.
    """
    teaches = living_turns(connection, owner)
    blanked: set[str] = set()
    for row in connection.execute(select(turns).where(turns.c.owner == owner)).all():
        said = row.id in taught or (row.id not in teaches and traces.tells(row.text))
        if said:
            blanked.add(row.id)
        if said or not entries_named(row.reply).isdisjoint(whole) or traces.tell_any(strings(row.reply)):
            blank(connection, row, said)
    return blanked


def blank_pending(connection: Connection, owner: str, traces: Traces) -> None:
    """What a conversation waits for may name what is forgotten; then it waits no more."""
    for row in connection.execute(select(conversations).where(conversations.c.owner == owner)).all():
        if row.pending and traces.tells(json.dumps(row.pending, ensure_ascii=False)):
            connection.execute(update(conversations).where(conversations.c.owner == owner, conversations.c.id == row.id).values(pending={}))


def living_turns(connection: Connection, person: str) -> set[str]:
    """The turns of a person from which a version comes that is still there, in an own entry or in what others own."""
    own = (entries.c.owner == person) & versions.c.said_by.is_(None)
    query = select(versions.c.turn).join(entries).where(or_(own, versions.c.said_by == person), versions.c.turn.is_not(None))
    return set(connection.execute(query).scalars())


def entries_named(reply: Mapping[str, Any]) -> set[str]:
    """The entries that a kept reply stands on, changed or told of."""
    return {*(item["id"] for item in (*reply.get("evidence", ()), *reply.get("changes", ()))), *reply.get("notices", ())}
