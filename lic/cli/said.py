"""What was only said: the turns that no entry was learned from, searched by their words and judged like entries."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sqlalchemy import Row, select

from lic.database.tables import turns, versions
from lic.judges.answerability import Answerability
from lic.language import key, words
from lic.lessons.tagger import facts_of, question_slots, slots_of
from lic.types import Encoding, Entry, Slots, Taken

if TYPE_CHECKING:
    from lic.factory import Lic
    from lic.reader.reader import Reading

DEPTH = 50  # turns that the words choose; only these cost a pass of the encoder
ASKING = ("question", "why", "forget", "undo")
"""Acts whose turns tell something only where they say clearly more than what is asked now."""
TELLS_FROM = 3
"""So many content words beyond those of the query: "my flight leaves at 7, when should I get up?" tells, the same question again does not."""


class SaidOnly:
    """The turns of one person that stand and that taught nothing, as they are when this is made."""

    def __init__(self, lic: "Lic", owner: str) -> None:
        self._parts = lic.parts
        self._judge = Answerability(lic.parts.encoder)
        with lic.database.read() as connection:
            taught = select(versions.c.turn).where(versions.c.turn.is_not(None))
            query = select(turns).where(turns.c.owner == owner, turns.c.status == "said", turns.c.id.not_in(taught)).order_by(turns.c.seq)
            self._turns = list(connection.execute(query))
        self._vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+")
        texts = [row.text for row in self._turns]
        self._matrix: Any = self._vectorizer.fit_transform(texts) if any(key(text) for text in texts) else None
        self._read: dict[str, tuple[Entry, Encoding]] = {}

    def candidates(self, encoding: Encoding, reading: "Reading", k: int) -> list[Taken]:
        """The k turns that most probably answer an encoded query, the surest first; a mere question is no answer."""
        if self._matrix is None:
            return []
        asked: Any = self._vectorizer.transform([encoding.text])
        scores = (self._matrix @ asked.T).toarray().ravel()
        best = [i for i in np.argsort(-scores, kind="stable")[:DEPTH] if scores[i] > 0]
        asked_words = set(words(encoding.text))
        chosen = [self._turns[i] for i in best if _tells(self._turns[i], asked_words)]
        self._read_all([row for row in chosen if row.id not in self._read])
        near = [(entry, said.vector) for entry, said in (self._read[row.id] for row in chosen)]
        judged = self._judge.judged(encoding, question_slots(encoding, reading), near)
        found = [Taken(entry, one.answers) for (entry, _), one in zip(near, judged, strict=True)]
        return sorted(found, key=lambda item: -item.score)[:k]

    def _read_all(self, rows: list[Row[Any]]) -> None:
        if not rows:
            return
        encodings = self._parts.encoder.encode([row.text for row in rows])
        readings = self._parts.reader.read(encodings, [None] * len(rows))
        for row, encoding, reading in zip(rows, encodings, readings, strict=True):
            slots = next((Slots(*found) for fact in facts_of(encoding, reading) if (found := slots_of(row.text, fact))[2]), Slots())
            self._read[row.id] = (_as_entry(row, slots), encoding)


def _tells(row: Row[Any], asked: set[str]) -> bool:
    return row.act not in ASKING or len(set(words(row.text)) - asked - ENGLISH_STOP_WORDS) >= TELLS_FROM


def _as_entry(row: Row[Any], slots: Slots) -> Entry:
    """A turn in the form of an entry, under the turn's id."""
    said_at = datetime.fromisoformat(row.said_at)
    return Entry(row.id, 0, row.owner, False, "individual_experiences", "", row.text, "", slots, False, said_at, row.id, said_at)
