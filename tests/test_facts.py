"""From marks to statements: facts that share words, and each of them in a clause that stands alone."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from lic.lessons.clause import clause
from lic.lessons.when import times_of
from lic.training.facts import fact_of, parse_line
from lic.training.kept import kept_words
from tests.conftest import Talk

SAID = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def stated(text: str, number: int, facts: list[dict[str, str]], subject: str = "") -> str:
    """The statement of one of several marked facts."""
    item = parse_line({"text": text, "previous": None, "facts": [{"kind": "life", **fact} for fact in facts]})
    return clause(text, fact_of(item, item.facts[number]), subject)


def test_facts_share_their_subject_and_their_verb() -> None:
    text = "I'm Olu, 51, from Jos and my brother Ike too"
    facts = [{"subject": "I", "relation": "'m", "value": value} for value in ("Olu", "51", "from Jos")]
    facts += [{"subject": "my brother", "value": "Ike"}, {"subject": "my brother Ike", "relation": "'m", "value": "from Jos"}]
    assert [stated(text, i, facts) for i in range(5)] == ["I'm Olu", "I'm 51", "I'm from Jos", "my brother is called Ike", "my brother Ike is from Jos"]


def test_each_of_two_subjects_gets_its_own_form_of_the_verb() -> None:
    text = "Mirela and I are vegan"
    facts = [{"subject": "Mirela", "relation": "are", "value": "vegan"}, {"subject": "I", "relation": "are", "value": "vegan"}]
    assert [stated(text, i, facts) for i in range(2)] == ["Mirela is vegan", "I am vegan"]


def test_a_verb_that_is_left_out_comes_from_the_clause_before() -> None:
    text = "the left drawer holds the forks, the right one the knives"
    facts = [
        {"subject": "the left drawer", "relation": "holds", "value": "the forks"},
        {"subject": "the right one", "relation": "holds", "value": "the knives"},
    ]
    assert [stated(text, i, facts) for i in range(2)] == ["the left drawer holds the forks", "the right one holds the knives"]


@pytest.mark.parametrize(
    ("text", "fact", "meant", "statement"),
    [
        ("his workshop is in Brno", {"subject": "his workshop", "relation": "is in", "value": "Brno"}, "Bo", "Bo's workshop is in Brno"),
        ("he's 5", {"subject": "he", "relation": "'s", "value": "5"}, "my dog", "my dog is 5"),
        ("she's got two cats", {"subject": "she", "relation": "'s got", "value": "two cats"}, "Ada", "Ada has got two cats"),
        ("they are deaf", {"subject": "they", "relation": "are", "value": "deaf"}, "my cats", "my cats are deaf"),
        ("her name is Ida", {"subject": "her", "relation": "name", "value": "Ida"}, "my boss", "my boss's name is Ida"),
    ],
)
def test_a_pronoun_becomes_what_it_stands_for(text: str, fact: dict[str, str], meant: str, statement: str) -> None:
    assert stated(text, 0, [fact], meant) == statement


def test_the_words_of_another_fact_are_left_out() -> None:
    text = "The tern flies 70,000 km a year and lives up to thirty years"
    facts = [
        {"subject": "The tern", "relation": "flies", "value": "70,000 km a year"},
        {"subject": "The tern", "relation": "lives up to", "value": "thirty years"},
    ]
    assert stated(text, 1, facts) == "the tern lives up to thirty years"


@pytest.mark.parametrize(
    ("when", "statement", "begins", "ends"),
    [
        ("since March", "I live in Graz since March", "2026-03-01", None),
        ("until Friday", "I am in Graz until Friday", None, "2026-11-27"),
        ("tomorrow", "My exam is tomorrow", "2026-11-22", None),
        ("in 2019", "I moved to Bern in 2019", "2019-01-01", None),
        ("last Sunday", "She turned 91 last Sunday", "2026-11-15", None),
        ("from next month", "I work nights from next month", "2026-12-01", None),
        ("", "I used to play the oboe", None, "2026-11-21"),
        ("every Tuesday", "I swim every Tuesday", None, None),
        ("at 9", "I get up at 9", None, None),
        ("after the accident", "I stopped driving after the accident", None, None),
    ],
)
def test_words_of_time_become_times(when: str, statement: str, begins: str | None, ends: str | None) -> None:
    assert tuple(at.date().isoformat() if at else None for at in times_of(when, statement, SAID)) == (begins, ends)


def test_an_entry_knows_until_when_it_holds(talk: Callable[..., Talk]) -> None:
    reply = talk().say("My cousin Ada is in Lima until 12 June")
    assert [change for change in reply.changes if change.target == "mental_process"]


def test_a_statement_keeps_what_stands_around_its_parts() -> None:
    text = "fyi, the ferry toll for a van went up, it's 31 euros one way now"
    parts = {"subject": "the ferry toll", "relation": "'s", "value": "31 euros", "time": "now", "kind": "world"}
    item = parse_line({"text": text, "previous": None, "facts": [parts | {"statement": "The ferry toll for a van is 31 euros one way now."}]})
    kept = [word.of(text) for word in kept_words(item, item.facts[0])]
    assert kept == ["the", "ferry", "toll", "for", "a", "van", "'", "s", "31", "euros", "one", "way", "now"]


def test_common_words_far_from_a_fact_do_not_belong_to_it() -> None:
    text = "the cat is on the roof, and the key to the shed hangs on the nail"
    parts = {"subject": "the key to the shed#1", "relation": "hangs on", "value": "the nail", "kind": "life"}
    item = parse_line({"text": text, "previous": None, "facts": [parts | {"statement": "The key to the shed hangs on the nail."}]})
    assert kept_words(item, item.facts[0])[0].start == text.index("the key")
