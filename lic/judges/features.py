"""What a question and a statement have in common, as numbers, without another pass of the encoder.

Words are compared softly by the encoder's frozen input embeddings: each piece of one side looks for its nearest piece of the other
(late interaction, Khattab and Zaharia 2020, section 3.2, on static vectors).
"""

import re
from dataclasses import dataclass

import numpy as np

from lic.language import key, same_subject, words
from lic.types import Encoder, Slots, Vector

IDLE = frozenset(
    """
    a about an and any are as at be been by can could did do does exactly for from had has have how i in into is it its just know me
    my of on or our please remember s so tell than that the their there these this those to us was we were what when where which who
    whom whose why will with would you your again again hey hi lic ok again what's whats who's whos where's wheres t re m ve ll d im u
    ur pls
    """.split()
)
_EMPTY = frozenset("the a an my our your his her its their is are was were am be been do does did has have had at in on of to for with from by".split())
FIRST = frozenset(["i", "me", "my", "mine", "myself", "im", "i'm", "i've", "our", "we", "us", "ours"])
_WH = ("who", "what", "when", "where", "how", "which", "why", "many", "much", "old", "time")
_TIME = re.compile(
    r"\b(?:\d{1,2}[:.]\d\d|\d{4}|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday|morning|noon|evening|night|o'clock|am|pm|spring|summer|autumn|winter|weekend|daily|week|month|year)s?\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:in|at|on|under|behind|near|inside|above|below|between|next to|opposite|from)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slot:
    """Subject or relation of a side: its pieces' vectors, the stems of its words, and whether it is the person."""

    text: str
    vectors: Vector
    stems: tuple[str, ...]
    owner: str


@dataclass(frozen=True, slots=True)
class Side:
    """A question or a statement, prepared for comparing: its content pieces with their vectors, and its slots."""

    text: str
    words: tuple[str, ...]
    stems: frozenset[str]
    content: tuple[str, ...]
    vectors: Vector
    subject: Slot
    relation: Slot
    value: str


def side_of(encoder: Encoder, text: str, slots: Slots) -> Side:
    """Prepare one side."""
    found = words(text)
    content = tuple(dict.fromkeys(word.removesuffix("'s") for word in found if word not in IDLE)) or tuple(found)
    vectors = encoder.piece_vectors(encoder.tokenize(" ".join(content)))
    subject, relation = _slot_of(encoder, slots.subject), _slot_of(encoder, slots.relation)
    return Side(text, tuple(found), frozenset(map(stem, found)), content, vectors, subject, relation, slots.value)


def _slot_of(encoder: Encoder, text: str) -> Slot:
    ids = encoder.tokenize(_plain(text)) if text else ()
    return Slot(text, encoder.piece_vectors(ids), _same_words(text), _owner(text))


def features(question: Side, statement: Side, cosine: float) -> list[float]:
    """The numbers that the classifier reads, for one question and one statement."""
    forth = _coverage(question.vectors, statement.vectors)
    back = _coverage(statement.vectors, question.vectors)
    missing = [word for word in question.content if stem(word) not in statement.stems]
    names_missing = sum(1 for word in missing if word[:1].isalpha() and word in _names(question.text))
    asked_me, said_me = bool(FIRST & set(question.words)), bool(FIRST & set(statement.words))
    subject = _slot(question.subject, statement.subject, statement)
    relation = _slot(question.relation, statement.relation, statement)
    wh = [float(word in question.words) for word in _WH]
    value = statement.value or statement.text
    kinds = (bool(_TIME.search(value)), bool(_PLACE.search(statement.text)), bool(_NUMBER.search(value)), any(w[:1].isupper() for w in value.split()))
    return [
        cosine,
        float(forth.mean()),
        float(forth.min()),
        float(np.sort(forth)[:2].mean()),
        float(back.mean()),
        float(np.sort(back)[len(back) // 2 :].mean()),
        len(missing) / max(1, len(question.content)),
        float(len(missing)),
        float(names_missing),
        float(len(question.content)),
        float(len(statement.content)),
        float(asked_me),
        float(said_me),
        float(asked_me != said_me),
        *subject,
        *relation,
        *wh,
        *map(float, kinds),
        wh[2] * kinds[0],
        wh[2] * (not kinds[0]),
        wh[3] * kinds[1],
        wh[3] * (not kinds[1]),
        wh[0] * kinds[3],
        wh[0] * (not kinds[3]),
        max(wh[7], wh[8], wh[9]) * kinds[2],
        max(wh[7], wh[8], wh[9]) * (not kinds[2]),
        cosine * float(forth.min()),
        cosine * subject[0],
        subject[0] * relation[0],
        cosine * relation[0],
        subject[2] * relation[2],
        subject[2] * (1 - relation[2]) * relation[0],
        relation[2] * (1 - subject[2]),
        float(bool(question.subject.text) and bool(statement.subject.text) and subject[0] < 0.6),
    ]


def _coverage(one: Vector, other: Vector) -> Vector:
    """For each piece of one side, its greatest cosine with a piece of the other."""
    if not len(one) or not len(other):
        return np.zeros(1, np.float32)
    return (one @ other.T).max(axis=1)


def _slot(asked: Slot, known: Slot, statement: Side) -> tuple[float, float, float]:
    """How well a slot of the question is met: by the same slot softly, by the statement's words, and whether it is just the same."""
    if not asked.text:
        return (0.5, 0.5, 0.0)
    same = asked.stems == known.stems or asked.owner == known.owner != "" or same_subject(asked.text, known.text)
    alike = 1.0 if same else float(_coverage(asked.vectors, known.vectors if known.text else statement.vectors).mean())
    return (alike, float(_coverage(asked.vectors, statement.vectors).mean()), float(same))


def _same_words(text: str) -> tuple[str, ...]:
    """The stems of the words that carry meaning: "closes at" and "close" are the same relation."""
    kept = [word for word in words(text) if word not in _EMPTY] or words(text)
    return tuple(sorted(stem(word.removesuffix("'s")) for word in kept))


def _plain(text: str) -> str:
    kept = [word for word in words(text) if word not in ("my", "our", "your", "the", "a", "an", "is", "are", "was", "were", "do", "does", "did")]
    return " ".join(kept) or text


def _owner(text: str) -> str:
    return "me" if key(text) in ("i", "my", "me", "mine", "im", "i'm") else ""


def stem(word: str) -> str:
    """A word without its commonest endings, for comparing only."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _names(text: str) -> set[str]:
    """Capitalized words that do not begin the text."""
    return {word.lower() for word in re.findall(r"(?<=\s)[A-ZÀ-Ý][\w'’]+", text)}
