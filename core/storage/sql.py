"""The store on a database, SQLite or PostgreSQL, through SQLAlchemy, with Alembic's migrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from tempfile import SpooledTemporaryFile
from time import time
from typing import IO, Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from core.config import ProjectConfig
from core.errors import (
    ProjectUnusableError,
    SequenceConflictError,
    StoreCorruptError,
    StoreUnavailableError,
    UnknownProjectError,
)
from core.people.leases import Lease, Taking
from core.session.events import Event
from core.session.formats import write_event
from core.storage import tables
from core.storage.base import PAGE, BrokenProject, Project, Reading, Recorded
from core.storage.database import Database, name_of, parsed_url
from core.storage.rows import read_events, read_project
from core.storage.sql_leases import end, leases, take
from core.storage.sqlite_database import SqliteDatabase

DEFAULT_BUSY_SECONDS: Final = 5.0
"""How long to wait for another program's lock before saying that the database is locked."""

_FEW: Final = 16
"""Events that are appended by one statement at most."""

_IN_MEMORY: Final = 2**26
"""Bytes of a log that is brought in, beyond which it waits on the disk."""

_ALL: Final = 2**60
"""More events than any log has."""

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


def open_store(
    url: str, *, busy_seconds: float = DEFAULT_BUSY_SECONDS, now: Callable[[], float] = time
) -> SqlStore:
    """Open a database, bring its tables up to date, and check that they can be used.

    Parameters
    ----------
    url
        As SQLAlchemy takes it, such as ``sqlite:////data/labelspread.db`` or
        ``postgresql://user:password@host/name``.
    now
        Gives the time in seconds since 1970, where the database has no clock of its own.

    Raises
    ------
    StoreError
        If it is unreachable, damaged, locked, full, or of a newer version than this program.
    """
    database = _database(url, busy_seconds)
    database.open()
    return SqlStore(database, now)


def _database(url: str, busy_seconds: float) -> Database:
    parsed, where = parsed_url(url), name_of(url)
    match parsed.get_backend_name():
        case "sqlite":
            return SqliteDatabase(parsed, where, busy_seconds)
        case "postgresql":
            # Its driver takes a moment to load, and is not there on every machine.
            from core.storage.postgres import PostgresDatabase

            return PostgresDatabase(parsed, where, busy_seconds)
    raise StoreUnavailableError(where, "it is neither SQLite nor PostgreSQL")


