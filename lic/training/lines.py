"""The lines of the seed data as what the reader is trained on: encoded turns with the acts, anchors and marks that are wanted of them."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from lic.jsonl import read_jsonl
from lic.reader.networks import FACT_SECTIONS, MARKS, SURFACE
from lic.reader.reader import WHOLE, features, reply_features
from lic.training.facts import Marked, MarkedFact, parse_line
from lic.training.kept import kept_words
from lic.training.variants import with_new_names
from lic.types import ACTS, TEACHING_ACTS, Encoder, Encoding, Span

IGNORED = -100
"""The target where a line says nothing."""
AT_ONCE = 4096
ANSWERING_ACTS = frozenset(("confirm", "deny", "feedback", "undo", "why"))
"""Acts that live on what LIC said before."""
_SEVERAL_CLAUSES = re.compile(r"[,;.:!?]\s+\S|\s[-–]\s")


@dataclass(frozen=True, slots=True)
class Row:
    """The wanted marks of the fact that hangs on one piece; it is read the same from `near` pieces on."""

    anchor: int
    marks: tuple[int, ...]
    kept: tuple[int, ...] = ()
    near: tuple[int, ...] = ()
    section: int = IGNORED
    many: int = IGNORED


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of training data as tensors; targets are -100 where the line says nothing about them."""

    text: Tensor
    previous: Tensor
    act: int = IGNORED
    anchors: tuple[int, ...] = ()
    rows: tuple[Row, ...] = ()
    standalone: bool = False
    """Whether the line means the same after any reply of LIC that asks nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of training data with what it may be shown as, half the times as the first; `kind` says how often it is shown."""

    text: str
    kind: str
    variants: Sequence[Sample]


def act_lines(encoder: Encoder, path: Path) -> list[Line]:
    """The lines of an intent file."""
    rows = list(read_jsonl(path))
    encodings = encoded(encoder, [row["text"] for row in rows])
    said = said_before(encoder, [row["previous"] for row in rows])
    return [Line(row["text"], "act", (_act_sample(row, encoding, said[row["previous"]]),)) for row, encoding in zip(rows, encodings, strict=True)]


def encoded(encoder: Encoder, texts: Sequence[str]) -> Iterator[Encoding]:
    """The encodings of many texts, some thousands at a time: token states in single precision fill the memory."""
    for start in range(0, len(texts), AT_ONCE):
        yield from encoder.encode(texts[start : start + AT_ONCE])


def said_before(encoder: Encoder, previous: Sequence[str | None]) -> dict[str | None, Tensor]:
    """The features of LIC's replies, and of none."""
    found = reply_features(encoder, list(dict.fromkeys(reply for reply in previous if reply)))
    return {None: torch.zeros(0, encoder.state_size + SURFACE).half(), **{reply: states.half() for reply, states in found.items()}}


def _act_sample(row: Mapping[str, str | None], encoding: Encoding, before: Tensor) -> Sample:
    act = str(row["act"])
    # A request or a question of several clauses may carry facts; nobody marked them here.
    bare = act not in TEACHING_ACTS and (act not in ("request", "question", "feedback", "chat") or not _SEVERAL_CLAUSES.search(encoding.text))
    return Sample(
        features(encoding).half(),
        before,
        act=ACTS.index(act),  # pyright: ignore[reportArgumentType]
        anchors=tuple(0 if bare and a < b else IGNORED for a, b in encoding.offsets),
        standalone=row["previous"] is None and act not in ANSWERING_ACTS,
    )


def replies_that_ask_nothing(encoder: Encoder, path: Path) -> list[Tensor]:
    """The previous replies of an intent file that a new thought may follow as well as nothing."""
    replies = dict.fromkeys(row["previous"] for row in read_jsonl(path) if row["previous"] and not row["previous"].rstrip().endswith("?"))
    return [states for reply, states in said_before(encoder, list(replies)).items() if reply]


def lesson_lines(encoder: Encoder, path: Path, renamed: bool = True) -> list[Line]:
    """The lines of a lesson file; `renamed` gives each that has no written statements a variant with invented names."""
    chance = random.Random(0)
    lines = [parse_line(row) for row in read_jsonl(path)]
    shown = [[line, *_one_variant(line, chance, renamed)] for line in lines]
    encodings = encoded(encoder, [item.text for items in shown for item in items])
    said = said_before(encoder, [line.previous for line in lines])
    return [
        Line(items[0].text, "stated" if _is_stated(items[0]) else "marked", tuple(lesson_sample(item, next(encodings), said[item.previous]) for item in items))
        for items in shown
    ]


def _one_variant(line: Marked, chance: random.Random, renamed: bool) -> list[Marked]:
    found = list(with_new_names(line, chance)) if renamed and not _is_stated(line) else []
    return [chance.choice(found)] if found else []


def _is_stated(line: Marked) -> bool:
    return not line.asks and all(fact.statement for fact in line.facts)


def lesson_sample(item: Marked, encoding: Encoding, before: Tensor) -> Sample:
    """A marked line with its wanted anchors and rows of marks."""
    rows = _distinct([_row(encoding, item, fact) for fact in item.facts], encoding, item.facts)
    if item.asks:
        rows.append(Row(WHOLE, _marks(encoding, item.asks)))
    hangs = {row.anchor for row in rows}
    anchors = tuple(int(i in hangs) if a < b else IGNORED for i, (a, b) in enumerate(encoding.offsets))
    return Sample(features(encoding).half(), before, IGNORED, anchors, tuple(rows), item.previous is None)


def _row(encoding: Encoding, item: Marked, fact: MarkedFact) -> Row:
    anchor = fact.anchor[1]
    near = tuple(i for i, (a, b) in enumerate(encoding.offsets) if a < b and a < anchor.end and b > anchor.start)
    return Row(near[0], _marks(encoding, fact.spans), _kept(encoding, item, fact), near, FACT_SECTIONS.index(fact.section), int(fact.many))


def _kept(encoding: Encoding, item: Marked, fact: MarkedFact) -> tuple[int, ...]:
    if not fact.statement:
        return ()
    words = kept_words(item, fact)
    return tuple(IGNORED if a == b else int(any(a < word.end and word.start < b for word in words)) for a, b in encoding.offsets)


def _distinct(rows: Sequence[Row], encoding: Encoding, facts: Sequence[MarkedFact]) -> list[Row]:
    """The rows, each with an anchor of its own: where facts share a value, the later one hangs on its subject."""
    found: list[Row] = []
    for row, fact in zip(rows, facts, strict=True):
        taken = {other.anchor for other in found}
        subject = fact.of("S")
        found.append(replace(row, anchor=_first_piece(encoding, subject), near=()) if row.anchor in taken and subject else row)
    return found


def _first_piece(encoding: Encoding, span: Span) -> int:
    return next(i for i, (a, b) in enumerate(encoding.offsets) if a < b and b > span.start)


def _marks(encoding: Encoding, spans: Sequence[tuple[str, Span]]) -> tuple[int, ...]:
    # Where parts overlap, the one that says more wins.
    ordered = sorted(spans, key=lambda marked: "ASTDRV".index(marked[0]))
    found = [IGNORED if a == b else 0 for a, b in encoding.offsets]
    for mark, span in ordered:
        for i, (a, b) in enumerate(encoding.offsets):
            if a < b and a < span.end and b > span.start:
                found[i] = MARKS.index(mark)
    return tuple(found)
