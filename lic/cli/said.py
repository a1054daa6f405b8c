"""What was only said: the turns that no entry was learned from, searched by their words and judged like entries."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sqlalchemy import Row, select

from lic.database.tables import turns, versions
from lic.language import key
from lic.lessons.tagger import facts_of, slots_of
from lic.self_taking.answerability import Answerability
from lic.types import Encoding, Entry, Slots, Taken

if TYPE_CHECKING:
    from lic.factory import Lic
    from lic.reader import Reading

DEPTH = 50  # turns that the words choose; only these cost a pass of the encoder
ASKING = ("question", "why", "forget", "undo")
"""Acts whose turns tell nothing, unless the reader finds a fact in them."""


class SaidOnly:
    """The turns of one person that stand and that taught nothing, as they are when this is made."""

    def __init__(self, lic: "Lic", owner: str) -> None:
        self._parts = lic.parts
        self._judge = Answerability(lic.parts.encoder, lic.parts.reader)
        with lic.database.read() as connection:
            taught = select(versions.c.turn).where(versions.c.turn.is_not(None))
            query = select(turns).where(turns.c.owner == owner, turns.c.status == "said", turns.c.id.not_in(taught)).order_by(turns.c.seq)
            self._turns = list(connection.execute(query))
        self._vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+")
        texts = [row.text for row in self._turns]
        self._matrix: Any = self._vectorizer.fit_transform(texts) if any(key(text) for text in texts) else None
        self._read: dict[str, tuple[Entry, Encoding] | None] = {}

    def candidates(self, encoding: Encoding, reading: "Reading", k: int) -> list[Taken]:
        """The k turns that most probably answer an encoded query, the surest first; the query said before is no answer."""
        if self._matrix is None:
            return []
        asked: Any = self._vectorizer.transform([encoding.text])
        scores = (self._matrix @ asked.T).toarray().ravel()
        best = [i for i in np.argsort(-scores, kind="stable")[:DEPTH] if scores[i] > 0]
        chosen = [self._turns[i] for i in best if key(self._turns[i].text) != key(encoding.text)]
        self._read_all([row for row in chosen if row.id not in self._read])
        told = [found for row in chosen if (found := self._read[row.id]) is not None]
        near = [(entry, float(encoding.vector @ said.vector)) for entry, said in told]
        judged = self._judge.probabilities(encoding, near, reading)
        found = [Taken(entry, score) for (entry, _), score in zip(near, judged, strict=True)]
        return sorted(found, key=lambda item: -item.score)[:k]

    def _read_all(self, rows: list[Row[Any]]) -> None:
        if not rows:
            return
        encodings = self._parts.encoder.encode([row.text for row in rows])
        readings = self._parts.reader.read(encodings, [None] * len(rows))
        for row, encoding, reading in zip(rows, encodings, readings, strict=True):
            slots = next((Slots(*found) for fact in facts_of(encoding, reading) if (found := slots_of(row.text, fact))[2]), None)
            tells = slots is not None or row.act not in ASKING
            self._read[row.id] = (_as_entry(row, slots or Slots()), encoding) if tells else None


def _as_entry(row: Row[Any], slots: Slots) -> Entry:
    """A turn in the form of an entry, under the turn's id."""
    said_at = datetime.fromisoformat(row.said_at)
    return Entry(row.id, 0, row.owner, False, "individual_experiences", "", row.text, "", slots, False, said_at, row.id, said_at)
