"""The transcript: what was said and answered, and what each conversation waits for. Knowledge lives elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, and_, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from lic.database.tables import conversations, turns
from lic.language import FORGOTTEN
from lic.types import Act, Change, Evidence, Intent, Message, Reply, Turn

HISTORY = 6


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as it was kept, with its reply."""

    turn: Turn
    reply: Reply
    status: str


class Transcript:
    """The conversations of one person within one transaction."""

    def __init__(self, connection: Connection, owner: str) -> None:
        self._connection = connection
        self._owner = owner

    def find(self, turn: str) -> Said | None:
        """A turn by its id."""
        row = self._connection.execute(select(turns).where(turns.c.owner == self._owner, turns.c.id == turn)).first()
        return _said(row) if row else None

    def last(self, conversation: str, n: int = 1) -> list[Said]:
        """The last turns of a conversation that stand, the newest first."""
        query = (
            select(turns)
            .where(turns.c.owner == self._owner, turns.c.conversation == conversation, turns.c.status != "replaced")
            .order_by(turns.c.seq.desc())
            .limit(n)
        )
        return [_said(row) for row in self._connection.execute(query)]

    def since(self, conversation: str, turn: str) -> list[Said]:
        """A turn and all that stand after it in its conversation, the newest first."""
        here = and_(turns.c.owner == self._owner, turns.c.conversation == conversation)
        start = select(turns.c.seq).where(here, turns.c.id == turn).scalar_subquery()
        query = select(turns).where(here, turns.c.seq >= start, turns.c.status != "replaced").order_by(turns.c.seq.desc())
        return [_said(row) for row in self._connection.execute(query)]

    def conversations(self, limit: int = 50) -> list[tuple[str, str, datetime]]:
        """Conversations with something in them: id, first words and start, the newest first."""
        first = select(turns.c.seq).where(turns.c.owner == self._owner, turns.c.status == "said").order_by(turns.c.seq.desc()).limit(2000)
        seen: dict[str, tuple[str, str, datetime]] = {}
        for row in self._connection.execute(select(turns).where(turns.c.seq.in_(first)).order_by(turns.c.seq)):
            seen.setdefault(row.conversation, (row.conversation, row.text, datetime.fromisoformat(row.said_at)))
        return sorted(seen.values(), key=lambda item: item[2], reverse=True)[:limit]

    def conversations_from(self, begins: str) -> list[str]:
        """The conversations whose names begin so and in which something stands, the last one first."""
        query = (
            select(turns.c.conversation)
            .where(turns.c.owner == self._owner, turns.c.status == "said", turns.c.conversation.startswith(begins, autoescape=True))
            .group_by(turns.c.conversation)
            .order_by(func.max(turns.c.seq).desc())
        )
        return list(self._connection.execute(query).scalars())

    def messages(self, said: Sequence[Said]) -> tuple[Message, ...]:
        """Turns and replies as messages, the oldest first."""
        return tuple(
            message for item in reversed(said) if _stands(item) for message in (Message("user", item.turn.text), Message("assistant", item.reply.text))
        )

    def search(self, words: str, k: int) -> list[Said]:
        """Turns that contain some words, the newest first: what was only said, learned or not."""
        pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = select(turns).where(turns.c.owner == self._owner, turns.c.status == "said", turns.c.text.like(pattern, escape="\\"))
        return [_said(row) for row in self._connection.execute(query.order_by(turns.c.seq.desc()).limit(k))]

    def keep(self, turn: Turn, reply: Reply, anew: bool = False) -> bool:
        """Write a turn with its reply; False where the turn stands with a reply already, which only `anew` replaces."""
        row = {
            "id": turn.id,
            "owner": self._owner,
            "conversation": turn.conversation,
            "text": turn.text,
            "image": turn.image,
            "said_at": turn.said_at.isoformat(),
            "act": reply.intent.act,
            "probability": reply.intent.probability,
            "teaching_probability": reply.intent.teaching_probability,
            "teaching": reply.intent.teaching,
            "reply": _packed(reply),
            "receipt": reply.receipt,
            "status": "said",
        }
        changed = {name: value for name, value in row.items() if name not in ("id", "owner", "conversation", "said_at")}
        again = (
            upsert(turns).values(row).on_conflict_do_update(index_elements=["owner", "id"], set_=changed, where=None if anew else turns.c.status == "replaced")
        )
        return self._connection.execute(again).rowcount == 1

    def mark(self, turn: str, status: str) -> None:
        """Set a turn's status; a forgotten one stays forgotten."""
        here = and_(turns.c.owner == self._owner, turns.c.id == turn, turns.c.status != "forgotten")
        self._connection.execute(update(turns).where(here).values(status=status))

    def blank(self, turn: str) -> None:
        """Take the words out of a turn and its reply, for good."""
        for row in self._connection.execute(select(turns).where(turns.c.owner == self._owner, turns.c.id == turn)).all():
            emptied = {"text": FORGOTTEN, "evidence": [], "changes": [], "options": [], "trace": [], "notices": []}
            values = {"text": FORGOTTEN, "status": "forgotten", "reply": {**row.reply, **emptied}}
            self._connection.execute(update(turns).where(turns.c.seq == row.seq).values(**values))

    def pending(self, conversation: str) -> dict[str, Any]:
        """What a conversation waits for; empty where it waits for nothing."""
        query = select(conversations.c.pending).where(conversations.c.owner == self._owner, conversations.c.id == conversation)
        return self._connection.execute(query).scalar() or {}

    def wait_for(self, conversation: str, pending: Mapping[str, Any], at: datetime) -> None:
        """Set what a conversation waits for."""
        found = self._connection.execute(
            select(conversations.c.pending).where(conversations.c.owner == self._owner, conversations.c.id == conversation)
        ).first()
        if found is None:
            row = {"owner": self._owner, "id": conversation, "created_at": at.isoformat(), "pending": dict(pending)}
            self._connection.execute(insert(conversations), row)
        elif found.pending != dict(pending):
            self._connection.execute(
                update(conversations).where(conversations.c.owner == self._owner, conversations.c.id == conversation).values(pending=dict(pending))
            )


def _stands(said: Said) -> bool:
    return said.status == "said" and said.reply.text != FORGOTTEN


def _packed(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "changes": [change.as_json() for change in reply.changes],
        "evidence": [item.as_json() for item in reply.evidence],
        "abstained": reply.abstained,
        "asks": reply.asks,
        "options": list(reply.options),
        "trace": list(reply.trace),
        "notices": list(reply.notices),
    }


def _said(row: Row[Any]) -> Said:
    kept = row.reply
    turn = Turn(row.id, row.text, row.owner, row.conversation, datetime.fromisoformat(row.said_at), row.image)
    reply = Reply(
        turn=row.id,
        text=kept["text"],
        intent=Intent(cast(Act, row.act), row.probability, row.teaching_probability, row.teaching),
        changes=tuple(Change(**change) for change in kept["changes"]),
        evidence=tuple(Evidence(**item) for item in kept["evidence"]),
        abstained=kept["abstained"],
        asks=kept["asks"],
        options=tuple(kept["options"]),
        receipt=row.receipt,
        trace=tuple(kept["trace"]),
        notices=tuple(kept.get("notices", ())),
    )
    return Said(turn, reply, row.status)
