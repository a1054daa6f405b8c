"""Forgetting a part of what was said: what was there before holds again, undo and redo stay exact, and nothing of it comes back."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lic.database import tables
from lic.types import Receipt
from tests.steps import PEOPLE, Step, steps
from tests.store import BEGAN, Store, lesson


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A blank store."""
    store = Store(tmp_path)
    yield store
    store.close()


def taught(store: Store, *values: str) -> list[Receipt]:
    """Teach one fact with a value after the other."""
    return [store.learn("ana", lesson("dog", "is called", value)) for value in values]


def forget_nth(store: Store, *numbers: int) -> Receipt:
    """Forget what was said in these seconds, the first of them 1."""
    return store.forget_said("ana", BEGAN + timedelta(seconds=min(numbers)), BEGAN + timedelta(seconds=max(numbers)))


def wordings(store: Store) -> list[tuple[str, bool]]:
    """The values of all versions of Ana's only entry, and whether each holds."""
    [entry] = store.process("ana").entries()
    return [(version.value, version.valid_to is None) for version in store.process("ana").history(entry.id)]


def answers(store: Store) -> list[str]:
    return [row["row"]["answer"] for row in store.manager.examples("ana", "question_answering")]


def test_where_only_the_newest_wording_goes_the_older_one_holds_again_with_its_row(store: Store) -> None:
    taught(store, "Rex", "Zanzibarius")
    receipt = forget_nth(store, 2)
    assert wordings(store) == [("Rex", True)]
    assert answers(store) == ["dog is called Rex."]
    assert [found.entry.slots.value for found in store.process("ana").search("dog is called")] == ["Rex"]
    assert receipt.gone is not None
    assert (receipt.gone.entries, receipt.gone.wordings, receipt.gone.rows) == (0, 1, 1)
    assert [(change.operation, change.target, change.after) for change in receipt.changes if change.target == "mental_process"] == [
        ("forget", "mental_process", None),
        ("restore", "mental_process", "dog is called Rex."),
    ]
    assert b"zanzibarius" not in store.bytes().lower()


def test_a_wording_between_two_others_goes_and_the_one_before_held_until_the_next(store: Store) -> None:
    taught(store, "Rex", "Zanzibarius", "Max")
    [entry] = store.process("ana").entries()
    newest = store.process("ana").history(entry.id)[-1]
    forget_nth(store, 2)
    first, second = store.process("ana").history(entry.id)
    assert [(first.value, first.valid_to), (second.value, second.valid_to)] == [("Rex", newest.valid_from), ("Max", None)]
    assert answers(store) == ["dog is called Max."]
    assert b"zanzibarius" not in store.bytes().lower()


def test_where_the_first_wording_goes_the_entry_begins_with_the_next(store: Store) -> None:
    taught(store, "Zanzibarius", "Rex")
    forget_nth(store, 1)
    assert wordings(store) == [("Rex", True)]
    assert b"zanzibarius" not in store.bytes().lower()
    store.undo("ana")
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}


def test_undo_and_redo_go_on_as_if_it_had_never_been_said(store: Store) -> None:
    taught(store, "Rex", "Zanzibarius", "Max", "Tom")
    forget_nth(store, 2, 3)
    seen = [wordings(store)]
    for _ in range(2):
        assert store.undone("ana")
        seen.append(wordings(store) if store.process("ana").entries() else [])
    assert seen == [[("Rex", False), ("Tom", True)], [("Rex", True)], []]
    assert not store.undone("ana")
    assert store.redone("ana")
    assert wordings(store) == seen[1]
    assert store.redone("ana")
    assert wordings(store) == seen[0]
    assert not store.redone("ana")


def test_what_was_undone_in_that_time_is_gone_too_and_what_was_undone_later_can_be_redone(store: Store) -> None:
    taught(store, "Alexandrine", "Zanzibarius", "Tomasino")
    store.undo("ana")
    forget_nth(store, 2)
    assert wordings(store) == [("Alexandrine", True)]
    assert store.redone("ana")
    assert wordings(store) == [("Alexandrine", False), ("Tomasino", True)]
    store.undo("ana")
    store.undo("ana")
    forget_nth(store, 1, 3)
    assert not store.redone("ana")
    assert not store.undone("ana")
    assert not {name for name in (b"alexandrine", b"tomasino", b"zanzibarius") if name in store.bytes().lower()}


def test_an_entry_that_was_joined_with_another_leaves_no_byte_in_the_journal(store: Store) -> None:
    store.learn("ana", lesson("desk", "is number", "14", many=True))
    store.learn("ana", lesson("seat", "stands at", "Zanzibarius", many=True))
    old, new = store.entry("ana", "14"), store.entry("ana", "Zanzibarius")
    store.join("ana", new.id, old.id)
    store.forget("ana", store.entry("ana", "Zanzibarius"))
    assert b"zanzibarius" not in store.bytes().lower()
    assert not store.undone("ana")


