"""Where the time of a turn goes: times the rooms that it passes through, each without the ones that it calls."""

import time
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

import lic.mental_process.search
from lic.database.database import Database
from lic.encoder import TextEncoder
from lic.intent.recognizer import IntentRecognizer
from lic.judges.answerability import Answerability
from lic.judges.same_question import SameQuestion
from lic.lessons.preparer import LessonPreparer
from lic.mental_process.vectors import VectorIndex
from lic.reader.reader import Reader
from lic.self_taking.examples import DialogueExamples

_ROOMS: Mapping[str, tuple[Any, str]] = {
    "encode": (TextEncoder, "encode"),
    "reader": (Reader, "read"),
    "gate": (IntentRecognizer, "recognize"),
    "lessons": (LessonPreparer, "prepare"),
    "full text": (lic.mental_process.search, "full_text"),
    "vectors": (VectorIndex, "nearest"),
    "judge": (Answerability, "judged"),
    "place": (SameQuestion, "verdicts"),
    "dialogue": (DialogueExamples, "like"),
    "commit": (Connection, "commit"),
}
PARTS = (*_ROOMS, "transaction", "rest")
"""The rooms, what else happens between the beginning of a transaction and its commit, and everything outside all of them."""


class Stopwatch:
    """Seconds by part, since it was last read."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._running: list[str] = ["rest"]
        self._since = time.perf_counter()

    def read(self) -> dict[str, float]:
        """The seconds by part; counting begins again at nothing."""
        self._switch()
        found = dict(self._seconds)
        self._seconds.clear()
        return found

    @contextmanager
    def part(self, name: str) -> Generator[None]:
        """Count what happens inside for a part; the part around it waits."""
        self._switch()
        self._running.append(name)
        try:
            yield
        finally:
            self._switch()
            self._running.pop()

    def _switch(self) -> None:
        now = time.perf_counter()
        self._seconds[self._running[-1]] += now - self._since
        self._since = now


@contextmanager
def watched() -> Generator[Stopwatch]:
    """A stopwatch that runs in all rooms of this process until the end of the block; for one thread."""
    watch = Stopwatch()
    with ExitStack() as patches:
        for name, (place, attribute) in _ROOMS.items():
            patches.enter_context(patch.object(place, attribute, _timed(watch, name, getattr(place, attribute))))
        patches.enter_context(patch.object(Database, "write", _timed_write(watch, Database.write)))
        yield watch


def _timed(watch: Stopwatch, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        with watch.part(name):
            return function(*arguments, **named)

    return timed


def _timed_write(watch: Stopwatch, write: Callable[[Database], AbstractContextManager[Connection]]) -> Callable[..., Any]:
    @contextmanager
    def timed(database: Database) -> Generator[Connection]:
        with watch.part("transaction"), write(database) as connection:
            yield connection

    return timed
