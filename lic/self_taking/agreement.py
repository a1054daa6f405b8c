"""Whether a question and an entry speak of the same one: the cabin's password is not the office's."""

import re

from lic.language import asked_by, key, words
from lic.types import Entry, Slots

OF_ANOTHER = 0.05
"""So little is left of the probability of an entry that names another owner than the question."""
POINTING = frozenset("i my we our me us the a an is are it they you your of at in for".split())
"""Words that name nobody."""
_NAMING = frozenset("call called calls name named names".split())
_BELONGING = re.compile(r"\b(?:of|at|in|for) (?:the|my|our) ([\w'’-]+)", re.IGNORECASE)


def agreement(text: str, asked_about: Slots, entry: Entry) -> float:
    """What is left of an entry's probability: little where question and entry name each an owner of its own, and neither speaks of the other's."""
    question, statement = ({word.removesuffix("'s") for word in words(said)} for said in (text, entry.text))
    asked = _owner_words(asked_about), _belonging(text)
    told = _owner_words(entry.slots), _belonging(entry.text) - set(words(entry.slots.value))
    apart = any(one and other and not one & statement and not other & question for one in asked for other in told)
    others = apart or _differ_in_kind(asked_about, entry.slots, question, statement) or _name_two(asked_about, entry.slots, question, statement)
    return OF_ANOTHER if others else 1.0


def _differ_in_kind(asked: Slots, told: Slots, question: set[str], statement: set[str]) -> bool:
    """Whether two subjects are two of one kind: the harbour ferry, and the island ferry."""
    one, other = ([word for word in words(slots.subject) if word not in POINTING] for slots in (asked, told))
    return len(one) > 1 and len(other) > 1 and one[-1] == other[-1] and not set(one) <= statement and not set(other) <= question


def _name_two(asked: Slots, told: Slots, question: set[str], statement: set[str]) -> bool:
    """Whether one name is asked for and another one is told: my cat's, and my dog's."""
    if not all(_NAMING & set(words(slots.relation)) for slots in (asked, told)):
        return False
    one, other = ({word.removesuffix("'s") for word in words(slots.subject)} - POINTING for slots in (asked, told))
    return bool(one and other) and not one & statement and not other & question


def _owner_words(slots: Slots) -> set[str]:
    owner = asked_by(slots.subject, slots.relation)[0] or key(slots.subject)
    return {word.removesuffix("'s") for word in owner.split()} - POINTING


def _belonging(text: str) -> set[str]:
    """The nouns behind "of the", "at my", "for our": whose or where something is."""
    return {word.lower() for phrase in _BELONGING.findall(text) for word in words(phrase)} - POINTING
