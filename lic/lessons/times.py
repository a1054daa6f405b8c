"""Expressions of time and measure: which preposition they need, and where they begin behind a verb."""

import re
from collections.abc import Sequence

from lic.lessons.grammar import DETERMINERS, NUMERALS, PREPOSITIONS, SUBJECTS, SUBORDINATORS, TIME_ADVERBS, lowered

DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
MONTHS = frozenset("january february march april may june july august september october november december".split())
_SEASONS = frozenset("spring summer autumn winter morning afternoon evening".split())
UNITS = frozenset("second minute hour day night week weekend fortnight month year decade century moment term semester time".split())
_FREQUENCY = frozenset("never always often usually sometimes rarely seldom".split())
_WITH_TIME = frozenset("last next this every each a per one once twice".split())
_CLOCK = re.compile(
    r"(?:about |around |half past |quarter (?:past|to) )?\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?| ?o'?clock)?(?: sharp| in the (?:morning|afternoon|evening))?"
)
_YEAR = re.compile(r"(?:early |late |about |around )?(?:(?:1\d|20)\d\d|the \d\ds|the (?:1\d|20)\d0s)")
_MONTH = f"(?:{'|'.join(sorted(MONTHS))}|{'|'.join(sorted(month[:3] for month in MONTHS))})"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(rf"(?:the )?{_DAY}(?: of)? {_MONTH},?(?: \d{{4}})?|{_MONTH} (?:the )?{_DAY},?(?: \d{{4}})?|the \d{{1,2}}(?:st|nd|rd|th)|\d+[./-]\d+[./-]\d+")


def time_adjunct(words: Sequence[str]) -> int:
    """Where a trailing expression of time begins ("on Monday", "last week", "when I was five"); the length where there is none.

    >>> time_adjunct("in the garden on Monday".split())
    3
    """
    low = lowered(words)
    for i, word in enumerate(low):
        after = low[i + 1 :]
        if word in SUBORDINATORS and len(after) > 1 and after[0] in SUBJECTS | DETERMINERS:
            return i
        if word in ("as", "during", "before", "after", "until", "since") and after:
            return i
        if word in ("in", "on", "at", "by", "from", "for") and after and _is_time_phrase(" ".join(after)):
            return i
        if (word in TIME_ADVERBS or word in _FREQUENCY) and not after:
            return i
        if word in _WITH_TIME and after and _unit(after[0]) and len(after) == 1:
            return i
    return len(low)


def _unit(word: str) -> bool:
    return word.removesuffix("s") in UNITS or word.removesuffix("s") in DAYS or word in MONTHS or word in _SEASONS


def _is_time_phrase(low: str) -> bool:
    words = [word for word in low.split() if word not in DETERMINERS]
    return bool(time_preposition(low)) or (not PREPOSITIONS & set(words) and 0 < len(words) <= 3 and _unit(words[-1]))


def time_preposition(said: str) -> str | None:
    """The preposition that a time needs: "at" 9am, "on" Monday, "in" 1990, none ("") for tomorrow; None for what is no time.

    >>> time_preposition("9am"), time_preposition("5 May"), time_preposition("March 2020"), time_preposition("two years ago")
    ('at', 'on', 'in', '')
    """
    low = " ".join(lowered(said.split()))
    words = low.split()
    if not words:
        return None
    if _YEAR.fullmatch(low):
        return "in"
    if _CLOCK.fullmatch(low) or low in ("noon", "midnight", "night", "dawn", "dusk", "lunchtime") or (words[0] in NUMERALS and low.endswith("o'clock")):
        return "at"
    if words[0] in NUMERALS | {"quarter"} and words[1:2] in (["past"], ["to"]):
        return "at"
    if words[0].removesuffix("s") in DAYS or _DATE.fullmatch(low):
        return "on"
    if words[0] in MONTHS or words[0] in _SEASONS or (words[0] == "the" and len(words) == 2 and words[1] in _SEASONS):
        return "in"
    if words[0] in TIME_ADVERBS or words[-1] == "ago" or (words[0] in _WITH_TIME and len(words) > 1 and _unit(words[1])):
        return ""
    return None


def is_frequency(said: str) -> bool:
    """Whether an answer is an adverb of frequency, which stands before the verb."""
    return said.lower() in _FREQUENCY


def is_measure(said: str) -> bool:
    """Whether an answer begins with a number: 3 km, six feet, a year, half an hour."""
    low = lowered(said.split())
    return bool(low) and (low[0][:1].isdigit() or low[0] in NUMERALS or (len(low) > 1 and (low[0] in ("a", "an") and _unit(low[1]))))
