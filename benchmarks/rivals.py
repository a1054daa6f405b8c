"""What others answer with, for comparing: mem0, plain full-text search and plain vector search, each with its best entry, on LIC's encoder."""

import importlib
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lic.language import words
from lic.types import Encoder


class Rival(Protocol):
    """A memory that keeps statements as they are said."""

    name: str

    def keep(self, statement: str) -> None: ...

    def answer(self, question: str) -> str: ...


class FullText:
    """SQLite's full-text search (FTS5, BM25) over the words of the question."""

    name = "full-text search"

    def __init__(self) -> None:
        self._table = sqlite3.connect(":memory:")
        self._table.execute("CREATE VIRTUAL TABLE said USING fts5(text, tokenize = 'porter unicode61')")

    def keep(self, statement: str) -> None:
        """One more row."""
        self._table.execute("INSERT INTO said VALUES (?)", (statement,))

    def answer(self, question: str) -> str:
        """The best row; of equally good ones the newest."""
        wanted = " OR ".join(f'"{word}"' for word in words(question))
        row = self._table.execute("SELECT text FROM said WHERE said MATCH ? ORDER BY rank, rowid DESC LIMIT 1", (wanted,)).fetchone()
        return row[0] if row else ""


class Vectors:
    """The statement with the greatest cosine to the question; with `newest_of`, the newest of so many best."""

    def __init__(self, encoder: Encoder, newest_of: int = 1) -> None:
        self.name = "vector search" if newest_of == 1 else f"vector search, newest of {newest_of}"
        self._encoder = encoder
        self._newest_of = newest_of
        self._texts: list[str] = []
        self._vectors: list[Any] = []

    def keep(self, statement: str) -> None:
        """One more vector."""
        self._texts.append(statement)
        self._vectors.append(self._encoder.encode([statement])[0].vector)

    def answer(self, question: str) -> str:
        """The nearest statement."""
        scores = np.stack(self._vectors) @ self._encoder.encode([question])[0].vector
        return self._texts[int(max(np.argsort(-scores, kind="stable")[: self._newest_of]))]


class Embedding:
    """LIC's encoder in the form that mem0 asks for."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed(self, text: str, memory_action: str | None = None) -> list[float]:
        """The vector of one text."""
        return self._encoder.encode([text])[0].vector.tolist()

    def embed_batch(self, texts: list[str], memory_action: str = "add") -> list[list[float]]:
        """The vectors of several."""
        return [encoding.vector.tolist() for encoding in self._encoder.encode(texts)]


class Mem0:
    """mem0 with its local store and without a language model (`infer=False`)."""

    name = "mem0"

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        os.environ |= {"MEM0_TELEMETRY": "False", "MEM0_DIR": str(folder / "mem0")}
        memory: Any = importlib.import_module("mem0").Memory

        unused = {"api_key": "unused"}
        self._memory = memory.from_config(
            {
                "vector_store": {"provider": "qdrant", "config": {"path": str(folder / "qdrant"), "embedding_model_dims": encoder.dimension, "on_disk": True}},
                "llm": {"provider": "openai", "config": unused},
                "embedder": {"provider": "openai", "config": unused},
                "history_db_path": str(folder / "history.db"),
            }
        )
        self._memory.embedding_model = Embedding(encoder)

    def keep(self, statement: str) -> None:
        """One more memory."""
        self._memory.add(statement, user_id="person", infer=False)

    def answer(self, question: str) -> str:
        """The best memory."""
        found = self._memory.search(question, filters={"user_id": "person"}, top_k=1)["results"]
        return found[0]["memory"] if found else ""


def rivals(encoder: Encoder) -> list[Rival]:
    """All that can be compared here; mem0 only where it is installed (`pip install -e ".[benchmarks]"`)."""
    found: list[Rival] = [FullText(), Vectors(encoder), Vectors(encoder, 5)]
    try:
        found.append(Mem0(encoder, Path(tempfile.mkdtemp(prefix="lic-mem0-"))))
    except ImportError:
        print("mem0 is not installed: pip install mem0ai")
    return found
