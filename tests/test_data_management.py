"""Learning, undoing and forgetting: one transaction each, writing twice is harmless, undo is exact, forgotten is gone."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from sqlalchemy import event

from lic.data_management.tasks import TASKS, task_named
from lic.errors import NotFound, NothingToUndo
from lic.factory import Lic
from lic.types import Turn
from tests.conftest import Talk
from tests.steps import PEOPLE, Step, steps
from tests.store import BEGAN, Rows, Store, lesson


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A blank store."""
    return Store(tmp_path)


# Learning ------------------------------------------------------------------------------------------------------------


def test_learning_writes_the_entry_and_its_row_and_says_so(store: Store) -> None:
    receipt = store.learn("ana", lesson("dog", "is called", "Rex"))
    entry, row = receipt.changes
    assert (entry.operation, entry.target, entry.where, entry.before, entry.after) == (
        "add",
        "mental_process",
        "individual_experiences/dog",
        None,
        "dog is called Rex.",
    )
    assert (row.operation, row.target, row.where, row.before) == ("add", "dataset", "question_answering", None)
    [kept] = store.manager.examples("ana", "question_answering")
    assert kept["row"] == row.after == {"question": "What is called dog?", "answer": "dog is called Rex."}
    assert (kept["id"], kept["entry"]) == (row.id, entry.id)


def test_a_new_value_updates_the_entry_and_its_row(store: Store) -> None:
    first = store.learn("ana", lesson("dog", "is called", "Rex"))
    second = store.learn("ana", lesson("dog", "is called", "Max"))
    entry, row = second.changes
    assert (entry.operation, entry.id, entry.before, entry.after) == ("update", first.changes[0].id, "dog is called Rex.", "dog is called Max.")
    assert row.operation == "update"
    assert [kept["row"]["answer"] for kept in store.manager.examples("ana", "question_answering")] == ["dog is called Max."]


def test_values_that_collect_stand_beside_each_other(store: Store) -> None:
    store.learn("ana", lesson("I", "speak", "Dutch", many=True))
    store.learn("ana", lesson("I", "speak", "Thai", many=True))
    assert store.values("ana") == {"Dutch", "Thai"}


def test_learning_the_same_turn_twice_writes_nothing(store: Store) -> None:
    said = Turn("t1", "dog is called Rex. cat is called Tom.", "ana", "main", BEGAN)
    lessons = [lesson("dog", "is called", "Rex"), lesson("cat", "is called", "Tom")]

    def learn() -> list[str]:
        receipt = store.manager.transact(lambda connection: store.manager.learn(connection, said, store.manager.encode(lessons), BEGAN))
        return [change.operation for change in receipt.changes]

    assert learn() == ["add"] * 4
    everything = store.everything()
    assert learn() == []
    assert store.everything() == everything


def test_the_same_lesson_in_other_spelling_writes_nothing(store: Store) -> None:
    store.learn("ana", lesson("The dog", "is called", "Rex"))
    before = store.rows("ana")
    assert store.learn("ana", lesson("the  Dog", "is called", "REX")).changes == ()
    assert store.rows("ana") == before


