"""Forgetting and undoing where several people said something of one shared entry: nothing leaks, and nobody gets at what is another one's."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from lic.errors import BuiltUpon, NotFound, NothingToUndo
from lic.language import FORGOTTEN
from lic.types import Entry, Receipt
from tests.steps import PEOPLE, Step, steps
from tests.store import BEGAN, Store, lesson
from tests.test_roles import keep_turn, shared, turns
from tests.test_vectors import assert_full_text_equal_to_the_tables


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Store]:
    """A blank store."""
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def store(blank: Store) -> Store:
    """A store in which Ana shares when the office opens, and Ben is her teacher."""
    blank.learn("ana", lesson("office", "opens at", "eight"), turn="t-ana")
    blank.share("ana", blank.entry("ana", "eight").id)
    blank.name("ana", "ben")
    return blank


def said(store: Store, person: str, entry: Entry) -> list[tuple[str, str]]:
    """Value and speaker of each version of an entry that a person sees."""
    return [(version.value, version.said_by) for version in store.process(person).history(entry.id)]


def forget_nth(store: Store, person: str, *numbers: int) -> Receipt:
    """Forget what a person said in these seconds, the first of them 1."""
    return store.forget_said(person, BEGAN + timedelta(seconds=min(numbers)), BEGAN + timedelta(seconds=max(numbers)))


# What was private before it was shared -------------------------------------------------------------------------------


def twice_said(store: Store) -> Entry:
    """Ana said it twice, and shared the second wording: at second 3."""
    store.learn("ana", lesson("office", "opens at", "Zanzibarius"))
    store.learn("ana", lesson("office", "opens at", "eight"), turn="second")
    store.share("ana", store.entry("ana", "eight").id)
    store.name("ana", "ben")
    return store.entry("ana", "eight")


def read_by_others(store: Store) -> str:
    return repr([(store.process(one).entries(), store.process(one).search("office opens at Zanzibarius"), store.conflicts(one)) for one in ("ben", "carl")])


def test_a_wording_from_before_it_was_shared_is_not_shared_where_forgetting_lets_it_hold_again(blank: Store) -> None:
    twice_said(blank)
    forget_nth(blank, "ana", 2)
    assert blank.values("ana") == {"Zanzibarius"}
    assert "Zanzibarius" not in read_by_others(blank)
    assert not blank.entry("ana", "Zanzibarius").shared
    assert_full_text_equal_to_the_tables(blank)


def test_undoing_what_was_shared_names_the_sharing_and_takes_it_back_too(blank: Store) -> None:
    twice_said(blank)
    [first, second, third] = [row["id"] for row in blank.everything()["receipts"]]
    with pytest.raises(BuiltUpon) as built:
        blank.undo("ana", second)
    assert built.value.later == (third,)
    blank.manager.transact(lambda connection: blank.manager.undo(connection, "ana", second, blank.now(), [third]))
    assert (blank.values("ana"), blank.entry("ana", "Zanzibarius").shared) == ({"Zanzibarius"}, False)
    assert "Zanzibarius" not in read_by_others(blank)
    assert first != second


def test_a_teacher_who_takes_back_what_hid_it_gets_no_private_wording_to_see(blank: Store) -> None:
    twice_said(blank)
    blank.learn("ben", lesson("office", "opens at", "nine"))
    forget_nth(blank, "ana", 2)
    assert said(blank, "ana", blank.entry("ana", "nine")) == [("Zanzibarius", "ana"), ("nine", "ben")]
    assert said(blank, "ben", blank.entry("ben", "nine")) == [("nine", "ben")]
    receipt = blank.undo("ben")
    assert "Zanzibarius" not in repr(receipt)
    assert blank.values("ana") == {"Zanzibarius"}
    assert "Zanzibarius" not in read_by_others(blank)
    assert not blank.redone("ben")
    assert blank.values("ana") == {"Zanzibarius"}


# A time and a document -----------------------------------------------------------------------------------------------


def test_forgetting_a_time_takes_the_own_words_and_leaves_those_of_teachers(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"), turn="t-ben")
    keep_turn(store, "ben", "t-ben", "No, at nine", {"changes": [{"id": shared(store).id}], "text": "Updated: nine (until now ana said: eight)"})
    keep_turn(store, "carl", "t-carl", "When?", {"evidence": [{"id": shared(store).id}], "text": "Office opens at eight."})
    assert len(store.conflicts("ana")) == 1
    forget_nth(store, "ana", 1, 9)
    entry = shared(store)
    assert said(store, "ana", entry) == said(store, "carl", entry) == [("nine", "ben")]
    assert (store.conflicts("ana"), store.conflicts("ben", settled=True), store.everything()["notices"]) == ([], [], [])
    assert turns(store, "ben") == {"t-ben": "No, at nine"}
    [told] = [row["reply"]["text"] for row in store.everything()["turns"] if row["owner"] == "carl"]
    assert told == FORGOTTEN
    assert [row["row"]["answer"] for row in store.manager.examples("ana", "question_answering")] == ["office opens at nine."]
    assert "eight" not in json.dumps(store.everything()["journal"])


def test_what_a_teacher_said_in_a_time_goes_with_the_message_and_stays_where_it_was_shared(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"), lesson("cat", "is called", "Zanzibarius"), turn="t-ben")
    keep_turn(store, "ben", "t-ben", "No, at nine, and my cat is called Zanzibarius")
    before = store.rows("ana")
    forget_nth(store, "ben", 1, 9)
    assert store.rows("ana") == before
    assert (store.values("ben"), turns(store, "ben")) == ({"nine"}, {"t-ben": FORGOTTEN})
    assert b"zanzibarius" not in store.bytes().lower()
    store.undo("ben")
    assert store.values("ana") == {"eight"}


def test_a_turn_id_that_two_people_use_takes_nothing_of_the_other_one(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"), turn="t-ana")
    for person in ("ana", "ben"):
        keep_turn(store, person, "t-ana", "it opens", {"changes": [{"id": shared(store).id}]})
    before = store.rows("ana")
    forget_nth(store, "ben", 1, 9)
    assert store.rows("ana") == before
    assert turns(store, "ana") == {"t-ana": "it opens"}


# What its owner forgets ----------------------------------------------------------------------------------------------


def test_the_rest_of_a_teachers_turn_stays_and_is_undone_alone(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"), lesson("cat", "is called", "Tom"), turn="t-ben")
    keep_turn(store, "ben", "t-ben", "No, at nine, and my cat is called Tom")
    store.forget("ana", shared(store))
    assert (store.values("ben"), turns(store, "ben")) == ({"Tom"}, {"t-ben": "No, at nine, and my cat is called Tom"})
    store.undo("ben")
    assert (store.values("ben"), store.values("ana")) == (set(), set())
    assert store.redone("ben")
    assert (store.values("ben"), store.values("ana")) == ({"Tom"}, set())


def test_what_a_teacher_had_undone_is_gone_too_and_not_made_again_in_part(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "Zanzibarius"), lesson("cat", "is called", "Tom"))
    store.undo("ben")
    store.forget("ana", shared(store))
    assert b"zanzibarius" not in store.bytes().lower()
    assert not store.redone("ben")
    assert store.values("ben") == set()


def test_an_own_word_that_a_teacher_had_put_there_is_the_teachers_again(store: Store) -> None:
    store.learn("ben", lesson("office hours", "begin at", "nine"))
    store.join("ben", store.entry("ben", "nine").id, shared(store).id)
    store.forget("ana", shared(store))
    assert store.values("ben") == set()
    store.undo("ben")
    assert (store.values("ben"), store.values("ana")) == ({"nine"}, set())


def test_an_owner_who_leaves_takes_along_what_only_the_journals_of_others_hold(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "Zanzibarius"))
    store.undo("ben")
    assert store.undone("ana")
    assert store.undone("ana")
    store.manager.transact(lambda connection: store.manager.forget_everything(connection, "ana", store.now()))
    assert b"zanzibarius" not in store.bytes().lower()
    assert store.everything()["journal"] == []


def test_who_leaves_takes_nothing_of_what_is_put_beside_it_by_settling(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.settle("ben", store.conflicts("ben")[0].id, "both")
    store.manager.transact(lambda connection: store.manager.forget_everything(connection, "ben", store.now()))
    assert store.values("ana") == store.values("carl") == {"eight", "nine"}


# Rights --------------------------------------------------------------------------------------------------------------


def test_nothing_is_made_again_in_the_name_of_somebody_who_took_the_right_away(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    forget_nth(store, "ana", 1)
    store.undo("ben")
    assert store.values("ana") == set()
    store.unname("ana", "ben")
    with pytest.raises(NothingToUndo, match="you are no teacher of it any more"):
        store.manager.transact(lambda connection: store.manager.redo(connection, "ben"))
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}


KINDS = ("learn", "learn", "learn", "join", "share", "share", "name", "unname", "settle", "undo", "redo", "forget", "forget_said")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(steps(*KINDS, least=5, most=18))
def test_whatever_two_people_do_every_memory_stays_sound_and_none_reads_what_was_not_shared(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for step in taken:
            with suppress(NotFound):
                step.take(store)
            check(store)
        for person in (*PEOPLE, *PEOPLE):
            while store.undone(person):
                check(store)
            while store.redone(person):
                check(store)
        store.close()


def check(store: Store) -> None:
    """One version of each entry holds, both indexes have it, and what others see was said since it was shared."""
    everything = store.everything()
    since = {row["id"]: row["shared_from"] for row in everything["entries"]}
    for person in PEOPLE:
        for entry in store.process(person).entries():
            history = store.process(person).history(entry.id)
            assert [version.valid_to is None for version in history] == [False] * (len(history) - 1) + [True]
            if entry.owner != person:
                assert min(version.number for version in history) >= since[entry.id]
    current = [row["entry"] for row in everything["versions"] if row["valid_to"] is None]
    assert sorted(current) == sorted(since)
    assert_full_text_equal_to_the_tables(store)
