"""Streams of statements that change what holds, made from the written relations in `benchmarks/relations`.

Nothing there is trained on: relations and wordings were written for measuring alone, and `tests/test_training.py` looks for any question
of theirs in the training data. The same seed makes the same stream.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lic.factory import Lic
from lic.jsonl import read_jsonl
from lic.language import key
from lic.types import Reply, Turn

RELATIONS = Path(__file__).parent / "relations"
PEOPLE = (
    "my aunt Philippa", "Tomasz", "our landlord", "my cousin Odile", "my flatmate Yusuf", "my brother", "my neighbour Ruth", "Ms Okafor",
    "my boss", "my grandmother", "Henrike", "my colleague Dmitri",
)  # fmt: skip
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEP = timedelta(hours=3)
IN_PLACE = 0.3
"""So often a new value is stated plainly, in the words of a first statement, instead of as a change."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One thing that can be said of a subject, in several wordings; `{s}` and `{S}` are the subject, `{v}` is the value."""

    id: str
    about: str
    many: bool
    subjects: tuple[str, ...]
    values: tuple[str, ...]
    say: tuple[str, ...]
    change: tuple[str, ...]
    ask: tuple[str, ...]
    ask_before: tuple[str, ...]


@dataclass(slots=True)
class Fact:
    """What a stream says of one subject: its values in their order, the last one holds; of several they all do."""

    relation: Relation
    subject: str
    values: list[str]
    said: list[datetime] = field(default_factory=list[datetime])

    def question(self, chance: random.Random) -> str:
        """One of the questions for it."""
        return worded(chance.choice(self.relation.ask), self.subject, "")

    def question_before(self, chance: random.Random) -> str:
        """One of the questions for the value before."""
        return worded(chance.choice(self.relation.ask_before), self.subject, "")


@dataclass(frozen=True, slots=True)
class Said:
    """One statement of a stream, and whether it states a new value in place of an older one."""

    text: str
    fact: Fact
    changes: bool


def relations() -> list[Relation]:
    """The written relations."""
    return [_relation(row) for file in sorted(RELATIONS.glob("*.jsonl")) for row in read_jsonl(file)]


def _relation(row: dict[str, Any]) -> Relation:
    lists = {name: tuple(row.get(name, ())) for name in ("values", "say", "change", "ask", "ask_before")}
    subjects = {"me": ("",), "person": PEOPLE, "thing": tuple(row.get("subjects", ()))}[row["about"]]
    return Relation(row["id"], row["about"], row["many"], subjects, **lists)


def worded(template: str, subject: str, value: str) -> str:
    """A template with its subject and value put in."""
    return template.replace("{S}", subject[:1].upper() + subject[1:]).replace("{s}", subject).replace("{v}", value)


def stream(n: int, seed: int, subjects: int = 3) -> tuple[list[Said], list[Fact]]:
    """About n statements and the facts that they leave: each relation of up to so many subjects, half of those with one value changed once or more often."""
    chance = random.Random(seed)
    facts = [
        Fact(relation, subject, chance.sample(relation.values, 3 if relation.many else 1))
        for relation in relations()
        for subject in chance.sample(relation.subjects, min(subjects, len(relation.subjects)))
    ]
    chance.shuffle(facts)
    facts = facts[: n // 2]
    changing = [fact for fact in facts if not fact.relation.many][::2]
    while changing and sum(len(fact.values) for fact in facts) < n:
        fact = chance.choice(changing)
        fact.values.append(chance.choice([value for value in fact.relation.values if key(value) not in map(key, fact.values)] or list(fact.relation.values)))
    order = [fact for fact in facts for _ in fact.values]
    chance.shuffle(order)
    at: dict[int, int] = {}
    said: list[Said] = []
    for fact in order:
        i = at[id(fact)] = at.get(id(fact), -1) + 1
        changes = i > 0 and not fact.relation.many
        templates = fact.relation.change if changes and chance.random() >= IN_PLACE else fact.relation.say
        said.append(Said(worded(chance.choice(templates), fact.subject, fact.values[i]), fact, changes))
        fact.said.append(BEGAN + STEP * len(said))
    return said, facts


def tells(text: str, value: str) -> bool:
    """Whether a text says a value, as whole words."""
    return f" {key(value)} " in f" {_spelled(text)} "


def _spelled(text: str) -> str:
    return re.sub(r"\s+", " ", key(text))


class Person:
    """Somebody who talks with LIC: says things at their times, and answers when LIC asks back."""

    def __init__(self, lic: Lic, name: str) -> None:
        self._lic = lic
        self.name = name
        self._turns = 0
        self.now = BEGAN
        self.asked_back = 0

    def says(self, text: str, conversation: str = "main") -> Reply:
        """The reply to one turn."""
        self._turns += 1
        turn = Turn(f"{self.name}-{self._turns}", text, self.name, conversation, self.now)
        return self._lic.conversation(self.name, conversation).respond(turn)

    def teaches(self, said: Said) -> Reply:
        """Say a statement, and where LIC asks back answer what is meant."""
        self.now += STEP
        reply = self.says(said.text)
        if reply.asks == "confirm":
            self.asked_back += 1
            reply = self.says("no" if said_to_forget(reply) else "yes")
        if reply.asks == "choose":
            self.asked_back += 1
            reply = self.says("replace it" if said.changes else "keep both")
        return reply

    def asks(self, question: str) -> Reply:
        """Ask in a conversation of its own, so that nothing said before helps."""
        return self.says(question, f"question {self._turns}")


def said_to_forget(reply: Reply) -> bool:
    """Whether LIC took a statement for a wish to forget; nobody would say yes to that."""
    return reply.intent.act == "forget"


def taught(person: Person, said: Sequence[Said]) -> Iterator[Reply]:
    """Teach a whole stream."""
    for one in said:
        yield person.teaches(one)
