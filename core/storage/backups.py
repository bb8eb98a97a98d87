"""A copy of all labels in one file, and the way back: both while the app is running."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Final
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from core.errors import BackupError, StoreBusyError, StoreTooNewError, StoreUnavailableError
from core.jobs.files import Unfinished, remove_unfinished, unfinished_beside
from core.storage import sqlite
from core.storage.database import known_revisions, name_of
from core.storage.sqlite_file import SqliteFile

_TABLES: Final = {"alembic_version", "projects", "events"}
"""What every database of ours has."""

_TOOLS: Final = {"postgresql": "pg_dump", "mysql": "mysqldump", "mariadb": "mariadb-dump"}
"""What makes backups of other databases."""

_NO_COPY: Final = "No backup was written. Restore an earlier one."
_NO_CHANGE: Final = "Nothing was changed. Choose another backup."

_BUSY_SECONDS: Final = 5.0
_PAUSE: Final = 0.02


def backup(url: str, target: Path) -> None:
    """Write all of a database into one file, as it is at one moment; nobody waits for it.

    A file that is there already is replaced once the new one is whole.

    Raises
    ------
    BackupError
        If the database is no file, or the backup cannot be written.
    StoreError
        If the database cannot be read.
    """
    path = _file_of(url)
    if not path.is_file():
        raise StoreUnavailableError(name_of(url), "there is no such file")
    if target.exists() and target.samefile(path):
        raise BackupError(f"{target} is the database itself.", "Choose another file.")
    with _unfinished_beside(target) as unfinished:
        try:
            _copy(path, unfinished.path, "rw")
        except sqlite3.Error as error:
            raise sqlite.problem_of(error, name_of(url)) or _unsound(path, _NO_COPY) from error
        _require_ours(unfinished.path, path, _NO_COPY)
        unfinished.move_to(target)


def restore(source: Path, url: str) -> Path | None:
    """Put a backup in the place of a database, all at once; a running app goes on with it.

    Returns
    -------
    Path or None
        What was there until now, under the name it is kept by; None if nothing was.

    Raises
    ------
    BackupError
        If the file is no sound database of Labelspread; nothing is changed then.
    StoreTooNewError
        If a newer version has written it; nothing is changed then.
    StoreBusyError
        If another program keeps the present database locked; nothing is changed then.
    """
    path = _file_of(url)
    if not source.is_file():
        raise BackupError(f"There is no file {source}.", "Name the backup to restore.")
    if path.exists() and source.samefile(path):
        raise BackupError(f"{source} is the database itself.", "Name the backup to restore.")
    sqlite.make_folder(path, name_of(url))
    with _unfinished_beside(path) as unfinished:
        try:
            _copy(source, unfinished.path, "ro")
        except sqlite3.Error as error:
            raise _unsound(source, _NO_CHANGE) from error
        _require_ours(unfinished.path, source, _NO_CHANGE)
        if not path.exists():
            unfinished.move_to(path)
            return None
        with _alone(path, name_of(url)):
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


def require_database(url: str) -> None:
    """See that a database that is a file is there.

    Raises
    ------
    StoreUnavailableError
        If it is not.
    """
    with suppress(sa.exc.ArgumentError):
        parsed = make_url(url)
        path = sqlite.path_of(parsed) if sqlite.is_sqlite(parsed) else None
        if path is not None and not path.is_file():
            raise StoreUnavailableError(name_of(url), "there is no such file")


def tidy(url: str) -> None:
    """Remove what restores that were killed left beside a database."""
    with suppress(sa.exc.ArgumentError):
        parsed = make_url(url)
        path = sqlite.path_of(parsed) if sqlite.is_sqlite(parsed) else None
        if path is not None:
            remove_unfinished(path.parent, f"{path.name}-")


def _file_of(url: str) -> Path:
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise StoreUnavailableError(name_of(url), "its address cannot be read") from error
    if not sqlite.is_sqlite(parsed):
        kind = parsed.get_backend_name()
        tool = _TOOLS.get(kind, "its own tool")
        raise BackupError(
            f"The database {name_of(url)} is not a file but one of {kind}.",
            f"Back it up and restore it with {tool}.",
        )
    path = sqlite.path_of(parsed)
    if path is None:
        raise BackupError("The database is in memory only.", "Set LABELSPREAD_DATABASE_URL.")
    return path


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
