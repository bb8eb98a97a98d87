"""What only a database has: a schema, its migrations, and pragmas on which durability rests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.errors import StoreCorruptError, StoreTooNewError, StoreUnavailableError
from core.storage import open_store, tables
from tests.core.builders import NOON, answered, label, project, served


@pytest.fixture
def path(tmp_path) -> Path:
    return Path(tmp_path) / "labels.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def connections() -> Iterator[list[Any]]:
    """Every connection that any store takes into its hands, as the driver knows it."""
    taken: list[Any] = []

    def take(connection: Any, *_: object) -> None:
        taken.append(connection)

    sa.event.listen(sa.pool.Pool, "checkout", take)
    yield taken
    sa.event.remove(sa.pool.Pool, "checkout", take)


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_store_opened_on_nothing_makes_its_folder_and_its_tables(tmp_path):
    path = tmp_path / "one" / "two" / "labels.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        assert store.projects() == ()
    assert path.exists()


def test_what_was_stored_is_there_when_it_is_opened_again(url):
    with closing(open_store(url)) as store:
        store.create(project(), [served("a", [1])])
        store.append("p", 1, [answered("a", label(1))], NOON)
    with closing(open_store(url)) as store:
        assert store.project("p") == project()
        assert [record.event for record in store.events("p")] == [
            served("a", [1]),
            answered("a", label(1)),
        ]


def test_the_migrations_lead_to_the_tables_the_program_uses(url):
    open_store(url).close()
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_opening_again_changes_not_a_byte(url, path):
    open_store(url).close()
    before = path.read_bytes()
    open_store(url).close()
    assert path.read_bytes() == before


def test_many_programs_that_open_a_new_database_at_once_find_one_schema(url):
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(lambda _: open_store(url), range(6)))
    stores[0].create(project(), [])
    assert [len(store.projects()) for store in stores] == [1] * 6
    for store in stores:
        store.close()


def test_a_database_of_a_newer_program_is_left_alone(url, path):
    open_store(url).close()
    run(path, "UPDATE alembic_version SET version_num = '9999'", "CREATE TABLE new (x)")
    with pytest.raises(StoreTooNewError) as caught:
        open_store(url)
    assert caught.value.revision == "9999"
    assert str(path) in str(caught.value)


def test_every_connection_writes_ahead_and_through_to_the_disk(url, connections):
    with closing(open_store(url)) as store:
        store.create(project(), [])

        def read(_: int) -> None:
            store.ping()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(read, range(20)))
        assert connections
        for connection in {id(c): c for c in connections}.values():
            assert pragma(connection, "journal_mode") == "wal"
            assert pragma(connection, "synchronous") == 2, "FULL, see sqlite.org/pragma.html"
            assert pragma(connection, "foreign_keys") == 1


def pragma(connection: Any, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_store_waits_for_a_lock_as_long_as_it_was_told(url, connections):
    with closing(open_store(url, busy_seconds=1.25)) as store:
        store.ping()
        assert pragma(connections[-1], "busy_timeout") == 1250


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(url):
    far_east = timezone(timedelta(hours=9))
    with closing(open_store(url)) as store:
        store.create(project(), [])
        store.append("p", 0, [served("a", [1])], NOON.astimezone(far_east))
        store.delete("p", NOON.astimezone(far_east))
        times = [
            store.project("p").created_at,
            store.project("p").deleted_at,
            store.events("p")[0].at,
        ]
    assert times == [NOON] * 3
    assert {time.tzinfo for time in times if time} == {UTC}


def test_texts_of_any_script_are_kept(url):
    name = "Größe № ١٢٣ 数字 🖊"
    with closing(open_store(url)) as store:
        store.create(project(name=name), [])
        assert store.project("p").name == name


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE events SET body = 'scribble'",
        'UPDATE events SET body = \'{"event": "exploded"}\'',
        "UPDATE events SET body = CAST(x'fffefd' AS TEXT)",
        "UPDATE events SET body = x'00ff'",
        "UPDATE events SET at = 'noon'",
    ],
)
def test_an_event_that_cannot_be_read_is_called_damage(url, path, damage):
    with closing(open_store(url)) as store:
        store.create(project(), [served("a", [1])])
        run(path, damage)
        with pytest.raises(StoreCorruptError) as caught:
            store.events("p")
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE projects SET config = 'scribble'",
        "UPDATE projects SET config = '{\"alpha\": 7}'",
        "UPDATE projects SET created_at = 'noon'",
    ],
)
def test_a_project_that_cannot_be_read_is_called_damage(url, path, damage):
    with closing(open_store(url)) as store:
        store.create(project(), [])
        run(path, damage)
        for read in (store.projects, lambda: store.project("p")):
            with pytest.raises(StoreCorruptError) as caught:
                read()
            assert str(path) in str(caught.value)


def test_a_table_that_is_missing_is_called_damage(url, path):
    with closing(open_store(url)) as store:
        run(path, "DROP TABLE events", "DROP TABLE projects")
        with pytest.raises(StoreCorruptError):
            store.projects()


@pytest.mark.parametrize(
    "url",
    [
        "no address at all",
        "nosuchdatabase://host/labels",
        "postgresql+nosuchdriver://me:secret@host/labels",
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(url):
    with pytest.raises(StoreUnavailableError) as caught:
        open_store(url)
    assert "LABELSPREAD_DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)
