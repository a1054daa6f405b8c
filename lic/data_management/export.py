"""A task's dataset as other people's tools take it: Parquet, JSON Lines and a dataset card."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, select

from lic.data_management.card import WRITTEN_BY, card
from lic.data_management.exports import remember
from lic.data_management.tasks import Task, task_named
from lic.database import tables
from lic.database.database import Database
from lic.errors import DataError
from lic.jsonl import read_jsonl
from lic.settings import Settings
from lic.types import Exported

Split = Literal["train", "test"]


class Source(Protocol):
    """Where rows come from; `lic.factory.Lic` is one. No model is needed to read them."""

    @property
    def settings(self) -> Settings: ...

    @property
    def database(self) -> Database: ...


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One row of a task with exactly the task's features; `id` and `turn` are empty for seed rows, `said_by` but for rows that a teacher said."""

    row: dict[str, Any]
    id: str = ""
    turn: str | None = None
    said_by: str | None = None

    @property
    def taught(self) -> bool:
        """Whether a person taught it."""
        return bool(self.id)

    @property
    def origin(self) -> str:
        """`taught` or `seed`."""
        return "taught" if self.taught else "seed"


def dataset_rows(source: Source, owner: str, task: str) -> list[DatasetRow]:
    """A task's training rows: the seed rows in their order, then what the owner taught, the oldest first. Raises NotFound for an unknown task."""
    found = task_named(task)
    seed = seed_rows(source.settings.seed, found, "train")
    with source.database.read() as connection:
        return seed + _taught_rows(connection, owner, found, seed)


def seed_rows(folder: Path, task: Task, split: Split) -> list[DatasetRow]:
    """The seed rows of a task; none where it starts empty. Raises DataError with the line that cannot be read."""
    file = folder / task.name / f"{split}.jsonl"
    return [DatasetRow(_with_features(row, task)) for row in read_jsonl(file)] if file.is_file() else []


def export_task(source: Source, owner: str, task: str, folder: Path, download: str = "") -> list[Path]:
    """Write a task's dataset into a folder that `datasets.load_dataset(folder)` opens, and return what was written.

    The same rows give the same bytes. LIC keeps that this export was made, under the folder, or under the name of the file that is handed out as a `download`.
    Raises NotFound for an unknown task, and DataError where there are no rows or the folder cannot be written or holds a README.md of somebody else.
    """
    found = task_named(task)
    seed, test = seed_rows(source.settings.seed, found, "train"), seed_rows(source.settings.seed, found, "test")
    _refuse_foreign(folder)
    try:
        # What is forgotten from now on knows of this export; what was forgotten before is not in it.
        with source.database.write() as connection:
            taught = _taught_rows(connection, owner, found, seed)
            if not seed and not taught:
                raise DataError(f"The dataset of {task!r} has no rows yet: teach something first.")
            (folder / "data").mkdir(parents=True, exist_ok=True)
            export = Exported(task, download or str(folder.resolve()), bool(download), datetime.now(UTC))
            remember(connection, owner, export, [row.id for row in taught])
        splits = {name: of for name, of in (("train", seed + taught), ("test", test)) if of}
        paths = [path for name, of in splits.items() for path in _write_split(folder, name, found, of)]
        readme = folder / "README.md"
        readme.write_text(card(found, {name: (sum(not row.taught for row in of), sum(row.taught for row in of)) for name, of in splits.items()}), "utf-8")
    except OSError as error:
        raise DataError(f"The folder {str(folder)!r} cannot be written: {error.strerror or error}.") from error
    return [*paths, readme]


def _taught_rows(connection: Connection, owner: str, task: Task, seed: Sequence[DatasetRow]) -> list[DatasetRow]:
    """What an owner taught, the oldest first, without what the seed has too."""
    query = select(tables.examples).where(tables.examples.c.owner == owner, tables.examples.c.task == task.name)
    found = list(connection.execute(query).mappings())
    # Times carry offsets, so their text does not sort as they do.
    found.sort(key=lambda row: (datetime.fromisoformat(row["created_at"]), row["id"]))
    present = {_content(row) for row in seed}
    rows = [DatasetRow(_with_features(row["row"], task), row["id"], row["turn"], row["said_by"]) for row in found]
    return [row for row in rows if _content(row) not in present]


def _with_features(row: dict[str, Any], task: Task) -> dict[str, Any]:
    return {name: row.get(name) for name in task.features}


def _content(row: DatasetRow) -> str:
    return json.dumps(row.row, sort_keys=True)


def _refuse_foreign(folder: Path) -> None:
    readme = folder / "README.md"
    if readme.is_file() and WRITTEN_BY not in readme.read_text("utf-8", errors="replace"):
        raise DataError(f"{readme} was not written by an export: choose another folder, so that nothing of yours is overwritten.")


def _write_split(folder: Path, split: str, task: Task, rows: Sequence[DatasetRow]) -> list[Path]:
    """Write one split as Parquet, which the card names, and as JSON Lines beside it."""
    from datasets import Dataset, Features

    parquet, lines = folder / "data" / f"{split}.parquet", folder / "jsonl" / f"{split}.jsonl"
    for path in (parquet, lines):
        path.parent.mkdir(parents=True, exist_ok=True)
    features = Features.from_dict(dict(task.features))
    Dataset.from_dict({name: [row.row[name] for row in rows] for name in features}, features=features).to_parquet(parquet)
    with lines.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row.row, ensure_ascii=False) + "\n" for row in rows)
    return [parquet, lines]
