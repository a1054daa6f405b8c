"""A question taken apart: what it asks for, its subject, its finite verb as a statement has it, and what follows the verb."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lic.lessons.grammar import (
    AUXILIARIES,
    BE,
    DETERMINERS,
    DO,
    HAVE,
    MODALS,
    PREPOSITIONS,
    SUBJECTS,
    SUBORDINATORS,
    is_adjective,
    is_name,
    is_noun,
    is_possessive,
    lowered,
    positive,
)
from lic.lessons.morphology import base_of, is_plural_noun, past, readings, third_person
from lic.lessons.phrases import main_verb, phrase_end, stranded

_WH = re.compile(
    rf"^(?:(?P<preposition>{'|'.join(sorted(PREPOSITIONS))}) )?(?P<wh>what|which|whose|who|whom|where|when|why|how)\b(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_NAMING = frozenset("call name nickname title".split())
_VERBAL = frozenset(("VB", "VBP", "VBZ", "VBD"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with a question word, taken apart; an empty subject is what it asks for."""

    wh: str
    preposition: str
    noun: str
    subject: str
    finite: str
    verb: str
    rest: tuple[str, ...]
    direct: bool

    @property
    def subject_asked(self) -> bool:
        """Whether the answer is the subject: who wrote Hamlet."""
        return not self.subject


def taken_apart(asked: str) -> Asked | None:
    """A question with a question word as its parts; None where its order is not understood."""
    match = _WH.match(asked)
    words = match.group("rest").split() if match else []
    if match is None or not words:
        return None
    wh, preposition = match.group("wh").lower().replace("whom", "who"), (match.group("preposition") or "").lower()
    low = lowered(words)
    auxiliary_at = next((i for i, word in enumerate(low) if positive(word) in AUXILIARIES), None)
    noun_end = _noun_end(wh, words)
    if auxiliary_at and (wh == "who" or (wh == "what" and not is_plural_noun(low[0]))) and readings(low[0]) & {"VBZ", "VBD"}:
        found, direct = _subject_asked(wh, words), True
    elif auxiliary_at is not None and (noun_end >= auxiliary_at or _inverted(wh, words, auxiliary_at)):
        found, direct = _direct(wh, words, auxiliary_at), True
    elif noun_end < len(words) and (noun_end or wh in ("where", "when", "why", "how") or _begins_phrase(words, 0)):
        found, direct = _embedded(words, noun_end), False
    else:
        found, direct = None, True
    if found is None and auxiliary_at is None and wh in ("who", "what", "which", "whose", "how"):
        found, direct = _subject_asked(wh, words), True
    if found is None:
        return None
    noun, subject, finite, verb, rest = found
    return Asked(wh, preposition, " ".join(noun), " ".join(subject), finite, verb, tuple(rest), direct)


_Parts = tuple[Sequence[str], Sequence[str], str, str, Sequence[str]]


def _begins_phrase(words: Sequence[str], i: int) -> bool:
    low = lowered(words)
    return i < len(words) and (low[i] in SUBJECTS or low[i] in DETERMINERS or is_name(words[i]) or low[i] == "i")


def _noun_end(wh: str, words: Sequence[str]) -> int:
    """Where the asked noun ends in the order of an indirect question: "what time | the shop opens", "how old | my sister is"."""
    low = lowered(words)
    if wh in ("where", "when", "why", "who"):
        return 0
    if (wh == "how" and low[0] in ("many", "much")) or wh in ("what", "which", "whose"):
        return next((i for i in range(len(words)) if _begins_phrase(words, i) and (i == 0 or low[i - 1] != "of")), len(words))
    return 1 if wh == "how" and (is_adjective(low[0]) or low[0] in ("often", "long", "far")) else 0


def _inverted(wh: str, words: Sequence[str], auxiliary_at: int) -> bool:
    """Whether the auxiliary stands before its subject, as in a direct question."""
    if wh in ("where", "when", "why", "who"):
        tags = readings(words[0])
        return lowered(words)[0] in PREPOSITIONS or (bool(tags) and tags <= {"RB"})
    return not any(_begins_phrase(words, i) and (i == 0 or lowered(words)[i - 1] != "of") for i in range(auxiliary_at)) or (
        not _begins_phrase(words, 0) and _begins_phrase(words, auxiliary_at + 1)
    )


