"""What is learned from messages as people write them: `python -m benchmarks.lessons [--data FOLDER] [--show N]`.

Each message of `data/messages/test.jsonl` is said in a fresh memory, after the turns that stand before it there. What was then learned is compared
with the lessons that were written down by hand: facts found and made up, standalone forms, subjects and values. With the folder of
development data also: of the known facts, how often the object stands in the value.
"""

import argparse
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lic.factory import Lic
from lic.jsonl import read_jsonl
from lic.language import key
from lic.lessons.secrets import secret_in
from lic.settings import Settings
from lic.types import Entry, Turn

BOUNDS = {"precision": 0.95, "recall": 0.92, "standalone": 0.95, "subject": 0.90, "value": 0.90}
FACTS = 500
ALIKE = 0.6
"""So much of the words of two statements is the same (F1) where they are taken for the same fact."""


@dataclass(slots=True)
class Count:
    """How many facts were wanted, learned and met, and of the met ones how many in a good form, with the right subject and value."""

    wanted: int = 0
    learned: int = 0
    met: int = 0
    standalone: int = 0
    subject: float = 0.0
    value: float = 0.0
    wrong: list[str] = field(default_factory=list[str])

    def figures(self) -> dict[str, float]:
        """The shares."""
        met = max(1, self.met)
        return {
            "precision": self.met / max(1, self.learned),
            "recall": self.met / max(1, self.wanted),
            "standalone": self.standalone / met,
            "subject": self.subject / met,
            "value": self.value / met,
        }


def measure(lic: Lic, rows: Sequence[dict[str, Any]]) -> Count:
    """Say every message and compare."""
    count = Count()
    for i, row in enumerate(rows):
        learned = said(lic, f"reader{i}", [text for who, text in row["before"] if who == "user"], row["text"])
        compare(count, row, learned)
    return count


def said(lic: Lic, owner: str, before: Sequence[str], text: str) -> list[Entry]:
    """The entries that a message taught or changed, in a memory that only knows what was said before it; whether to keep a secret is answered with yes."""
    conversation = lic.conversation(owner, "c")
    replies = [conversation.respond(Turn(f"t{n}", words, owner, "c", datetime.now(UTC))) for n, words in enumerate((*before, text))]
    if replies[-1].asks == "confirm" and secret_in(text):
        replies.append(conversation.respond(Turn("yes", "yes", owner, "c", datetime.now(UTC))))
    process = lic.mental_process(owner)
    return [process.get(change.id) for change in replies[-1].changes if change.target == "mental_process" and change.operation in ("add", "update")]


def compare(count: Count, row: dict[str, Any], learned: Sequence[Entry]) -> None:
    """Count one message: each wanted lesson is met by the learned entry that is most like it."""
    left = list(learned)
    count.wanted += len(row["lessons"])
    count.learned += len(learned)
    missed: list[str] = []
    for lesson in row["lessons"]:
        forms = [lesson["statement"], *lesson["accept"]]
        best = max(left, key=lambda entry: max(overlap(entry.text, form) for form in forms), default=None)
        if best is None or max(overlap(best.text, form) for form in forms) < ALIKE:
            missed.append(lesson["statement"])
            continue
        left.remove(best)
        count.met += 1
        good = any(spelled_out(best.text) & spelled_out(form) for form in forms)
        count.standalone += good
        count.subject += overlap(best.slots.subject, lesson["subject"])
        count.value += overlap(best.slots.value, lesson["value"])
        if not good:
            missed.append(f"{lesson['statement']} (as: {best.text})")
    if missed or left:
        count.wrong.append(f"{row['text']}\n    wanted {missed}\n    besides {[entry.text for entry in left]}")


def spelled_out(statement: str) -> set[str]:
    """The ways to read a statement without its contractions, as keys: "Ana's 5" is "Ana is 5", "Ana has 5" or what is Ana's."""
    text = _UNMARKED.sub(lambda word: f" {_unmarked(word[1])}", " " + statement.replace("’", "'"))
    for short, whole in _CONTRACTED.items():
        text = re.sub(rf"{short}\b", whole, text, flags=re.IGNORECASE)
    found = {""}
    for piece in re.split(r"('s)\b", text):
        found = {read + way for read in found for way in ((piece,) if piece != "'s" else ("'s", " is", " has"))}
    return {key(read) for read in found}


def _unmarked(word: str) -> str:
    """A contraction that was typed without its apostrophe, with it: im, dont."""
    return (
        f"{word[:-2]}n't" if word.lower().endswith("nt") else f"{word[:-1]}'{word[-1]}" if word.lower() in ("im", "hes", "shes", "thats") else f"{word[0]}'ve"
    )


_UNMARKED = re.compile(r"\s(im|ive|hes|shes|thats|(?:do|does|did|is|are|was|were|has|have|ca|wo|would|could|should)nt)\b", re.IGNORECASE)
_CONTRACTED = {"can't": "cannot", "can not": "cannot", "won't": "will not", "n't": " not", "'m": " am", "'re": " are", "'ve": " have", "'ll": " will"}


def overlap(one: str, other: str) -> float:
    """F1 of the words of two texts."""
    a, b = _words(one), _words(other)
    common = sum(min(a.count(word), b.count(word)) for word in set(a))
    return 2 * common / max(1, len(a) + len(b))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower().replace("’", "'").removesuffix("'s"))


def known_facts(lic: Lic, path: Path, n: int) -> Iterator[bool]:
    """Of the first facts of a file, whether the object stands in the value of what is learned of the statement."""
    for i, row in enumerate(read_jsonl(path)):
        if i >= n:
            return
        found = said(lic, f"facts{i}", [], row["statement"])
        yield any(key(row["object"]) in key(entry.slots.value) for entry in found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of development data, with known_facts")
    parser.add_argument("--show", type=int, default=0, help="print so many messages that went wrong")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        lic = Lic(Settings(home=Path(home), database=""))
        rows = list(read_jsonl(lic.settings.seed / "messages" / "test.jsonl"))
        count = measure(lic, rows)
        print(f"{len(rows)} messages with {count.wanted} lessons, {count.learned} learned")
        for name, value in count.figures().items():
            print(f"{name:11} {value:.3f}  (at least {BOUNDS[name]:g})")
        for line in count.wrong[: options.show]:
            print(line)
        if options.data is not None:
            held = list(known_facts(lic, options.data / "known_facts" / "facts.jsonl", FACTS))
            print(f"known facts {len(held)}: object inside the value of a lesson {sum(held) / len(held):.3f}  (at least 0.95)")
        lic.close()


if __name__ == "__main__":
    main()
