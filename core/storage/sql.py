"""The store on a database: SQLite by default, through SQLAlchemy, with Alembic's migrations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import alembic.command
import sqlalchemy as sa
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from core.errors import (
    ProjectUnusableError,
    SequenceConflictError,
    StoreCorruptError,
    StoreError,
    StoreReplacedError,
    StoreTooNewError,
    StoreUnavailableError,
    UnknownProjectError,
)
from core.session.events import Event
from core.session.formats import write_event
from core.storage import sqlite, tables
from core.storage.base import PAGE, BrokenProject, Project, Reading, Recorded
from core.storage.gate import Gate
from core.storage.rows import read_events, read_project
from core.storage.sqlite_file import Sight, SqliteFile

DEFAULT_BUSY_SECONDS: Final = 5.0
"""How long to wait for another program's lock before saying that the database is locked."""

_MIGRATIONS: Final = Path(__file__).with_name("migrations")

_FEW: Final = 16
"""Events that are appended by one statement at most."""

_CHUNK: Final = 5000
"""Events of which the rows are in memory at the same time."""

_ALL: Final = 2**60
"""More events than any log has."""

_WRITE_BACK_AFTER: Final = 4_000_000
"""Bytes in SQLite's log, roughly, before it is written back into the file."""

_A_COMMIT: Final = 3 * 4096
"""Bytes that a commit adds to it, roughly, whatever it stores."""

_PROJECTS: Final = "SELECT project_id, name, config, created_at, deleted_at FROM projects"
_ALL_PROJECTS: Final = sa.text(f"{_PROJECTS} ORDER BY created_at, name")
_ONE_PROJECT: Final = sa.text(f"{_PROJECTS} WHERE project_id = :project_id")
_READ: Final = sa.text(
    "SELECT 0 AS seq, created_at AS at, config AS body, name, deleted_at "
    "FROM projects WHERE project_id = :project_id "
    "UNION ALL SELECT seq, at, body, NULL, NULL "
    "FROM events WHERE project_id = :project_id AND seq > :after ORDER BY seq LIMIT :rows"
)
"""The project under number 0, and its events; nothing if there is no project.

Statements are text where they are run all the time: their rows come as the driver gives them.
"""
_HEAD: Final = sa.text(
    "SELECT p.deleted_at, (SELECT max(e.seq) FROM events e WHERE e.project_id = p.project_id) "
    "FROM projects p WHERE p.project_id = :project_id"
)
_PING: Final = tables.health.update().values(at=sa.bindparam("now"))


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
    where = name_of(url)
    file = None
    try:
        parsed = make_url(url)
        options: dict[str, Any] = {}
        if sqlite.is_sqlite(parsed):
            options["timeout"] = busy_seconds
            path = sqlite.path_of(parsed)
            if path is not None:
                sqlite.make_folder(path, where)
                file = SqliteFile(path)
        engine = sa.create_engine(url, connect_args=options)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreUnavailableError(where, _first_line(error)) from error
    if sqlite.is_sqlite(parsed):
        sqlite.prepare(engine, busy_seconds, file)
    store = SqlStore(engine, where, file)
    store.open()
    return store


