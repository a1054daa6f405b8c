"""What others have of somebody: what they were told of a forgotten entry goes, and what a forgotten teacher said loses the name."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Text, delete, func, or_, select, type_coerce, update

from lic.database.changes import ChangeLog
from lic.database.tables import conflicts, entries, examples, journal, notices, teachers, turns, versions
from lic.language import FORGOTTEN, key

FEW = 50
_EMPTIED: dict[str, Any] = {"text": FORGOTTEN, "evidence": [], "changes": [], "options": [], "trace": [], "notices": []}


def living_turns(connection: Connection, person: str) -> set[str]:
    """The turns of a person from which a version comes that is still there, in an own entry or in what others shared."""
    own = (entries.c.owner == person) & versions.c.said_by.is_(None)
    query = select(versions.c.turn).join(entries).where(or_(own, versions.c.said_by == person), versions.c.turn.is_not(None))
    return set(connection.execute(query).scalars())


def blank(connection: Connection, turn: Row[Any], said: bool) -> None:
    """Take the words out of a reply, and with `said` out of its turn too; their place stays."""
    values: dict[str, Any] = {"reply": {**turn.reply, **_EMPTIED}} | ({"text": FORGOTTEN, "status": "forgotten"} if said else {})
    connection.execute(update(turns).where(turns.c.seq == turn.seq).values(**values))


def turns_of_others(connection: Connection, owner: str) -> list[tuple[str, str]]:
    """The turns in which others taught what an owner shares, each with who said it."""
    query = (
        select(versions.c.said_by, versions.c.turn).join(entries).where(entries.c.owner == owner, versions.c.said_by.is_not(None), versions.c.turn.is_not(None))
    )
    return [(row.said_by, row.turn) for row in connection.execute(query)]


def forget_with_others(connection: Connection, log: ChangeLog, owner: str, removed: Collection[str], taught: Collection[tuple[str, str]]) -> None:
    """Blank what others have of an owner's entries that were removed: the turns in which they taught them, and the replies that told them.

    What others said of the same in words of their own, and keep to themselves, is theirs.
    """
    for speaker in {speaker for speaker, _ in taught}:
        gone = {turn for by, turn in taught if by == speaker} - living_turns(connection, speaker)
        for turn in connection.execute(select(turns).where(turns.c.owner == speaker, turns.c.id.in_(gone))).all():
            blank(connection, turn, said=True)
        loose = select(examples).where(examples.c.owner == speaker, examples.c.entry.is_(None), examples.c.turn.in_(gone))
        for row in connection.execute(loose).mappings().all():
            log.delete(examples, dict(row))
    for turn in _replies_with(connection, owner, set(removed)):
        blank(connection, turn, said=False)


def taught_elsewhere(connection: Connection, person: str) -> int:
    """How many statements of a person stand in what others own."""
    return connection.execute(select(func.count()).select_from(versions).where(versions.c.said_by == person)).scalar_one()


def leave(connection: Connection, person: str) -> None:
    """Take a person's name and turns from what that person taught others, with all rights and notices.

    The statements stay: they are what their owner shares, and to take them away would bring back for everybody what was wrong before.
    Somebody's receipts that hold such a row are changed with it, so that undoing them restores exactly what stands there.
    """
    for turn in _naming(connection, person):
        blank(connection, turn, said=False)
    nobody: dict[str, Any] = {"said_by": "", "turn": None}
    for table in (versions, examples):
        connection.execute(update(table).where(table.c.said_by == person).values(**nobody))
    connection.execute(update(conflicts).where(conflicts.c.settled_by == person).values(settled_by=""))
    connection.execute(delete(notices).where(notices.c.person == person))
    connection.execute(delete(teachers).where(or_(teachers.c.owner == person, teachers.c.teacher == person)))
    for column in (journal.c.before, journal.c.after):
        for name, values in (("said_by", nobody), ("settled_by", {"settled_by": ""})):
            for row in connection.execute(select(journal.c.seq, column).where(column[name].as_string() == person)).all():
                connection.execute(update(journal).where(journal.c.seq == row[0]).values({column: {**row[1], **values}}))


def _naming(connection: Connection, person: str) -> Iterator[Row[Any]]:
    """Others' turns whose replies stand on what a person taught, or on a conflict about it, and name that person."""
    name = f" {key(person)} "
    taught = set(connection.execute(select(versions.c.entry).where(versions.c.said_by == person)).scalars())
    for turn in _replies_with(connection, person, taught):
        if name in f" {key(turn.reply['text'])} ":
            yield turn


def _replies_with(connection: Connection, owner: str, ids: set[str]) -> list[Row[Any]]:
    """The turns of everybody but one whose replies speak of some entries."""
    reply = type_coerce(turns.c.reply, Text)
    if not ids:
        return []
    query = select(turns).where(turns.c.owner != owner)
    if len(ids) <= FEW:  # the database looks for few; many are found in one pass over all
        query = query.where(or_(*(reply.contains(entry) for entry in ids)))
    found = connection.execute(query).all()
    return [turn for turn in found if ids & entries_named(turn.reply)]


def entries_named(reply: Mapping[str, Any]) -> set[str]:
    """The entries that a kept reply stands on, changed or told of."""
    return {*(item["id"] for item in (*reply.get("evidence", ()), *reply.get("changes", ()))), *reply.get("notices", ())}