def _direct(wh: str, words: Sequence[str], at: int) -> _Parts | None:
    noun, after = words[:at], list(words[at + 1 :])
    said = lowered([words[at]])[0]
    auxiliary = positive(said)
    negated = auxiliary != said
    spelled = said if "'" in said or not negated else f"{said[:-2]}n't"
    if not after:
        return None
    if _asks_subject(wh, noun, auxiliary, after):
        return noun, (), spelled, _base(auxiliary), after
    if auxiliary in BE:
        end = _be_end(wh, noun, after)
        subject, rest = after[:end], after[end:]
        return noun, subject, _with_subject(spelled, subject), "be", rest
    tag = "VBN" if auxiliary in HAVE else "VB"
    i = main_verb(after, tag)
    if i is None:
        end = phrase_end(after)
        return (noun, after[:end], spelled, "have", after[end:]) if auxiliary in HAVE else None
    start = adverbs_start(after, i)
    subject, adverbs, verb, rest = after[:start], after[start:i], after[i], after[i + 1 :]
    if auxiliary in DO:
        return noun, subject, " ".join((*([spelled] if negated else ()), *adverbs, verb if negated else inflected(verb, auxiliary))), verb.lower(), rest
    return noun, subject, " ".join((spelled, *adverbs)), base_of(verb, tag) or verb.lower(), after[i:]


def adverbs_start(words: Sequence[str], verb_at: int) -> int:
    """Where the adverbs between a subject and its verb begin: have I | always | lived."""
    low, start = lowered(words), verb_at
    while start > 1 and "RB" in readings(low[start - 1]) and not is_noun(words[start - 1]) and low[start - 2] not in DETERMINERS:
        start -= 1
    return start


def _with_subject(spelled: str, subject: Sequence[str]) -> str:
    return "am not" if spelled == "aren't" and lowered(subject) == ["i"] else spelled


def _base(auxiliary: str) -> str:
    return "be" if auxiliary in BE else "have" if auxiliary in HAVE else "do" if auxiliary in DO else auxiliary


def inflected(verb: str, auxiliary: str) -> str:
    """A verb as a statement has it that asked with this form of "do": does work, works."""
    if auxiliary == "do":
        return verb
    return third_person(verb) if auxiliary == "does" else past(verb)


def _asks_subject(wh: str, noun: Sequence[str], auxiliary: str, after: Sequence[str]) -> bool:
    """Whether the verb follows its auxiliary at once, so that the question word is the subject: who can swim, what is in the box."""
    if wh not in ("who", "what", "which", "whose") and lowered(noun)[:1] not in (["many"], ["much"]):
        return False
    first, tags = lowered(after)[0], readings(lowered(after)[0])
    if auxiliary in BE and lowered(noun)[:1] in (["of"], ["one"], ["ones"]):
        return stranded(after) is None
    if is_possessive(after[0]) or first in SUBJECTS or first in DETERMINERS or is_name(after[0]):
        lexical = auxiliary in (*DO, *HAVE) and first not in ("i", "he", "she", "we", "they")
        return lexical and main_verb(after, "VBN" if auxiliary in HAVE else "VB") is None and (wh == "who" or auxiliary in HAVE)
    if auxiliary in BE:
        describes = is_adjective(first) and not tags & {"NN"} and (len(after) == 1 or lowered(after)[1] in PREPOSITIONS)
        return bool(tags & {"VBG", "VBN"}) or (first in PREPOSITIONS and len(after) > 1) or describes
    if auxiliary in HAVE:
        return bool(tags & {"VBN"}) or main_verb(after, "VBN") is None
    later = main_verb(after, "VB")
    if auxiliary in DO:
        return later is None
    return "VB" in tags and (wh == "who" or later is None or "NN" not in tags)


