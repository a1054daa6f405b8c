"""Taking, checking and declining."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from lic.self_taking.examples import DialogueExamples
from lic.self_taking.grounding import stands_on, unsupported
from lic.types import Entry, Slots, Taken
from tests.conftest import Talk


def taken(text: str, value: str) -> tuple[Taken, ...]:
    """One taken entry."""
    now = datetime.now(UTC)
    entry = Entry("e", 1, "ana", False, "individual_experiences", "ferry", text, "", Slots("the ferry", "leaves at", value), False, now, None, now)
    return (Taken(entry, 0.9),)


@pytest.mark.parametrize(
    ("answer", "stands"),
    [
        ("The ferry leaves at 7:40.", True),
        ("It leaves at 7:40 from the quay.", True),
        ("The ferry leaves at 8:40.", False),
        ("The ferry leaves from Bergen at 7:40.", False),
        ("I am a language model.", False),
    ],
)
def test_an_answer_stands_on_what_was_taken_or_is_refused(answer: str, stands: bool) -> None:
    assert stands_on(answer, "When does the ferry leave?", taken("The ferry leaves at 7:40.", "7:40")) is stands


def test_what_an_answer_made_up_is_named() -> None:
    assert unsupported("You live in Turku since 1999.", "Where do I live?", taken("I live in Oulu.", "Oulu")) == ["1999", "Turku"]


def test_an_answer_names_the_entry_it_stands_on(talk: Callable[..., Talk]) -> None:
    ana = talk()
    learned = ana.say("My locker number is 212")
    answer = ana.say("What is my locker number?")
    assert answer.text == "Your locker number is 212."
    assert [item.id for item in answer.evidence] == [learned.changes[0].id]


def test_nothing_known_is_said_and_asked(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My locker number is 212")
    reply = ana.say("What is the deadline for the grant application?")
    assert reply.abstained
    assert reply.asks == "teach"
    assert not reply.evidence


def test_a_taught_reply_is_given_for_its_words(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say('When I say "ahoy", answer "aye aye, captain"')
    assert ana.say("ahoy").text == "Aye aye, captain."


def test_small_talk_takes_nothing(talk: Callable[..., Talk]) -> None:
    reply = talk().say("hello there")
    assert reply.text
    assert not reply.evidence
    assert not reply.abstained


def test_texts_without_words_are_not_taken_for_each_other() -> None:
    vectors = np.eye(3, 384, dtype=np.float32)
    examples = DialogueExamples([("❤️", "Kind of you."), ("?!?", "Put a few words around it."), ("Hi!", "Hello!")], vectors)
    assert [score for *_, score in examples.like("…", np.zeros(384, np.float32), 3)] == [0.0, 0.0, 0.0]
    assert examples.like("hi", np.zeros(384, np.float32), 1) == (("Hi!", "Hello!", 1.0),)
