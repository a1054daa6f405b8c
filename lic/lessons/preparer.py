"""Preparing lessons: what was said, without its wrapping, completed from the conversation, as standalone statements."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lic.language import exchanged, key, lower_first, sentence, upper_first, words
from lic.lessons.references import CONTRACTED_PRONOUN, POSSESSIVE, PRONOUNS, Known, antecedent, focus_of, left_out
from lic.lessons.tagger import Fact, facts_of, slots_of
from lic.lessons.wording import question_from, statement_from
from lic.reader.reader import Reading
from lic.types import TAUGHT_REPLY, Context, Encoding, Entry, Intent, Lesson, Section, Slots, Span, Turn

MAX_LESSONS = 50
_WHEN_SAID = re.compile(
    r"\b(?:when(?:ever)?|if)\s+(?:i|someone|somebody|people|a person)\s+(?:says?|asks?|writes?|types?)\s+(?P<said>\"[^\"]+\"|“[^”]+”|'[^']+'|.+?)\s*,?\s+"
    r"(?:(?:then|you|please|should|always|just)\s+)*(?:answer|reply|respond|say)\s*(?:with|by)?\s*:?\s+(?P<reply>.+)$",
    re.IGNORECASE,
)
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
        for fact in facts_of(encoding, reading)[:MAX_LESSONS]:
            if asks and fact.value is None:
                continue
            completed = _completed(encoding.text, fact, context, known, intent)
            if completed is None:
                continue
            lesson, about = completed
            if about.subject:
                known.append(about)
            if all(key(lesson.statement) != key(other.statement) for other in lessons):
                lessons.append(lesson)
        if not lessons and not asks:
            lessons = _without_marks(encoding.text, intent, context)
        return lessons


def _completed(text: str, fact: Fact, context: Context, known: Sequence[Known], intent: Intent) -> tuple[Lesson, Known] | None:
    """One fact as a lesson, with what the message or the conversation says elsewhere put in."""
    subject, relation, value = slots_of(text, fact)
    pointed = False
    said = fact.segment.of(text)
    denied = fact.denied.of(text) if fact.denied else ""
    correcting = intent.act == "correction"
    pronoun = subject if key(subject) in PRONOUNS or CONTRACTED_PRONOUN.match(subject) else ""
    focus = focus_of(context, denied, pronoun)
    # A wish about LIC's manner is no answer to its question, however short.
    answers = context.asks == "teach" and bool(context.question) and bool(value) and not known and fact.section != "manner"
    if not subject and not known:
        if answers:
            return _answer(context, text, fact, value, intent)
        if correcting and focus is not None and value:
            return _new_value(focus, value, denied, fact)
        if not relation:
            return None
        if fact.relation[0].start > fact.segment.start:
            # A subject is there, only unmarked: the sentence stays as it was said.
            slots = Slots("", relation, value or said)
            return _lesson(sentence(said), f"What about {lower_first(said)}?", slots, fact, intent), Known("", relation, value)
        subject, said = "I", f"I {said}"
    elif not subject:
        before = known[-1].subject
        subject = before
        said = f"{before} {said}" if not _is_possessive_subject(before) else f"I {said}"
    elif pronoun:
        meant = antecedent(known, focus)
        if answers and (meant is None or not relation_tells(relation)):
            return _answer(context, text, fact, value, intent)
        meant = meant or subject
        if correcting and focus is not None and not known and value and key(subject) in ("it", "that", "its", "thats", "this") and not relation_tells(relation):
            return _new_value(focus, value, denied, fact)
        said = _with_subject(text, fact, subject, meant)
        subject, pointed = meant, focus is not None and not known
    elif fact.subject is not None and value and (missing := left_out(text, fact.subject, context, known)):
        noun, owner = missing
        said = f"{owner.of(text)} {noun}{text[owner.end : fact.segment.end]}"
        subject = re.sub(r"['’]s?$", "", owner.of(text))
        slots = Slots(_owner_form(subject), noun, value)
        return _lesson(sentence(said), question_from(slots.subject, noun, value, True), slots, fact, intent), Known(subject, noun, value)
    slots = Slots(_owner_form(subject), relation, value or said)
    attribute = _is_attribute(text, fact, relation)
    question = question_from(slots.subject, relation, value, attribute) if relation else f"What about {lower_first(slots.subject)}?"
    lesson = _lesson(sentence(said), question, slots, fact, intent)
    if correcting:
        lesson = replace(lesson, correction=intent.probability, denied=denied, elliptic=pointed)
    return lesson, Known(subject, relation, value)


def _answer(context: Context, text: str, fact: Fact, value: str, intent: Intent) -> tuple[Lesson, Known]:
    """The answer to the question that LIC asked: the question's words and the taught value."""
    asked = upper_first(context.question.strip().rstrip("?!. ")) + "?"
    shown = value
    # "at the harbour", not "the harbour": a preposition just before the value belongs to the answer.
    before = text[: fact.value.start].rstrip().rsplit(" ", 1)[-1] if fact.value else ""
    if fact.value and key(before) in ("in", "at", "on", "under", "behind", "near", "to", "from", "by", "with", "since", "for"):
        shown = f"{before} {value}"
    statement = statement_from(asked, shown)
    slots = Slots(_owner_form(context.asked.subject) if context.asked.subject else "", context.asked.relation, value)
    return _lesson(statement, asked, slots, fact, intent), Known(slots.subject, slots.relation, value)


