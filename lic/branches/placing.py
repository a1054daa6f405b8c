"""The placing branch: what becomes of an older value where LIC was not sure, once the person says it: replaced, kept beside, or only for a time away."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from lic import replies
from lic.branches.desk import Desk, Situation, settling
from lic.data_management.commits import Commit
from lic.errors import NotFound, NothingToUndo
from lic.intent.wishes import Wish
from lic.language import key, words
from lic.lessons.references import points
from lic.lessons.tagger import SURELY_FROM, facts_of
from lic.lessons.when import until_of
from lic.mental_process.entries import Entries
from lic.types import Entry, Receipt, Reply

CHOICES: frozenset[Wish] = frozenset(("replace", "keep_both", "for_a_time", "neither"))
TAKES_BACK: frozenset[Wish] = frozenset(("undo", "redo"))
SURE_CHOICE = 0.6
SURE_DESPITE_NAME = 0.8
"""From this probability on the choice is what the words say, though only one of the values is named: "replace 14"."""
STATES_FROM = 0.2
"""A turn that the gate takes for no teaching chooses nothing either where it states something else with this probability."""
LONGEST = 12
"""A choice is said in at most so many words; what is longer says something else."""


class Placing:
    """What happens to a turn that answers "replace it, keep both, or only for a time?"."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def chosen(self, situation: Situation) -> Reply | None:
        """Do what was chosen; None where the turn chooses nothing."""
        turn, pending = situation.turn, situation.pending
        if situation.intent.act in ("question", "why", "forget") or len(words(turn.text)) > LONGEST or self._takes_back(situation):
            return None
        with self._desk.parts.database.read() as connection:
            known = {entry.id: entry for entry in Entries(connection, self._desk.owner).of_ids([pending["new"], pending["old"]])}
        if len(known) < 2:
            return self._desk.kept(situation, replies.ALL_RIGHT)
        new, old, until = known[pending["new"]], known[pending["old"]], until_of(turn.text, turn.said_at)
        if self._states(situation, new, old):
            return None
        if pending["kind"] == "until":
            return self._limited(situation, new, old, until) if until else None
        wish = self._wish(situation, new, old)
        if wish is None:
            return None
        if wish == "keep_both":
            return self._desk.kept(situation, replies.KEPT_BOTH)
        if wish == "for_a_time":
            if until is None:
                return self._desk.kept(situation, replies.UNTIL_WHEN, {**pending, "kind": "until"}, asks="choose")
            return self._limited(situation, new, old, until)
        manager = self._desk.parts.manager
        if wish == "keep_old":
            return self._done(
                situation, lambda connection: manager.retract(connection, self._desk.owner, new.id, turn, turn.said_at), lambda _: replies.stays(old.text)
            )
        if wish == "replace":
            return self._done(situation, lambda connection: manager.merge(connection, self._desk.owner, new.id, old.id, turn, turn.said_at), replies.learned)
        return self._done(situation, lambda connection: manager.undo(connection, self._desk.owner, pending["receipt"], turn.said_at), replies.undone)

    def _takes_back(self, situation: Situation) -> bool:
        """Whether a turn that the gate took for undoing does not choose after all: "replace it" does."""
        wish, probability = self._desk.parts.wishes.among(situation.encoding, CHOICES | TAKES_BACK)
        return situation.intent.act == "undo" and (wish not in CHOICES or probability < SURE_CHOICE)

    def _just_no(self, situation: Situation) -> bool:
        """Whether a turn is a bare no, which keeps what is known; "neither" takes the new value back."""
        sure = self._desk.parts.wishes.among(situation.encoding, CHOICES | TAKES_BACK)[1] >= SURE_DESPITE_NAME
        return len(words(situation.turn.text)) == 1 and situation.intent.act in ("deny", "undo") and not sure

    def _wish(self, situation: Situation, new: Entry, old: Entry) -> Wish | Literal["keep_old"] | None:
        """What was chosen; a value that is named alone is the one that holds, a bare yes takes the first of the three, a bare no keeps what is known."""
        by_act: dict[str, Wish] = {"confirm": "replace", "deny": "keep_both"}
        if self._just_no(situation):
            return "keep_both"
        wish, probability = self._desk.parts.wishes.among(situation.encoding, CHOICES)
        if (named := _named(situation.turn.text, new, old)) and probability < SURE_DESPITE_NAME:
            return named
        return wish if probability >= SURE_CHOICE else by_act.get(situation.intent.act)

    def _states(self, situation: Situation, new: Entry, old: Entry) -> bool:
        """Whether the turn tells something of its own: of another subject than the two entries, or of one that it names with another value."""
        intent = situation.intent
        asked = {key(entry.slots.subject) for entry in (new, old)} | {"", "i"}
        facts = facts_of(situation.encoding, situation.reading, SURELY_FROM if intent.teaching else STATES_FROM)
        subjects = [fact.subject.of(situation.turn.text) for fact in facts if fact.subject is not None and fact.value is not None]
        if not intent.teaching:
            return any(key(subject) not in asked and not points(subject) for subject in subjects)
        lessons = self._desk.lessons(situation.turn, intent, situation.encoding, situation.reading, situation.context)
        if any(key(lesson.slots.subject) not in asked and not points(lesson.slots.subject) for lesson in lessons):
            return True
        return intent.act != "correction" and any(not points(subject) for subject in subjects) and not _named(situation.turn.text, new, old)

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


def _named(text: str, new: Entry, old: Entry) -> Literal["replace", "keep_old"] | None:
    """The one of two entries that holds where a text names its value, and not that of the other."""
    names_new, names_old = (_names(text, one.slots.value, other.slots.value) for one, other in ((new, old), (old, new)))
    if names_new == names_old:
        return None
    return "replace" if names_new else "keep_old"


def _names(text: str, value: str, other: str) -> bool:
    """Whether a text names a value rather than another: the whole of it, or a name or number that only it has."""
    own = {key(word) for word in value.split() if word[:1].isupper() or any(map(str.isdigit, word))} - set(words(other))
    return bool(key(value)) and (f" {key(value)} " in f" {key(text)} " or bool(own & set(words(text))))
