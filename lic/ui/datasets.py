"""What the Datasets tab shows and hands out, without the page."""

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from lic.data_management.export import DatasetRow, dataset_rows, export_task
from lic.data_management.tasks import task_named
from lic.factory import Lic
from lic.language import named
from lic.transcript import Transcript
from lic.ui.memory import told

ROWS = 200


def headers(task: str) -> list[str]:
    """The columns of a task's table: its features and where each row comes from."""
    return [*task_named(task).features, "source"]


def rows(lic: Lic, owner: str, task: str) -> tuple[list[list[str]], int, int]:
    """Lines of a task's table, what the person taught first and newest first, and how many rows are taught and seed."""
    found = dataset_rows(lic, owner, task)
    taught, seed = [row for row in reversed(found) if row.taught], [row for row in found if not row.taught]
    with lic.database.read() as connection:
        transcript = Transcript(connection, owner)
        lines = [[*_cells(row.row), _source(transcript, row)] for row in (taught + seed)[:ROWS]]
    return lines, len(taught), len(seed)


def widths(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    """The columns' shares of the width, in percent: as much as their cells have to say, within bounds, so that none is squeezed."""
    wanted = [min(60.0, max(12.0, len(name) + 4, fmean(len(line[i]) for line in lines) if lines else 0)) for i, name in enumerate(columns)]
    return [f"{int(10_000 * width / sum(wanted)) / 100}%" for width in wanted]


def export(lic: Lic, owner: str, task: str) -> Path:
    """A zip file with a task's dataset and its card, in a temporary folder of its own that the caller removes. Raises DataError."""
    folder = Path(tempfile.mkdtemp(prefix="lic-export-"))
    archive = folder / f"{task}.zip"
    paths = export_task(lic, owner, task, folder / task, download=archive.name)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in paths:
            file.write(path, path.relative_to(folder))
    return archive


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [_cell(value) for value in row.values()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, dict) and {"role", "content"} <= set(item) for item in value):
        return "\n".join(f"{item['role']}: {item['content']}" for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _source(transcript: Transcript, row: DatasetRow) -> str:
    if not row.taught:
        return "came with LIC"
    if row.said_by is not None:
        return f"taught by {named(row.said_by)}"
    said = transcript.find(row.turn) if row.turn else None
    return told(said) if said else "taught by a program"
