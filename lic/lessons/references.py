"""What a message only points at: whom a pronoun means, and what a shortened clause leaves out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lic.language import key, words
from lic.lessons.clause import POSSESSIVES
from lic.lessons.grammar import BE, is_plural
from lic.lessons.morphology import readings
from lic.types import Context, Entry, Slots, Span

_POSSESSIVE = POSSESSIVES - {"my", "our", "your"}
_PRONOUNS = frozenset("he she it they him them that this these those who which his her its their hers theirs hes shes theyre".split())
_POINTING = ("that one", "this one", "the one", "the latter", "the former")
_CONTRACTED_PRONOUN = re.compile(r"^(he|she|it|they|that)(?:['’](?:s|re)|s)\b", re.IGNORECASE)
OF_ITS_OWN = 2
"""A bare correction holds at most so many content words besides its value and those of the entry."""
_SMALL = frozenset("IN DT MD PRP RB CC UH WDT".split())
_CORRECTING = frozenset(
    """
    no nope not actually sorry oops wait correction meant mean i it is was are were be s that this its it's thats that's you said wrong right should
    have has had been say told changed now instead rather one the a an my your our his her their he she they called name
    """.split()
)
"""Words that a correction is wrapped in."""
TELLING = re.compile(r"(?<![\w'’])(?:[A-ZÀ-Ý](?!['’]|\b)[\w'’-]*|\w*\d[\w.:]*)")
"""A number, or a word with a capital."""
_OWNING = ("have", "got", "own", "adopted", "bought", "'ve", "keep")
_MALE = frozenset(
    """
    brother father dad son husband uncle grandfather grandpa grandad nephew boyfriend stepfather stepbrother stepson godfather man boy mr
    king prince lord sir gentleman guy father-in-law brother-in-law son-in-law widower groom
    """.split()
)
_FEMALE = frozenset(
    """
    sister mother mom mum daughter wife aunt grandmother grandma granny niece girlfriend stepmother stepsister stepdaughter godmother woman
    girl mrs ms queen princess lady mother-in-law sister-in-law daughter-in-law widow bride
    """.split()
)


@dataclass(frozen=True, slots=True)
class Known:
    """A fact of the same message that came before, for what the next one leaves out."""

    subject: str
    relation: str
    value: str


def focus_of(context: Context, denied: str, pronoun: str) -> Entry | None:
    """The entry that a turn points at: the one that holds the denied value, else the one spoken of last whose subject agrees with the pronoun."""
    for entry in context.focus if denied else ():
        if key(denied) in key(entry.text):
            return entry
    return next((entry for entry in context.focus if agrees(pronoun, entry.slots.subject)), None)


def agrees(pronoun: str, subject: str) -> bool:
    """Whether a pronoun can mean a subject, as far as words of kinship tell: "she" is no brother, "it" is neither."""
    said = set(re.findall(r"[a-z]+(?:-in-law)?", subject.lower()))
    first = key(pronoun).split(" ")[0].removesuffix("'s")
    if first in ("he", "him", "his", "hes"):
        return not said & _FEMALE
    if first in ("she", "her", "hers", "shes"):
        return not said & _MALE
    if first in ("it", "its"):
        return not said & (_MALE | _FEMALE)
    if first in ("they", "them", "their", "theyre", "these", "those"):
        # "They" is most often everybody there: "they teach pottery at the college" says nothing of my boss.
        return is_plural(subject) or bool(said & (_MALE | _FEMALE))
    return True


def only_points_at(text: str, value: str, denied: str, focus: Entry) -> bool:
    """Whether a correction says nothing but a new value for an entry, besides words that the entry has too: "no, at nine" after "the shop opens at ten"."""
    known = {*words(focus.text), *words(focus.question), *words(value), *words(denied)}
    own = [word for word in words(text) if word.split("'")[0] not in known | _CORRECTING and not readings(word) & _SMALL]
    # A name or a number beside the value says something of its own: "bin day for the flat falls on Mondays".
    named = any(key(word) in own for word in TELLING.findall(text[1:]))
    return len(own) <= OF_ITS_OWN and not named


def points(subject: str) -> bool:
    """Whether a subject is a pronoun or begins with a possessive one: she, it's, his workshop, that one."""
    low = key(subject)
    first = low.split(" ")[0]
    return low in _PRONOUNS or low in _POINTING or first in _POSSESSIVE or _CONTRACTED_PRONOUN.fullmatch(subject) is not None


