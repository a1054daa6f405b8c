"""A fact becomes the question that it answers, in the person's own words and persons."""

import re

from lic.language import lower_first, upper_first
from lic.lessons.grammar import (
    BE,
    CATENATIVE,
    DETERMINERS,
    DO,
    HAVE,
    LINKING,
    MEASURED,
    MODALS,
    NUMERALS,
    PARTICLES,
    PREPOSITIONS,
    WITHOUT_ARTICLE,
    is_adjective,
    is_name,
    is_plural,
    lowered,
    positive,
)
from lic.lessons.morphology import base_form, base_of, is_plural_noun, readings
from lic.lessons.times import UNITS, is_frequency, is_measure, time_preposition

_CONTRACTED = {"m": "am", "re": "are", "s": "is", "ve": "have", "ll": "will", "d": "would"}
_POSSESSORS = {
    "i": "my", "me": "my", "we": "our", "you": "your", "he": "his", "she": "her", "it": "its", "they": "their",
    **{own: own for own in ("my", "our", "your", "his", "her", "its", "their")},
}  # fmt: skip
# The nouns of kinship and company: "who", not "what", is somebody's sister.
_PEOPLE = frozenset(
    """
    mother father mum mom dad parent brother sister sibling son daughter child children wife husband partner girlfriend boyfriend fiance
    fiancee friend uncle aunt cousin nephew niece grandmother grandfather grandma grandpa grandson granddaughter boss neighbour neighbor
    colleague roommate flatmate teacher doctor dentist
    """.split()
)
_SPATIAL = frozenset("near under behind above below beside inside outside opposite between next".split())
_MOTION = frozenset("move travel fly drive return come sail emigrate".split())
_PLACE_ADVERBS = frozenset("home abroad upstairs downstairs outside inside here there".split())


def question_from(subject: str, relation: str, value: str, attribute: bool) -> str:
    """The question that a fact answers, in the person's own words and persons.

    `attribute` says that the relation is a noun which the subject has (my dog's name), not a verb.

    >>> question_from("my dog", "name", "Rex", attribute=True)
    "What is my dog's name?"
    >>> question_from("my sister", "works at", "the harbour", attribute=False)
    'Where does my sister work?'
    """
    subject = lower_first(subject.strip()) or "it"
    subject = "I" if subject.lower() in ("i", "me") else subject
    words = relation.strip(" '’").split()
    if attribute and words[:1] == ["s"]:
        words = words[1:]
    if attribute and words:
        return _about_attribute(subject, [word for word in words if word.lower() not in BE] or words, value)
    words = [_CONTRACTED.get(word.lower(), word) for word in words]
    if not words:
        return _about_being(subject, "", value)
    if lowered(words)[0] in HAVE and lowered(words)[1:2] in (["a"], ["an"]) and words[-1] == "of" and len(words) > 3:
        return _about_attribute(subject, words[2:-1], value)
    if _is_noun_of(subject, lowered(words)):
        return _about_attribute(subject, words, value)
    words, value = _with_preposition(words, value)
    too = words[0].lower() in BE and _describes(value) and all("RB" in readings(word) for word in words[1:])
    if too or (len(words) == 1 and words[0].lower() in BE):
        return _about_being(subject, words[0].lower(), value)
    return _about_verb(subject, *_auxiliary_and_verb(subject, words), value)


def _be(subject: str, be: str) -> str:
    """The form of "be" for a subject, in the tense of the form that was said."""
    if be in ("was", "were"):
        return be
    if subject == "I":
        return "am"
    return be if be in ("is", "are") else "are" if is_plural(subject) else "is"


def _is_person(value: str) -> bool:
    """Whether a value is somebody's relative or friend: "my sister", "Tom's boss", "Ms Hill"."""
    low = lowered(value.split())
    titled = bool(low) and low[0] in ("mr", "mrs", "ms", "miss", "dr", "prof", "professor")
    return titled or (bool(low) and (low[0] in DETERMINERS | NUMERALS or "'s" in low[0]) and any(_is_people(word) for word in low[1:3]))


def _is_people(noun: str) -> bool:
    return noun.lower() in _PEOPLE or noun.lower().removesuffix("s") in _PEOPLE


def _is_noun_of(subject: str, low: list[str]) -> bool:
    """Whether a relation is a noun after all: no verb, or one that does not agree with its subject ("my dog", "name")."""
    tags = readings(low[0])
    if positive(low[0]) in (*BE, *MODALS, *HAVE, *DO) or is_frequency(low[0]):
        return False
    if not tags & {"VBP", "VBZ", "VBD", "VBN"}:
        return bool(tags)
    singular = subject.lower() not in ("i", "you", "we", "they") and not is_plural(subject) and not is_plural(f"the {subject}")
    return singular and not tags & {"VBZ", "VBD"} and "NN" in tags and (len(low) == 1 or low[1] == "of")