def test_forgetting_the_newer_of_two_joined_entries_opens_the_older_one(store: Store) -> None:
    store.learn("ana", lesson("desk", "is number", "14", many=True))
    store.learn("ana", lesson("seat", "stands at", "Zanzibarius", many=True))
    store.join("ana", store.entry("ana", "Zanzibarius").id, store.entry("ana", "14").id)
    forget_nth(store, 2)
    assert wordings(store) == [("14", True)]
    assert answers(store) == ["desk is number 14."]
    assert b"zanzibarius" not in store.bytes().lower()
    store.undo("ana")
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}
    assert store.redone("ana")
    assert wordings(store) == [("14", True)]


def test_nobody_elses_words_of_that_time_are_touched(store: Store) -> None:
    taught(store, "Rex")
    store.learn("ben", lesson("dog", "is called", "Bruno"))
    before = store.rows("ben")
    store.forget_said("ana", BEGAN, BEGAN + timedelta(days=1))
    assert store.rows("ben") == before
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}
    assert store.undone("ben")


def test_a_dataset_row_that_another_entry_has_meanwhile_stays_with_that_one(store: Store) -> None:
    taught(store, "Rex", "Max")
    store.learn("ana", lesson("dog", "is called", "Rex", many=True))
    assert len(store.process("ana").entries()) == 2
    forget_nth(store, 2)
    assert answers(store) == ["dog is called Rex."]
    while store.undone("ana"):
        pass
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}


# What always holds ---------------------------------------------------------------------------------------------------

KINDS = ("learn", "learn", "learn", "learn", "undo", "redo", "share", "join", "forget", "forget_said")


def assert_whole(store: Store, owner: str) -> None:
    """Every entry has one wording that holds, its last one, and no dataset row says what no entry says."""
    rows = store.rows(owner)
    by_entry: dict[str, list[dict[str, Any]]] = {row["id"]: [] for row in rows["entries"]}
    for version in rows["versions"]:
        by_entry[version["entry"]].append(version)
    for versions in by_entry.values():
        versions.sort(key=lambda version: version["number"])
        assert [version["valid_to"] is None for version in versions] == [False] * (len(versions) - 1) + [True]
    said = {version["text"] for version in rows["versions"] if version["valid_to"] is None}
    assert {row["row"]["answer"] for row in rows["examples"]} <= said


@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps(*KINDS, most=14))
def test_after_any_steps_all_is_whole_and_undo_and_redo_are_exact(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for step in taken:
            other = next(owner for owner in PEOPLE if owner != step.owner)
            untouched = store.rows(other)
            step.take(store)
            assert store.rows(other) == untouched
            assert_whole(store, step.owner)
        for owner in PEOPLE:
            states = [store.rows(owner)]
            while store.undone(owner):
                assert_whole(store, owner)
                states.append(store.rows(owner))
            assert states[-1] == {"entries": [], "versions": [], "examples": []}
            for state in reversed(states[:-1]):
                assert store.redone(owner)
                assert store.rows(owner) == state
        store.close()


SECRET = st.sampled_from(["learn", "undo", "redo", "other"])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(SECRET, max_size=7), st.booleans(), st.lists(st.booleans(), max_size=8))
def test_neither_undo_nor_redo_brings_back_what_was_forgotten_nor_does_the_file_hold_it(before: list[str], whole: bool, after: list[bool]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.learn("ana", lesson("dog", "is called", "Alexandrine"))
        began = store.now()
        for i, kind in enumerate(["learn", *before]):
            if kind == "learn":
                store.learn("ana", lesson("dog", "is called", f"Zanzibarius {i}"))
            elif kind == "other":
                store.learn("ana", lesson("cat", "is called", f"Tomasino {i}"))
            elif kind == "undo":
                store.undone("ana")
            else:
                store.redone("ana")
        dogs = [entry for entry in store.process("ana").entries() if entry.topic == "dog"]
        if whole:
            forgotten = {version.value for entry in dogs for version in store.process("ana").history(entry.id)}
            store.forget("ana", *dogs)
        else:
            forgotten = {"Zanzibarius", "Tomasino"}
            store.forget_said("ana", began, store.now())
            assert {entry.slots.value for entry in store.process("ana").entries()} <= {"Alexandrine"}
        assert not [value for value in forgotten if value.lower().encode() in store.bytes().lower()]
        for redoes in after:
            store.redone("ana") if redoes else store.undone("ana")
            assert not [entry for entry in store.process("ana").entries() if entry.slots.value in forgotten]
            assert_whole(store, "ana")
        assert not [value for value in forgotten if value.lower().encode() in store.bytes().lower()]
        store.close()


def test_the_journal_names_no_turn_that_is_gone(store: Store) -> None:
    taught(store, "Rex", "Max")
    forget_nth(store, 1, 2)
    with store.database.read() as connection:
        assert connection.execute(select(tables.journal)).all() == connection.execute(select(tables.receipts)).all() == []
