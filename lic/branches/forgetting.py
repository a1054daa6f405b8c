"""The forgetting branch: a question where it is not sure what is meant, or where it is more than one thing, and the removal."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from lic import replies
from lic.branches.desk import Desk, Situation
from lic.branches.meaning import Meaning, Meant
from lic.data_management.commits import Commit
from lic.data_management.scopes import Scope
from lic.errors import NotFound
from lic.language import FORGOTTEN
from lic.mental_process.entries import Entries
from lic.types import Entry, Evidence, Gone, Reply

MOST_SHOWN = 20
SURE_ACT = 0.85
"""What takes something away is done at once only where the gate is at least this sure of the act; else LIC asks."""


class Forgetting:
    """What happens to a turn that wants something removed for good."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._meaning = Meaning(desk)

    def forget(self, situation: Situation) -> Reply:
        """Forget what is meant at once where that is sure and one thing; else ask first, showing it."""
        turn = situation.turn
        meant = self._meaning.wished(situation.encoding, situation.reading, situation.context.focus[:1], turn.said_at, turn.id)
        if meant.everything:
            return self._asked_everything(situation)
        if meant.scope is not None:
            return self._asked_scope(situation, meant.scope, meant.about)
        if not meant.entries:
            return self._desk.kept(situation, replies.not_forgotten(meant.shared) if meant.shared else replies.NOTHING_ABOUT_THAT)
        if meant.sure and len(meant.entries) == 1 and situation.intent.probability >= SURE_ACT:
            return self._removed(situation, meant.entries, meant.about)
        pending = {"asks": "confirm", "kind": "forget", "entries": [entry.id for entry in meant.entries], "about": meant.about}
        shown = [entry.text for entry in meant.entries[:MOST_SHOWN]]
        reply = Reply(
            turn.id,
            replies.confirm_forgetting(shown, len(meant.entries) - len(shown)),
            situation.intent,
            evidence=tuple(Evidence(entry.id, entry.text, 1.0) for entry in meant.entries[:MOST_SHOWN]),
            asks="confirm",
            options=("yes", "no"),
        )
        return self._desk.kept_reply(situation, reply, pending)

    def _asked_scope(self, situation: Situation, scope: Scope, about: str) -> Reply:
        """Show what was said in a conversation or a time, and ask."""
        with self._desk.parts.database.read() as connection:
            leaving, gone = self._desk.parts.manager.foresee(connection, self._desk.owner, scope)
        if gone == Gone():
            return self._desk.kept(situation, replies.NOTHING_ABOUT_THAT)
        shown = leaving[:MOST_SHOWN]
        text = replies.confirm_forgetting_said(about, gone, [(item.text, item.again) for item in shown], len(leaving) - len(shown))
        evidence = tuple(Evidence(item.entry, item.text, 1.0) for item in shown)
        reply = Reply(situation.turn.id, text, situation.intent, evidence=evidence, asks="confirm", options=("yes", "no"))
        return self._desk.kept_reply(situation, reply, {"asks": "confirm", "kind": "forget", "scope": scope.as_json(), "about": about})

    def confirmed(self, situation: Situation) -> Reply:
        """ "Yes" to the question whether something is to be forgotten."""
        if situation.pending.get("everything"):
            return self._everything(situation)
        about, manager, turn = situation.pending["about"], self._desk.parts.manager, situation.turn
        if scope := situation.pending.get("scope"):
            wanted = Scope.of_json(scope)
            return self._done(situation, lambda connection: manager.forget_said(connection, self._desk.owner, wanted, turn.said_at), about)
        with self._desk.parts.database.read() as connection:
            chosen = Entries(connection, self._desk.owner).of_ids(situation.pending["entries"])
        return self._removed(situation, chosen, about)

    def named(self, words: str) -> Meant:
        """What words such as "my dog's name", "my dog", "handbook.md" or "what I said yesterday" mean."""
        return self._meaning.named(words)

    def _asked_everything(self, situation: Situation) -> Reply:
        with self._desk.parts.database.read() as connection:
            entries, turns, elsewhere = self._desk.parts.manager.counted(connection, self._desk.owner)
        pending = {"asks": "confirm", "kind": "forget", "everything": True, "entries": [], "about": "everything about you"}
        return self._desk.kept(situation, replies.confirm_everything(entries, turns, elsewhere), pending, asks="confirm", options=("yes", "no"))

    def _everything(self, situation: Situation) -> Reply:
        """Remove all of a person, and keep only the place of the turn that wished it."""
        manager, turn = self._desk.parts.manager, replace(situation.turn, text=FORGOTTEN)
        with self._desk.parts.database.write() as connection:
            commit = manager.forget_everything(connection, self._desk.owner, turn.said_at)
            reply = Reply(turn.id, replies.forgotten(commit.receipt, "everything about you"), situation.intent)
            reply = self._desk.keep(connection, replace(situation, turn=turn), reply, {})
        manager.forgotten(commit)
        return reply

    def _removed(self, situation: Situation, chosen: Sequence[Entry], about: str) -> Reply:
        manager, turn = self._desk.parts.manager, situation.turn
        if not chosen:
            return self._desk.kept(situation, replies.NOTHING_ABOUT_THAT)
        return self._done(situation, lambda connection: manager.forget(connection, self._desk.owner, chosen, turn.said_at), about)

    def _done(self, situation: Situation, work: Callable[[Connection], Commit], about: str) -> Reply:
        manager, turn = self._desk.parts.manager, situation.turn
        with self._desk.parts.database.write() as connection:
            try:
                commit = work(connection)
            except NotFound as not_own:
                return self._desk.kept(situation, str(not_own), connection=connection)
            changes = tuple(replace(change, before=None) for change in commit.receipt.changes)
            reply = Reply(turn.id, replies.forgotten(commit.receipt, about), situation.intent, changes=changes)
            # "Forget that my dog is called Rex" would keep the name.
            named = commit.traces is not None and commit.traces.tells(turn.text)
            kept = replace(situation, turn=replace(turn, text=FORGOTTEN)) if named else situation
            reply = self._desk.keep(connection, kept, reply, {})
        manager.forgotten(commit)
        return reply
