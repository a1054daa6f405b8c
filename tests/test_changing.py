"""Changing one's mind: former values, ends, doubts, two steps, what hangs on what changed, redo, and questions about the memory itself."""

from collections.abc import Callable
from datetime import datetime

import pytest

from lic.factory import Lic
from lic.lessons.when import period_of, until_of
from lic.self_taking.chaining import steps
from lic.types import Entry, Slots
from tests.conftest import Talk

NOON = datetime(2026, 11, 21, 12)


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("what did I say yesterday?", datetime(2026, 11, 20), datetime(2026, 11, 21)),
        ("where did I live in March?", datetime(2026, 3, 1), datetime(2026, 4, 1)),
        ("drop all from last week", datetime(2026, 11, 9), datetime(2026, 11, 16)),
        ("everything since Monday", datetime(2026, 11, 16), NOON),
        ("which phone did I have two years ago", datetime(2024, 1, 1), datetime(2025, 1, 1)),
        ("who was my dentist in 2019", datetime(2019, 1, 1), datetime(2020, 1, 1)),
    ],
)
def test_a_time_in_the_past_is_the_whole_of_what_is_named(text: str, begins: datetime, ends: datetime) -> None:
    assert period_of(text, NOON) == (begins, ends)


def test_a_text_without_a_time_names_none() -> None:
    assert period_of("may I ask where my key is?", NOON) is None
    assert until_of("keep both", NOON) is None


def test_until_is_the_end_of_the_day() -> None:
    assert until_of("only until Friday", NOON) == datetime(2026, 11, 27, 23, 59, 59)


@pytest.mark.parametrize(
    ("question", "subject", "relation", "value", "left"),
    [
        ("Where does my manager sit?", "my manager", "is", "Petra", "Where does Petra sit?"),
        ("what's my manager's desk number?", "I", "manager", "Petra", "what's Petra's desk number?"),
        ("what is the phone number of the company where I work?", "I", "work at", "Acme", "what is the phone number of Acme?"),
        ("what breed is my sister's dog?", "my sister's dog", "is called", "Bella", "what breed is Bella?"),
        ("how many people live in the town where my sister lives?", "my sister", "lives in", "Porto", "how many people live in Porto?"),
    ],
)
def test_what_a_question_describes_is_exchanged_for_its_name(question: str, subject: str, relation: str, value: str, left: str) -> None:
    entry = Entry("e", 1, "ana", False, "individual_experiences", "", "", "", Slots(subject, relation, value), False, NOON, None, NOON)
    assert [step.question for step in steps(question, [entry])] == [left]


def test_a_question_for_the_name_itself_has_no_second_step() -> None:
    entry = Entry("e", 1, "ana", False, "individual_experiences", "", "", "", Slots("my manager", "is", "Petra"), False, NOON, None, NOON)
    assert steps("Who is my manager?", [entry]) == []


def test_two_entries_answer_in_two_steps_and_both_are_named(talk: Callable[..., Talk]) -> None:
    ana = talk()
    first = ana.say("My manager is Petra")
    second = ana.say("Petra sits in room 214")
    reply = ana.say("Where does my manager sit?")
    assert "214" in reply.text
    assert {item.id for item in reply.evidence} == {first.changes[0].id, second.changes[0].id}


