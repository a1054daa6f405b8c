"""The recalling branch: questions about LIC's memory itself: what it knows of somebody, what it learned in a time, what held before."""

import re
from collections.abc import Sequence
from datetime import timedelta

from lic import replies
from lic.branches.desk import Desk, Situation
from lic.language import key, turned, words
from lic.lessons.when import period_of
from lic.mental_process.entries import Entries
from lic.self_taking.past import held_of, meant
from lic.types import Entry, Evidence, Reply, Taken

MOST_TOLD = 12
LATELY = timedelta(days=1)
_KNOWING = frozenset("know known about tell told is are learned have has".split())
_ABOUT_ME = re.compile(r"\b(?:about|of|on|regarding) (?:me|us|myself)\b", re.IGNORECASE)
_SELF = frozenset(["i", "me", "my", "myself", "us", "we"])


class Recalling:
    """What happens to a turn that asks about the memory."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def about(self, situation: Situation) -> Reply | None:
        """All that is known of somebody or something; None where the turn names nobody, asks for one thing about them, or nothing is known."""
        if set(words(situation.asking.slots.relation)) - _KNOWING:
            return None
        subject = situation.asking.slots.subject
        if not key(subject):
            return None
        of_self = set(key(subject).split()) <= _SELF
        if of_self and not _ABOUT_ME.search(situation.turn.text):
            return None
        with self._desk.parts.database.read() as connection:
            entries = Entries(connection, self._desk.owner)
            if of_self:
                found = entries.listed(limit=200)
                found = [entry for entry in found if entry.owner == self._desk.owner]
            else:
                found = [entry for entry, _ in entries.concerning(subject, 200, everywhere=True)]
        if not found and not of_self:
            return None
        named = "you" if of_self else turned(subject)
        return self._told(situation, found, replies.known_of(named, len(found)))

    def learned(self, situation: Situation) -> Reply:
        """What was taught in a time; lately where none is named."""
        now = situation.turn.said_at
        period = period_of(situation.turn.text, now)
        begins, ends = period or (now - LATELY, now)
        with self._desk.parts.database.read() as connection:
            entries = Entries(connection, self._desk.owner)
            found = entries.said_between(begins, ends)
            if not found and period is None:
                found = entries.listed(limit=MOST_TOLD)
        return self._told(situation, found, replies.learned_in(len(found)))

    def past(self, situation: Situation) -> Reply | None:
        """What held before or at a time; None where nothing of that kind is known, so that the turn is answered like any question."""
        parts, turn = self._desk.parts, situation.turn
        with parts.database.read() as connection:
            entries = Entries(connection, self._desk.owner)
            finding = parts.self_taking.finding
            found = [item for item in finding.candidates(connection, situation.asking) if item.entry.owner == self._desk.owner]
            held = held_of(entries, finding.alike(entries, found))
            if not held and situation.context.focus and not situation.asking.slots.relation:
                held = held_of(entries, [Taken(situation.context.focus[0], 1.0)])
        if not held:
            return None
        then = meant(held, turn.text, period_of(turn.text, turn.said_at), turn.said_at)
        evidence = tuple({one.entry.id: Evidence(one.entry.id, one.text, 1.0) for one in (then or held[-1:])}.values())
        text = (
            replies.formerly([(one.text, one.ends) for one in then], turn.said_at) if then else replies.only_known(held[-1].text, held[-1].begins, turn.said_at)
        )
        return self._desk.kept_reply(situation, Reply(turn.id, text, situation.intent, evidence=evidence, options=("why",)), {})

    def _told(self, situation: Situation, found: Sequence[Entry], opening: str) -> Reply:
        shown = found[:MOST_TOLD]
        reply = Reply(
            situation.turn.id,
            replies.listed(opening, [entry.text for entry in shown], len(found) - len(shown)),
            situation.intent,
            evidence=tuple(Evidence(entry.id, entry.text, 1.0) for entry in shown),
            options=("why", "correct", "forget") if len(shown) == 1 else (),
        )
        return self._desk.kept_reply(situation, reply, {})
