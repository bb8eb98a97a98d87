"""A PostgreSQL database: its connections, what its errors mean, and whether it is still the same.

All that only PostgreSQL needs stands here; it is spoken to by psycopg.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError

from core.errors import (
    StoreBusyError,
    StoreCorruptError,
    StoreCrowdedError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreReplacedError,
    StoreUnavailableError,
    StoreUnreachableError,
)
from core.storage.database import Database, first_line

_POOL: Final = 10
"""Connections that are kept, and as many again while more are needed at once."""

_CONNECT_SECONDS: Final = 5

_CONNECTING: Final[dict[str, Any]] = {
    "connect_timeout": _CONNECT_SECONDS,
    "application_name": "labelspread",
    "client_encoding": "utf8",
    # A server that has vanished is noticed after half a minute, and not after hours.
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

_SETTINGS: Final = """
SELECT set_config('timezone', 'UTC', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('idle_in_transaction_session_timeout', '60s', false),
       set_config('statement_timeout', '120s', false),
       set_config('lock_timeout', %s, false),
       set_config('synchronous_commit', CASE current_setting('synchronous_commit')
           WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
       current_setting('server_encoding')
"""
"""Of each session. What is acknowledged has to be on the disk: ``synchronous_commit``. A conflict
shows as a primary key that is taken: ``read committed``, where nothing has to be serialised."""

_IDENTITY: Final = """
SELECT pg_postmaster_start_time()::text, pg_is_in_recovery(), current_database()::text,
       to_regclass('events')::oid::bigint
"""

_MIGRATING: Final = (
    "SET LOCAL lock_timeout = '60s'",
    "SET LOCAL statement_timeout = 0",
    # A number of our own, which nobody else locks.
    "SELECT pg_advisory_xact_lock(7236825411)",
)
"""Two programs do not bring one database up to date at the same time."""


class _Identity(NamedTuple):
    """What tells a database from another one, or from what it was before a restore.

    A server that was started anew may have been set back to an earlier day, or be another one under
    the same address; one that was a copy and is the first one now may lack the last labels; and
    tables that were made anew hold what a backup held.
    """

    started: str
    is_copy: bool
    name: str
    table: int | None


class PostgresDatabase(Database):
    """The connections to a database, each of which is tried before it is used.

    Parameters
    ----------
    url
        As SQLAlchemy takes it.
    busy_seconds
        How long to wait for another program's lock, or for a connection that is free.

    Raises
    ------
    StoreUnavailableError
        If there can be no such database.
    """

    LOCK = "FOR NO KEY UPDATE"
    NOW = "extract(epoch FROM statement_timestamp())::float8"
    SAME = "AND to_regclass('events')::oid::bigint = :events_table"

    def __init__(self, url: sa.URL, where: str, busy_seconds: float) -> None:
        super().__init__(where)
        if url.get_driver_name() not in ("psycopg", "psycopg2"):
            raise StoreUnavailableError(where, "its address has to begin with postgresql://")
        self._password = str(url.password or "")
        lock_timeout = f"{max(1, round(busy_seconds * 1000))}ms"
        options = {name: value for name, value in _CONNECTING.items() if name not in url.query}
        try:
            self._engine = sa.create_engine(
                url.set(drivername="postgresql+psycopg"),
                connect_args=options,
                isolation_level="AUTOCOMMIT",
                pool_size=_POOL,
                max_overflow=_POOL,
                pool_timeout=busy_seconds,
                pool_use_lifo=True,
            )
        except (SQLAlchemyError, ImportError) as error:
            raise StoreUnavailableError(where, first_line(error)) from error
        self._transactions = self._engine.execution_options(isolation_level="READ COMMITTED")
        self._held: _Identity | None = None

        @sa.event.listens_for(self._engine, "connect")
        def _connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's
            (*_, encoding) = connection.execute(_SETTINGS, [lock_timeout]).fetchone()
            connection.commit()
            if encoding != "UTF8":
                connection.close()
                raise StoreUnavailableError(where, f"its encoding is {encoding} and not UTF8")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for one statement that reads."""
        with self._translated(), self._connected() as connection:
            yield connection

    @contextmanager
    def writing(self, *, single: bool = False) -> Iterator[Connection]:
        """A connection whose work is in the tables that were opened when all is well."""
        with self._translated(), self._connected() as connection:
            if not single:
                connection.exec_driver_sql("BEGIN")
            yield connection
            if single:
                connection.commit()
                return
            # What was written to is locked by now, so nobody can put something else in its place.
            if _identity(connection) != self._held:
                raise StoreReplacedError(
                    self.where, "was replaced", remedy="None of this was saved. Try again."
                )
            connection.exec_driver_sql("COMMIT")

    def revision(self) -> str | None:
        """Of the tables that are there, whichever they are; None if there are none.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        with self._translated(), self._engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def wrote(self, n_bytes: int) -> None:
        """Do nothing: the server looks after its log itself."""

    def same(self) -> dict[str, object]:
        """The table that was opened."""
        return {"events_table": self._held.table if self._held else None}

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection that works, to what was opened; it is opened anew if need be."""
        while True:
            with self._gate.entered(), self._tried() as (connection, identity):
                if self._is_open and identity == self._held:
                    yield connection
                    return
            with self._gate.alone():
                self._open()

    @contextmanager
    def _tried(self) -> Iterator[tuple[Connection, _Identity]]:
        """A connection, and what it leads to. One that the server has dropped is made anew."""
        connection = self._engine.connect()
        try:
            try:
                identity = _identity(connection)
            except DBAPIError as error:
                connection.close()
                if not error.connection_invalidated:
                    raise
                # All that were open at that moment are no good; the pool knows by now.
                connection = self._engine.connect()
                identity = _identity(connection)
            yield connection, identity
        finally:
            connection.close()

    def _let_go(self) -> None:
        self._engine.dispose()
        self._is_open = False

    def _open(self) -> None:
        """Open what is there now; alone behind the gate."""
        if self._is_closed:
            raise StoreUnavailableError(self.where, "it was closed")
        try:
            with self._translated():
                with self._tried() as (_, identity):
                    if self._is_open and identity == self._held:
                        return
                self._is_open = False
                self._migrate(self._transactions, self._transactions, *_MIGRATING)
                with self._tried() as (_, identity):
                    self._held = identity
        except BaseException:
            self._let_go()
            raise
        self._is_open = True
        self._generation += 1

    def _problem_of(self, error: SQLAlchemyError) -> StoreError | None:
        if isinstance(error, sa.exc.TimeoutError):
            return StoreCrowdedError(self.where)
        original = error.orig if isinstance(error, DBAPIError) else None
        if original is None:
            return None
        code = str(getattr(original, "sqlstate", None) or "")
        told = _told(original)
        if self._password:
            told = told.replace(self._password, "***")
        if isinstance(error, DataError):
            return StoreUnavailableError(self.where, told)
        if code:
            return problem_of_code(code, self.where, told)
        # Whoever cannot connect is told why in words only.
        if "too many" in told or "connection slots" in told:
            return StoreCrowdedError(self.where)
        return StoreUnreachableError(self.where, told)


def _identity(connection: Connection) -> _Identity:
    return _Identity(*connection.exec_driver_sql(_IDENTITY).one())


def _told(error: BaseException) -> str:
    """What the driver says, in one line: of several addresses, what the last one said."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Multiple connection attempts"):
        return lines[-1].removeprefix("- ")
    return first_line(error).removeprefix("connection failed: ")


def problem_of_code(code: str, where: str, told: str) -> StoreError:  # noqa: PLR0911 - a table
    """What a code of PostgreSQL means: https://www.postgresql.org/docs/current/errcodes-appendix.html."""
    match code:
        case "25006":
            return StoreReadOnlyError(
                where, "Set LABELSPREAD_DATABASE_URL to the server that takes writes."
            )
        case "53100" | "53400" | "54000":
            return StoreFullError(where)
        case "53300":
            return StoreCrowdedError(where)
        case "55P03" | "57014" | "40001" | "40P01":
            return StoreBusyError(where)
        case "42P01" | "42703" | "XX001" | "XX002":
            return StoreCorruptError(where)
        case "42501":
            return StoreUnavailableError(where, f"{told}: let this user own the database")
    if code.startswith(("08", "57P")):
        return StoreUnreachableError(where, told)
    return StoreUnavailableError(where, told)
