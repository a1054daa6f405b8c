"""Preparing lessons: what was said, without its wrapping, completed from the conversation, as standalone statements."""

import re
from collections.abc import Sequence
from dataclasses import replace

from lic.language import key, lower_first, sentence, words
from lic.lessons.clause import has_verb, is_phrase
from lic.lessons.completing import answer, completed
from lic.lessons.making import lesson_of
from lic.lessons.references import TELLING, Known, points
from lic.lessons.tagger import TAUGHT_FROM, Fact, facts_of, slots_of
from lic.lessons.when import times_of
from lic.reader.reader import Reading
from lic.types import TAUGHT_REPLY, Context, Encoding, Intent, Lesson, Slots, Span, Turn

MAX_LESSONS = 50
NAMED_FROM = 0.2
"""From this probability on the name that a subject brings is taken beside the best fact, where none is sure."""
BESIDE_FROM = 0.4
"""From this probability on a fact is taken from a turn that asks or requests something."""
_WISHES = frozenset("want wants wanted wanna need needs needed 'd ’d would could should let".split())
_WHEN_SAID = re.compile(
    r"\b(?:when(?:ever)?|if)\s+(?:i|someone|somebody|people|a person)\s+(?:says?|asks?|writes?|types?)\s+(?P<said>\"[^\"]+\"|“[^”]+”|'[^']+'|.+?)\s*,?\s+"
    r"(?:(?:then|you|please|should|always|just)\s+)*(?:answer|reply|respond|say)\s*(?:with|by)?\s*:?\s+(?P<reply>.+)$",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[.!?;\n]\s*\S")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|(?<!\w)'([^']+)'(?!\w)")
_QUOTE_MARKS = "\"“”'‘’"


class LessonPreparer:
    """Makes lessons of a turn that teaches; it writes nothing."""

    def prepare(self, turn: Turn, intent: Intent, encoding: Encoding, reading: Reading, context: Context) -> list[Lesson]:
        """The lessons of a turn, in the order of the message; empty where nothing can be taken from it."""
        if intent.act == "example":
            examples = _example(encoding.text)
            if examples or context.asks != "teach":
                return examples
        if intent.act == "task":
            return []
        lessons: list[Lesson] = []
        known: list[Known] = []
        asks = encoding.text.rstrip().endswith("?")
        facts = _without_halves(_facts(encoding, reading, intent))[:MAX_LESSONS]
        for fact in facts:
            if asks and fact.value is None:
                continue
            found = completed(encoding.text, fact, context, known, intent)
            if found is None or (len(facts) > 1 and not _stands_alone(found[0])):
                continue
            lesson, about = found
            holds_from, holds_until = times_of(fact.when.of(encoding.text) if fact.when else "", lesson.statement, turn.said_at)
            lesson = replace(lesson, holds_from=holds_from, holds_until=holds_until)
            if about.subject:
                known.append(about)
            if all(key(lesson.statement) != key(other.statement) for other in lessons):
                lessons.append(lesson)
        if not lessons and intent.teaching and not asks:
            return _without_marks(encoding.text, intent, context)
        if len(lessons) == 1 and len(facts) == 1 and intent.teaching and not context.asks:
            return [_with_all_said(encoding.text, lessons[0])]
        return lessons


def _with_all_said(text: str, lesson: Lesson) -> Lesson:
    """A lesson in the words of the whole sentence where its own statement lost a number or a name: those are what will be asked for."""
    told = set(words(lesson.statement))
    lost = [word for match in TELLING.finditer(text[1:]) if (word := match.group()) and not set(words(word)) <= told]
    whole = lesson.task == "question_answering" and not lesson.unclear and not lesson.elliptic and lesson.target is None and not _SENTENCE_ENDS.search(text)
    if not lost or not whole or points(text.split(maxsplit=1)[0]):
        return lesson
    statement = sentence(text)
    return replace(lesson, statement=statement, row={**lesson.row, "answer": statement})


def _facts(encoding: Encoding, reading: Reading, intent: Intent) -> list[Fact]:
    """The facts of a turn. One that teaches has at least one, and one beside the name that its subject brings."""
    if not intent.teaching:
        return [fact for fact in facts_of(encoding, reading, BESIDE_FROM) if _is_beside(encoding.text, fact)]
    found = facts_of(encoding, reading, TAUGHT_FROM)
    if any(fact.relation or fact.subject is None for fact in found):
        return found
    likely = facts_of(encoding, reading, 0.0)
    best = max(likely, key=lambda fact: (bool(fact.relation), fact.probability), default=None)
    names = [fact for fact in likely if not fact.relation and fact.probability >= NAMED_FROM]
    return sorted({*names, *([best] if best else [])}, key=lambda fact: fact.spans[0].start) if best else names


def _without_halves(facts: Sequence[Fact]) -> list[Fact]:
    """The facts without those that are half of another one: a value without a subject that is what another fact is about."""
    subjects = {fact.subject for fact in facts if fact.subject is not None}
    return [fact for fact in facts if fact.subject is not None or fact.value not in subjects]


def _is_beside(text: str, fact: Fact) -> bool:
    """Whether a fact of a question or a request says something of its own: of somebody but LIC, in a whole clause, and no wish."""
    subject, relation, value = slots_of(text, fact)
    return bool(subject and relation and value) and key(subject) != "you" and not _WISHES & set(relation.lower().split())


def _stands_alone(lesson: Lesson) -> bool:
    """Whether a lesson is a sentence about something; of several in a message those that are not were read amiss."""
    return has_verb(lesson.statement) and is_phrase(lesson.slots.subject)


def _example(text: str) -> list[Lesson]:
    """A labelled example: "when I say X, answer Y" goes to the dialogue task, a quoted sentence with its label to text classification."""
    if said := _WHEN_SAID.search(text):
        prompt, reply = said.group("said").strip(_QUOTE_MARKS + " ,"), said.group("reply").strip(_QUOTE_MARKS + " ")
        messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": reply}]
        statement = f"When I say “{prompt}”, answer “{reply}”."
        slots = Slots(f"when I say {prompt}", TAUGHT_REPLY, reply)
        return [Lesson(statement, prompt, slots, "individual_experiences", "conversation", "dialogue", {"messages": messages})]
    return []


def _without_marks(text: str, intent: Intent, context: Context) -> list[Lesson]:
    """A teaching turn in which no fact could be marked: the whole of it is kept as it was said, or as the answer asked for."""
    if len(words(text)) == 0:
        return []
    whole = Fact(section="domain_knowledge" if intent.act == "fact" else "individual_experiences", value=Span(0, len(text)))
    if context.asks == "teach" and context.question:
        return [answer(context, text, whole, text.strip(" .!"), intent)[0]]
    if intent.act == "correction":
        return []
    if len(words(text)) < 3:
        return []
    slots = Slots("", "", text)
    return [lesson_of(sentence(text), f"What about {lower_first(text.rstrip('.!'))}?", slots, whole, intent)]
