"""What others have of what somebody shared: the turns in which they taught it, and the replies that told it to them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, Text, or_, select, type_coerce

from lic.data_management.blanking import blank, entries_named, living_turns
from lic.data_management.traces import Traces, strings
from lic.database.changes import ChangeLog
from lic.database.journal import batched
from lic.database.tables import examples, turns

FEW = 50


def blank_taught(connection: Connection, log: ChangeLog, taught: Collection[tuple[str, str]]) -> set[str]:
    """Blank the turns, given with who said them, in which others taught what is gone, and return the ids of the gate's rows that go with them.

    A turn that taught something else which still holds stays. What others said of the same, and kept to themselves, is theirs.
    """
    rows: set[str] = set()
    for speaker in {speaker for speaker, _ in taught}:
        gone = {turn for by, turn in taught if by == speaker} - living_turns(connection, speaker)
        for some in batched(gone):
            for turn in connection.execute(select(turns).where(turns.c.owner == speaker, turns.c.id.in_(some))).all():
                blank(connection, turn, said=True)
            loose = select(examples).where(examples.c.owner == speaker, examples.c.entry.is_(None), examples.c.turn.in_(some))
            for row in connection.execute(loose).mappings().all():
                log.delete(examples, dict(row))
                rows.add(row["id"])
    return rows


def blank_told(connection: Connection, owner: str, whole: Collection[str], partly: Collection[str], traces: Traces) -> None:
    """Blank the replies to others that named an entry which is wholly gone, or that told what is gone of one that stays."""
    for turn in replies_with(connection, owner, {*whole, *partly}):
        if not entries_named(turn.reply).isdisjoint(whole) or traces.tell_any(strings(turn.reply)):
            blank(connection, turn, said=False)


def replies_with(connection: Connection, owner: str, ids: Collection[str]) -> list[Row[Any]]:
    """The turns of everybody but one whose replies speak of some entries."""
    reply = type_coerce(turns.c.reply, Text)
    if not ids:
        return []
    query = select(turns).where(turns.c.owner != owner)
    if len(ids) <= FEW:  # the database looks for few; many are found in one pass over all
        query = query.where(or_(*(reply.contains(entry) for entry in ids)))
    found = connection.execute(query).all()
    return [turn for turn in found if not entries_named(turn.reply).isdisjoint(ids)]
