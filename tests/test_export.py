"""Exported datasets: what `datasets` opens, what the card says, and what never gets in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from lic.data_management.export import dataset_rows, export_task
from lic.data_management.tasks import TASKS
from lic.database.database import Database
from lic.errors import DataError, NotFound
from lic.settings import Settings
from lic.types import Lesson, Slots
from tests.store import BEGAN, Store, lesson


@dataclass
class Exported:
    """A store with settings: what an export needs of a LIC."""

    store: Store
    settings: Settings

    @property
    def database(self) -> Database:
        return self.store.database


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Exported]:
    store = Store(tmp_path / "home")
    yield Exported(store, Settings(home=tmp_path / "home"))
    store.close()


def example(task: str, row: dict[str, Any]) -> Lesson:
    """A lesson that only a dataset learns."""
    return Lesson(json.dumps(row), "", Slots(), None, "", task, row)


def opened(folder: Path, **which: Any) -> Any:
    """A folder or file as `datasets` opens it, without a cache from another test."""
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    chosen: dict[str, Any] = {"path": str(folder), "cache_dir": str(folder / "cache"), **which}
    return load_dataset(**chosen)


def test_load_dataset_opens_the_folder_with_the_features_of_the_task(source: Exported, tmp_path: Path) -> None:
    from datasets import Features

    source.store.learn("ana", lesson("my dog", "is called", "Rex"))
    source.store.learn("ana", lesson("Zoë", "lives in", "Tromsø"))
    paths = export_task(source, "ana", "question_answering", tmp_path / "out")
    dataset = opened(tmp_path / "out")
    assert set(dataset) == {"train"}
    assert dataset["train"].features == Features.from_dict(dict(TASKS["question_answering"].features))
    assert list(dataset["train"]) == [
        {"question": "What is called my dog?", "answer": "my dog is called Rex."},
        {"question": "What lives in Zoë?", "answer": "Zoë lives in Tromsø."},
    ]
    assert all(path.is_file() for path in paths)


def test_the_json_lines_hold_the_same_rows(source: Exported, tmp_path: Path) -> None:
    out = tmp_path / "out"
    source.store.learn("ana", example("dialogue", {"messages": [{"role": "user", "content": "ahoj"}, {"role": "assistant", "content": "Dobrý den!"}]}))
    export_task(source, "ana", "dialogue", out)
    lines = opened(out, path="json", data_files=str(out / "jsonl" / "train.jsonl"))["train"]
    parquet = opened(out)["train"]
    assert len(parquet) > 400
    assert list(lines) == list(parquet)
    assert parquet[-1]["messages"][1] == {"role": "assistant", "content": "Dobrý den!"}


def test_test_rows_become_a_split_of_their_own(source: Exported, tmp_path: Path) -> None:
    export_task(source, "ana", "intent_recognition", tmp_path / "out")
    dataset = opened(tmp_path / "out")
    assert set(dataset) == {"train", "test"}
    for split in ("train", "test"):
        lines = (source.settings.seed / "intent_recognition" / f"{split}.jsonl").read_text("utf-8").splitlines()
        assert list(dataset[split]) == [json.loads(line) for line in lines]


def test_the_same_rows_give_the_same_bytes_again(source: Exported, tmp_path: Path) -> None:
    source.store.learn("ana", lesson("my dog", "is called", "Rex"))
    first, second = (export_task(source, "ana", "question_answering", tmp_path / name) for name in ("one", "two"))
    assert [path.relative_to(tmp_path / "one") for path in first] == [path.relative_to(tmp_path / "two") for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_what_was_corrected_or_forgotten_is_gone_after_exporting_again(source: Exported, tmp_path: Path) -> None:
    store, out = source.store, tmp_path / "out"
    store.learn("ana", lesson("my dog", "is called", "Rex"), lesson("my cat", "is called", "Tom"), lesson("my hen", "is called", "Ada"))
    export_task(source, "ana", "question_answering", out)
    store.learn("ana", lesson("my dog", "is called", "Max"))
    store.forget("ana", store.entry("ana", "Tom"))
    export_task(source, "ana", "question_answering", out)
    assert {row["answer"] for row in opened(out)["train"]} == {"my dog is called Max.", "my hen is called Ada."}
    assert not [path for path in export_task(source, "ana", "question_answering", out) if b"Tom" in path.read_bytes()]


def test_nobody_elses_rows_get_in(source: Exported, tmp_path: Path) -> None:
    source.store.learn("ana", lesson("my dog", "is called", "Rex"))
    source.store.learn("ben", lesson("my safe", "opens with", "4711"))
    export_task(source, "ana", "question_answering", tmp_path / "out")
    assert [row["answer"] for row in opened(tmp_path / "out")["train"]] == ["my dog is called Rex."]


def test_taught_rows_come_in_the_order_of_time_whatever_the_offset(source: Exported) -> None:
    store = source.store
    for value, hours in (("late", 5), ("early", -5)):
        at = (BEGAN + timedelta(hours=hours)).astimezone(timezone(timedelta(hours=-2 * hours)))
        store.now = lambda at=at: at
        store.learn("ana", lesson("my dog", "likes", value, many=True))
    assert [row.row["answer"] for row in dataset_rows(source, "ana", "question_answering")] == ["my dog likes early.", "my dog likes late."]


def test_a_taught_row_that_is_a_seed_row_is_not_doubled(source: Exported) -> None:
    before = dataset_rows(source, "ana", "dialogue")
    source.store.learn("ana", example("dialogue", before[3].row))
    assert dataset_rows(source, "ana", "dialogue") == before


def test_the_card_counts_the_rows_and_says_whose_they_are(source: Exported, tmp_path: Path) -> None:
    seeds = len(dataset_rows(source, "ana", "dialogue"))
    export_task(source, "ana", "dialogue", tmp_path / "seed")
    card = (tmp_path / "seed" / "README.md").read_text("utf-8")
    assert f"| train | {seeds:,} | {seeds:,} | 0 |" in card
    assert "license: apache-2.0" in card
    assert "list of {`role`: string, `content`: string}" in card
    source.store.learn("ana", example("dialogue", {"messages": [{"role": "user", "content": "ahoj"}]}))
    export_task(source, "ana", "dialogue", tmp_path / "taught")
    card = (tmp_path / "taught" / "README.md").read_text("utf-8")
    assert f"| train | {seeds + 1:,} | {seeds:,} | 1 |" in card
    assert "license: other" in card
    assert "## Personal data\n\nTaught rows are a person's own words" in card


def test_a_dataset_without_rows_is_not_exported(source: Exported, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'emotion' has no rows yet: teach something first"):
        export_task(source, "ana", "emotion", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_task_is_named_with_those_that_exist(source: Exported, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no task '\.\./emotion'; the tasks are question_answering"):
        export_task(source, "ana", "../emotion", tmp_path)


def test_a_readme_of_somebody_else_is_never_overwritten(source: Exported, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# My project\n", "utf-8")
    with pytest.raises(DataError, match="was not written by an export"):
        export_task(source, "ana", "dialogue", tmp_path)
    assert (tmp_path / "README.md").read_text("utf-8") == "# My project\n"
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_written_is_named(source: Exported, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(DataError, match=r"The folder '.*file' cannot be written: Not a directory"):
        export_task(source, "ana", "dialogue", tmp_path / "file")
