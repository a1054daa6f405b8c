"""The forgetting branch: what a wish to forget means, a question where that is not sure, and the removal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lic import replies
from lic.branches.desk import Desk, Situation
from lic.errors import NotFound
from lic.intent.wishes import Wish
from lic.language import FORGOTTEN, SOURCE, key, lower_first, turned
from lic.lessons.tagger import named_in, question_slots
from lic.lessons.when import period_of
from lic.mental_process.entries import Entries
from lic.reader.reader import Reading
from lic.self_taking.finding import Asking
from lic.types import Encoding, Entry, Evidence, Reply, Taken

FORGET_FROM = 0.3
"""Entries that answer "what is …" of a wish to forget at least this surely are forgotten at once, …"""
ASK_FROM = 0.1
"""… and from this probability on LIC asks whether they are meant, because forgetting has no way back."""
FORGETS: frozenset[Wish] = frozenset(("forget_one", "forget_subject", "forget_period", "forget_source", "forget_me"))
SURE_SCOPE = 0.5
"""From this probability on a wish to forget means more than one thing; LIC then shows what it means, and asks."""
MOST_SHOWN, MOST_FORGOTTEN = 20, 1_000
SURE_ACT = 0.85
"""What takes something away is done at once only where the gate is at least this sure of the act; else LIC asks."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The own entries that a wish to forget means; `sure` says that they are, `about` names them without telling a value.

    `shared` is what is meant where that is another person's.
    """

    entries: tuple[Entry, ...] = ()
    sure: bool = False
    about: str = "that"
    everything: bool = False
    shared: Entry | None = None


class Forgetting:
    """What happens to a turn that wants something removed for good."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def forget(self, situation: Situation) -> Reply:
        """Forget what is meant at once where that is sure and one thing; else ask first, showing it."""
        meant = self._wished(situation)
        if meant.everything:
            return self._asked_everything(situation)
        if not meant.entries:
            return self._desk.kept(situation, replies.not_forgotten(meant.shared) if meant.shared else replies.NOTHING_ABOUT_THAT)
        if meant.sure and len(meant.entries) == 1 and situation.intent.probability >= SURE_ACT:
            return self._removed(situation, meant.entries, meant.about)
        pending = {"asks": "confirm", "kind": "forget", "entries": [entry.id for entry in meant.entries], "about": meant.about}
        reply = Reply(
            situation.turn.id,
            replies.confirm_forgetting(meant.entries),
            situation.intent,
            evidence=tuple(Evidence(entry.id, entry.text, 1.0) for entry in meant.entries[:MOST_SHOWN]),
            asks="confirm",
            options=("yes", "no"),
        )
        return self._desk.kept_reply(situation, reply, pending)

    def confirmed(self, situation: Situation) -> Reply:
        """ "Yes" to the question whether something is to be forgotten."""
        if situation.pending.get("everything"):
            return self._everything(situation)
        with self._desk.parts.database.read() as connection:
            chosen = Entries(connection, self._desk.owner).of_ids(situation.pending["entries"])
        return self._removed(situation, chosen, situation.pending["about"])

    def _wished(self, situation: Situation) -> Meant:
        """What a wish to forget means: all, what was said in a time, what came from a document, all about somebody, or one thing."""
        wish, probability = self._desk.parts.wishes.among(situation.encoding, FORGETS)
        text, now = situation.turn.text, situation.turn.said_at
        if probability >= SURE_SCOPE:
            if wish == "forget_me":
                return Meant(everything=True)
            if wish == "forget_period" and (period := period_of(text, now)):
                with self._desk.parts.database.read() as connection:
                    return Meant(tuple(Entries(connection, self._desk.owner).said_between(*period, by_oneself=True)), about="what you said then")
            if wish == "forget_source" and (found := self._from_source(text)):
                return found
            if wish == "forget_subject" and (found := self._about_subject(situation)):
                return found
        return self._meant(situation.encoding, situation.reading, situation.context.focus[:1], now)

    def _from_source(self, text: str) -> Meant | None:
        """What came from a document, the one that is named or the last one."""
        with self._desk.parts.database.read() as connection:
            entries = Entries(connection, self._desk.owner)
            sources = entries.sources(SOURCE)
            named = [source for source in sources if source.removeprefix(SOURCE).lower() in text.lower()]
            chosen = (named or sources)[:1]
            return Meant(tuple(entries.from_source(chosen[0])), about=f"what came from {chosen[0].removeprefix(SOURCE)}") if chosen else None

    def _about_subject(self, situation: Situation) -> Meant | None:
        subject = situation.asking.slots.subject or named_in(situation.encoding, situation.reading)
        with self._desk.parts.database.read() as connection:
            found = [entry for entry, _ in Entries(connection, self._desk.owner).concerning(subject, MOST_FORGOTTEN, everywhere=True)] if key(subject) else []
        return Meant(tuple(found), about=f"everything about {turned(subject)}") if found else None

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

    def named(self, words: str) -> Meant:
        """The entries that words such as "my dog's name" mean, or all about a subject such as "my dog"."""
        with self._desk.parts.database.read() as connection:
            about = Entries(connection, self._desk.owner).about(words)
        if about:
            return Meant(tuple(about), True, _about(words, about))
        [encoding] = self._desk.parts.encoder.encode([f"Forget {words}"])
        [reading] = self._desk.parts.reader.read([encoding], [None])
        return self._meant(encoding, reading, (), datetime.now(UTC))

    def _meant(self, encoding: Encoding, reading: Reading, focus: Sequence[Entry], at: datetime) -> Meant:
        slots = question_slots(encoding, reading)
        if not slots.relation and (not slots.subject or slots.subject.lower() in ("that", "it", "this", "them", "those")):
            own = [entry for entry in focus if entry.owner == self._desk.owner]
            return Meant(tuple(own), True, _asked_of(own), shared=next(iter(focus), None))
        named = named_in(encoding, reading)
        asked, asked_reading = self._as_question(named) if named else (encoding, reading)
        with self._desk.parts.database.read() as connection:
            found = self._desk.parts.self_taking.finding.candidates(connection, Asking(self._desk.owner, at, asked, asked_reading))
            about = Entries(connection, self._desk.owner).about(slots.subject) if not slots.relation else []
        chosen, sure = (about, True) if about else _answering([item for item in found if item.entry.owner == self._desk.owner])
        shared = next((item.entry for item in found if item.entry.owner != self._desk.owner and item.score >= FORGET_FROM), None)
        return Meant(tuple(chosen), sure, _about(named, chosen), shared=shared)

    def _as_question(self, named: str) -> tuple[Encoding, Reading]:
        """What is to be forgotten, as the question that it answers: "my dog's name" becomes "What is my dog's name?"."""
        asks_itself = key(named).split(" ")[0] in ("what", "where", "when", "who", "how", "which", "why", "that")
        [encoding] = self._desk.parts.encoder.encode([f"{named}?" if asks_itself else f"What is {named}?"])
        [reading] = self._desk.parts.reader.read([encoding], [None])
        return encoding, reading

    def _removed(self, situation: Situation, chosen: Sequence[Entry], about: str) -> Reply:
        if not chosen:
            return self._desk.kept(situation, replies.NOTHING_ABOUT_THAT)
        manager, turn = self._desk.parts.manager, situation.turn
        with self._desk.parts.database.write() as connection:
            try:
                named = manager.gives_away(connection, self._desk.owner, chosen, turn.text)
                commit = manager.forget(connection, self._desk.owner, chosen, turn.said_at)
            except NotFound as not_own:
                return self._desk.kept(situation, str(not_own), connection=connection)
            changes = tuple(replace(change, before=None) for change in commit.receipt.changes)
            reply = Reply(turn.id, replies.forgotten(commit.receipt, about), situation.intent, changes=changes)
            # "Forget that my dog is called Rex" would keep the name.
            kept = replace(situation, turn=replace(turn, text=FORGOTTEN)) if named else situation
            reply = self._desk.keep(connection, kept, reply, {})
        manager.forgotten(commit)
        return reply


def _answering(found: Sequence[Taken]) -> tuple[list[Entry], bool]:
    """The entries that answer what is to be forgotten, all of one question, and whether that is sure."""
    best = [item.entry for item in found if item.score >= FORGET_FROM]
    if not best:
        return [item.entry for item in found[:1] if item.score >= ASK_FROM], False
    asked = (key(best[0].slots.subject), key(best[0].slots.relation))
    return [entry for entry in best if (key(entry.slots.subject), key(entry.slots.relation)) == asked], True


def _about(named: str, chosen: Sequence[Entry]) -> str:
    """What was forgotten, in the person's words turned; the reply stays in the transcript, so it never says the value itself."""
    told = any(key(entry.slots.value) in key(named) for entry in chosen if key(entry.slots.value))
    return _asked_of(chosen) if told or not named or key(named) in ("i", "me", "my") else lower_first(turned(named))


def _asked_of(chosen: Sequence[Entry]) -> str:
    """Entries named by the questions that they answer."""
    safe = [entry.question for entry in chosen if not key(entry.slots.value) or key(entry.slots.value) not in key(entry.question)]
    return "; ".join(f"“{turned(question)}”" for question in list(dict.fromkeys(safe))[:3]) or "that"
