"""What answers a question: the entries themselves, two of them in two steps, or, where nothing does, what would have to be known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from lic.judges.answerability import Answerability
from lic.judges.same_question import SameQuestion
from lic.language import asked_by, key, turned, words
from lic.lessons.reported import as_read_by
from lic.lessons.tagger import question_slots
from lic.mental_process.entries import Entries
from lic.mental_process.search import HybridSearch
from lic.reader.reader import Reader, Reading
from lic.self_taking.chaining import Step, names_one, steps
from lic.self_taking.others import asks_alike, beside, frame, of_one_kind, otherwise, said
from lic.types import TAUGHT_REPLY, Encoder, Encoding, Entry, Slots, Taken

TAKE_FROM = 0.15
"""An entry answers from this probability on; `python -m lic.training.answerability` prints what other thresholds would cost, see docs/LOG.md."""
SURE = 0.6
"""From this probability on one entry answers alone, and no second step is looked for."""
ANSWERS_TOO, ANSWERS_TOO_OF_SEVERAL = 0.25, 0.08
"""Entries with so much of the surest one's probability answer the same question; less is enough where several values are wanted, …"""
RIVALS, ALIKE = 0.03, 0.3
"""… and still less where the judge of places says with this probability that both are about the same."""
ALIKE_SURELY, ANSWERS_AS_WELL = 0.5, 0.5
"""From this probability on, or with so much of the surest one's, two people speak of the same: the own statement is told, with what the other one says."""
SEVERAL, MANY_SAYS = 0.5, 0.3
"""From this probability on several values are wanted; what was learned as one of several counts so much more."""
OF_ANOTHER = 0.05
"""So little is left of the probability of an entry that names another owner than the question: the office's password, not the cabin's."""
_POINTING = frozenset("i my we our me us the a an is are it they you your of at in for".split())
_BELONGING = re.compile(r"\b(?:of|at|in|for) (?:the|my|our) ([\w'’-]+)", re.IGNORECASE)
CANDIDATES = 12
MOST_TAKEN = 12
MOST_STEPS = 4
NEAR_FROM = 0.03
"""From this probability on an entry about another subject is near enough to be named where nothing answers."""


@dataclass(frozen=True)
class Asking:
    """A question on its way: who asks, when, and what the models read in it."""

    owner: str
    at: datetime
    encoding: Encoding
    reading: Reading

    @cached_property
    def slots(self) -> Slots:
        """What is asked about."""
        return question_slots(self.encoding, self.reading)


@dataclass(frozen=True, slots=True)
class Missing:
    """The first of two steps, which is known, and the question that is left."""

    entry: Entry
    question: str


@dataclass(frozen=True, slots=True)
class Found:
    """What answers, with what others shared that says otherwise; else what is missing for it, or of whom else the same is known."""

    taken: tuple[Taken, ...] = ()
    otherwise: tuple[Taken, ...] = ()
    missing: Missing | None = None
    near: str = ""


