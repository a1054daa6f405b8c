"""The managing branch: undo, and a remark on what was learned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from lic import replies
from lic.branches.desk import Desk, Situation
from lic.branches.forgetting import SURE_ACT
from lic.branches.teaching import Teaching, gate_lesson
from lic.data_management.commits import Commit
from lic.errors import BuiltUpon, NotFound, NothingToUndo
from lic.language import FORGOTTEN
from lic.lessons.tagger import SURELY_FROM, facts_of
from lic.transcript import Said, Transcript
from lic.types import Intent, Reply, Turn

SURELY_FEEDBACK = 0.6
"""What was learned is taken back only where the gate is at least this sure that a turn speaks of it."""


class Managing:
    """What happens to a turn that takes something back."""

    def __init__(self, desk: Desk, teaching: Teaching) -> None:
        self._desk = desk
        self._teaching = teaching

    def undo(self, situation: Situation) -> Reply:
        """Take the last change back, or do again what was taken back."""
        if self._desk.parts.wishes.among(situation.encoding, ("undo", "redo"))[0] == "redo":
            return self.redone(situation)
        changed = next((said.reply.changes for said in situation.history if said.reply.changes), ())
        if changed and all(change.operation == "forget" for change in changed):
            # Who just forgot something means that, and would be surprised to lose another thing.
            return self._desk.kept(situation, replies.FORGOTTEN_FOR_GOOD, {"asks": "confirm", "kind": "undo"}, asks="confirm", options=("yes", "no"))
        # A wish to undo states nothing; what does may only quote one ("our slogan is undo it").
        states = any(fact.subject for fact in facts_of(situation.encoding, situation.reading, SURELY_FROM))
        if states or situation.intent.probability < SURE_ACT:
            return self._desk.kept(situation, replies.CONFIRM_UNDO, {"asks": "confirm", "kind": "undo"}, asks="confirm", options=("yes", "no"))
        return self.undone(situation)

    def undone(self, situation: Situation) -> Reply:
        at = situation.turn.said_at
        try:
            with self._desk.parts.database.write() as connection:
                commit = self._desk.parts.manager.undo(connection, self._desk.owner, None, at)
                reply = Reply(situation.turn.id, replies.undone(commit.receipt), situation.intent, changes=commit.receipt.changes, options=("redo",))
                reply = self._desk.keep(connection, situation, reply, {})
        except NothingToUndo as nothing:
            return self._desk.kept(situation, str(nothing))
        self._desk.parts.manager.committed(commit)
        return reply

    def undone_together(self, situation: Situation) -> Reply:
        """ "Yes" to the question whether a change goes with those that were built on it."""
        pending, turn = situation.pending, situation.turn
        try:
            with self._desk.parts.database.write() as connection:
                try:
                    commit = self._desk.parts.manager.undo(connection, self._desk.owner, pending["receipt"], turn.said_at, pending["later"])
                except BuiltUpon as built:
                    # Somebody built on it since LIC asked.
                    asked, waits = self._question(connection, turn.id, situation.intent, pending["receipt"], built.later)
                    return self._desk.keep(connection, situation, asked, waits)
                reply = Reply(turn.id, replies.undone(commit.receipt), situation.intent, changes=commit.receipt.changes, options=("redo",))
                reply = self._desk.keep(connection, situation, reply, {})
        except NothingToUndo as nothing:
            return self._desk.kept(situation, str(nothing))
        self._desk.parts.manager.committed(commit)
        return reply

    def redone(self, situation: Situation) -> Reply:
        """Make the change again that was undone last."""
        try:
            with self._desk.parts.database.write() as connection:
                commit = self._desk.parts.manager.redo(connection, self._desk.owner)
                reply = Reply(
                    situation.turn.id,
                    replies.redone(commit.receipt),
                    situation.intent,
                    changes=commit.receipt.changes,
                    options=("undo",),
                    receipt=commit.receipt.id,
                )
                reply = self._desk.keep(connection, situation, reply, {})
        except NothingToUndo as nothing:
            return self._desk.kept(situation, str(nothing))
        self._desk.parts.manager.committed(commit)
        return reply

    def undo_of(self, turn: str) -> Reply:
        """Take back what one turn taught; its reply says so from then on. Where later changes were built on it, LIC asks about all of them in a new turn.

        Raises NotFound and NothingToUndo.
        """
        at = datetime.now().astimezone()
        with self._desk.parts.database.write() as connection:
            transcript = Transcript(connection, self._desk.owner)
            said = _found(transcript, turn)
            if said.reply.receipt is None:
                raise NothingToUndo("This change was undone or forgotten already.")
            try:
                commit = self._desk.parts.manager.undo(connection, self._desk.owner, said.reply.receipt, at)
            except BuiltUpon as built:
                return self._asked(transcript, connection, said, f"Undo that: {said.turn.text}", "", built.later, at)
            reply = replace(said.reply, text=replies.undone(commit.receipt), changes=commit.receipt.changes, options=(), receipt=None)
            transcript.keep(said.turn, reply, anew=True)
        self._desk.parts.manager.committed(commit)
        return reply

    def _asked(self, transcript: Transcript, connection: Connection, said: Said, text: str, opening: str, later: Sequence[str], at: datetime) -> Reply:
        """Ask in a turn of its own whether what a turn taught goes with what was built on it."""
        turn = Turn(uuid4().hex, text, self._desk.owner, said.turn.conversation, at)
        assert said.reply.receipt is not None
        reply, waits = self._question(connection, turn.id, Intent("undo", 1.0, 0.0, False), said.reply.receipt, later, opening)
        transcript.keep(turn, reply)
        transcript.wait_for(turn.conversation, waits, at)
        return reply

    def _question(
        self, connection: Connection, turn: str, intent: Intent, receipt: str, later: Sequence[str], opening: str = ""
    ) -> tuple[Reply, dict[str, Any]]:
        """The question whether a change goes with later ones, and what the conversation then waits for."""
        text = f"{opening} {replies.built_upon(self._desk.parts.manager.told_by(connection, later), len(later) + 1)}".strip()
        waits = {"asks": "confirm", "kind": "together", "receipt": receipt, "later": list(later)}
        return Reply(turn, text, intent, asks="confirm", options=("yes", "no")), waits

    def feedback(self, situation: Situation) -> Reply:
        kind = self._desk.parts.feedback.kind(situation.encoding)
        last = situation.history[0] if situation.history else None
        if kind == "not_teaching" and last is not None and last.reply.receipt is not None and situation.intent.probability >= SURELY_FEEDBACK:
            return self.not_teaching(last.turn.id, situation)
        if kind == "missed_teaching" and last is not None and not last.reply.intent.teaching:
            return self._teaching.missed(situation, last)
        return self._desk.kept(situation, replies.THANKS if kind == "praise" else replies.SORRY)

    def not_teaching(self, turn: str, situation: Situation | None = None) -> Reply:
        """Take back what a turn taught, and keep for the gate that it was not teaching. Where later changes were built on it, LIC asks first.

        Raises NotFound.
        """
        at = datetime.now().astimezone() if situation is None else situation.turn.said_at
        manager, owner = self._desk.parts.manager, self._desk.owner
        with self._desk.parts.database.read() as connection:
            transcript = Transcript(connection, owner)
            said = _found(transcript, turn)
            lesson = gate_lesson(said, "chat" if said.turn.text.rstrip()[-1:] != "?" else "question", _previous_of(transcript, said))
            refused = self._desk.refused(connection, lesson.lesson.row)
        with self._desk.parts.database.write() as connection:
            transcript = Transcript(connection, owner)
            commits: list[Commit] = []
            later: tuple[str, ...] = ()
            try:
                commits += [manager.undo(connection, owner, said.reply.receipt, at)] if said.reply.receipt else []
            except BuiltUpon as built:
                later = built.later
            except NothingToUndo:
                pass  # undone or forgotten before
            commits.append(manager.learn(connection, said.turn, [lesson], at))
            changes = tuple(change for commit in commits for change in commit.receipt.changes)
            reply = Reply(said.turn.id, replies.not_teaching(len(commits) > 1, refused), said.reply.intent, changes=changes)
            reply = self._noted(connection, transcript, said, reply, later, at, situation)
        for commit in commits:
            manager.committed(commit)
        return reply

    def _noted(
        self, connection: Connection, transcript: Transcript, said: Said, reply: Reply, later: Sequence[str], at: datetime, situation: Situation | None
    ) -> Reply:
        """Keep what LIC says to "I wasn't teaching": to the turn that says so, or in the place of the reply below which that was pressed."""
        if situation is None and later:
            return self._asked(transcript, connection, said, f"I wasn't teaching: {said.turn.text}", reply.text, later, at)
        if situation is None:
            transcript.keep(said.turn, reply, anew=True)
            return reply
        waits: dict[str, Any] = {}
        answer = replace(reply, turn=situation.turn.id, intent=situation.intent)
        if later and said.reply.receipt is not None:
            asked, waits = self._question(connection, answer.turn, answer.intent, said.reply.receipt, later, reply.text)
            answer = replace(asked, changes=reply.changes)
        return self._desk.keep(connection, situation, answer, waits)


def _found(transcript: Transcript, turn: str) -> Said:
    said = transcript.find(turn)
    if said is None:
        raise NotFound(f"There is no turn {turn!r} in your conversations.")
    return said


def _previous_of(transcript: Transcript, said: Said) -> str | None:
    """LIC's reply just before a turn."""
    later = transcript.last(said.turn.conversation, 50)
    at = next((i for i, other in enumerate(later) if other.turn.id == said.turn.id), None)
    return later[at + 1].reply.text if at is not None and at + 1 < len(later) and later[at + 1].reply.text != FORGOTTEN else None
