"""The desk that all branches of a turn share: reading a turn, and keeping its reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from lic import replies
from lic.branches.notices import notice
from lic.data_management.gate_rows import gate_rows
from lic.data_management.manager import DataManager
from lic.database.database import Database
from lic.errors import EmptyTurn, TurnTooLong
from lic.intent.feedback import FeedbackRecognizer
from lic.intent.personal import PersonalGates
from lic.intent.recognizer import IntentRecognizer
from lic.intent.settlements import SettlementRecognizer
from lic.intent.wishes import WishRecognizer
from lic.language import FORGOTTEN, clean, key
from lic.lessons.parts import within_reach
from lic.lessons.preparer import MAX_LESSONS, LessonPreparer
from lic.lessons.reported import as_read_by
from lic.mental_process.conflicts import Conflicts
from lic.mental_process.contradictions import told
from lic.mental_process.entries import Entries
from lic.reader.reader import Reader, Reading
from lic.self_taking.finding import Asking
from lic.self_taking.taking import SelfTaking
from lic.settings import Settings
from lic.transcript import HISTORY, Said, Transcript
from lic.types import Context, Encoder, Encoding, Entry, Intent, Lesson, Reply, Slots, Turn

FOCUS = 3
"""How many turns back an entry is still what "it" and "his" may mean."""
SETTLING = ("keep_new", "keep_old", "keep_both")
"""The buttons below what tells of a conflict."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a conversation is made of; the factory puts it together once for all conversations."""

    settings: Settings
    database: Database
    encoder: Encoder
    reader: Reader
    recognizer: IntentRecognizer
    gates: PersonalGates
    feedback: FeedbackRecognizer
    wishes: WishRecognizer
    settlements: SettlementRecognizer
    preparer: LessonPreparer
    manager: DataManager
    self_taking: SelfTaking


@dataclass(slots=True)
class Situation:
    """A turn on its way: what the models read in it, what it stands in, and what each step took so far, in seconds."""

    turn: Turn
    encoding: Encoding
    reading: Reading
    intent: Intent
    context: Context
    pending: Mapping[str, Any]
    history: list[Said]
    seconds: dict[str, float]

    @property
    def asking(self) -> Asking:
        """The turn as a question."""
        return Asking(self.turn.owner, self.turn.said_at, self.encoding, self.reading)