class Finding:
    """Searches the Mental Process, and lets the judge say what of it answers."""

    def __init__(self, search: HybridSearch, encoder: Encoder, reader: Reader, judge: Answerability, same_question: SameQuestion) -> None:
        self._search = search
        self._encoder = encoder
        self._reader = reader
        self._judge = judge
        self._same_question = same_question

    def candidates(self, connection: Connection, asking: Asking, k: int = CANDIDATES) -> list[Taken]:
        """What search finds for a question, with the probability that each entry answers it, the surest first."""
        found = self._search.search(connection, asking.owner, asking.encoding, k)
        return self._judged(asking, [(as_read_by(item.entry, asking.owner), item.cosine) for item in found])

    def find(self, connection: Connection, asking: Asking, trace: list[str]) -> Found:
        """What answers a question now; lines for each step go to the trace."""
        entries = Entries(connection, asking.owner)
        found = self.candidates(connection, asking)
        trace.append(f"searched: {len(found)} found" + "".join(f"; {item.score:.2f} “{item.entry.text}”" for item in found[:3]))
        answer = self._of_one_question(entries, [item for item in found if holds(item.entry, asking.at)])
        direct = answer.taken
        if direct and (now := _named_since(entries, direct[0].entry)):
            trace.append(f"“{direct[0].entry.text}” was said before “{now.text}”")
            return Found(missing=Missing(now, _asked_of(asking.encoding.text, now)))
        if direct and direct[0].score >= SURE:
            return answer
        chained = self._chained(entries, asking, [item.entry for item in found], trace)
        if chained.taken and (not direct or chained.taken[0].score > direct[0].score):
            return chained
        return answer if direct else Found(missing=chained.missing, near=_near(found, asking))

    def _judged(self, asking: Asking, found: Sequence[tuple[Entry, float]]) -> list[Taken]:
        judged = self._judge.judged(asking.encoding, asking.slots, found)
        taken = (Taken(entry, one.answers * _agreement(asking, entry), one.several) for (entry, _), one in zip(found, judged, strict=True))
        return sorted(taken, key=lambda item: -item.score)

    def _of_one_question(self, entries: Entries, found: Sequence[Taken]) -> Found:
        """Of judged entries, the surest first, those to answer with: all of the surest one's question where several values are wanted, else the newest.

        Two statements in unlike words may answer one question, and were then kept beside each other; the newest is told. What the person said
        comes before what others shared, and what these say otherwise is found with it.
        """
        sure = [item for item in found if item.entry.slots.relation != TAUGHT_REPLY]
        if not sure or sure[0].score < TAKE_FROM:
            return Found()
        best, *others = sure
        likely = [item for item in others if item.score >= RIVALS * best.score and of_one_kind(item.entry, best.entry)]
        vectors = entries.vectors([item.entry.id for item in (best, *likely)]) if likely else {}
        near = [(item.entry, float(vectors[best.entry.id] @ vectors[item.entry.id])) for item in likely]
        verdicts = self._same_question.between(best.entry, near)
        several = best.several + MANY_SAYS * best.entry.many >= SEVERAL
        surely = (ANSWERS_TOO_OF_SEVERAL if several else ANSWERS_TOO) * best.score
        same = (
            item.score >= surely or (verdict.same >= ALIKE and _of_one_subject(best.entry, item.entry)) for item, verdict in zip(likely, verdicts, strict=True)
        )
        alike = [best, *(item for item, too in zip(likely, same, strict=True) if too)]
        frames = {text for item in alike if (text := frame(item.entry))}
        alike += [item for item in others if item not in alike and frame(item.entry) in frames]
        if several:
            return Found(tuple(alike[:MOST_TAKEN]))
        judged = [item for item, verdict in zip(likely, verdicts, strict=True) if verdict.same >= ALIKE_SURELY or item.score >= ANSWERS_AS_WELL * best.score]
        of_one = [item for item in alike if item is best or item in judged or asks_alike(item.entry, best.entry)]
        own = [item for item in of_one if item.entry.owner == entries.owner]
        among = own if own and any(item.entry.owner != entries.owner for item in alike) else alike
        told = max(among, key=said)
        return Found((told, *beside(told, of_one)), otherwise(told, of_one))

    def _chained(self, entries: Entries, asking: Asking, found: Sequence[Entry], trace: list[str]) -> Found:
        """Answer in two steps; where only the first one is known, say what would have to be known for the second."""
        newest = sorted((entry for entry in found if holds(entry, asking.at)), key=lambda entry: (entry.said_at, entry.created_at), reverse=True)
        described = steps(asking.encoding.text, newest)
        # Of two managers the one that was told of last is meant.
        described = list({_described(step.entry): step for step in reversed(described)}.values())[-MOST_STEPS:]
        known = [(step, about) for step in described if (about := entries.concerning(step.entry.slots.value, CANDIDATES))]
        best: tuple[Taken, Step] | None = None
        encodings = self._encoder.encode([step.question for step, _ in known]) if known else []
        readings = self._reader.read(encodings, [None] * len(known)) if known else []
        for (step, about), encoding, reading in zip(known, encodings, readings, strict=True):
            second = Asking(asking.owner, asking.at, encoding, reading)
            near = [(entry, float(vector @ encoding.vector)) for entry, vector in about if entry.id != step.entry.id and holds(entry, asking.at)]
            answers = self._judged(second, near)
            for item in self._of_one_question(entries, answers).taken[:1]:
                if best is None or item.score > best[0].score:
                    best = item, step
        if best is not None:
            trace.append(f"in two steps: “{best[1].entry.text}”, so “{best[1].question}”")
            return Found((best[0], Taken(best[1].entry, best[0].score)))
        named = next((step for step in described if names_one(step.entry)), None)
        return Found(missing=Missing(named.entry, named.question)) if named else Found()


