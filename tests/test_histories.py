"""Histories that go wrong elsewhere: clocks that run back, a thousand updates, contradictions in one message, updates of nothing, two writers at once."""

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lic.factory import Lic
from lic.mental_process.entries import Version
from lic.types import Turn
from lic.ui import memory
from tests.command_line import CommandLine
from tests.conftest import Talk
from tests.store import BEGAN, Store, lesson
from tests.test_cli import cli  # noqa: F401  # pyright: ignore[reportUnusedImport]

NOON = datetime.fromisoformat("2026-05-04T12:00:00+00:00")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A blank store."""
    store = Store(tmp_path)
    yield store
    store.close()


def history(lic: Lic, value: str) -> list[Version]:
    """The versions of the one entry that holds a value now."""
    [entry] = [entry for entry in lic.mental_process("ana").entries() if entry.slots.value == value]
    return lic.mental_process("ana").history(entry.id)


def assert_ordered(versions: list[Version]) -> None:
    """Each wording was taken for true and held from its beginning to that of the next one, whatever the clocks said."""
    assert [version.number for version in versions] == list(range(1, len(versions) + 1))
    for version, following in itertools.pairwise(versions):
        assert version.valid_from <= following.valid_from == version.valid_to
        assert version.begins <= following.begins == version.ends
    assert versions[-1].valid_to is versions[-1].ends is None


# Clocks --------------------------------------------------------------------------------------------------------------


def test_what_is_said_later_is_newer_though_the_clock_went_back(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex", at=NOON)
    ana.say("Actually his name is Max", at=NOON - timedelta(hours=3))
    ana.say("Actually his name is Kim", at=NOON - timedelta(hours=2))
    versions = history(lic, "Kim")
    assert [version.value for version in versions] == ["Rex", "Max", "Kim"]
    assert [version.said_at for version in versions] == [NOON, NOON - timedelta(hours=3), NOON - timedelta(hours=2)]
    assert_ordered(versions)
    assert ana.say("What is my dog called?", at=NOON - timedelta(hours=1)).text == "Your dog is called Kim."
    assert "Max" in ana.say("What was my dog called before?", at=NOON + timedelta(hours=1)).text
    ana.say("undo that", at=NOON - timedelta(hours=4))
    assert_ordered(history(lic, "Max"))
    ana.say("redo it", at=NOON - timedelta(hours=5))
    assert_ordered(history(lic, "Kim"))


def test_times_of_several_zones_are_one_line(store: Store) -> None:
    for value, at in (("Rex", "2026-05-04T12:00:00+02:00"), ("Max", "2026-05-04T11:00:00+00:00"), ("Kim", "2026-05-04T07:30:00-05:00")):
        store.now = lambda at=at: datetime.fromisoformat(at)
        store.learn("ana", lesson("dog", "is called", value))
    versions = store.process("ana").history(store.entry("ana", "Kim").id)
    assert_ordered(versions)
    assert [version.said_at for version in versions] == sorted(version.said_at for version in versions)


def test_a_time_without_a_zone_is_taken(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex", at=datetime(2026, 5, 4, 12))
    ana.say("Forget what I said today", at=datetime(2026, 5, 4, 13))
    assert ana.say("yes", at=datetime(2026, 5, 4, 13)).text.startswith("Forgotten: what you said then (1 entry")


# Many ----------------------------------------------------------------------------------------------------------------


def test_a_thousand_updates_of_one_fact_are_one_entry_and_forgotten_whole_or_in_part(store: Store) -> None:
    with store.database.write() as connection:
        for i in range(1000):
            at = store.now()
            said = Turn(f"t{i}", f"dog is called Zanzibarius{i}.", "ana", "main", at)
            commit = store.manager.learn(connection, said, store.manager.encode([lesson("dog", "is called", f"Zanzibarius{i}")]), at)
    store.manager.committed(commit)
    entry = store.entry("ana", "Zanzibarius999")
    versions = store.process("ana").history(entry.id)
    assert len(versions) == 1000
    assert_ordered(versions)
    assert [found.entry.slots.value for found in store.process("ana").search("dog is called")] == ["Zanzibarius999"]
    store.undo("ana")
    store.undo("ana")
    assert store.values("ana") == {"Zanzibarius997"}
    receipt = store.forget_said("ana", BEGAN + timedelta(seconds=11), BEGAN + timedelta(seconds=1000))
    assert receipt.gone is not None
    assert (receipt.gone.entries, receipt.gone.wordings) == (0, 988)
    assert [version.value for version in store.process("ana").history(entry.id)] == [f"Zanzibarius{i}" for i in range(10)]
    assert not [i for i in range(10, 1000) if f"zanzibarius{i}".encode() in store.bytes().lower().replace(b"zanzibarius1.", b"")]
    store.undo("ana")
    assert store.values("ana") == {"Zanzibarius8"}
    store.forget("ana", store.entry("ana", "Zanzibarius8"))
    assert b"zanzibarius" not in store.bytes().lower()
    assert not store.undone("ana")
    assert not store.redone("ana")


# Contradictions ------------------------------------------------------------------------------------------------------


def contradicted(talk: Callable[..., Talk]) -> Talk:
    """Somebody who said two things at once."""
    ana = talk()
    reply = ana.say("My dog is called Rex and my dog is called Max")
    assert (reply.asks, reply.options) == ("choose", ("replace", "keep_both", "undo"))
    assert "your dog is called Rex, and your dog is called Max" in reply.text
    return ana


def known(lic: Lic) -> set[str]:
    return {entry.text for entry in lic.mental_process("ana").entries()}


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("both", {"My dog is called Rex.", "My dog is called Max."}),
        ("no", {"My dog is called Rex.", "My dog is called Max."}),
        ("The office closes at six", {"My dog is called Rex.", "My dog is called Max.", "The office closes at six."}),
        ("thanks", {"My dog is called Rex.", "My dog is called Max."}),
        ("My dog is called Rex", {"My dog is called Rex."}),
        ("replace the first one", {"My dog is called Max."}),
        ("yes", {"My dog is called Max."}),
        ("Max is right", {"My dog is called Max."}),
        ("only Rex", {"My dog is called Rex."}),
        ("undo that", set[str]()),
    ],
)
def test_of_two_values_in_one_message_none_is_lost_before_the_person_says_which_holds(lic: Lic, talk: Callable[..., Talk], answer: str, left: set[str]) -> None:
    ana = contradicted(talk)
    assert known(lic) == {"My dog is called Rex.", "My dog is called Max."}
    ana.say(answer)
    assert known(lic) == left


def test_the_choice_can_be_undone_and_made_again(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = contradicted(talk)
    ana.say("only Rex")
    ana.say("undo that")
    assert known(lic) == {"My dog is called Rex.", "My dog is called Max."}
    ana.say("redo it")
    assert known(lic) == {"My dog is called Rex."}


def test_who_corrects_himself_in_one_message_is_not_asked(lic: Lic, talk: Callable[..., Talk]) -> None:
    reply = talk().say("My dog is called Rex, no, sorry, he is called Max")
    assert reply.asks is None
    assert [version.value for version in history(lic, "Max")] == ["Rex", "Max"]


@pytest.mark.parametrize(
    "text", ["I speak Dutch and I speak Thai", "My sister lives in Porto and my brother lives in Graz", "My dog is brown and my dog is old"]
)
def test_two_things_that_both_hold_are_no_contradiction(lic: Lic, talk: Callable[..., Talk], text: str) -> None:
    assert talk().say(text).asks is None
    assert len(known(lic)) == 2


# Nothing there -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Actually his name is Max", "Update my dog's name to Max", "No, at nine", "Change it to blue"])
def test_an_update_of_nothing_changes_nothing(lic: Lic, talk: Callable[..., Talk], text: str) -> None:
    assert talk().say(text).changes == ()
    assert known(lic) == set()


def test_an_update_that_says_all_of_it_is_learned_where_it_was_never_taught(lic: Lic, talk: Callable[..., Talk]) -> None:
    assert talk().say("Actually my dog is called Max").text == "Learned: your dog is called Max."
    assert known(lic) == {"My dog is called Max."}


def test_an_update_of_what_was_forgotten_meanwhile_is_learned_anew(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana, there = talk(), talk("ana", "there")
    ana.say("My dog is called Rex")
    there.say("Forget my dog's name")
    ana.say("Actually my dog is called Max")
    assert [version.value for version in history(lic, "Max")] == ["Max"]


# Two writers ---------------------------------------------------------------------------------------------------------


def test_of_two_writers_the_later_one_wins_and_both_are_in_the_history(store: Store) -> None:
    stores, names = (store, Store(store.home)), ("Rex", "Max")
    barrier = threading.Barrier(2)

    def write(writer: Store, name: str) -> None:
        barrier.wait()
        for i in range(15):
            writer.learn("ana", lesson("dog", "is called", f"{name}{i}"))

    threads = [threading.Thread(target=write, args=pair) for pair in zip(stores, names, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    [entry] = store.process("ana").entries()
    versions = store.process("ana").history(entry.id)
    assert_ordered(versions)
    said = [version.value for version in versions]
    assert {name: [value for value in said if value.startswith(name)] for name in names} == {name: [f"{name}{i}" for i in range(15)] for name in names}
    assert said[-1] in ("Rex14", "Max14")
    for view in stores:
        assert view.values("ana") == {said[-1]}
        assert [found.entry.slots.value for found in view.process("ana").search("dog is called")] == [said[-1]]
    for _ in range(30):
        assert store.undone("ana")
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}
    stores[1].close()


def test_two_conversations_that_change_one_fact_at_once_keep_both(lic: Lic, talk: Callable[..., Talk]) -> None:
    here, there = talk("ana", "here"), talk("ana", "there")
    here.say("My dog is called Rex")
    threads = [threading.Thread(target=person.say, args=(f"My dog is called {name} now",)) for person, name in ((here, "Max"), (there, "Kim"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    [entry] = lic.mental_process("ana").entries()
    versions = lic.mental_process("ana").history(entry.id)
    assert_ordered(versions)
    assert (len(versions), versions[0].value) == (3, "Rex")
    assert {"Max", "Kim"} == {version.value.split()[0] for version in versions[1:]}


# Showing it ----------------------------------------------------------------------------------------------------------


def test_the_command_tells_of_each_version_when_and_by_whom_it_was_said_and_when_it_held(cli: CommandLine) -> None:  # noqa: F811
    cli("ask", "My dog is called Rex", "--user", "ana")
    cli.home.parent.joinpath("handbook.md").write_text("My dog is called Max.\n", "utf-8")
    cli("teach", str(cli.home.parent / "handbook.md"), "--user", "ana")
    [entry] = cli("memory", "list", "--user", "ana", "--json").json
    first, second = cli("memory", "history", entry["id"], "--user", "ana", "--json").json
    assert (first["by"], first["source"], first["document"], first["held_until"]) == ("ana", "My dog is called Rex", None, second["held_from"])
    assert (second["by"], second["document"], second["held_until"]) == ("ana", "handbook.md", None)
    lines = cli("memory", "history", entry["id"], "--user", "ana").out.splitlines()
    assert lines[0] == "1  My dog is called Rex."
    assert lines[1].endswith(" by you: “My dog is called Rex”")
    assert lines[2].startswith("   held from ")
    assert " until " in lines[2]
    assert lines[4].endswith(" by you from handbook.md: “My dog is called Max.”")
    assert " until " not in lines[5]
    cli("memory", "share", entry["id"], "--user", "ana")
    shared = cli("memory", "history", entry["id"], "--user", "ben").out
    assert " by ana\n" in shared
    assert "“" not in shared


def test_the_page_tells_by_whom_too(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    for _ in lic.conversation("ana", "taught from handbook.md").teach(["My dog is called Max."], NOON):
        pass
    [entry] = lic.mental_process("ana").entries()
    assert [row[5] for row in memory.version_rows(lic, "ana", entry.id)] == ["handbook.md", "you"]
    lic.mental_process("ana").update_domain_knowledge("Physics", "Light bends.")
    [note] = lic.mental_process("ana").entries("domain_knowledge")
    assert [row[5] for row in memory.version_rows(lic, "ana", note.id)] == ["a program"]
