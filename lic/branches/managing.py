"""The managing branch: undo, forget, and a remark on what was learned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from lic import replies
from lic.branches.desk import Desk, Situation
from lic.branches.teaching import Teaching, gate_lesson
from lic.errors import NotFound, NothingToUndo
from lic.language import FORGOTTEN, key, lower_first, turned
from lic.lessons.tagger import named_in, question_slots
from lic.mental_process.entries import Entries
from lic.reader import Reading
from lic.transcript import Said, Transcript
from lic.types import Encoding, Entry, Evidence, Reply, Taken

FORGET_FROM = 0.25
"""Entries that answer "what is …" of a wish to forget at least this surely are forgotten at once, …"""
ASK_FROM = 0.1
"""… and from this probability on LIC asks whether they are meant, because forgetting has no way back."""
SURE_ACT = 0.6
"""What takes something away is done at once only where the gate is at least this sure of the act; else LIC asks."""


class Managing:
    """What happens to a turn that takes something back."""

    def __init__(self, desk: Desk, teaching: Teaching) -> None:
        self._desk = desk
        self._teaching = teaching

    def undo(self, situation: Situation) -> Reply:
        if situation.intent.probability < SURE_ACT:
            return self._desk.kept(situation, replies.CONFIRM_UNDO, {"asks": "confirm", "kind": "undo"}, asks="confirm", options=("yes", "no"))
        return self._undone(situation)

    def _undone(self, situation: Situation) -> Reply:
        at = situation.turn.said_at
        try:
            with self._desk.parts.database.write() as connection:
                commit = self._desk.parts.manager.undo(connection, self._desk.owner, None, at)
                reply = Reply(situation.turn.id, replies.undone(commit.receipt), situation.intent, changes=commit.receipt.changes)
                self._desk.keep(connection, situation, reply, {})
        except NothingToUndo as nothing:
            return self._desk.kept(situation, str(nothing))
        self._desk.parts.manager.committed(commit)
        return reply

    def forget(self, situation: Situation) -> Reply:
        slots = question_slots(situation.encoding, situation.reading)
        pointing = not slots.relation and (not slots.subject or slots.subject.lower() in ("that", "it", "this", "them", "those"))
        named = named_in(situation.encoding, situation.reading)
        asked, asked_reading = self._as_question(named) if named and not pointing else (situation.encoding, situation.reading)
        with self._desk.parts.database.read() as connection:
            found = self._desk.parts.self_taking.candidates(connection, self._desk.owner, asked, asked_reading)
            own = [item for item in found if item.entry.owner == self._desk.owner]
            if pointing:
                chosen, sure = list(situation.context.focus[:1]), situation.intent.probability >= SURE_ACT
            else:
                chosen, sure = _to_forget(own, slots.subject, slots.relation, Entries(connection, self._desk.owner))
        if not chosen:
            return self._desk.kept(situation, replies.NOTHING_ABOUT_THAT)
        about = _about(named, pointing, chosen)
        if sure:
            return self.forgotten(situation, chosen, about)
        pending = {"asks": "confirm", "kind": "forget", "entries": [entry.id for entry in chosen], "about": about}
        reply = Reply(
            situation.turn.id,
            replies.confirm_forgetting(chosen),
            situation.intent,
            evidence=tuple(Evidence(entry.id, entry.text, 1.0) for entry in chosen),
            asks="confirm",
            options=("yes", "no"),
        )
        return self._desk.kept_reply(situation, reply, pending)

    def _as_question(self, named: str) -> tuple[Encoding, Reading]:
        """What is to be forgotten, as the question that it answers: "my dog's name" becomes "What is my dog's name?"."""
        asks_itself = key(named).split(" ")[0] in ("what", "where", "when", "who", "how", "which", "why", "that")
        [encoding] = self._desk.parts.encoder.encode([f"{named}?" if asks_itself else f"What is {named}?"])
        [reading] = self._desk.parts.reader.read([encoding], [None])
        return encoding, reading

    def confirmed(self, situation: Situation) -> Reply:
        """ "Yes" to the question whether something is to be taken back or forgotten."""
        if situation.pending["kind"] == "undo":
            return self._undone(situation)
        with self._desk.parts.database.read() as connection:
            chosen = Entries(connection, self._desk.owner).of_ids(situation.pending["entries"])
        return self.forgotten(situation, chosen, situation.pending["about"])

    def forgotten(self, situation: Situation, chosen: Sequence[Entry], about: str) -> Reply:
        if not chosen:
            return self._desk.kept(situation, replies.NOTHING_ABOUT_THAT)
        at = situation.turn.said_at
        with self._desk.parts.database.write() as connection:
            try:
                commit = self._desk.parts.manager.forget(connection, self._desk.owner, chosen, at)
            except NotFound as not_own:
                return self._desk.kept(situation, str(not_own), connection=connection)
            changes = tuple(replace(change, before=None) for change in commit.receipt.changes)
            reply = Reply(situation.turn.id, replies.forgotten(commit.receipt, about), situation.intent, changes=changes)
            self._desk.keep(connection, situation, reply, {})
        self._desk.parts.manager.forgotten(commit)
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
        with self._desk.parts.database.write() as connection:
            transcript = Transcript(connection, self._desk.owner)
            said = transcript.find(turn)
            if said is None:
                raise NotFound(f"There is no turn {turn!r} in your conversations.")
            commits = [self._desk.parts.manager.undo(connection, self._desk.owner, said.reply.receipt, at)] if said.reply.receipt else []
            lesson = gate_lesson(said, "chat" if said.turn.text.rstrip()[-1:] != "?" else "question", _previous_of(transcript, said))
            taught = self._desk.parts.manager.learn(connection, said.turn, [lesson], at)
            changes = (*(change for commit in commits for change in commit.receipt.changes), *taught.receipt.changes)
            text = "Taken back, and noted that this was not teaching." if commits else "Noted: this was not teaching."
            reply = Reply(situation.turn.id if situation else said.turn.id, text, situation.intent if situation else said.reply.intent, changes=changes)
            if situation is not None:
                self._desk.keep(connection, situation, reply, {})
            else:
                transcript.keep(said.turn, replace(reply, turn=said.turn.id))
        for commit in (*commits, taught):
            self._desk.parts.manager.committed(commit)
        return reply


def _previous_of(transcript: Transcript, said: Said) -> str | None:
    """LIC's reply just before a turn."""
    later = transcript.last(said.turn.conversation, 50)
    at = next((i for i, other in enumerate(later) if other.turn.id == said.turn.id), None)
    return later[at + 1].reply.text if at is not None and at + 1 < len(later) and later[at + 1].reply.text != FORGOTTEN else None


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
    return [item.entry for item in found[:1] if item.score >= ASK_FROM], False


def _about(named: str, pointing: bool, chosen: Sequence[Entry]) -> str:
    """What was forgotten, in the person's words turned; what was only pointed at, by the question that it answered.

    The reply stays in the transcript, so it never says the value itself.
    """
    values = [key(entry.slots.value) for entry in chosen if entry.slots.value]
    if named and not pointing and key(named) not in ("i", "me", "my") and not any(value in key(named) for value in values):
        return lower_first(turned(named))
    questions = dict.fromkeys(entry.question for entry in chosen if not any(value in key(entry.question) for value in values))
    return "; ".join(f"“{turned(question)}”" for question in list(questions)[:3]) or "that"