def test_two_people_may_teach_the_same_sentence(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"))
    receipt = store.learn("ben", lesson("dog", "is called", "Rex"))
    assert [change.operation for change in receipt.changes] == ["add", "add"]
    store.undo("ana")
    assert store.values("ben") == {"Rex"}
    assert len(store.manager.examples("ben", "question_answering")) == 1


def test_an_entry_without_its_row_cannot_be_written(store: Store) -> None:
    def refuse(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO examples"):
            raise ZeroDivisionError

    event.listen(store.database.engine, "before_cursor_execute", refuse)
    with pytest.raises(ZeroDivisionError):
        store.learn("ana", lesson("dog", "is called", "Rex"))
    event.remove(store.database.engine, "before_cursor_execute", refuse)
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}
    assert store.process("ana").search("Rex") == []
    store.learn("ana", lesson("dog", "is called", "Rex"))
    assert [found.entry.slots.value for found in store.process("ana").search("Rex")] == ["Rex"]


def test_the_tasks_of_the_registry_are_written_once(store: Store) -> None:
    with store.database.read() as connection:
        assert sorted(connection.exec_driver_sql("SELECT name FROM tasks").scalars()) == sorted(TASKS)
    with pytest.raises(NotFound, match=r"no task 'songs'; the tasks are question_answering, emotion"):
        task_named("songs")


# Undoing -------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps("learn", "learn", "learn", "undo", "redo", "note", most=16))
def test_undo_and_redo_restore_exactly_the_rows_that_stood_there(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        before = {owner: [store.rows(owner)] for owner in PEOPLE}
        undone: dict[str, list[dict[str, Rows]]] = {owner: [] for owner in PEOPLE}
        for step in taken:
            other = next(owner for owner in PEOPLE if owner != step.owner)
            untouched = store.rows(other)
            if step.kind == "undo":
                assert store.undone(step.owner) == (len(before[step.owner]) > 1)
                if len(before[step.owner]) > 1:
                    undone[step.owner].append(before[step.owner].pop())
            elif step.kind == "redo":
                assert store.redone(step.owner) == bool(undone[step.owner])
                if undone[step.owner]:
                    before[step.owner].append(undone[step.owner].pop())
            else:
                step.take(store)
                if store.rows(step.owner) != before[step.owner][-1]:
                    before[step.owner].append(store.rows(step.owner))
                    undone[step.owner].clear()
            assert store.rows(step.owner) == before[step.owner][-1]
            assert store.rows(other) == untouched
        for owner in PEOPLE:
            while store.undone(owner):
                before[owner].pop()
                assert store.rows(owner) == before[owner][-1]
            assert store.rows(owner) == {"entries": [], "versions": [], "examples": []}
        store.close()


def test_a_turn_that_corrects_itself_can_be_undone(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"), lesson("dog", "is called", "Max"))
    assert store.values("ana") == {"Max"}
    store.undo("ana")
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}


def test_undo_says_what_is_back_and_what_is_gone(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"))
    store.learn("ana", lesson("dog", "is called", "Max"))
    changes = {(change.operation, change.target, change.before, change.after) for change in store.undo("ana").changes if change.target == "mental_process"}
    assert ("restore", "mental_process", None, "dog is called Rex.") in changes
    assert ("retire", "mental_process", "dog is called Max.", None) in changes


def test_a_change_that_a_later_one_builds_on_is_not_undone_before_it(store: Store) -> None:
    first = store.learn("ana", lesson("dog", "is called", "Rex"), lesson("cat", "is called", "Tom"))
    second = store.learn("ana", lesson("dog", "is called", "Max"))
    before = store.rows("ana")
    with pytest.raises(NothingToUndo, match="undo the later one first"):
        store.undo("ana", first.id)
    assert store.rows("ana") == before
    store.undo("ana", second.id)
    store.undo("ana", first.id)
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}


def test_nothing_is_undone_twice_and_nobody_undoes_for_another(store: Store) -> None:
    receipt = store.learn("ana", lesson("dog", "is called", "Rex"))
    with pytest.raises((NothingToUndo, NotFound)):
        store.undo("ben", receipt.id)
    assert store.values("ana") == {"Rex"}
    store.undo("ana", receipt.id)
    with pytest.raises(NothingToUndo, match="undone or forgotten already"):
        store.undo("ana", receipt.id)
    with pytest.raises(NothingToUndo, match="nothing to undo"):
        store.undo("ana")


def test_what_was_undone_can_be_taught_again_at_the_same_moment(store: Store) -> None:
    said = Turn("t1", "dog is called Rex", "ana", "main", BEGAN)
    for _ in range(3):
        store.manager.transact(lambda connection: store.manager.learn(connection, said, store.manager.encode([lesson("dog", "is called", "Rex")]), BEGAN))
        assert store.values("ana") == {"Rex"}
        store.undo("ana")
        assert store.values("ana") == set()


# In a conversation ---------------------------------------------------------------------------------------------------


def test_a_turn_taken_back_can_be_sent_again(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    ana.conversation.take_back(ana.turns[0].id)
    assert lic.mental_process("ana").entries() == []
    assert ana.conversation.respond(ana.turns[0]).text == "Learned: your dog is called Rex."
    assert [entry.text for entry in lic.mental_process("ana").entries()] == ["My dog is called Rex."]


def test_taking_back_a_turn_that_another_conversation_built_on_changes_all_or_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    here, there = talk("ana", "here"), talk("ana", "there")
    here.say("My dog is called Rex and my cat is called Tom")
    taught = {entry.text for entry in lic.mental_process("ana").entries()}
    assert len(taught) == 2
    there.say("My dog is called Max")
    here.conversation.take_back(here.turns[0].id)
    left = {entry.text for entry in lic.mental_process("ana").entries()}
    assert left == {"My dog is called Max.", "My cat is called Tom."}
    assert {row["row"]["answer"] for row in lic.manager.examples("ana", "question_answering")} == left
    there.say("undo that")
    there.say("undo that")
    assert lic.mental_process("ana").entries() == []


def test_all_of_a_conversation_may_be_said_at_one_moment(lic: Lic) -> None:
    conversation = lic.conversation("ana", "main")
    texts = ["My dog is called Rex", "I wasn't teaching you anything", "My dog is called Rex", "undo that", "My dog is called Rex"]
    replies = [conversation.respond(Turn(f"t{i}", text, "ana", "main", BEGAN)) for i, text in enumerate(texts)]
    assert replies[-1].text == "Learned: your dog is called Rex."


def test_a_turn_of_another_conversation_takes_nothing_back_here(lic: Lic, talk: Callable[..., Talk]) -> None:
    here, there = talk("ana", "here"), talk("ana", "there")
    here.say("hello")
    there.say("My dog is called Rex")
    with suppress(NotFound):
        there.conversation.take_back(here.turns[0].id)
    assert [entry.text for entry in lic.mental_process("ana").entries()] == ["My dog is called Rex."]
    assert len(there.conversation.history()) == len(here.conversation.history()) == 1
