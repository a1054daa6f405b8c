"""A change is undone together with what was built on it, or not at all: all in one transaction, exact, and one redo brings all of it back."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lic import replies
from lic.database import tables
from lic.errors import BuiltUpon, NothingToUndo
from lic.factory import Lic
from lic.types import Receipt
from lic.ui import buttons
from tests.command_line import CommandLine
from tests.conftest import Talk
from tests.steps import PEOPLE, Step, steps
from tests.store import Store, lesson
from tests.test_cli import cli  # noqa: F401  # pyright: ignore[reportUnusedImport]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A blank store."""
    store = Store(tmp_path)
    yield store
    store.close()


def later_than(store: Store, receipt: Receipt) -> tuple[str, ...]:
    """The receipts that stand on one."""
    with pytest.raises(BuiltUpon) as built:
        store.undo("ana", receipt.id)
    return built.value.later


def undo_with(store: Store, receipt: str, later: tuple[str, ...], owner: str = "ana") -> Receipt:
    return store.manager.transact(lambda connection: store.manager.undo(connection, owner, receipt, store.now(), later))


def test_what_was_built_on_a_change_is_named_and_goes_with_it(store: Store) -> None:
    first = store.learn("ana", lesson("dog", "is called", "Rex"), lesson("cat", "is called", "Tom"))
    second = store.learn("ana", lesson("dog", "is called", "Max"))
    store.share("ana", store.entry("ana", "Max").id)
    store.learn("ana", lesson("boat", "is called", "Kim"))
    before = store.rows("ana")
    later = later_than(store, first)
    assert (len(later), later[-1]) == (2, second.id)
    with store.database.read() as connection:
        told = store.manager.told_by(connection, later)
    assert told == ["dog is called Max.", "it was shared with everybody"]
    assert replies.built_upon(told, 3) == "After that came: dog is called Max; it was shared with everybody. Shall I undo all three?"
    assert store.rows("ana") == before
    undo_with(store, first.id, later)
    assert store.values("ana") == {"Kim"}
    assert store.redone("ana")
    assert store.rows("ana") == before
    assert not store.redone("ana")


def test_a_change_that_was_built_on_it_since_is_not_undone_unasked(store: Store) -> None:
    first = store.learn("ana", lesson("dog", "is called", "Rex"))
    store.learn("ana", lesson("dog", "is called", "Max"))
    later = later_than(store, first)
    store.learn("ana", lesson("dog", "is called", "Kim"))
    before = store.rows("ana")
    with pytest.raises(BuiltUpon) as built:
        undo_with(store, first.id, later)
    assert len(built.value.later) == 2
    assert store.rows("ana") == before


def test_nobody_undoes_a_chain_of_anothers(store: Store) -> None:
    first = store.learn("ana", lesson("dog", "is called", "Rex"))
    store.learn("ana", lesson("dog", "is called", "Max"))
    with pytest.raises(NothingToUndo):
        undo_with(store, first.id, later_than(store, first), "ben")
    assert store.values("ana") == {"Max"}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(steps("learn", "learn", "learn", "share", "join", "undo", "redo", "forget_said", least=3, most=10), st.integers(0, 9))
