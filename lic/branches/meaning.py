"""What a wish to forget means: one thing, all about somebody, what was said in a time, what came from a document, or everything."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from lic.branches.desk import Desk
from lic.branches.documents import document_in, names_file
from lic.data_management.scopes import Scope
from lic.intent.wishes import FORGETS
from lic.language import SOURCE, key, lower_first, turned, words
from lic.lessons.tagger import named_in, question_slots
from lic.lessons.when import period_of
from lic.mental_process.entries import Entries
from lic.mental_process.search import full_text
from lic.reader.reader import Reading
from lic.self_taking.finding import Asking
from lic.transcript import Transcript
from lic.types import Encoding, Entry, Taken

FORGET_FROM = 0.3
"""Entries that answer "what is …" of a wish to forget at least this surely are forgotten at once, …"""
ASK_FROM = 0.1
"""… and from this probability on LIC asks whether they are meant, because forgetting has no way back."""
SURE_UNWORDED = 0.6
"""Where an entry shares no word with the wish, LIC asks below this probability too: the cat's name is not the dog's."""
MOST_WORDED = 50
_POINTING = frozenset("that it this them those".split())
SURE_SCOPE = 0.5
"""From this probability on a wish to forget means more than one thing; LIC then shows what it means, and asks."""
MOST_FORGOTTEN = 1_000
BEFORE = timedelta(milliseconds=1)
"""The end of a time is the beginning of the next one; the database tells moments apart by this."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a wish to forget means: own entries, or all that was said in a `scope`, or everything.

    `sure` says that this is meant, `about` names it without telling a value. `shared` is what is meant where that is another person's.
    """

    entries: tuple[Entry, ...] = ()
    sure: bool = False
    about: str = "that"
    scope: Scope | None = None
    everything: bool = False
    shared: Entry | None = None


class Meaning:
    """Finds what a person wants to be forgotten, and changes nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def wished(self, encoding: Encoding, reading: Reading, focus: Sequence[Entry], at: datetime, turn: str) -> Meant:
        """What a wish to forget means: all, what was said in a time, what came from a document, all about somebody, or one thing."""
        wish, probability = self._desk.parts.wishes.among(encoding, FORGETS)
        sure = probability >= SURE_SCOPE
        if (wish == "forget_source" or names_file(encoding.text)) and (found := self._from_document(encoding.text, wish == "forget_source" and sure)):
            return found
        if sure and wish == "forget_me":
            return Meant(everything=True)
        if sure and wish == "forget_period" and (period := period_of(encoding.text, at)):
            return Meant(sure=True, about="what you said then", scope=Scope(period=(period[0], min(period[1] - BEFORE, at)), but=turn))
        if sure and wish == "forget_subject" and (found := self._about_subject(encoding, reading)):
            return found
        return self._meant(encoding, reading, focus, at, wish == "forget_one")

    def _from_document(self, text: str, sure: bool) -> Meant | None:
        """What came from a document: the one that is named, or the last one; nothing where another one is named. None where no document is meant."""
        with self._desk.parts.database.read() as connection:
            known = Transcript(connection, self._desk.owner).conversations_from(SOURCE)
        names = [conversation.removeprefix(SOURCE) for conversation in known]
        named = document_in(text, names, by_title=sure)
        if named is None and names_file(text):
            return Meant() if sure else None
        chosen = named or (names[0] if sure and names else None)
        if chosen is None:
            return None
        return Meant(sure=named is not None, about=f"what came from {chosen}", scope=Scope(conversation=f"{SOURCE}{chosen}"))

    def _about_subject(self, encoding: Encoding, reading: Reading) -> Meant | None:
        subject = question_slots(encoding, reading).subject or named_in(encoding, reading)
        with self._desk.parts.database.read() as connection:
            found = [entry for entry, _ in Entries(connection, self._desk.owner).concerning(subject, MOST_FORGOTTEN, everywhere=True)] if key(subject) else []
        return Meant(tuple(found), about=f"everything about {turned(subject)}") if found else None

    def named(self, text: str) -> Meant:
        """What words such as "my dog's name", "my dog", "handbook.md" or "what I said yesterday" mean."""
        with self._desk.parts.database.read() as connection:
            about = Entries(connection, self._desk.owner).about(text)
        if about:
            return Meant(tuple(about), True, _about(text, about))
        [encoding] = self._desk.parts.encoder.encode([f"Forget {text}"])
        [reading] = self._desk.parts.reader.read([encoding], [None])
        return self.wished(encoding, reading, (), datetime.now().astimezone(), "")

    def _meant(self, encoding: Encoding, reading: Reading, focus: Sequence[Entry], at: datetime, one: bool) -> Meant:
        """One thing: what the turn points at, or what it names by its question or by its value; `one` where nothing else than one thing may be meant."""
        slots = question_slots(encoding, reading)
        if not slots.relation and key(slots.subject) in ("", *_POINTING):
            points = bool(_POINTING & set(words(encoding.text)))
            told = () if points else self._told_in(encoding.text)
            chosen = told or tuple(entry for entry in focus if entry.owner == self._desk.owner)
            return Meant(chosen, bool(told) or (points and one), _asked_of(chosen), shared=next(iter(focus), None) if points else None)
        named = named_in(encoding, reading)
        asked, asked_reading = self._as_question(named) if named else (encoding, reading)
        with self._desk.parts.database.read() as connection:
            found = self._desk.parts.self_taking.finding.candidates(connection, Asking(self._desk.owner, at, asked, asked_reading))
            about = Entries(connection, self._desk.owner).about(slots.subject) if not slots.relation else []
            worded = self._worded(connection, named)
        chosen, sure = (about, True) if about else _answering([item for item in found if item.entry.owner == self._desk.owner], worded)
        shared = next((item.entry for item in found if item.entry.owner != self._desk.owner and item.score >= FORGET_FROM), None)
        return Meant(tuple(chosen), sure, _about(named, chosen), shared=shared)

    def _told_in(self, text: str) -> tuple[Entry, ...]:
        """The own entries whose values stand in a text: "forget 4471"."""
        with self._desk.parts.database.read() as connection:
            found = self._worded(connection, text).values()
        return tuple(entry for entry in found if key(entry.slots.value) and f" {key(entry.slots.value)} " in f" {key(text)} ")

    def _worded(self, connection: Connection, text: str) -> dict[str, Entry]:
        """The own entries, by their ids, that share a word with a text."""
        found = Entries(connection, self._desk.owner).of_versions(full_text(connection, self._desk.owner, text, MOST_WORDED))
        return {entry.id: entry for entry, _ in found.values() if entry.owner == self._desk.owner}

    def _as_question(self, named: str) -> tuple[Encoding, Reading]:
        """What is to be forgotten, as the question that it answers: "my dog's name" becomes "What is my dog's name?"."""
        asks_itself = key(named).split(" ")[0] in ("what", "where", "when", "who", "how", "which", "why", "that")
        [encoding] = self._desk.parts.encoder.encode([f"{named}?" if asks_itself else f"What is {named}?"])
        [reading] = self._desk.parts.reader.read([encoding], [None])
        return encoding, reading


