"""What every database of ours does, whichever its kind: the rest is in a file of each kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar, Final

import alembic.command
import sqlalchemy as sa
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from core.errors import StoreCorruptError, StoreError, StoreTooNewError, StoreUnavailableError
from core.storage.gate import Gate

_MIGRATIONS: Final = Path(__file__).with_name("migrations")


class Database(ABC):
    """The connections to a database whose tables are up to date, and which is known again.

    Parameters
    ----------
    where
        Its name in sentences, without a password.
    """

    SAME: ClassVar[str] = ""
    """A condition, to be put into a statement that writes: the tables are those that were opened.

    Empty where that is seen in another way.
    """

    NOW: ClassVar[str] = ":now"
    """The time in seconds since 1970: what the app says, in ``:now``, or what the server says."""

    LOCK: ClassVar[str] = ""
    """What makes others wait who read the same row; empty where only one writes at a time."""

    def __init__(self, where: str) -> None:
        self.where: Final = where
        self._gate = Gate()
        self._is_open = False
        self._is_closed = False
        self._generation = 0

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
        """Let go of all connections, all in order."""
        with self._gate.alone():
            self._let_go()
            self._is_closed = True

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for one statement that reads."""

    @abstractmethod
    def writing(self, *, single: bool = False) -> AbstractContextManager[Connection]:
        """A connection whose work is stored in the database that was opened when all is well.

        Parameters
        ----------
        single
            For one statement alone, which is a transaction by itself.
        """

    @abstractmethod
    def wrote(self, n_bytes: int) -> None:
        """Note how much is stored by the transaction under way."""

    def same(self) -> dict[str, object]:
        """The values for :attr:`SAME`."""
        return {}

    @abstractmethod
    def _let_go(self) -> None:
        """Close all connections; alone behind the gate."""

    @abstractmethod
    def _open(self) -> None:
        """Open what is there now; alone behind the gate."""

    @abstractmethod
    def _problem_of(self, error: SQLAlchemyError) -> StoreError | None:
        """What an error means; None if nothing is known of it."""

    def _migrate(self, reader: Engine, writer: Engine, *lock: str) -> None:
        """Bring the tables up to date; a database that is already needs not be writable.

        Parameters
        ----------
        lock
            Statements after which nobody else does the same at the same time.
        """
        with self._translated(), reader.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        if revision == _script().get_current_head():
            return
        if revision is None and self._generation:
            # Its place was taken by something that is no database of ours.
            raise StoreCorruptError(self.where)
        if revision is not None and revision not in known_revisions():
            raise StoreTooNewError(self.where, revision)
        with self._translated(), writer.begin() as connection:
            for statement in lock:
                connection.exec_driver_sql(statement)
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
            original = error.orig if isinstance(error, DBAPIError) else None
            raise self._problem_of(error) or StoreUnavailableError(
                self.where, first_line(original or error)
            ) from error


def known_revisions() -> frozenset[str]:
    """The revisions of the tables that this program can bring up to date."""
    return frozenset(script.revision for script in _script().walk_revisions())


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(_MIGRATIONS))


def first_line(error: BaseException) -> str:
    """What an error says first."""
    return (str(error).splitlines() or [type(error).__name__])[0]


_NAMELESS: Final = "named by LABELSPREAD_DATABASE_URL"


def name_of(url: str) -> str:
    """How to name a database to a person: a file's path, or the address without its password."""
    try:
        parsed = _parsed(url)
    except SQLAlchemyError:
        return _NAMELESS
    if parsed.get_backend_name() == "sqlite":
        return str(parsed.database or ":memory:")
    # A password may also stand behind the question mark, or reach into what looks like the host.
    if "@" in f"{parsed.host}{parsed.database}":
        return _NAMELESS
    return parsed.set(query={}).render_as_string(hide_password=True)


def parsed_url(url: str) -> sa.URL:
    """An address of a database.

    Raises
    ------
    StoreUnavailableError
        If it is none.
    """
    try:
        parsed = _parsed(url)
    except SQLAlchemyError as error:
        raise StoreUnavailableError(name_of(url), "its address cannot be read") from error
    if parsed.get_backend_name() != "sqlite" and "@" in f"{parsed.host}{parsed.database}":
        raise StoreUnavailableError(
            _NAMELESS, "in its user and password, write @ as %40, / as %2F and : as %3A"
        )
    return parsed


def _parsed(url: str) -> sa.URL:
    # SQLAlchemy knows this name no more; others still write it.
    if url.startswith("postgres://"):
        url = url.replace("postgres", "postgresql", 1)
    return make_url(url)
