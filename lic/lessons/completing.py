"""Completing a fact: what its message or the conversation says elsewhere is put in, so that its statement stands alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lic.language import exchanged, key, lower_first, relation_tells, sentence, upper_first, words
from lic.lessons.clause import clause, core, owned
from lic.lessons.making import NAMED, is_attribute, lesson_of, named, owner_form
from lic.lessons.references import Known, antecedent, focus_of, is_possessive_subject, is_somebody, left_out, only_points_at, points
from lic.lessons.tagger import Fact, slots_of
from lic.lessons.wording import question_from, statement_from
from lic.types import Context, Entry, Intent, Lesson, Slots, Span

_EXISTENTIAL = re.compile(r"(?:(?:and|but|oh|well|also),? )?there(?:['’]?s| is| are| was| were)\b", re.IGNORECASE)
_POINTS_BACK = frozenset("it them that this there here".split())


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


def completed(text: str, fact: Fact, context: Context, known: Sequence[Known], intent: Intent) -> tuple[Lesson, Known] | None:
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
        return lesson_of(sentence(whole), f"What about {lower_first(whole)}?", slots, fact, intent), Known("", relation, value)
    if said.first and not meant and is_somebody(pronoun):
        who = f"{upper_first(clause(text, fact, 'who'))}?"
        return lesson_of(sentence(clause(text, fact)), who, Slots("", relation, value), fact, intent, who), Known("", relation, value)
    statement = clause(text, fact, meant)
    subject = meant if not subject else (owned(subject, meant) or meant) if pronoun and meant else subject
    slots = Slots(owner_form(subject), relation, value or statement)
    if not relation and value:
        slots, question = named(statement, slots)
    else:
        attribute = is_attribute(text, fact, relation)
        question = question_from(slots.subject, relation, value, attribute) if relation else f"What about {lower_first(slots.subject)}?"
    lesson = lesson_of(sentence(statement), question, slots, fact, intent)
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
    # "There's a piano in the common room" tells of something else, but "there's a pie in it" tells what was asked.
    if _EXISTENTIAL.match(said.text) and not _POINTS_BACK & set(words(said.text)[1:]):
        return None
    if answers and not said.subject:
        return answer(context, said.text, said.fact, said.value, intent)
    if answers and said.pronoun:
        meant = said.own_meaning or antecedent(known, said.focus, said.pronoun, context.asked.subject)
        if not meant or not relation_tells(said.relation):
            return answer(context, said.text, said.fact, said.value, intent)
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
    slots = Slots(owner_form(subject), noun, said.value)
    lesson = lesson_of(sentence(statement), question_from(slots.subject, noun, said.value, True), slots, said.fact, intent)
    return lesson, Known(subject, noun, said.value)


def answer(context: Context, text: str, fact: Fact, value: str, intent: Intent) -> tuple[Lesson, Known]:
    """The answer to the question that LIC asked: the question's words and the taught value."""
    asked = upper_first(context.question.strip().rstrip("?!. ")) + "?"
    shown = value
    # "at the harbour", not "the harbour": a preposition just before the value belongs to the answer.
    before = text[: fact.value.start].rstrip().rsplit(" ", 1)[-1] if fact.value else ""
    if fact.value and key(before) in ("in", "at", "on", "under", "behind", "near", "to", "from", "by", "with", "since", "for"):
        shown = f"{before} {value}"
    statement = statement_from(asked, shown)
    slots = Slots(owner_form(context.asked.subject) if context.asked.subject else "", context.asked.relation, value)
    return lesson_of(statement, asked, slots, fact, intent), Known(slots.subject, slots.relation, value)


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