def _answering(found: Sequence[Taken], worded: Container[str]) -> tuple[list[Entry], bool]:
    """The entries that answer what is to be forgotten, all of one question, and whether that is sure."""
    best = [item for item in found if item.score >= FORGET_FROM]
    if not best:
        return [item.entry for item in found[:1] if item.score >= ASK_FROM], False
    first = best[0].entry.slots
    asked = (key(first.subject), key(first.relation))
    chosen = [item.entry for item in best if (key(item.entry.slots.subject), key(item.entry.slots.relation)) == asked]
    return chosen, best[0].score >= SURE_UNWORDED or all(entry.id in worded for entry in chosen)


def _about(named: str, chosen: Sequence[Entry]) -> str:
    """What was forgotten, in the person's words turned; the reply stays in the transcript, so it never says the value itself."""
    told = any(key(entry.slots.value) in key(named) for entry in chosen if key(entry.slots.value))
    return _asked_of(chosen) if told or not named or key(named) in ("i", "me", "my") else lower_first(turned(named))


def _asked_of(chosen: Sequence[Entry]) -> str:
    """Entries named by the questions that they answer."""
    safe = [entry.question for entry in chosen if not key(entry.slots.value) or key(entry.slots.value) not in key(entry.question)]
    return "; ".join(f"“{turned(question)}”" for question in list(dict.fromkeys(safe))[:3]) or "that"