def test_any_change_can_be_undone_with_what_was_built_on_it_and_one_redo_brings_all_back(taken: list[Step], at: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for step in taken:
            step.take(store)
        for owner in PEOPLE:
            receipts = tables.receipts
            with store.database.read() as connection:
                in_force = list(connection.execute(select(receipts.c.id).where(receipts.c.owner == owner, receipts.c.undone_at.is_(None))).scalars())
            if not in_force:
                continue
            chosen, before = in_force[at % len(in_force)], store.rows(owner)
            later: tuple[str, ...] = ()
            try:
                store.undo(owner, chosen)
            except BuiltUpon as built:
                later = built.later
                undo_with(store, chosen, later, owner)
            assert store.rows(owner) != before
            with store.database.read() as connection:
                left = set(connection.execute(select(receipts.c.id).where(receipts.c.owner == owner, receipts.c.undone_at.is_(None))).scalars())
            assert set(in_force) - left == {chosen, *later}
            assert store.redone(owner)
            assert store.rows(owner) == before
            while store.undone(owner):
                pass
            assert store.rows(owner) == {"entries": [], "versions": [], "examples": []}
        store.close()


# In a conversation ---------------------------------------------------------------------------------------------------


def texts(lic: Lic) -> set[str]:
    return {entry.text for entry in lic.mental_process("ana").entries()}


def changed_dog(talk: Callable[..., Talk]) -> Talk:
    """A dog's name that was taught and changed, beside something else."""
    ana = talk()
    ana.say("My dog is called Rex")
    ana.say("The office opens at nine")
    ana.say("Actually my dog is called Max")
    return ana


def press_undo(lic: Lic, ana: Talk, number: int) -> None:
    """Press the button below a reply."""
    buttons.undo(lic, ana.conversation.history()[number])


@pytest.mark.parametrize("answer", ["Yes", "yes please", "Yes, undo both"])
def test_a_button_asks_about_what_was_built_on_it_and_a_yes_undoes_both(lic: Lic, talk: Callable[..., Talk], answer: str) -> None:
    ana = changed_dog(talk)
    before = texts(lic)
    press_undo(lic, ana, 0)
    asked = ana.conversation.history()[-1]
    assert asked.turn.text == "Undo that: My dog is called Rex"
    assert asked.reply.text == "After that came: your dog is called Max. Shall I undo both?"
    assert (asked.reply.asks, asked.reply.options) == ("confirm", ("yes", "no"))
    assert texts(lic) == before
    reply = ana.say(answer)
    assert reply.text.startswith("Undone: ")
    assert reply.options == ("redo",)
    assert texts(lic) == {"The office opens at nine."}
    assert "Max" in ana.say("redo it").text
    assert texts(lic) == before
    [dog] = [entry for entry in lic.mental_process("ana").entries() if "dog" in entry.text]
    assert [version.value for version in lic.mental_process("ana").history(dog.id)] == ["Rex", "Max"]


def test_a_no_undoes_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = changed_dog(talk)
    press_undo(lic, ana, 0)
    before = texts(lic)
    assert ana.say("No").changes == ()
    assert texts(lic) == before


def test_what_another_conversation_built_on_it_meanwhile_is_asked_about_again(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana, there = changed_dog(talk), talk("ana", "there")
    press_undo(lic, ana, 0)
    there.say("My dog is called Kim now")
    asked = ana.say("yes")
    assert asked.text == "After that came: your dog is called Max; your dog is called Kim now. Shall I undo all three?"
    ana.say("yes")
    assert texts(lic) == {"The office opens at nine."}


def test_what_nothing_was_built_on_is_undone_at_once(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = changed_dog(talk)
    press_undo(lic, ana, 1)
    assert texts(lic) == {"My dog is called Max."}
    assert len(ana.conversation.history()) == 3
    press_undo(lic, ana, 2)
    assert texts(lic) == {"My dog is called Rex."}


def test_i_was_not_teaching_asks_too_and_notes_it_at_once(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = changed_dog(talk)
    ana.conversation.not_teaching(ana.turns[0].id)
    asked = ana.conversation.history()[-1]
    assert asked.reply.text.endswith("After that came: your dog is called Max. Shall I undo both?")
    assert [row["row"]["text"] for row in lic.manager.examples("ana", "intent_recognition")] == ["My dog is called Rex"]
    ana.say("yes")
    assert texts(lic) == {"The office opens at nine."}
    assert len(lic.manager.examples("ana", "intent_recognition")) == 1


def test_i_was_not_teaching_about_what_is_undone_already_is_only_noted(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = changed_dog(talk)
    lic.manager.transact(lambda connection: lic.manager.undo(connection, "ana", None, ana.turns[-1].said_at))
    reply = ana.conversation.not_teaching(ana.turns[-1].id)
    assert not reply.text.startswith("Taken back")
    assert texts(lic) == {"My dog is called Rex.", "The office opens at nine."}


def test_the_command_undoes_a_turn_with_what_was_built_on_it(cli: CommandLine) -> None:  # noqa: F811
    turn = cli("ask", "My dog is called Rex", "--json").json["turn"]
    cli("ask", "Actually my dog is called Max")
    ran = cli("undo", "--turn", turn, stdin="n\n")
    assert (ran.status, ran.out) == (1, "Nothing was undone.\n")
    assert "After that came: your dog is called Max. Shall I undo both?" in ran.err
    assert [entry["text"] for entry in cli("memory", "list", "--json").json] == ["My dog is called Max."]
    assert cli("undo", "--turn", turn, "--yes").out.startswith("Undone: ")
    assert cli("memory", "list", "--json").json == []
    assert cli("undo", "--redo").out == "Done again: your dog is called Max.\n"
    assert cli("undo", "--turn", "nonsense").err == "lic: There is no turn 'nonsense' in your conversations.\n"
    assert cli("undo", "--turn", turn, "--user", "ben").status == 1