def _about_attribute(subject: str, relation: list[str], value: str) -> str:
    owned = f"{_possessive(subject)} {' '.join(relation)}"
    form = "are" if is_plural(f"the {relation[-1]}") else "is"
    low = lowered(value.split()) or [""]
    if low[0] in PREPOSITIONS or (is_measure(value) and low[-1] in MEASURED):
        words, rest = _with_preposition([form], value)
        return _about_verb(owned, form, words[1:], rest) if words[1:] else _about_being(owned, form, value)
    if _is_people(relation[-1]):
        return _about_being(owned, form, value) if low[0] in ("a", "an") or _describes(value) else f"Who {form} {owned}?"
    return f"{'Who' if _is_person(value) else 'What'} {form} {owned}?"


def _possessive(subject: str) -> str:
    if own := _POSSESSORS.get(subject.lower()):
        return own
    if lowered([subject])[0].endswith(("'s", "s'")):
        return subject
    last = subject.rsplit(maxsplit=1)[-1]
    plural = subject.endswith("s") and (is_plural_noun(last) or (is_name(last) and subject.lower().startswith("the ")))
    return f"{subject}'" if plural else f"{subject}'s"


def _with_preposition(words: list[str], value: str) -> tuple[list[str], str]:
    """A relation with the preposition that the value brought: "works" "at the harbour" is "works at" "the harbour"."""
    first, _, rest = value.partition(" ")
    low = first.lower()
    if not rest.strip() or low not in PREPOSITIONS or words[-1] in PREPOSITIONS or (rest[0].isdigit() and low in ("about", "over", "around", "under")):
        return words, value
    if low == "to" and "VB" in readings(rest.split()[0]) and (rest.split()[1:] or base_form(words[0])[0] not in (*_MOTION, "go")):
        return [*words, "to", "do"], rest
    return [*words, low], rest


def _describes(value: str) -> bool:
    """Whether a value is an adjective, or several."""
    low = lowered(value.split())
    joined = all(is_adjective(word) or "RB" in readings(word) or word == "and" for word in low)
    return bool(low) and joined and is_adjective(low[-1]) and not is_name(value)


def _about_being(subject: str, be: str, value: str) -> str:
    """The question for what something is: who, how old, how far, what like, or what."""
    form = _be(subject, be)
    low = lowered(value.split()) or [""]
    personal = subject.lower() in ("i", "he", "she", "we", "you", "they")
    if is_measure(value) and low[-1] in (*MEASURED, "away"):
        return f"How {'far' if low[-1] == 'away' else low[-1]} {form} {subject}?"
    if value.isdigit() and (personal or is_name(subject)) and len(value) < 3:
        return f"How old {form} {subject}?"
    if value.startswith(("€", "$", "£")) or low[-1] in ("euros", "dollars", "pounds"):
        return f"How much {form} {subject}?"
    if time_preposition(value) == "" and not personal:
        return f"When {form} {subject}?"
    if _describes(value):
        return f"How {form} {subject}?" if personal else f"What {form} {subject} like?"
    named = is_name(value) and personal
    return f"{'Who' if named or _is_person(value) else 'What'} {form} {subject}?"


def _auxiliary_and_verb(subject: str, words: list[str]) -> tuple[str, list[str]]:
    """What a question puts before the subject, and what behind it: "is called" gives "is", "called"; "works at" gives "does", "work at"."""
    first, behind = words[0].lower(), words[1:]
    follows = readings(next((word for word in behind if not is_frequency(word) and word != "not"), ""))
    if first in BE:
        return _be(subject, first), behind
    if positive(first) != first or first in (*MODALS, "cannot"):
        return first, behind or ["do"]
    if (first in DO and (behind[:1] == ["not"] or "VB" in follows)) or (first in HAVE and "VBN" in follows):
        return first, behind
    if behind[:1] == ["by"] and "VBN" in readings(first):
        return "was", words
    at = 1 if is_frequency(first) and behind else 0
    base, do = base_form(words[at])
    return do, [*(first for _ in words[:at]), base, *words[at + 1 :]]


def _about_verb(subject: str, auxiliary: str, verb: list[str], value: str) -> str:
    """The question for the object, the place or the time of a verb; without a value, the question whether it is so."""
    if value.strip():
        asked, verb = _asked_for(auxiliary in BE, verb, value)
    else:
        asked, auxiliary = "", upper_first(positive(auxiliary))
    return " ".join(filter(None, (asked, auxiliary, subject, *verb))) + "?"


