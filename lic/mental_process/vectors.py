"""Exact nearest neighbours in memory: one matrix a person, kept equal to the database by its revision number.

Above 4,000 rows a scan of sign bits picks candidates, which are then scored exactly (binary quantization with rescoring,
as in Yamada et al. 2021, "Efficient Passage Retrieval with Hashing", section 3.2), so that a search stays far below one
forward pass of the encoder.
"""

import threading
from collections.abc import KeysView, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from lic.database.changes import EVERYBODY, RowChange, current_revisions
from lic.database.tables import entries, versions
from lic.types import Vector

Scalar = TypeVar("Scalar", bound=np.generic)
EXACT_UP_TO = 4_000
OVERSAMPLED = 800


class VectorMatrix:
    """Unit vectors with integer keys, appended and removed in place."""

    def __init__(self, dimension: int) -> None:
        self._vectors: Vector = np.zeros((64, dimension), np.float32)
        self._bits: NDArray[np.uint64] = np.zeros((64, _lanes(dimension)), np.uint64)
        self._keys: NDArray[np.int64] = np.zeros(64, np.int64)
        self._row_of: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._row_of)

    def keys(self) -> KeysView[int]:
        """All keys."""
        return self._row_of.keys()

    def __contains__(self, key: int) -> bool:
        return key in self._row_of

    def add(self, keys: Sequence[int], vectors: Vector) -> None:
        """Append vectors of shape (n, d) under n new keys."""
        start, end = len(self), len(self) + len(keys)
        if end > len(self._keys):
            capacity = max(end, 2 * len(self._keys))
            self._vectors = _grown(self._vectors, capacity)
            self._bits = _grown(self._bits, capacity)
            self._keys = _grown(self._keys, capacity)
        self._vectors[start:end] = vectors
        self._bits[start:end] = _sign_bits(vectors)
        self._keys[start:end] = keys
        self._row_of.update((key, start + i) for i, key in enumerate(keys))

    def remove(self, key: int) -> None:
        """Remove one key: the last row moves into its place."""
        row = self._row_of.pop(key)
        last = len(self)
        if row != last:
            moved = int(self._keys[last])
            self._vectors[row], self._bits[row], self._keys[row] = self._vectors[last], self._bits[last], moved
            self._row_of[moved] = row
        self._vectors[last] = 0
        self._bits[last] = 0

    def nearest(self, vector: Vector, k: int) -> list[tuple[int, float]]:
        """The k keys with the greatest cosine to a unit vector, best first."""
        n = len(self)
        if n == 0:
            return []
        rows = np.arange(n) if n <= EXACT_UP_TO else self._candidates(vector, n)
        scores = (self._vectors[:n] if n <= EXACT_UP_TO else self._vectors[rows]) @ vector
        best = np.argpartition(-scores, min(k, len(rows)) - 1)[:k]
        best = best[np.argsort(-scores[best], kind="stable")]
        return [(int(self._keys[rows[i]]), float(scores[i])) for i in best]

    def _candidates(self, vector: Vector, n: int) -> NDArray[np.int64]:
        query = _sign_bits(vector[None])[0]
        distance = np.zeros(n, np.uint16)
        # One lane at a time keeps every temporary array small.
        for lane, bits in enumerate(query):
            distance += np.bitwise_count(self._bits[:n, lane] ^ bits)
        return np.argpartition(distance, OVERSAMPLED)[:OVERSAMPLED]


def _lanes(dimension: int) -> int:
    return -(-dimension // 64)


def _sign_bits(vectors: Vector) -> NDArray[np.uint64]:
    packed = np.packbits(vectors > 0, axis=1)
    wanted = 8 * _lanes(vectors.shape[1])
    return np.ascontiguousarray(np.pad(packed, ((0, 0), (0, wanted - packed.shape[1])))).view(np.uint64)


def _grown(array: NDArray[Scalar], capacity: int) -> NDArray[Scalar]:
    larger = np.zeros((capacity, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


class VectorIndex:
    """The matrices of all people, loaded when first asked for; one more has what is shared.

    Access is a wall here too: a person's search touches that person's own matrix and the shared one, and no other.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._matrices: dict[str, VectorMatrix] = {}
        self._revisions: dict[str, int] = {}
        self._lock = threading.RLock()

    def nearest(self, connection: Connection, owner: str, vector: Vector, k: int) -> list[tuple[int, float]]:
        """Version numbers of the entries nearest to a unit vector, best first."""
        with self._lock:
            revisions = current_revisions(connection, (owner, EVERYBODY))
            found = [pair for scope, revision in revisions.items() for pair in self._fresh(connection, scope, revision).nearest(vector, k)]
        return sorted(dict(found).items(), key=lambda pair: -pair[1])[:k]

    def applied(self, owner: str, changes: Sequence[RowChange], revision: int) -> None:
        """Take over what this process just committed for `owner` as that person's change number `revision`, without reading it again."""
        with self._lock:
            matrix = self._matrices.get(owner)
            if matrix is None or self._revisions.get(owner) != revision - 1:
                return
            for change in changes:
                if change.table == "versions":
                    self._apply(matrix, change)
            self._revisions[owner] = revision

    def _apply(self, matrix: VectorMatrix, change: RowChange) -> None:
        seq, row = int(change.key), change.after
        known = seq in matrix
        current = row is not None and row["valid_to"] is None
        if known and not current:
            matrix.remove(seq)
        elif row is not None and current and not known:
            matrix.add([seq], np.frombuffer(row["vector"], np.float16).astype(np.float32)[None])

    def _fresh(self, connection: Connection, scope: str, revision: int) -> VectorMatrix:
        matrix = self._matrices.setdefault(scope, VectorMatrix(self._dimension))
        if self._revisions.get(scope) != revision:
            self._synchronize(connection, scope, matrix)
            self._revisions[scope] = revision
        return matrix

    def _synchronize(self, connection: Connection, scope: str, matrix: VectorMatrix) -> None:
        mine = entries.c.shared.is_(True) if scope == EVERYBODY else entries.c.owner == scope
        current = select(versions.c.seq).join(entries).where(mine, versions.c.valid_to.is_(None))
        wanted = {row[0] for row in connection.execute(current)}
        for key in matrix.keys() - wanted:
            matrix.remove(key)
        missing = sorted(wanted - matrix.keys())
        for start in range(0, len(missing), 500):
            chunk = missing[start : start + 500]
            rows = connection.execute(select(versions.c.seq, versions.c.vector).where(versions.c.seq.in_(chunk))).all()
            vectors = np.stack([np.frombuffer(row.vector, np.float16) for row in rows]).astype(np.float32)
            matrix.add([row.seq for row in rows], vectors)
