"""One turn beside one forward pass of the encoder on its sentence, many times over, in a store of one size."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from benchmarks.facts import fact
from benchmarks.growth import ENCODED, grow
from benchmarks.stopwatch import PARTS, watched
from lic.factory import LOCAL_OWNER, Lic
from lic.types import Turn, Vector

Kind = Literal["teaching", "question"]
KINDS: tuple[Kind, Kind] = ("teaching", "question")
WARM_UP = 10
WRAPPED = ("{}", "{}.", "Remember that {}", "{}", "by the way, {}", "{}.")
"""How a fact is typed, in rotation."""
UNKNOWN = 5
"""Every fifth question is about something that nobody taught."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One turn beside one forward pass on its sentence, in seconds."""

    encode: float
    steps: dict[str, float]
    whole: float
    served: bool
    """Whether something was learned, or answered from what was taught."""

    def passes(self, seconds: float) -> float:
        """Seconds as a multiple of the forward pass."""
        return seconds / self.encode


@dataclass(frozen=True, slots=True)
class Measured:
    """All pairs of one kind of turn at one size, and where the time of further turns went, in passes by part."""

    kind: Kind
    entries: int
    pairs: list[Pair]
    parts: dict[str, float]

    def median(self, step: str) -> float:
        """The median of a step, or of the whole turn, in passes."""
        return statistics.median(pair.passes(pair.whole if step == "whole" else pair.steps[step]) for pair in self.pairs)


class Bench:
    """A store of one size, with a conversation to teach in and one to ask in."""

    def __init__(self, lic: Lic, entries: int) -> None:
        self._encoder = lic.parts.encoder
        self._entries = entries
        self._conversations = {kind: lic.conversation(LOCAL_OWNER, kind) for kind in KINDS}
        self._at = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

    def pair(self, kind: Kind, i: int) -> Pair:
        """Measure the turn number i of a kind; every other one before its forward pass, so that neither always finds warm caches."""
        text = self._text(kind, i)
        encode = self._encode(text) if i % 2 else 0.0
        turn = Turn(f"{kind}-{i}", text, LOCAL_OWNER, kind, self._at + timedelta(seconds=i))
        began = time.perf_counter()
        reply = self._conversations[kind].respond(turn)
        whole = time.perf_counter() - began
        encode = encode or self._encode(text)
        served = bool(reply.changes if kind == "teaching" else reply.evidence)
        return Pair(encode, dict(reply.seconds), whole - reply.seconds["generate"], served)

    def _encode(self, text: str) -> float:
        began = time.perf_counter()
        self._encoder.encode([text])
        return time.perf_counter() - began

    def _text(self, kind: Kind, i: int) -> str:
        if kind == "teaching":
            return WRAPPED[i % len(WRAPPED)].format(fact(self._entries + i).statement)
        known = 0 if i % UNKNOWN == UNKNOWN - 1 else min(self._entries, ENCODED)
        return fact(i * 7 % known if known else 2 * self._entries + 1_000 + i).question


def measure(models: Lic, home: Path, entries: int, real: Vector, pairs: int) -> list[Measured]:
    """Fill a store and measure teaching turns and questions in it, alternately."""
    lic = models.with_home(home)
    grow(lic, LOCAL_OWNER, entries, real)
    bench = Bench(lic, entries)
    found = [(bench.pair("teaching", i), bench.pair("question", i)) for i in range(WARM_UP + pairs)][WARM_UP:]
    parts = _profile(bench, range(WARM_UP + pairs, WARM_UP + pairs + max(4, pairs // 2)))
    lic.close()
    return [Measured(kind, entries, [both[k] for both in found], parts[kind]) for k, kind in enumerate(KINDS)]


def _profile(bench: Bench, numbers: Sequence[int]) -> dict[Kind, dict[str, float]]:
    """Medians of each part of a turn, in passes."""
    found: dict[Kind, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    with watched() as watch:
        for i in numbers:
            for kind in KINDS:
                watch.read()
                pair = bench.pair(kind, i)
                seconds = watch.read()
                # The pass that the turn is measured against is none of its own.
                seconds["encode"] -= pair.encode
                found[kind].append({part: pair.passes(seconds.get(part, 0.0)) for part in PARTS})
    return {kind: {part: statistics.median(row[part] for row in rows) for part in PARTS} for kind, rows in found.items()}
