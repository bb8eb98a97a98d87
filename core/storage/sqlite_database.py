"""An SQLite database: its connections, and whether its file still is what was opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.errors import StoreError, StoreReplacedError, StoreUnavailableError
from core.storage import sqlite
from core.storage.database import Database, first_line
from core.storage.sqlite_file import Sight, SqliteFile

_WRITE_BACK_AFTER: Final = 4_000_000
"""Bytes in SQLite's log, roughly, before it is written back into the file."""

_A_COMMIT: Final = 3 * 4096
"""Bytes that a commit adds to it, roughly, whatever it stores."""

_HAPPENED: Final = {
    Sight.REMOVED: "was removed",
    Sight.REPLACED: "was replaced by another file",
    Sight.CHANGED: "was written over by another program",
}


class SqliteDatabase(Database):
    """The connections to a database, which is looked at before and after each use.

    Parameters
    ----------
    url
        As SQLAlchemy takes it.
    busy_seconds
        How long to wait for another program's lock.

    Raises
    ------
    StoreUnavailableError
        If there can be no such database.
    """

    def __init__(self, url: sa.URL, where: str, busy_seconds: float) -> None:
        super().__init__(where)
        # A file can be removed or replaced.
        self._file: SqliteFile | None = None
        options: dict[str, Any] = {"timeout": busy_seconds}
        path = sqlite.path_of(url)
        if path is not None:
            sqlite.make_folder(path, self.where)
            self._file = SqliteFile(path)
        try:
            self._engine = sa.create_engine(url, connect_args=options)
        except (SQLAlchemyError, ImportError) as error:
            raise StoreUnavailableError(self.where, first_line(error)) from error
        sqlite.prepare(self._engine, busy_seconds, self._file)
        self._plain = self._engine.execution_options(begin=None)
        self._immediate = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        self._spoiled = 0
        self._unwritten = 0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for one statement that reads."""
        with self._inside(), self._translated(), self._plain.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, single: bool = False) -> Iterator[Connection]:
        """A connection whose work is in the file at the database's place when all is well."""
        engine = self._plain if single else self._immediate
        with self._inside() as generation:
            with self._translated(), engine.begin() as connection:
                yield connection
            # Only now: it may have been taken away just before the commit.
            after = self._look()
            if after is Sight.SAME:
                self._write_back_now_and_then()
        if after is not Sight.SAME:
            with self._gate.alone():
                self._find_out(generation)
            if after is not Sight.CHANGED or self._spoiled >= generation:
                raise StoreReplacedError(self.where, _HAPPENED[after])

    def wrote(self, n_bytes: int) -> None:
        """Note how much is stored by the transaction under way."""
        self._unwritten += n_bytes

    @contextmanager
    def _inside(self) -> Iterator[int]:
        """Be where the database is what was opened; opens it anew if need be. Its generation."""
        while True:
            with self._gate.entered():
                if self._is_open and self._look() is Sight.SAME:
                    yield self._generation
                    return
            with self._gate.alone():
                if self._is_open:
                    self._find_out(self._generation)
                if not self._is_open:
                    self._open()

    def _write_back_now_and_then(self) -> None:
        if self._file is None:
            return
        self._unwritten += _A_COMMIT
        if self._unwritten > _WRITE_BACK_AFTER:
            self._write_back()

    def _write_back(self) -> None:
        """Let SQLite move what its log holds into the file, as far as no reader is in the way."""
        assert self._file is not None
        self._unwritten = 0
        # What could not be moved stays where it is just as safe.
        with (
            suppress(StoreError),
            self._translated(),
            self._plain.connect() as connection,
            self._file.writing(),
        ):
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def _let_go(self) -> None:
        """Close all connections; what SQLite's log holds is in the file itself then."""
        if self._file is not None and self._is_open and self._look() is Sight.SAME:
            self._write_back()
        self._shut()
        if self._file is not None:
            self._file.release()

    def _look(self) -> Sight:
        return Sight.SAME if self._file is None else self._file.look()

    def _find_out(self, generation: int) -> None:
        """Shut what is not there any more, and say so; alone behind the gate.

        Raises
        ------
        StoreReplacedError
            If what was opened is lost. If another server has written the file, all is well.
        """
        sight = self._look()
        if generation != self._generation or not self._is_open or sight is Sight.SAME:
            return
        assert self._file is not None
        happened, kept = _HAPPENED[sight], None
        if sight is Sight.CHANGED:
            if sqlite.is_sound(self._file.path):
                self._shut()
                return
            kept = self._file.empty_log()
        elif self._file.is_nameless:
            kept = self._rescued()
        self._spoiled = generation
        self._shut()
        raise StoreReplacedError(self.where, happened, str(kept or ""))

    def _rescued(self) -> Path | None:
        """Save what only the open connections can still reach."""
        assert self._file is not None
        kept = self._file.name_beside("")
        try:
            with self._plain.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None
                sqlite.copy(driver, kept)
        except (SQLAlchemyError, OSError, *sqlite.ERRORS):
            kept.unlink(missing_ok=True)
            return None
        return kept

    def _shut(self) -> None:
        self._engine.dispose()
        self._is_open = False

    def _open(self) -> None:
        """Open what is there now; alone behind the gate."""
        if self._is_closed:
            raise StoreUnavailableError(self.where, "it was closed")
        if self._file is not None:
            if self._generation and not self._file.exists():
                raise StoreReplacedError(self.where, _HAPPENED[Sight.REMOVED])
            self._file.prepare()
        try:
            self._migrate(self._engine, self._immediate)
            if self._file is not None:
                self._file.hold()
        except OSError as error:
            self._shut()
            raise StoreReplacedError(self.where, _HAPPENED[Sight.REPLACED]) from error
        except BaseException:
            self._shut()
            raise
        self._is_open = True
        self._generation += 1

    def _problem_of(self, error: SQLAlchemyError) -> StoreError | None:
        return sqlite.problem_of(error.orig if isinstance(error, DBAPIError) else None, self.where)
