"""What the buttons below a reply and the Mental Process tab change: in one step, everywhere, and only the person's own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lic.errors import DataError, NotFound, NothingToUndo, TurnError
from lic.factory import Lic
from lic.mental_process.entries import Entries
from lic.types import Entry
from lic.ui import buttons, datasets, memory
from lic.ui.correcting import correct, corrected
from tests.conftest import Talk


def entries(lic: Lic, owner: str = "ana") -> list[Entry]:
    return memory.entries(lic, owner, None)


def rows(lic: Lic, task: str, owner: str = "ana") -> list[Any]:
    return [row["row"] for row in lic.manager.examples(owner, task)]


def test_undo_takes_back_just_that_reply_and_the_reply_says_so_from_then_on(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    ana.say("My cat is called Tom")
    dog = ana.conversation.history()[0]
    buttons.undo(lic, dog)
    assert [entry.text for entry in entries(lic)] == ["My cat is called Tom."]
    kept = ana.conversation.history()[0].reply
    assert kept.text == "Undone: your dog is called Rex."
    assert kept.options == ()
    assert kept.receipt is None


def test_undo_pressed_twice_undoes_nothing_else(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My cat is called Tom")
    ana.say("My dog is called Rex")
    dog = ana.conversation.history()[1]
    buttons.undo(lic, dog)
    with pytest.raises(NothingToUndo):
        buttons.undo(lic, dog)
    assert [entry.text for entry in entries(lic)] == ["My cat is called Tom."]


def test_taking_a_turn_back_after_its_undo_undoes_nothing_else(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My cat is called Tom")
    ana.say("My dog is called Rex")
    buttons.undo(lic, ana.conversation.history()[1])
    ana.conversation.take_back(ana.turns[1].id)
    assert [entry.text for entry in entries(lic)] == ["My cat is called Tom."]


def test_a_correction_begins_with_the_statement_up_to_its_value(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    begun = buttons.correction(lic, ana.conversation.history()[0])
    assert (begun.start, begun.entry) == ("Actually, my dog is called ", entries(lic)[0].id)
    assert begun.goes_on_in("Actually, my dog is called Max")
    assert not begun.goes_on_in("Actually, my dog is called ")
    assert not begun.goes_on_in("What is the capital of Mongolia?")
    ana.say("hello")
    begun = buttons.correction(lic, ana.conversation.history()[1])
    assert begun.start == "Actually, "
    assert not begun.goes_on_in("Actually, my dog is called Max")


def test_what_somebody_else_shared_begins_no_correction_of_their_entry(lic: Lic, talk: Callable[..., Talk]) -> None:
    talk("ben").say("The office wifi is called Heron")
    share(lic, "ben", entries(lic, "ben")[0].id)
    ana = talk()
    ana.say("What is the office wifi called?")
    assert ana.replies[0].evidence
    assert buttons.correction(lic, ana.conversation.history()[0]).entry is None


def test_a_correction_that_the_page_began_is_a_turn_of_the_conversation_and_changes_that_entry(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    ana.say("My cat is called Tom")
    begun = buttons.correction(lic, ana.conversation.history()[0])
    text = begun.start + "Max"
    turn = replace(ana.turns[1], id="corrected", text=text)
    assert begun.entry is not None
    reply = corrected(lic, turn, begun.entry, buttons.Correction.wording(text))
    assert reply.text == "Updated: your dog is called Max (until now: Rex)."
    assert reply.options == ("undo",)
    assert [said.turn.text for said in ana.conversation.history()] == ["My dog is called Rex", "My cat is called Tom", text]
    assert [said.reply.text for said in ana.conversation.history()][2] == reply.text
    assert {entry.text for entry in entries(lic)} == {"My dog is called Max.", "My cat is called Tom."}


def test_forgetting_what_a_reply_stands_on_removes_it_everywhere(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    ana.say("What's my dog's name?")
    asked = ana.conversation.history()[1]
    assert "Your dog is called Rex." in buttons.confirm_forgetting(lic, asked)
    assert buttons.forget(lic, asked).startswith("Forgotten: your dog is called … (1 entry, 1 dataset row")
    assert entries(lic) == []
    assert rows(lic, "question_answering") == []
    assert "Rex" not in str([said.reply for said in ana.conversation.history()])
    with pytest.raises(NotFound):
        buttons.forget(lic, ana.conversation.history()[1])


def test_a_correction_by_hand_is_a_new_version_with_its_row_and_its_turn(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    [entry] = entries(lic)
    reply = correct(lic, "ana", entry.id, "my dog is called Bella")
    assert reply.text == "Updated: your dog is called Bella (until now: Rex)."
    [corrected] = entries(lic)
    assert (corrected.id, corrected.version, corrected.text, corrected.slots.value) == (entry.id, 2, "My dog is called Bella.", "Bella")
    assert rows(lic, "question_answering") == [{"question": entry.question, "answer": "My dog is called Bella."}]
    newest, oldest = memory.version_rows(lic, "ana", entry.id)
    assert (newest[1], newest[4]) == ("My dog is called Bella.", "now")
    assert oldest[1] == "My dog is called Rex."
    assert oldest[3] == "My dog is called Rex"
    assert "“Actually, my dog is called Bella”" in memory.source(lic, "ana", corrected)
    assert talk(conversation="other").say("What's my dog's name?").text == "Your dog is called Bella."


def test_a_correction_by_hand_is_undone_exactly(lic: Lic, talk: Callable[..., Talk]) -> None:
    talk().say("My dog is called Rex")
    before = (entries(lic), rows(lic, "question_answering"))
    reply = correct(lic, "ana", before[0][0].id, "My dog is called Bella")
    lic.manager.transact(lambda connection: lic.manager.undo(connection, "ana", reply.receipt, datetime.now(UTC)))
    assert (entries(lic), rows(lic, "question_answering")) == before


def test_the_same_wording_again_changes_nothing(lic: Lic, talk: Callable[..., Talk]) -> None:
    talk().say("My dog is called Rex")
    [entry] = entries(lic)
    assert correct(lic, "ana", entry.id, "My dog is called Rex").changes == ()
    assert entries(lic) == [entry]


def test_a_feeling_stays_in_its_own_dataset(lic: Lic, talk: Callable[..., Talk]) -> None:
    talk().say("I feel nervous about the exam")
    [entry] = entries(lic)
    assert entry.section == "emotional_states"
    correct(lic, "ana", entry.id, "I feel calm about the exam")
    assert [row["text"] for row in rows(lic, "emotion")] == ["I feel calm about the exam."]
    assert rows(lic, "question_answering") == []


@pytest.mark.parametrize("wording", ["", "  \n ", "x" * 20_001])
def test_a_wording_that_cannot_be_one_is_refused_and_changes_nothing(lic: Lic, talk: Callable[..., Talk], wording: str) -> None:
    talk().say("My dog is called Rex")
    before = entries(lic)
    with pytest.raises(TurnError):
        correct(lic, "ana", before[0].id, wording)
    assert entries(lic) == before


def test_what_another_person_shared_can_be_seen_but_neither_corrected_nor_traced_to_the_words(lic: Lic, talk: Callable[..., Talk]) -> None:
    talk("ben").say("The office wifi is called Heron")
    [entry] = entries(lic, "ben")
    with pytest.raises(NotFound):
        correct(lic, "ana", entry.id, "The office wifi is called Stork")
    share(lic, "ben", entry.id)
    [seen] = entries(lic, "ana")
    assert memory.row(seen, "ana")[4] == "everybody, by ben"
    assert memory.source(lic, "ana", seen).startswith("Shared by ben on")
    with pytest.raises(NotFound):
        correct(lic, "ana", entry.id, "The office wifi is called Stork")
    assert memory.version_rows(lic, "ana", entry.id)[0][3] == ""


def test_the_search_of_the_tab_finds_by_words_and_meaning_and_leaves_out_what_is_unlike(lic: Lic, talk: Callable[..., Talk]) -> None:
    dog, capital, tea, wifi = "My dog is called Rex", "The capital of Mongolia is Ulaanbaatar", "I like my tea without sugar", "The office wifi is called Heron"
    for text in (dog, capital, tea, wifi):
        talk(conversation=text).say(text)
    found = {
        query: [entry.text for entry in memory.search(lic, "ana", query, None)]
        for query in ("Ulaanbaatar", "mongol", "puppy", "something to drink", "network", "Rex", "football")
    }
    assert found == {
        "Ulaanbaatar": [f"{capital}."],
        "mongol": [f"{capital}."],
        "puppy": [f"{dog}."],
        "something to drink": [f"{tea}."],
        "network": [f"{wifi}."],
        "Rex": [f"{dog}."],
        "football": [],
    }
    assert memory.search(lic, "ana", "Ulaanbaatar", "emotional_states") == []


def test_a_tasks_rows_begin_with_what_was_taught_and_name_their_source(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    lines, taught, seed = datasets.rows(lic, "ana", "question_answering")
    assert (taught, seed) == (1, 0)
    assert lines[0][1] == "My dog is called Rex."
    assert "“My dog is called Rex”" in lines[0][2]
    lines, taught, seed = datasets.rows(lic, "ana", "dialogue")
    assert taught == 0
    assert seed >= 400
    assert len(lines) == datasets.ROWS
    assert lines[0][-1] == "came with LIC"
    assert lines[0][0].startswith("user: ")


def test_a_column_is_as_wide_as_its_cells_have_to_say_and_all_of_them_fill_the_table() -> None:
    lines = [["My dog is called Rex, and he is four years old", "", "fact", "came with LIC"]]
    text, previous, act, source = (float(width.removesuffix("%")) for width in datasets.widths(["text", "previous", "act", "source"], lines))
    assert text > 2 * previous
    assert min(previous, act, source) > 10
    assert 99.9 < text + previous + act + source <= 100
    assert datasets.widths(["text"], []) == ["100.0%"]


def test_an_export_without_rows_says_so_and_leaves_no_file(lic: Lic) -> None:
    with pytest.raises(DataError):
        datasets.export(lic, "ana", "question_answering")


def share(lic: Lic, owner: str, entry: str) -> None:
    from lic.database.changes import ChangeLog

    with lic.database.write() as connection:
        Entries(connection, owner).share(ChangeLog(connection), entry, True)
