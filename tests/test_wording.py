"""Questions become statements and statements become questions."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lic.lessons import wording
from lic.lessons.wording import question_from, third_person

often = settings(max_examples=300, deadline=None, derandomize=True)


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(wording).failed == 0


@pytest.mark.parametrize(
    ("base", "third"), [("go", "goes"), ("have", "has"), ("study", "studies"), ("play", "plays"), ("wash", "washes"), ("fix", "fixes"), ("miss", "misses")]
)
def test_the_third_person(base: str, third: str) -> None:
    assert third_person(base) == third


WORDS = [
    "is",
    "are",
    "was",
    "do",
    "does",
    "did",
    "can",
    "has",
    "what",
    "who",
    "where",
    "when",
    "how",
    "many",
    "old",
    "my",
    "the",
    "Rex",
    "Oslo",
    "dog's",
    "of",
    "in",
    "at",
    "I",
    "yes",
    "no",
    "live",
    "called",
    "3",
    "'s",
    "?",
    "…",
]
PHRASE = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join) | st.text(max_size=20)


@often
@given(PHRASE, PHRASE, PHRASE, st.booleans())
def test_any_fact_makes_some_question(subject: str, relation: str, value: str, attribute: bool) -> None:
    assert question_from(subject, relation, value, attribute).endswith("?")
