"""Whether the newest value is told: `python -m benchmarks.consolidation [--statements N] [--seed N] [--show N] [--alone]`.

A person says a stream of statements, many of which change what was said before, in wordings and over relations that were never trained on; then each
fact is asked for. Beside LIC stand memories that answer with their best entry, on the same stream and the same encoder.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rivals import rivals
from benchmarks.streams import Fact, Person, stream, taught, tells
from lic.factory import Lic
from lic.settings import Settings

BOUNDS = {"newest value of what changed": 0.97, "unchanged kept": 0.98, "several values complete": 0.95}
QUESTIONS = 2
"""So many wordings of each question are asked."""


@dataclass(slots=True)
class Score:
    """Of each kind of fact, which questions were answered rightly; and what went wrong."""

    right: dict[str, list[bool]] = field(default_factory=lambda: {name: [] for name in BOUNDS})
    older: list[bool] = field(default_factory=list[bool])
    wrong: list[str] = field(default_factory=list[str])

    def line(self) -> str:
        """The shares."""
        shares = "  ".join(f"{name} {sum(found) / max(1, len(found)):.3f} of {len(found)}" for name, found in self.right.items())
        return f"{shares}  an older value told {sum(self.older) / max(1, len(self.older)):.3f}"


def score(facts: Sequence[Fact], answer: Callable[[str], str], seed: int) -> Score:
    """Ask for every fact."""
    chance = random.Random(seed)
    found = Score()
    for fact in facts:
        for question in {fact.question(chance) for _ in range(QUESTIONS)}:
            text = answer(question)
            *older, newest = fact.values
            if fact.relation.many:
                kind, right = "several values complete", all(tells(text, value) for value in fact.values)
            else:
                stale = any(tells(text, value) and not tells(newest, value) for value in older)
                kind = "newest value of what changed" if older else "unchanged kept"
                right = tells(text, newest) and not stale
                if older:
                    found.older.append(stale)
            found.right[kind].append(right)
            if not right:
                found.wrong.append(f"[{fact.relation.id}] {question}\n    {text}\n    wanted {', '.join(fact.values) if fact.relation.many else newest}")
    return found


def main() -> None:
    """Print a line for LIC and one for each other memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=0, help="print so many wrong answers of LIC")
    parser.add_argument("--alone", action="store_true", help="LIC only")
    options = parser.parse_args()
    said, facts = stream(options.statements, options.seed)
    print(
        f"{len(said)} statements over {len({fact.relation.id for fact in facts})} relations, {sum(len(fact.values) > 1 for fact in facts)} facts with several"
    )
    with tempfile.TemporaryDirectory() as home:
        lic = Lic(Settings(home=Path(home)))
        person = Person(lic, "ana")
        began = time.perf_counter()
        replies = list(taught(person, said))
        lost = [one for one, reply in zip(said, replies, strict=True) if not reply.changes and not reply.evidence]
        found = score(facts, lambda question: person.asks(question).text, options.seed)
        print(f"LIC: {found.line()}  ({time.perf_counter() - began:.0f} s; asked back {person.asked_back} times; {len(lost)} statements taught nothing)")
        for wrong in found.wrong[: options.show]:
            print(f"  {wrong}")
        for one in lost[: options.show]:
            print(f"  taught nothing: {one.text}")
        for rival in () if options.alone else rivals(lic.parts.encoder):
            for one in said:
                rival.keep(one.text)
            print(f"{rival.name}: {score(facts, rival.answer, options.seed).line()}")
        lic.close()
    print("wanted: " + "  ".join(f"{name} {bound}" for name, bound in BOUNDS.items()))


if __name__ == "__main__":
    main()
