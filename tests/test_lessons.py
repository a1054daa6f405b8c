"""Teaching turns become clean, standalone lessons."""

from collections.abc import Callable

import pytest

from lic.factory import Lic
from tests.conftest import Talk


def test_wrapping_goes_and_the_words_stay(talk: Callable[..., Talk]) -> None:
    assert talk().say("Just so you know, my tortoise is called Agata").text == "Learned: your tortoise is called Agata."


def test_a_message_with_two_facts_is_two_lessons(talk: Callable[..., Talk]) -> None:
    reply = talk().say("My name is Ivo and I live in Rijeka")
    added = [change.after for change in reply.changes if change.target == "mental_process"]
    assert added == ["My name is Ivo.", "I live in Rijeka."]


def test_the_answer_to_a_question_is_said_in_the_questions_words(talk: Callable[..., Talk]) -> None:
    ana = talk()
    assert ana.say("Where does my aunt work?").asks == "teach"
    assert ana.say("at the observatory").text == "Learned: your aunt works at the observatory."


def test_a_pronoun_is_completed_from_the_conversation(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My sister is called Dunja")
    reply = ana.say("She works at the tax office")
    assert [change.after for change in reply.changes if change.target == "mental_process"] == ["My sister works at the tax office."]


def test_each_lesson_has_its_dataset_row(talk: Callable[..., Talk]) -> None:
    reply = talk().say("My sister is called Dunja")
    [row] = [change.after for change in reply.changes if change.target == "dataset"]
    assert row == {"question": "What is my sister called?", "answer": "My sister is called Dunja."}


def test_the_same_fact_again_is_known(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My canoe is green")
    again = ana.say("my canoe is green")
    assert not again.changes
    assert again.text == "I know that already: your canoe is green."


@pytest.mark.parametrize("text", ["What colour is my canoe?", "If I had a canoe it would be green", "thanks a lot", "haha very funny"])
def test_what_teaches_nothing_changes_nothing(talk: Callable[..., Talk], text: str) -> None:
    assert not talk().say(text).changes


def test_undo_takes_an_update_back(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My boat is called Juno")
    ana.say("Actually its name is Minerva")
    assert ana.say("undo").text == "Undone: your boat is called Juno again."
    assert "Juno" in ana.say("What is my boat called?").text


def test_a_question_without_a_value_teaches_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("how do I feel?")
    assert lic.mental_process("ana").count() == 0
