"""The vector index: exact, equal to the database after every change, and fresh when another process writes."""

import multiprocessing
import tempfile
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from lic.mental_process import vectors as module
from lic.mental_process.vectors import VectorIndex, VectorMatrix
from tests.steps import PEOPLE, Step, steps
from tests.store import Store, current_numbers, lesson


def unit(*rows: list[float]) -> np.ndarray:
    """Rows of unit length."""
    found = np.array(rows, np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_the_nearest_come_best_first_with_their_cosines() -> None:
    matrix = VectorMatrix(2)
    matrix.add([7, 8, 9], unit([1, 0], [0, 1], [1, 1]))
    assert matrix.nearest(unit([1, 0])[0], 2) == [(7, pytest.approx(1.0)), (9, pytest.approx(2**-0.5))]
    assert [key for key, _ in matrix.nearest(unit([0, 1])[0], 10)] == [8, 9, 7]
    assert VectorMatrix(2).nearest(unit([1, 0])[0], 3) == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 200)), max_size=300), st.integers(0, 2**32 - 1))
def test_a_matrix_holds_what_was_added_and_not_removed(changes: list[tuple[bool, int]], seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix, expected = VectorMatrix(8), dict[int, np.ndarray]()
    for adds, key in changes:
        if adds and key not in expected:
            expected[key] = unit(list(random.normal(size=8)))[0]
            matrix.add([key], expected[key][None])
        elif not adds and key in expected:
            del expected[key]
            matrix.remove(key)
    query = unit(list(random.normal(size=8)))[0]
    found = dict(matrix.nearest(query, 1000))
    assert set(found) == set(matrix.keys()) == set(expected)
    for key, cosine in found.items():
        assert cosine == pytest.approx(float(expected[key] @ query), abs=1e-5)


def test_in_a_large_matrix_the_sign_bits_lose_none_of_the_near_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    vectors = unit(*random.normal(size=(5000, 384)).tolist())
    matrix = VectorMatrix(384)
    matrix.add(range(5000), vectors)
    queries = unit(*(vectors[:40] + 0.05 * random.normal(size=(40, 384))).tolist())
    exact = [matrix.nearest(query, 1) for query in queries]
    monkeypatch.setattr(module, "EXACT_UP_TO", 1000)
    assert [matrix.nearest(query, 1)[0][0] for query in queries] == [found[0][0] for found in exact]


def indexed(index: VectorIndex, connection: Connection, owner: str, store: Store) -> dict[int, float]:
    """Everything that the index finds for a person, with its cosine to one query."""
    return dict(index.nearest(connection, owner, store.encoder.vector("a quick brown fox 1"), 10_000))


def assert_equal_to_the_tables(store: Store, index: VectorIndex) -> None:
    """The index holds the current versions of each person, with their vectors, and nothing else."""
    query = store.encoder.vector("a quick brown fox 1")
    with store.database.read() as connection:
        for owner in PEOPLE:
            expected = {
                number: float(np.frombuffer(vector, np.float16).astype(np.float32) @ query) for number, vector in current_numbers(connection, owner).items()
            }
            assert indexed(index, connection, owner, store) == pytest.approx(expected, abs=1e-5)


def assert_full_text_equal_to_the_tables(store: Store) -> None:
    """The full-text rows are those of the current versions, and the index over them is sound."""
    with store.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO entries_fts(entries_fts) VALUES ('integrity-check')")
        found = connection.exec_driver_sql("SELECT rowid, text, question, topic, wall FROM entries_fts ORDER BY rowid").all()
        current = connection.exec_driver_sql(
            "SELECT v.seq, v.text, v.question, e.topic, e.owner, e.shared FROM versions v JOIN entries e ON e.id = v.entry "
            "WHERE v.valid_to IS NULL ORDER BY v.seq"
        ).all()
    expected = [
        (n, text, question, topic, f"o{owner.encode().hex()}" + (" everybody" if shared else "")) for n, text, question, topic, owner, shared in current
    ]
    assert [(*row[:4], row[4].lower()) for row in found] == expected


@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps(*("learn", "learn", "learn", "note", "undo", "redo", "join", "forget", "forget_said"), *("share", "share", "name", "unname", "settle"), most=16))
def test_both_indexes_equal_the_current_versions_after_every_step(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        assert_equal_to_the_tables(store, store.search.vectors)
        for step in taken:
            step.take(store)
            assert_equal_to_the_tables(store, store.search.vectors)
            assert_full_text_equal_to_the_tables(store)
        assert_equal_to_the_tables(store, VectorIndex(store.encoder.dimension))
        store.close()


def test_a_change_that_was_not_announced_is_still_found(tmp_path: Path) -> None:
    store, other = Store(tmp_path), Store(tmp_path)
    store.learn("ana", lesson("dog", "is called", "Rex"))
    other.learn("ana", lesson("cat", "is called", "Tom"))
    store.learn("ana", lesson("boat", "is called", "Kim"))
    for view in (store, other):
        assert_equal_to_the_tables(view, view.search.vectors)
        assert {item.entry.slots.value for item in view.process("ana").search("called")} == {"Rex", "Tom", "Kim"}
        view.close()


def other_process(home: Path, pipe: Pipe) -> None:
    """Another process with the same database: learns and searches as it is told."""
    store = Store(home)
    store.process("ana").search("called")  # its index is loaded before anything else happens
    pipe.send("ready")
    for name in iter(pipe.recv, None):
        pipe.send({item.entry.slots.value for item in store.process("ana").search("is called")})
        if name:
            store.learn("ana", lesson("pet", "is called", name, many=True))
            pipe.send("learned")
    store.close()


def test_two_processes_on_one_database_see_each_others_entries(tmp_path: Path) -> None:
    store = Store(tmp_path)
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=other_process, args=(tmp_path, theirs), daemon=True)
    process.start()
    theirs.close()  # so that a child that dies ends our waiting
    try:
        assert ours.recv() == "ready"
        store.learn("ana", lesson("pet", "is called", "Rex", many=True))
        ours.send("Max")
        assert ours.recv() == {"Rex"}
        assert ours.recv() == "learned"
        assert {item.entry.slots.value for item in store.process("ana").search("is called")} == {"Rex", "Max"}
        store.forget("ana", store.entry("ana", "Max"))
        ours.send("")
        assert ours.recv() == {"Rex"}
    finally:
        ours.send(None)
        process.join(30)
        store.close()
    assert process.exitcode == 0
