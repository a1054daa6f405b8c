"""Times as people say them, against the time of the turn: since March, until Friday, used to, tomorrow."""

import re
from datetime import datetime, timedelta

_OPENING = re.compile(r"^(?P<word>(?:ever )?since|as of|as from|from|starting(?: from)?|until|till?|up to|through|by|on|in|at|for)\s+", re.IGNORECASE)
_BEGINS = ("since", "ever since", "as of", "as from", "from", "starting", "starting from")
_ENDS = ("until", "till", "til", "up to", "through")
_DURATION = re.compile(
    r"(?:about |over |almost |nearly )?(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:day|week|month|year)s?", re.IGNORECASE
)
_TRAILING = re.compile(r"\s+(?:on|onwards?|now|already)$", re.IGNORECASE)
_REGULAR = re.compile(r"\b(?:every|each|always|daily|weekly|monthly|yearly|usually|\w+days)\b", re.IGNORECASE)
_CLOCK_ONLY = re.compile(r"(?:about |around )?\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?| o'?clock)?", re.IGNORECASE)
_OVER = re.compile(r"\bused to\b|\bno longer\b", re.IGNORECASE)

Times = tuple[datetime | None, datetime | None]
"""From when and until when something holds; None where that is not said."""


def times_of(when: str, statement: str, said_at: datetime) -> Times:
    """From when and until when a statement holds, by its words of time and the time at which it was said.

    >>> times_of("until Friday", "I am in Graz until Friday", datetime(2026, 11, 21))
    (None, datetime.datetime(2026, 11, 27, 23, 59, 59))
    """
    if not when:
        return (None, said_at) if _OVER.search(statement) else (None, None)
    opening = _OPENING.match(when)
    word = opening["word"].lower() if opening else ""
    rest = _TRAILING.sub("", when[opening.end() :] if opening else when)
    if _REGULAR.search(when) or _CLOCK_ONLY.fullmatch(rest) or len(rest.split()) > _LONGEST:
        return None, None
    if word == "for":
        found = _parsed(f"{rest} ago", said_at, "past") if _DURATION.fullmatch(rest) and re.search(r"\b(?:have|has|'ve|been)\b", statement) else None
        return found, None
    if word in _ENDS:
        found = _parsed(rest, said_at, "future")
        return None, _end_of_day(found) if found else None
    ahead = word in ("as of", "as from", "from", "starting", "starting from") or re.search(r"\b(?:will|going to|is|are|'ll|next)\b", f"{statement} {when}")
    found = _parsed(rest, said_at, "future" if ahead and word not in ("since", "ever since") else "past")
    return found, said_at if found and _OVER.search(statement) and word not in _BEGINS else None


_LONGEST = 6


def _parsed(words: str, said_at: datetime, prefer: str) -> datetime | None:
    # Late, because it takes 0.1 s to load, and few turns name a time.
    import dateparser

    settings = {
        "RELATIVE_BASE": said_at.replace(tzinfo=None),
        "PREFER_DATES_FROM": prefer,
        "PREFER_DAY_OF_MONTH": "first",
        "PREFER_MONTH_OF_YEAR": "first",
    }
    found = dateparser.parse(words, languages=["en"], settings=settings)  # pyright: ignore[reportArgumentType]
    if found is None:
        return None
    exact = re.search(r"\d[:.]\d\d|\d ?[ap]\.?m\b|o'?clock|\bhours?\b|\bminutes?\b", words)
    return (found if exact else found.replace(hour=0, minute=0, second=0, microsecond=0)).replace(tzinfo=said_at.tzinfo)


def _end_of_day(at: datetime) -> datetime:
    return at + timedelta(hours=23, minutes=59, seconds=59) if (at.hour, at.minute) == (0, 0) else at