def _new_value(focus: Entry, value: str, denied: str, fact: Fact) -> tuple[Lesson, Known]:
    """A bare new value for the entry spoken of: its statement with the value exchanged."""
    old = focus.slots.value
    statement = exchanged(focus.text, denied if denied and key(denied) in key(focus.text) else old, value)
    if statement is None:
        statement = statement_from(focus.question, value)
    slots = replace(focus.slots, value=value if old and key(old) != key(focus.text) else statement)
    lesson = Lesson(
        statement=statement,
        question=focus.question,
        slots=slots,
        section=focus.section,
        topic=focus.topic,
        task="question_answering",
        row={"question": focus.question, "answer": statement},
        many=focus.many,
        correction=1.0,
        denied=denied or old,
        target=focus.id,
    )
    return lesson, Known(focus.slots.subject, focus.slots.relation, value)


def _lesson(statement: str, question: str, slots: Slots, fact: Fact, intent: Intent) -> Lesson:
    section, task, row = _place(statement, question, slots, fact, intent)
    return Lesson(
        statement=statement,
        question=question,
        slots=slots,
        section=section,
        topic=_topic(section, slots, fact),
        task=task,
        row=row,
        many=fact.many,
    )


def _place(statement: str, question: str, slots: Slots, fact: Fact, intent: Intent) -> tuple[Section, str, dict[str, Any]]:
    """Section, task and dataset row of a lesson: the table in the design."""
    if intent.act == "emotion" or (intent.act == "correction" and fact.section == "emotional_states"):
        return "emotional_states", "emotion", {"text": statement, "label": slots.value.lower()}
    if fact.section == "manner" and intent.act in ("preference", "correction"):
        return "emotional_states", "dialogue", {"messages": [{"role": "system", "content": statement}]}
    about_me = any(word in _FIRST_PERSON for word in words(statement))
    section: Section = "individual_experiences"
    if intent.act == "fact" or (intent.act == "correction" and fact.section == "domain_knowledge" and not about_me):
        section = "domain_knowledge"
    return section, "question_answering", {"question": question, "answer": statement}


_FIRST_PERSON = frozenset(["i", "i'm", "im", "i've", "my", "me", "mine", "myself"])


def _topic(section: Section, slots: Slots, fact: Fact) -> str:
    """What the entry is about, in one stable word or name: the subject without its possessor."""
    if section == "emotional_states" and fact.section == "manner":
        return "conversation"
    found = words(slots.subject)
    while len(found) > 1 and found[0] in ("my", "our", "your", "the", "a", "an", "this", "that", "his", "her"):
        found = found[1:]
    topic = " ".join(found)
    return "self" if topic in ("", "i", "my", "me", "we", "our", "i'm", "im") else topic


def _with_subject(text: str, fact: Fact, pronoun: str, antecedent: str) -> str:
    """The segment with its pronoun replaced by what it stands for."""
    assert fact.subject is not None
    start, end = fact.subject.start, fact.subject.end
    contracted = CONTRACTED_PRONOUN.match(text[start:])
    if contracted and contracted.end() >= end - start:
        tail = text[start + contracted.end() : fact.segment.end]
        verb = "are" if key(antecedent) in ("they", "we") else "is"
        return f"{text[fact.segment.start : start]}{antecedent} {verb}{tail}"
    shown = antecedent
    if key(pronoun) in POSSESSIVE and not (key(pronoun) == "her" and end == fact.segment.end):
        shown = f"{antecedent}'" if antecedent.endswith("s") and not antecedent.endswith("ss") else f"{antecedent}'s"
    return f"{text[fact.segment.start : start]}{shown}{text[end : fact.segment.end]}"


def _is_attribute(text: str, fact: Fact, relation: str) -> bool:
    """Whether the relation is a noun that the subject has: "my [name]", "Ana's [desk]", "the [capital] of Peru"."""
    if not fact.relation or fact.subject is None or not relation:
        return False
    first, subject = fact.relation[0], fact.subject
    if key(subject.of(text)) in ("my", "our", "your", *POSSESSIVE):
        return True
    if first.start < subject.start:
        return re.fullmatch(r"\s*(?:of|for|to|in|at)\s+(?:the\s+|a\s+)?", text[first.end : subject.start], re.IGNORECASE) is not None
    between = text[subject.end : first.start]
    return re.match(r"['’]s?\s", between) is not None or re.search(r"['’]s?$", subject.of(text)) is not None


def relation_tells(relation: str) -> bool:
    """Whether a relation says more than that something is something."""
    return bool(relation) and key(relation) not in ("is", "s", "are", "was", "were", "am", "be", "re", "")


def _owner_form(subject: str) -> str:
    """The subject as a key: "My" (favourite colour) and "I" are the same person; capitals of the sentence start go."""
    low = key(subject)
    if low in ("my", "me", "mine", "im", "i'm", "i"):
        return "I"
    if low in ("our", "us", "we"):
        return "we"
    return re.sub(r"['’]s?$", "", lower_first(subject.strip()))


def _is_possessive_subject(subject: str) -> bool:
    return key(subject) in ("my", "our", "your")


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
    whole = Fact(segment=_whole(text), section="domain_knowledge" if intent.act == "fact" else "individual_experiences", value=_whole(text))
    if context.asks == "teach" and context.question:
        return [_answer(context, text, whole, text.strip(" .!"), intent)[0]]
    if intent.act == "correction" and context.focus:
        return []
    if len(words(text)) < 3:
        return []
    slots = Slots("", "", text)
    return [_lesson(sentence(text), f"What about {lower_first(text.rstrip('.!'))}?", slots, whole, intent)]


def _whole(text: str) -> Span:
    return Span(0, len(text))
