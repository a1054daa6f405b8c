"""The checks of `lic doctor`; each says in a sentence what it found, and raises LicError where it found a problem."""

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from lic.errors import DatabaseUnavailable, DataError, LicError, ModelUnavailable, ServerUnavailable

if TYPE_CHECKING:
    from lic.settings import Settings

PACKAGES = ("gradio", "transformers", "torch", "scikit-learn", "datasets", "sqlalchemy", "alembic", "pydantic-settings", "typer")
FREE_MEGABYTES = 500
SERVER_SECONDS = 5.0


def versions(_settings: "Settings") -> str:
    """Python and the packages that LIC stands on."""
    from lic import __version__

    found: list[str] = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError as error:
            raise LicError(f"The package {name} is not installed: run `pip install {name}`.") from error
    return f"LIC {__version__} on Python {sys.version.split()[0]} with {', '.join(found)}."


def seed(settings: "Settings") -> str:
    """The seed data."""
    for name in ("intent_recognition", "feedback", "dialogue"):
        file = settings.seed / name / "train.jsonl"
        if not file.is_file():
            raise DataError(f"The seed data {file} is missing: install LIC again, or set LIC_SEED to the folder that has it.")
    return f"The seed data is in {settings.seed}."


def encoder(settings: "Settings") -> str:
    """The text encoder: the pinned bytes, or the chosen one loads."""
    from lic.encoder import load_encoder

    found = load_encoder(settings.encoder, settings.threads)
    if settings.encoder:
        return f"The text encoder {settings.encoder} loads ({found.dimension} dimensions)."
    return f"The text encoder is the pinned all-MiniLM-L6-v2 (sha256 begins {found.fingerprint})."


def heads(settings: "Settings") -> str:
    """Whether the first turn has to wait until the heads are fitted."""
    missing = [name for name in ("intent", "feedback") if not list(settings.cache.glob(f"{name}-*.npz"))]
    if missing:
        return f"The heads {' and '.join(missing)} are not fitted yet; the first start does it once."
    return f"The fitted heads are in {settings.cache}."


def full_text(_settings: "Settings") -> str:
    """Whether this Python's SQLite can search full text."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.OperationalError as error:
            raise DatabaseUnavailable(f"The SQLite of this Python ({sqlite3.sqlite_version}) has no FTS5: use another Python build.") from error
    return f"SQLite {sqlite3.sqlite_version} has FTS5."


def home(settings: "Settings") -> str:
    """Whether the home can be written and has room."""
    folder = _existing(settings.home)
    if settings.home.exists() and not settings.home.is_dir():
        raise DatabaseUnavailable(f"The home {settings.home} is no folder: set LIC_HOME to one.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DatabaseUnavailable(f"The folder {folder} cannot be written ({error.strerror}): set LIC_HOME to a writable folder.") from error
    free = shutil.disk_usage(folder).free // 2**20
    if free < FREE_MEGABYTES:
        raise DatabaseUnavailable(f"Only {free:,} MB are free at {folder}; LIC wants {FREE_MEGABYTES} MB: free some space.")
    return f"The home {settings.home} can be written; {free:,} MB are free."


def database(settings: "Settings") -> str:
    """Whether the database is sound, of this schema, and can be written."""
    from sqlalchemy.engine import make_url

    from lic.database.database import Database, database_url

    url = make_url(database_url(settings))
    opened = Database(url) if _there(url.database) else None
    if opened is None:
        return f"There is no database {url} yet; the first start makes it."
    try:
        opened.migrate()
        opened.check()
        with opened.write():
            pass
    finally:
        opened.close()
    return f"The database {url} is sound, of this LIC's schema, and can be written."


def memory(settings: "Settings", owner: str) -> str:
    """How much is known to one person."""
    from sqlalchemy.engine import make_url

    from lic.database.database import Database, database_url
    from lic.mental_process.entries import Entries

    url = make_url(database_url(settings))
    if not _there(url.database):
        return f"Nothing is known to {owner!r} yet."
    opened = Database(url)
    try:
        with opened.read() as connection:
            known = Entries(connection, owner).count()
    finally:
        opened.close()
    return f"{known:,} {'entry is' if known == 1 else 'entries are'} known to {owner!r}."


def autopilot(settings: "Settings") -> str:
    """Whether the chosen language model can be reached."""
    name = settings.autopilot
    if name == "embedded":
        return "The Autopilot is the embedded one."
    if name.startswith(("http://", "https://")):
        return _server(name, settings.autopilot_key)
    if Path(name).is_dir():
        if not (Path(name) / "config.json").is_file():
            raise ModelUnavailable(f"The folder {name} holds no language model (it has no config.json): set LIC_AUTOPILOT to one that does.")
        return f"The Autopilot is the model in {name}."
    return _hub_model(name)


CHECKS: Mapping[str, Callable[["Settings"], str]] = {
    "versions": versions,
    "home": home,
    "full text": full_text,
    "database": database,
    "seed data": seed,
    "encoder": encoder,
    "heads": heads,
    "autopilot": autopilot,
}


def _server(url: str, key: str) -> str:
    base = url.rstrip("/").removesuffix("/chat/completions")
    request = Request(f"{base}/models", headers={"Authorization": f"Bearer {key or 'none'}"})
    try:
        with urlopen(request, timeout=SERVER_SECONDS):
            pass
    except HTTPError as error:
        if error.code in (401, 403):
            raise ServerUnavailable(f"The server {url} refuses the key: set LIC_AUTOPILOT_KEY.") from error
        if error.code >= 500:
            raise ServerUnavailable(f"The server {url} answers with error {error.code}.") from error
        # Some servers have no list of models; that they answer is enough.
    except (OSError, ValueError, HTTPException) as error:
        raise ServerUnavailable(f"The server {url} does not answer ({getattr(error, 'reason', error)}): start it, or set LIC_AUTOPILOT.") from error
    return f"The Autopilot is the server {url}; it answers."


def _hub_model(name: str) -> str:
    from huggingface_hub import HfApi, try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    # The hub's own base class, because it has changed the library underneath more than once.
    from huggingface_hub.errors import HTTPError as HubError  # pyright: ignore[reportPrivateImportUsage]

    try:
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return f"The Autopilot is {name}; it is in the hub's cache on this computer."
        HfApi().model_info(name, timeout=SERVER_SECONDS)
    except (HubError, HFValidationError, OSError) as error:
        first = str(error).strip().split("\n")[0]
        raise ModelUnavailable(
            f"The model {name!r} is no folder, not in the hub's cache, and not reachable on the hub ({first}): check LIC_AUTOPILOT."
        ) from error
    return f"The Autopilot is {name}; the first answer downloads it."


def _there(file: str | None) -> bool:
    return file is not None and (file == ":memory:" or Path(file).exists())


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir() and os.access(path, os.X_OK))
