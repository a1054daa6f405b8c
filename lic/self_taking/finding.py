"""What answers a question: the entries themselves, two of them in two steps, or, where nothing does, what would have to be known."""

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
from lic.self_taking.agreement import POINTING, agreement
from lic.self_taking.chaining import Step, names_one, steps
from lic.self_taking.others import beside, otherwise, said
from lic.types import TAUGHT_REPLY, Encoder, Encoding, Entry, Slots, Taken, Vector

TAKE_FROM = 0.2
"""An entry answers from this probability on; `python -m lic.training.judges` prints what other thresholds would cost, see docs/LOG.md."""
SURE = 0.6
"""From this probability on one entry answers alone, and no second step is looked for."""
ALIKE, LIKELY_ALIKE = 0.7, 0.5
"""Entries answer the same question as the surest one where the judge of places says so with this probability; less is enough for those …"""
ANSWERS_TOO = 0.5
"""… with so much of the surest one's probability of being the answer."""
OF_SEVERAL = 0.28
"""Where several values are wanted, so much of each of these three is enough: one too many does less harm than one too few."""
SEVERAL, MANY_SAYS = 0.5, 0.3
"""From this probability on several values are wanted; what was learned as one of several counts so much more."""
CANDIDATES = 12
MOST_TAKEN = 12
MOST_COMPARED = 5
MOST_STEPS = 4
_BEING = frozenset("was were be been has have had does do did".split())
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
        return self._judged(asking, [(as_read_by(item.entry, asking.owner), item.vector) for item in found])

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
        # Who the manager is says little of what the manager drinks, however sure the judge is.
        names_only = bool(direct) and names_one(direct[0].entry) and bool(steps(asking.encoding.text, [direct[0].entry]))
        if direct and direct[0].score >= SURE and not names_only:
            return answer
        chained = self._chained(entries, asking, [item.entry for item in found], trace)
        if chained.taken and (not direct or names_only or chained.taken[0].score > direct[0].score):
            return chained
        if names_only and chained.missing and direct[0].score < SURE:
            return Found(missing=chained.missing)
        return answer if direct else Found(missing=chained.missing, near=_near(found, asking))

    def _judged(self, asking: Asking, found: Sequence[tuple[Entry, Vector]]) -> list[Taken]:
        judged = self._judge.judged(asking.encoding, asking.slots, found)
        taken = (
            Taken(entry, one.answers * agreement(asking.encoding.text, asking.slots, entry), one.several) for (entry, _), one in zip(found, judged, strict=True)
        )
        return sorted(taken, key=lambda item: -item.score)

    def _of_one_question(self, entries: Entries, found: Sequence[Taken]) -> Found:
        """Of judged entries, the surest first, those to answer with: all of the surest one's question where several values are wanted, else the newest.

        Two statements in unlike words may answer one question, and were then kept beside each other; the newest is told. What the person said
        comes before what others shared, and what these say otherwise is found with it.
        """
        alike = self.alike(entries, found)
        if not alike or _wants_several(alike[0]):
            return Found(tuple(alike[:MOST_TAKEN]))
        own = [item for item in alike if item.entry.owner == entries.owner]
        told = max(own or alike, key=said)
        return Found((told, *beside(told, alike)), otherwise(told, alike))

    def alike(self, entries: Entries, found: Sequence[Taken]) -> list[Taken]:
        """Of judged entries, the surest first, the surest one with all that answer the same question as it; empty where none is sure."""
        sure = [item for item in found if item.entry.slots.relation != TAUGHT_REPLY]
        if not sure or sure[0].score < TAKE_FROM:
            return []
        best, *others = sure
        near = [item for item in others if _comparable(best.entry, item.entry)][:MOST_COMPARED]
        vectors = entries.vectors([item.entry.id for item in (best, *near)]) if near else {}
        rivals = [(item.entry, vectors[item.entry.id]) for item in near]
        verdicts = self._same_question.between(best.entry, vectors[best.entry.id], rivals) if near else []
        enough = OF_SEVERAL if _wants_several(best) else 1.0
        likely = enough * ANSWERS_TOO * best.score
        same = [item for item, verdict in zip(near, verdicts, strict=True) if verdict.same >= enough * (LIKELY_ALIKE if item.score >= likely else ALIKE)]
        frames = {frame for item in (best, *same) if (frame := _frame(item.entry))}
        return [best, *(item for item in others if item in same or _frame(item.entry) in frames)]

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
            near = [(entry, vector) for entry, vector in about if entry.id != step.entry.id and holds(entry, asking.at)]
            answers = self._judged(second, near)
            for item in self._of_one_question(entries, answers).taken[:1]:
                if best is None or item.score > best[0].score:
                    best = item, step
        if best is not None:
            trace.append(f"in two steps: “{best[1].entry.text}”, so “{best[1].question}”")
            return Found((best[0], Taken(best[1].entry, best[0].score)))
        named = next((step for step in described if names_one(step.entry)), None)
        return Found(missing=Missing(named.entry, named.question)) if named else Found()


def _wants_several(best: Taken) -> bool:
    """Whether a question wants several values, to judge by its words and by how its surest answer was learned."""
    return best.several + MANY_SAYS * best.entry.many >= SEVERAL


def _frame(entry: Entry) -> str:
    """What a statement says around its value, empty where it has none: two that differ only in it answer one question."""
    text, value = f" {key(entry.text)} ", f" {key(entry.slots.value)} "
    return text.replace(value, " … ") if value.strip() and value in text and value.strip() != text.strip() else ""


def _comparable(one: Entry, other: Entry) -> bool:
    """Whether two entries may be about the same: where both name their subject in words of their own, one of these stands in the other's statement."""
    if one.section != other.section and "emotional_states" in (one.section, other.section):
        return False
    first, second = ({word for word in key(entry.slots.subject).split() if word not in POINTING} for entry in (one, other))
    return not first or not second or bool(first & set(words(other.text))) or bool(second & set(words(one.text)))


def holds(entry: Entry, at: datetime) -> bool:
    """Whether an entry still holds at a time: what was said to end by then does not."""
    return entry.holds_until is None or entry.holds_until >= at


def _named_since(entries: Entries, entry: Entry) -> Entry | None:
    """Who the subject of an entry is now, where that was somebody else when the entry was said: my manager is Tom now, it was Petra."""
    if key(entry.slots.subject) in POINTING:
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
        if item.score >= NEAR_FROM and other and (set(relation.split()) - POINTING - _BEING) & set(text.split()):
            return turned(subject)
    return ""
