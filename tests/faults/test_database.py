"""Everything that can be wrong with an SQLite file: it is told, and no answer is lost by it.

The shape of each test: an obstacle is put in the way, the call says which one, nothing of it was
stored; the obstacle is taken away, and the same call works with all that was there before.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import ProjectConfig
from core.errors import (
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreTooNewError,
    StoreUnavailableError,
)
from core.service.labelling import Service
from core.session.events import Event
from core.storage import SqlStore, open_store
from tests.core.builders import (
    NOON,
    TickingClock,
    answered,
    label,
    numbered,
    project,
    served,
)

EVENTS: tuple[Event, ...] = (served("a", range(9)), answered("a", label(1), label(2)))
NEXT: tuple[Event, ...] = (answered("a", label(3), label(4)),)


@pytest.fixture
def path(tmp_path) -> Path:
    return Path(tmp_path) / "labels.db"


@pytest.fixture
def stored(path: Path) -> Path:
    """A database with one project and two events, closed."""
    with closing(open_store(url_of(path))) as store:
        store.create(project(), EVENTS)
    return path


@pytest.fixture
def store(stored: Path) -> Iterator[SqlStore]:
    """The same, open."""
    with closing(open_store(url_of(stored), busy_seconds=0.05)) as opened:
        yield opened


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def log(store: SqlStore) -> list[Event]:
    return [record.event for record in store.events("p")]


def log_in(path: Path) -> list[Event]:
    with closing(open_store(url_of(path))) as store:
        return log(store)


def assert_told(error: StoreError, path: Path) -> None:
    assert str(path) in error.problem, "the sentence names the file"
    assert error.problem.endswith(".")
    assert error.remedy.endswith(".")
    assert "sqlite3" not in str(error)
    assert "sqlalche.me" not in str(error)


@contextmanager
def pragma_on_checkout(pragma: str) -> Iterator[None]:
    """Set a pragma on each connection when a store takes it from its pool."""

    def apply(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(sa.pool.Pool, "checkout", apply)
    try:
        yield
    finally:
        sa.event.remove(sa.pool.Pool, "checkout", apply)


def pages_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


# -- read-only --


def test_a_read_only_file_can_be_read_and_says_that_it_cannot_be_written(stored):
    with closing(open_store(f"sqlite:///file:{stored}?mode=ro&uri=true")) as store:
        assert log(store) == list(EVENTS)
        for write in (
            lambda: store.append("p", 2, NEXT, NOON),
            lambda: store.create(project("q"), []),
            lambda: store.rename("p", "Other"),
            lambda: store.delete("p", NOON),
        ):
            with pytest.raises(StoreReadOnlyError) as caught:
                write()
            assert_told(caught.value, stored)
        assert log(store) == list(EVENTS)
        assert store.projects() == (project(),)
    with closing(open_store(url_of(stored))) as store:
        store.append("p", 2, NEXT, NOON)
        assert log(store) == [*EVENTS, *NEXT]


def test_a_read_only_file_without_a_write_ahead_log_can_be_read_too(stored):
    """Such as one that was copied, or written by a version of SQLite without one."""
    with closing(sqlite3.connect(stored)) as other:
        assert other.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    with closing(open_store(f"sqlite:///file:{stored}?mode=ro&uri=true")) as store:
        assert log(store) == list(EVENTS)
        with pytest.raises(StoreReadOnlyError):
            store.append("p", 2, NEXT, NOON)
    with closing(open_store(url_of(stored))) as store:
        store.append("p", 2, NEXT, NOON)
        assert log(store) == [*EVENTS, *NEXT]


def test_a_file_that_becomes_read_only_and_writable_again_while_open_loses_nothing(store, stored):
    with pragma_on_checkout("query_only=1"), pytest.raises(StoreReadOnlyError) as caught:
        store.append("p", 2, NEXT, NOON)
    assert_told(caught.value, stored)
    with pragma_on_checkout("query_only=0"):
        assert log(store) == list(EVENTS)
        store.append("p", 2, NEXT, NOON)
    assert log_in(stored) == [*EVENTS, *NEXT]


def test_an_empty_read_only_file_cannot_be_given_its_tables(path):
    path.touch()
    with pytest.raises(StoreReadOnlyError) as caught:
        open_store(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert_told(caught.value, path)
    with closing(open_store(url_of(path))) as store:
        assert store.projects() == ()


# -- locked --


def test_a_lock_held_by_another_program_is_told_and_waiting_helps(store, stored):
    with closing(sqlite3.connect(stored, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError) as caught:
            store.append("p", 2, NEXT, NOON)
        assert_told(caught.value, stored)
        assert log(store) == list(EVENTS), "what is stored can be read all the while"
        other.execute("ROLLBACK")
    store.append("p", 2, NEXT, NOON)
    assert log_in(stored) == [*EVENTS, *NEXT]


def test_a_new_file_locked_by_another_program_is_opened_once_that_lets_go(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError) as caught:
            open_store(url_of(path), busy_seconds=0.05)
        assert_told(caught.value, path)
        other.execute("ROLLBACK")
    with closing(open_store(url_of(path))) as store:
        assert store.projects() == ()


def test_a_new_file_that_another_program_is_writing_is_waited_for(path):
    """As when two servers start at once; SQLite itself gives up without waiting here."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.execute("BEGIN IMMEDIATE")
        later = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        later.start()
        with closing(open_store(url_of(path), busy_seconds=60)) as store:
            assert store.projects() == ()
        later.join()


