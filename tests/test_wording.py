"""Questions become statements and statements become questions."""

import doctest
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lic.language import key
from lic.lessons import asking, grammar, morphology, phrases, times, wording
from lic.lessons.morphology import base_form, is_plural_noun, past, third_person
from lic.lessons.wording import plain_question, question_from, statement_from

often = settings(max_examples=300, deadline=None, derandomize=True)


@pytest.mark.parametrize("module", [asking, grammar, morphology, phrases, times, wording])
def test_the_examples_in_the_docstrings_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


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
    ("question", "answer", "statement"),
    [
        # The answer stands where the question word took it from.
        ("Which bus do I take to work?", "the 12", "I take the 12 to work."),
        ("What did I talk about with Ana?", "the wedding", "I talked about the wedding with Ana."),
        ("What does my cat like to eat?", "fish", "My cat likes to eat fish."),
        ("who did i go to rome with", "my sister", "I went to rome with my sister."),
        ("With whom did I go to Rome?", "my sister", "I went to Rome with my sister."),
        ("Where did I live in 1990?", "Bergen", "I lived in Bergen in 1990."),
        ("How long does it take to get to work?", "20 minutes", "It takes 20 minutes to get to work."),
        ("how old was I when I moved to Oslo?", "5", "I was 5 years old when I moved to Oslo."),
        ("How many cups of coffee do I drink a day?", "three", "I drink three cups of coffee a day."),
        ("How many rooms are there in my house?", "5", "There are 5 rooms in my house."),
        # It gets what the question took over, and keeps what it brings.
        ("what floor does Ana live on", "third", "Ana lives on the third floor."),
        ("what time do i get up on mondays", "6", "I get up at 6 on mondays."),
        ("where do i come from", "from Oslo", "I come from Oslo."),
        ("where did i grow up", "Oslo", "I grew up in Oslo."),
        ("Where's Ana going?", "Rome", "Ana is going to Rome."),
        ("Why dont I drive?", "I am blind", "I don't drive because I am blind."),
        ("How long ago did I move?", "two years", "I moved two years ago."),
        ("How often do I eat meat?", "never", "I never eat meat."),
        ("Whose dog is Rex?", "my sister's", "Rex is my sister's dog."),
        # The subject is found, however long it is, and the verb agrees with it.
        ("Where does my best friend from school live?", "Paris", "My best friend from school lives in Paris."),
        ("When does the night bus stop?", "at 2", "The night bus stops at 2."),
        ("Who likes tea?", "my parents", "My parents like tea."),
        ("who is coming to dinner", "Ana and Tom", "Ana and Tom are coming to dinner."),
        ("Which of my friends is a doctor?", "Ana", "Ana is a doctor."),
        ("How many people live in Oslo?", "700,000", "700,000 people live in Oslo."),
        ("What language is spoken in Brazil?", "Portuguese", "Portuguese is spoken in Brazil."),
        ("When was the last time I saw Ana?", "yesterday", "The last time I saw Ana was yesterday."),
        ("when did i last see tom", "two weeks ago", "I last saw tom two weeks ago."),
        # What somebody does.
        ("What does Ana do?", "teaches maths", "Ana teaches maths."),
        ("What does my sister do for a living?", "a nurse", "My sister is a nurse."),
        # Questions inside others, and without a verb.
        ("do u know what my dog's name is", "Rex", "My dog's name is Rex."),
        ("can you remind me when ana's birthday is", "5 May", "Ana's birthday is on 5 May."),
        ("do you know what Ana is allergic to", "nuts", "Ana is allergic to nuts."),
        ("my dog's name?", "Rex", "My dog's name is Rex."),
        # Yes and no.
        ("Isn't my dog old?", "yes", "My dog is old."),
        ("Does anyone in my family smoke?", "yes", "Someone in my family smokes."),
        ("Have I ever been to Paris?", "no", "I have never been to Paris."),
        ("Is the shop on the corner open?", "no", "The shop on the corner is not open."),
        ("Is there a bus to Oslo?", "no", "There is no bus to Oslo."),
        ("Is the capital of Norway Oslo?", "yes", "The capital of Norway is Oslo."),
    ],
)
def test_real_questions_become_what_a_person_would_say(question: str, answer: str, statement: str) -> None:
    assert statement_from(question, answer) == statement


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("What breed is Rex?", "poodle", "What breed is Rex? Poodle."),
        ("Where does Ana work?", "Google", "Where does Ana work? Google."),
        ("Where is my key?", "kitchen", "Where is my key? Kitchen."),
        ("What does my sister do?", "she's a nurse", "What does my sister do? She's a nurse."),
        ("What is the capital of France?", "It's Paris", "What is the capital of France? It's Paris."),
        ("What happened in 1989?", "the Berlin Wall fell", "What happened in 1989? The Berlin Wall fell."),
        ("Who likes jazz?", "me", "Who likes jazz? Me."),
        ("How do I get to work?", "bike", "How do I get to work? Bike."),
        ("Is Rex a dog or a cat?", "a dog", "Is Rex a dog or a cat? A dog."),
        ("Does the shop open on Sundays?", "yes, at noon", "Does the shop open on Sundays? Yes, at noon."),
        ("Who is my boss?", "yes", "Who is my boss? Yes."),
        ("What did I eat?", "Fish. It was good.", "What did I eat? Fish. It was good."),
        ("do you know where my key is", "kitchen", "Do you know where my key is? Kitchen."),
    ],
)
def test_where_no_sentence_can_be_made_question_and_answer_stand_side_by_side(question: str, answer: str, statement: str) -> None:
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
    ("subject", "relation", "value", "question"),
    [
        # Who, what, and what like.
        ("I", "love", "my wife", "Who do I love?"),
        ("Ana", "is married to", "Tom", "Who is Ana married to?"),
        ("I", "work with", "Ana", "Who do I work with?"),
        ("Hamlet", "written by", "Shakespeare", "Who was Hamlet written by?"),
        ("I", "am allergic to", "Penicillin", "What am I allergic to?"),
        ("my dog", "is", "old and lazy", "What is my dog like?"),
        ("I", "feel", "sad", "How do I feel?"),
        # Where.
        ("my key", "is", "under the mat", "Where is my key?"),
        ("my car", "is parked on", "level 3", "Where is my car parked?"),
        ("Ana", "lives next to", "the church", "Where does Ana live?"),
        ("Ana", "is from", "Peru", "Where is Ana from?"),
        ("Ana", "moved to", "Oslo", "Where did Ana move?"),
        ("I", "am interested in", "physics", "What am I interested in?"),
        ("Ana", "believes in", "ghosts", "What does Ana believe in?"),
        # When, and how long, often, many, much, old.
        ("the meeting", "is", "on Monday", "When is the meeting?"),
        ("I", "wake up at", "7", "When do I wake up?"),
        ("Ana", "bought a boat in", "2010", "When did Ana buy a boat?"),
        ("I", "have lived in Oslo since", "2010", "Since when have I lived in Oslo?"),
        ("I", "have lived in Oslo for", "10 years", "How long have I lived in Oslo?"),
        ("I", "swim", "twice a week", "How often do I swim?"),
        ("I", "drink", "three cups of coffee a day", "How many cups of coffee a day do I drink?"),
        ("the ticket", "costs", "20 euros", "How much does the ticket cost?"),
        ("my sister", "is", "12 years old", "How old is my sister?"),
        # Auxiliaries and what they carry.
        ("I", "don't eat", "meat", "What don't I eat?"),
        ("I", "never eat", "meat", "What do I never eat?"),
        ("I", "'ve been to", "Paris", "Where have I been?"),
        ("Ana", "has to", "buy milk", "What does Ana have to do?"),
        ("I", "used to live in", "Bergen", "Where did I use to live?"),
        ("I", "can", "swim", "What can I do?"),
        ("penguins", "can't fly", "", "Can penguins fly?"),
        ("Ana", "put the cake in", "the fridge", "Where did Ana put the cake?"),
        ("France", "capital", "Paris", "What is France's capital?"),
        ("the tower", "has a height of", "300 m", "What is the tower's height?"),
    ],
)
def test_a_fact_gets_the_question_that_a_person_would_ask(subject: str, relation: str, value: str, question: str) -> None:
    assert question_from(subject, relation, value, attribute=False) == question


