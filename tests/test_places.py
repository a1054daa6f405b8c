"""Finding the place: the judge of places on written pairs, and what becomes of what is known."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lic.data_management.place import SAME_QUESTION
from lic.errors import DataError
from lic.factory import Lic
from lic.head import load_head
from lic.jsonl import read_jsonl
from lic.judges.likeness import load_likeness
from lic.judges.same_question import LABELS, WEIGHTS, SameQuestion
from lic.training.learned import Learned
from lic.training.places import Compared, compared, joined, twins
from tests.conftest import Talk


@pytest.fixture(scope="module")
def judged(models: Lic) -> Compared:
    """The test twins as the judge sees them, each in a memory with some others."""
    memories = list(twins(list(read_jsonl(models.settings.seed / "twins" / "test.jsonl")), random.Random(0)))
    learned = Learned(models.parts.encoder, models.parts.reader)
    return joined([compared(learned, memory, [load_likeness()]) for memory in memories])


def test_nearly_the_same_words_are_not_yet_the_same_question(judged: Compared) -> None:
    p = load_head(WEIGHTS, "").probabilities(judged.x.tolist())
    taken = p[:, 0] <= 1 - SAME_QUESTION
    same = judged.labels != LABELS.index("other")
    told = [places for places in judged.of if len(places)]
    assert np.mean([taken[places].any() for places in told if not same[places].any()]) <= 0.08
    assert np.mean([taken[places][same[places]].any() for places in told if same[places].any()]) >= 0.35


def test_groups_and_twins_are_in_one_file_only(models: Lic) -> None:
    texts = [set(_written(models.settings.seed, name)) for name in ("train", "test")]
    assert not texts[0] & texts[1]
    assert min(map(len, texts)) > 1000


def _written(data: Path, name: str) -> Iterator[str]:
    for group in read_jsonl(data / "places" / f"{name}.jsonl"):
        yield from (text for question in group["questions"] for kind in ("statements", "again", "changes") for text, _ in question[kind])
    for pair in read_jsonl(data / "twins" / f"{name}.jsonl"):
        yield from (pair["known"], pair["new"])


def test_probabilities_sum_to_one() -> None:
    head = load_head(WEIGHTS, "")
    np.testing.assert_allclose(head.probabilities([[0.0] * len(head.mean)]).sum(axis=1), 1, atol=1e-5)


def test_a_head_that_cannot_be_read_names_the_command_that_makes_it(models: Lic, tmp_path: Path) -> None:
    (tmp_path / "head.json").write_text('{"labels": ["other"]}')
    with pytest.raises(DataError, match=r"lic\.training\.judges"):
        SameQuestion(models.parts.encoder, tmp_path / "head.json")


@pytest.mark.parametrize(
    ("known", "new"),
    [
        ("The pharmacy opens at 7:45", "The pharmacy closes at 19:30"),
        ("My niece Bo was born in 2011", "My niece Bo comes from Aarhus"),
        ("I like quinces", "I like medlars"),
        ("My parrot is green", "My parrot is 12 years old"),
        ("I was born in Tartu", "I live in Tartu"),
        ("The market starts at 8:00", "The market ends at 8:00"),
        ("My barber Tove Lindqvist lives in Aarhus", "My barber Emre Özkan lives in Odense"),
    ],
)
def test_what_still_holds_is_kept_beside_the_new(lic: Lic, talk: Callable[..., Talk], known: str, new: str) -> None:
    ana = talk()
    ana.say(known)
    assert ana.say(new).changes[0].operation == "add"
    # A name behind a role is learned beside it.
    learned = {entry.text for entry in lic.mental_process("ana").entries() if entry.slots.relation != "is called"}
    assert learned == {f"{known}.", f"{new}."}


@pytest.mark.parametrize(
    ("known", "new"),
    [
        ("My parrot is called Coco", "My parrot's name is Kiwi"),
        ("The pharmacy opens at 7:45", "The pharmacy now opens at 8:30"),
        ("I live in Aarhus", "I live in Odense now"),
    ],
)
def test_a_new_value_replaces_the_old_in_other_words_too(lic: Lic, talk: Callable[..., Talk], known: str, new: str) -> None:
    ana = talk()
    ana.say(known)
    assert ana.say(new).changes[0].operation == "update"
    [entry] = lic.mental_process("ana").entries()
    assert entry.text == f"{new}."


def test_of_two_with_one_role_the_role_alone_is_neither(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My brother Arvid lives in Bodø")
    ana.say("My brother Birger lives in Hamar")
    ana.say("My brother lives in Moss")
    assert {"My brother Arvid lives in Bodø.", "My brother Birger lives in Hamar."} <= {entry.text for entry in lic.mental_process("ana").entries()}