def test_what_hung_on_the_old_one_is_not_told_any_more(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My manager is Petra")
    ana.say("Petra sits in room 214")
    ana.say("My manager is Tom now")
    reply = ana.say("Where does my manager sit?")
    assert "214" not in reply.text
    assert reply.abstained
    assert "Tom" in reply.text
    ana.say("Tom sits in room 300")
    assert "300" in ana.say("Where does my manager sit?").text


def test_what_held_before_is_told_from_the_history(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("I live in Porto", at=datetime.fromisoformat("2026-02-01T10:00:00+00:00"))
    ana.say("I live in Graz now", at=datetime.fromisoformat("2026-05-03T10:00:00+00:00"))
    at = datetime.fromisoformat("2026-06-01T10:00:00+00:00")
    assert "Porto" in ana.say("Where did I live before?", at=at).text
    assert "Porto" in ana.say("Where did I live in March?", at=at).text
    assert "Graz" in ana.say("Where do I live?", at=at).text


def test_what_has_ended_is_not_told_as_holding(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("I am staying at the Hotel Adler until Friday", at=datetime.fromisoformat("2026-11-18T10:00:00+00:00"))
    assert "Adler" in ana.say("Where am I staying?", at=datetime.fromisoformat("2026-11-19T10:00:00+00:00")).text
    assert "Adler" not in ana.say("Where am I staying?", at=datetime.fromisoformat("2026-11-25T10:00:00+00:00")).text


def test_undo_and_redo_by_talking(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    assert "Undone" in ana.say("undo that").text
    assert ana.say("redo it").text.startswith("Done again: your dog is called Rex")
    assert "Rex" in ana.say("What is my dog called?").text


def test_all_that_is_known_of_somebody_is_listed(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My sister lives in Porto")
    ana.say("My sister is afraid of dogs")
    ana.say("The office closes at six")
    reply = ana.say("What do you know about my sister?")
    assert "Porto" in reply.text
    assert "dogs" in reply.text
    assert "six" not in reply.text


def test_what_was_learned_in_a_time_is_listed(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My sister lives in Porto", at=datetime.fromisoformat("2026-11-19T10:00:00+00:00"))
    ana.say("The office closes at six", at=datetime.fromisoformat("2026-11-21T10:00:00+00:00"))
    reply = ana.say("What did you learn today?", at=datetime.fromisoformat("2026-11-21T12:00:00+00:00"))
    assert "six" in reply.text
    assert "Porto" not in reply.text


def test_everything_about_somebody_is_forgotten_after_a_question(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My sister lives in Porto")
    ana.say("My sister is afraid of dogs")
    ana.say("The office closes at six")
    asked = ana.say("Forget everything about my sister")
    assert asked.asks == "confirm"
    assert "Forgotten" in ana.say("yes").text
    assert {entry.text for entry in lic.mental_process("ana").entries()} == {"The office closes at six."}


def test_forget_me_asks_once_and_leaves_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My sister lives in Porto")
    assert ana.say("Forget me, delete all you know about me").asks == "confirm"
    ana.say("yes")
    assert lic.mental_process("ana").entries() == []
    assert b"Porto" not in b"".join(path.read_bytes() for path in lic.settings.home.glob("lic.db*"))


def doubted(talk: Callable[..., Talk]) -> Talk:
    """Somebody whose second statement may have been meant to replace the first one."""
    ana = talk()
    ana.say("My desk is number 14")
    reply = ana.say("I sit at desk 22")
    assert reply.asks == "choose"
    assert {"replace", "keep_both", "for_a_time"} <= set(reply.options)
    assert "22" in reply.text
    assert "14" in reply.text
    return ana


def test_a_doubted_value_is_kept_already_and_may_replace_the_old_one(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = doubted(talk)
    assert len(lic.mental_process("ana").entries()) == 2
    assert "until now" in ana.say("replace it").text
    [entry] = lic.mental_process("ana").entries()
    assert [version.text for version in lic.mental_process("ana").history(entry.id)] == ["My desk is number 14.", "I sit at desk 22."]
    ana.say("undo that")
    assert len(lic.mental_process("ana").entries()) == 2


def test_both_values_may_be_kept(lic: Lic, talk: Callable[..., Talk]) -> None:
    doubted(talk).say("keep both of them")
    assert len(lic.mental_process("ana").entries()) == 2


def test_a_value_may_hold_for_a_time_only(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = doubted(talk)
    assert ana.say("that was only for a time").text == "Until when?"
    assert "after that" in ana.say("until Friday").text
    assert {entry.text: entry.holds_until is None for entry in lic.mental_process("ana").entries()} == {
        "My desk is number 14.": True,
        "I sit at desk 22.": False,
    }


def test_an_unanswered_doubt_loses_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = doubted(talk)
    ana.say("My sister lives in Porto")
    assert len(lic.mental_process("ana").entries()) == 3


def test_another_owners_thing_is_no_answer(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("The door code of the depot is 4471")
    ana.say("yes")
    reply = ana.say("What's the door code of the boathouse?")
    assert reply.abstained
    assert "4471" not in reply.text
    assert "4471" in ana.say("What's the door code of the depot?").text
