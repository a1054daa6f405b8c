"""Rights on shared knowledge: its owner, the teachers, the learners; who said what, conflicts that both see, and the wall around all of it."""

import json
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from sqlalchemy import select

from lic.cli.shown import day
from lic.database import history, tables
from lic.database.changes import ChangeLog
from lic.database.database import Database
from lic.errors import LicError, NotFound, NothingToUndo, RoleRefused
from lic.factory import Lic
from lic.intent.settlements import SETTLEMENTS
from lic.jsonl import read_jsonl
from lic.language import FORGOTTEN, named
from lic.lessons.reported import as_read_by, reported
from lic.mental_process.conflicts import KEPT, Conflicts, Kept
from lic.mental_process.entries import Entries, NewEntry
from lic.mental_process.roles import Roles
from lic.settings import Settings
from lic.types import Entry, Slots, Turn
from lic.ui import buttons, datasets, memory, sharing
from lic.ui.chat import LABELS
from lic.ui.chat_tab import SAID_BY_BUTTON
from lic.ui.correcting import correct
from tests.command_line import CommandLine
from tests.conftest import Talk
from tests.steps import PEOPLE, Step, steps
from tests.store import BEGAN, Rows, Store, lesson
from tests.test_cli import cli  # noqa: F401  # the fixture
from tests.test_vectors import assert_full_text_equal_to_the_tables

Written = dict[str, Rows]
KNOWN = ("entries", "versions", "examples", "conflicts")
"""The tables that a receipt restores."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store in which Ana shares when the office opens, and Ben is her teacher."""
    store = Store(tmp_path)
    store.learn("ana", lesson("office", "opens at", "eight"))
    store.share("ana", store.entry("ana", "eight").id)
    store.name("ana", "ben")
    return store


def shared(store: Store) -> Entry:
    """What Ana shares."""
    [entry] = [entry for entry in store.process("ana").entries() if entry.shared]
    return entry


def written(store: Store) -> Written:
    """Every row of what is known, whoever owns it, in one order."""
    return {name: sorted(rows, key=lambda row: str(row.get("seq") or row["id"])) for name, rows in store.everything().items() if name in KNOWN}


def said(store: Store, person: str) -> list[tuple[str, str]]:
    """Value and speaker of each version of what Ana shares that a person sees."""
    return [(version.value, version.said_by) for version in store.process(person).history(shared(store).id)]


# Roles ---------------------------------------------------------------------------------------------------------------


def test_without_teachers_only_the_owner_changes_what_is_shared(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.learn("ana", lesson("office", "opens at", "eight"))
    store.share("ana", shared_id := store.entry("ana", "eight").id)
    for person in ("ben", "carl"):
        store.learn(person, lesson("office", "opens at", "nine"))
    assert store.process("ana").get(shared_id).slots.value == "eight"
    store.learn("ana", lesson("office", "opens at", "seven"))
    assert store.process("carl").get(shared_id).slots.value == "seven"


def test_teachers_are_named_listed_and_removed(store: Store) -> None:
    store.name("ana", "  carl ")
    store.name("ana", "carl")
    with store.database.read() as connection:
        assert [role.teacher for role in Roles(connection, "ana").teachers()] == ["ben", "carl"]
        assert [role.owner for role in Roles(connection, "carl").owners()] == ["ana"]
        assert Roles(connection, "ben").teachers() == []
    store.unname("ana", "carl")
    with pytest.raises(NotFound, match="'carl' is no teacher of what you share"):
        store.unname("ana", "carl")
    with pytest.raises(NotFound):
        store.unname("ben", "ana")


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "ana", " ana ", "x" * 201])
def test_a_name_that_cannot_be_a_teachers_is_refused(store: Store, name: str) -> None:
    with pytest.raises(RoleRefused):
        store.name("ana", name)


def test_where_people_sign_in_only_their_names_are_taken(store: Store) -> None:
    with store.database.write() as connection, pytest.raises(RoleRefused, match="Nobody signs in as 'zoe'"):
        Roles(connection, "ana").name("zoe", BEGAN, {"ana": "x", "carl": "y"})


# A teacher corrects --------------------------------------------------------------------------------------------------


def test_a_teachers_correction_is_a_new_version_that_everybody_sees(store: Store) -> None:
    before = shared(store)
    receipt = store.learn("ben", lesson("office", "opens at", "nine"), turn="bens-turn")
    assert [(change.operation, change.target, change.before, change.after) for change in receipt.changes] == [
        ("update", "mental_process", "office opens at eight.", "office opens at nine."),
        ("update", "dataset", before_row(before), {"question": before.question, "answer": "office opens at nine."}),
    ]
    for person in ("ana", "ben", "carl"):
        assert store.values(person) == {"nine"}
        assert [found.entry.slots.value for found in store.process(person).search("office opens")] == ["nine"]
        assert said(store, person) == [("eight", "ana"), ("nine", "ben")]
    entry = shared(store)
    assert (entry.id, entry.owner, entry.speaker, entry.turn) == (before.id, "ana", "ben", "bens-turn")
    assert_full_text_equal_to_the_tables(store)


def before_row(entry: Entry) -> dict[str, str]:
    return {"question": entry.question, "answer": entry.text}