def _asked_for(stated: bool, verb: list[str], value: str) -> tuple[str, list[str]]:
    """The question word for a value, and the verb without the preposition that the question word takes over."""
    last = verb[-1].lower() if verb else ""
    if last not in PREPOSITIONS - PARTICLES:
        return _asked_for_object(verb, value)
    if last in ("in", "on", "at", "during") and _is_time(value, last):
        return "When", verb[:-1]
    if last in ("since", "until", "till", "by", "from") and _is_time(value, last):
        return f"{last.capitalize()} when", verb[:-1]
    if last == "for" and is_measure(value) and _is_unit(value):
        return "How long", verb[:-1]
    if last == "to" and time_preposition(value) in ("on", "in", ""):
        return "When", verb
    if _asks_person(verb, value):
        return "Who", verb
    if last == "to" and verb[0] in CATENATIVE and "VB" in readings(lowered(value.split())[0]):
        return "What", [*verb, "do"]
    return _asked_for_place(stated, verb, value)


def _asked_for_object(verb: list[str], value: str) -> tuple[str, list[str]]:
    low = lowered(value.split())
    only = verb[0].lower() if len(verb) == 1 else ""
    if only in ("cost", "weigh"):
        return "How much", verb
    if only in ("take", "last") and is_measure(value):
        return "How long", verb
    if is_measure(value) and len(low) > 1 and low[0] not in ("a", "an", "one", "1", "half") and is_plural_noun(low[1]):
        return f"How many {' '.join(value.split()[1:])}", verb
    regular = low[0] in ("every", "each") and time_preposition(value) is not None
    if regular or low[0] in ("once", "twice") or value.lower() in ("daily", "weekly", "monthly", "yearly") or is_frequency(value):
        return "How often", verb
    if _is_person(value) or only in ("marry", "meet", "date", "divorce"):
        return "Who", verb
    if time_preposition(value) == "" or (time_preposition(value) == "at" and not value.isdigit()):
        return "When", verb
    if value.lower() in _PLACE_ADVERBS:
        return "Where", verb
    manner = base_of(only, "VBN") in ("spell", "pronounce") or all(readings(word) and not readings(word) - {"RB", "RBR"} for word in low)
    return ("How" if manner or (only in LINKING and _describes(value)) else "What"), verb


def _asks_person(verb: list[str], value: str) -> bool:
    """Whether a preposition joins somebody: with, by or for a name, "married to" a name, any preposition a relative."""
    before = verb[-2].lower() if len(verb) > 1 else ""
    joined = verb[-1] in ("with", "by", "for") or (verb[-1] == "to" and "VBN" in readings(before) and is_adjective(before))
    return _is_person(value) or (joined and is_name(value) and len(value.split()) <= 3)


def _is_unit(value: str) -> bool:
    return lowered(value.split())[-1].removesuffix("s") in UNITS


def _is_time(value: str, preposition: str) -> bool:
    if time_preposition(value) is not None or (preposition == "at" and value.lower() in NUMERALS):
        return preposition == "at" or not (value.isdigit() and len(value) < 4)
    return is_measure(value) and preposition == "in" and _is_unit(value)


def _asked_for_place(stated: bool, verb: list[str], value: str) -> tuple[str, list[str]]:
    """Where something is told to be, come from or go; what for other prepositions: works at the harbour, but interested in music."""
    preposition, low = verb[-1].lower(), lowered(value.split())
    certain = is_name(value) or low[0] in (DETERMINERS | WITHOUT_ARTICLE) or "'s" in low[0] or re.fullmatch(r"\d+ [A-Z].*", value) is not None
    first = verb[0].lower()
    if preposition in _SPATIAL:
        return "Where", verb[:-1]
    if preposition == "to" and verb[-2:-1] == ["next"]:
        return "Where", verb[:-2]
    if preposition == "from":
        return ("Where" if certain or low[-1].isdigit() else "What"), verb
    if preposition == "to":
        moving = first in ("going", "been") or base_of(first, "VB", "VBN", "VBG") in _MOTION or (first == "go" and low[0] in WITHOUT_ARTICLE)
        return ("Where", verb[:-1]) if moving and certain and len(verb) == 2 else ("What", verb)
    if stated and len(verb) == 1 and preposition == "by":
        return "Where", []
    if preposition not in ("in", "at", "on"):
        return "What", verb
    if stated and len(verb) > 1 and is_adjective(first) and first != "born":
        certain = is_name(value) and "VBN" in readings(first)
    elif stated and (len(verb) == 1 or "VBN" in readings(first)):
        certain = True
    elif preposition == "on":
        certain = is_name(value)
    return ("Where", verb[:-1]) if certain else ("What", verb)
