"""From the reader's marks of word pieces to the facts of a message, as words."""

import re
from dataclasses import dataclass, field

import numpy as np

from lic.language import key
from lic.reader.networks import FACT_SECTIONS, MARKS
from lic.reader.reader import Reading
from lic.types import Encoding, Slots, Span, Vector

_SENTENCE_END = re.compile(r"[.!?]+[\"”’')]*\s+(?=\S)")
# Words that join a marked span although they carry no mark of their own.
_POSSESSIVE = frozenset("my our your his her its their".split())
# "is" alone links a noun with its value (my name is); before another verb form it begins the relation (my dog is called).
_FINITE_VERB = re.compile(r"\b(?:is|are|was|were)\s+\w", re.IGNORECASE)
_LEADING = re.compile(r"(?:\b(?:the|a|an|my|our|your|his|her|its|their|in|on|at|for|of)\s+)$", re.IGNORECASE)

_ASKING_WORD = re.compile(r"\b(?:where|when|what|who|whom|whose|which|how|why)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a message with the mean probabilities of its pieces."""

    span: Span
    marks: Vector
    boundary: float
    sections: Vector
    many: float

    @property
    def mark(self) -> str:
        """The most probable mark."""
        return MARKS[int(self.marks.argmax())]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it was marked: spans into the message; `relation` may be in two places (`was … born in`)."""

    segment: Span
    subject: Span | None = None
    value: Span | None = None
    when: Span | None = None
    denied: Span | None = None
    relation: tuple[Span, ...] = field(default=())
    section: str = "individual_experiences"
    many: bool = False


def facts_of(encoding: Encoding, reading: Reading) -> list[Fact]:
    """The facts of a message, in order; one without any mark is no fact."""
    words = _words(encoding, reading)
    groups: list[list[Word]] = [[]]
    for i, word in enumerate(words):
        gap = encoding.text[words[i - 1].span.start : word.span.start] if i else ""
        begins = word.boundary > 0.5 or _SENTENCE_END.search(gap) is not None or _starts_over(groups[-1], words[i:])
        begins = begins and _is_fact(words[i:])
        if begins and _is_fact(groups[-1]):
            groups.append([])
        groups[-1].append(word)
    return [_fact(encoding.text, group) for group in groups if _is_fact(group)]


def slots_of(text: str, fact: Fact) -> tuple[str, str, str]:
    """Subject, relation and value of a fact, as words."""
    relation = " ".join(span.of(text) for span in fact.relation)
    return (fact.subject.of(text) if fact.subject else "", relation, fact.value.of(text) if fact.value else "")


def _starts_over(group: list[Word], rest: list[Word]) -> bool:
    """A subject after a whole fact, with a relation behind it, is the next fact: "I love figs but [I can't stand] dates"."""
    if rest[0].mark != "S" or not {"S", "R", "V"} <= {word.mark for word in group}:
        return False
    following = next((word.mark for word in rest if word.mark not in ("S", "O")), "O")
    return following == "R"


def question_slots(encoding: Encoding, reading: Reading) -> Slots:
    """Subject and relation of a question or of a wish to forget, as words."""
    words = _words(encoding, reading)
    return Slots(*(" ".join(word.span.of(encoding.text) for word in words if word.mark == mark) for mark in "SRV"))


def named_in(encoding: Encoding, reading: Reading) -> str:
    """The words from the first to the last mark of a question or a wish to forget: "my dog's name", "where I live"."""
    marked = [word for word in _words(encoding, reading) if word.mark != "O"]
    if not marked:
        return ""
    start = marked[0].span.start
    asking = _ASKING_WORD.search(encoding.text, 0, start)
    return encoding.text[asking.start() if asking else start : marked[-1].span.end]


def _is_fact(group: list[Word]) -> bool:
    marks = {word.mark for word in group}
    return "V" in marks or ("R" in marks and "S" in marks)


def _words(encoding: Encoding, reading: Reading) -> list[Word]:
    pieces: list[list[int]] = []
    for i, (start, end) in enumerate(encoding.offsets):
        if start == end:
            continue
        previous = encoding.offsets[i - 1] if pieces else (0, 0)
        joined = pieces and previous[1] == start and encoding.text[start].isalnum() and encoding.text[start - 1].isalnum()
        if joined:
            pieces[-1].append(i)
        else:
            pieces.append([i])
    return [
        Word(
            Span(encoding.offsets[group[0]][0], encoding.offsets[group[-1]][1]),
            reading.marks[group].mean(axis=0),
            float(reading.boundary[group[0]]),
            reading.sections[group].mean(axis=0),
            float(reading.many[group].mean()),
        )
        for group in pieces
    ]


def _fact(text: str, group: list[Word]) -> Fact:
    marked = [word for word in group if word.mark != "O"]
    start, end = marked[0].span.start, marked[-1].span.end
    while leading := _LEADING.search(text[group[0].span.start : start]):
        start = group[0].span.start + leading.start()
    closing = re.match(r"[\"”’')\]]+", text[end:])
    end += len(closing.group()) if closing and any(c in text[start:end] for c in "\"“‘'([") else 0
    sections = np.mean([word.sections for word in marked], axis=0)
    subject, relation = _with_its_noun(text, _longest(text, group, "S"), _runs(text, group, "R"))
    return Fact(
        segment=Span(start, end),
        subject=subject,
        value=_longest(text, group, "V"),
        when=_longest(text, group, "T"),
        denied=_longest(text, group, "D"),
        relation=tuple(relation),
        section=FACT_SECTIONS[int(sections.argmax())],
        many=float(np.mean([word.many for word in marked])) > 0.5,
    )


def _with_its_noun(text: str, subject: Span | None, relation: list[Span]) -> tuple[Span | None, list[Span]]:
    """A possessive whose noun was taken for the verb's gets it back: my | dog is called, becomes my dog | is called."""
    if subject is None or not relation or key(subject.of(text)) not in _POSSESSIVE:
        return subject, relation
    verb = _FINITE_VERB.search(text, relation[0].start, relation[0].end)
    if verb is None or text[subject.end : relation[0].start].strip() or not text[relation[0].start : verb.start()].strip():
        return subject, relation
    noun_ends = relation[0].start + len(text[relation[0].start : verb.start()].rstrip())
    return Span(subject.start, noun_ends), [Span(verb.start(), relation[0].end), *relation[1:]]


def _runs(text: str, group: list[Word], mark: str) -> list[Span]:
    """Runs of words with one mark; a single unmarked word or a hyphen within a run does not break it."""
    runs: list[Span] = []
    last = -9
    for i, word in enumerate(group):
        if word.mark != mark:
            continue
        between = group[last + 1 : i]
        if runs and len(between) <= 1 and all(w.mark == "O" and not _breaks(text, w) for w in between):
            runs[-1] = Span(runs[-1].start, word.span.end)
        else:
            runs.append(word.span)
        last = i
    return runs


def _breaks(text: str, word: Word) -> bool:
    return word.span.of(text) in (",", ".", ";", ":", "!", "?", "'", "and", "is", "are", "of")


def _longest(text: str, group: list[Word], mark: str) -> Span | None:
    runs = _runs(text, group, mark)
    if not runs:
        return None
    return max(runs, key=lambda run: run.end - run.start)