class SqlStore:
    """The contract of :mod:`core.storage.base`, kept by a database.

    Parameters
    ----------
    where
        The database's name in sentences.
    file
        Its file, if it is one that can be removed or replaced; it is looked at before and after
        each use.
    """

    def __init__(self, engine: Engine, where: str, file: SqliteFile | None = None) -> None:
        self._engine = engine
        self._plain = engine.execution_options(begin=None)
        self._where = where
        self._file = file
        self._gate = Gate()
        self._is_open = False
        self._is_closed = False
        self._generation = 0
        self._spoiled = 0
        self._unwritten = 0

    @property
    def generation(self) -> int:
        """How often the database was opened."""
        return self._generation

    def open(self) -> None:
        """Open what is there, and bring its tables up to date.

        Raises
        ------
        StoreError
            If it cannot be used.
        """
        with self._gate.alone():
            self._open()

    def close(self) -> None:
        """Let go of all connections; what SQLite's log holds is in the file itself then."""
        with self._gate.alone():
            if self._file is not None and self._is_open and self._look() is Sight.SAME:
                self._write_back()
            self._shut()
            if self._file is not None:
                self._file.release()
            self._is_closed = True

    def ping(self) -> None:
        """Store something, over what the last ping stored."""
        with self._writing(None) as connection:
            if connection.execute(_PING, {"now": datetime.now(UTC)}).rowcount != 1:
                raise StoreCorruptError(self._where)

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
                bodies = _bodies(events)
                _insert_events(connection, project.project_id, 0, bodies, project.created_at)
                self._unwritten += sum(map(len, bodies))
        except IntegrityError:
            return False
        return True

    def projects(self) -> tuple[Project | BrokenProject, ...]:
        """All projects, oldest first."""
        with self._reading() as connection:
            return tuple(map(read_project, _tuples(connection.execute(_ALL_PROJECTS))))

    def project(self, project_id: str) -> Project:
        """One project, deleted or not."""
        with self._reading() as connection:
            rows = _tuples(connection.execute(_ONE_PROJECT, {"project_id": project_id}))
        if not rows:
            raise UnknownProjectError(project_id)
        return _usable(read_project(rows[0]))

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
        self,
        project_id: str,
        expected_seq: int,
        events: Sequence[Event],
        at: datetime,
        *,
        generation: int | None = None,
    ) -> None:
        """Append events after number ``expected_seq``: a few by one statement alone.

        Where the database lets two statements see the same last number, the primary key decides
        who was first.
        """
        bodies = _bodies(events)
        few = len(bodies) <= _FEW
        try:
            with self._writing(None if few else "BEGIN IMMEDIATE") as connection:
                if generation not in (None, self._generation):
                    raise SequenceConflictError(project_id, expected_seq)
                if few and bodies:
                    values = {
                        "project_id": project_id,
                        "expected": expected_seq,
                        "at": at,
                        **{f"seq{i}": expected_seq + 1 + i for i in range(len(bodies))},
                        **{f"body{i}": body for i, body in enumerate(bodies)},
                    }
                    if connection.execute(_append(len(bodies)), values).rowcount != len(bodies):
                        _require_end(connection, project_id, expected_seq)
                        raise SequenceConflictError(project_id, expected_seq)
                else:
                    _require_end(connection, project_id, expected_seq)
                    _insert_events(connection, project_id, expected_seq, bodies, at)
                self._unwritten += sum(map(len, bodies))
        except IntegrityError as error:
            raise SequenceConflictError(project_id, expected_seq) from error

    def read(self, project_id: str, after: int = 0, limit: int = PAGE) -> Reading:
        """A project, and its events numbered above ``after``, by one statement."""
        (_, created_at, config, name, deleted_at), events = self._read(project_id, after, limit)
        project = _usable(read_project((project_id, name, config, created_at, deleted_at)))
        return Reading(project, events)

    def events(self, project_id: str, after: int = 0) -> tuple[Recorded, ...]:
        """The events numbered above ``after``."""
        return self._read(project_id, after, _ALL)[1]

    def _read(
        self, project_id: str, after: int, limit: int
    ) -> tuple[tuple[Any, ...], tuple[Recorded, ...]]:
        found: list[Recorded] = []
        with self._reading() as connection:
            values = {"project_id": project_id, "after": after, "rows": limit + 1}
            result = connection.execute(_READ, values)
            cursor = result.cursor
            assert cursor is not None
            first = cursor.fetchone()
            if first is None:
                raise UnknownProjectError(project_id)
            while rows := cursor.fetchmany(_CHUNK):
                found.extend(read_events(rows))
        return first, tuple(found)

    def head(self, project_id: str) -> int:
        """The number of the last event."""
        with self._reading() as connection:
            return _head(connection, project_id)[1]

    def _update(self, project_id: str, **values: Any) -> None:  # noqa: ANN401 - column values
        query = (
            tables.projects.update()
            .where(tables.projects.c.project_id == project_id)
            .values(**values)
        )
        with self._writing(None) as connection:
            if connection.execute(query).rowcount == 0:
                raise UnknownProjectError(project_id)

    # -- connections --

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

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection for one statement that reads."""
        with self._inside(), self._translated(), self._plain.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, begin: str | None = "BEGIN IMMEDIATE") -> Iterator[Connection]:
        """A connection whose work is in the file at the database's place when all is well.

        Parameters
        ----------
        begin
            How its transaction begins; None for one statement alone, which is one by itself.
        """
        engine = self._engine.execution_options(begin=begin)
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
                raise StoreReplacedError(self._where, _HAPPENED[after])

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

    # -- the file at its place --

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
        raise StoreReplacedError(self._where, happened, str(kept or ""))

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
            raise StoreUnavailableError(self._where, "it was closed")
        if self._file is not None:
            if self._generation and not self._file.exists():
                raise StoreReplacedError(self._where, _HAPPENED[Sight.REMOVED])
            self._file.prepare()
        try:
            self._migrate()
            if self._file is not None:
                self._file.hold()
        except OSError as error:
            self._shut()
            raise StoreReplacedError(self._where, _HAPPENED[Sight.REPLACED]) from error
        except BaseException:
            self._shut()
            raise
        self._is_open = True
        self._generation += 1

    def _migrate(self) -> None:
        """Bring the tables up to date; a database that is already needs not be writable."""
        with self._translated(), self._engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        if revision == _script().get_current_head():
            return
        if revision is None and self._generation:
            # Its place was taken by something that is no database of ours.
            raise StoreCorruptError(self._where)
        if revision is not None and revision not in known_revisions():
            raise StoreTooNewError(self._where, revision)
        immediate = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        with self._translated(), immediate.begin() as connection:
            config = AlembicConfig()
            config.set_main_option("script_location", str(_MIGRATIONS))
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise _translate(error, self._where) from error


def known_revisions() -> frozenset[str]:
    """The revisions of the tables that this program can bring up to date."""
    return frozenset(script.revision for script in _script().walk_revisions())


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(_MIGRATIONS))


_HAPPENED: Final = {
    Sight.REMOVED: "was removed",
    Sight.REPLACED: "was replaced by another file",
    Sight.CHANGED: "was written over by another program",
}


@cache
def _append(n_events: int) -> sa.TextClause:
    """Append so many events, all or none: none if the log does not end where it is expected to."""
    rows = ", ".join(f"(:seq{i}, :body{i})" for i in range(n_events))
    return sa.text(
        "INSERT INTO events (project_id, seq, at, body) "
        f"SELECT p.project_id, new.column1, :at, new.column2 FROM (VALUES {rows}) AS new "
        "JOIN projects p ON p.project_id = :project_id AND p.deleted_at IS NULL "
        "WHERE :expected = coalesce("
        "(SELECT max(e.seq) FROM events e WHERE e.project_id = :project_id), 0)"
    ).bindparams(sa.bindparam("at", type_=tables.UtcDateTime()))


def _head(connection: Connection, project_id: str) -> tuple[bool, int]:
    rows = _tuples(connection.execute(_HEAD, {"project_id": project_id}))
    if not rows:
        raise UnknownProjectError(project_id)
    return rows[0][0] is not None, rows[0][1] or 0


def _usable(project: Project | BrokenProject) -> Project:
    if isinstance(project, BrokenProject):
        raise ProjectUnusableError(project.problem, project.remedy)
    return project


def _require_end(connection: Connection, project_id: str, expected_seq: int) -> None:
    """See that a project is there, and that its log ends where it is expected to."""
    is_deleted, last = _head(connection, project_id)
    if is_deleted:
        raise UnknownProjectError(project_id)
    if last != expected_seq:
        raise SequenceConflictError(project_id, expected_seq)


def _bodies(events: Sequence[Event]) -> list[str]:
    return [write_event(event) for event in events]


def _insert_events(
    connection: Connection, project_id: str, after: int, bodies: Sequence[str], at: datetime
) -> None:
    if bodies:
        rows = [
            {"project_id": project_id, "seq": seq, "at": at, "body": body}
            for seq, body in enumerate(bodies, after + 1)
        ]
        connection.execute(tables.events.insert(), rows)


def _tuples(result: sa.CursorResult[Any]) -> list[tuple[Any, ...]]:
    """All rows, as the driver gives them."""
    assert result.cursor is not None
    return list(result.cursor.fetchall())


def _translate(error: SQLAlchemyError, where: str) -> StoreError:
    original = error.orig if isinstance(error, DBAPIError) else None
    return sqlite.problem_of(original, where) or StoreUnavailableError(
        where, _first_line(original or error)
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def name_of(url: str) -> str:
    """How to name a database to a person: a file's path, or the address without its password."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        return "named by LABELSPREAD_DATABASE_URL"
    if sqlite.is_sqlite(parsed):
        return str(parsed.database or ":memory:")
    return parsed.render_as_string(hide_password=True)
