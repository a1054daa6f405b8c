"""An answer as its statement needs it: with the preposition, the unit or the noun that the question took over, and its place."""

import re
from collections.abc import Sequence
from dataclasses import replace

from lic.language import lower_first
from lic.lessons.asked import Asked
from lic.lessons.grammar import (
    CATENATIVE,
    DETERMINERS,
    HAVE,
    MEASURED,
    MODALS,
    NUMERALS,
    PREPOSITIONS,
    SUBJECTS,
    SUBORDINATORS,
    WITHOUT_ARTICLE,
    is_adjective,
    is_name,
    is_possessive,
    lowered,
)
from lic.lessons.morphology import base_of, is_plural_noun, readings
from lic.lessons.phrases import is_clause, main_verb, phrase_end, stranded
from lic.lessons.times import is_measure, time_adjunct, time_preposition

# Verbs of motion to a place.
_MOTION = frozenset("go come move travel fly drive sail return".split())
_DEGREES = frozenset("very quite rather pretty too so really extremely fairly not".split())
_TIMES = frozenset("time day date year month weekday century decade".split())
_ORDINAL = re.compile(r"(?:the )?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))", re.IGNORECASE)


def placed(asked: Asked, answer: str) -> tuple[Sequence[str], str, Sequence[str]] | None:
    """What follows the verb in the statement: the words before the answer, the answer, the words behind it; None where that would be no English."""
    asked = _without_doubled(asked, answer)
    kind = _kind(asked)
    value = _VALUES[kind](asked, _inside(answer))
    at = _object_place(asked) if kind == "object" else _adverbial_place(asked, kind)
    return None if value is None or at is None else (asked.rest[:at], value, asked.rest[at:])


def _inside(answer: str) -> str:
    """An answer inside a sentence: without the capital of its first word, unless the word begins a name (The Matrix)."""
    words = answer.split()
    return answer if len(words) > 1 and words[0].lower() in ("the", "a", "an") and is_name(words[1]) else lower_first(answer)


def _without_doubled(asked: Asked, answer: str) -> Asked:
    """A question without the preposition at its end that the answer brings again: come from, from Oslo."""
    rest = lowered(asked.rest)
    return replace(asked, rest=asked.rest[:-1]) if rest and rest[-1] == _first(answer) and rest[-1] in PREPOSITIONS else asked


def _kind(asked: Asked) -> str:
    noun = lowered(asked.noun.split())
    if asked.wh == "how":
        if noun[:1] in (["many"], ["much"]):
            return "object"
        if noun == ["long", "ago"]:
            return "time"
        return {"often": "frequency", "long": "duration"}.get(noun[0], "measure") if noun else "manner"
    if asked.wh in ("what", "which") and noun[:1] and noun[0] in _TIMES and not asked.subject_asked:
        return "time" if stranded(asked.rest, particles=False) is None else "object"
    return {"where": "place", "when": "time", "why": "reason"}.get(asked.wh, "object")


def _first(answer: str) -> str:
    return (lowered(answer.split()) or [""])[0]


def _brings(answer: str) -> bool:
    """Whether an answer comes with the preposition or conjunction that joins it."""
    return _first(answer) in PREPOSITIONS or _first(answer) in SUBORDINATORS


def lacks_article(answer: str) -> bool:
    """Whether an answer is a countable noun in the singular without an article: "boat", not "tea"."""
    words = answer.split()
    if not words or is_name(words[-1]) or is_name(words[0]) or _brings(answer):
        return False
    low = lowered(words)
    if low[0] in DETERMINERS or low[0] in NUMERALS or low[0][:1].isdigit() or is_possessive(words[0]) or low[0] in SUBJECTS:
        return False
    tags = readings(low[-1])
    # A noun whose plural can look like its singular (tea, music, fish) does without an article.
    return "NN" in tags and not tags & {"NNS", "JJ", "JJR", "RB", "RBR", "VBG"}


