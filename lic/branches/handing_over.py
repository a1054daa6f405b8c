"""Handing over: texts that a person gives to be learned, whatever act they sound like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lic import replies
from lic.branches.desk import Desk
from lic.language import content_hash, words
from lic.lessons.parts import within_reach
from lic.lessons.secrets import secret_in
from lic.lessons.tagger import SURELY_FROM, facts_of
from lic.reader.reader import Reading
from lic.transcript import Transcript
from lic.types import TEACHING_ACTS, Act, Context, Encoding, Intent, Reply, Turn

_FIRST_PERSON = frozenset(["i", "i'm", "i've", "im", "my", "me", "mine", "we", "our", "us"])


@dataclass(frozen=True, slots=True)
class Taught:
    """A text that was handed over, what came of it, and whether anything in it was understood."""

    turn: Turn
    reply: Reply
    understood: bool


class HandingOver:
    """Learns texts that are no turns of a talk; they are kept in the conversation as what its entries come from."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def taught(self, texts: Sequence[str], at: datetime) -> Iterator[Taught]:
        """Learn texts, each in its own transaction with the turn that it came from; a reply without changes learned nothing new.

        Where neither the gate nor the reader finds anything taught (a heading, a question), nothing is learned. What a text demands
        ("forget everything") is not done.
        """
        parts = self._desk.parts
        short = [piece for text in texts for piece in within_reach(parts.encoder, text)]
        encodings = parts.encoder.encode(short)
        previous = [None] * len(short)
        readings = parts.reader.read(encodings, previous) if short else []
        intents = parts.recognizer.recognize_many(encodings, readings, previous) if short else []
        for text, encoding, reading, intent in zip(short, encodings, readings, intents, strict=True):
            turn = Turn(content_hash("teach", self._desk.owner, self._desk.id, at.isoformat(), text), text, self._desk.owner, self._desk.id, at)
            if intent.teaching or any(fact.value for fact in facts_of(encoding, reading, SURELY_FROM)):
                yield self._learned(turn, encoding, reading, _as_teaching(intent, text))
            else:
                yield Taught(turn, Reply(turn.id, replies.NOTHING_TO_TAKE, intent), False)

    def _learned(self, turn: Turn, encoding: Encoding, reading: Reading, intent: Intent) -> Taught:
        parts = self._desk.parts
        lessons = parts.preparer.prepare(turn, intent, encoding, reading, Context())
        if not lessons and intent.act == "example":
            # It sounds like a labelled example and is none: then it is a statement.
            lessons = parts.preparer.prepare(turn, replace(intent, act=_statement_act(turn.text)), encoding, reading, Context())
        if not lessons:
            return Taught(turn, Reply(turn.id, replies.NOTHING_TO_TAKE, intent), False)
        if kind := secret_in(turn.text):
            # Nobody can be asked here.
            return Taught(turn, Reply(turn.id, replies.secret_not_taken(kind), intent), False)
        prepared = parts.manager.encode(lessons, encoding)
        with parts.database.write() as connection:
            commit = parts.manager.learn(connection, turn, prepared, turn.said_at)
            receipt = commit.receipt
            text = replies.learned(receipt) or replies.NOTHING_TO_TAKE
            reply = Reply(turn.id, text, intent, receipt.changes, receipt.known, receipt=receipt.id if receipt.changes else None)
            if receipt.changes:
                Transcript(connection, turn.owner).keep(turn, reply)
        parts.manager.committed(commit)
        return Taught(turn, reply, bool(receipt.changes or receipt.known))


def _as_teaching(intent: Intent, text: str) -> Intent:
    """The intent of a text whose person says that it teaches: the gate's act where it agrees, else a fact or an experience."""
    if intent.act in TEACHING_ACTS - {"task"}:
        return intent
    return replace(intent, act=_statement_act(text), teaching=True)


def _statement_act(text: str) -> Act:
    return "experience" if _FIRST_PERSON & set(words(text)) else "fact"