def is_somebody(pronoun: str) -> bool:
    """Whether a pronoun can only mean a person or an animal that was spoken of: she, his dog."""
    return key(pronoun).split(" ")[0].removesuffix("'s") in ("he", "she", "his", "her", "hers", "hes", "shes")


def antecedent(known: Sequence[Known], focus: Entry | None, pronoun: str = "", asked: str = "") -> str | None:
    """Whom a pronoun means: what the message spoke of before, else the subject of the entry that is pointed at or of what LIC asked."""
    if known:
        subject, relation, value = known[-1].subject, known[-1].relation, known[-1].value
        if not is_me(subject):
            return subject
        owned = re.match(r"(?:a|an|one)\s+(.+)", value, re.IGNORECASE)
        if owned and words(relation)[-1:] and words(relation)[-1] in _OWNING:
            return f"my {owned.group(1)}"
        thing = key(pronoun).split(" ")[0] in ("it", "its", "they", "them", "these", "those", "their", "that", "this")
        return value if thing and value and not owned and len(value.split()) <= _NAMED_THING else None
    if focus is not None and focus.slots.subject and not is_me(focus.slots.subject):
        return focus.slots.subject
    return asked if asked and not is_me(asked) and agrees(pronoun, asked) else None


_NAMED_THING = 4
"""A value of at most so many words may be what "it" means: I can't stand coriander, it …"""
_BARE_POSSESSIVE = re.compile(r"(?P<ending>['’]s|(?<=s)['’])\s+(?:is|are|was|were)\b", re.IGNORECASE)
_OWNED = re.compile(r"(?:my|our|your|his|her|their|[\w ]+['’]s?) (?P<noun>[\w -]+)", re.IGNORECASE)
_BEHIND_A_NOUN = re.compile(r"(?:^|\s+)(?:is|are|was|were|in|on|at|to|of|for)\b.*$", re.IGNORECASE)


def left_out(text: str, subject: Span, context: Context, known: Sequence[Known]) -> tuple[str, Span] | None:
    """The noun that a bare possessive leaves out, and the possessive with its ending.

    After "my birthday is in March", "my brother's is in May" is about his birthday; None where nothing is left out.
    """
    bare = _BARE_POSSESSIVE.search(text, subject.start)
    # The marks may put the ending, or a part of it, on either side.
    if bare is None or not subject.end - 2 <= bare.start() <= subject.end:
        return None
    before = known[-1] if known else context.focus[0].slots if context.focus else Slots()
    noun = _noun_of(before.subject, before.relation)
    return (noun, Span(subject.start, bare.end("ending"))) if noun else None


def _noun_of(subject: str, relation: str) -> str:
    """The attribute that a fact is about, whether it was marked with its owner or as the relation: my birthday | is on, my | birthday."""
    noun = _BEHIND_A_NOUN.sub("", relation)
    if not noun or words(noun)[0] in BE:
        owned = _OWNED.fullmatch(subject)
        return owned.group("noun") if owned else ""
    return "" if words(noun)[0] in ("has", "have", "had") or words(noun)[0].endswith(("s", "ed", "ing")) else noun


def is_possessive_subject(subject: str) -> bool:
    """Whether a subject is only somebody's: my, our."""
    return key(subject) in ("my", "our", "your")


def is_me(subject: str) -> bool:
    """Whether a subject is the person."""
    return key(subject) in ("i", "my", "me", "mine", "im", "i'm", "we", "our")
