"""What is understood of messages as people write them: facts beside requests, other languages, nothing made up."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from lic.factory import Lic
from lic.jsonl import read_jsonl
from lic.types import Context, Turn
from tests.conftest import Talk

_NUMBER_OR_NAME = re.compile(r"\d+|(?<=\s)[A-ZÀ-Þ]\w*")
_OWN_WORDS = {"I", "Im", "Ive"}


def test_a_fact_beside_a_request_is_learned_and_the_request_is_answered(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    reply = ana.say("My flight to Oslo is at 9 on Friday, wake me at 6")
    assert reply.intent.act == "request"
    assert not reply.text.startswith("Learned")
    assert reply.text.endswith("Learned: your flight to Oslo is at 9 on Friday.")
    assert reply.receipt
    assert "9" in ana.say("When is my flight to Oslo?").text
    assert [change.operation for change in ana.say("undo").changes]


def test_a_mere_request_teaches_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    for text in ("set a timer for 12 minutes", "play the new song by Rosalía", "book a table for two at Mirto on Friday"):
        assert not talk().say(text).changes, text


@pytest.mark.parametrize("text", ["Mein Hund heißt Rex und er ist fünf", "mi hermana vive en Madrid", "моя собака живёт в доме", "私の犬の名前はレックスです"])
def test_another_language_is_not_learned_but_asked_for_in_english(talk: Callable[..., Talk], text: str) -> None:
    reply = talk().say(text)
    assert not reply.changes
    assert "English" in reply.text


@pytest.mark.parametrize("text", ["I live in Tórshavn", "Im alergic to penicilin", "Thu Trang goes by Jenny at work", "LUFTHANSA IS IN TERMINAL 2"])
def test_names_and_misspelt_english_are_no_other_language(talk: Callable[..., Talk], text: str) -> None:
    assert "English" not in talk().say(text).text


def test_every_number_and_name_of_a_lesson_was_said(models: Lic) -> None:
    parts = models.parts
    checked = 0
    for row in read_jsonl(models.settings.seed / "messages" / "test.jsonl"):
        previous = row["before"][-1][1] if row["before"] else None
        [encoding] = parts.encoder.encode([row["text"]])
        [reading] = parts.reader.read([encoding], [previous])
        intent = parts.recognizer.recognize(encoding, reading, previous)
        turn = Turn("t", row["text"], "ana", "main", datetime(2026, 5, 3, tzinfo=UTC))
        said = f"{row['text']} {previous or ''}".lower()
        for lesson in parts.preparer.prepare(turn, intent, encoding, reading, Context(previous)):
            checked += 1
            invented = [word for word in _NUMBER_OR_NAME.findall(lesson.statement) if word not in _OWN_WORDS and word.lower() not in said]
            assert not invented, (row["text"], lesson.statement)
    assert checked > 300


def test_whom_a_turn_means_is_asked_where_nobody_was_named(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    asked = ana.say("he's 5 and he's afraid of the dark")
    assert not asked.changes
    assert asked.asks == "teach"
    assert asked.text == "I don't know whom you mean. Who is 5?"
    told = ana.say("my nephew Tom")
    assert "Learned: your nephew Tom is 5" in told.text
    assert "5" in ana.say("How old is my nephew Tom?").text


def test_who_is_meant_need_not_be_told(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    assert ana.say("she plays the oboe in two orchestras").asks == "teach"
    assert not ana.say("play some music instead").changes
    assert ana.say("My bike is green").text == "Learned: your bike is green."
    assert not any("oboe" in entry.text for entry in lic.mental_process("ana").entries())


def test_a_pronoun_after_a_name_needs_no_question(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My cousin Ada is in Lima")
    assert ana.say("she plays the oboe").text == "Learned: your cousin Ada plays the oboe."


def test_a_question_about_lics_own_things_is_asked_back(talk: Callable[..., Talk]) -> None:
    ana = talk()
    assert ana.say("What's your sister's job?").text == "I have none of my own. What is your sister's job?"
    [after] = [change.after for change in ana.say("she's a vet in Bergen").changes if change.target == "mental_process"]
    assert after.startswith("My sister")
    assert "vet in Bergen" in after


def test_what_two_did_is_known_of_each(talk: Callable[..., Talk]) -> None:
    ana = talk()
    taught = ana.say("My wife Ana and I moved to Graz in May, our flat is on Lendplatz").changes
    assert [change.after for change in taught if change.target == "mental_process"] == [
        "My wife is called Ana.",
        "My wife Ana moved to Graz in May.",
        "I moved to Graz in May.",
        "Our flat is on Lendplatz.",
    ]
    assert ana.say("Where did Ana move?").text == "Your wife Ana moved to Graz in May."
