"""Forgotten is gone: from entries, versions, indexes, datasets, the journal, the transcript, and from every byte on the disk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lic.errors import NotFound
from lic.factory import Lic
from tests.conftest import Talk
from tests.store import Store, lesson


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A blank store."""
    return Store(tmp_path)


def test_forgetting_says_what_went(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"))
    receipt = store.forget("ana", store.entry("ana", "Rex"))
    assert [(change.operation, change.target) for change in receipt.changes] == [("forget", "dataset"), ("forget", "mental_process")]
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}
    assert store.process("ana").search("Rex dog called") == []


def test_what_was_forgotten_cannot_be_undone_back(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"))
    store.forget("ana", store.entry("ana", "Rex"))
    assert not store.undone("ana")


def test_undo_goes_on_behind_what_was_forgotten(store: Store) -> None:
    store.learn("ana", lesson("cat", "is called", "Tom"))
    store.learn("ana", lesson("dog", "is called", "Rex"), lesson("boat", "is called", "Kim"))
    store.learn("ana", lesson("dog", "is called", "Max"))
    store.forget("ana", store.entry("ana", "Max"))
    assert store.undone("ana")
    assert store.values("ana") == {"Tom"}
    assert store.undone("ana")
    assert store.rows("ana") == {"entries": [], "versions": [], "examples": []}
    assert not store.undone("ana")


Taught = Callable[[Store], None]


def corrected(store: Store) -> None:
    """Teach the secret, then something newer."""
    store.learn("ana", lesson("dog", "is called", "Zanzibarius"))
    store.learn("ana", lesson("dog", "is called", "Max"))


def corrected_to(store: Store) -> None:
    """Teach something, then the secret."""
    store.learn("ana", lesson("dog", "is called", "Max"))
    store.learn("ana", lesson("dog", "is called", "Zanzibarius"))


def undone_and_taught_again(store: Store) -> None:
    """Teach the secret, take it back, and teach it again in another turn."""
    store.learn("ana", lesson("dog", "is called", "Zanzibarius"))
    store.undo("ana")
    store.learn("ana", lesson("dog", "is called", "Zanzibarius"))


def with_others(store: Store) -> None:
    """Teach the secret in one turn with something else, then share it."""
    store.learn("ana", lesson("dog", "is called", "Zanzibarius"), lesson("cat", "is called", "Tom"))
    store.share("ana", store.entry("ana", "Zanzibarius").id)


def noted(store: Store) -> None:
    """Write the secret by the proposal's methods, twice."""
    store.process("ana").update_individual_experiences("dog", "Zanzibarius barks")
    store.process("ana").update_individual_experiences("dog", "Zanzibarius")


@pytest.mark.parametrize("taught", [corrected, corrected_to, undone_and_taught_again, with_others, noted])
def test_no_byte_of_what_is_forgotten_stays_on_the_disk(store: Store, taught: Taught) -> None:
    taught(store)
    assert b"Zanzibarius" in store.bytes()
    store.forget("ana", *(entry for entry in store.process("ana").entries() if entry.topic == "dog"))
    assert b"zanzibarius" not in store.bytes().lower()
    assert store.values("ana") <= {"Tom"}


def test_forgetting_all_or_nothing_where_one_entry_is_anothers(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"))
    store.learn("ben", lesson("cat", "is called", "Tom"))
    shared = store.entry("ben", "Tom")
    store.share("ben", shared.id)
    before = store.rows("ana")
    with pytest.raises(NotFound, match="only they can forget it"):
        store.forget("ana", store.entry("ana", "Rex"), replace(shared, shared=True))
    assert store.rows("ana") == before


# In a conversation ---------------------------------------------------------------------------------------------------


def on_disk(lic: Lic) -> bytes:
    """The bytes of database, log and shared memory, in small letters."""
    return b"".join(path.read_bytes() for path in sorted(lic.settings.home.glob("lic.db*"))).lower()


SECRET = "Zanzibarius"
HANDED_OVER = "(handed over)"
"""Taught with `teach`, because the gate has learned that this sentence is no teaching."""
SAID_AT = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
BEFORE_FORGETTING = {
    "taught": [f"My dog is called {SECRET}"],
    "asked and answered": [f"My dog is called {SECRET}", "What is my dog called?"],
    "asked why": [f"My dog is called {SECRET}", "Why do you say that?"],
    "said twice": [f"My dog is called {SECRET}", f"My dog is called {SECRET}"],
    "taught, undone and taught again": [f"My dog is called {SECRET}", "undo that", f"My dog is called {SECRET}"],
    "corrected": [f"My dog is called {SECRET}", "Actually his name is Max"],
    "corrected to": ["My dog is called Max", f"Actually his name is {SECRET}"],
    "declared no teaching first": [f"My dog is called {SECRET}", "I wasn't teaching you anything", HANDED_OVER],
}


def forget(ana: Talk, wish: str) -> None:
    """Say a wish to forget, and yes where LIC makes sure."""
    reply = ana.say(wish)
    if reply.asks == "confirm":
        reply = ana.say("yes")
    assert reply.text.startswith("Forgotten:")


@pytest.mark.parametrize("lines", BEFORE_FORGETTING.values(), ids=BEFORE_FORGETTING)
@pytest.mark.parametrize("wish", ["Forget my dog's name", "Forget that"])
def test_after_forgetting_no_byte_of_it_is_left(lic: Lic, talk: Callable[..., Talk], lines: list[str], wish: str) -> None:
    ana = talk()
    for line in lines:
        if line == HANDED_OVER:
            assert all(taught.understood for taught in ana.conversation.teach([f"My dog is called {SECRET}"], SAID_AT))
        else:
            ana.say(line)
    assert SECRET.lower().encode() in on_disk(lic)
    forget(ana, wish)
    assert SECRET.lower().encode() not in on_disk(lic)
    assert ana.say("What is my dog called?").abstained


def test_a_wish_that_names_the_value_does_not_keep_it(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say(f"My dog is called {SECRET}")
    forget(ana, f"Forget that my dog's name is {SECRET}")
    assert SECRET.lower().encode() not in on_disk(lic)


def test_what_else_is_known_keeps_its_words(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    ana.say("My cousin is called Rex")
    forget(ana, "Forget my dog's name")
    assert [said.turn.text for said in ana.conversation.history()][:2] == ["[forgotten]", "My cousin is called Rex"]
    assert "Rex" in ana.say("What is my cousin called?").text


def test_the_transcript_keeps_the_place_of_what_was_forgotten(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    ana.say("What is my dog called?")
    forget(ana, "Forget my dog's name")
    assert [said.turn.text for said in ana.conversation.history()][:3] == ["[forgotten]", "What is my dog called?", "Forget my dog's name"]
    assert [said.reply.text for said in ana.conversation.history()][:2] == ["[forgotten]", "[forgotten]"]


def test_a_forgotten_turn_that_comes_again_is_not_learned_again(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("My dog is called Rex")
    forget(ana, "Forget my dog's name")
    ana.conversation.respond(ana.turns[0])
    assert lic.mental_process("ana").entries() == []


def test_undo_right_after_forgetting_takes_nothing_else_unasked(talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say("I live in Gjirokastër")
    ana.say("My shoe size is 41")
    assert ana.say("Forget where I live").text.startswith("Forgotten: where you live")
    asked = ana.say("undo that")
    assert (asked.changes, asked.asks) == ((), "confirm")
    assert ana.say("What's my shoe size?").text == "Your shoe size is 41."
