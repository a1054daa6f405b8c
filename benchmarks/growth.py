"""Fills a store with many entries in seconds, through the real tables, as if a person had taught them one by one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert

from benchmarks.facts import Fact, fact
from lic.database import tables
from lic.database.changes import ChangeLog, RowChange
from lic.factory import Lic
from lic.language import content_hash, key, sentence
from lic.types import Encoder, Vector

ENCODED = 500
"""So many facts are really encoded; a multiple of the number of relations, so that every other fact has one of its own kind to be near to."""
NOISE = 0.5
AT_ONCE = 5_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
Rows = list[dict[str, Any]]


def encoded(encoder: Encoder) -> Vector:
    """The sentence vectors of the first facts, shape (500, d)."""
    return np.stack([encoding.vector for encoding in encoder.encode([sentence(fact(i).statement) for i in range(ENCODED)])])


def grow(lic: Lic, owner: str, n: int, real: Vector, seed: int = 0) -> None:
    """Write the facts 0 to n - 1 with their versions, dataset rows, turns and journal into an empty store.

    The first facts get their real vectors; each other one that of a fact with its relation plus noise, again of unit length.
    """
    random = np.random.default_rng(seed)
    for start in range(0, n, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, n))
        vectors = _vectors(numbers, real, random)
        rows: dict[str, Rows] = {"entries": [], "versions": [], "examples": []}
        turns: Rows = []
        for i, vector in zip(numbers, vectors, strict=True):
            for table, row in _known(owner, i, fact(i), vector):
                rows[table].append(row)
            turns.append(_turn(owner, i, fact(i)))
        with lic.database.write() as connection:
            log = ChangeLog(connection)
            for name, new in rows.items():
                connection.execute(insert(tables.metadata.tables[name]), new)
                log.rows += [RowChange(name, str(row["seq" if name == "versions" else "id"]), None, row) for row in new]
            connection.execute(insert(tables.turns), turns)
            log.save(content_hash(owner, str(start)), owner, "earlier", turns[-1]["id"], turns[-1]["said_at"])


def _vectors(numbers: Sequence[int], real: Vector, random: np.random.Generator) -> Vector:
    near = real[np.asarray(numbers) % ENCODED]
    noise = random.normal(scale=NOISE / np.sqrt(real.shape[1]), size=near.shape)
    noise[np.asarray(numbers) < ENCODED] = 0
    mixed = near + noise
    return (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)


def _known(owner: str, i: int, said: Fact, vector: Vector) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows that teaching a fact leaves, by table."""
    entry, at, text = content_hash(owner, str(i)), _at(i), sentence(said.statement)
    row = {"question": said.question, "answer": text}
    yield (
        "entries",
        {
            "id": entry,
            "owner": owner,
            "shared": False,
            "section": said.section,
            "topic": said.topic,
            "subject": said.slots.subject,
            "relation": said.slots.relation,
            "subject_key": key(said.slots.subject),
            "relation_key": key(said.slots.relation),
            "many": False,
            "created_at": at,
        },
    )
    yield (
        "versions",
        {
            "seq": i + 1,
            "entry": entry,
            "number": 1,
            "text": text,
            "value": said.slots.value,
            "question": said.question,
            "content": content_hash(key(text)),
            "turn": _turn_id(i),
            "said_at": at,
            "valid_from": at,
            "valid_to": None,
            "vector": vector.astype(np.float16).tobytes(),
        },
    )
    yield (
        "examples",
        {
            "id": content_hash(owner, "question_answering", text),
            "owner": owner,
            "task": "question_answering",
            "row": row,
            "entry": entry,
            "turn": _turn_id(i),
            "created_at": at,
        },
    )


def _turn(owner: str, i: int, said: Fact) -> dict[str, Any]:
    empty: dict[str, Any] = {"changes": [], "evidence": [], "abstained": False, "asks": None, "options": [], "trace": []}
    return {
        "id": _turn_id(i),
        "owner": owner,
        "conversation": "earlier",
        "text": said.statement,
        "image": None,
        "said_at": _at(i),
        "act": "fact",
        "probability": 0.98,
        "teaching_probability": 0.99,
        "teaching": True,
        "reply": {"text": f"Learned: {said.statement}.", **empty},
        "receipt": None,
        "status": "said",
    }


def _turn_id(i: int) -> str:
    return f"earlier-{i}"


def _at(i: int) -> str:
    return (BEGAN + timedelta(minutes=i)).isoformat()
