"""Lessons in the words of a language model, where one is at hand: it writes the structure, the trained way judges whether both agree."""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from lic.errors import AutopilotError
from lic.language import key, sentence, words
from lic.lessons.asking import question_from
from lic.lessons.preparer import LessonPreparer
from lic.lessons.references import points
from lic.lessons.tagger import facts_of
from lic.reader.reader import Reading
from lic.types import Autopilot, Context, Encoding, GenerationRequest, Intent, Lesson, Message, Slots, Turn

INSTRUCTION = (
    "You note the lasting facts that a person teaches in a message. Answer with a JSON list and nothing else. Each item has: "
    '"statement": the fact as one sentence that stands alone, in the person\'s own words and from their point of view (I, my), pronouns resolved; '
    '"subject", "relation", "value": its parts, as they stand in the statement. Never change numbers, names, units or negations. No facts: [].'
)
ALIKE = 0.5
"""From this F1 of their words on two statements are the same fact."""
FAINT = 0.1
"""So probable a fact has to be for the reader that the model alone found."""
LONGEST = 300
_LIST = re.compile(r"\[.*\]", re.DOTALL)
_NAME_OR_NUMBER = re.compile(r"\d[\d.,:/-]*\d|\d|(?<=\s)[A-ZÀ-Þ][\w'’-]*")
_NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|without|cannot)\b|n['’]t\b", re.IGNORECASE)


class StructuredPreparer(LessonPreparer):
    """Prepares lessons like the trained way, with the statements of a model where they pass the same checks and both agree."""

    def __init__(self, autopilot: Autopilot) -> None:
        self._autopilot = autopilot

    def prepare(self, turn: Turn, intent: Intent, encoding: Encoding, reading: Reading, context: Context) -> list[Lesson]:
        """The lessons of a turn. A model that fails or babbles changes nothing."""
        own = super().prepare(turn, intent, encoding, reading, context)
        if not own or any(lesson.section is None or lesson.target for lesson in own):
            return own
        sources = " ".join((encoding.text, context.previous or "", context.question, *(entry.text for entry in context.focus)))
        found = [item for item in self._written(encoding.text, context) if holds(item, sources)]
        faint = [fact.value.of(encoding.text) for fact in facts_of(encoding, reading, FAINT) if fact.value]
        return list(_agreed(own, found, faint))

    def _written(self, text: str, context: Context) -> list[dict[str, str]]:
        before = (Message("assistant", context.previous),) if context.previous else ()
        request = GenerationRequest((Message("system", INSTRUCTION), *before, Message("user", text)), text)
        try:
            answer = "".join(self._autopilot.stream(request, threading.Event()))
            listed: Any = json.loads(match.group()) if (match := _LIST.search(answer)) else []
        except (AutopilotError, ValueError):
            return []
        return [cast(dict[str, str], item) for item in listed if _is_fact(item)]


def _is_fact(item: Any) -> bool:
    return isinstance(item, dict) and all(isinstance(cast(dict[str, Any], item).get(name), str) for name in ("statement", "subject", "relation", "value"))


def holds(item: dict[str, str], sources: str) -> bool:
    """Whether a written fact may be trusted: nothing in it was made up or turned around, and it stands alone."""
    statement, value = item["statement"].strip(), item["value"].strip()
    if not value or key(value) not in key(statement) or len(statement) > LONGEST or statement.endswith("?") or points(item["subject"]):
        return False
    known = {key(word) for word in re.findall(r"[\w'’.,:/-]+", sources)} | {key(name) for name in _NAME_OR_NUMBER.findall(f" {sources}")}
    invented = [name for name in _NAME_OR_NUMBER.findall(statement) if key(name) not in known and key(re.sub(r"['’]s$", "", name)) not in known]
    return not invented and (bool(_NEGATION.search(sources)) or not _NEGATION.search(statement))


def _agreed(own: Sequence[Lesson], found: Sequence[dict[str, str]], faint: Sequence[str]) -> Iterator[Lesson]:
    left = list(found)
    for lesson in own:
        best = max(left, key=lambda item: alike(item["statement"], lesson.statement), default=None)
        same_polarity = best is not None and bool(_NEGATION.search(best["statement"])) == bool(_NEGATION.search(lesson.statement))
        if best is None or not same_polarity or alike(best["statement"], lesson.statement) < ALIKE:
            yield lesson
        else:
            left.remove(best)
            yield _reworded(lesson, best)
    for item in left:
        if any(key(value) in key(item["statement"]) for value in faint):
            yield _reworded(replace(own[0], many=True, correction=0.0, denied=""), item)


def _reworded(lesson: Lesson, item: dict[str, str]) -> Lesson:
    statement = sentence(item["statement"])
    slots = Slots(item["subject"].strip(), item["relation"].strip(), item["value"].strip())
    question = question_from(slots.subject, slots.relation, slots.value, False) if slots.relation else lesson.question
    row = {"question": question, "answer": statement} if lesson.task == "question_answering" else lesson.row
    return replace(lesson, statement=statement, question=question, slots=slots, row=row)


def alike(one: str, other: str) -> float:
    """F1 of the words of two statements."""
    a, b = words(one.lower()), words(other.lower())
    return 2 * sum(min(a.count(word), b.count(word)) for word in set(a)) / max(1, len(a) + len(b))
