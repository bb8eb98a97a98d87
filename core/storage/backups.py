"""A copy of all labels in one file, and the way back: both while the app is running."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from core.errors import BackupError, StoreError, StoreUnavailableError
from core.jobs.files import remove_unfinished
from core.storage import sqlite, sqlite_backups
from core.storage.database import name_of, parsed_url


def backup(url: str, target: Path) -> None:
    """Write all of a database into one file, as it is at one moment; nobody waits for it.

    A file that is there already is replaced once the new one is whole.

    Raises
    ------
    BackupError
        If the database is in memory, or the backup cannot be written.
    StoreError
        If the database cannot be read.
    """
    parsed, where = parsed_url(url), name_of(url)
    if parsed.get_backend_name() == "postgresql":
        from core.storage import postgres_backups

        postgres_backups.backup(parsed, where, target)
    else:
        sqlite_backups.backup(_file_of(url), where, target)


def restore(source: Path, url: str) -> str | None:
    """Put a backup in the place of a database, all at once; a running app goes on with it.

    Returns
    -------
    str or None
        Where what was there until now is kept; None if nothing was.

    Raises
    ------
    BackupError
        If the file is no sound database of Labelspread; nothing is changed then.
    StoreTooNewError
        If a newer version has written it; nothing is changed then.
    StoreBusyError
        If another program keeps the present database locked; nothing is changed then.
    """
    parsed, where = parsed_url(url), name_of(url)
    if parsed.get_backend_name() == "postgresql":
        from core.storage import postgres_backups

        return postgres_backups.restore(source, parsed, where)
    kept = sqlite_backups.restore(source, _file_of(url), where)
    return None if kept is None else str(kept)


def require_database(url: str) -> None:
    """See that a database that is a file is there.

    Raises
    ------
    StoreUnavailableError
        If it is not.
    """
    path = _path_of(url)
    if path is not None and not path.is_file():
        raise StoreUnavailableError(name_of(url), "there is no such file")


def tidy(url: str) -> None:
    """Remove what restores that were killed left beside a database."""
    path = _path_of(url)
    if path is not None:
        remove_unfinished(path.parent, f"{path.name}-")


def _path_of(url: str) -> Path | None:
    """The file of a database; None if it is none."""
    with suppress(StoreError):
        parsed = parsed_url(url)
        return sqlite.path_of(parsed) if sqlite.is_sqlite(parsed) else None
    return None


def _file_of(url: str) -> Path:
    parsed = parsed_url(url)
    if not sqlite.is_sqlite(parsed):
        raise BackupError(
            f"The database {name_of(url)} is neither SQLite nor PostgreSQL.",
            "Back it up and restore it with its own tool.",
        )
    path = sqlite.path_of(parsed)
    if path is None:
        raise BackupError("The database is in memory only.", "Set LABELSPREAD_DATABASE_URL.")
    return path
