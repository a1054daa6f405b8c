"""Exports are remembered, so that forgetting can name those that still hold what is forgotten, without keeping what it was."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lic import replies
from lic.data_management.export import export_task
from lic.data_management.exports import listed
from lic.errors import DataError
from lic.factory import Lic
from lic.types import Lesson, Receipt, Slots
from lic.ui import datasets
from tests.command_line import CommandLine
from tests.conftest import Talk
from tests.store import Store, lesson
from tests.test_cli import cli  # noqa: F401  # pyright: ignore[reportUnusedImport]
from tests.test_export import Exported, source  # noqa: F401  # pyright: ignore[reportUnusedImport]

SECRET = "Zanzibarius"


def exported(source: Exported, folder: Path, owner: str = "ana") -> None:  # noqa: F811
    export_task(source, owner, "question_answering", folder)


def places(receipt: Receipt) -> list[str]:
    return [export.place for export in receipt.exports]


def test_forgetting_names_the_exports_that_hold_it_and_no_others(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    store, one, two, three = source.store, tmp_path / "one", tmp_path / "two", tmp_path / "three"
    store.learn("ana", lesson("my cat", "is called", "Tom"))
    exported(source, one)
    store.learn("ana", lesson("my dog", "is called", SECRET))
    exported(source, two)
    store.learn("ana", lesson("my dog", "is called", "Max"))
    exported(source, three)
    receipt = store.forget("ana", store.entry("ana", "Max"))
    assert places(receipt) == [str(three), str(two)]
    text = replies.forgotten(receipt, "your dog's name")
    assert text.startswith("Forgotten: your dog's name (1 entry, 1 dataset row, the index). It was also exported, where I can't reach it: ")
    assert f"{two} (made on {receipt.exports[1].made_at.astimezone():%-d %B %Y})" in text
    assert places(store.forget("ana", store.entry("ana", "Tom"))) == [str(three), str(two), str(one)]


def test_a_single_wording_that_goes_is_looked_for_too(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    store = source.store
    store.learn("ana", lesson("my dog", "is called", "Rex"))
    exported(source, tmp_path / "before")
    begins = store.now()
    store.learn("ana", lesson("my dog", "is called", SECRET))
    exported(source, tmp_path / "after")
    assert places(store.forget_said("ana", begins, store.now())) == [str(tmp_path / "after")]


def test_what_is_not_exported_names_nothing(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    store = source.store
    store.learn("ana", lesson("my dog", "is called", "Rex"))
    export_task(source, "ana", "dialogue", tmp_path / "dialogue")
    exported(source, tmp_path / "out")
    store.learn("ana", lesson("my cat", "is called", "Tom"))
    receipt = store.forget("ana", store.entry("ana", "Tom"))
    assert receipt.exports == ()
    assert replies.forgotten(receipt, "that") == "Forgotten: that (1 entry, 1 dataset row, the index)."


def test_the_database_keeps_no_word_of_what_was_exported_and_forgotten(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    store = source.store
    store.learn("ana", lesson("my dog", "is called", SECRET))
    exported(source, tmp_path / f"{SECRET}_and_others")
    receipt = store.forget("ana", store.entry("ana", SECRET))
    assert SECRET.lower().encode() not in store.bytes().lower()
    assert SECRET not in replies.forgotten(receipt, "your dog's name")
    assert "a folder whose name tells it (made on" in replies.forgotten(receipt, "your dog's name")


def test_exporting_into_the_same_folder_again_writes_over_what_stood_there(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    store = source.store
    store.learn("ana", lesson("my dog", "is called", "Rex"), lesson("my cat", "is called", "Tom"))
    store.learn("ben", lesson("my hen", "is called", "Ada"))
    exported(source, tmp_path / "out")
    exported(source, tmp_path / "out", "ben")
    assert store.forget("ana", store.entry("ana", "Rex")).exports == ()
    exported(source, tmp_path / "out")
    assert store.forget("ben", store.entry("ben", "Ada")).exports == ()
    assert places(store.forget("ana", store.entry("ana", "Tom"))) == [str(tmp_path / "out")]


def test_nobody_hears_of_anothers_exports(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    store = source.store
    for owner in ("ana", "ben"):
        store.learn(owner, lesson("my dog", "is called", "Rex"))
        exported(source, tmp_path / owner, owner)
    with store.database.read() as connection:
        assert [kept.export.place for kept in listed(connection, "ben")] == [str(tmp_path / "ben")]
    assert places(store.forget("ana", store.entry("ana", "Rex"))) == [str(tmp_path / "ana")]


def test_forgetting_everything_names_all_exports_with_rows_of_the_person_and_keeps_nothing_of_them(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    store = source.store
    store.learn("ana", lesson("my dog", "is called", "Rex"))
    exported(source, tmp_path / "out")
    export_task(source, "ana", "dialogue", tmp_path / "seed only")
    receipt = store.manager.transact(lambda connection: store.manager.forget_everything(connection, "ana", store.now()))
    assert places(receipt) == [str(tmp_path / "out")]
    everything = store.everything()
    assert everything["exports"] == everything["exported_rows"] == []


def test_a_row_that_hangs_on_no_entry_is_found_by_its_turn(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    store = source.store
    begins = store.now()
    row = {"text": f"{SECRET} is nice", "previous": None, "act": "chat"}
    store.learn("ana", Lesson(row["text"] or "", "", Slots(), None, "", "intent_recognition", row), lesson("my dog", "is called", "Rex"))
    export_task(source, "ana", "intent_recognition", tmp_path / "out")
    receipt = store.forget_said("ana", begins, store.now())
    assert places(receipt) == [str(tmp_path / "out")]


def test_an_export_that_cannot_be_made_is_not_remembered(source: Exported, tmp_path: Path) -> None:  # noqa: F811
    source.store.learn("ana", lesson("my dog", "is called", "Rex"))
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(DataError):
        exported(source, tmp_path / "file")
    with pytest.raises(DataError):
        export_task(source, "ana", "emotion", tmp_path / "none")
    assert source.store.everything()["exports"] == []


def test_a_download_is_named_by_its_file(lic: Lic, talk: Callable[..., Talk]) -> None:
    ana = talk()
    ana.say(f"My dog is called {SECRET}")
    datasets.export(lic, "ana", "question_answering")
    reply = ana.say("Forget my dog's name")
    assert "It was also exported, where I can't reach it: question_answering.zip (downloaded on " in reply.text
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in lic.settings.home.glob("lic.db*"))


def test_exports_are_listed_and_named_by_command(cli: CommandLine, tmp_path: Path) -> None:  # noqa: F811
    assert cli("dataset", "exports").out == "Nothing was exported yet.\n"
    cli("ask", "My dog is called Rex")
    cli("ask", "My cat is called Tom")
    cli("dataset", "export", "question_answering", "--to", str(tmp_path / "out"))
    assert f"question_answering  {tmp_path / 'out'}  2 taught rows\n" in cli("dataset", "exports").out
    forgotten = cli("forget", "my dog's name", "--yes", "--json").json
    assert [export["place"] for export in forgotten["exports"]] == [str(tmp_path / "out")]
    assert str(tmp_path / "out") in forgotten["text"]
    [kept] = cli("dataset", "exports", "--json").json
    assert (kept["place"], kept["taught"], kept["gone"]) == (str(tmp_path / "out"), 2, 1)
    assert "2 taught rows, 1 of them not known any more" in cli("dataset", "exports").out
    assert cli("dataset", "exports", "--user", "ben", "--json").json == []


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Store]:
    """A store with the schema of before."""
    store = Store(tmp_path)
    yield store
    store.close()


def test_a_database_of_before_gets_the_tables(blank: Store) -> None:
    blank.learn("ana", lesson("my dog", "is called", "Rex"))
    with blank.database.write() as connection:
        for statement in ("DROP TABLE exported_rows", "DROP TABLE exports", "UPDATE alembic_version SET version_num = '0004'"):
            connection.exec_driver_sql(statement)
    before = blank.rows("ana")
    blank.database.migrate()
    assert blank.rows("ana") == before
    assert blank.everything()["exports"] == []