def _agreement(asking: Asking, entry: Entry) -> float:
    """Where question and entry name each an owner of its own, and neither speaks of the other's, they are about two things."""
    question, statement = ({word.removesuffix("'s") for word in words(text)} for text in (asking.encoding.text, entry.text))
    asked = _owner_words(asking.slots), _belonging(asking.encoding.text)
    told = _owner_words(entry.slots), _belonging(entry.text) - set(words(entry.slots.value))
    apart = any(one and other and not one & statement and not other & question for one in asked for other in told)
    return OF_ANOTHER if apart or _differ_in_kind(asking.slots, entry.slots, question, statement) else 1.0


def _differ_in_kind(asked: Slots, told: Slots, question: set[str], statement: set[str]) -> bool:
    """Whether two subjects are two of one kind: the harbour ferry, and the island ferry."""
    one, other = ([word for word in words(slots.subject) if word not in _POINTING] for slots in (asked, told))
    return len(one) > 1 and len(other) > 1 and one[-1] == other[-1] and not set(one) <= statement and not set(other) <= question


def _owner_words(slots: Slots) -> set[str]:
    owner = asked_by(slots.subject, slots.relation)[0] or key(slots.subject)
    return {word.removesuffix("'s") for word in owner.split()} - _POINTING


def _belonging(text: str) -> set[str]:
    """The nouns behind "of the", "at my", "for our": whose or where something is."""
    return {word.lower() for phrase in _BELONGING.findall(text) for word in words(phrase)} - _POINTING


def _of_one_subject(one: Entry, other: Entry) -> bool:
    """Whether two entries may be about the same: where both name their subject in words of their own, one of these is shared."""
    first, second = ({word for word in key(entry.slots.subject).split() if word not in _POINTING} for entry in (one, other))
    return not first or not second or bool(first & second)


def holds(entry: Entry, at: datetime) -> bool:
    """Whether an entry still holds at a time: what was said to end by then does not."""
    return entry.holds_until is None or entry.holds_until >= at


def _named_since(entries: Entries, entry: Entry) -> Entry | None:
    """Who the subject of an entry is now, where that was somebody else when the entry was said: my manager is Tom now, it was Petra."""
    if key(entry.slots.subject) in _POINTING:
        return None
    owner, attribute = asked_by(entry.slots.subject, "is")
    attributes = [naming for naming, _ in entries.with_slots(Slots("I", attribute), MOST_STEPS)] if owner == "i" else []
    for naming in (*entries.about(entry.slots.subject), *attributes):
        changed = naming.id != entry.id and naming.version > 1 and naming.said_at > entry.said_at
        if changed and names_one(naming) and _described(naming) == _described_by(entry.slots.subject):
            return naming
    return None


def _described(entry: Entry) -> tuple[str, str]:
    """Of whom an entry tells who they are: the owner and the role."""
    found = asked_by(entry.slots.subject, entry.slots.relation)
    return found if found != ("", "") else (key(entry.slots.subject), key(entry.slots.relation))


def _described_by(subject: str) -> tuple[str, str]:
    found = asked_by(subject, "is")
    return found if found != ("", "") else (key(subject), "is")


def _asked_of(question: str, naming: Entry) -> str:
    made = steps(question, [naming])
    return made[0].question if made else question


def _near(found: Sequence[Taken], asking: Asking) -> str:
    """Of whom or what else the same is known, turned to the person; empty where nothing is near."""
    asked, text = asking.slots, key(asking.encoding.text)
    for item in found[:3]:
        subject, relation = item.entry.slots.subject, key(item.entry.slots.relation)
        other = key(subject) not in ("", "i", "we", key(asked.subject)) and key(subject) not in text
        if item.score >= NEAR_FROM and other and set(relation.split()) & set(text.split()):
            return turned(subject)
    return ""
