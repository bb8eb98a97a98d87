"""What only SQLite needs: how its files are opened and written, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from operator import methodcaller
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.errors import (
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)
from core.storage.sqlite_file import SqliteFile

ERRORS: Final = (sqlite3.Error,)
"""What SQLite's driver raises."""

_TEXT: Final = methodcaller("decode", "utf-8", "surrogateescape")
"""Makes a text, even of what is none: one damaged row must not hide all others."""

_BUSY_PAUSE: Final = 0.02
"""Seconds between two tries where SQLite itself does not wait."""


def is_sqlite(url: sa.URL) -> bool:
    """Whether an address is that of an SQLite database."""
    return url.get_backend_name() == "sqlite"


def path_of(url: sa.URL) -> Path | None:
    """The file of an SQLite database; None if it is in memory."""
    name = url.database
    if name in (None, "", ":memory:") or url.query.get("mode") == "memory":
        return None
    path = unquote(name.removeprefix("file:")) if name.startswith("file:") else name
    return Path(path).absolute()


def make_folder(path: Path, where: str) -> None:
    """Make the folder that a database is to be in.

    Raises
    ------
    StoreUnavailableError
        If it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailableError(
            where, f"its folder cannot be made: {error.strerror}"
        ) from error


def prepare(engine: Engine, busy_seconds: float, file: SqliteFile | None) -> None:
    """Set what SQLite needs to keep the contract.

    ``synchronous=FULL`` makes each commit survive a power cut, which WAL alone does not. A writing
    transaction takes the lock at its start (``BEGIN IMMEDIATE``), because one that reads first and
    wants to write later fails at once instead of waiting its turn. One statement alone is a
    transaction of its own and needs no BEGIN: execution option ``begin``.

    The log is written back by :class:`core.storage.sqlite_database.SqliteDatabase`, not by SQLite
    in the midst of a commit: so it is known who has written the file.
    """

    @sa.event.listens_for(engine, "do_connect")
    def _never_make_anew(
        _dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]
    ) -> None:
        if file is not None and file.was_held and "uri" not in options:
            arguments[0] = f"file:{quote(str(file.path.absolute()))}?mode=rw"
            options["uri"] = True

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        _write_ahead(cursor, busy_seconds)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.close()
        connection.text_factory = _TEXT

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if begin := connection.get_execution_options().get("begin", "BEGIN"):
            connection.exec_driver_sql(begin)


def is_sound(path: Path) -> bool:
    """Whether all of a database fits together, read anew through a connection of its own."""
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=rw", uri=True)
    try:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()
    return bool(told == "ok")


def copy(source: sqlite3.Connection, path: Path) -> None:
    """Copy all of a database into a new file, as it is at one moment; writers need not wait.

    The copy is one file without companions.

    Raises
    ------
    sqlite3.Error
        If the source cannot be read, or the file not be written.
    """
    target = sqlite3.connect(path, isolation_level=None)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()


def _write_ahead(cursor: sqlite3.Cursor, busy_seconds: float) -> None:
    """Turn the write-ahead log on.

    While another program writes to a file that has none yet, such as a new one that it opened at
    the same moment, SQLite refuses this at once whatever its timeout; so the waiting is done here.
    """
    deadline = monotonic() + busy_seconds
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # A read-only file can still be read, in whatever mode it has.
            if error.sqlite_errorname.startswith("SQLITE_READONLY"):
                return
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or monotonic() > deadline:
                raise
        else:
            return
        sleep(_BUSY_PAUSE)


_PROBLEMS: Final[dict[str, Callable[[str], StoreError]]] = {
    "SQLITE_BUSY": StoreBusyError,
    "SQLITE_LOCKED": StoreBusyError,
    "SQLITE_READONLY": StoreReadOnlyError,
    "SQLITE_FULL": StoreFullError,
    "SQLITE_CORRUPT": StoreCorruptError,
    "SQLITE_NOTADB": StoreCorruptError,
    "SQLITE_CANTOPEN": partial(StoreUnavailableError, detail="the file cannot be opened"),
    "SQLITE_IOERR": partial(StoreUnavailableError, detail="the disk gave an error"),
}
"""Primary result codes; an extended one, such as SQLITE_BUSY_SNAPSHOT, starts with them."""


def problem_of(error: BaseException | None, where: str) -> StoreError | None:
    """What an error of SQLite means; None if it is of another kind."""
    code = getattr(error, "sqlite_errorname", "")
    for prefix, problem in _PROBLEMS.items():
        if code.startswith(prefix):
            return problem(where)
    if isinstance(error, sqlite3.DatabaseError) and "no such" in str(error):
        return StoreCorruptError(where)
    return None
