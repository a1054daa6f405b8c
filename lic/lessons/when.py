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


_UNTIL = re.compile(r"\b(?:until|till?|up to|through|by|for)\s+(?P<time>[^,.;!?]+)", re.IGNORECASE)


def until_of(text: str, said_at: datetime) -> datetime | None:
    """Until when something is said to hold: "only until Friday", "for a week", "Friday"; None where no time is named."""
    found = _UNTIL.search(text)
    time = (found["time"] if found else text).strip()
    if _DURATION.fullmatch(time):
        return _parsed(f"in {time}", said_at, "future")
    ends = {"this week": 7 - said_at.weekday(), "this month": 31, "today": 1, "tonight": 1}.get(time.lower().removeprefix("just ").removeprefix("only "))
    if ends is not None:
        day = said_at.replace(hour=0, minute=0, second=0, microsecond=0)
        return (_months_on(day.replace(day=1), 1) if ends > 7 else day + timedelta(days=ends)) - timedelta(seconds=1)
    parsed = _parsed(time, said_at, "future") if len(time.split()) <= _LONGEST else None
    return _end_of_day(parsed) if parsed and parsed > said_at - timedelta(days=1) else None


_UNIT = r"(?:second|minute|hour|day|week|weekend|fortnight|month|year)"
_DAY_NAME = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_PART = r"(?:morning|afternoon|evening|night)"
_NUMBER = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|\d+|a few|a couple of|few|couple of)"
_PERIOD = re.compile(
    rf"\b(?:(?P<word>since|until|till|before|after|by|in|on|during|over|within|from)\s+)?(?:the\s+)?(?P<time>"
    rf"today|tonight|yesterday(?:\s+{_PART})?|just now|{_NUMBER}\s+{_UNIT}s?\s+ago|(?:last|past|previous)\s+{_NUMBER}\s+{_UNIT}s?"
    rf"|(?:this|last|past|previous)\s+(?:{_PART}|{_UNIT}|{_DAY_NAME}|{_MONTH}|spring|summer|autumn|fall|winter)"
    rf"|{_DAY_NAME}|(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?)?{_MONTH}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,?\s+\d{{4}})?|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_SHORT = {"second": 1, "minute": 60, "hour": 3600}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def period_of(text: str, said_at: datetime) -> tuple[datetime, datetime] | None:
    """The time in the past that a text names, from its beginning to its end; None where it names none.

    >>> period_of("what did I say yesterday?", datetime(2026, 11, 21, 15))
    (datetime.datetime(2026, 11, 20, 0, 0), datetime.datetime(2026, 11, 21, 0, 0))
    """
    found = [match for match in _PERIOD.finditer(text) if match["time"].lower() != "may" or match["word"] or match["time"][0] == "M"]
    if not found:
        return None
    match = found[-1]
    span = _span(match["time"].lower(), said_at)
    if span is None:
        return None
    begins, ends = span
    word = (match["word"] or "").lower()
    if word == "since":
        return begins, said_at
    if word == "after":
        return ends, said_at
    if word in ("until", "till", "before", "by"):
        return datetime.min.replace(tzinfo=said_at.tzinfo), begins if word == "before" else ends
    return begins, min(ends, said_at + timedelta(seconds=1)) if begins <= said_at < ends else ends


def _span(time: str, said_at: datetime) -> tuple[datetime, datetime] | None:
    """Beginning and end of a time that was."""
    day = said_at.replace(hour=0, minute=0, second=0, microsecond=0)
    first, *rest = time.split()
    unit = time.removesuffix(" ago").split()[-1].removesuffix("s")
    if time in ("today", "just now"):
        return day, day + timedelta(days=1)
    if part := re.search(r"(morning|afternoon|evening|night)$", time) or re.search(r"tonight", time):
        on = day - timedelta(days=1) if first in ("yesterday", "last") else day
        hours = {"morning": (0, 12), "afternoon": (12, 18), "evening": (17, 24)}.get(part.group(), (17, 29))
        return on + timedelta(hours=hours[0]), on + timedelta(hours=hours[1])
    if first == "yesterday":
        return day - timedelta(days=1), day
    if time.endswith(" ago"):
        found = _parsed(time, said_at, "past")
        return _whole(found, unit) if found and unit not in _SHORT else (found, said_at) if found else None
    if first in ("last", "past", "previous") and len(rest) > 1:
        found = _parsed(f"{' '.join(rest)} ago".replace("few", "3").replace("couple of", "2").replace("a 3", "3").replace("a 2", "2"), said_at, "past")
        return (found, said_at) if found else None
    if rest and rest[0] in ("day", "week", "weekend", "fortnight", "month", "year", *_SHORT):
        return _this_or_last(first, rest[0], said_at, day)
    if rest and rest[0] in _SEASONS:
        begins = day.replace(month=_SEASONS[rest[0]], day=1)
        begins = begins if begins <= said_at else begins.replace(year=begins.year - 1)
        return begins, _months_on(begins, 3)
    found = _parsed(time.removeprefix("this ").removeprefix("last ").removeprefix("previous ").removeprefix("past "), said_at, "past")
    if found is None:
        return None
    kind = "year" if re.fullmatch(r"\d{4}", time) else "month" if re.search(_MONTH, time) and not re.search(r"\b\d{1,2}(?:st|nd|rd|th)?\b", time) else "day"
    return _whole(found, kind)


def _this_or_last(which: str, unit: str, said_at: datetime, day: datetime) -> tuple[datetime, datetime] | None:
    if unit in _SHORT:
        return said_at - timedelta(seconds=_SHORT[unit]), said_at
    back = 0 if which == "this" else 1
    if unit in ("week", "fortnight", "weekend"):
        monday = day - timedelta(days=day.weekday() + 7 * back)
        return (monday + timedelta(days=5), monday + timedelta(days=7)) if unit == "weekend" else (monday, monday + timedelta(days=7))
    if unit == "day":
        return day - timedelta(days=back), day + timedelta(days=1 - back)
    begins = day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)
    for _ in range(back):
        begins = _whole(begins - timedelta(days=1), unit)[0]
    return _whole(begins, unit)


def _whole(at: datetime, unit: str) -> tuple[datetime, datetime]:
    """The whole day, week, month or year that a time lies in."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "year":
        return day.replace(month=1, day=1), day.replace(year=day.year + 1, month=1, day=1)
    if unit == "month":
        return day.replace(day=1), _months_on(day.replace(day=1), 1)
    if unit in ("week", "fortnight"):
        return day - timedelta(days=day.weekday()), day - timedelta(days=day.weekday() - 7)
    return day, day + timedelta(days=1)


def _months_on(begins: datetime, months: int) -> datetime:
    month = begins.month - 1 + months
    return begins.replace(year=begins.year + month // 12, month=month % 12 + 1)
