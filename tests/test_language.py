"""The small rules of English that several rooms share."""

import doctest
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lic import language
from lic.language import clean, content_hash, exchanged, key, lower_first, sentence, turned, upper_first, words

ANY_TEXT = st.text(st.characters(codec=None), max_size=80)
often = settings(max_examples=200, deadline=None, derandomize=True)


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(language).failed == 0


# Cleaning ------------------------------------------------------------------------------------------------------------


@often
@given(ANY_TEXT)
def test_cleaned_text_is_one_visible_line_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert not {unicodedata.category(c) for c in cleaned} & {"Cc", "Cs", "Zl", "Zp"}
    assert "  " not in cleaned
    cleaned.encode("utf-8")


def test_cleaning_keeps_every_letter() -> None:
    assert clean("  My dog\tis\r\ncalled  Zoë ") == "My dog is called Zoë"
    assert clean("e\u0301te\u0301") == "été"
    assert clean("שלום 中文 😀 ½ €") == "שלום 中文 😀 ½ €"
    assert clean("\u202eRex\u202c\u200b\ufeff") == "Rex"


# Words and keys ------------------------------------------------------------------------------------------------------


def test_words_keep_their_apostrophes() -> None:
    assert words("Ana’s dog isn't 3, it's FOUR!") == ["ana's", "dog", "isn't", "3", "it's", "four"]
    assert words("… ?!") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("The Office", "office"), ("an  iPhone", "IPHONE"), ("wifi, password!", "WiFi password"), ("Straße", "STRASSE"), ("ﬁne", "fine"), ("it’s", "it's")],
)
def test_two_spellings_of_a_thing_share_their_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [("dog", "dogs"), ("Rex", "Max"), ("my dog", "your dog"), ("3", "4"), ("C", "C 2")])
def test_different_things_have_different_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


@often
@given(ANY_TEXT)
def test_a_key_is_its_own_key(text: str) -> None:
    assert words(key(text)) == key(text).split()
    assert key(text).strip() == key(text)


@often
@given(st.lists(ANY_TEXT, min_size=1, max_size=4), st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_content_has_one_identity(some: list[str], others: list[str]) -> None:
    assert content_hash(*some) == content_hash(*some)
    # The separator is a control character, which cleaned text cannot hold.
    if [clean(text) for text in some] != [clean(text) for text in others]:
        assert content_hash(*map(clean, some)) != content_hash(*map(clean, others))


# Sentences -----------------------------------------------------------------------------------------------------------


def test_a_sentence_has_a_capital_and_one_end() -> None:
    assert sentence("my dog is called Rex") == "My dog is called Rex."
    assert sentence("My dog is called Rex.") == "My dog is called Rex."
    assert sentence("really?") == "Really?"
    assert sentence("milk, eggs,") == "Milk, eggs."
    assert sentence("iPhones are phones") == "iPhones are phones."
    assert sentence("") == ""


@often
@given(ANY_TEXT)
def test_a_sentence_stays_a_sentence(text: str) -> None:
    assert sentence(sentence(text)) == sentence(text)


def test_only_a_capital_of_the_place_is_taken_back() -> None:
    assert lower_first("My dog") == "my dog"
    assert lower_first("The capital") == "the capital"
    assert lower_first("Ana’s dog") == "Ana’s dog"
    assert lower_first("") == upper_first("") == ""


def test_a_value_is_exchanged_from_the_right_and_only_as_a_whole_word() -> None:
    assert exchanged("Rex is called Rex.", "Rex", "Max") == "Rex is called Max."
    assert exchanged("My dog is called rex.", "Rex", "Max") == "My dog is called Max."
    assert exchanged("My dog is called Rexy.", "Rex", "Max") is None
    assert exchanged("It costs 3.50 (net).", "3.50 (net)", "4") == "It costs 4."
    assert exchanged("It is red.", "", "blue") is None
    assert exchanged("It is red.", "red", r"\1 [x]") == r"It is \1 [x]."


# Turning persons -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("My dog is called Rex.", "Your dog is called Rex."),
        ("I am allergic to nuts", "You are allergic to nuts"),
        ("I was born in Oslo", "You were born in Oslo"),
        ("My wife and I are here", "Your wife and you are here"),
        ("You are my friend", "I am your friend"),
        ("You were right", "I was right"),
        ("The blue one is mine", "The blue one is yours"),
        ("I gave you my book", "You gave me your book"),
        ("i'm tired", "you're tired"),
        ("We moved to our house ourselves", "You moved to your house yourselves"),
        ("She told me that I'm late", "She told you that you're late"),
        ("She said “I love my cat” to me", "She said “I love my cat” to you"),
        ("what do you think of me", "what do I think of you"),
        ("The US army fought in World War I", "The US army fought in World War I"),
        ("Myanmar and Minnesota are places", "Myanmar and Minnesota are places"),
        ("You'll find the meter behind the coats.", "You'll find the meter behind the coats."),
        ("From the tower you can see the school.", "From the tower you can see the school."),
        ("You can call me Jo.", "I can call you Jo."),
        ("You should be brief.", "I should be brief."),
    ],
)
def test_a_persons_words_are_turned_to_that_person(said: str, told: str) -> None:
    assert turned(said) == told


@often
@given(ANY_TEXT)
def test_turning_touches_no_other_word_and_never_fails(text: str) -> None:
    persons = set("i me my mine myself we us our ours ourselves am are was were you your yours yourself not".split())
    kept = [word for word in words(text) if word.split("'")[0] not in persons and word not in ("im", "ive", "youre")]
    assert [word for word in words(turned(text)) if word.split("'")[0] not in persons] == kept
