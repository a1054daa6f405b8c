"""How an entry stands among the others that search brought up for a question, and whether both speak of the same thing, as numbers.

The likeness of two sentences says which entry is the likeliest; whether it answers is said by how far it is ahead of the next one, and by words
for things that only one of the two has: the office's password is no answer where the cabin's is asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lic.judges.features import FIRST, IDLE, Side, stem
from lic.language import key, words

_PHRASE = re.compile(
    r"\b(?:the|my|our|your|his|her|this|that)\s+((?:[\w-]+(?:['’]s)?\s+){0,3}?[\w-]+?)"
    r"(?=(?:['’]s)?(?:\s+(?:is|are|was|were|do|does|did|has|have|had|of|in|at|on|for|to|with|by|from|and|or|i|we|you|that|which|who|where|when|can|could|will|"
    r"would|should)\b|[?.!,;:]|$|['’]s))",
    re.IGNORECASE,
)
"""Nouns with their article or owner: the farm shop, my brother."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Of whom and what a question or a statement speaks, as stems."""

    all: frozenset[str]
    content: frozenset[str]
    subject: frozenset[str]
    relation: frozenset[str]
    phrases: tuple[frozenset[str], ...]
    names: frozenset[str]
    of_oneself: bool
    subject_is_own: bool


def spoken_of(side: Side) -> Spoken:
    """Read a prepared side."""
    own = key(side.subject.text) in FIRST
    names = (word for word in side.text.split()[1:] if word[:1].isupper() and word != "I" and not re.match(r"I['’]", word))
    return Spoken(
        all=frozenset(map(_bare, side.words)),
        content=_content(side.text),
        subject=frozenset() if own else _content(side.subject.text),
        relation=_content(side.relation.text),
        phrases=tuple(found for phrase in _PHRASE.findall(side.text) if (found := _content(phrase))),
        names=frozenset(_bare(word) for name in names for word in words(name)),
        of_oneself=bool(FIRST & set(side.words)),
        subject_is_own=own or side.subject.text.lower().startswith(("my ", "our ")),
    )


def standing(question: Spoken, statement: Spoken, cosine: float, best: float, second: float) -> list[float]:
    """The numbers for one entry of a search, where the two greatest cosines were `best` and `second`."""
    missing = [1 - len(phrase & statement.all) / len(phrase) for phrase in question.phrases] or [0.0]
    asked, told = _share(question.subject, statement.all), _share(statement.subject, question.all)
    return [
        cosine - (best if cosine < best else second),
        float(cosine == best),
        best,
        _share(question.content, statement.all),
        float(len(question.content - statement.all)),
        told,
        float(bool(statement.subject) and not statement.subject & question.all),
        asked,
        float(bool(question.subject) and not question.subject & statement.all),
        float(bool(question.subject)),
        max(missing),
        sum(missing) / len(missing),
        missing[-1],
        float(len(question.names - statement.all)),
        float(len(question.names)),
        float(not question.of_oneself and statement.subject_is_own),
        float(question.of_oneself and not statement.of_oneself and not question.subject),
        _share(question.relation, statement.all, 0.5),
        _share(question.relation, statement.relation, 0.5) if statement.relation else 0.5,
        cosine * told,
        cosine * asked,
    ]


def greatest(cosines: Sequence[float]) -> tuple[float, float]:
    """The greatest cosine of a search and the next one."""
    best, second, *_ = (*sorted(cosines, reverse=True), 0.0, 0.0)
    return best, second


def _share(one: frozenset[str], other: frozenset[str], empty: float = 1.0) -> float:
    return len(one & other) / len(one) if one else empty


def _content(text: str) -> frozenset[str]:
    return frozenset(_bare(word) for word in words(text) if word.removesuffix("'s") not in IDLE)


def _bare(word: str) -> str:
    return stem(word.removesuffix("'s"))
