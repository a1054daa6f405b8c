"""Forgetting, absence, cascades, two steps, former and several values: `python -m benchmarks.operations [--seed N] [--show N] [--deletions N]`.

Everything is said in a conversation and asked in others, with the relations and wordings of `benchmarks/relations`, which were never trained on.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.streams import BEGAN, STEP, Fact, Person, Relation, Said, relations, stream, taught, tells, worded
from lic.factory import Lic
from lic.settings import Settings

BOUNDS = {
    "former values": 0.95,
    "absence declined": 0.95,
    "answerable declined": 0.03,
    "two steps": 0.85,
    "cascade": 0.90,
    "deleted values gone": 1.0,
}
ROLES = ("my manager", "my landlady", "the caretaker", "my tutor", "our treasurer", "my physiotherapist", "the head gardener", "my godfather")
NAMES = ("Petra", "Tomaso", "Wanjiru", "Ilse", "Radu", "Meera", "Joaquín", "Signe", "Bogdan", "Yewande", "Clea", "Rutger", "Amira", "Fintan", "Noor", "Lubomir")
IS_ONE = ("{S} is {v}.", "{S} is called {v}.", "{v} is {s}.")
IS_NOW = ("{S} is {v} now.", "{S} has changed: it's {v} from today.", "We got a new one: {s} is {v} now.")


@dataclass(slots=True)
class Score:
    """Which trials were right, and what went wrong."""

    right: list[bool] = field(default_factory=list[bool])
    wrong: list[str] = field(default_factory=list[str])

    def add(self, right: bool, why: str) -> None:
        """Count one trial."""
        self.right.append(right)
        if not right:
            self.wrong.append(why)


def former_values(lic: Lic, seed: int) -> Score:
    """Each changed fact is asked for as it was before."""
    said, facts = stream(300, seed)
    person, found, chance = Person(lic, "former"), Score(), random.Random(seed)
    list(taught(person, said))
    for fact in facts:
        if not fact.relation.many and len(fact.values) > 1:
            question, former = fact.question_before(chance), fact.values[-2]
            text = person.asks(question).text
            found.add(tells(text, former), f"{question} -> {text} (wanted {former})")
    return found


def absence(lic: Lic, seed: int) -> tuple[Score, Score]:
    """What was never taught is declined, though something near was; what was taught is not."""
    chance = random.Random(seed)
    person, declined, answered = Person(lic, "absence"), Score(), Score()
    of_several = [relation for relation in relations() if len(relation.subjects) > 1]
    taught_facts: list[Fact] = []
    for relation in of_several:
        fact = Fact(relation, chance.choice(relation.subjects), [chance.choice(relation.values)])
        person.teaches(Said(worded(chance.choice(relation.say), fact.subject, fact.values[0]), fact, False))
        taught_facts.append(fact)
    for fact in taught_facts:
        for question in (fact.question(chance), fact.question(chance)):
            reply = person.asks(question)
            answered.add(not reply.abstained and bool(reply.evidence), f"{question} -> {reply.text}")
        for other in chance.sample([subject for subject in fact.relation.subjects if subject != fact.subject], 2):
            question = worded(chance.choice(fact.relation.ask), other, "")
            reply = person.asks(question)
            declined.add(not tells(reply.text, fact.values[0]) and not reply.evidence, f"{question} -> {reply.text}")
    return declined, answered


def steps(lic: Lic, seed: int) -> tuple[Score, Score]:
    """Who has a role, and something about that person, answer what is asked about the role; after a new one came, the old answer is told no more."""
    chance = random.Random(seed)
    person, chained, revised = Person(lic, "steps"), Score(), Score()
    about_people = [relation for relation in relations() if relation.about == "person" and not relation.many]
    names = list(NAMES)
    chance.shuffle(names)
    for role in ROLES:
        name, other = names.pop(), names.pop()
        person.teaches(Said(worded(chance.choice(IS_ONE), role, name), Fact(about_people[0], role, [name]), False))
        asked: list[tuple[Relation, str]] = []
        for relation in chance.sample(about_people, 5):
            value = chance.choice(relation.values)
            person.teaches(Said(worded(chance.choice(relation.say), name, value), Fact(relation, name, [value]), False))
            asked.append((relation, value))
        for relation, value in asked:
            question = worded(chance.choice(relation.ask), role, "")
            reply = person.asks(question)
            chained.add(tells(reply.text, value) and len(reply.evidence) > 1, f"{question} -> {reply.text} (wanted {value})")
        person.teaches(Said(worded(chance.choice(IS_NOW), role, other), Fact(about_people[0], role, [name, other]), True))
        for relation, value in asked:
            question = worded(chance.choice(relation.ask), role, "")
            reply = person.asks(question)
            revised.add(not tells(reply.text, value), f"after {other} came: {question} -> {reply.text}")
    return chained, revised


def deletions(lic: Lic, n: int, seed: int) -> Score:
    """Each fact is taught with a value that stands nowhere else, told, and forgotten; then neither an answer nor the database's bytes hold it."""
    chance, found, person = random.Random(seed), Score(), Person(lic, "forgetful")
    single = [relation for relation in relations() if not relation.many and len(relation.subjects) > 1]
    home = Path(lic.settings.home)
    i = 0
    while len(found.right) < n:
        i += 1
        relation = chance.choice(single)
        subject, value = chance.choice(relation.subjects), f"Zq{chance.randrange(16**6):06x}{i}"
        person.now = BEGAN + STEP * i
        reply = person.teaches(Said(worded(chance.choice(relation.say), subject, value), Fact(relation, subject, [value]), False))
        question = worded(chance.choice(relation.ask), subject, "")
        person.asks(question)
        entries = [change.id for change in reply.changes if change.target == "mental_process"]
        process = lic.mental_process(person.name)
        known = [entry for entry in process.entries() if entry.id in entries]
        if not known:
            # Nothing was learned of it, so that there is nothing to forget; it stays what was only said.
            continue
        lic.manager.transact(lambda connection, known=known: lic.manager.forget(connection, person.name, known, person.now))
        left = value.encode() in b"".join(path.read_bytes() for path in home.glob("lic.db*"))
        told = tells(person.asks(question).text, value)
        found.add(not left and not told, f"{value} of {subject}: {'in the file' if left else 'told'}")
    return found


def main() -> None:
    """Print a line for each operation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=0, help="print so many failures of each")
    parser.add_argument("--deletions", type=int, default=1000)
    options = parser.parse_args()
    measured: Sequence[tuple[Sequence[str], Callable[[Lic], Sequence[Score]]]] = (
        (("former values",), lambda lic: [former_values(lic, options.seed)]),
        (("absence declined", "answerable declined"), lambda lic: absence(lic, options.seed)),
        (("two steps", "cascade"), lambda lic: steps(lic, options.seed)),
        (("deleted values gone",), lambda lic: [deletions(lic, options.deletions, options.seed)]),
    )
    for names, measure in measured:
        with tempfile.TemporaryDirectory() as home:
            lic = Lic(Settings(home=Path(home)))
            for name, found in zip(names, measure(lic), strict=True):
                share = sum(found.right) / max(1, len(found.right))
                shown = 1 - share if name == "answerable declined" else share
                print(f"{name}: {shown:.3f} of {len(found.right)} ({'at most' if name == 'answerable declined' else 'wanted'} {BOUNDS[name]})", flush=True)
                for wrong in found.wrong[: options.show]:
                    print(f"    {wrong}")
            lic.close()


if __name__ == "__main__":
    main()
