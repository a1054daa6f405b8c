"""Questions become statements and statements become questions."""

import doctest

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lic.language import key
from lic.lessons import wording
from lic.lessons.wording import base_form, plain_question, question_from, statement_from, third_person

often = settings(max_examples=300, deadline=None, derandomize=True)


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(wording).failed == 0


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("What is the capital of Mongolia?", "Ulaanbaatar", "The capital of Mongolia is Ulaanbaatar."),
        ("What's my dog's name?", "Rex", "My dog's name is Rex."),
        ("whats the wifi password", "heron", "The wifi password is heron."),
        ("Where does my sister work?", "at the harbour", "My sister works at the harbour."),
        ("Where does my brother live?", "Oslo", "My brother lives in Oslo."),
        ("Where is my key?", "under the mat", "My key is under the mat."),
        ("Who wrote Hamlet?", "Shakespeare", "Shakespeare wrote Hamlet."),
        ("Who is my boss?", "Kim", "My boss is Kim."),
        ("When was I born?", "1990", "I was born in 1990."),
        ("When does the shop open?", "9am", "The shop opens at 9am."),
        ("When does the class start?", "Monday", "The class starts on Monday."),
        ("How old is my sister?", "12", "My sister is 12 years old."),
        ("How tall is the tower?", "300 m", "The tower is 300 m tall."),
        ("How many cats do I have?", "3", "I have 3 cats."),
        ("What is he allergic to?", "nuts", "He is allergic to nuts."),
        ("What did Ana buy?", "a boat", "Ana bought a boat."),
        ("Do I like tea?", "yes", "I like tea."),
        ("Did Ana win?", "yes", "Ana won."),
        ("Can I swim?", "yes", "I can swim."),
        ("Is my dog old?", "yes", "My dog is old."),
        ("Is my dog old?", "no", "My dog is not old."),
        ("hey lic, can you tell me what is my favourite colour??", "teal!", "My favourite colour is teal."),
    ],
)
def test_an_answer_becomes_a_whole_sentence_in_the_words_of_the_question(question: str, answer: str, statement: str) -> None:
    assert statement_from(question, answer) == statement


@pytest.mark.parametrize(
    ("subject", "relation", "value", "attribute", "question"),
    [
        ("my dog", "name", "Rex", True, "What is my dog's name?"),
        ("Mongolia", "capital", "Ulaanbaatar", True, "What is Mongolia's capital?"),
        ("I", "favourite colour", "teal", True, "What is my favourite colour?"),
        ("the Pitons", "height", "798 m", True, "What is the Pitons' height?"),
        ("my dog", "is called", "Rex", False, "What is my dog called?"),
        ("my sister", "works at", "the harbour", False, "Where does my sister work?"),
        ("I", "like", "tea", False, "What do I like?"),
        ("I", "was born in", "1990", False, "When was I born?"),
        ("I", "was born in", "Oslo", False, "Where was I born?"),
        ("I", "parked on", "level 3", False, "What did I park on?"),
        ("she", "studies", "law", False, "What does she study?"),
        ("he", "carried", "a bag", False, "What did he carry?"),
        ("Ana", "went to", "Rome", False, "What did Ana go to?"),
        ("we", "have visited", "Oslo", False, "What have we visited?"),
        ("Ana", "is", "my sister", False, "Who is Ana?"),
    ],
)
def test_a_fact_gets_the_question_that_it_answers(subject: str, relation: str, value: str, attribute: bool, question: str) -> None:
    assert question_from(subject, relation, value, attribute) == question


@pytest.mark.parametrize(
    ("base", "third"), [("go", "goes"), ("have", "has"), ("study", "studies"), ("play", "plays"), ("wash", "washes"), ("fix", "fixes"), ("miss", "misses")]
)
def test_the_third_person(base: str, third: str) -> None:
    assert third_person(base) == third


@pytest.mark.parametrize(
    ("verb", "base", "do"),
    [
        ("went", "go", "did"), ("has", "have", "does"), ("studies", "study", "does"), ("goes", "go", "does"), ("likes", "like", "does"),
        ("works", "work", "does"), ("passes", "pass", "does"), ("carried", "carry", "did"), ("died", "die", "did"), ("liked", "like", "did"),
        ("moved", "move", "did"), ("opened", "open", "did"), ("stopped", "stop", "did"), ("planned", "plan", "did"), ("kissed", "kiss", "did"),
        ("smoked", "smoke", "did"), ("worked", "work", "did"), ("live", "live", "do"),
    ],
)  # fmt: skip
def test_the_base_form_and_its_auxiliary(verb: str, base: str, do: str) -> None:
    assert base_form(verb) == (base, do)


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
@example("is?", "yes")
@example("Do", "no")
@given(PHRASE, PHRASE)
def test_any_question_and_answer_make_some_statement_that_holds_the_answer(question: str, answer: str) -> None:
    statement = statement_from(question, answer)
    asked = plain_question(question).lower().split()
    if asked and asked[0] not in ("is", "are", "was", "do", "does", "did", "can", "has"):
        assert key(answer) in key(statement)


@often
@given(PHRASE, PHRASE, PHRASE, st.booleans())
def test_any_fact_makes_some_question(subject: str, relation: str, value: str, attribute: bool) -> None:
    assert question_from(subject, relation, value, attribute).endswith("?")
