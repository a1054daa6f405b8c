"""What a message only points at is found: by gender, by what was left out, by a name in apposition."""

from collections.abc import Callable

import pytest

from lic.factory import Lic
from lic.language import same_subject
from lic.lessons.references import agrees
from tests.conftest import Talk


@pytest.mark.parametrize(
    ("pronoun", "subject", "may"),
    [
        ("she", "my brother Pal", False),
        ("She's", "my sister Ines", True),
        ("his", "my aunt", False),
        ("it", "my mother-in-law", False),
        ("he", "my father-in-law", True),
        ("they", "my sister", True),
        ("it", "the ferry", True),
        ("her", "my tortoise Agata", True),
    ],
)
def test_a_pronoun_means_nobody_of_another_gender(pronoun: str, subject: str, may: bool) -> None:
    assert agrees(pronoun, subject) == may


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ines", "my sister Ines", True),
        ("my sister", "my sister Ines", True),
        ("my sister", "my brother Ines", False),
        ("my sister", "my sister's dog", False),
        ("Ines", "Ines's dog", False),
        ("my dog", "my dog house", False),
        ("The office", "the office", True),
        ("", "my sister", False),
    ],
)
def test_a_subject_is_the_same_with_and_without_its_name(one: str, other: str, same: bool) -> None:
    assert same_subject(one, other) == same_subject(other, one) == same


def test_she_is_the_sister_although_the_brother_was_spoken_of_last(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My sister Dunja lives in Split")
    ana.say("My brother Luka is a baker")
    ana.say("She works at the aquarium")
    assert "My sister Dunja works at the aquarium." in {entry.text for entry in lic.mental_process("ana").entries()}


def test_a_name_alone_is_enough_to_ask_and_to_correct(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My sister Dunja lives in Split")
    assert ana.say("Where does Dunja live?").text == "Your sister Dunja lives in Split."
    ana.say("Actually my sister lives in Zadar")
    assert {entry.slots.value for entry in lic.mental_process("ana").entries()} == {"Dunja", "Zadar"}
    assert "Zadar" in ana.say("Where does my sister live?").text


def test_what_a_shortened_clause_leaves_out_is_completed(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My birthday is on 3 March")
    ana.say("and my brother's is in May")
    assert "My brother's birthday is in May." in {entry.text for entry in lic.mental_process("ana").entries()}
