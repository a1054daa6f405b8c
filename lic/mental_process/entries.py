"""The entries that one person may see. Every query of this module carries the wall: own entries and shared ones, no others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import numpy as np
from sqlalchemy import ColumnElement, Connection, CursorResult, Row, Select, and_, bindparam, func, or_, select

from lic.database.changes import ChangeLog
from lic.database.tables import conflicts, entries, versions
from lic.errors import NotFound
from lic.language import content_hash, key
from lic.mental_process.contradictions import contradicted
from lic.mental_process.roles import changed_by
from lic.types import Entry, Section, Slots, Vector

_COLUMNS = (
    entries.c.id,
    entries.c.owner,
    entries.c.shared,
    entries.c.section,
    entries.c.topic,
    entries.c.subject,
    entries.c.relation,
    entries.c.many,
    entries.c.created_at,
    versions.c.number,
    versions.c.text,
    versions.c.value,
    versions.c.question,
    versions.c.turn,
    versions.c.said_at,
    versions.c.holds_from,
    versions.c.holds_until,
    versions.c.said_by,
)
_SHARED: ColumnElement[bool] = and_(entries.c.shared.is_(True), versions.c.number >= func.coalesce(entries.c.shared_from, 0))
_SEES: ColumnElement[bool] = or_(entries.c.owner == bindparam("sees"), _SHARED)
"""What an entry said before it was shared stays its owner's, also where that holds again."""
_CURRENT: Select[Any] = (
    select(*_COLUMNS)  # pyright: ignore[reportAssignmentType] -- more columns than the stubs count
    .join(versions, and_(versions.c.entry == entries.c.id, versions.c.valid_to.is_(None)))
    .where(_SEES)
)
"""Built once: putting a statement together takes as long as a small one runs."""
_SEES_VERSION: ColumnElement[bool] = or_(entries.c.owner == bindparam("sees"), versions.c.valid_to.is_(None), entries.c.shared_from.is_not(None))
"""Where it is not known since when an entry is shared, others see its current version alone."""

FEW = 4
"""So many values are looked for one by one; for more, all that is known is read once."""


