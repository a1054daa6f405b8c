"""One turn, from start to end: the only place where the teaching branch and the answering branch meet."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from lic import replies
from lic.data_management.manager import Commit, DataManager, Prepared
from lic.database.database import Database
from lic.errors import EmptyTurn, NotFound, NothingToUndo, TurnTooLong
from lic.intent.feedback import FeedbackRecognizer
from lic.intent.recognizer import IntentRecognizer
from lic.language import clean, key, lower_first, turned
from lic.lessons.preparer import LessonPreparer
from lic.lessons.tagger import named_in, question_slots
from lic.mental_process.entries import Entries
from lic.reader import Reader, Reading
from lic.self_taking.taking import Answer, SelfTaking, Taking
from lic.settings import Settings
from lic.transcript import HISTORY, Said, Transcript
from lic.types import (
    TEACHING_ACTS,
    Act,
    Context,
    Encoder,
    Encoding,
    Entry,
    Evidence,
    Intent,
    Lesson,
    Receipt,
    Reply,
    Slots,
    StopSignal,
    Taken,
    Turn,
)

FORGET_FROM = 0.5
"""Entries that answer "what is …" of a wish to forget at least this surely are what is meant."""
FOCUS = 3
NEVER = threading.Event()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a conversation is made of; the factory puts it together once for all conversations."""

    settings: Settings
    database: Database
    encoder: Encoder
    reader: Reader
    recognizer: IntentRecognizer
    feedback: FeedbackRecognizer
    preparer: LessonPreparer
    manager: DataManager
    self_taking: SelfTaking


@dataclass(slots=True)
class Situation:
    """A turn on its way: what the models read in it and what it stands in."""

    turn: Turn
    encoding: Encoding
    reading: Reading
    intent: Intent
    context: Context
    pending: Mapping[str, Any]
    history: list[Said]
    seconds: dict[str, float]