def test_the_dataset_row_stays_the_owners_and_names_who_said_it(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    assert store.manager.examples("ben", "question_answering") == []
    [row] = store.manager.examples("ana", "question_answering")
    assert (row["row"]["answer"], row["said_by"], row["entry"]) == ("office opens at nine.", "ben", shared(store).id)


def test_a_correction_is_seen_by_every_process_at_once(store: Store) -> None:
    other = Store(store.home)
    for person in ("ana", "ben", "carl"):
        for view in (store, other):
            assert [found.entry.slots.value for found in view.process(person).search("office opens at")] == ["eight"]
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.learn("ben", lesson("boat", "is called", "Kim"))
    for person in ("ana", "ben", "carl"):
        for view in (store, other):
            found = {found.entry.slots.value for found in view.process(person).search("office opens at nine")}
            assert found == ({"nine", "Kim"} if person == "ben" else {"nine"})
    store.unname("ana", "ben")
    store.share("ana", shared(store).id, shared=False)
    assert [found.entry.slots.value for found in other.process("ben").search("office opens at nine")] == ["Kim"]
    other.close()


def test_saying_again_what_is_shared_changes_nothing(store: Store) -> None:
    before = written(store)
    receipt = store.learn("ben", lesson("office", "opens at", "eight"))
    assert (receipt.changes, [item.text for item in receipt.known]) == ((), ["office opens at eight."])
    assert written(store) == before


def test_an_own_word_that_says_otherwise_follows_what_its_teacher_says(store: Store) -> None:
    store.unname("ana", "ben")
    store.learn("ben", lesson("office", "opens at", "seven"))
    store.name("ana", "ben")
    store.learn("ben", lesson("office", "opens at", "nine"))
    assert sorted((entry.owner, entry.slots.value) for entry in store.process("ben").entries()) == [("ana", "nine"), ("ben", "nine")]


def test_what_a_teacher_says_of_something_else_stays_private(store: Store) -> None:
    store.learn("ben", lesson("workshop", "opens at", "nine"))
    assert (store.values("ana"), store.values("carl")) == ({"eight"}, {"eight"})


@pytest.mark.parametrize(("subject", "relation", "value"), [("my office", "opens at", "nine"), ("I", "live in", "Graz")])
def test_what_somebody_says_of_themselves_never_changes_what_another_one_said_of_themselves(tmp_path: Path, subject: str, relation: str, value: str) -> None:
    store = Store(tmp_path)
    store.learn("ana", lesson(subject, relation, "Linz"))
    store.share("ana", store.entry("ana", "Linz").id)
    store.name("ana", "ben")
    before = store.rows("ana")
    store.learn("ben", lesson(subject, relation, value))
    assert store.rows("ana") == before
    assert store.values("ben") == {"Linz", value}


def test_undo_by_a_teacher_restores_every_row_exactly_and_redo_makes_it_again(store: Store) -> None:
    before = written(store)
    store.learn("ben", lesson("office", "opens at", "nine"))
    after = written(store)
    store.undo("ben")
    assert written(store) == before
    assert [found.entry.slots.value for found in store.process("ana").search("office opens")] == ["eight"]
    assert store.conflicts("ana") == []
    assert store.redone("ben")
    assert written(store) == after
    assert [conflict.new.value for conflict in store.conflicts("ana")] == ["nine"]


def test_nobody_undoes_what_another_one_has_built_on(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.learn("ana", lesson("office", "opens at", "ten"))
    with pytest.raises(NothingToUndo, match="ana has said otherwise since"):
        store.undo("ben")
    assert said(store, "ana")[-1] == ("ten", "ana")


def test_a_teachers_doubt_is_merged_into_what_is_shared_with_its_row_and_undone_exactly(store: Store) -> None:
    store.learn("ben", lesson("office hours", "begin at", "nine"))
    new, old, before = store.entry("ben", "nine").id, shared(store).id, written(store)
    said_now = Turn("t", "Replace it", "ben", "main", BEGAN)
    receipt = store.manager.transact(lambda connection: store.manager.merge(connection, "ben", new, old, said_now, store.now()))
    assert (receipt.conflict, [entry.slots.value for entry in receipt.shared]) == (store.conflicts("ana")[0].id, ["eight"])
    assert said(store, "carl") == [("eight", "ana"), ("nine", "ben")]
    assert [(row["row"]["answer"], row["said_by"]) for row in store.manager.examples("ana", "question_answering")] == [("office hours begin at nine.", "ben")]
    assert store.manager.examples("ben", "question_answering") == []
    store.undo("ben")
    assert written(store) == before
    store.unname("ana", "ben")
    with pytest.raises(NotFound):
        store.manager.transact(lambda connection: store.manager.merge(connection, "ben", new, old, said_now, store.now()))
    assert written(store) == before


# A learner -----------------------------------------------------------------------------------------------------------


def test_a_learner_keeps_an_own_word_and_what_is_shared_stays(store: Store) -> None:
    before = store.rows("ana")
    receipt = store.learn("carl", lesson("office", "opens at", "nine"))
    assert [(change.operation, change.after) for change in receipt.changes if change.target == "mental_process"] == [("add", "office opens at nine.")]
    assert [entry.text for entry in receipt.otherwise] == ["office opens at eight."]
    assert store.rows("ana") == before
    assert (store.values("carl"), store.values("ana"), store.values("dora")) == ({"eight", "nine"}, {"eight"}, {"eight"})
    assert store.conflicts("ana") == store.conflicts("carl") == []


def test_a_learner_who_says_the_same_hears_of_no_contradiction(store: Store) -> None:
    assert store.learn("carl", lesson("office", "opens at", "eight")).otherwise == ()


# The wall ------------------------------------------------------------------------------------------------------------


def replace(store: Store, person: str, entry: str) -> None:
    new = NewEntry("domain_knowledge", "x", "x", "x?", Slots("a", "b", "c"), False, store.encoder.vector("x"), None, BEGAN.isoformat(), BEGAN.isoformat())
    with store.database.write() as connection:
        log = ChangeLog(connection)
        Entries(connection, person).replace(log, entry, new)
        log.save(f"receipt-{person}", person, "", "", BEGAN.isoformat())


def remove(store: Store, person: str, entry: str) -> None:
    with store.database.write() as connection:
        Entries(connection, person).remove(ChangeLog(connection), entry)


def limit(store: Store, person: str, entry: str) -> None:
    with store.database.write() as connection:
        Entries(connection, person).limit(ChangeLog(connection), entry, BEGAN.isoformat())


def join(store: Store, person: str, entry: str) -> None:
    store.learn(person, lesson("heron", "eats", "fish"))
    newer = store.entry(person, "fish").id
    with store.database.write() as connection:
        Entries(connection, person).join(ChangeLog(connection), entry, newer)


def unshare(store: Store, person: str, entry: str) -> None:
    store.share(person, entry, shared=False)


def forget(store: Store, person: str, entry: str) -> None:
    store.forget(person, store.process(person).get(entry))


def undo_the_owners_change(store: Store, person: str, entry: str) -> None:
    with store.database.read() as connection:
        receipt = (
            connection.execute(select(tables.receipts.c.id).where(tables.receipts.c.owner == "ana").order_by(tables.receipts.c.seq.desc())).scalars().first()
        )
    store.undo(person, receipt)


def settle_the_conflict(store: Store, person: str, entry: str) -> None:
    [conflict] = store.conflicts("ana")
    store.settle(person, conflict.id, "old")


ACTIONS: dict[Callable[[Store, str, str], None], set[str]] = {
    replace: {"ana", "ben"},
    join: {"ana", "ben"},
    settle_the_conflict: {"ana", "ben"},
    remove: {"ana"},
    limit: {"ana"},
    unshare: {"ana"},
    forget: {"ana"},
    undo_the_owners_change: {"ana"},
}
"""What can be done with an entry by its id, and who may: Ana owns it, Ben is her teacher; Carl, Dora (Carl's teacher) and nobody else may."""


@pytest.mark.parametrize("person", ["ana", "ben", "carl", "dora", "", "ANA", "ben ", "%"])
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__)
def test_each_role_may_do_just_what_it_may(store: Store, action: Callable[[Store, str, str], None], person: str) -> None:
    store.name("carl", "dora")
    store.learn("ben", lesson("office", "opens at", "nine"))
    entry = shared(store).id
    if person in ACTIONS[action]:
        action(store, person, entry)
        return
    before = of_entry(store, entry)
    with pytest.raises(LicError):
        action(store, person, entry)
    assert of_entry(store, entry) == before


def of_entry(store: Store, entry: str) -> Written:
    """The rows of an entry in all tables."""
    return {name: [row for row in rows if entry in (row["id"], row.get("entry"))] for name, rows in written(store).items() if name != "versions"} | {
        "versions": [row for row in written(store)["versions"] if row["entry"] == entry]
    }


def test_a_right_that_was_taken_away_is_gone_for_corrections_settling_undo_and_redo(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    [conflict] = store.conflicts("ben")
    store.unname("ana", "ben")
    before = written(store)
    with pytest.raises(NothingToUndo, match="you are no teacher of it any more"):
        store.undo("ben")
    with pytest.raises(RoleRefused, match="only they and the teachers"):
        store.settle("ben", conflict.id, "new")
    assert written(store) == before
    store.learn("ben", lesson("office", "opens at", "ten"))
    assert said(store, "ana")[-1] == ("nine", "ben")
    store.name("ana", "ben")
    store.undo("ben")  # the own word
    store.undo("ben")
    assert said(store, "ana") == [("eight", "ana")]
    store.unname("ana", "ben")
    with pytest.raises(NothingToUndo, match="you are no teacher of it any more"):
        store.manager.transact(lambda connection: store.manager.redo(connection, "ben"))
    assert said(store, "ana") == [("eight", "ana")]


def test_what_is_private_again_is_out_of_a_teachers_reach_also_by_undo(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.share("ana", shared(store).id, shared=False)
    before = written(store)
    with pytest.raises(NothingToUndo):
        store.undo("ben")
    assert written(store) == before
    assert store.values("ben") == set()
    assert store.conflicts("ben") == []


def test_what_was_said_before_it_was_shared_stays_its_owners(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.learn("ana", lesson("office", "opens at", "Zanzibarius"))
    store.learn("ana", lesson("office", "opens at", "eight"))
    store.share("ana", store.entry("ana", "eight").id)
    store.name("ana", "ben")
    store.learn("ben", lesson("office", "opens at", "nine"))
    for person in ("ben", "carl"):
        assert said(store, person) == [("eight", "ana"), ("nine", "ben")]
        assert "Zanzibarius" not in repr((store.conflicts(person), store.process(person).entries(), store.process(person).search("office")))
    assert said(store, "ana") == [("Zanzibarius", "ana"), ("eight", "ana"), ("nine", "ben")]


def test_conflicts_and_notices_are_seen_by_those_whom_they_concern_only(store: Store) -> None:
    store.name("ana", "dora")
    store.learn("ben", lesson("office", "opens at", "nine"))
    [conflict] = store.conflicts("ana")
    assert [found.id for found in store.conflicts("ben")] == [conflict.id]
    for person in ("carl", "dora", ""):
        assert store.conflicts(person) == []
        with pytest.raises(NotFound, match="No conflict"):
            store.settle(person, conflict.id, "old")
    for prefix in ("", "%", "_"):
        with pytest.raises(NotFound):
            store.settle("ana", prefix, "old")


@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps("learn", "learn", "learn", "share", "share", "name", "unname", "settle", "undo", "redo", "forget", least=4, most=16))
def test_nothing_of_one_person_changes_by_another_but_what_is_shared_with_a_teacher(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for step in taken:
            other = step.other
            with store.database.read() as connection:
                teaches = other in {role.owner for role in Roles(connection, step.owner).owners()}
            reachable = {entry.id for entry in store.process(step.owner).entries() if entry.owner == other and teaches}
            before = unreached(store, other, reachable)
            step.take(store)
            assert unreached(store, other, reachable) == before
            for person in PEOPLE:
                for entry in store.process(person).entries():
                    assert_sound(store, person, entry)
        store.close()


def unreached(store: Store, owner: str, reachable: set[str]) -> Written:
    """A person's rows without those of the entries that another one may reach."""
    return {
        name: [row for row in rows if (row["id"] if name == "entries" else row["entry"]) not in reachable and not is_beside(row)]
        for name, rows in store.rows(owner).items()
    }


def is_beside(row: dict[str, Any]) -> bool:
    """Whether a row is of an entry that settling put beside a shared one."""
    return bool(row.get("shared_from") == 1 and row.get("many")) or row.get("said_by") is not None


def assert_sound(store: Store, person: str, entry: Entry) -> None:
    """Versions are numbered without a gap for the owner, and just the last one is current."""
    history = store.process(person).history(entry.id)
    assert [version.valid_to is None for version in history] == [False] * (len(history) - 1) + [True]
    if entry.owner == person:
        assert [version.number for version in history] == list(range(1, len(history) + 1))
    assert entry.text == history[-1].text


@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps("learn", "learn", "share", "name", "settle", "settle", least=4, most=12))
def test_whatever_was_done_last_is_undone_exactly_by_who_did_it(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for owner in PEOPLE:
            store.learn(owner, lesson("dog", "is called", "Kim"))
            store.share(owner, store.entry(owner, "Kim").id) if owner == "ana" else None
        store.name("ana", "ben")
        for step in taken:
            before, receipts = written(store), len(store.everything()["receipts"])
            step.take(store)
            if len(store.everything()["receipts"]) == receipts:
                continue
            after = written(store)
            store.undo(step.owner)
            assert written(store) == before
            assert store.redone(step.owner)
            assert written(store) == after
        store.close()


def test_two_writers_at_once_lose_no_word_and_agree_on_the_newest(store: Store) -> None:
    entry = shared(store).id
    failures: list[BaseException] = []

    def teach(person: str) -> None:
        own = Store(store.home)
        try:
            for i in range(12):
                own.learn(person, lesson("office", "opens at", f"{person}{i}"))
        except BaseException as error:
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=teach, args=(person,)) for person in ("ana", "ben", "carl")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    history = store.process("ana").history(entry)
    assert [version.number for version in history] == list(range(1, 26))
    assert [version.valid_to is None for version in history] == [False] * 24 + [True]
    for person in ("ana", "ben"):
        assert [version.value for version in history if version.said_by == person and version.number > 1] == [f"{person}{i}" for i in range(12)]
    assert len(store.conflicts("ana")) == len(store.conflicts("ben")) == 1
    assert [row["row"]["answer"] for row in store.manager.examples("ana", "question_answering")] == [history[-1].text]
    assert [entry.slots.value for entry in store.process("carl").entries() if entry.owner == "carl"] == ["carl11"]
    assert_full_text_equal_to_the_tables(store)


def test_a_right_that_is_taken_away_meanwhile_holds_for_every_word_or_for_none_after_it(store: Store) -> None:
    entry = shared(store).id

    def teach() -> None:
        own = Store(store.home)
        for i in range(15):
            own.learn("ben", lesson("office", "opens at", f"word{i}"))
        own.close()

    thread = threading.Thread(target=teach)
    thread.start()
    store.unname("ana", "ben")
    thread.join()
    taught = [version.value for version in store.process("ana").history(entry)[1:]]
    assert taught == [f"word{i}" for i in range(len(taught))]
    own = [found.slots.value for found in store.process("ben").entries() if found.owner == "ben"]
    assert own == (["word14"] if len(taught) < 15 else [])


# Hostile ids ---------------------------------------------------------------------------------------------------------


def test_a_teacher_who_takes_another_ones_turn_id_gets_at_none_of_their_words(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"), turn="anas-turn")
    keep_turn(store, "ana", "anas-turn", "My dog is called Rex, and nobody may know")
    store.learn("ben", lesson("office", "opens at", "nine"), turn="anas-turn")
    keep_turn(store, "ben", "anas-turn", "No, at nine")
    store.forget("ana", shared(store))
    assert turns(store, "ana") == {"anas-turn": "My dog is called Rex, and nobody may know"}
    assert turns(store, "ben") == {"anas-turn": FORGOTTEN}
    assert store.values("ana") == {"Rex"}


def keep_turn(store: Store, owner: str, turn: str, text: str, reply: dict[str, Any] | None = None) -> None:
    empty = {"text": "", "changes": [], "evidence": [], "abstained": False, "asks": None, "options": [], "trace": []}
    row = {
        "id": turn, "owner": owner, "conversation": "main", "text": text, "said_at": BEGAN.isoformat(), "act": "fact", "probability": 1.0,
        "teaching_probability": 1.0, "teaching": True, "reply": {**empty, **(reply or {})}, "status": "said",
    }  # fmt: skip
    with store.database.write() as connection:
        connection.execute(tables.turns.insert(), row)


def turns(store: Store, owner: str) -> dict[str, str]:
    return {row["id"]: row["text"] for row in store.everything()["turns"] if row["owner"] == owner}


# Conflicts -----------------------------------------------------------------------------------------------------------


def test_contradicting_another_teacher_opens_one_conflict_and_correcting_oneself_none(store: Store) -> None:
    store.learn("ana", lesson("office", "opens at", "seven"))
    assert store.conflicts("ana") == []
    receipt = store.learn("ben", lesson("office", "opens at", "nine"))
    store.learn("ben", lesson("office", "opens at", "ten"))
    [conflict] = store.conflicts("ana")
    assert receipt.conflict == conflict.id
    assert [(version.value, version.said_by) for version in conflict.said] == [("seven", "ana"), ("nine", "ben"), ("ten", "ben")]
    assert (conflict.old("ana").value, conflict.old("ben").value) == ("seven", "seven")


def test_what_is_private_makes_no_conflict(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.name("ana", "ben")
    store.learn("ana", lesson("office", "opens at", "eight"))
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.learn("ana", lesson("office", "opens at", "ten"))
    assert store.conflicts("ana") == store.conflicts("ben") == []


AFTER = {
    "new": ({"nine"}, ["office opens at nine."]),
    "old": ({"eight"}, ["office opens at eight."]),
    "both": ({"eight", "nine"}, ["office opens at eight.", "office opens at nine."]),
}


@pytest.mark.parametrize("person", ["ana", "ben"])
@pytest.mark.parametrize("keep", KEPT)
def test_either_settles_it_and_takes_that_back_exactly(store: Store, keep: Kept, person: str) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    before = written(store)
    [conflict] = store.conflicts(person)
    store.settle(person, conflict.id, keep)
    values, answers = AFTER[keep]
    for reader in ("ana", "ben", "carl"):
        assert store.values(reader) == values
        assert {found.entry.slots.value for found in store.process(reader).search("office opens")} == values
    assert sorted(row["row"]["answer"] for row in store.manager.examples("ana", "question_answering")) == answers
    assert store.conflicts("ana") == store.conflicts("ben") == []
    [settled] = store.conflicts("ana", settled=True)
    assert (settled.kept, settled.settled_by, [version.value for version in settled.said]) == (keep, person, ["eight", "nine"])
    assert_full_text_equal_to_the_tables(store)
    with pytest.raises(RoleRefused, match="settled already"):
        store.settle("ana", conflict.id, "new")
    store.undo(person)
    assert written(store) == before
    assert [found.id for found in store.conflicts("ben")] == [conflict.id]


def test_a_statement_that_holds_again_keeps_who_said_it_and_when(store: Store) -> None:
    first = shared(store)
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.settle("ben", store.conflicts("ben")[0].id, "old")
    again = shared(store)
    assert (again.speaker, again.said_at, again.turn, again.version) == ("ana", first.said_at, first.turn, 3)


def test_values_that_both_hold_are_replaced_by_neither(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.settle("ana", store.conflicts("ana")[0].id, "both")
    store.learn("ana", lesson("office", "opens at", "ten", many=True))
    assert store.values("carl") == {"eight", "nine"}
    assert store.values("ana") == {"eight", "nine", "ten"}
    assert {entry.speaker for entry in store.process("carl").entries()} == {"ana", "ben"}


def test_a_third_teacher_joins_the_conflict_and_each_goes_back_to_the_own_words(store: Store) -> None:
    store.name("ana", "carl")
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.learn("carl", lesson("office", "opens at", "ten"))
    [conflict] = store.conflicts("ben")
    assert [found.id for person in ("ana", "carl") for found in store.conflicts(person)] == [conflict.id] * 2
    assert [conflict.old(person).value for person in ("ana", "ben", "carl")] == ["eight", "nine", "nine"]
    store.settle("ben", conflict.id, "old")
    assert said(store, "dora")[-1] == ("nine", "ben")


def test_the_dataset_row_of_a_statement_that_holds_again_is_the_one_it_had(store: Store) -> None:
    store.learn("ana", feeling := lesson("office", "feels", "calm"))
    store.share("ana", store.entry("ana", "calm").id)
    kept = [row["row"] for row in store.manager.examples("ana", "question_answering")]
    store.learn("ben", lesson("office", "feels", "loud"))
    store.settle("ana", store.conflicts("ana")[0].id, "old")
    assert sorted(map(str, (row["row"] for row in store.manager.examples("ana", "question_answering")))) == sorted(map(str, kept))
    assert feeling.row in kept


# Forgetting ----------------------------------------------------------------------------------------------------------


def test_what_its_owner_forgets_is_gone_for_all_from_every_byte(store: Store) -> None:
    entry = shared(store).id
    store.learn("ben", lesson("office", "opens at", "Zanzibarius"), turn="t-ben")
    keep_turn(store, "ben", "t-ben", "No, at Zanzibarius", {"changes": [{"id": entry}], "text": "Updated: Zanzibarius"})
    keep_turn(store, "carl", "t-carl", "When does it open?", {"evidence": [{"id": entry, "text": "at Zanzibarius", "score": 1.0}], "text": "at Zanzibarius"})
    keep_turn(store, "dora", "t-dora", "hello", {"notices": [entry], "text": "Hi! ben said: at Zanzibarius"})
    store.undo("ben")
    store.learn("ben", lesson("office", "opens at", "Zanzibarius"), turn="t-ben")
    assert b"Zanzibarius" in store.bytes()
    store.forget("ana", shared(store))
    assert b"zanzibarius" not in store.bytes().lower()
    assert store.values("ben") == store.values("carl") == set()
    assert (turns(store, "ben"), turns(store, "carl")) == ({"t-ben": FORGOTTEN}, {"t-carl": "When does it open?"})
    assert not store.undone("ben")
    assert not store.redone("ben")
    assert store.conflicts("ana", settled=True) == []


def test_a_learners_own_word_outlives_what_the_owner_forgets(store: Store) -> None:
    store.learn("carl", lesson("office", "opens at", "nine"))
    store.forget("ana", shared(store))
    assert store.values("carl") == {"nine"}


def test_a_teacher_who_leaves_takes_name_and_turns_along_and_leaves_the_statement(store: Store) -> None:
    store.name("ana", "dora")
    store.learn("ben", lesson("office", "opens at", "nine"), turn="t-ben")
    entry = shared(store).id
    keep_turn(store, "ben", "t-ben", "Zanzibarius: it opens at nine", {"changes": [{"id": entry}]})
    keep_turn(store, "ana", "t-ana", "hello", {"notices": [entry], "text": "ben said: office opens at nine."})
    keep_turn(store, "ana", "t-ana2", "When?", {"evidence": [{"id": entry, "text": "nine", "score": 1.0}], "text": "Nine, as it is Monday."})
    store.learn("dora", lesson("office", "opens at", "ten"))
    store.learn("ben", lesson("cat", "is called", "Zanzibarius"))
    before_dora = said(store, "ana")[:2]
    assert before_dora == [("eight", "ana"), ("nine", "ben")]
    receipt = store.manager.transact(lambda connection: store.manager.forget_everything(connection, "ben", store.now()))
    assert {change.operation for change in receipt.changes} == {"forget"}
    assert said(store, "ana") == said(store, "carl") == [("eight", "ana"), ("nine", ""), ("ten", "dora")]
    assert b"zanzibarius" not in store.bytes().lower()
    found = json.dumps({name: rows for name, rows in store.everything().items() if name != "revisions"}, default=str)
    assert '"ben"' not in found
    replies = {row["id"]: row["reply"]["text"] for row in store.everything()["turns"]}
    assert replies == {"t-ana": FORGOTTEN, "t-ana2": "Nine, as it is Monday."}
    with store.database.read() as connection:
        assert [role.teacher for role in Roles(connection, "ana").teachers()] == ["dora"]
    store.undo("dora")  # exact, although the row that it stands on has lost its name
    assert said(store, "ana") == [("eight", "ana"), ("nine", "")]
    assert [row["said_by"] for row in store.manager.examples("ana", "question_answering")] == [""]


def test_an_owner_who_leaves_takes_all_that_was_shared_along(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "Zanzibarius"), turn="t-ben")
    entry = shared(store).id
    keep_turn(store, "ben", "t-ben", "No, at Zanzibarius", {"changes": [{"id": entry}], "text": "Updated"})
    keep_turn(store, "carl", "t-carl", "When?", {"evidence": [{"id": entry, "text": "Zanzibarius", "score": 1.0}], "text": "at Zanzibarius"})
    store.learn("ben", lesson("cat", "is called", "Tom"))
    store.manager.transact(lambda connection: store.manager.forget_everything(connection, "ana", store.now()))
    assert b"zanzibarius" not in store.bytes().lower()
    assert (store.values("ben"), store.values("carl")) == ({"Tom"}, set())
    store.undo("ben")
    assert not store.undone("ben")


# In a conversation ---------------------------------------------------------------------------------------------------

Talks = Callable[..., Talk]


@pytest.fixture
def library(lic: Lic, talk: Talks) -> Lic:
    """Ana shares when the library opens, and Ben is her teacher."""
    talk("ana").say("The library opens at nine")
    [entry] = lic.mental_process("ana").entries()
    sharing.share(lic, "ana", entry.id)
    sharing.name_teachers(lic, "ana", "ben")
    return lic


def hours(lic: Lic, person: str) -> list[tuple[str, str]]:
    """What is said of the library that Ana shares, and by whom, as a person sees it."""
    [entry] = [entry for entry in lic.mental_process(person).entries() if entry.owner == "ana" and entry.shared]
    return [(version.value, version.said_by) for version in lic.mental_process(person).history(entry.id)]


@pytest.mark.parametrize("said_so", [("The library opens at ten",), ("When does the library open?", "No, it opens at ten")])
def test_a_learner_hears_that_the_others_are_told_otherwise_and_is_told_the_own_word(library: Lic, talk: Talks, said_so: tuple[str, ...]) -> None:
    carl = talk("carl")
    replies = [carl.say(line) for line in said_so]
    assert replies[-1].text == "Learned: the library opens at ten. For the others it stays as ana said: the library opens at nine."
    assert hours(library, "carl") == [("nine", "ana")]
    told = carl.say("When does the library open?")
    assert told.text == "The library opens at ten. ana says otherwise: the library opens at nine."
    assert {item.text for item in told.evidence} == {"The library opens at ten.", "The library opens at nine."}
    assert "ana told me on" in carl.say("Who told you?").text
    assert talk("dora").say("When does the library open?").text == "ana says: The library opens at nine."
    assert talk("ana", "later").say("When does the library open?").text == "The library opens at nine."


def test_an_own_word_comes_first_also_where_what_is_shared_is_newer(lic: Lic, talk: Talks) -> None:
    talk("carl").say("The library opens at ten")
    talk("ana").say("hello")
    ana = talk("ana", "later")
    ana.say("hm")
    ana.say("The library opens at nine")
    sharing.share(lic, "ana", lic.mental_process("ana").entries()[0].id)
    assert talk("carl", "later").say("When does the library open?").text == "The library opens at ten. ana says otherwise: the library opens at nine."


def test_a_teacher_is_told_at_once_whom_that_contradicts_and_the_first_one_at_the_next_turn_once(library: Lic, talk: Talks) -> None:
    ben, ana = talk("ben"), talk("ana", "later")
    reply = ben.say("The library opens at eleven")
    assert reply.text.startswith("Updated for everybody: the library opens at eleven (until now ana said: nine). I'll tell ana;")
    assert talk("dora").say("When does the library open?").text == "ben says: The library opens at eleven."
    first = ana.say("My cat is called Tom")
    assert first.text == (
        "Learned: your cat is called Tom.\n\nben said: the library opens at eleven. You said: the library opens at nine. "
        "The new one holds. Keep it, go back to the old one, or keep both?"
    )
    assert (first.asks, first.options[-3:]) == ("choose", ("keep_new", "keep_old", "keep_both"))
    assert "ben" not in ana.say("My dog is called Rex").text
    assert hours(library, "dora") == [("nine", "ana"), ("eleven", "ben")]


def test_a_question_of_lics_own_is_not_mixed_with_a_conflict(library: Lic, talk: Talks) -> None:
    talk("ben").say("The library opens at eleven")
    ana = talk("ana", "later")
    asked = ana.say("What is the capital of Mongolia?")
    assert (asked.asks, "ben" in asked.text) == ("teach", False)
    assert "ben said" in ana.say("Ulaanbaatar").text


CHOICES = {
    SAID_BY_BUTTON["keep_new"]: [("nine", "ana"), ("eleven", "ben")],
    SAID_BY_BUTTON["keep_old"]: [("nine", "ana"), ("eleven", "ben"), ("nine", "ana")],
    "mine is right": [("nine", "ana"), ("eleven", "ben"), ("nine", "ana")],
    "ben is right": [("nine", "ana"), ("eleven", "ben")],
}


@pytest.mark.parametrize("words", CHOICES)
def test_a_conflict_is_settled_in_words_also_a_little_later_and_the_other_one_hears_of_it(library: Lic, talk: Talks, words: str) -> None:
    ben, ana = talk("ben"), talk("ana", "later")
    ben.say("The library opens at eleven")
    ana.say("hello")
    ana.say("thanks")
    ana.say(words)
    assert hours(library, "ana") == CHOICES[words]
    assert sharing.conflict_rows(library, "ana") == []
    assert "ana settled what you two had said differently." in ben.say("hello").text
    assert "settled" not in ben.say("hi again").text
    ana.say("undo that")
    assert hours(library, "ana") == [("nine", "ana"), ("eleven", "ben")]
    assert len(sharing.conflict_rows(library, "ben")) == 1


def test_both_hold_where_that_is_wanted_and_everybody_hears_both(library: Lic, talk: Talks) -> None:
    ben = talk("ben")
    ben.say("The library opens at eleven")
    assert ben.say(SAID_BY_BUTTON["keep_both"]).text == "All right, both hold; beside the new one again: the library opens at nine."
    told = talk("dora").say("When does the library open?").text
    assert ("ben says: The library opens at eleven." in told, "ana says: The library opens at nine." in told) == (True, True)


@pytest.mark.parametrize("words", ["thanks", "ok", "When does the library open?", "My dog is called Rex", "no", "good to know"])
def test_what_settles_nothing_leaves_the_conflict_open(library: Lic, talk: Talks, words: str) -> None:
    talk("ben").say("The library opens at eleven")
    ana = talk("ana", "later")
    ana.say("hello")
    ana.say(words)
    assert len(sharing.conflict_rows(library, "ana")) == 1
    assert hours(library, "ana") == [("nine", "ana"), ("eleven", "ben")]


def test_who_told_it_is_said_with_the_other_side_and_without_anothers_words(library: Lic, talk: Talks) -> None:
    talk("ben").say("Actually, the library opens at eleven")
    ana, dora = talk("ana", "later"), talk("dora")
    ana.say("hello")
    ana.say("When does the library open?")
    why = ana.say("Who told you that?").text
    assert why.startswith("ben told me on 3 May at 10:01: “The library opens at eleven”.")
    assert why.endswith("You said: the library opens at nine.")
    dora.say("When does the library open?")
    assert dora.say("Who told you?").text == "ben told me on 3 May at 10:01: “The library opens at eleven”."
    for person in ("ana", "dora"):
        [entry] = [entry for entry in memory.entries(library, person, None) if entry.shared]
        assert "Actually" not in repr((memory.version_rows(library, person, entry.id), memory.source(library, person, entry)))


@pytest.mark.parametrize("wish", ["Forget that", "Forget when the library opens"])
def test_a_teacher_may_not_forget_and_hears_whose_it_is(library: Lic, talk: Talks, wish: str) -> None:
    ben = talk("ben")
    ben.say("When does the library open?")
    assert ben.say(wish).text == "“The library opens at nine.” was shared by ana: only they can forget it."
    assert hours(library, "ben") == [("nine", "ana")]


def test_a_teacher_who_wants_to_be_forgotten_hears_what_stays(library: Lic, talk: Talks) -> None:
    ben, dora = talk("ben"), talk("dora")
    ben.say("The library opens at eleven")
    dora.say("When does the library open?")
    asked = ben.say("Forget me, delete all you know about me")
    assert "What you corrected in what others shared stays there, without your name." in asked.text
    ben.say("yes")
    assert hours(library, "ana") == [("nine", "ana"), ("eleven", "")]
    assert dora.conversation.history()[0].reply.text == FORGOTTEN
    assert dora.say("When does the library open?").text == "The library opens at eleven."
    assert dora.say("Who told you?").text.startswith("Somebody told me on")


def test_what_somebody_says_of_the_owner_is_told_of_the_owner(lic: Lic, talk: Talks) -> None:
    talk("ana").say("My dog is called Rex")
    sharing.share(lic, "ana", lic.mental_process("ana").entries()[0].id)
    sharing.name_teachers(lic, "ana", "ben")
    carl, ben = talk("carl"), talk("ben")
    carl.say("What is Ana's dog called?")
    assert carl.say("No, his name is Max").text.startswith("Learned: Ana's dog's name is Max. For the others it stays as ana said: ana's dog is called Rex.")
    ben.say("What is Ana's dog called?")
    assert ben.say("Actually his name is Bruno").text.startswith("Updated for everybody: ana's dog is called Bruno (until now ana said: Rex).")
    assert talk("ana", "later").say("What's my dog called?").text.startswith("ben says: Your dog is called Bruno.")
    assert talk("dora").say("What is Ana's dog called?").text == "ben says: Ana's dog is called Bruno."


@pytest.mark.parametrize(
    ("text", "of_ana"),
    [
        ("My dog is called Rex.", "Ana's dog is called Rex."),
        ("I live in Graz and I usually get up at six.", "Ana lives in Graz and Ana usually gets up at six."),
        ("I'm allergic to nuts, and I've told my boss.", "Ana is allergic to nuts, and Ana has told Ana's boss."),
        ("I don't eat meat.", "Ana doesn't eat meat."),
        ("Where was I born?", "Where was Ana born?"),
        ("Our office opens at nine.", "Our office opens at nine."),
    ],
)
def test_what_ana_said_of_herself_names_her_for_the_others(text: str, of_ana: str) -> None:
    assert reported(text, "Ana") == of_ana


def test_who_reads_an_own_entry_reads_it_as_it_was_said(store: Store) -> None:
    store.learn("ana", lesson("I", "live in", "Graz"))
    entry = store.entry("ana", "Graz")
    assert as_read_by(entry, "ana") == entry
    read = as_read_by(entry, "ben")
    assert (read.text, read.slots) == ("ana lives in Graz.", Slots("ana", "lives in", "Graz"))


def test_settlements_are_told_apart_in_words_that_nothing_was_trained_on(models: Lic) -> None:
    rows = list(read_jsonl(models.settings.seed / "settlements" / "test.jsonl"))
    assert {row["kind"] for row in rows} == set(SETTLEMENTS)
    told = [models.parts.settlements.settlement(encoding) for encoding in models.parts.encoder.encode([row["text"] for row in rows])]
    sure = [(row["kind"], kind) for row, (kind, p) in zip(rows, told, strict=True) if p >= 0.5 and kind != "other"]
    assert sum(kind == found for kind, found in sure) >= 0.85 * len(sure) >= 20
    assert not [found for kind, found in sure if kind == "other"]


# On the page ---------------------------------------------------------------------------------------------------------


def test_a_teacher_corrects_in_the_page_and_a_learner_cannot(library: Lic, talk: Talks) -> None:
    [entry] = memory.entries(library, "ben", None)
    assert [memory.may_change(library, person, entry) for person in ("ana", "ben", "carl")] == [True, True, False]
    with pytest.raises(NotFound, match="shared by ana: only they can change it, and the teachers"):
        correct(library, "carl", entry.id, "The library opens at ten")
    assert correct(library, "ben", entry.id, "The library opens at ten").text.startswith("Updated for everybody: the library opens at ten")
    newest, oldest = memory.version_rows(library, "ana", entry.id)
    assert (newest[1], newest[3], newest[5]) == ("The library opens at ten.", "", "ben")
    assert (oldest[3], oldest[5]) == ("The library opens at nine", "you")
    [now] = memory.entries(library, "ana", None)
    assert memory.source(library, "ana", now).startswith("Said by ben on")
    assert memory.source(library, "ben", now).startswith("Said on")
    lines, _, _ = datasets.rows(library, "ana", "question_answering")
    assert lines[0][-1] == "taught by ben"


def test_a_teachers_correction_begins_below_a_reply_and_a_learners_does_not(library: Lic, talk: Talks) -> None:
    begun: dict[str, str | None] = {}
    for person in ("ben", "carl"):
        asking = talk(person)
        asking.say("When does the library open?")
        begun[person] = buttons.correction(library, asking.conversation.history()[0]).entry
    assert (begun["ben"] is not None, begun["carl"]) == (True, None)


def test_the_panel_shows_and_changes_teachers_conflicts_and_what_is_shared(library: Lic, talk: Talks) -> None:
    assert (sharing.teachers(library, "ana"), sharing.teachers(library, "ben")) == ("ben", "")
    sharing.name_teachers(library, "ana", " carl, ben ,, carl")
    assert sharing.teachers(library, "ana") == "ben, carl"
    with pytest.raises(RoleRefused):
        sharing.name_teachers(library, "ana", "dora, ana")
    assert sharing.teachers(library, "ana") == "ben, carl"
    assert sharing.role_of(library, "ben") == "You may correct what ana shares; what else others share you may read."
    assert sharing.role_of(library, "dora").startswith("What others share you may read.")
    talk("ben").say("The library opens at eleven")
    assert sharing.conflict_rows(library, "ana")[0][:4] == ["The library opens at eleven.", "ben", "The library opens at nine.", "you"]
    [[*shown, conflict]] = sharing.conflict_rows(library, "ben")
    assert shown == ["The library opens at eleven.", "you", "The library opens at nine.", "ana"]
    for person in ("carl", "dora"):
        assert sharing.conflict_rows(library, person) == []
        with pytest.raises(NotFound):
            sharing.settle(library, person, conflict, "old")
    assert sharing.settle(library, "ben", conflict, "new") == "All right, the new one stays."
    [entry] = memory.entries(library, "ana", None)
    assert not sharing.share(library, "ana", entry.id)
    assert memory.entries(library, "ben", None) == []
    for person in ("ben", "dora"):
        with pytest.raises(NotFound):
            sharing.share(library, person, entry.id)


def test_the_buttons_of_a_conflict_have_labels_and_words() -> None:
    for name in ("keep_new", "keep_old", "keep_both"):
        assert LABELS[name]
        assert SAID_BY_BUTTON[name]


def test_a_visitors_secret_name_is_shown_to_nobody(lic: Lic, talk: Talks) -> None:
    visitor = "visitor-0123456789abcdef0123456789abcdef"
    talk(visitor).say("The library opens at nine")
    [entry] = lic.mental_process(visitor).entries()
    lic.manager.transact(lambda connection: lic.manager.share(connection, visitor, entry.id, True, BEGAN))
    ben = talk("ben")
    [seen] = memory.entries(lic, "ben", None)
    told = [
        ben.say(line).text
        for line in ("When does the library open?", "Who told you?", "The library opens at ten", "When does the library open?", "Forget that")
    ]
    shown = repr((told, memory.row(seen, "ben"), memory.source(lic, "ben", seen), memory.version_rows(lic, "ben", seen.id)))
    assert "0123456789abcdef" not in shown
    assert "a visitor says: The library opens at nine." in told
    assert named(visitor) == "a visitor"


# At the command line -------------------------------------------------------------------------------------------------


def test_teachers_and_conflicts_at_the_command_line(cli: CommandLine) -> None:  # noqa: F811
    cli("teach", "The library opens at nine", "--user", "ana")
    [entry] = cli("memory", "list", "--user", "ana", "--json").json
    cli("memory", "share", entry["id"], "--user", "ana")
    assert cli("memory", "teachers", "--user", "ana").out == "Only you may correct what you share; see --add.\n"
    assert [one["name"] for one in cli("memory", "teachers", "--add", "ben", "--add", "carl", "--user", "ana", "--json").json["teachers"]] == ["ben", "carl"]
    assert cli("memory", "teachers", "--remove", "carl", "--user", "ana").out.startswith("ben may correct what you share (since ")
    assert [one["owner"] for one in cli("memory", "teachers", "--user", "ben", "--json").json["teaches"]] == ["ana"]
    assert cli("memory", "teachers", "--remove", "carl", "--user", "ana").status == 1
    assert "is you" in cli("memory", "teachers", "--add", "ana", "--user", "ana").err
    assert cli("teach", "The library opens at ten", "--user", "ben").out.startswith(
        "Updated for everybody: the library opens at ten (until now ana said: nine)."
    )
    assert cli("teach", "The library opens at two", "--user", "carl").out.startswith("Learned: the library opens at two. For the others it stays as ben said:")
    assert "(shared by ana; said by ben)" in cli("memory", "list", "--user", "dora").out
    assert [version["by"] for version in cli("memory", "history", entry["id"], "--user", "ana", "--json").json] == ["ana", "ben"]
    said_at = day(datetime.fromisoformat(cli("memory", "show", entry["id"], "--user", "ana", "--json").json["said_at"]))
    assert cli("memory", "history", entry["id"], "--user", "ana").out.splitlines()[3:5] == ["2  The library opens at ten.", f"   said {said_at} by ben"]
    shown = cli("memory", "show", entry["id"], "--user", "ana", "--json").json
    assert (shown["by"], shown["source"]) == ("ben", None)
    assert cli("memory", "show", entry["id"], "--user", "ben", "--json").json["source"] == "The library opens at ten"
    [conflict] = cli("memory", "conflicts", "--user", "ana", "--json").json
    assert (conflict["open"], [one["by"] for one in conflict["said"]]) == (True, ["ana", "ben"])
    assert "you, " in cli("memory", "conflicts", "--user", "ben").out
    assert cli("memory", "conflicts", "--user", "carl").out == "Nobody contradicts you.\n"
    assert cli("memory", "settle", conflict["id"], "old", "--user", "carl").status == 1
    assert cli("memory", "settle", conflict["id"], "perhaps", "--user", "ana").status == 2
    settled = cli("memory", "settle", conflict["id"][:8], "old", "--user", "ana", "--json").json
    assert settled["text"] == "All right, for everybody again: the library opens at nine."
    [told] = cli("memory", "conflicts", "--all", "--user", "ben", "--json").json
    assert (told["open"], told["kept"], told["settled_by"]) == (False, "old", "ana")
    cli("undo", "--user", "ana")
    assert len(cli("memory", "conflicts", "--user", "ben", "--json").json) == 1


def test_where_people_sign_in_teachers_are_named_by_those_names(cli: CommandLine) -> None:  # noqa: F811
    cli.environment["LIC_AUTH"] = "ana:secret,ben:other"
    assert cli("memory", "teachers", "--add", "zoe", "--user", "ana").err == "lic: Nobody signs in as 'zoe': give the name that the person signs in with.\n"
    assert cli("memory", "teachers", "--add", "ben", "--user", "ana").status == 0


# The schema ----------------------------------------------------------------------------------------------------------


def test_a_database_from_before_roles_is_brought_up_with_what_it_shares(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'lic.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(history.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        vector = b"\0" * 72
        connection.exec_driver_sql(
            "INSERT INTO entries (id, owner, shared, section, topic, subject, relation, subject_key, relation_key, many, created_at) "
            "VALUES ('e', 'ana', 1, 'domain_knowledge', 'office', 'office', 'opens at', 'office', 'opens at', 0, '2026-05-03T10:00:00+00:00')"
        )
        for number, value, until in ((1, "seven", "2026-05-03T11:00:00+00:00"), (2, "eight", None)):
            connection.exec_driver_sql(
                "INSERT INTO versions (entry, number, text, value, question, content, said_at, valid_from, valid_to, vector) "
                "VALUES ('e', ?, ?, ?, 'What opens at office?', ?, '2026-05-03T10:00:00+00:00', '2026-05-03T10:00:00+00:00', ?, ?)",
                (number, f"office opens at {value}.", value, value, until, vector),
            )
    database.close()
    store = Store(tmp_path)
    assert [version.value for version in store.process("ana").history("e")] == ["seven", "eight"]
    assert [version.value for version in store.process("ben").history("e")] == ["eight"]  # since when it is shared is not known
    store.name("ana", "ben")
    store.learn("ben", lesson("office", "opens at", "nine"))
    assert [(version.value, version.said_by) for version in store.process("ana").history("e")] == [("seven", "ana"), ("eight", "ana"), ("nine", "ben")]
    store.undo("ben")
    assert store.values("carl") == {"eight"}
    store.close()


def test_notices_are_forgotten_with_what_they_tell(store: Store) -> None:
    store.learn("ben", lesson("office", "opens at", "nine"))
    store.undo("ben")
    with store.database.write() as connection:
        assert Conflicts(connection, "ana").to_be_told() is None
    assert store.everything()["notices"] == []
    assert Settings().auth == {}