@dataclass(frozen=True, slots=True)
class Version:
    """One wording that an entry had: when and by whom it was said, when LIC took it for true, and from when until when it held.

    It held from when it says itself, or from when it was said, but never before the wording that it replaced, until it ended or was replaced.
    `said_by` is empty where who said it is forgotten.
    """

    number: int
    text: str
    value: str
    turn: str | None
    said_by: str
    said_at: datetime
    valid_from: datetime
    valid_to: datetime | None
    begins: datetime
    ends: datetime | None
    holds_until: datetime | None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What an entry is made from; times in ISO form, the vector of unit length."""

    section: Section
    topic: str
    text: str
    question: str
    slots: Slots
    many: bool
    vector: Vector
    turn: str | None
    said_at: str
    at: str
    holds_from: str | None = None
    holds_until: str | None = None


class Entries:
    """The entries of one person within one transaction.

    Methods that speak of own entries read among others instead where these are named by a condition (`lic.mental_process.roles`).
    """

    def __init__(self, connection: Connection, owner: str, among: ColumnElement[bool] | None = None) -> None:
        self._connection = connection
        self.owner = owner
        self._among: ColumnElement[bool] = entries.c.owner == owner if among is None else among

    # Reading ---------------------------------------------------------------------------------------------------------

    def get(self, entry: str) -> Entry:
        """One current entry. Raises NotFound, also where it is another person's."""
        found = self._seen(_CURRENT.where(entries.c.id == entry)).first()
        if found is None:
            raise NotFound(f"No entry {entry!r} is known to you; `lic memory list` shows those that are.")
        return _entry(found)

    def of_versions(self, seqs: Sequence[int]) -> dict[int, tuple[Entry, Vector]]:
        """The entries whose current versions have these numbers, as far as they may be seen, with their vectors."""
        query = _CURRENT.add_columns(versions.c.seq, versions.c.vector).where(versions.c.seq.in_(seqs))
        return {row.seq: (_entry(row), np.frombuffer(row.vector, np.float16).astype(np.float32)) for row in self._seen(query)}

    def exist(self) -> bool:
        """Whether there is any own entry."""
        return self._connection.execute(select(entries.c.id).where(self._among).limit(1)).first() is not None

    def own(self, ids: Collection[str]) -> list[Entry]:
        """Own current entries with these ids."""
        return self._own(entries.c.id.in_(ids))

    def of_ids(self, ids: Sequence[str]) -> list[Entry]:
        """The current entries with these ids that still exist, in the order of the ids."""
        found = {row.id: _entry(row) for row in self._seen(_CURRENT.where(entries.c.id.in_(ids)))}
        return [found[i] for i in ids if i in found]

    def listed(self, section: Section | None = None, topic: str | None = None, limit: int | None = None, offset: int = 0) -> list[Entry]:
        """Current entries, the newest first."""
        query = _CURRENT.order_by(versions.c.seq.desc())
        if section is not None:
            query = query.where(entries.c.section == section)
        if topic is not None:
            query = query.where(entries.c.topic == topic)
        return [_entry(row) for row in self._seen(query.limit(limit).offset(offset))]

    def count(self) -> int:
        """How many current entries there are."""
        query = select(func.count()).select_from(entries.join(versions)).where(_SEES, versions.c.valid_to.is_(None))
        return self._seen(query).scalar_one()

    def answering(self, subject: str, relation: str) -> list[Entry]:
        """Own current entries with exactly this subject and relation."""
        query = _CURRENT.where(self._among, entries.c.subject_key == key(subject), entries.c.relation_key == key(relation))
        return [_entry(row) for row in self._seen(query.order_by(versions.c.seq.desc()))]

    def about(self, subject: str) -> list[Entry]:
        """Own current entries with this subject."""
        query = _CURRENT.where(self._among, entries.c.subject_key == key(subject))
        return [_entry(row) for row in self._seen(query)]

    def concerning(self, subject: str, limit: int, everywhere: bool = False) -> list[tuple[Entry, Vector]]:
        """Own current entries about a subject in any of its forms, alone, with a name behind it, or as the owner of something, with their vectors.

        Where it is known by a name, also those about the name: of my sister, who is Ines, those about Ines. `everywhere` also finds it at the end of
        another subject (my sister Ines), for which all of a person's entries are looked through.
        """
        names = {
            key(subject),
            *(key(entry.slots.value) for entry in self.about(subject) if entry.slots.value[:1].isupper() and len(entry.slots.value.split()) <= 3),
        }
        forms = [form for name in names if name for form in (entries.c.subject_key == name, _begins(name, " "), _begins(name, "'s "))]
        forms += [entries.c.subject_key.endswith(f" {name}", autoescape=True) for name in names if name and everywhere]
        # One query each: joined by "or", none of them would find its range in the index.
        found = {entry.id: (entry, vector) for form in forms for entry, vector in self._with_vectors(form, limit)}
        return sorted(found.values(), key=lambda item: item[0].said_at, reverse=True)[:limit]

    def said_between(self, begins: datetime, ends: datetime) -> list[Entry]:
        """What this person said in a time and what still holds, also in what others shared, the newest first.

        Times are compared as moments, whatever zone they were said in.
        """
        moment = func.julianday(versions.c.said_at).between(func.julianday(_iso(begins)), func.julianday(_iso(ends)))
        query = _CURRENT.where(or_(and_(entries.c.owner == self.owner, versions.c.said_by.is_(None)), versions.c.said_by == self.owner), moment)
        return [_entry(row) for row in self._seen(query.order_by(versions.c.seq.desc()))]

    def saying(self, statement: str) -> list[Entry]:
        """Own current entries that say just this."""
        query = _CURRENT.where(self._among, versions.c.content == content_hash(key(statement)))
        return [_entry(row) for row in self._seen(query)]

    def with_subject(self, subject: str, limit: int) -> list[tuple[Entry, Vector]]:
        """Own current entries with a subject, alone or before a name (my sister, my sister Ines), each with its vector; the newest first."""
        first = key(subject)
        # One range, so that the index finds it.
        return self._with_vectors(and_(entries.c.subject_key >= first, entries.c.subject_key < f"{first} \uffff"), limit)

    def with_slots(self, slots: Slots, limit: int) -> list[tuple[Entry, Vector]]:
        """Own current entries with just this subject and relation, each with its vector; the newest first."""
        return self._with_vectors(and_(entries.c.subject_key == key(slots.subject), entries.c.relation_key == key(slots.relation)), limit)

    def _with_vectors(self, condition: ColumnElement[bool], limit: int | None = None) -> list[tuple[Entry, Vector]]:
        query = _CURRENT.add_columns(versions.c.vector).where(self._among, condition).order_by(versions.c.seq.desc()).limit(limit)
        return [(_entry(row), np.frombuffer(row.vector, np.float16).astype(np.float32)) for row in self._seen(query)]

    def _own(self, condition: ColumnElement[bool], limit: int | None = None) -> list[Entry]:
        query = _CURRENT.where(self._among, condition).order_by(versions.c.seq.desc()).limit(limit)
        return [_entry(row) for row in self._seen(query)]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """The sentence vectors of current entries."""
        query: Any = select(versions.c.entry, versions.c.vector).join(entries).where(versions.c.entry.in_(ids), versions.c.valid_to.is_(None), _SEES)
        return {row.entry: np.frombuffer(row.vector, np.float16).astype(np.float32) for row in self._seen(query)}

    def values_among(self, values: Collection[str], but: Collection[str]) -> set[str]:
        """The keys of those of some values that own current entries hold, but for some entries."""
        query = select(entries.c.id, versions.c.value).join(versions).where(entries.c.owner == self.owner, versions.c.valid_to.is_(None))
        few = len(values) <= FEW
        queries = [query.where(versions.c.text.icontains(value, autoescape=True)) for value in values] if few else [query]
        found = {key(row.value) for one in queries for row in self._connection.execute(one) if row.id not in but}
        return found & {key(value) for value in values}

    def history(self, entry: str) -> list[Version]:
        """All versions of an entry, the oldest first; of what others shared those since then. Raises NotFound."""
        query: Any = select(versions, entries.c.owner).join(entries).where(entries.c.id == entry, _SEES, _SEES_VERSION).order_by(versions.c.number)
        rows = self._seen(query).all()
        if not rows:
            raise NotFound(f"No entry {entry!r} is known to you; `lic memory list` shows those that are.")
        begins: list[datetime] = []
        for row in rows:
            stated, said, before = _time(row.holds_from), datetime.fromisoformat(row.said_at), begins[-1:]
            begins.append(stated if stated and before < [stated] else max((said, *before)))
        return [
            Version(
                number=row.number,
                text=row.text,
                value=row.value,
                turn=row.turn,
                said_by=row.owner if row.said_by is None else row.said_by,
                said_at=datetime.fromisoformat(row.said_at),
                valid_from=datetime.fromisoformat(row.valid_from),
                valid_to=_time(row.valid_to),
                begins=begins[i],
                ends=_time(row.holds_until) or (begins[i + 1] if i + 1 < len(rows) else None),
                holds_until=_time(row.holds_until),
            )
            for i, row in enumerate(rows)
        ]

    # Writing ---------------------------------------------------------------------------------------------------------

    def add(self, log: ChangeLog, new: NewEntry) -> str:
        """Add an entry with its first version and return its id, which is made from owner, turn and text."""
        entry_id = content_hash(self.owner, new.turn or new.at, new.text, str(len(log.rows)))
        log.insert(
            entries,
            {
                "id": entry_id,
                "owner": self.owner,
                "shared": False,
                "section": new.section,
                "topic": new.topic,
                "subject": new.slots.subject,
                "relation": new.slots.relation,
                "subject_key": key(new.slots.subject),
                "relation_key": key(new.slots.relation),
                "many": new.many,
                "created_at": new.at,
                "shared_from": None,
            },
        )
        self._insert_version(log, entry_id, 1, new)
        return entry_id

    def replace(self, log: ChangeLog, entry: str, new: NewEntry) -> str | None:
        """Close the current version of an entry and open a new one, and return the id of the conflict that this makes, if it makes one.

        Raises NotFound where the entry is neither one's own nor one that one may teach.
        """
        old = self._taught_version(entry)
        # A clock may go back; what comes later is later.
        at = later(old["valid_from"], new.at)
        log.update(versions, old, {"valid_to": at})
        self._insert_version(log, entry, old["number"] + 1, replace(new, at=at), said_by=self._speaker_in(entry))
        return contradicted(log, entry, old, self.owner, at)

    def join(self, log: ChangeLog, entry: str, newer: str) -> str | None:
        """Make the current version of an own entry the newest version of another, and remove the one.

        Returns a conflict and raises NotFound as `replace` does.
        """
        old, version = self._taught_version(entry), self._own_version(newer)
        self.remove(log, newer)
        at = later(old["valid_from"], version["valid_from"])
        log.update(versions, old, {"valid_to": at})
        moved = {name: value for name, value in version.items() if name != "seq"}
        log.insert(versions, moved | {"entry": entry, "number": old["number"] + 1, "valid_from": at, "said_by": self._speaker_in(entry)})
        return contradicted(log, entry, old, self.owner, at)

    def limit(self, log: ChangeLog, entry: str, until: str) -> None:
        """Let what an own entry says hold until a time. Raises NotFound."""
        log.update(versions, self._own_version(entry), {"holds_until": until})

    def remove(self, log: ChangeLog, entry: str) -> list[dict[str, Any]]:
        """Remove an own entry with all versions, and return the versions' rows. Raises NotFound."""
        self._own_version(entry)
        for conflict in self._connection.execute(select(conflicts).where(conflicts.c.entry == entry)).mappings().all():
            log.delete(conflicts, dict(conflict))
        old = [dict(row) for row in self._connection.execute(select(versions).where(versions.c.entry == entry)).mappings()]
        for version in old:
            log.delete(versions, version)
        row = self._connection.execute(select(entries).where(entries.c.id == entry)).mappings().one()
        log.delete(entries, dict(row))
        return old

    def share(self, log: ChangeLog, entry: str, shared: bool) -> None:
        """Let everybody read an own entry from its current version on, or nobody else. Raises NotFound."""
        version = self._own_version(entry)
        row = self._connection.execute(select(entries).where(entries.c.id == entry)).mappings().one()
        log.update(entries, dict(row), {"shared": shared, "shared_from": version["number"] if shared else None})

    def _own_version(self, entry: str) -> dict[str, Any]:
        found = self._version(entry, entries.c.owner == self.owner)
        if found is None:
            raise NotFound(f"No entry {entry!r} of your own is known; what others shared only they can change.")
        return found

    def _taught_version(self, entry: str) -> dict[str, Any]:
        found = self._version(entry, or_(entries.c.owner == self.owner, and_(changed_by(self.owner), _SHARED)))
        if found is None:
            raise NotFound(f"No entry {entry!r} of your own is known; what others shared only they can change, and the teachers whom they named.")
        return found

    def _version(self, entry: str, condition: ColumnElement[bool]) -> dict[str, Any] | None:
        query = select(versions).join(entries).where(entries.c.id == entry, condition, versions.c.valid_to.is_(None))
        found = self._connection.execute(query).mappings().first()
        return dict(found) if found is not None else None

    def _speaker_in(self, entry: str) -> str | None:
        """This person as who said a version of an entry; None where it is the own entry."""
        owner = self._connection.execute(select(entries.c.owner).where(entries.c.id == entry)).scalar_one()
        return None if owner == self.owner else self.owner

    def _insert_version(self, log: ChangeLog, entry: str, number: int, new: NewEntry, said_by: str | None = None) -> None:
        log.insert(
            versions,
            {
                "entry": entry,
                "number": number,
                "text": new.text,
                "value": new.slots.value,
                "question": new.question,
                "content": content_hash(key(new.text)),
                "turn": new.turn,
                "said_at": new.said_at,
                "valid_from": new.at,
                "valid_to": None,
                "holds_from": new.holds_from,
                "holds_until": new.holds_until,
                "vector": new.vector.astype(np.float16).tobytes(),
                "said_by": said_by,
            },
        )

    def _seen(self, query: Select[Any]) -> CursorResult[Any]:
        """Run a query that carries the wall for this person."""
        return self._connection.execute(query, {"sees": self.owner})


def _iso(at: datetime) -> str:
    # The database's calendar begins later than Python's year 1.
    return max(at, datetime(1000, 1, 1, tzinfo=at.tzinfo)).isoformat()


def _begins(subject: str, after: str) -> ColumnElement[bool]:
    """Whether a subject begins with these words; a range, so that the index finds it."""
    return and_(entries.c.subject_key >= f"{subject}{after}", entries.c.subject_key < f"{subject}{after}\uffff")


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        version=row.number,
        owner=row.owner,
        shared=row.shared,
        section=cast(Section, row.section),
        topic=row.topic,
        text=row.text,
        question=row.question,
        slots=Slots(row.subject, row.relation, row.value),
        many=row.many,
        said_at=datetime.fromisoformat(row.said_at),
        turn=row.turn,
        created_at=datetime.fromisoformat(row.created_at),
        holds_from=_time(row.holds_from),
        holds_until=_time(row.holds_until),
        said_by=row.said_by,
    )


def later(one: str, other: str) -> str:
    """The later of two moments, whatever zone they are told in."""
    return max(one, other, key=datetime.fromisoformat)


def _time(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
