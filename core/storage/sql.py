"""The store on a database: SQLite by default, through SQLAlchemy, with Alembic's migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

import alembic.command
import sqlalchemy as sa
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DatabaseError as SqlalchemyDatabaseError
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from core.config import ProjectConfig
from core.errors import (
    SequenceConflictError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreTooNewError,
    StoreUnavailableError,
    UnknownProjectError,
)
from core.session.events import EVENT, Event
from core.storage import tables
from core.storage.base import Project, Recorded

DEFAULT_BUSY_SECONDS: Final = 5.0
"""How long to wait for another program's lock before saying that the database is locked."""

_BUSY_PAUSE: Final = 0.02
"""Seconds between two tries where SQLite itself does not wait."""

_MIGRATIONS: Final = Path(__file__).with_name("migrations")


def open_store(url: str, *, busy_seconds: float = DEFAULT_BUSY_SECONDS) -> SqlStore:
    """Open a database, bring its tables up to date, and check that they can be used.

    Parameters
    ----------
    url
        As SQLAlchemy takes it, such as ``sqlite:////data/labelspread.db``.

    Raises
    ------
    StoreError
        If it is unreachable, damaged, locked, full, or of a newer version than this program.
    """
    where = _name(url)
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
            _make_folder(str(parsed.database), where)
        engine = sa.create_engine(url, connect_args=_connect_args(parsed, busy_seconds))
    except (SQLAlchemyError, ImportError) as error:
        raise StoreUnavailableError(where, _first_line(error)) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, busy_seconds)
    store = SqlStore(engine, where)
    store.migrate()
    return store


