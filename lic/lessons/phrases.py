"""Where phrases begin and end in a list of words: noun phrases, main verbs, prepositions that lost their noun, whole clauses."""

import re
from collections.abc import Sequence

from lic.lessons.grammar import (
    AUXILIARIES,
    DETERMINERS,
    NUMERALS,
    OBJECTS,
    PARTICLES,
    PREPOSITIONS,
    RELATIVES,
    SUBJECTS,
    SUBORDINATORS,
    TIME_ADVERBS,
    is_adjective,
    is_name,
    is_noun,
    is_possessive,
    lowered,
)
from lic.lessons.morphology import readings
from lic.lessons.times import time_adjunct


def phrase_end(words: Sequence[str]) -> int:
    """Where the noun phrase at the start ends: a pronoun, a name, or determiners, adjectives and nouns, with what "of" and "and" join."""
    low, i = lowered(words), 0
    if low[:1] and low[0] in SUBJECTS and not (low[0] in DETERMINERS and low[1:] and is_noun(low[1])):
        return 1
    while i < len(words):
        while i + 1 < len(words) and (
            low[i] in DETERMINERS or is_possessive(words[i]) or (is_adjective(low[i]) and i + 2 < len(words) and _carries(low[i + 1]))
        ):
            i += 1
        i = _nouns_end(words, i)
        if i < len(words) - 1 and is_possessive(words[i - 1]):
            continue
        if i < len(words) - 1 and low[i] in ("of", "and", "&"):
            i += 1
            continue
        break
    return i


def _carries(low: str) -> bool:
    """Whether a noun phrase can go on with this word behind an adjective."""
    return is_adjective(low) or is_noun(low) or bool(readings(low) & {"NN", "NNS"})


def _nouns_end(words: Sequence[str], start: int) -> int:
    i = start + 1
    if is_name(words[start]):
        while i < len(words) and (
            is_name(words[i]) or (words[i].lower() in ("de", "van", "von", "der", "the") and i + 1 < len(words) and is_name(words[i + 1]))
        ):
            i += 1
        if i < len(words) and i > start and not is_possessive(words[i - 1]) and not is_noun(words[i]):
            return i
    while i < len(words) and not is_possessive(words[i - 1]) and not is_name(words[i]) and is_noun(words[i]) and lowered([words[i]])[0] != "and":
        i += 1
    return i


def main_verb(words: Sequence[str], *tags: str) -> int | None:
    """Where the main verb stands behind its subject: the first word of such a form that can neither be the subject's noun nor follow a preposition."""
    low = lowered(words)
    pronoun = bool(low) and low[0] in SUBJECTS - DETERMINERS
    first = 1 if pronoun else max(1, _head(words) + 1)
    found = [
        i
        for i in range(1, len(words))
        if readings(low[i]) & set(tags)
        and not is_name(words[i])
        and low[i - 1] not in DETERMINERS
        and not is_possessive(words[i - 1])
        and low[i - 1] not in PREPOSITIONS | {"and", "or"}
    ]
    later = [i for i in found if i >= first] or found
    # "When did I last see": an adverb before the verb, though some dictionary has it as a verb.
    later = [i for i in later if not (i + 1 in later and "RB" in readings(low[i]))]
    if pronoun or "VBN" in tags:
        return next(iter(later), None)
    return next((i for i in later if _can_follow_verb(words, low, i + 1)), None) or next(iter(later), None)


def _head(words: Sequence[str]) -> int:
    """The place of the first noun of a subject: behind determiners and adjectives, of a name its end."""
    low, i = lowered(words), 0
    while i + 1 < len(words) and (low[i] in DETERMINERS or is_possessive(words[i]) or low[i] in NUMERALS):
        i += 1
    while i > 0 and i + 2 < len(words) and is_adjective(low[i]) and _carries(low[i + 1]) and low[i] not in PREPOSITIONS:
        i += 1
    while i + 1 < len(words) and is_name(words[i]) and is_name(words[i + 1]):
        i += 1
    return i


def _can_follow_verb(words: Sequence[str], low: Sequence[str], i: int) -> bool:
    if i >= len(words):
        return True
    word = low[i]
    closed = PREPOSITIONS | DETERMINERS | OBJECTS | SUBJECTS | SUBORDINATORS | PARTICLES | TIME_ADVERBS | NUMERALS
    return word in closed or is_name(words[i]) or is_possessive(words[i]) or "RB" in readings(word) or word[:1].isdigit()


def stranded(words: Sequence[str], start: int = 0, *, particles: bool = True) -> int | None:
    """Where a preposition stands that lost its noun to the question word; None where every one has its noun.

    The particles of verbs (grow up, throw away) look the same; they count unless the question word asks for no noun.
    """
    low = lowered(words)
    if not particles:
        found = stranded(words, start)
        return None if found is None or low[found] in PARTICLES else found
    for i in range(start, len(words)):
        if low[i] not in PREPOSITIONS | PARTICLES or (low[i] == "to" and i + 1 < len(words) and "VB" in readings(low[i + 1])):
            continue
        rest = low[i + 1 :]
        if not rest or rest[0] in PREPOSITIONS or time_adjunct(words[i + 1 :]) == 0:
            if rest and low[i] in SUBORDINATORS | {"next", "out", "up"} and rest[0] in ("to", "of"):
                continue
            return i
    return None


def is_clause(said: str) -> bool:
    """Whether an answer is a sentence of its own, with a subject and a finite verb.

    >>> is_clause("she works at the harbour"), is_clause("the one that is red"), is_clause("at the harbour"), is_clause("my sister is")
    (True, False, False, True)
    """
    words = said.split()
    low = lowered(words)
    if len(low) > 1 and low[0] in SUBJECTS | {"im", "ive"} - {"this", "that", "these", "those"}:
        return True
    if low and re.fullmatch(r"(i|you|he|she|it|we|they|that|there)'(s|m|re|ve|d|ll)", low[0]):
        return True
    for i in range(1, len(low)):
        if low[i] in RELATIVES:
            return False
        finite = low[i] in AUXILIARIES - {"may", "can", "will", "might", "must"} or low[i].endswith("n't")
        if finite or (low[i] in ("can", "will", "might", "must") and not is_name(words[i]) and i + 1 < len(low) and "VB" in readings(low[i + 1])):
            return True
    return False
