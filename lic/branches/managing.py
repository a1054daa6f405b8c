"""The managing branch: undo, and a remark on what was learned."""

from dataclasses import replace
from datetime import UTC, datetime

from lic import replies
from lic.branches.desk import Desk, Situation
from lic.branches.forgetting import SURE_ACT
from lic.branches.teaching import Teaching, gate_lesson
from lic.errors import NotFound, NothingToUndo
from lic.language import FORGOTTEN
from lic.lessons.tagger import SURELY_FROM, facts_of
from lic.transcript import Said, Transcript
from lic.types import Reply


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

    def feedback(self, situation: Situation) -> Reply:
        kind = self._desk.parts.feedback.kind(situation.encoding)
        last = situation.history[0] if situation.history else None
        if kind == "not_teaching" and last is not None and last.reply.receipt is not None:
            return self.not_teaching(last.turn.id, situation)
        if kind == "missed_teaching" and last is not None and not last.reply.intent.teaching:
            return self._teaching.missed(situation, last)
        return self._desk.kept(situation, replies.THANKS if kind == "praise" else replies.SORRY)

    def not_teaching(self, turn: str, situation: Situation | None = None) -> Reply:
        """Take back what a turn taught, and keep for the gate that it was not teaching. Raises NotFound."""
        at = datetime.now(UTC) if situation is None else situation.turn.said_at
        with self._desk.parts.database.read() as connection:
            transcript = Transcript(connection, self._desk.owner)
            said = transcript.find(turn)
            if said is None:
                raise NotFound(f"There is no turn {turn!r} in your conversations.")
            lesson = gate_lesson(said, "chat" if said.turn.text.rstrip()[-1:] != "?" else "question", _previous_of(transcript, said))
            refused = self._desk.refused(connection, lesson.lesson.row)
        with self._desk.parts.database.write() as connection:
            transcript = Transcript(connection, self._desk.owner)
            commits = [self._desk.parts.manager.undo(connection, self._desk.owner, said.reply.receipt, at)] if said.reply.receipt else []
            taught = self._desk.parts.manager.learn(connection, said.turn, [lesson], at)
            changes = (*(change for commit in commits for change in commit.receipt.changes), *taught.receipt.changes)
            text = replies.not_teaching(bool(commits), refused)
            reply = Reply(situation.turn.id if situation else said.turn.id, text, situation.intent if situation else said.reply.intent, changes=changes)
            if situation is not None:
                reply = self._desk.keep(connection, situation, reply, {})
            else:
                transcript.keep(said.turn, replace(reply, turn=said.turn.id), anew=True)
        for commit in (*commits, taught):
            self._desk.parts.manager.committed(commit)
        return reply


def _previous_of(transcript: Transcript, said: Said) -> str | None:
    """LIC's reply just before a turn."""
    later = transcript.last(said.turn.conversation, 50)
    at = next((i for i, other in enumerate(later) if other.turn.id == said.turn.id), None)
    return later[at + 1].reply.text if at is not None and at + 1 < len(later) and later[at + 1].reply.text != FORGOTTEN else None
