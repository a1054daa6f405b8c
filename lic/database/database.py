"""Opening the database: pragmas, schema, transactions, and errors with names."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from lic.database.history import HEAD, upgrade
from lic.errors import DatabaseDamaged, DatabaseUnavailable, SchemaTooNew, StoreError
from lic.settings import Settings

BUSY_SECONDS = 10


class Database:
    """A SQLite database in write-ahead mode; every transaction that returned is on the disk."""

    def __init__(self, url: str | URL) -> None:
        self.url = url if isinstance(url, str) else url.render_as_string()
        self.engine = _engine(url)

    @contextmanager
    def read(self) -> Generator[Connection, None, None]:
        """A consistent view; nothing that happens in it is kept."""
        with _named_errors(self.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection, None, None]:
        """One transaction that takes the write lock at once, so that what it reads is what it changes."""
        with _named_errors(self.url), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def migrate(self) -> None:
        """Bring the schema to this LIC's version.

        Raises SchemaTooNew where a newer LIC wrote it, DatabaseDamaged where the file is no sound database.
        """
        with _named_errors(self.url):
            with self.engine.connect() as connection:
                found = _schema_version(connection)
            if found == HEAD:
                return
            known = upgrade(self.engine, found)
            if not known:
                raise SchemaTooNew(f"The database {self.url} has schema {found!r}, newer than this LIC ({HEAD!r}): update LIC, or choose another LIC_HOME.")

    def check(self) -> None:
        """Read the whole file and raise DatabaseDamaged with what is wrong."""
        with self.read() as connection:
            problems = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
        if problems != ["ok"]:
            raise DatabaseDamaged(_damaged(self.url, "; ".join(problems)))

    def purge(self) -> None:
        """Empty the write-ahead log, so that no page of deleted text stays in it."""
        with self.read() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def database_url(settings: Settings) -> str | URL:
    """The URL of the settings, else that of the file in their home, whatever characters its path has."""
    return settings.database or URL.create("sqlite", database=str(settings.home / "lic.db"))


def _engine(url: str | URL) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"The database URL {url!r} is not one that SQLAlchemy reads, such as sqlite:////folder/lic.db.") from error
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"The database URL {url!r} is not SQLite; this LIC stores in SQLite only.")
    if parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(f"The folder {folder} cannot be made ({error.strerror}): set LIC_HOME to a writable folder.") from error
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_connection)
    return engine


def _prepare_connection(raw: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling is turned off: `write` begins at once, readers stay in autocommit.
    raw.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-32000",
    ):
        raw.execute(f"PRAGMA {pragma}").close()


def _schema_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _named_errors(url: str) -> Generator[None, None, None]:
    try:
        yield
    except DBAPIError as error:
        raise _named(url, error) from error


def _named(url: str, error: DBAPIError) -> StoreError:
    cause: Any = error.orig
    message = str(cause)
    if "malformed" in message or "not a database" in message or "disk image" in message:
        return DatabaseDamaged(_damaged(url, message))
    if "readonly" in message or "read-only" in message:
        return DatabaseUnavailable(f"The database {url} is read-only: make it writable, or set LIC_HOME to a writable folder. Nothing was changed.")
    if "locked" in message or "busy" in message:
        return DatabaseUnavailable(f"The database {url} was locked by another program for {BUSY_SECONDS} s: try again. Nothing was changed.")
    if "full" in message or "disk I/O" in message:
        return DatabaseUnavailable(f"The disk of {url} is full or failing ({message}): free some space and try again. Nothing was changed.")
    if "unable to open" in message:
        return DatabaseUnavailable(f"The database {url} cannot be opened: check that its folder exists and is writable, or set LIC_HOME.")
    return StoreError(f"The database {url} refused a statement: {message}")


def _damaged(url: str, message: str) -> str:
    return f"The database {url} is damaged ({message}): restore a copy, or move the file away to start anew."
