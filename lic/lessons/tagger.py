"""From the reader's rows of marks to the facts of a message, as words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from lic.lessons.grammar import DETERMINERS, PARTICLES, PREPOSITIONS
from lic.reader.networks import FACT_SECTIONS, MARKS
from lic.reader.reader import Reading, Row
from lic.types import Encoding, Slots, Span, Vector

TAUGHT_FROM = 0.3
"""From this probability on a fact is taken from a turn that teaches: there are more facts than the reader is sure of."""
CHANGE = 0.5
"""The price of a change of mark between two words, in nats."""
KEPT_FROM = 0.5
"""From this probability on a word that is no part of any fact stays in a statement."""
SURELY_FROM = 0.5
"""From this probability on a text surely states something."""
_ASKING_WORD = re.compile(r"\b(?:where|when|what|who|whom|whose|which|how|why)\s+$", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[,.;:!?()]|and|but|or|so")
_POSSESSIVE = frozenset("my our your his her its their".split())
_POSSESSIVE_BEFORE = re.compile(r"\b(?:my|our)\s+$", re.IGNORECASE)
# "is" alone links a noun with its value (my name is); before another verb form it begins the relation (my dog is called).
_FINITE_VERB = re.compile(r"\b(?:is|are|was|were)\s+\w", re.IGNORECASE)
# "'s name is": the ending belongs to the possessor, unless it is a verb's ("'s called").
_OWNED = re.compile(r"['’]s?\s+(?P<noun>\w[\w '’-]*?)\s+(?:is|are|was|were)\b", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|called|named|'s)\b", re.IGNORECASE)
_OWN_VERB = re.compile(r"(?P<who>I|he|she|it|we|you|they)(?P<verb>['’](?:m|s|re))\b", re.IGNORECASE)
_APPOSITION = re.compile(r"(?P<role>(?:[Mm]y|[Oo]ur)(?: [a-z][\w'’-]*){1,3}) (?P<name>[A-ZÀ-Þ][\w'’-]*(?: [A-ZÀ-Þ][\w'’-]*){0,3})")
# Words that need something behind them, and those that begin a clause whose verb is still to come.
_DANGLING = (
    (DETERMINERS | PREPOSITIONS | frozenset(("and", "or", "because", "when", "after", "before", "while", "if", "than", "as")))
    - PARTICLES
    - frozenset("her his this that these those all both each some any another no every by past since inside outside".split())
)
_OPENS_CLAUSE = frozenset("i we he she they you".split())
# Addresses, numbers and codes are one word: a.b@example.org, 12.50, 1:2:2, B-12/a.
_UNIT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|\w+(?:[.:/_-]\w+)+")
_JOINED = re.compile(r"\s+(?:and|&)\s+$", re.IGNORECASE)
_BREAK = re.compile(r"[,.;:!?]")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it was marked: spans into the message, which facts may share; `relation` may be in several places (`was … born in`).

    `means` is what a pronoun among them stands for. `kept` are the places of the words that its statement keeps beside these parts, `foreign` those of
    words that only other facts of the message have.
    """

    probability: float = 1.0
    subject: Span | None = None
    relation: tuple[Span, ...] = ()
    value: Span | None = None
    when: Span | None = None
    denied: Span | None = None
    means: Span | None = None
    section: str = "individual_experiences"
    many: bool = False
    kept: tuple[Span, ...] = ()
    foreign: tuple[Span, ...] = ()

    @property
    def spans(self) -> list[Span]:
        """What the fact says, in the order of the message; what it denies does not belong to it."""
        return sorted((span for span in (self.subject, *self.relation, self.value, self.when) if span is not None), key=lambda span: span.start)


def facts_of(encoding: Encoding, reading: Reading, least: float = TAUGHT_FROM) -> list[Fact]:
    """The facts of a message that are at least so probable, in order.

    The reader may be unsure on which of two pieces a fact hangs; what it reads from both is one fact, with the probability of both.
    """
    words = _words(encoding)
    voted: list[tuple[Row, list[str], float]] = []
    for row in sorted(reading.rows, key=lambda row: -row.probability):
        marks = _marks_of(words, row.marks)
        same = next((i for i, (_, other, _) in enumerate(voted) if _agree(marks, other)), None)
        if same is None:
            voted.append((row, marks, row.probability))
        else:
            voted[same] = (*voted[same][:2], voted[same][2] + row.probability)
    kept = sorted((vote for vote in voted if vote[2] >= least), key=lambda vote: vote[0].anchor)
    facts: list[Fact] = []
    for row, marks, probability in kept:
        others = [i for i in range(len(words)) if marks[i] == "O" and any(other[i] in "SRVT" for _, other, _ in kept)]
        fact = _fact(encoding.text, words, row, marks, [words[i] for i in others])
        if fact.value or (fact.relation and fact.subject):
            facts.append(replace(fact, probability=min(1.0, probability)))
    return [every for fact in facts for every in (*_of_the_other(encoding.text, fact, facts), fact)]