def _object(asked: Asked, answer: str) -> str | None:
    noun, low = asked.noun.split(), lowered(asked.noun.split())
    lost = stranded(asked.rest)
    if lost is not None and _brings(answer) and _first(answer) != lowered(asked.rest)[lost]:
        return None
    if low[:1] in (["many"], ["much"]):
        value = _counted(asked, noun[1:], answer)
    elif asked.wh == "whose":
        value = f"{answer} {asked.noun}".strip() if is_possessive(answer.rsplit(maxsplit=1)[-1]) or (not noun and _first(answer) == "mine") else None
    elif noun and _ORDINAL.fullmatch(answer):
        value = f"{answer if _first(answer) == 'the' else f'the {answer}'} {noun[-1]}"
    elif noun and answer.isdigit() and (asked.verb != "be" or lost is not None):
        value = f"{asked.noun} {answer}" if lost is not None or asked.preposition else None
    else:
        value = None if _needs_article(asked, answer) else answer
    if value is None or _first(answer) == "none":
        return None
    return value if not asked.preposition or _first(value) == asked.preposition else None if _brings(value) else f"{asked.preposition} {value}"


def _needs_article(asked: Asked, answer: str) -> bool:
    """Whether a bare noun cannot stand here; behind "my password is" any word can."""
    subject, tags = asked.subject.split(), readings(answer)
    if asked.verb == "be" and not asked.rest and not asked.noun and len(subject) == 1 and "NN" in tags and not tags & {"JJ", "VBG"} and not is_name(answer):
        return True  # Rex is no "dog", even where "dog" is some stuff, too.
    if not lacks_article(answer):
        return False
    named = asked.verb == "be" and not asked.rest and asked.wh == "what" and not asked.noun and len(subject) > 1
    return not named and not (asked.verb in ("be", "call", "name") and asked.rest)


def _counted(asked: Asked, noun: Sequence[str], answer: str) -> str | None:
    """A number with what is counted, unless the answer names it."""
    words = answer.split()
    if noun and asked.noun.lower().startswith("much"):
        implied = lowered(noun)[-1] in ("money", "time") or set(lowered(noun)) & set(lowered(words))
        return answer if implied else f"{answer} of {' '.join(noun)}" if len(words) == 2 and is_measure(f"{answer} of") else None
    if not noun or len(words) > 1:
        return answer
    bare = _first(answer)[:1].isdigit() or _first(answer) in NUMERALS or _first(answer) in ("no", "many", "few", "some")
    return f"{answer} {' '.join(noun)}" if bare else None


def _place(asked: Asked, answer: str) -> str | None:
    lost = stranded(asked.rest, particles=False)
    if lost is not None:
        return answer if not _brings(answer) or _first(answer) == lowered(asked.rest)[lost] else None
    words, first = answer.split(), _first(answer)
    if asked.preposition and not _brings(answer):
        return f"{asked.preposition} {answer}"
    if _brings(answer) or ("RB" in readings(first) and len(words) == 1) or first in ("here", "there"):
        return answer
    if first in WITHOUT_ARTICLE and len(words) == 1:
        return f"to {answer}" if _moving(asked) else f"at {answer}"
    if first[:1].isdigit() and len(words) > 1 and is_name(words[1]):
        return f"at {answer}"
    if is_name(answer) or (len(words) == 1 and first.isalpha() and not readings(first)):
        # One works at a firm but in a town, and which of them a name is, nobody can tell from it.
        return f"to {answer}" if _moving(asked) else None if asked.verb in ("work", "study") else f"in {answer}"
    return None


def _moving(asked: Asked) -> bool:
    """Whether the verb is one of motion, also behind its auxiliary: is going, have moved."""
    last = lowered(asked.rest)[0] if asked.rest else ""
    return asked.verb in _MOTION or base_of(last, "VB", "VBG", "VBN") in _MOTION


def _time(asked: Asked, answer: str) -> str | None:
    if asked.wh == "how":
        return answer if answer.endswith("ago") else f"{answer} ago" if is_measure(answer) else None
    if asked.preposition:
        return answer if _brings(answer) else f"{asked.preposition} {answer}"
    bare = asked.verb == "be" and not asked.rest
    if _brings(answer) or (asked.verb == "be" and lowered([asked.subject]) == ["it"]):
        return answer
    preposition = time_preposition(answer)
    if preposition is None or (bare and asked.wh != "when" and preposition == "in"):
        return answer if bare and not is_clause(answer) else None
    return f"{preposition} {answer}".strip()


def _reason(_asked: Asked, answer: str) -> str | None:
    if _first(answer) in ("because", "to", "for", "since", "as", "so", "due", "out", "in", "cause", "by"):
        return answer
    words = answer.split()
    verb_at = main_verb(words, "VBD", "VBZ")
    if is_clause(answer) or (verb_at and not is_plural_noun(words[verb_at])):
        return f"because {answer}"
    if verb_at:
        return None  # "The owner plays golf" is a sentence, "the heavy rains" is none.
    return f"because of {answer}" if _first(answer) in DETERMINERS or is_possessive(answer.split(maxsplit=1)[0]) else None