@pytest.mark.parametrize(
    ("subject", "relation", "value", "question"),
    [
        ("my kids", "names", "Ana and Tom", "What are my kids' names?"),
        ("I", "best friend", "Ana", "Who is my best friend?"),
        ("Ana and Tom", "address", "12 Main Street", "What is Ana and Tom's address?"),
        ("my boss", "favourite drink", "tea", "What is my boss's favourite drink?"),
        ("James", "desk", "by the window", "Where is James's desk?"),
        ("she", "birthday", "on 5 May", "When is her birthday?"),
    ],
)
def test_what_somebody_has_is_asked_for_with_its_owner(subject: str, relation: str, value: str, question: str) -> None:
    assert question_from(subject, relation, value, attribute=True) == question


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


@pytest.mark.parametrize(("base", "form"), [("stop", "stopped"), ("go", "went"), ("carry", "carried"), ("put", "put"), ("vlog", "vlogged"), ("text", "texted")])
def test_the_past(base: str, form: str) -> None:
    assert past(base) == form
    assert base_form(form) == (base, "did")


@pytest.mark.parametrize(("word", "plural"), [("letters", True), ("children", True), ("people", True), ("news", False), ("maths", False), ("bus", False)])
def test_plurals(word: str, plural: bool) -> None:
    assert is_plural_noun(word) == plural


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
    first = [*plain_question(question).lower().split(), ""][0]
    taken_in = first in ("is", "are", "was", "do", "does", "did", "can", "has", "am", "had", "have") and key(answer) in ("yes", "no")
    assert taken_in or key(answer) in key(statement)


@often
@given(PHRASE, PHRASE, PHRASE, st.booleans())
def test_any_fact_makes_some_question(subject: str, relation: str, value: str, attribute: bool) -> None:
    assert question_from(subject, relation, value, attribute).endswith("?")
