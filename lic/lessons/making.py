"""From subject, relation and value to a lesson: its question, section, topic and dataset row."""

import re
from typing import Any

from lic.language import key, lower_first, words
from lic.lessons.clause import POSSESSIVES
from lic.lessons.tagger import Fact
from lic.lessons.wording import question_from
from lic.types import Intent, Lesson, Section, Slots

NAMED = "is called"


def lesson_of(statement: str, question: str, slots: Slots, fact: Fact, intent: Intent, unclear: str = "") -> Lesson:
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


def named(said: str, slots: Slots) -> tuple[Slots, str]:
    """Slots and question of a fact whose relation was only understood: "my wife Ana" is called Ana."""
    naming = " called " in said
    relation = NAMED if naming else "is"
    question = f"What {'are' if ' are called ' in said else 'is'} {slots.subject} called?" if naming else question_from(slots.subject, "is", slots.value, False)
    return Slots(slots.subject, relation, slots.value), question


def is_attribute(text: str, fact: Fact, relation: str) -> bool:
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


def owner_form(subject: str) -> str:
    """The subject as a key: "My" (favourite colour) and "I" are the same person; capitals of the sentence start go."""
    low = key(subject)
    if low in ("my", "me", "mine", "im", "i'm", "i"):
        return "I"
    if low in ("our", "us", "we"):
        return "we"
    return re.sub(r"['’]s?$", "", lower_first(subject.strip()))