class AlreadyAnswered(Exception):
    """The same turn was answered while this one was on its way; it ends the transaction of the later one, which so changes nothing."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.turn)
        self.reply = reply


class Desk:
    """What a branch may do with a turn, for one person in one conversation."""

    def __init__(self, parts: Parts, owner: str, conversation: str) -> None:
        self.parts = parts
        self.owner = owner
        self.id = conversation

    def checked(self, turn: Turn) -> Turn:
        limit = self.parts.settings.max_characters
        if len(turn.text) > limit:
            raise TurnTooLong(f"This message has {len(turn.text):,} characters; {limit:,} are the most I take. Hand over long texts with `lic teach FILE`.")
        text = clean(turn.text)
        if not text:
            raise EmptyTurn("This message is empty: write something to me.")
        # A time without a zone is this computer's.
        return replace(turn, text=text, said_at=turn.said_at if turn.said_at.tzinfo else turn.said_at.astimezone())

    def read(self, turn: Turn) -> Situation:
        parts = self.parts
        with parts.database.read() as connection:
            transcript = Transcript(connection, self.owner)
            pending = transcript.pending(self.id)
            history = transcript.last(self.id, HISTORY)
            focus = _focus(Entries(connection, self.owner), history)
            corrected = gate_rows(connection, self.owner)
        previous = said_to_person(history[0].reply.text) if history and history[0].reply.text != FORGOTTEN else None
        context = Context(previous, pending.get("asks"), pending.get("question", ""), Slots(*pending.get("asked", ("", "", ""))), focus)
        [encoding] = parts.encoder.encode([turn.text])
        [reading] = parts.reader.read([encoding], [previous])
        gate = parts.gates.of(self.owner, corrected).recognizer
        intent = gate.recognize(encoding, reading, previous)
        return Situation(turn, encoding, reading, intent, context, pending, history, {"recognize": 0.0, "learn": 0.0, "take": 0.0, "generate": 0.0})

    def refused(self, connection: Connection, row: Mapping[str, Any]) -> bool:
        """Whether the gate cannot learn a new row of its task without getting worse on others; it is fitted on it here, before anything is written."""
        rows = [known for known in gate_rows(connection, self.owner) if known != row]
        return len(rows) in self.parts.gates.of(self.owner, [*rows, row]).refused

    def lessons(self, turn: Turn, intent: Intent, encoding: Encoding, reading: Reading, context: Context) -> list[Lesson]:
        """The lessons of a turn; a long one is read in parts that the encoder sees whole."""
        parts = self.parts
        texts = within_reach(parts.encoder, turn.text)
        if len(texts) == 1:
            return parts.preparer.prepare(turn, intent, encoding, reading, context)
        encodings = parts.encoder.encode(texts)
        readings = parts.reader.read(encodings, [None] * len(texts))
        lessons = [lesson for e, r in zip(encodings, readings, strict=True) for lesson in parts.preparer.prepare(turn, intent, e, r, context)]
        return list({key(lesson.statement): lesson for lesson in lessons}.values())[:MAX_LESSONS]

    def kept(
        self,
        situation: Situation,
        text: str,
        pending: Mapping[str, Any] | None = None,
        asks: Any = None,
        options: tuple[str, ...] = (),
        connection: Connection | None = None,
    ) -> Reply:
        """A reply that changes nothing that is known, written to the transcript."""
        reply = Reply(situation.turn.id, text, situation.intent, asks=asks, options=options)
        if connection is not None:
            return self.keep(connection, situation, reply, pending or {})
        return self.kept_reply(situation, reply, pending or {})

    def kept_reply(self, situation: Situation, reply: Reply, pending: Mapping[str, Any]) -> Reply:
        with self.parts.database.write() as connection:
            return self.keep(connection, situation, reply, pending)

    def keep(self, connection: Connection, situation: Situation, reply: Reply, pending: Mapping[str, Any]) -> Reply:
        """Write a turn with its reply, and return the reply: where it asks nothing, it may also tell that another teacher said otherwise."""
        if not pending and reply.asks is None:
            reply, pending = self._with_notice(connection, reply)
        pending = pending or self._still_waits(connection, situation)
        transcript = Transcript(connection, self.owner)
        if not transcript.keep(situation.turn, reply):
            said = transcript.find(situation.turn.id)
            assert said is not None, "a turn that cannot be kept is there"
            raise AlreadyAnswered(said.reply)
        if pending or situation.pending or not situation.history:
            transcript.wait_for(self.id, pending, situation.turn.said_at)
        return reply

    def _still_waits(self, connection: Connection, situation: Situation) -> Mapping[str, Any]:
        """A conflict that the last turns told of, and that nobody has settled: it may be settled a little later too."""
        waits = situation.pending
        if waits.get("kind") != "conflict" or waits["turns"] <= 1 or not Conflicts(connection, self.owner).is_open(waits["conflict"]):
            return {}
        return {**waits, "turns": waits["turns"] - 1}

    def _with_notice(self, connection: Connection, reply: Reply) -> tuple[Reply, Mapping[str, Any]]:
        conflict = Conflicts(connection, self.owner).to_be_told()
        if conflict is None:
            return reply, {}
        told(connection, conflict.id, self.owner)
        reply = replace(reply, text=f"{reply.text}\n\n{notice(conflict, self.owner)}", notices=(conflict.entry.id,))
        if conflict.settled_at is not None:
            return reply, {}
        return replace(reply, asks="choose", options=(*reply.options, *SETTLING)), settling(conflict.id)


def settling(conflict: str) -> dict[str, Any]:
    """What a conversation waits for that has told of a conflict."""
    return {"asks": "choose", "kind": "conflict", "conflict": conflict, "turns": FOCUS}


def said_to_person(reply: str) -> str:
    """What the person answers to: before an answer may stand the notice that the language model failed."""
    return reply.rpartition(replies.WITHOUT)[2]


def _focus(entries: Entries, history: Sequence[Said]) -> tuple[Entry, ...]:
    """The entries spoken of in the last turns, newest first."""
    ids = [
        found
        for said in history[:FOCUS]
        for found in (*(c.id for c in reversed(said.reply.changes) if c.target == "mental_process"), *(e.id for e in said.reply.evidence))
    ]
    found = entries.of_ids(list(dict.fromkeys(ids))) if ids else []
    return tuple(as_read_by(entry, entries.owner) for entry in found)
