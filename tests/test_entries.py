"""The entries of a person: versions, the wall around them, and what sharing opens."""

from pathlib import Path

import pytest

from lic.database.changes import ChangeLog
from lic.errors import NotFound
from lic.mental_process.entries import Entries, NewEntry
from lic.types import Slots
from tests.store import BEGAN, Store, lesson


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A blank store."""
    return Store(tmp_path)


def test_an_update_closes_the_old_version_and_opens_a_new_one(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"), turn="first")
    store.learn("ana", lesson("dog", "is called", "Max"), turn="second")
    [entry] = store.process("ana").entries()
    assert (entry.version, entry.text, entry.turn) == (2, "dog is called Max.", "second")
    old, new = store.process("ana").history(entry.id)
    assert (old.number, old.value, old.turn) == (1, "Rex", "first")
    assert (new.number, new.value, new.turn) == (2, "Max", "second")
    assert old.valid_to == new.valid_from
    assert new.valid_to is None


def test_entries_come_newest_first_by_section_topic_and_page(store: Store) -> None:
    for name in ("Rex", "Max", "Tom"):
        store.learn("ana", lesson("pet", "is called", name, many=True))
    store.process("ana").update_domain_knowledge("Physics", "Light bends.")
    ana = store.process("ana")
    assert [entry.slots.value for entry in ana.entries("individual_experiences")] == ["Tom", "Max", "Rex"]
    assert [entry.slots.value for entry in ana.entries("individual_experiences", limit=1, offset=1)] == ["Max"]
    assert [entry.text for entry in ana.entries(topic="Physics")] == ["Light bends."]
    assert ana.topics("individual_experiences") == ["pet"]
    assert ana.count() == 4


def test_an_updated_entry_moves_to_the_front(store: Store) -> None:
    store.learn("ana", lesson("dog", "is called", "Rex"))
    store.learn("ana", lesson("cat", "is called", "Tom"))
    store.learn("ana", lesson("dog", "is called", "Max"))
    assert [entry.slots.value for entry in store.process("ana").entries()] == ["Max", "Tom"]


def test_the_same_question_is_found_however_it_is_spelt(store: Store) -> None:
    store.learn("ana", lesson("The Office", "wifi password", "heron"))
    with store.database.read() as connection:
        [found] = Entries(connection, "ana").answering("the office", "WiFi  password")
        assert found.slots.value == "heron"
        assert Entries(connection, "ana").about("office") == [found]
        assert Entries(connection, "ana").saying("the office wifi password HERON") == [found]
        assert Entries(connection, "ben").answering("the office", "wifi password") == []


def test_an_unknown_entry_is_named_in_the_error(store: Store) -> None:
    with pytest.raises(NotFound, match="No entry 'e1' is known to you"):
        store.process("ana").get("e1")
    with pytest.raises(NotFound, match="No entry 'e1' is known to you"):
        store.process("ana").history("e1")


def test_what_is_shared_is_seen_by_everybody_until_it_is_private_again(store: Store) -> None:
    store.learn("ana", lesson("office", "wifi password", "heron"))
    entry = store.entry("ana", "heron")
    assert store.values("ben") == set()
    store.share("ana", entry.id)
    assert store.values("ben") == {"heron"}
    assert store.process("ben").get(entry.id).shared
    assert [found.entry.id for found in store.process("ben").search("heron")] == [entry.id]
    store.share("ana", entry.id, shared=False)
    assert store.values("ben") == set()
    assert store.process("ben").search("heron") == []


def test_only_its_owner_changes_what_is_shared(store: Store) -> None:
    store.learn("ana", lesson("office", "wifi password", "heron"))
    entry = store.entry("ana", "heron")
    store.share("ana", entry.id)
    before = store.rows("ana")
    with pytest.raises(NotFound, match="only they can forget it"):
        store.forget("ben", store.process("ben").get(entry.id))
    with pytest.raises(NotFound, match="what others shared only they can change"):
        store.share("ben", entry.id, shared=False)
    new = NewEntry("domain_knowledge", "x", "x", "x?", Slots("a", "b", "c"), False, store.encoder.vector("x"), None, BEGAN.isoformat(), BEGAN.isoformat())
    with store.database.write() as connection:
        own, log = Entries(connection, "ben"), ChangeLog(connection)
        with pytest.raises(NotFound, match="what others shared only they can change"):
            own.replace(log, entry.id, new)
        with pytest.raises(NotFound, match="what others shared only they can change"):
            own.remove(log, entry.id)
    store.learn("ben", lesson("office", "wifi password", "egret"))
    assert store.rows("ana") == before
    assert store.values("ana") == {"heron"}
    store.learn("ana", lesson("office", "wifi password", "stork"))
    assert store.values("ben") == {"egret", "stork"}


def test_the_proposals_methods_write_one_note_a_topic_and_keep_its_history(store: Store) -> None:
    ana = store.process("ana")
    ana.update_domain_knowledge("Physics", "Light bends.")
    ana.update_domain_knowledge("Physics", "Light bends.")
    ana.update_domain_knowledge("Physics", "Light bends near mass.")
    ana.update_emotional_states("Physics", "Wonder")
    assert dict(ana.domain_knowledge) == {"Physics": "Light bends near mass."}
    assert dict(ana.emotional_states) == {"Physics": "Wonder"}
    assert dict(ana.individual_experiences) == {}
    [note] = ana.entries("domain_knowledge")
    assert [version.text for version in ana.history(note.id)] == ["Light bends.", "Light bends near mass."]
    assert "Chemistry" not in ana.domain_knowledge
    assert ana.domain_knowledge.get("Chemistry", "") == ""
    assert repr(ana.domain_knowledge) == "{'Physics': 'Light bends near mass.'}"


def test_a_note_can_be_undone_like_a_taught_entry(store: Store) -> None:
    ana = store.process("ana")
    ana.update_domain_knowledge("Physics", "Light bends.")
    ana.update_domain_knowledge("Physics", "Light bends near mass.")
    store.undo("ana")
    assert dict(ana.domain_knowledge) == {"Physics": "Light bends."}
    store.undo("ana")
    assert dict(ana.domain_knowledge) == {}
