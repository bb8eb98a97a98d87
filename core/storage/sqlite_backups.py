"""A copy of an SQLite database, and the way back: both while the app is running."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Final
from urllib.parse import quote

from core.errors import BackupError, StoreBusyError, StoreTooNewError, StoreUnavailableError
from core.jobs.files import Unfinished, remove_unfinished, unfinished_beside
from core.storage import sqlite
from core.storage.database import known_revisions
from core.storage.sqlite_file import SqliteFile

_TABLES: Final = {"alembic_version", "projects", "events"}
"""What every database of ours has."""

_NO_COPY: Final = "No backup was written. Restore an earlier one."
_NO_CHANGE: Final = "Nothing was changed. Choose another backup."

_BUSY_SECONDS: Final = 5.0
_PAUSE: Final = 0.02


def backup(path: Path, where: str, target: Path) -> None:
    """As :func:`core.storage.backups.backup`, of a file that has a name in sentences."""
    if not path.is_file():
        raise StoreUnavailableError(where, "there is no such file")
    if target.exists() and target.samefile(path):
        raise BackupError(f"{target} is the database itself.", "Choose another file.")
    with _unfinished_beside(target) as unfinished:
        try:
            _copy(path, unfinished.path, "rw")
        except sqlite3.Error as error:
            raise sqlite.problem_of(error, where) or _unsound(path, _NO_COPY) from error
        _require_ours(unfinished.path, path, _NO_COPY)
        unfinished.move_to(target)


def restore(source: Path, path: Path, where: str) -> Path | None:
    """As :func:`core.storage.backups.restore`, with the file that is kept."""
    if not source.is_file():
        raise BackupError(f"There is no file {source}.", "Name the backup to restore.")
    if path.exists() and source.samefile(path):
        raise BackupError(f"{source} is the database itself.", "Name the backup to restore.")
    sqlite.make_folder(path, where)
    with _unfinished_beside(path) as unfinished:
        try:
            _copy(source, unfinished.path, "ro")
        except sqlite3.Error as error:
            raise _unsound(source, _NO_CHANGE) from error
        _require_ours(unfinished.path, source, _NO_CHANGE)
        if not path.exists():
            unfinished.move_to(path)
            return None
        with _alone(path, where):
            return _exchange(unfinished, path)


@contextmanager
def _unfinished_beside(path: Path) -> Iterator[Unfinished]:
    """A file beside another one for what is to take its place."""
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}.", "Create it, or choose another.")
    remove_unfinished(path.parent, f"{path.name}-")
    try:
        with unfinished_beside(path) as unfinished:
            yield unfinished
    except OSError as error:
        raise BackupError(
            f"The file {path} cannot be written ({error.strerror}).",
            "Choose another place, or free some disk space.",
        ) from error


@contextmanager
def _alone(path: Path, where: str) -> Iterator[None]:
    """Nobody writes to a database meanwhile, and all of it is in the file itself.

    One that is damaged cannot be locked, and is left as it is.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_SECONDS)
    deadline = monotonic() + _BUSY_SECONDS
    log = path.with_name(f"{path.name}-wal")
    try:
        while True:
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.DatabaseError as error:
                if isinstance(problem := sqlite.problem_of(error, where), StoreBusyError):
                    raise problem from error
                break
            # Somebody may have written between the two.
            if not log.exists() or not log.stat().st_size:
                break
            connection.execute("ROLLBACK")
            if monotonic() > deadline:
                raise StoreBusyError(where)
            sleep(_PAUSE)
        yield
    finally:
        connection.close()


def _exchange(new: Unfinished, path: Path) -> Path:
    """Put a file in a database's place, and keep what was there; returns its name.

    The log goes first: SQLite would lay its pages over those of the new file.
    """
    file = SqliteFile(path)
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        log.replace(file.name_beside("-wal"))
    log.unlink(missing_ok=True)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    kept = file.name_beside("")
    try:
        kept.hardlink_to(path)
    except OSError:
        # A file system without a second name for one file: for a moment there is none.
        path.replace(kept)
    new.move_to(path)
    return kept


def _copy(source: Path, target: Path, mode: str) -> None:
    connection = sqlite3.connect(
        f"file:{quote(str(source.absolute()))}?mode={mode}", uri=True, timeout=_BUSY_SECONDS
    )
    try:
        sqlite.copy(connection, target)
    finally:
        connection.close()


def _unsound(source: Path, remedy: str) -> BackupError:
    return BackupError(f"{source} is damaged, or is no database of Labelspread.", remedy)


def _require_ours(path: Path, name: Path, remedy: str) -> None:
    """See that a file is a sound database of this program, and of no newer one."""
    if not sqlite.is_sound(path):
        raise _unsound(name, remedy)
    connection = sqlite3.connect(path)
    try:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if not tables >= _TABLES:
            raise _unsound(name, remedy)
        revisions = [
            row[0] for row in connection.execute("SELECT version_num FROM alembic_version")
        ]
    finally:
        connection.close()
    if len(revisions) != 1:
        raise _unsound(name, remedy)
    if revisions[0] not in known_revisions():
        raise StoreTooNewError(str(name), revisions[0])
