"""Hybrid search: words and meaning together, and nothing that breaks the full-text syntax."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lic.mental_process.search import RANK_CONSTANT, full_text
from tests.store import Store, lesson


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with a few entries of two people."""
    store = Store(tmp_path_factory.mktemp("search"))
    store.learn("ana", lesson("dog", "is called", "Rex"))
    store.learn("ana", lesson("grandmother", "lives in", "Zürich"))
    store.learn("ana", lesson("walks", "are best", "by the running river"))
    store.learn("ben", lesson("dog", "is called", "Bruno"))
    return store


def found(store: Store, owner: str, query: str) -> list[str]:
    """The values that full text finds for a query."""
    with store.database.read() as connection:
        numbers = full_text(connection, owner, query, 10)
    versions = {number: entry.slots.value for entry in store.process(owner).entries() for number in numbers if number_of(store, entry.id) == number}
    return [versions[number] for number in numbers]


def number_of(store: Store, entry: str) -> int:
    """The number of an entry's current version."""
    with store.database.read() as connection:
        return connection.exec_driver_sql("SELECT seq FROM versions WHERE entry = ? AND valid_to IS NULL", (entry,)).scalar_one()


def test_words_are_found_without_case_endings_and_accents(store: Store) -> None:
    assert found(store, "ana", "REX") == ["Rex"]
    assert found(store, "ana", "zurich") == ["Zürich"]
    assert found(store, "ana", "the river runs") == ["by the running river"]
    assert found(store, "ana", "who is it?") == []


def test_an_entry_found_both_ways_comes_before_one_found_one_way(store: Store) -> None:
    best, *others = store.process("ana").search("what is my dog called")
    assert best.entry.slots.value == "Rex"
    assert best.score == pytest.approx(2 / (RANK_CONSTANT + 1))
    assert all(other.score < best.score for other in others)
    assert len(store.process("ana").search("what is my dog called", k=1)) == 1


def test_the_cosine_is_that_of_the_vectors(store: Store) -> None:
    [best] = store.process("ana").search("dog is called rex", k=1)
    expected = float(store.encoder.vector("dog is called rex") @ store.encoder.vector("dog is called Rex."))
    assert best.cosine == pytest.approx(expected, abs=1e-3)


def test_a_search_in_an_empty_store_finds_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.process("ana").search("anything") == []
    store.close()


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "*",
        '"',
        '" OR 1=1 --',
        "AND NOT (",
        "NEAR(rex, 3)",
        "wall : everybody",
        "rex*",
        "-rex",
        "^rex",
        "{text} : rex",
        "_",
        "__ _",
        "rex\x00",
        "\ud800",
        "😀",
        "a" * 5000,
    ],
)
def test_full_text_syntax_in_a_query_is_only_words(store: Store, query: str) -> None:
    assert {item.entry.owner for item in store.process("ana").search(query)} <= {"ana"}


def test_syntax_neither_widens_nor_hides_a_search(store: Store) -> None:
    assert found(store, "ana", '" OR rex OR "') == ["Rex"]
    assert found(store, "ana", "NOT rex") == ["Rex"]
    assert found(store, "ana", 'wall : "o62656e"') == []
    assert found(store, "ana", "bruno") == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_any_text_can_be_searched(store: Store, query: str) -> None:
    assert {item.entry.owner for item in store.process("ana").search(query)} <= {"ana"}


OWNERS = ["an", "ann", "anna", "a", "A", "", "an*", 'an"', "an OR ben", "ä", "Ä", "user@example.org", "😀", "o616e", "everybody", "e" * 200]


def test_no_two_people_share_a_wall_whatever_their_names(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for i, owner in enumerate(OWNERS):
        store.learn(owner, lesson("secret", "is", f"word{i}"))
    for i, owner in enumerate(OWNERS):
        assert found(store, owner, "secret") == [f"word{i}"], owner
        assert [item.entry.slots.value for item in store.process(owner).search("secret")] == [f"word{i}"], owner
    store.close()


def test_a_word_in_very_many_entries_still_finds_what_holds_all_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lic.mental_process.search.COMMON", 5)
    store = Store(tmp_path)
    store.learn("ana", *(lesson("colleague", "has", f"desk{i}", many=True) for i in range(8)), lesson("colleague", "feeds", "heron", many=True))
    assert found(store, "ana", "colleague heron") == ["heron"]
    assert found(store, "ana", "colleague") == []
    assert {item.entry.slots.subject for item in store.process("ana").search("colleague", k=3)} == {"colleague"}
    store.close()