class SqlStore:
    """The contract of :mod:`core.storage.base`, kept by a database."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    def migrate(self) -> None:
        """Bring the tables up to date; a database that is already needs not be writable."""
        script = ScriptDirectory(str(_MIGRATIONS))
        with self._translated(), self._engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        if revision == script.get_current_head():
            return
        if revision is not None and revision not in {s.revision for s in script.walk_revisions()}:
            raise StoreTooNewError(self._where, revision)
        with self._writing() as connection:
            config = AlembicConfig()
            config.set_main_option("script_location", str(_MIGRATIONS))
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def ping(self) -> None:
        """Ask the database the shortest question there is."""
        with self._reading() as connection:
            connection.execute(sa.select(tables.projects.c.project_id).limit(1))

    def create(self, project: Project, events: Sequence[Event]) -> bool:
        """Add a project with its first events; False if its id exists already."""
        row = {
            "project_id": project.project_id,
            "name": project.name,
            "config": project.config.model_dump_json(),
            "created_at": project.created_at,
            "deleted_at": project.deleted_at,
        }
        try:
            with self._writing() as connection:
                connection.execute(tables.projects.insert(), row)
                _insert_events(connection, project.project_id, 0, events, project.created_at)
        except IntegrityError:
            return False
        return True

    def projects(self) -> tuple[Project, ...]:
        """All projects, oldest first."""
        query = sa.select(tables.projects).order_by(
            tables.projects.c.created_at, tables.projects.c.name
        )
        with self._reading() as connection:
            return tuple(_project(row) for row in connection.execute(query))

    def project(self, project_id: str) -> Project:
        """One project, deleted or not."""
        query = sa.select(tables.projects).where(tables.projects.c.project_id == project_id)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                raise UnknownProjectError(project_id)
            return _project(row)

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name."""
        self._update(project_id, name=name)

    def delete(self, project_id: str, at: datetime) -> None:
        """Hide a project."""
        self._update(project_id, deleted_at=at)

    def restore(self, project_id: str) -> None:
        """Show a deleted project again."""
        self._update(project_id, deleted_at=None)

    def append(
        self, project_id: str, expected_seq: int, events: Sequence[Event], at: datetime
    ) -> None:
        """Append events after number ``expected_seq``; the primary key decides who was first.

        Where the database lets two transactions read the same last number, that is.
        """
        alive = sa.select(tables.projects.c.project_id).where(
            tables.projects.c.project_id == project_id, tables.projects.c.deleted_at.is_(None)
        )
        last = sa.select(sa.func.max(tables.events.c.seq)).where(
            tables.events.c.project_id == project_id
        )
        try:
            with self._writing() as connection:
                if connection.execute(alive).one_or_none() is None:
                    raise UnknownProjectError(project_id)
                if (connection.execute(last).scalar() or 0) != expected_seq:
                    raise SequenceConflictError(project_id, expected_seq)
                _insert_events(connection, project_id, expected_seq, events, at)
        except IntegrityError as error:
            raise SequenceConflictError(project_id, expected_seq) from error

    def events(self, project_id: str, after: int = 0) -> tuple[Recorded, ...]:
        """The events numbered above ``after``."""
        known = sa.select(tables.projects.c.project_id).where(
            tables.projects.c.project_id == project_id
        )
        query = (
            sa.select(tables.events.c.seq, tables.events.c.at, tables.events.c.body)
            .where(tables.events.c.project_id == project_id, tables.events.c.seq > after)
            .order_by(tables.events.c.seq)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
            if not rows and connection.execute(known).one_or_none() is None:
                raise UnknownProjectError(project_id)
            return tuple(Recorded(seq, at, EVENT.validate_json(body)) for seq, at, body in rows)

    def _update(self, project_id: str, **values: Any) -> None:  # noqa: ANN401 - column values
        query = (
            tables.projects.update()
            .where(tables.projects.c.project_id == project_id)
            .values(**values)
        )
        with self._writing() as connection:
            if connection.execute(query).rowcount == 0:
                raise UnknownProjectError(project_id)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._translated(), self._engine.connect() as connection:
                yield connection
        except ValueError as error:
            # A time, an event or a project's settings that do not read as what they should be.
            raise StoreCorruptError(self._where) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        engine = self._engine.execution_options(immediate=True)
        with self._translated(), engine.begin() as connection:
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise _translate(error, self._where) from error


def _insert_events(
    connection: Connection, project_id: str, after: int, events: Sequence[Event], at: datetime
) -> None:
    if events:
        rows = [
            {
                "project_id": project_id,
                "seq": seq,
                "at": at,
                "body": EVENT.dump_json(event).decode(),
            }
            for seq, event in enumerate(events, after + 1)
        ]
        connection.execute(tables.events.insert(), rows)


def _project(row: sa.Row[Any]) -> Project:
    return Project(
        project_id=row.project_id,
        name=row.name,
        config=ProjectConfig.model_validate_json(row.config),
        created_at=row.created_at,
        deleted_at=row.deleted_at,
    )


def _prepare_sqlite(engine: Engine, busy_seconds: float) -> None:
    """Set what SQLite needs to keep the contract.

    ``synchronous=FULL`` makes each commit survive a power cut, which WAL alone does not. A writing
    transaction takes the lock at its start (``BEGIN IMMEDIATE``), because one that reads first and
    wants to write later fails at once instead of waiting its turn.
    """

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        _write_ahead(cursor, busy_seconds)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


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


def _connect_args(url: sa.URL, busy_seconds: float) -> dict[str, Any]:
    return {"timeout": busy_seconds} if url.get_backend_name() == "sqlite" else {}


def _make_folder(database: str, where: str) -> None:
    if database.startswith("file:"):
        return
    try:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailableError(
            where, f"its folder cannot be made: {error.strerror}"
        ) from error


_SQLITE_PROBLEMS: Final[dict[str, Callable[[str], StoreError]]] = {
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


def _translate(error: SQLAlchemyError, where: str) -> StoreError:
    original = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(original, "sqlite_errorname", "")
    for prefix, problem in _SQLITE_PROBLEMS.items():
        if code.startswith(prefix):
            return problem(where)
    if isinstance(error, SqlalchemyDatabaseError) and any(
        sign in str(original) for sign in ("no such", "Could not decode")
    ):
        return StoreCorruptError(where)
    return StoreUnavailableError(where, _first_line(original or error))


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _name(url: str) -> str:
    """How to name a database to a person: a file's path, or the address without its password."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        return "named by LABELSPREAD_DATABASE_URL"
    if parsed.get_backend_name() == "sqlite":
        return str(parsed.database or ":memory:")
    return parsed.render_as_string(hide_password=True)
