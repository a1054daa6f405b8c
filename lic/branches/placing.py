"""The placing branch: what becomes of an older value where LIC was not sure, once the person says it: replaced, kept beside, or only for a time away."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from lic import replies
from lic.branches.desk import Desk, Situation, settling
from lic.data_management.manager import Commit
from lic.errors import NotFound, NothingToUndo
from lic.intent.wishes import Wish
from lic.language import words
from lic.lessons.references import points
from lic.lessons.tagger import SURELY_FROM, facts_of
from lic.lessons.when import until_of
from lic.mental_process.entries import Entries
from lic.types import Entry, Receipt, Reply

CHOICES: frozenset[Wish] = frozenset(("replace", "keep_both", "for_a_time", "neither"))
SURE_CHOICE = 0.6
LONGEST = 12
"""A choice is said in at most so many words; what is longer says something else."""


class Placing:
    """What happens to a turn that answers "replace it, keep both, or only for a time?"."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def chosen(self, situation: Situation) -> Reply | None:
        """Do what was chosen; None where the turn chooses nothing."""
        turn, pending = situation.turn, situation.pending
        if situation.intent.act in ("question", "why", "forget", "undo") or len(words(turn.text)) > LONGEST or self._states(situation):
            return None
        with self._desk.parts.database.read() as connection:
            known = {entry.id: entry for entry in Entries(connection, self._desk.owner).of_ids([pending["new"], pending["old"]])}
        if len(known) < 2:
            return self._desk.kept(situation, replies.ALL_RIGHT)
        new, old, until = known[pending["new"]], known[pending["old"]], until_of(turn.text, turn.said_at)
        if pending["kind"] == "until":
            return self._limited(situation, new, old, until) if until else None
        wish = self._wish(situation)
        if wish == "keep_both":
            return self._desk.kept(situation, replies.KEPT_BOTH)
        if wish == "for_a_time":
            if until is None:
                return self._desk.kept(situation, replies.UNTIL_WHEN, {**pending, "kind": "until"}, asks="choose")
            return self._limited(situation, new, old, until)
        manager = self._desk.parts.manager
        if wish == "replace":
            return self._done(situation, lambda connection: manager.merge(connection, self._desk.owner, new.id, old.id, turn, turn.said_at), replies.learned)
        return self._done(situation, lambda connection: manager.undo(connection, self._desk.owner, pending["receipt"], turn.said_at), replies.undone)

    def _wish(self, situation: Situation) -> Wish:
        """What was chosen; a bare yes takes the first of the three, a bare no keeps what is known."""
        wish, probability = self._desk.parts.wishes.among(situation.encoding, CHOICES)
        if probability >= SURE_CHOICE:
            return wish
        by_act: dict[str, Wish] = {"confirm": "replace", "deny": "keep_both"}
        return by_act.get(situation.intent.act, wish)

    def _states(self, situation: Situation) -> bool:
        """Whether the turn tells something of its own, of a subject that it names."""
        facts = facts_of(situation.encoding, situation.reading, SURELY_FROM)
        subjects = [fact.subject.of(situation.turn.text) for fact in facts if fact.subject is not None and fact.value is not None]
        return situation.intent.teaching and situation.intent.act != "correction" and any(not points(subject) for subject in subjects)

    def _limited(self, situation: Situation, new: Entry, old: Entry, until: datetime) -> Reply:
        text = replies.for_a_time(new.text, until, old.text, situation.turn.said_at)
        manager, turn = self._desk.parts.manager, situation.turn
        return self._done(situation, lambda connection: manager.limit(connection, self._desk.owner, new.id, until, turn, turn.said_at), lambda receipt: text)

    def _done(self, situation: Situation, work: Callable[[Connection], Commit], said: Callable[[Receipt], str]) -> Reply:
        with self._desk.parts.database.write() as connection:
            try:
                commit = work(connection)
            except (NothingToUndo, NotFound) as refused:
                return self._desk.kept(situation, str(refused), connection=connection)
            receipt = commit.receipt
            reply = Reply(situation.turn.id, said(receipt), situation.intent, changes=receipt.changes, options=("undo",), receipt=receipt.id)
            reply = self._desk.keep(connection, situation, reply, settling(receipt.conflict) if receipt.conflict else {})
        self._desk.parts.manager.committed(commit)
        return reply
