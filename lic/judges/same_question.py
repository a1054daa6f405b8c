"""Whether a new statement and a known one answer the same question: a calibrated classifier, trained by `lic.training.judges`.

It gives four probabilities: another question, the same said again, one more value beside the known one, a value in place of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lic.head import load_head
from lic.judges.features import Side, features, side_of, stem
from lic.judges.likeness import COMMAND, Likeness, load_likeness
from lic.language import key, same_subject, words
from lic.types import Encoder, Entry, Lesson, Slots, Vector, Verdict

LABELS = ("other", "again", "adds", "replaces")
WEIGHTS = Path(__file__).parent / "same_question.json"
_KINDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\d{1,2}[:.]\d\d|o['’]?clock|\d ?(?:am|pm)\b|\bnoon\b|\bmidnight\b|\bhalf past\b|\bquarter (?:past|to)\b",
        r"\b(?:1[5-9]|20)\d\d\b",
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|day\b",
        r"[€£$]|\b(?:euros?|pounds?|dollars?|francs?|cents?)\b",
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|twenty|thirty|hundred|thousand|half)\b",
        r"\d",
    )
)
"""What a value may be: a time of day, a year, a date, money, an amount, something with digits."""


_EMPTY = frozenset("the a an my our your his her its their is are was were am be been do does did has have had and or i we it".split())


@dataclass(frozen=True, slots=True)
class Frame:
    """What a statement says besides its subject and value: stems of all its words, and its telling words with their stems and vectors (n, d)."""

    stems: frozenset[str]
    telling: tuple[str, ...]
    vectors: Vector


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement prepared for comparing: its words and slots, what kind of value it has, and how it was marked."""

    side: Side
    frame: Frame
    relation: frozenset[str]
    subject: frozenset[str]
    kinds: tuple[bool, ...]
    unit: frozenset[str]
    words: frozenset[str]
    slots: Slots
    many: bool


def statement_of(encoder: Encoder, text: str, slots: Slots, many: bool) -> Statement:
    """Prepare one statement."""
    value, found = slots.value, words(slots.value)
    kinds = (*(bool(pattern.search(value)) for pattern in _KINDS), any(w[:1].isupper() for w in value.split()[-1:]), len(found) == 1)
    unit = frozenset(word for word in found if not any(map(str.isdigit, word)))
    return Statement(
        side=side_of(encoder, text, slots),
        frame=_frame_of(encoder, text, slots),
        relation=_telling_stems(slots.relation),
        subject=_telling_stems(slots.subject),
        kinds=kinds,
        unit=unit,
        words=frozenset(words(text)),
        slots=slots,
        many=many,
    )


def _frame_of(encoder: Encoder, text: str, slots: Slots) -> Frame:
    named = {*words(slots.value), *words(slots.subject)}
    rest = [word.removesuffix("'s") for word in words(text) if word not in named]
    telling = [word for word in rest if word not in _EMPTY]
    means = [encoder.piece_vectors(encoder.tokenize(word)).mean(axis=0) for word in telling]
    vectors = np.stack([mean / max(float(np.linalg.norm(mean)), 1e-6) for mean in means]) if means else np.zeros((0, encoder.dimension), np.float32)
    return Frame(frozenset(map(stem, rest)), tuple(map(stem, telling)), vectors)


def _telling_stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if word not in _EMPTY)


def pair_features(known: Statement, new: Statement, cosine: float) -> list[float]:
    """The numbers that the classifier reads, for a known statement and a new one."""
    value, other = key(known.slots.value), key(new.slots.value)
    return [
        *features(new.side, known.side, cosine),
        float(same_subject(known.slots.subject, new.slots.subject)),
        float(key(known.slots.relation) == key(new.slots.relation)),
        float(value == other),
        float(known.many),
        float(new.many),
        *(float(a and b) for a, b in zip(known.kinds, new.kinds, strict=True)),
        *(float(a != b) for a, b in zip(known.kinds, new.kinds, strict=True)),
        _overlap(known.unit, new.unit),
        _overlap(known.words, new.words),
        abs(len(known.words) - len(new.words)) / 10,
        float(bool(other) and other in key(known.side.text)),
        float(bool(value) and value in key(new.side.text)),
        *_frame_features(known, new, cosine),
    ]


def _frame_features(known: Statement, new: Statement, cosine: float) -> list[float]:
    """How the words around subject and value differ. In nearly the same frame one other word makes another question ("opens at", "closes at")."""
    one, other = known.frame, new.frame
    only_known = [i for i, word in enumerate(one.telling) if word not in other.telling]
    only_new = [i for i, word in enumerate(other.telling) if word not in one.telling]
    forth, back, most = 0.5, 0.5, 0.5
    if only_known and only_new:
        alike = one.vectors[only_known] @ other.vectors[only_new].T
        forth, back, most = float(alike.max(axis=1).mean()), float(alike.max(axis=0).mean()), float(alike.max())
    telling, told = frozenset(one.telling), frozenset(other.telling)
    frame, differ = _overlap(one.stems, other.stems), float(bool(only_known) and bool(only_new))
    return [
        _overlap(telling, told),
        frame,
        float(len(telling & told)),
        float(len(only_known)),
        float(len(only_new)),
        differ,
        forth,
        back,
        most,
        _overlap(known.relation, new.relation),
        float(bool(known.relation) and bool(new.relation) and not known.relation & new.relation),
        differ * frame,
        differ * cosine,
        differ * frame * cosine,
        float(not only_known and not only_new),
        float(len(only_known) == 1 and len(only_new) == 1),
        frame * cosine,
        differ * most,
        differ * frame * most,
        _overlap(known.subject, new.subject),
        cosine * cosine,
        differ * float(cosine > 0.75),
    ]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The Jaccard index."""
    return len(one & other) / max(1, len(one | other))


class SameQuestion:
    """Compares a lesson with entries; it reads no more than their words, slots and vectors."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        self._head = load_head(weights, COMMAND)
        self._likeness = load_likeness()

    def verdicts(self, lesson: Lesson, vector: Vector, candidates: Sequence[tuple[Entry, Vector]]) -> list[Verdict]:
        """What a lesson with the vector of its statement is to each of the entries that may be about the same, given with their vectors."""
        return self._verdicts(statement_of(self._encoder, lesson.statement, lesson.slots, lesson.many), vector, candidates)

    def between(self, newer: Entry, vector: Vector, others: Sequence[tuple[Entry, Vector]]) -> list[Verdict]:
        """What an entry is to others, all with their vectors."""
        return self._verdicts(statement_of(self._encoder, newer.text, newer.slots, newer.many), vector, others)

    def _verdicts(self, new: Statement, vector: Vector, candidates: Sequence[tuple[Entry, Vector]]) -> list[Verdict]:
        if not candidates:
            return []
        known = [(statement_of(self._encoder, entry.text, entry.slots, entry.many), other) for entry, other in candidates]
        return [Verdict(*map(float, row)) for row in self._head.probabilities(rows(self._likeness, (new, vector), known))]


def rows(likeness: Likeness, new: tuple[Statement, Vector], known: Sequence[tuple[Statement, Vector]]) -> list[list[float]]:
    """What the classifier reads of a new statement and each of those that it may be about the same as, all with their vectors."""
    standing = likeness.standing(new[1], [vector for _, vector in known])
    return [[*pair_features(one, new[0], float(vector @ new[1])), *numbers] for (one, vector), numbers in zip(known, standing, strict=True)]