class Conversation:
    """Turns in, replies out, for one person in one conversation."""

    def __init__(self, parts: Parts, owner: str, conversation: str) -> None:
        self._parts = parts
        self.owner = owner
        self.id = conversation

    def respond(self, turn: Turn) -> Reply:
        """The whole reply to a turn. Raises TurnError where the turn cannot be taken, StoreError where it cannot be kept."""
        for piece in self.stream(turn):
            if isinstance(piece, Reply):
                return piece
        raise AssertionError("a stream ends with its reply")

    def stream(self, turn: Turn, stop: StopSignal = NEVER) -> Iterator[str | Reply]:
        """Pieces of the reply's text as they come, and at the end the reply itself, which is then on the disk.

        The same turn again gives the same reply and writes nothing.
        """
        began = time.perf_counter()
        turn = self._checked(turn)
        with self._parts.database.read() as connection:
            said = Transcript(connection, self.owner).find(turn.id)
        if said is not None and said.status == "said":
            yield said.reply.text
            yield said.reply
            return
        situation = self._read(turn)
        situation.seconds["recognize"] = time.perf_counter() - began
        reply = self._acted(situation)
        if reply is not None:
            yield reply.text
        else:
            for piece in self._answered(situation, stop):
                if isinstance(piece, Reply):
                    reply = piece
                else:
                    yield piece
        assert reply is not None
        situation.seconds["total"] = time.perf_counter() - began
        yield replace(reply, seconds=situation.seconds)

    # Taking a turn back ----------------------------------------------------------------------------------------------

    def take_back(self, turn: str) -> None:
        """Remove a turn and all after it from the conversation, and undo what they taught, the last first."""
        at = datetime.now(UTC)
        commits: list[Commit] = []
        with self._parts.database.write() as connection:
            transcript = Transcript(connection, self.owner)
            for said in transcript.since(self.id, turn):
                if said.reply.receipt is not None:
                    try:
                        commits.append(self._parts.manager.undo(connection, self.owner, said.reply.receipt, at))
                    except NothingToUndo:
                        pass  # undone before, by hand
                transcript.mark(said.turn.id, "replaced")
            transcript.wait_for(self.id, {}, at)
        for commit in commits:
            self._parts.manager.committed(commit)

    def history(self, n: int = 200) -> list[Said]:
        """The turns that stand, the oldest first."""
        with self._parts.database.read() as connection:
            return list(reversed(Transcript(connection, self.owner).last(self.id, n)))

    # Reading a turn --------------------------------------------------------------------------------------------------

    def _checked(self, turn: Turn) -> Turn:
        limit = self._parts.settings.max_characters
        if len(turn.text) > limit:
            raise TurnTooLong(f"This message has {len(turn.text):,} characters; {limit:,} are the most I take. Hand over long texts with `lic teach FILE`.")
        text = clean(turn.text)
        if not text:
            raise EmptyTurn("This message is empty: write something to me.")
        return replace(turn, text=text)

    def _read(self, turn: Turn) -> Situation:
        parts = self._parts
        with parts.database.read() as connection:
            transcript = Transcript(connection, self.owner)
            pending = transcript.pending(self.id)
            history = transcript.last(self.id, HISTORY)
            focus = _focus(Entries(connection, self.owner), history)
        previous = history[0].reply.text if history and history[0].status == "said" else None
        context = Context(previous, pending.get("asks"), pending.get("question", ""), Slots(*pending.get("asked", ("", "", ""))), focus)
        [encoding] = parts.encoder.encode([turn.text])
        [reading] = parts.reader.read([encoding], [previous])
        intent = parts.recognizer.recognize(encoding, reading, previous)
        return Situation(turn, encoding, reading, intent, context, pending, history, {"recognize": 0.0, "learn": 0.0, "take": 0.0, "generate": 0.0})

    # The branches ----------------------------------------------------------------------------------------------------

    def _acted(self, situation: Situation) -> Reply | None:
        """The reply of a turn that changes something or asks about what was said; None where it is to be answered."""
        began = time.perf_counter()
        reply = self._decided(situation)
        situation.seconds["learn"] = time.perf_counter() - began if reply is not None else 0.0
        return reply

    def _decided(self, situation: Situation) -> Reply | None:
        if situation.turn.image is not None:
            return self._kept(situation, replies.PICTURES_LATER)
        waiting = situation.pending.get("asks") == "confirm"
        act = situation.intent.act
        if waiting and act == "confirm":
            return self._confirmed(situation)
        if act == "deny" and (waiting or situation.pending.get("asks") == "teach"):
            return self._kept(situation, replies.ALL_RIGHT)
        by_act: Mapping[Act, Callable[[Situation], Reply | None]] = {
            "undo": self._undo,
            "forget": self._forget,
            "why": self._why,
            "feedback": self._feedback,
            "task": lambda s: self._kept(s, replies.TASKS_LATER),
        }
        if act in by_act:
            return by_act[act](situation)
        settings = self._parts.settings
        answers_question = situation.context.asks == "teach" and act not in ("question", "request", "why")
        if situation.intent.teaching_probability >= settings.ask_below:
            return self._teach(situation)
        if situation.intent.teaching_probability >= settings.ignore_below or (answers_question and situation.intent.teaching_probability >= 0.25):
            return self._ask_whether(situation)
        return None

    # Teaching --------------------------------------------------------------------------------------------------------

    def _teach(self, situation: Situation) -> Reply:
        if situation.pending.get("asks") == "confirm" and situation.intent.act == "correction":
            return self._confirmed_otherwise(situation)
        lessons = self._lessons(situation.turn, situation.intent, situation.encoding, situation.reading, situation.context)
        if not lessons:
            return self._kept(situation, replies.NOTHING_TO_TAKE)
        return self._learned(situation, situation.turn, self._parts.manager.encode(lessons, situation.encoding))

    def _ask_whether(self, situation: Situation) -> Reply | None:
        intent = situation.intent if situation.intent.act in TEACHING_ACTS else replace(situation.intent, act=_likely_teaching_act(situation.context))
        lessons = self._lessons(situation.turn, intent, situation.encoding, situation.reading, situation.context)
        if not lessons:
            return None
        context = situation.context
        asked = [context.asked.subject, context.asked.relation, ""]
        pending = {"asks": "confirm", "kind": "remember", "turn": situation.turn.id, "act": intent.act, "question": context.question, "asked": asked}
        return self._kept(situation, replies.confirm(lessons), pending, asks="confirm", options=("yes", "no"))

    def _lessons(self, turn: Turn, intent: Intent, encoding: Encoding, reading: Reading, context: Context) -> list[Lesson]:
        return self._parts.preparer.prepare(turn, intent, encoding, reading, context)

    def _learned(self, situation: Situation, source: Turn, prepared: Sequence[Prepared]) -> Reply:
        """Learn in one transaction with the transcript: the entries, their rows, the receipt and the reply, or nothing."""
        at = _now(situation.turn)
        with self._parts.database.write() as connection:
            commit = self._parts.manager.learn(connection, source, prepared, at)
            receipt = commit.receipt
            changed = bool(receipt.changes)
            reply = Reply(
                turn=situation.turn.id,
                text=replies.learned(receipt) or replies.NOTHING_TO_TAKE,
                intent=situation.intent,
                changes=receipt.changes,
                options=_learning_options(receipt) if changed else (),
                receipt=receipt.id if changed else None,
                trace=(f"learned {len(prepared)} lesson{'s' if len(prepared) != 1 else ''}",),
            )
            self._keep(connection, situation, reply, {})
        self._parts.manager.committed(commit)
        return reply

    def _confirmed(self, situation: Situation) -> Reply:
        pending = situation.pending
        if pending.get("kind") == "forget":
            with self._parts.database.read() as connection:
                chosen = Entries(connection, self.owner).of_ids(pending["entries"])
            return self._forgotten(situation, chosen, pending["about"])
        source, lessons, encoding = self._asked_lessons(situation)
        if not lessons or source is None:
            return self._kept(situation, replies.NOTHING_TO_TAKE)
        return self._learned(situation, source, self._parts.manager.encode(lessons, encoding))

    def _confirmed_otherwise(self, situation: Situation) -> Reply:
        """ "No, walnuts": the asked lesson with another value."""
        source, asked, _ = self._asked_lessons(situation)
        if not asked or source is None:
            return self._kept(situation, replies.NOTHING_TO_TAKE)
        shown = _as_entry(asked[0], source)
        context = replace(situation.context, focus=(shown,), asks=None)
        lessons = [
            replace(lesson, target=None, correction=False, denied="")
            for lesson in self._lessons(situation.turn, situation.intent, situation.encoding, situation.reading, context)
        ]
        if not lessons:
            return self._kept(situation, replies.NOTHING_TO_TAKE)
        return self._learned(situation, situation.turn, self._parts.manager.encode(lessons, situation.encoding))

    def _asked_lessons(self, situation: Situation) -> tuple[Turn | None, list[Lesson], Encoding]:
        """The lessons of the turn that LIC asked about, prepared again from what was said."""
        with self._parts.database.read() as connection:
            said = Transcript(connection, self.owner).find(situation.pending["turn"])
        if said is None or said.status != "said":
            return None, [], situation.encoding
        [encoding] = self._parts.encoder.encode([said.turn.text])
        [reading] = self._parts.reader.read([encoding], [None])
        intent = replace(said.reply.intent, act=situation.pending["act"], teaching=True)
        question = situation.pending.get("question", "")
        asked = Slots(*situation.pending.get("asked", ("", "", "")))
        context = Context(None, "teach" if question else None, question, asked, situation.context.focus)
        return said.turn, self._lessons(said.turn, intent, encoding, reading, context), encoding

    # Managing --------------------------------------------------------------------------------------------------------

    def _undo(self, situation: Situation) -> Reply:
        at = _now(situation.turn)
        try:
            with self._parts.database.write() as connection:
                commit = self._parts.manager.undo(connection, self.owner, None, at)
                reply = Reply(situation.turn.id, replies.undone(commit.receipt), situation.intent, changes=commit.receipt.changes)
                self._keep(connection, situation, reply, {})
        except NothingToUndo as nothing:
            return self._kept(situation, str(nothing))
        self._parts.manager.committed(commit)
        return reply

    def _forget(self, situation: Situation) -> Reply:
        slots = question_slots(situation.encoding, situation.reading)
        pointing = not slots.relation and (not slots.subject or slots.subject.lower() in ("that", "it", "this", "them", "those"))
        with self._parts.database.read() as connection:
            found = self._parts.self_taking.candidates(connection, self.owner, situation.encoding, situation.reading)
            own = [item for item in found if item.entry.owner == self.owner]
            if pointing:
                chosen, sure = list(situation.context.focus[:1]), True
            else:
                chosen, sure = _to_forget(own, slots.subject, slots.relation, Entries(connection, self.owner))
        if not chosen:
            return self._kept(situation, replies.NOTHING_ABOUT_THAT)
        about = _about(named_in(situation.encoding, situation.reading), pointing, chosen)
        if sure:
            return self._forgotten(situation, chosen, about)
        pending = {"asks": "confirm", "kind": "forget", "entries": [entry.id for entry in chosen], "about": about}
        return self._kept(situation, replies.confirm_forgetting(chosen), pending, asks="confirm", options=("yes", "no"))

    def _forgotten(self, situation: Situation, chosen: Sequence[Entry], about: str) -> Reply:
        if not chosen:
            return self._kept(situation, replies.NOTHING_ABOUT_THAT)
        at = _now(situation.turn)
        with self._parts.database.write() as connection:
            try:
                commit = self._parts.manager.forget(connection, self.owner, chosen, at)
            except NotFound as not_own:
                return self._kept(situation, str(not_own), connection=connection)
            changes = tuple(replace(change, before=None) for change in commit.receipt.changes)
            reply = Reply(situation.turn.id, replies.forgotten(commit.receipt, about), situation.intent, changes=changes)
            self._keep(connection, situation, reply, {})
        self._parts.manager.forgotten(commit)
        return reply

    def _why(self, situation: Situation) -> Reply:
        last = next((said for said in situation.history if said.reply.evidence or said.reply.changes), None)
        said_last = situation.history[0] if situation.history else None
        if said_last is not None and not (said_last.reply.evidence or said_last.reply.changes) and said_last.reply.intent.act != "why":
            last = None
        with self._parts.database.read() as connection:
            entries = Entries(connection, self.owner)
            ids = [item.id for item in last.reply.evidence] or [change.id for change in last.reply.changes] if last else []
            found = entries.of_ids(ids)
            if not found:
                known = self._parts.self_taking.candidates(connection, self.owner, situation.encoding, situation.reading)
                found = [item.entry for item in known[:1] if item.score >= FORGET_FROM]
            reasons = [self._reason(connection, entry, situation.turn.said_at) for entry in found]
        evidence = tuple(Evidence(entry.id, entry.text, 1.0) for entry in found)
        text = " ".join(dict.fromkeys(reasons)) or replies.NOT_TAUGHT
        reply = Reply(situation.turn.id, text, situation.intent, evidence=evidence, options=("correct", "forget") if found else ())
        return self._kept_reply(situation, reply, {})

    def _reason(self, connection: Connection, entry: Entry, now: datetime) -> str:
        by = None if entry.owner == self.owner else entry.owner
        said = Transcript(connection, entry.owner).find(entry.turn) if entry.turn and by is None else None
        text = said.turn.text if said is not None and said.status != "forgotten" else entry.text
        return replies.reason(entry.said_at.astimezone(now.tzinfo), text, now, by)

    def _feedback(self, situation: Situation) -> Reply:
        kind = self._parts.feedback.kind(situation.encoding)
        last = situation.history[0] if situation.history else None
        if kind == "not_teaching" and last is not None and last.reply.receipt is not None:
            return self.not_teaching(last.turn.id, situation)
        if kind == "missed_teaching" and last is not None and not last.reply.intent.teaching:
            return self._missed(situation, last)
        return self._kept(situation, replies.THANKS if kind == "praise" else replies.SORRY)

    def not_teaching(self, turn: str, situation: Situation | None = None) -> Reply:
        """Take back what a turn taught, and keep for the gate that it was not teaching. Raises NotFound."""
        at = datetime.now(UTC) if situation is None else _now(situation.turn)
        with self._parts.database.write() as connection:
            transcript = Transcript(connection, self.owner)
            said = transcript.find(turn)
            if said is None:
                raise NotFound(f"There is no turn {turn!r} in your conversations.")
            commits = [self._parts.manager.undo(connection, self.owner, said.reply.receipt, at)] if said.reply.receipt else []
            lesson = _gate_lesson(said, "chat" if said.turn.text.rstrip()[-1:] != "?" else "question", _previous_of(transcript, said))
            taught = self._parts.manager.learn(connection, said.turn, [lesson], at)
            changes = (*(change for commit in commits for change in commit.receipt.changes), *taught.receipt.changes)
            text = "Taken back, and noted that this was not teaching." if commits else "Noted: this was not teaching."
            reply = Reply(situation.turn.id if situation else said.turn.id, text, situation.intent if situation else said.reply.intent, changes=changes)
            if situation is not None:
                self._keep(connection, situation, reply, {})
            else:
                transcript.keep(said.turn, replace(reply, turn=said.turn.id))
        for commit in (*commits, taught):
            self._parts.manager.committed(commit)
        return reply

    def _missed(self, situation: Situation, last: Said) -> Reply:
        """Learn what was said before after all, and keep for the gate that it was teaching."""
        intent = replace(last.reply.intent, act=_likely_teaching_act(situation.context), teaching=True)
        [encoding] = self._parts.encoder.encode([last.turn.text])
        [reading] = self._parts.reader.read([encoding], [None])
        lessons = self._lessons(last.turn, intent, encoding, reading, situation.context)
        if not lessons:
            return self._kept(situation, replies.NOTHING_TO_TAKE)
        prepared = self._parts.manager.encode(lessons, encoding)
        return self._learned(situation, last.turn, [*prepared, _gate_lesson(last, intent.act, None)])

    # Answering -------------------------------------------------------------------------------------------------------

    def _answered(self, situation: Situation, stop: StopSignal) -> Iterator[str | Reply]:
        began = time.perf_counter()
        with self._parts.database.read() as connection:
            taking = self._take(connection, situation)
        situation.seconds["take"] = time.perf_counter() - began
        began = time.perf_counter()
        for piece in self._parts.self_taking.generate(taking, stop):
            if isinstance(piece, Answer):
                situation.seconds["generate"] = time.perf_counter() - began
                yield self._answer_kept(situation, taking, piece)
            else:
                yield piece

    def _take(self, connection: Connection, situation: Situation) -> Taking:
        messages = Transcript(connection, self.owner).messages(situation.history)
        return self._parts.self_taking.take(connection, self.owner, situation.encoding, situation.reading, situation.intent, messages)

    def _answer_kept(self, situation: Situation, taking: Taking, answer: Answer) -> Reply:
        evidence = tuple(Evidence(item.entry.id, item.entry.text, item.score) for item in taking.taken)
        reply = Reply(
            turn=situation.turn.id,
            text=answer.text,
            intent=situation.intent,
            evidence=evidence,
            abstained=answer.abstained,
            asks="teach" if answer.abstained else None,
            options=("why", "correct", "forget") if evidence else (),
            trace=answer.trace,
        )
        asked = question_slots(situation.encoding, situation.reading)
        pending = {"asks": "teach", "question": situation.turn.text, "asked": [asked.subject, asked.relation, ""]} if answer.abstained else {}
        return self._kept_reply(situation, reply, pending)

    # Keeping ---------------------------------------------------------------------------------------------------------

    def _kept(
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
            self._keep(connection, situation, reply, pending or {})
            return reply
        return self._kept_reply(situation, reply, pending or {})

    def _kept_reply(self, situation: Situation, reply: Reply, pending: Mapping[str, Any]) -> Reply:
        with self._parts.database.write() as connection:
            self._keep(connection, situation, reply, pending)
        return reply

    def _keep(self, connection: Connection, situation: Situation, reply: Reply, pending: Mapping[str, Any]) -> None:
        transcript = Transcript(connection, self.owner)
        transcript.keep(situation.turn, reply)
        if pending or situation.pending or not situation.history:
            transcript.wait_for(self.id, pending, situation.turn.said_at)


def _focus(entries: Entries, history: Sequence[Said]) -> tuple[Entry, ...]:
    """The entries spoken of in the last turns, newest first."""
    ids = [
        found
        for said in history[:FOCUS]
        for found in (*(c.id for c in reversed(said.reply.changes) if c.target == "mental_process"), *(e.id for e in said.reply.evidence))
    ]
    return tuple(entries.of_ids(list(dict.fromkeys(ids)))) if ids else ()


def _now(turn: Turn) -> datetime:
    """When something is learned: when it was said, so that a replayed transcript keeps its times."""
    return turn.said_at


def _learning_options(receipt: Receipt) -> tuple[str, ...]:
    updated = any(change.operation == "update" for change in receipt.changes)
    return ("undo", "not_teaching") if updated else ("undo", "correct", "not_teaching")


def _likely_teaching_act(context: Context) -> Act:
    """The teaching act of a turn that the gate was not sure of."""
    asked = f" {context.question.lower()} "
    if context.asks == "teach":
        return "experience" if any(f" {word} " in asked.replace("?", " ") for word in ("my", "i", "our", "we", "me")) else "fact"
    return "experience"


def _gate_lesson(said: Said, act: str, previous: str | None) -> Prepared:
    """A row of the gate's own training data."""
    lesson = Lesson(
        statement=said.turn.text,
        question="",
        slots=Slots(),
        section=None,
        topic="",
        task="intent_recognition",
        row={"text": said.turn.text, "previous": previous, "act": act},
    )
    return Prepared(lesson, None, None)


def _previous_of(transcript: Transcript, said: Said) -> str | None:
    """LIC's reply just before a turn."""
    later = transcript.last(said.turn.conversation, 50)
    at = next((i for i, other in enumerate(later) if other.turn.id == said.turn.id), None)
    return later[at + 1].reply.text if at is not None and at + 1 < len(later) and later[at + 1].status == "said" else None


def _as_entry(lesson: Lesson, source: Turn) -> Entry:
    """A lesson that waits for its confirmation, in the form of an entry, so that it can be corrected like one."""
    return Entry(
        id="",
        version=0,
        owner=source.owner,
        shared=False,
        section=lesson.section or "individual_experiences",
        topic=lesson.topic,
        text=lesson.statement,
        question=lesson.question,
        slots=lesson.slots,
        many=lesson.many,
        said_at=source.said_at,
        turn=source.id,
        created_at=source.said_at,
    )


def _to_forget(found: Sequence[Taken], subject: str, relation: str, entries: Entries) -> tuple[list[Entry], bool]:
    """The entries that a wish to forget means, and whether that is sure enough to do it without asking."""
    if subject and not relation:
        about = entries.about(subject)
        if about:
            return about, len(about) == 1
    best = [item for item in found if item.score >= FORGET_FROM]
    if best:
        first = best[0].entry
        same = [
            item.entry
            for item in best
            if (key(item.entry.slots.subject), key(item.entry.slots.relation)) == (key(first.slots.subject), key(first.slots.relation))
        ]
        return same, True
    return [item.entry for item in found[:1] if item.score >= FORGET_FROM / 4], False


def _about(named: str, pointing: bool, chosen: Sequence[Entry]) -> str:
    """What was forgotten, in the person's words turned; what was only pointed at is said in the entry's own."""
    if named and not pointing and key(named) not in ("i", "me", "my"):
        return lower_first(turned(named))
    return "; ".join(replies.clause(entry.text) for entry in chosen[:3])
