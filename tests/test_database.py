"""The database: its schema's history, its pragmas, and a name for everything that can be wrong with it."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event

from lic.database import database as module
from lic.database.database import Database
from lic.database.history import HEAD
from lic.database.tables import metadata
from lic.errors import DatabaseDamaged, DatabaseUnavailable, SchemaTooNew, StoreError
from lic.factory import Lic
from lic.settings import Settings
from tests.store import Store, lesson

NOBODY = 65534


def opened(folder: Path) -> Database:
    """A migrated database in a folder."""
    database = Database(f"sqlite:///{folder / 'lic.db'}")
    database.migrate()
    return database


def pragma(database: Database, name: str) -> object:
    """The value of a pragma on a connection of ours."""
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@contextmanager
def without_rights() -> Iterator[None]:
    """Act as an ordinary user, whom file permissions bind."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user of the machine can reach."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_migrating_from_blank_gives_exactly_the_tables(tmp_path: Path) -> None:
    database = opened(tmp_path)
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": lambda name, kind, _: not str(name).startswith("entries_fts")}
        )
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    database.close()


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.learn("ana", lesson("dog", "is called", "Rex"))
    before = store.rows("ana")
    store.database.migrate()
    again = Store(tmp_path)
    assert again.rows("ana") == before
    store.close()
    again.close()


def test_two_processes_that_start_at_once_migrate_one_after_the_other(tmp_path: Path) -> None:
    script = "import sys; from lic.database.database import Database; d = Database(sys.argv[1]); d.migrate(); d.check(); d.close()"
    command = [sys.executable, "-c", script, f"sqlite:///{tmp_path / 'lic.db'}"]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def test_every_connection_is_durable_patient_and_leaves_no_deleted_text(tmp_path: Path) -> None:
    database = opened(tmp_path)
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2  # FULL: a commit that returned survives a power cut
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "secure_delete") == 1
    assert pragma(database, "busy_timeout") == module.BUSY_SECONDS * 1000
    database.close()


@pytest.mark.parametrize("name", ["with space", "Zürich", "a?b", "a#b", "100%25", "a&b=c"])
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    lic = Lic(Settings(home=tmp_path / name))
    lic.close()
    assert (tmp_path / name / "lic.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = opened(tmp_path)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(SchemaTooNew, match=r"'9999', newer than this LIC.*update LIC") as refused:
        Lic(Settings(home=tmp_path))
    assert str(tmp_path) in str(refused.value)
    assert sqlite3.connect(tmp_path / "lic.db").execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "lic.db").write_bytes(b"These are my notes, not a database. " * 200)
    with pytest.raises(DatabaseDamaged, match=r"damaged \(file is not a database\): restore a copy"):
        Lic(Settings(home=tmp_path))
    assert (tmp_path / "lic.db").read_bytes().startswith(b"These are my notes")


def damage(file: Path) -> None:
    """Overwrite all pages but the first with noise."""
    size = file.stat().st_size
    with file.open("r+b") as content:
        content.seek(4096)
        content.write(b"\xa5" * (size - 4096))


def test_a_damaged_file_is_called_damaged_whether_read_or_checked(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.learn("ana", lesson("dog", "is called", "Rex"))
    store.database.purge()
    store.close()
    damage(tmp_path / "lic.db")
    database = Database(f"sqlite:///{tmp_path / 'lic.db'}")
    with pytest.raises(DatabaseDamaged, match="restore a copy, or move the file away"):
        database.check()
    database.close()
    with pytest.raises(DatabaseDamaged, match="restore a copy, or move the file away"):
        Lic(Settings(home=tmp_path))


def test_a_read_only_file_is_named_and_nothing_changes(public: Path) -> None:
    store = Store(public)
    store.learn("ana", lesson("dog", "is called", "Rex"))
    store.database.purge()
    store.close()
    before = (public / "lic.db").read_bytes()
    (public / "lic.db").chmod(0o444)
    with (
        without_rights(),
        pytest.raises(DatabaseUnavailable, match=r"(read-only: make it writable|cannot be opened: check that its folder exists and is writable)"),
    ):
        Lic(Settings(home=public))
    assert (public / "lic.db").read_bytes() == before


def test_a_read_only_folder_is_named(public: Path) -> None:
    with without_rights(), pytest.raises(DatabaseUnavailable, match="LIC_HOME"):
        Lic(Settings(home=public / "below"))
    with without_rights(), pytest.raises(DatabaseUnavailable, match="LIC_HOME"):
        Lic(Settings(home=public))
    assert list(public.iterdir()) == []


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(DatabaseUnavailable, match=r"cannot be made .*set LIC_HOME"):
        Lic(Settings(home=tmp_path / "home"))


def test_a_lock_of_another_program_is_waited_for_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 1)
    store = Store(tmp_path)
    store.learn("ana", lesson("dog", "is called", "Rex"))
    before = store.rows("ana")
    other = sqlite3.connect(tmp_path / "lic.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseUnavailable, match=r"locked by another program for 1 s: try again\. Nothing was changed"):
        store.learn("ana", lesson("cat", "is called", "Tom"))
    assert store.rows("ana") == before  # readers are not shut out
    other.execute("COMMIT")
    other.close()
    store.learn("ana", lesson("cat", "is called", "Tom"))
    assert store.values("ana") == {"Rex", "Tom"}
    store.close()


def test_a_lock_at_the_start_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 1)
    other = sqlite3.connect(tmp_path / "lic.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseUnavailable, match="locked by another program"):
        Lic(Settings(home=tmp_path))
    other.close()


def test_a_full_disk_is_named_and_nothing_changes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.learn("ana", lesson("dog", "is called", "Rex"))
    before = store.rows("ana")
    store.close()
    pages = pragma(store.database, "page_count")
    store.close()

    def fill(raw: sqlite3.Connection, _record: object) -> None:
        raw.execute(f"PRAGMA max_page_count={pages}")

    event.listen(store.database.engine, "connect", fill)
    with pytest.raises(DatabaseUnavailable, match=r"full or failing .*free some space and try again\. Nothing was changed"):
        store.learn("ana", lesson("cat", "is called", "Tom" * 9000))
    assert store.rows("ana") == before
    event.remove(store.database.engine, "connect", fill)
    store.close()
    store.learn("ana", lesson("cat", "is called", "Tom"))
    assert store.values("ana") == {"Rex", "Tom"}
    store.close()


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(StoreError, match="is not SQLite"):
        Database("postgresql://localhost/lic")
    with pytest.raises(StoreError, match="is not one that SQLAlchemy reads"):
        Database("no url at all")


def test_an_error_within_a_transaction_takes_all_of_it_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    before = store.everything()

    def fail(connection: Connection) -> None:
        connection.exec_driver_sql("DELETE FROM tasks")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), store.database.write() as connection:
        fail(connection)
    assert store.everything() == before
    store.close()