def _be_end(wh: str, noun: Sequence[str], after: Sequence[str]) -> int:
    """Where the subject ends behind a form of "be"."""
    low = lowered(after)
    if low[0] in SUBJECTS - DETERMINERS:
        return 1
    if wh in ("what", "who", "which", "whose") and lowered(noun)[:1] not in (["time"], ["day"], ["date"], ["year"], ["month"]):
        return _object_predicate(after, low)
    return be_end(after, frozenset() if list(noun) == ["far"] else PREPOSITIONS - {"in", "at", "on"})


def be_end(after: Sequence[str], joined: frozenset[str] = frozenset()) -> int:
    """Where the subject ends and the predicate begins behind a form of "be"; these prepositions belong to the subject in any case."""
    low = lowered(after)
    end = phrase_end(after)
    if end < len(after) - 1 and low[end] in SUBJECTS - DETERMINERS:
        return len(after)  # "The last time I saw Ana" is one phrase.
    while end < len(after) - 1 and (low[end] in joined or _describes_after(after, end)):
        end += 1 + phrase_end(after[end + 1 :])
    return end


def _describes_after(words: Sequence[str], at: int) -> bool:
    """Whether a prepositional phrase belongs to the noun, because a predicate follows it: the shop on the corner open."""
    low = lowered(words)
    if low[at] not in PREPOSITIONS:
        return False
    end = at + 1 + phrase_end(words[at + 1 :])
    return end < len(words) and low[end] not in PREPOSITIONS | SUBORDINATORS and bool(is_adjective(low[end]) or readings(low[end]) & {"VBN", "VBG"})


def _object_predicate(after: Sequence[str], low: Sequence[str]) -> int:
    """Where a predicate begins that leaves room for a noun: is Ana learning, is he allergic to, is my dog called."""
    end = phrase_end(after)
    lost = stranded(after, end)
    if lost is not None and (lost == len(after) - 1 or lost > end):
        while lost > end and (readings(low[lost - 1]) & {"VBN", "VBG", "JJ"} or "RB" in readings(low[lost - 1])):
            lost -= 1
        return lost
    for i in range(1, len(after)):
        tags = readings(low[i])
        free = low[i - 1] not in DETERMINERS | PREPOSITIONS and not is_possessive(after[i - 1])
        if (free and ("VBG" in tags and ("NN" not in tags or i == end))) or ("VBN" in tags and base_of(low[i], "VBN") in _NAMING):
            return i
    return len(after)


def _embedded(words: Sequence[str], noun_end: int) -> _Parts | None:
    """The order of an indirect question: where | my sister | works."""
    noun, clause = words[:noun_end], words[noun_end:]
    low = lowered(clause)
    if len(clause) < 2:
        return None
    at = next((i for i in range(1, len(clause)) if positive(low[i]) in AUXILIARIES), None)
    if at is None:
        at = main_verb(clause, *_VERBAL)
    if at is None:
        return None
    finite, rest = clause[at], clause[at + 1 :]
    auxiliary = positive(low[at])
    if auxiliary in BE:
        verb = "be"
    elif rest and (auxiliary in (*MODALS, *HAVE) or auxiliary != low[at]) and readings(low[at + 1]) & {"VB", "VBN"}:
        verb = base_of(low[at + 1], "VB", "VBN") or low[at + 1]
    else:
        verb = base_of(low[at], *_VERBAL) or low[at]
    return noun, clause[:at], finite, verb, rest


def _subject_asked(wh: str, words: Sequence[str]) -> _Parts | None:
    """A question for the subject without an auxiliary: who wrote Hamlet, which team won, how many people came."""
    low = lowered(words)
    if wh in ("who", "what") and readings(low[0]) & {"VBZ", "VBD", "VBP"}:
        return (), (), words[0], base_of(low[0], *_VERBAL) or low[0], words[1:]
    at = main_verb(words, "VBZ", "VBD", "VBP")
    if at is None or wh == "who" or (wh == "how" and low[0] not in ("many", "much")):
        return None
    return words[:at], (), words[at], base_of(low[at], *_VERBAL) or low[at], words[at + 1 :]
