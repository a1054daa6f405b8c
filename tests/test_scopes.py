"""Forgetting what was said in a time, and what came from a document: in words and by command."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from lic.branches.documents import document_in, names_file
from lic.factory import Lic
from tests.command_line import CommandLine
from tests.conftest import Talk
from tests.test_cli import cli  # noqa: F401  # pyright: ignore[reportUnusedImport]

SECRET = "Zanzibarius"
MONDAY = datetime.fromisoformat("2026-05-04T10:00:00+00:00")
HANDBOOK = ("The office closes at six.", f"Our fire warden is {SECRET}.", "Is there anything else?")


def home_bytes(lic: Lic) -> bytes:
    """The bytes of every file in the home, in small letters."""
    return b"".join(path.read_bytes() for path in sorted(lic.settings.home.rglob("*")) if path.is_file()).lower()


def hand_over(lic: Lic, name: str, lines: Sequence[str], at: datetime = MONDAY) -> None:
    """Teach the lines of a document, as `lic teach` does."""
    for _ in lic.conversation("ana", f"taught from {name}").teach(lines, at):
        pass


def known(lic: Lic) -> set[str]:
    return {entry.text for entry in lic.mental_process("ana").entries()}


# In a time -----------------------------------------------------------------------------------------------------------


def two_days(talk: Callable[..., Talk]) -> Talk:
    """On Monday Ana says two things; on Tuesday she changes one, says another, thanks, and asks."""
    ana = talk()
    ana.say("My shoe size is 41", at=MONDAY)
    ana.say("My dog is called Rex")
    ana.say(f"Actually his name is {SECRET}", at=MONDAY + timedelta(days=1))
    ana.say("The office opens at nine")
    ana.say("Thanks a lot")
    assert SECRET in ana.say("What is my dog called?").text
    return ana


def test_only_what_was_said_in_the_time_goes_and_the_wording_before_holds_again(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = two_days(talk)
    asked = ana.say("Forget what I said yesterday", at=MONDAY + timedelta(days=2))
    assert asked.asks == "confirm"
    assert asked.text.startswith("Shall I forget what you said then (1 entry, 1 wording, 2 dataset rows, 4 messages)?")
    assert f"Your dog is called {SECRET} (then again: your dog is called Rex)." in asked.text
    reply = ana.say("yes")
    assert reply.text == "Forgotten: what you said then (1 entry, 1 wording, 2 dataset rows, 4 messages, the index). Your dog is called Rex again."
    assert known(lic) == {"My dog is called Rex.", "My shoe size is 41."}
    assert {row["row"]["answer"] for row in lic.manager.examples("ana", "question_answering")} == known(lic)
    assert SECRET.lower().encode() not in home_bytes(lic)
    assert [said.turn.text for said in ana.conversation.history()[:6]] == ["My shoe size is 41", "My dog is called Rex", *["[forgotten]"] * 4]
    assert ana.say("What is my dog called?").text == "Your dog is called Rex."


def test_neither_undo_nor_redo_brings_that_day_back(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = two_days(talk)
    ana.say("undo that")
    ana.say("Forget what I said yesterday", at=MONDAY + timedelta(days=2))
    ana.say("yes")
    for _ in range(4):
        ana.say("undo that")
        ana.say("yes")
        assert not {text for text in known(lic) if SECRET in text or "nine" in text}
    for _ in range(4):
        ana.say("redo it")
        assert not {text for text in known(lic) if SECRET in text or "nine" in text}
    assert SECRET.lower().encode() not in home_bytes(lic)


def test_a_no_leaves_that_day_as_it_was(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = two_days(talk)
    ana.say("Forget what I said yesterday", at=MONDAY + timedelta(days=2))
    assert ana.say("no").changes == ()
    assert f"My dog is called {SECRET}." in known(lic)


def test_a_time_in_which_nothing_was_said_is_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = two_days(talk)
    assert ana.say("Forget everything from last week", at=MONDAY + timedelta(days=2)).text == "I have nothing about that."
    assert len(known(lic)) == 3


def test_messages_that_taught_nothing_go_with_their_day(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say(f"How are you, {SECRET}?", at=MONDAY)
    ana.say("Forget what I said yesterday", at=MONDAY + timedelta(days=1))
    assert ana.say("yes").text == "Forgotten: what you said then (1 message, the index)."
    assert SECRET.lower().encode() not in home_bytes(lic)


def test_what_another_person_said_then_stays(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana, ben = two_days(talk), talk("ben")
    ben.say("My cat is called Tom", at=MONDAY + timedelta(days=1))
    ana.say("Forget what I said yesterday", at=MONDAY + timedelta(days=2))
    ana.say("yes")
    assert [entry.text for entry in lic.mental_process("ben").entries()] == ["My cat is called Tom."]
    assert ben.conversation.history()[0].turn.text == "My cat is called Tom"


# A document ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        "forget handbook.md",
        "Forget what you learned from handbook.md",
        "forget that document",
        "Forget the handbook",
        "please delete everything from handbook.md",
    ],
)
def test_a_document_is_forgotten_whole(lic: Lic, talk: Callable[..., Talk], wish: str) -> None:
    ana = talk()
    ana.say("My dog is called Rex", at=MONDAY)
    if wish != "forget that document":
        hand_over(lic, "rules.txt", ["The bins go out on Tuesday."])
    hand_over(lic, "handbook.md", [*HANDBOOK, "My dog is called Max."])
    if wish != "forget that document":
        hand_over(lic, "notes.txt", ["Shoes stay in the hall."])
    before = known(lic)
    assert SECRET in ana.say("Who is our fire warden?").text
    asked = ana.say(wish)
    assert asked.asks == "confirm"
    assert "from handbook.md (2 entries, 1 wording, 3 dataset rows, 3 lines)" in asked.text
    reply = ana.say("yes")
    assert reply.text.startswith("Forgotten: what came from handbook.md (2 entries, 1 wording, 3 dataset rows, 3 lines, the index).")
    assert known(lic) == before - {"The office closes at six.", f"Our fire warden is {SECRET}.", "My dog is called Max."} | {"My dog is called Rex."}
    assert SECRET.lower().encode() not in home_bytes(lic)
    assert ana.say("Forget what you learned from handbook.md").text == "I have nothing about that."


def test_a_document_that_was_never_taught_is_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    hand_over(lic, "handbook.md", HANDBOOK)
    assert ana.say("Forget what you learned from brochure.pdf").text == "I have nothing about that."
    assert len(known(lic)) == 3


def test_where_no_document_was_taught_nothing_else_is_forgotten_for_it(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    assert ana.say("forget that document").changes == ()
    assert known(lic) == {"My dog is called Rex."}


def test_a_document_that_is_taught_again_is_a_new_source(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    for name in ("handbook.md", "copy.md"):
        hand_over(lic, name, HANDBOOK)
        assert ana.say(f"forget what you learned from {name}").asks == "confirm"
        assert f"what came from {name} (2 entries, 2 dataset rows, 2 lines, the index)" in ana.say("yes").text
        assert known(lic) == set()


@pytest.mark.parametrize(
    ("text", "by_title", "found"),
    [
        ("forget handbook.md", False, "handbook.md"),
        ("forget Handbook.MD, please", False, "handbook.md"),
        ("forget old-handbook.md", False, "old-handbook.md"),
        ("forget myhandbook.md", False, None),
        ("forget the handbook", False, None),
        ("forget the handbook", True, "handbook.md"),
        ("drop the old handbook", True, "old-handbook.md"),
        ("forget the brochure", True, None),
    ],
)
def test_a_document_is_named_by_its_file_or_by_its_title(text: str, by_title: bool, found: str | None) -> None:
    assert document_in(text, ["handbook.md", "old-handbook.md"], by_title) == found


def test_a_file_is_told_from_a_time_and_an_address() -> None:
    assert names_file("forget handbook.md")
    assert not [text for text in ("the shop opens at 9 a.m. now", "write to info@firm.com", "it is 3.5 km") if names_file(text)]


# What is not there ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish", ["Forget my cat's name", "Forget 4471", "Forget my brother's address", "Forget everything about my brother", "Forget the xylophone"]
)
def test_what_was_never_told_takes_nothing_else_with_it(lic: Lic, talk: Callable[..., Talk], wish: str) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    reply = ana.say(wish)
    assert reply.changes == ()
    assert reply.asks == "confirm" or reply.text == "I have nothing about that."
    assert known(lic) == {"My dog is called Rex."}


def test_a_value_alone_names_what_it_is_the_value_of(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My shoe size is 41")
    ana.say("My dog is called Rex")
    assert "Forgotten" in ana.say("Forget 41").text
    assert known(lic) == {"My dog is called Rex."}


def test_a_correction_instead_of_a_yes_is_learned_and_forgets_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    assert ana.say("Forget everything about my dog").asks == "confirm"
    ana.say("Actually my dog is called Bella")
    assert known(lic) == {"My dog is called Bella."}


# By command ----------------------------------------------------------------------------------------------------------


def test_a_document_is_forgotten_by_command(cli: CommandLine) -> None:  # noqa: F811
    cli.home.mkdir(parents=True)
    file = cli.home.parent / "handbook.md"
    file.write_text("\n".join(HANDBOOK), "utf-8")
    cli("teach", str(file))
    cli("ask", "My dog is called Rex")
    for words in (("handbook.md",), ("--document", "handbook.md")):
        ran = cli("forget", *words, stdin="n\n")
        assert ran.status == 1
        assert SECRET in ran.err
        assert "what came from handbook.md (2 entries, 2 dataset rows, 2 lines)" in ran.err
    ran = cli("forget", "what you learned from handbook.md", "--yes", "--json")
    assert ran.json["text"] == "Forgotten: what came from handbook.md (2 entries, 2 dataset rows, 2 lines, the index)."
    assert SECRET not in ran.out
    assert [entry["text"] for entry in cli("memory", "list", "--json").json] == ["My dog is called Rex."]
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in cli.home.rglob("*") if path.is_file())
    gone = cli("forget", "--document", "handbook.md", "--yes")
    assert (gone.status, gone.err) == (1, "lic: There is nothing to forget: what came from handbook.md.\n")


def test_a_day_and_everything_are_forgotten_by_command(cli: CommandLine) -> None:  # noqa: F811
    cli("ask", "My dog is called Rex")
    assert cli("forget", "what I said yesterday", "--yes").status == 1
    assert cli("forget", "everything I said today", "--yes").out.startswith("Forgotten: what you said then (1 entry, 1 dataset row, 1 message, the index).")
    cli("ask", "My dog is called Rex")
    assert cli("forget", "--everything", stdin="n\n").status == 1
    assert cli("forget", "--everything", stdin="y\n").out.startswith("Forgotten: everything about you (1 entry")
    assert cli("memory", "list", "--json").json == []
    assert cli("forget").status == 1
    assert cli("forget", "my dog", "--everything", "--yes").err.startswith("lic: Say one of these:")
