"""Preparing lessons: what was said, without its wrapping, completed from the conversation, as standalone statements."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lic.language import exchanged, key, lower_first, relation_tells, sentence, upper_first, words
from lic.lessons.clause import POSSESSIVES, clause, core, has_verb, is_phrase, owned
from lic.lessons.references import Known, antecedent, focus_of, is_possessive_subject, is_somebody, left_out, only_points_at, points
from lic.lessons.tagger import TAUGHT_FROM, Fact, facts_of, slots_of
from lic.lessons.when import times_of
from lic.lessons.wording import question_from, statement_from
from lic.reader.reader import Reading
from lic.types import TAUGHT_REPLY, Context, Encoding, Entry, Intent, Lesson, Section, Slots, Span, Turn

MAX_LESSONS = 50
NAMED = "is called"
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
_TELLING = re.compile(r"(?<![\w'’])(?:[A-ZÀ-Ý](?!['’]|\b)[\w'’-]*|\w*\d[\w.:]*)")
"""A number, or a word with a capital."""
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
        facts = _facts(encoding, reading, intent)[:MAX_LESSONS]
        for fact in facts:
            if asks and fact.value is None:
                continue
            completed = _completed(encoding.text, fact, context, known, intent)
            if completed is not None and len(facts) > 1 and not _stands_alone(completed[0]):
                continue
            if completed is None:
                continue
            lesson, about = completed
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
    lost = [word for match in _TELLING.finditer(text[1:]) if (word := match.group()) and not set(words(word)) <= told]
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


def _is_beside(text: str, fact: Fact) -> bool:
    """Whether a fact of a question or a request says something of its own: of somebody but LIC, in a whole clause, and no wish."""
    subject, relation, value = slots_of(text, fact)
    return bool(subject and relation and value) and key(subject) != "you" and not _WISHES & set(relation.lower().split())


def _stands_alone(lesson: Lesson) -> bool:
    """Whether a lesson is a sentence about something; of several in a message those that are not were read amiss."""
    return has_verb(lesson.statement) and is_phrase(lesson.slots.subject)


@dataclass(frozen=True, slots=True)
class _Said:
    """A fact of a message as words, with what it may stand for: `pronoun` where its subject only points, `focus` the entry it may point at."""

    text: str
    fact: Fact
    subject: str
    relation: str
    value: str
    denied: str
    pronoun: str
    focus: Entry | None
    first: bool

    @property
    def own_meaning(self) -> str:
        """What a pronoun stands for in the message itself."""
        return lower_first(self.fact.means.of(self.text)) if self.fact.means is not None else ""


def _completed(text: str, fact: Fact, context: Context, known: Sequence[Known], intent: Intent) -> tuple[Lesson, Known] | None:
    """One fact as a lesson, with what the message or the conversation says elsewhere put in."""
    subject, relation, value = slots_of(text, fact)
    denied = fact.denied.of(text) if fact.denied else ""
    pronoun = subject if points(subject) else ""
    said = _Said(text, fact, subject, relation, value, denied, pronoun, focus_of(context, denied, pronoun), not known)
    if found := _in_other_words(said, context, known, intent):
        return found
    if subject and not pronoun and fact.subject is not None and value and (missing := left_out(text, fact.subject, context, known)):
        return _with_its_noun(said, *missing, intent)
    meant = _subject_of(said, context, known)
    if meant is None or (pronoun and not meant and not said.first):
        return None
    if not subject and not meant:
        # A subject is there, only unmarked: the sentence stays as it was said.
        whole = clause(text, fact)
        slots = Slots("", relation, value or whole)
        return _lesson(sentence(whole), f"What about {lower_first(whole)}?", slots, fact, intent), Known("", relation, value)
    if said.first and not meant and is_somebody(pronoun):
        who = f"{upper_first(clause(text, fact, 'who'))}?"
        return _lesson(sentence(clause(text, fact)), who, Slots("", relation, value), fact, intent, who), Known("", relation, value)
    statement = clause(text, fact, meant)
    subject = meant if not subject else (owned(subject, meant) or meant) if pronoun and meant else subject
    slots = Slots(_owner_form(subject), relation, value or statement)
    if not relation and value:
        slots, question = _named(statement, slots)
    else:
        attribute = _is_attribute(text, fact, relation)
        question = question_from(slots.subject, relation, value, attribute) if relation else f"What about {lower_first(slots.subject)}?"
    lesson = _lesson(sentence(statement), question, slots, fact, intent)
    if not relation and slots.relation == NAMED:
        # A name behind a role tells which one is meant; there may be others: my barber Tove, my barber Emre.
        lesson = replace(lesson, many=True)
    elif intent.act == "correction":
        pointed = bool(pronoun) and said.focus is not None and said.first
        # A whole statement of something that collects, with nothing around it, adds to what is known: I like figs. I like dates.
        adds = fact.many and key(statement) == key(text)
        lesson = replace(lesson, correction=0.0 if adds else intent.probability, denied=denied, elliptic=pointed)
    return lesson, Known(subject, relation, value)


def _in_other_words(said: _Said, context: Context, known: Sequence[Known], intent: Intent) -> tuple[Lesson, Known] | None:
    """The answer to LIC's question in the question's words, or a new value in those of the entry that is corrected; None where it is neither."""
    # A wish about LIC's manner is no answer to its question, however short.
    answers = context.asks == "teach" and bool(context.question) and bool(said.value) and said.first and said.fact.section != "manner"
    if answers and not said.subject:
        return _answer(context, said.text, said.fact, said.value, intent)
    if answers and said.pronoun:
        meant = said.own_meaning or antecedent(known, said.focus, said.pronoun, context.asked.subject)
        if not meant or not relation_tells(said.relation):
            return _answer(context, said.text, said.fact, said.value, intent)
    bare = not said.subject or (key(said.subject) in ("it", "that", "its", "thats", "this") and not relation_tells(said.relation))
    points_only = bare and said.focus is not None and only_points_at(said.text, said.value, said.denied, said.focus)
    if intent.act == "correction" and said.focus is not None and said.value and said.first and points_only:
        return _new_value(said.focus, said.value, said.denied, said.fact)
    return None


def _subject_of(said: _Said, context: Context, known: Sequence[Known]) -> str | None:
    """What a subject that is left out or only points stands for, empty where it stands for itself; None where there is nothing to say it of."""
    if said.pronoun:
        return said.own_meaning or antecedent(known, said.focus, said.pronoun, context.asked.subject) or ""
    if said.subject:
        return ""
    if said.own_meaning:
        return said.own_meaning
    if known:
        return known[-1].subject if not is_possessive_subject(known[-1].subject) else "I"
    if not said.relation:
        return None
    return "" if said.fact.relation[0].start > core(said.text, said.fact).start else "I"


def _with_its_noun(said: _Said, noun: str, owner: Span, intent: Intent) -> tuple[Lesson, Known]:
    """A bare possessive with the noun that it leaves out: "my brother's is in May", after birthdays."""
    statement = f"{owner.of(said.text)} {noun}{said.text[owner.end : core(said.text, said.fact).end]}"
    subject = re.sub(r"['’]s?$", "", owner.of(said.text))
    slots = Slots(_owner_form(subject), noun, said.value)
    lesson = _lesson(sentence(statement), question_from(slots.subject, noun, said.value, True), slots, said.fact, intent)
    return lesson, Known(subject, noun, said.value)


def _named(said: str, slots: Slots) -> tuple[Slots, str]:
    """Slots and question of a fact whose relation was only understood: "my wife Ana" is called Ana."""
    naming = " called " in said
    relation = NAMED if naming else "is"
    question = f"What {'are' if ' are called ' in said else 'is'} {slots.subject} called?" if naming else question_from(slots.subject, "is", slots.value, False)
    return Slots(slots.subject, relation, slots.value), question


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


def _lesson(statement: str, question: str, slots: Slots, fact: Fact, intent: Intent, unclear: str = "") -> Lesson:
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
        unclear=unclear,
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


def _is_attribute(text: str, fact: Fact, relation: str) -> bool:
    """Whether the relation is a noun that the subject has: "my [name]", "Ana's [desk]", "the [capital] of Peru"."""
    if not fact.relation or fact.subject is None or not relation:
        return False
    first, subject = fact.relation[0], fact.subject
    if key(subject.of(text)) in POSSESSIVES:
        return True
    if first.start < subject.start:
        return re.fullmatch(r"\s*(?:of|for|to|in|at)\s+(?:the\s+|a\s+)?", text[first.end : subject.start], re.IGNORECASE) is not None
    between = text[subject.end : first.start]
    return re.match(r"['’]s?\s", between) is not None or re.search(r"['’]s?$", subject.of(text)) is not None


def _owner_form(subject: str) -> str:
    """The subject as a key: "My" (favourite colour) and "I" are the same person; capitals of the sentence start go."""
    low = key(subject)
    if low in ("my", "me", "mine", "im", "i'm", "i"):
        return "I"
    if low in ("our", "us", "we"):
        return "we"
    return re.sub(r"['’]s?$", "", lower_first(subject.strip()))


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
        return [_answer(context, text, whole, text.strip(" .!"), intent)[0]]
    if intent.act == "correction":
        return []
    if len(words(text)) < 3:
        return []
    slots = Slots("", "", text)
    return [_lesson(sentence(text), f"What about {lower_first(text.rstrip('.!'))}?", slots, whole, intent)]
