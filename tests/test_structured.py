"""Lessons worded by a language model: they pass the same checks, and the trained way judges whether both agree."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lic.errors import ServerUnavailable
from lic.factory import Lic
from lic.lessons.preparer import LessonPreparer
from lic.lessons.structured import StructuredPreparer, holds
from lic.types import Context, GenerationRequest, Intent, Lesson, StopSignal, Turn

SAID = "my brother Arvid restores old organs, he lives in Växjö"


class Writes:
    """An Autopilot that answers with one text, whatever it is asked."""

    name = "writes"
    general = True

    def __init__(self, answer: str | Exception) -> None:
        self._answer = answer

    def stream(self, request: GenerationRequest, stop: StopSignal) -> Iterator[str]:
        """The text, in two pieces."""
        if isinstance(self._answer, Exception):
            raise self._answer
        yield self._answer[:10]
        yield self._answer[10:]


def fact(statement: str, subject: str, relation: str, value: str) -> dict[str, str]:
    return {"statement": statement, "subject": subject, "relation": relation, "value": value}


def prepared(lic: Lic, preparer: LessonPreparer) -> list[Lesson]:
    [encoding] = lic.parts.encoder.encode([SAID])
    [reading] = lic.parts.reader.read([encoding], [None])
    turn = Turn("t1", SAID, "ana", "main", datetime(2026, 5, 3, tzinfo=UTC))
    return preparer.prepare(turn, Intent("experience", 0.9, 0.9, True), encoding, reading, Context())


def test_what_both_find_is_said_in_the_models_words(models: Lic) -> None:
    answer = json.dumps([fact("My brother Arvid lives in Växjö", "my brother Arvid", "lives in", "Växjö")])
    found = prepared(models, StructuredPreparer(Writes(f"Here it is: {answer}")))
    assert "My brother Arvid lives in Växjö." in [lesson.statement for lesson in found]
    assert len(found) == len(prepared(models, LessonPreparer()))


@pytest.mark.parametrize(
    "answer",
    [
        "I am sorry, I cannot do that.",
        "[1, 2, {",
        '[{"statement": 7}]',
        json.dumps([fact("My brother Arvid lives in Oslo", "my brother Arvid", "lives in", "Oslo")]),
        json.dumps([fact("My brother Arvid does not live in Växjö", "my brother Arvid", "does not live in", "Växjö")]),
        json.dumps([fact("He lives in Växjö", "he", "lives in", "Växjö")]),
        json.dumps([fact("My brother Arvid has 3 dogs", "my brother Arvid", "has", "3 dogs")]),
        ServerUnavailable("The server is down."),
    ],
)
def test_what_is_made_up_or_cannot_be_read_changes_nothing(models: Lic, answer: str | Exception) -> None:
    assert prepared(models, StructuredPreparer(Writes(answer))) == prepared(models, LessonPreparer())


@pytest.mark.parametrize(
    ("statement", "value", "good"),
    [("Arvid lives in Växjö", "Växjö", True), ("Arvid is 40", "40", False), ("Arvid never lives in Växjö", "Växjö", False), ("Arvid lives", "Växjö", False)],
)
def test_the_checks(statement: str, value: str, good: bool) -> None:
    assert holds(fact(statement, "Arvid", "lives in", value), SAID) is good