def _of_the_other(text: str, fact: Fact, facts: Sequence[Fact]) -> list[Fact]:
    """The same fact of whom the subject is joined to: of "my wife Ana and I moved", where only "I" was read to have moved, that Ana did."""
    if fact.subject is None or not fact.relation or fact.relation[0].start < fact.subject.end:
        return []
    joined = _JOINED.search(text, 0, fact.subject.start)
    named = [
        Span(other.subject.start, other.value.end)
        for other in facts
        if joined and not other.relation and other.subject and other.value and other.value.end == joined.start()
    ]
    if not named or any(other.relation == fact.relation and other.subject != fact.subject for other in facts):
        return []
    return [replace(fact, subject=named[0], foreign=(*fact.foreign, Span(fact.subject.start, fact.subject.end)))]


def _agree(marks: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two rows are about the same words: values that overlap, or relations where there is no value, said of the same subject."""
    core = "V" if "V" in marks and "V" in other else "R"
    share = any(a == b == core for a, b in zip(marks, other, strict=True))
    subjects = [{i for i, mark in enumerate(row) if mark == "S"} for row in (marks, other)]
    return share and (not any(subjects) or bool(subjects[0] & subjects[1]) or not all(subjects))


def slots_of(text: str, fact: Fact) -> tuple[str, str, str]:
    """Subject, relation and value of a fact, as words."""
    relation = " ".join(span.of(text) for span in fact.relation)
    return (fact.subject.of(text) if fact.subject else "", relation, fact.value.of(text) if fact.value else "")


def question_slots(encoding: Encoding, reading: Reading) -> Slots:
    """Subject and relation of a question or of a wish to forget, as words."""
    words = _words(encoding)
    marks = _marks_of(words, reading.asked)
    return Slots(*(" ".join(word.of(encoding.text) for word, own in zip(words, marks, strict=True) if own == mark) for mark in "SRV"))


def named_in(encoding: Encoding, reading: Reading) -> str:
    """The words from the first to the last mark of a question or a wish to forget: "my dog's name", "where I live"."""
    words = _words(encoding)
    marked = [word for word, mark in zip(words, _marks_of(words, reading.asked), strict=True) if mark != "O"]
    if not marked:
        return ""
    start = marked[0].start
    asking = _ASKING_WORD.search(encoding.text, 0, start)
    return encoding.text[asking.start() if asking else start : marked[-1].end]


@dataclass(frozen=True, slots=True)
class _Word(Span):
    pieces: tuple[int, ...]


def _words(encoding: Encoding) -> list[_Word]:
    pieces: list[list[int]] = []
    units = [match.span() for match in _UNIT.finditer(encoding.text)]
    for i, (start, end) in enumerate(encoding.offsets):
        if start == end:
            continue
        previous = encoding.offsets[i - 1] if pieces else (0, 0)
        joined = pieces and previous[1] == start and encoding.text[start].isalnum() and encoding.text[start - 1].isalnum()
        joined = joined or (pieces and any(first < start < last for first, last in units))
        if joined:
            pieces[-1].append(i)
        else:
            pieces.append([i])
    return [_Word(encoding.offsets[group[0]][0], encoding.offsets[group[-1]][1], tuple(group)) for group in pieces]


def _marks_of(words: Sequence[_Word], marks: Vector) -> list[str]:
    """The most probable marks of the words, by the means of their pieces; a change of mark costs, so that no phrase is left with a hole (Viterbi 1967)."""
    if not words:
        return []
    said = np.log(np.stack([marks[list(word.pieces)].mean(axis=0) for word in words]) + 1e-6)
    change = CHANGE * (1 - np.eye(len(MARKS)))
    best, back = said[0], np.zeros((len(words), len(MARKS)), int)
    for i in range(1, len(words)):
        ways = best[:, None] - change
        back[i] = ways.argmax(axis=0)
        best = ways.max(axis=0) + said[i]
    path = [int(best.argmax())]
    for i in range(len(words) - 1, 0, -1):
        path.append(int(back[i][path[-1]]))
    return [MARKS[mark] for mark in reversed(path)]


def _fact(text: str, words: Sequence[_Word], row: Row, marks: Sequence[str], foreign: Iterable[Span]) -> Fact:
    hangs = next((i for i, word in enumerate(words) if row.anchor in word.pieces), 0)

    def nearest(mark: str) -> Span | None:
        runs = _runs(text, words, marks, mark)
        # The anchor stands in the value; of other parts that stand in several places the longest counts.
        found = max(runs, key=lambda run: (run.start <= words[hangs].start < run.end, run.end - run.start), default=None)
        return _whole_phrase(text, words, marks, found) if found else None

    subject, relation, value = _mended(text, nearest("S"), _runs(text, words, marks, "R"), nearest("V"))
    fact = Fact(
        probability=row.probability,
        subject=subject,
        relation=tuple(relation),
        value=value,
        when=nearest("T"),
        denied=nearest("D"),
        means=nearest("A"),
        section=FACT_SECTIONS[int(np.argmax(row.sections))],
        many=row.many > 0.5,
        foreign=tuple(Span(word.start, word.end) for word in foreign),
    )
    # A part in several places is one span here; its other pieces stay in the statement.
    beside = [
        Span(word.start, word.end)
        for word, mark in zip(words, marks, strict=True)
        if (mark in "SVT" or row.kept[list(word.pieces)].mean() > KEPT_FROM)
        and not any(word.start < span.end and span.start < word.end for span in (*fact.spans, *fact.foreign))
    ]
    return replace(fact, kept=tuple(beside))


def _mended(text: str, subject: Span | None, relation: list[Span], value: Span | None) -> tuple[Span | None, list[Span], Span | None]:
    """Words that were put on the wrong side: my | dog is called, becomes my dog | is called; my | barber Tove | Berg, my barber | Tove Berg."""
    parts = sorted((span for span in (subject, *relation, value) if span is not None), key=lambda span: span.start)
    if subject is None or value is None:
        return subject, relation, value
    if own := _OWN_VERB.match(text, subject.start):
        # I'm Ada, 41: the verb belongs to neither.
        clitic = Span(*own.span("verb"))
        behind = [span for span in relation if span.start >= clitic.end]
        return Span(*own.span("who")), [clitic, *behind] if not behind or relation[0].start <= clitic.end else behind, value
    named = _APPOSITION.fullmatch(text, _with_possessive(text, parts[0].start), parts[-1].end)
    # A verb stands behind its subject; a noun behind "my" alone, or before what was taken for the subject, is none.
    first = subject.of(text).lower() in _POSSESSIVE
    names_on = all(span.of(text)[:1].isupper() for span in relation)
    no_verb = not relation or ((parts[0] is not subject or first or names_on) and not any(_VERB.search(span.of(text)) for span in relation))
    if named is not None and no_verb and all(not text[one.end : other.start].strip() for one, other in pairwise(parts)):
        return Span(*named.span("role")), [], Span(*named.span("name"))
    if not relation:
        return subject, relation, value
    # The apostrophe is a word of its own and may have been left out.
    ending = relation[0].start - 1 if text[relation[0].start - 1 : relation[0].start] in ("'", "’") else relation[0].start
    if owned := _OWNED.match(text, ending, value.start):
        return subject, [Span(owned.start("noun"), relation[0].end), *relation[1:]], value
    verb = _FINITE_VERB.search(text, relation[0].start, relation[0].end)
    alone = first and not text[subject.end : relation[0].start].strip()
    if not alone or verb is None or not text[relation[0].start : verb.start()].strip():
        return subject, relation, value
    noun_ends = relation[0].start + len(text[relation[0].start : verb.start()].rstrip())
    return Span(subject.start, noun_ends), [Span(verb.start(), relation[0].end), *relation[1:]], value


def _with_possessive(text: str, start: int) -> int:
    before = _POSSESSIVE_BEFORE.search(text, 0, start)
    return before.start() if before else start


def _whole_phrase(text: str, words: Sequence[_Word], marks: Sequence[str], span: Span) -> Span:
    """A phrase to its end, where it stops at a word that no phrase ends with: "because of [wasps]", "after we [moved]"."""
    end = span.end
    last = ""
    for i, word in enumerate(words):
        if word.end <= span.start:
            continue
        said = word.of(text).lower()
        if word.start >= end:
            clause_goes_on = last in _OPENS_CLAUSE and marks[i] == "O" and not _CLAUSE_ENDS.fullmatch(said)
            if (last not in _DANGLING and not clause_goes_on) or marks[i] not in "OVT" or _CLAUSE_ENDS.fullmatch(said):
                break
            end = word.end
        last = last if last in _OPENS_CLAUSE and word.start >= span.end else said
    return Span(span.start, end)


def _runs(text: str, words: Sequence[_Word], marks: Sequence[str], mark: str) -> list[Span]:
    """Runs of words with one mark; a single unmarked word within a run does not break it, unless it is a mark between clauses."""
    runs: list[Span] = []
    last = -9
    for i, word in enumerate(words):
        if marks[i] != mark:
            continue
        between = range(last + 1, i)
        if runs and len(between) <= 1 and all(marks[k] == "O" and not _breaks(text, words[k]) for k in between):
            runs[-1] = Span(runs[-1].start, word.end)
        else:
            runs.append(Span(word.start, word.end))
        last = i
    return runs


def _breaks(text: str, word: Span) -> bool:
    said = word.of(text).lower()
    return bool(_BREAK.fullmatch(said)) or said in ("'", "and", "is", "are", "of", "but")
