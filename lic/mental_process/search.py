"""Hybrid search: full text and exact vectors, fused by reciprocal rank (Cormack et al. 2009)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from lic.language import words
from lic.mental_process.entries import Entries
from lic.mental_process.vectors import VectorIndex
from lic.types import Encoding, Entry, Vector

RANK_CONSTANT = 60  # the constant of the paper; only how fast the weight of a rank falls
DEPTH = 24  # candidates of each kind
COMMON = 800  # a word that stands in more entries than this says too little to rank by

_STOP_WORDS = frozenset(
    """
    a about am an and any are as at be been by can could did do does for from had has have he her hers him his how i if in into is it
    its just know me mine my not of on or our please remember s she so tell than that the their them there these they this those to us
    was we were what what's when where which who whom whose why will with would you your yours
    """.split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A found entry with its vector, its fused score and its cosine to the query."""

    entry: Entry
    vector: Vector
    score: float
    cosine: float


class HybridSearch:
    """Finds entries of one person by words and by meaning."""

    def __init__(self, vectors: VectorIndex) -> None:
        self.vectors = vectors

    def search(self, connection: Connection, owner: str, query: Encoding, k: int) -> list[Candidate]:
        """The k best current entries for an encoded query, best first."""
        near = self.vectors.nearest(connection, owner, query.vector, DEPTH)
        worded = full_text(connection, owner, query.text, DEPTH)
        fused: dict[int, float] = {}
        for ranking in ([seq for seq, _ in near], worded):
            for rank, seq in enumerate(ranking, start=1):
                fused[seq] = fused.get(seq, 0.0) + 1 / (RANK_CONSTANT + rank)
        best = sorted(fused, key=lambda seq: -fused[seq])[:k]
        found = Entries(connection, owner).of_versions(best)
        return [Candidate(entry, vector, fused[seq], float(vector @ query.vector)) for seq in best if seq in found for entry, vector in (found[seq],)]


def full_text(connection: Connection, owner: str, query: str, k: int) -> list[int]:
    """Version numbers by BM25 over the words of a query, best first.

    Words that stand in very many entries are used only where no rarer one is there, and then all together, so that the work
    of a query does not grow with what was taught.
    """
    wanted = list(dict.fromkeys(word for word in words(query) if word not in _STOP_WORDS))
    if not wanted:
        return []
    wall = f'wall : ("o{owner.encode().hex()}" OR "everybody")'
    counted = _counts(connection, [f"{wall} AND {{text question topic}} : {_quoted(word)}" for word in wanted])
    rare = [word for word, count in zip(wanted, counted, strict=True) if count < COMMON]
    if rare:
        return _matching(connection, f"{wall} AND {{text question topic}} : ({' OR '.join(map(_quoted, rare))})", k)
    together = f"{wall} AND {{text question topic}} : ({' AND '.join(map(_quoted, wanted))})"
    return _matching(connection, together, k) if _counts(connection, [together])[0] < COMMON else []


def _counts(connection: Connection, matches: Sequence[str]) -> list[int]:
    """How many entries each full-text query finds, counted as far as COMMON; in one statement, because each one has its price."""
    counts = ", ".join(f"(SELECT count(*) FROM (SELECT 1 FROM entries_fts WHERE entries_fts MATCH :m{i} LIMIT :most))" for i in range(len(matches)))
    row = connection.execute(text(f"SELECT {counts}"), {"most": COMMON, **{f"m{i}": match for i, match in enumerate(matches)}}).one()
    return list(row)


def _matching(connection: Connection, match: str, k: int) -> list[int]:
    query = text("SELECT rowid FROM entries_fts WHERE entries_fts MATCH :match ORDER BY bm25(entries_fts, 0, 4, 2, 1) LIMIT :k")
    return list(connection.execute(query, {"match": match, "k": k}).scalars())


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