def test_a_reader_does_not_keep_a_writer_out(store, stored):
    with closing(sqlite3.connect(stored, isolation_level=None)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM events").fetchone() == (2,)
        store.append("p", 2, NEXT, NOON)
        assert other.execute("SELECT count(*) FROM events").fetchone() == (2,)
        other.execute("COMMIT")
        assert other.execute("SELECT count(*) FROM events").fetchone() == (3,)


# -- full --


def test_when_there_is_no_room_left_all_of_a_write_is_refused(store, stored):
    big = [served(f"big-{i}", range(3000)) for i in range(5)]
    with pragma_on_checkout(f"max_page_count={pages_of(stored) + 5}"):
        with pytest.raises(StoreFullError) as caught:
            store.append("p", 2, big, NOON)
        assert_told(caught.value, stored)
        assert log(store) == list(EVENTS)
        with pytest.raises(StoreFullError):
            store.create(project("q"), big)
        assert store.projects() == (project(),)
    with pragma_on_checkout("max_page_count=1000000"):
        store.append("p", 2, big, NOON)
        assert log(store) == [*EVENTS, *big]
        assert store.create(project("q"), []) is True


def test_a_new_file_with_no_room_for_its_tables_stays_empty(path):
    with pragma_on_checkout("max_page_count=3"), pytest.raises(StoreFullError) as caught:
        open_store(url_of(path))
    assert_told(caught.value, path)
    with closing(open_store(url_of(path))) as store:
        assert store.create(project(), EVENTS) is True


# -- damaged --


@pytest.mark.parametrize("content", [b"no database at all, " * 200, bytes(range(256)) * 32])
def test_a_file_that_is_no_database_is_told_and_left_alone(path, content):
    path.write_bytes(content)
    with pytest.raises(StoreCorruptError) as caught:
        open_store(url_of(path))
    assert_told(caught.value, path)
    assert path.read_bytes() == content
    path.unlink()
    with closing(open_store(url_of(path))) as store:
        assert store.projects() == ()


@pytest.fixture
def large(path: Path) -> Path:
    """A database of many pages, closed."""
    with closing(open_store(url_of(path))) as store:
        store.create(project(), [served(f"b{i}", range(200)) for i in range(60)])
    assert pages_of(path) > 15
    return path


def damaged_in_the_middle(content: bytes) -> bytes:
    return content[: 5 * 4096] + b"\xa5" * (len(content) - 7 * 4096) + content[-2 * 4096 :]


def cut_short(content: bytes) -> bytes:
    return content[: 7 * 4096 + 100]


@pytest.mark.parametrize("damage", [damaged_in_the_middle, cut_short], ids=lambda f: f.__name__)
def test_damage_is_told_and_a_backup_put_in_its_place_is_enough(large, damage):
    sound = large.read_bytes()
    large.write_bytes(damage(sound))
    assert large.read_bytes() != sound
    with pytest.raises(StoreCorruptError) as caught:
        log_in(large)
    assert_told(caught.value, large)
    for rest in large.parent.glob("labels.db-*"):
        rest.unlink()
    large.write_bytes(sound)
    assert log_in(large) == [served(f"b{i}", range(200)) for i in range(60)]


def test_the_tables_of_another_program_are_not_taken_for_ours(path):
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE projects (x)")
        other.execute("INSERT INTO projects VALUES ('theirs')")
    with pytest.raises(StoreError) as caught:
        open_store(url_of(path))
    assert_told(caught.value, path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT * FROM projects").fetchall() == [("theirs",)]
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("projects",)]


# -- newer --


def test_a_newer_database_is_left_alone_and_works_again_with_its_own_version(stored):
    revision = set_revision(stored, "9999")
    with pytest.raises(StoreTooNewError) as caught:
        open_store(url_of(stored))
    assert_told(caught.value, stored)
    set_revision(stored, revision)
    assert log_in(stored) == list(EVENTS)


def set_revision(path: Path, revision: str) -> str:
    """Write another one; gives the one there was."""
    with closing(sqlite3.connect(path)) as connection, connection:
        (before,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
    return str(before)


# -- out of reach --


def test_a_folder_that_cannot_be_made_is_told_and_made_later(tmp_path):
    obstacle = tmp_path / "data"
    obstacle.write_text("a file where a folder should be")
    path = obstacle / "inner" / "labels.db"
    with pytest.raises(StoreUnavailableError) as caught:
        open_store(url_of(path))
    assert_told(caught.value, path)
    assert "folder" in caught.value.problem
    obstacle.unlink()
    with closing(open_store(url_of(path))) as store:
        assert store.projects() == ()


def test_a_folder_in_the_place_of_the_file_is_told(path):
    path.mkdir()
    with pytest.raises(StoreUnavailableError) as caught:
        open_store(url_of(path))
    assert_told(caught.value, path)
    path.rmdir()
    open_store(url_of(path)).close()


# -- through the service --


def test_an_answer_refused_by_the_database_can_be_sent_again_and_counts_once(path):
    with closing(open_store(url_of(path), busy_seconds=0.05)) as store:
        service = Service(store, clock=TickingClock(), new_id=numbered("id"))
        project_id = service.create_project("Small", ProjectConfig(n_samples=30)).project_id
        batch = service.batch(project_id)
        assert batch is not None
        answers = [label(item, "3") for item in batch.items]
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            for _ in range(2):
                with pytest.raises(StoreBusyError):
                    service.submit(project_id, batch.batch_id, answers)
            assert service.view(project_id).state.labels == {}
            other.execute("ROLLBACK")
        assert service.submit(project_id, batch.batch_id, answers).stored == 10
        assert service.submit(project_id, batch.batch_id, answers).stored == 0
        assert service.view(project_id).state.labels == dict.fromkeys(batch.items, "3")
