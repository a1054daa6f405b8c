"""Teaching outright: texts that a person hands over to be learned, whatever act they sound like."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from lic import replies
from lic.data_management.manager import Commit
from lic.language import content_hash, words
from lic.lessons.tagger import facts_of
from lic.transcript import Transcript
from lic.types import TEACHING_ACTS, Act, Context, Encoder, Encoding, Intent, Lesson, Reply, Turn

if TYPE_CHECKING:
    from lic.branches.desk import Parts
    from lic.reader import Reading

CONVERSATION = "taught"
"""The conversation that keeps what was handed over, so that every entry has its source."""
MOST_PIECES = 240
"""Longer texts are cut between sentences, because the encoder sees 256 word pieces."""
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?…])\s+")
_FIRST_PERSON = frozenset(["i", "i'm", "i've", "im", "my", "me", "mine", "we", "our", "us"])


@dataclass(frozen=True, slots=True)
class Taught:
    """A text that was handed over, what came of it, and whether anything in it was understood."""

    turn: Turn
    reply: Reply
    understood: bool


def taught(parts: "Parts", owner: str, texts: Sequence[str], at: datetime) -> Iterator[Taught]:
    """Learn texts, each in its own transaction with the turn that it came from; a reply without changes learned nothing new.

    Where neither the gate nor the reader finds anything taught (a heading, a question), nothing is learned. What a text demands
    ("forget everything") is not done.
    """
    short = [piece for text in texts for piece in _within_reach(parts.encoder, text)]
    encodings = parts.encoder.encode(short)
    previous = [None] * len(short)
    readings = parts.reader.read(encodings, previous) if short else []
    intents = parts.recognizer.recognize_many(encodings, readings, previous) if short else []
    for text, encoding, reading, intent in zip(short, encodings, readings, intents, strict=True):
        turn = Turn(content_hash("teach", owner, text), text, owner, CONVERSATION, at)
        if intent.teaching or any(fact.value for fact in facts_of(encoding, reading)):
            yield _learned(parts, turn, encoding, reading, _as_teaching(intent, text))
        else:
            yield Taught(turn, Reply(turn.id, replies.NOTHING_TO_TAKE, intent), False)


def _within_reach(encoder: Encoder, text: str) -> list[str]:
    """A text in parts that the encoder sees whole, cut between sentences."""
    if len(encoder.tokenize(text)) < MOST_PIECES:
        return [text]
    parts = [""]
    for sentence in _BETWEEN_SENTENCES.split(text):
        longer = f"{parts[-1]} {sentence}".strip()
        if parts[-1] and len(encoder.tokenize(longer)) >= MOST_PIECES:
            parts.append(sentence)
        else:
            parts[-1] = longer
    return parts


def _as_teaching(intent: Intent, text: str) -> Intent:
    """The intent of a text whose person says that it teaches: the gate's act where it agrees, else a fact or an experience."""
    if intent.act in TEACHING_ACTS - {"task"}:
        return intent
    return replace(intent, act=_statement_act(text), teaching=True)


def _statement_act(text: str) -> Act:
    return "experience" if _FIRST_PERSON & set(words(text)) else "fact"


def _learned(parts: "Parts", turn: Turn, encoding: Encoding, reading: "Reading", intent: Intent) -> Taught:
    lessons: list[Lesson] = parts.preparer.prepare(turn, intent, encoding, reading, Context())
    if not lessons and intent.act == "example":
        # It sounds like a labelled example and is none: then it is a statement.
        lessons = parts.preparer.prepare(turn, replace(intent, act=_statement_act(turn.text)), encoding, reading, Context())
    if not lessons:
        return Taught(turn, Reply(turn.id, replies.NOTHING_TO_TAKE, intent), False)
    prepared = parts.manager.encode(lessons, encoding)
    with parts.database.write() as connection:
        commit: Commit = parts.manager.learn(connection, turn, prepared, turn.said_at)
        receipt = commit.receipt
        reply = Reply(turn.id, replies.learned(receipt) or replies.NOTHING_TO_TAKE, intent, receipt.changes, receipt=receipt.id if receipt.changes else None)
        if receipt.changes:
            Transcript(connection, turn.owner).keep(turn, reply)
    parts.manager.committed(commit)
    return Taught(turn, reply, bool(receipt.changes or receipt.known))