class SqlStore:
    """The contract of :mod:`core.storage.base`, kept by a database."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    @property
    def generation(self) -> int:
        """How often the database was opened."""
        return self._database.generation

    def close(self) -> None:
        """Let go of all connections; what SQLite's log holds is in the file itself then."""
        self._database.close()

    def ping(self) -> None:
        """Store something, over what the last ping stored."""
        with self._database.writing(single=True) as connection:
            if connection.execute(_PING, {"now": datetime.now(UTC)}).rowcount != 1:
                raise StoreCorruptError(self._database.where)

    def create(self, project: Project, events: Sequence[Event]) -> bool:
        """Add a project with its first events; False if its id exists already."""
        try:
            with self._database.writing() as connection:
                connection.execute(tables.projects.insert(), _row_of(project))
                bodies = _bodies(events)
                _insert_events(connection, project.project_id, 0, bodies, project.created_at)
                self._database.wrote(sum(map(len, bodies)))
        except IntegrityError:
            return False
        return True

    def bring(self, project: Project, records: Iterable[Recorded]) -> bool:
        """Add a project with all of its log; False if its id exists already.

        All rows are made before the transaction begins: whoever else wants to write waits for
        no more than the database itself takes.
        """
        with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="\n") as waiting:
            n_bytes = 0
            for record in records:
                n_bytes += waiting.write(f"{record.at.isoformat()} {write_event(record.event)}\n")
            waiting.seek(0)
            try:
                with self._database.writing() as connection:
                    connection.execute(tables.projects.insert(), _row_of(project))
                    rows = _waiting_rows(project.project_id, waiting)
                    while some := list(islice(rows, PAGE)):
                        connection.execute(tables.events.insert(), some)
                    self._database.wrote(n_bytes)
            except IntegrityError:
                return False
        return True

    def projects(self) -> tuple[Project | BrokenProject, ...]:
        """All projects, oldest first."""
        with self._database.reading() as connection:
            return tuple(map(read_project, _tuples(connection.execute(_ALL_PROJECTS))))

    def project(self, project_id: str) -> Project:
        """One project, deleted or not."""
        _require_possible(project_id)
        with self._database.reading() as connection:
            rows = _tuples(connection.execute(_ONE_PROJECT, {"project_id": project_id}))
        if not rows:
            raise UnknownProjectError(project_id)
        return _usable(read_project(rows[0]))

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name."""
        self._update(project_id, name=name)

    def configure(self, project_id: str, config: ProjectConfig) -> None:
        """Give a project other settings."""
        self._update(project_id, config=config.model_dump_json())

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
        takings: Sequence[Taking] = (),
    ) -> None:
        """Append events after number ``expected_seq``: a few by one statement, alone or not.

        Where the database lets two statements see the same last number, the primary key decides
        who was first.
        """
        _require_possible(project_id)
        bodies = _bodies(events)
        few = len(bodies) <= _FEW
        try:
            with self._database.writing(single=few and not takings) as connection:
                if generation not in (None, self._database.generation):
                    raise SequenceConflictError(project_id, expected_seq)
                if few and bodies:
                    values = {
                        "project_id": project_id,
                        "expected": expected_seq,
                        "at": at,
                        **self._database.same(),
                        **{f"seq{i}": expected_seq + 1 + i for i in range(len(bodies))},
                        **{f"body{i}": body for i, body in enumerate(bodies)},
                    }
                    if connection.execute(
                        _append(len(bodies), self._database.SAME), values
                    ).rowcount != len(bodies):
                        _require_end(connection, project_id, expected_seq)
                        raise SequenceConflictError(project_id, expected_seq)
                else:
                    _require_end(connection, project_id, expected_seq)
                    _insert_events(connection, project_id, expected_seq, bodies, at)
                kind = self._database
                for taking in takings:
                    take(connection, kind.NOW, project_id, taking, self._now(), kind.LOCK)
                self._database.wrote(sum(map(len, bodies)))
        except IntegrityError as error:
            raise SequenceConflictError(project_id, expected_seq) from error

    def leases(self, project_id: str) -> tuple[Lease, ...]:
        """All leases of a project, some of those that have ended among them."""
        _require_possible(project_id)
        with self._database.reading() as connection:
            return leases(connection, self._database.NOW, project_id, self._now())

    def renew(self, project_id: str, desk: str, seconds: float) -> bool:
        """Let what is on a desk stay there for so long from now; False if nothing is any more."""
        _require_possible(project_id)
        with self._database.writing(single=True) as connection:
            return end(connection, self._database.NOW, project_id, desk, self._now(), seconds)

    def release(self, project_id: str, desk: str) -> None:
        """End the leases of a desk in a project."""
        self.renew(project_id, desk, 0.0)

    def read(self, project_id: str, after: int = 0, limit: int = PAGE) -> Reading:
        """A project, and its events numbered above ``after``, by one statement."""
        first, rows = self._read(project_id, after, limit)
        _, created_at, config, name, deleted_at = first
        project = _usable(read_project((project_id, name, config, created_at, deleted_at)))
        return Reading(project, len(rows), rows[-1][0] if rows else 0, read_events(rows))

    def events(self, project_id: str, after: int = 0) -> tuple[Recorded, ...]:
        """The events numbered above ``after``."""
        return tuple(read_events(self._read(project_id, after, _ALL)[1]))

    def _read(
        self, project_id: str, after: int, limit: int
    ) -> tuple[Sequence[Any], Sequence[Sequence[Any]]]:
        """The row of a project, and the rows of its events."""
        _require_possible(project_id)
        with self._database.reading() as connection:
            values = {"project_id": project_id, "after": after, "rows": limit + 1}
            cursor = connection.execute(_READ, values).cursor
            assert cursor is not None
            first = cursor.fetchone()
            if first is None:
                raise UnknownProjectError(project_id)
            return first, cursor.fetchall()

    def head(self, project_id: str) -> int:
        """The number of the last event."""
        _require_possible(project_id)
        with self._database.reading() as connection:
            return _head(connection, project_id)[1]

    def _update(self, project_id: str, **values: Any) -> None:  # noqa: ANN401 - column values
        _require_possible(project_id)
        query = (
            tables.projects.update()
            .where(tables.projects.c.project_id == project_id)
            .values(**values)
        )
        with self._database.writing(single=True) as connection:
            if connection.execute(query).rowcount == 0:
                raise UnknownProjectError(project_id)


@cache
def _append(n_events: int, same: str) -> sa.TextClause:
    """Append so many events, all or none: none if the log does not end where it is expected to.

    Parameters
    ----------
    same
        A further condition, which the database asks for.
    """
    rows = ", ".join(f"(:seq{i}, :body{i})" for i in range(n_events))
    return sa.text(
        "INSERT INTO events (project_id, seq, at, body) "
        f"SELECT p.project_id, new.column1, :at, new.column2 FROM (VALUES {rows}) AS new "
        "JOIN projects p ON p.project_id = :project_id AND p.deleted_at IS NULL "
        "WHERE :expected = coalesce("
        f"(SELECT max(e.seq) FROM events e WHERE e.project_id = :project_id), 0) {same}"
    ).bindparams(sa.bindparam("at", type_=tables.UtcDateTime()))


def _head(connection: Connection, project_id: str) -> tuple[bool, int]:
    rows = _tuples(connection.execute(_HEAD, {"project_id": project_id}))
    if not rows:
        raise UnknownProjectError(project_id)
    return rows[0][0] is not None, rows[0][1] or 0


def _require_possible(project_id: str) -> None:
    """Refuse what no project can be called, and a database might not even be asked for."""
    if not project_id.isprintable():
        raise UnknownProjectError(project_id)


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


def _row_of(project: Project) -> dict[str, Any]:
    return {
        "project_id": project.project_id,
        "name": project.name,
        "config": project.config.model_dump_json(),
        "created_at": project.created_at,
        "deleted_at": project.deleted_at,
    }


def _waiting_rows(project_id: str, lines: IO[str]) -> Iterator[dict[str, Any]]:
    """The rows of a log that waits as lines of a time and an event each."""
    for seq, line in enumerate(lines, 1):
        at, _, body = line.rstrip("\n").partition(" ")
        yield {
            "project_id": project_id,
            "seq": seq,
            "at": datetime.fromisoformat(at),
            "body": body,
        }


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