def _manner(asked: Asked, answer: str) -> str | None:
    tags = readings((lowered(answer.split()) or [""])[-1])
    if _brings(answer) or (tags & {"RB", "JJ", "RBR", "JJR"} and not lacks_article(answer) and _first(answer) not in DETERMINERS):
        return answer
    return answer if asked.verb == "be" and not asked.rest and not lacks_article(answer) else None


def _measure(asked: Asked, answer: str) -> str | None:
    noun = lowered(asked.noun.split())[0]
    if set(lowered(answer.split())) <= _DEGREES and is_adjective(noun):
        return f"{answer} {noun}"
    if asked.verb != "be" or noun in lowered(answer.split()) or not is_measure(answer):
        return answer
    if noun == "old" and len(answer.split()) == 1:
        return f"{answer} years old"
    if noun == "far" and not asked.rest:
        return f"{answer} away"
    return f"{answer} {noun}" if noun in MEASURED and not answer.isdigit() else answer


def _duration(asked: Asked, answer: str) -> str | None:
    if asked.verb == "be" and not asked.rest:
        return _measure(asked, answer)
    if asked.preposition or (is_measure(answer) and asked.verb not in ("take", "last")):
        return f"{asked.preposition or 'for'} {answer}"
    return answer


def _frequency(_asked: Asked, answer: str) -> str | None:
    adverbial = _brings(answer) or is_measure(answer) or time_preposition(answer) is not None or "RB" in readings(_first(answer))
    return answer if adverbial or _first(answer) in ("every", "each", "all", "once", "twice") else None


_VALUES = {
    "object": _object,
    "place": _place,
    "time": _time,
    "reason": _reason,
    "manner": _manner,
    "measure": _measure,
    "duration": _duration,
    "frequency": _frequency,
}


def _adverbial_place(asked: Asked, kind: str) -> int | None:
    lost = stranded(asked.rest, particles=False)
    if kind == "place" and lost is not None:
        return lost + 1
    if asked.verb in ("take", "last") and kind == "duration":
        return _object_place(asked)
    predicate = readings((lowered(asked.rest) or [""])[0]) & {"VBG", "VBN", "JJ"}
    if asked.verb == "be" and (kind in ("measure", "manner") or lowered([asked.subject]) == ["it"]) and not predicate:
        return 0
    return len(asked.rest) if kind == "reason" else time_adjunct(asked.rest)


def _object_place(asked: Asked) -> int | None:
    """Where a noun phrase went from: behind a stranded preposition, else behind the verbs and an object that stands there already."""
    rest, low = asked.rest, lowered(asked.rest)
    if asked.subject_asked or asked.subject.lower() == "there":
        return 0
    if asked.preposition:
        return time_adjunct(rest)
    lost = stranded(rest)
    if lost is not None:
        return lost + 1
    if asked.noun.lower().endswith("times"):
        return time_adjunct(rest)
    i = _verbs_end(asked, low)
    end = time_adjunct(rest)
    infinitive = i >= 2 and low[i - 2] == "to"
    if i < end and (low[i] in DETERMINERS or low[i] in ("me", "him", "her", "us", "them", "you", "it") or is_name(rest[i]) or is_possessive(rest[i])):
        if infinitive and asked.subject.lower() != "it":
            return None
        i += phrase_end(rest[i:])
        if low[i : i + 1] == ["to"] and i + 1 < len(low) and "VB" in readings(low[i + 1]) and asked.subject.lower() != "it":
            return i + 2 if i + 2 >= end else None
    return i


def _verbs_end(asked: Asked, low: Sequence[str]) -> int:
    i = 0
    if lowered(asked.finite.split())[0].removesuffix("n't") in (*MODALS, *HAVE, "ca", "wo") or asked.verb == "be":
        while i < len(low) and (
            low[i] in ("not", "been", "be", "being", "never")
            or (readings(low[i]) & {"VB", "VBN", "VBG"} and i < 3 and (i == 0 or low[i - 1] in ("been", "be", "being", "have", "not")))
        ):
            i += 1
    verb = asked.verb if i == 0 else base_of(low[i - 1], "VB", "VBN") or low[i - 1]
    while i + 1 < len(low) and low[i] == "to" and "VB" in readings(low[i + 1]) and verb in CATENATIVE:
        i, verb = i + 2, low[i + 1]
    return i
