"""What only a database has: a schema, its migrations, and pragmas on which durability rests."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.errors import (
    EventDamagedError,
    EventTooNewError,
    ProjectUnusableError,
    StoreCorruptError,
    StoreTooNewError,
    StoreUnavailableError,
)
from core.session.events import Event
from core.storage import BrokenProject, open_store, tables
from core.storage.database import name_of
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


def run(url: str, *statements: str) -> None:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def everywhere(damages: Iterable[str]) -> list[tuple[str, str]]:
    """Each damage that there can be in a database of each kind: PostgreSQL knows types."""
    odd = re.compile("x'|noon")
    return [
        (kind, damage)
        for kind in ("sqlite", "postgresql")
        for damage in damages
        if kind == "sqlite" or not odd.search(damage)
    ]


def test_a_store_opened_on_nothing_makes_its_folder_and_its_tables(tmp_path):
    path = tmp_path / "one" / "two" / "labels.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        assert store.projects() == ()
    assert path.exists()


def test_what_was_stored_is_there_when_it_is_opened_again(database_url):
    with closing(open_store(database_url)) as store:
        store.create(project(), [served("a", [1])])
        store.append("p", 1, [answered("a", label(1))], NOON)
    with closing(open_store(database_url)) as store:
        assert store.project("p") == project()
        assert [record.event for record in store.events("p")] == [
            served("a", [1]),
            answered("a", label(1)),
        ]


def test_the_migrations_lead_to_the_tables_the_program_uses(database_url):
    open_store(database_url).close()
    engine = sa.create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
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


def test_many_programs_that_open_a_new_database_at_once_find_one_schema(database_url):
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(lambda _: open_store(database_url), range(6)))
    stores[0].create(project(), [])
    assert [len(store.projects()) for store in stores] == [1] * 6
    for store in stores:
        store.close()


def test_a_database_of_a_newer_program_is_left_alone(database_url):
    open_store(database_url).close()
    run(database_url, "UPDATE alembic_version SET version_num = '9999'", "CREATE TABLE new (x int)")
    with pytest.raises(StoreTooNewError) as caught:
        open_store(database_url)
    assert caught.value.revision == "9999"
    assert name_of(database_url) in str(caught.value)


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


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(database_url):
    far_east = timezone(timedelta(hours=9))
    with closing(open_store(database_url)) as store:
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


def test_texts_of_any_script_are_kept(database_url):
    name = "Größe № ١٢٣ 数字 🖊"
    with closing(open_store(database_url)) as store:
        store.create(project(name=name), [])
        assert store.project("p").name == name


def test_many_statements_are_not_needed(url, connections):
    """As SQLite itself counts them: BEGIN and COMMIT are statements too."""
    with closing(open_store(url)) as store:
        store.create(project(), [served("a", [1])])
        run: list[str] = []
        for connection in connections:
            connection.set_trace_callback(run.append)

        def counted(work: Callable[[], object]) -> int:
            run.clear()
            work()
            return len(run)

        two: list[Event] = [answered("a", label(1)), served("b", [2])]
        assert counted(lambda: store.append("p", 1, two, NOON)) == 1
        assert counted(lambda: store.append("p", 3, [served("c", [3])], NOON)) == 1
        assert counted(lambda: store.events("p", after=2)) == 1
        assert counted(lambda: store.events("p", after=4)) == 1
        assert counted(lambda: store.head("p")) == 1
        assert counted(lambda: store.project("p")) == 1
        assert counted(store.projects) == 1
        assert counted(lambda: store.rename("p", "Other")) == 1
        assert counted(store.ping) == 1
        assert counted(lambda: store.append("p", 4, [served(f"{i}", [i]) for i in range(99)], NOON))
        assert store.head("p") == 103


def test_a_ping_stores_something_and_the_database_does_not_grow_by_it(url, path):
    with closing(open_store(url)) as store:
        store.ping()
    size = path.stat().st_size
    with closing(open_store(url)) as store:
        for _ in range(500):
            store.ping()
        assert path.with_name("labels.db-wal").stat().st_size < 1_700_000, "written back meanwhile"
    assert path.stat().st_size == size


def test_a_closed_database_is_one_whole_file(url, path):
    with closing(open_store(url)) as store:
        store.create(project(), [served("a", [1])])
    assert [file.name for file in path.parent.iterdir()] == ["labels.db"]
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as alone:
        assert alone.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_a_closed_store_says_so(database_url):
    store = open_store(database_url)
    store.close()
    with pytest.raises(StoreUnavailableError, match="was closed"):
        store.projects()
    store.close()


def test_what_was_stored_is_written_back_into_the_file_now_and_then(url, path):
    with closing(open_store(url)) as store:
        store.create(project(), [])
        for number in range(12):
            store.append("p", 40 * number, [served("b" * 12_000, [1])] * 40, NOON)
        assert path.stat().st_size > 4_000_000
        assert len(store.events("p")) == 480


@pytest.mark.parametrize(
    "body",
    [
        '{"v": 99, "event": "served", "batch": "a"}',
        '{"v": 2, "event": "dreamt", "of": "a"}',
        '{"event": "dreamt"}',
    ],
)
def test_an_event_of_a_newer_app_is_no_damage_and_loses_nothing(database_url, body):
    with closing(open_store(database_url)) as store:
        store.create(project(), [served("a", [1]), served("b", [2])])
        run(database_url, f"UPDATE events SET body = '{body}' WHERE seq = 2")
        with pytest.raises(EventTooNewError, match="newer version"):
            store.events("p")
        run(database_url, "DELETE FROM events WHERE seq = 2")
        assert [record.event for record in store.events("p")] == [served("a", [1])]


BROKEN_EVENTS = (
    "body = 'scribble'",
    """body = '{"event": "served"}'""",
    "body = CAST(x'fffefd' AS TEXT)",
    "body = x'00ff'",
    "at = 'noon'",
)


@pytest.mark.parametrize(
    ("database_url", "damage"), everywhere(BROKEN_EVENTS), indirect=["database_url"]
)
def test_an_event_that_cannot_be_read_is_told_by_its_number_and_harms_no_other_project(
    database_url, damage
):
    events = [served(name, [1]) for name in "abc"]
    with closing(open_store(database_url)) as store:
        store.create(project("p"), events)
        store.create(project("q"), events)
        run(database_url, f"UPDATE events SET {damage} WHERE project_id = 'p' AND seq = 2")
        with pytest.raises(EventDamagedError, match="Event 2 in the log") as caught:
            store.events("p")
        assert caught.value.seq == 2
        assert [record.event for record in store.events("p", after=2)] == events[2:]
        assert [record.event for record in store.events("q")] == events
        assert store.projects() == (project("p"), project("q"))


BROKEN_PROJECTS = {
    "config = 'scribble'": "Its settings are damaged",
    "config = x'fffe'": "Its settings are damaged",
    "config = '{\"alpha\": 7}'": "Its settings are damaged (alpha: Input should be less than 1)",
    'config = \'{"kernel": "own"}\'': "with settings unknown here: kernel.",
    "config = '{\"taste\": 7}'": "made by a newer Labelspread, with settings unknown here: taste.",
    "created_at = 'noon'": "Its entry in the database is damaged.",
    "deleted_at = 'noon'": "Its entry in the database is damaged.",
    "config = 7": "Its settings are damaged",
    "name = CAST(x'41ff' AS TEXT), config = '{}}'": "Its settings are damaged",
}


@pytest.mark.parametrize(
    ("database_url", "damage"), everywhere(BROKEN_PROJECTS), indirect=["database_url"]
)
def test_a_project_that_cannot_be_read_says_why_and_harms_no_other(database_url, damage):
    with closing(open_store(database_url)) as store:
        store.create(project("p"), [served("a", [1])])
        store.create(project("q", minute=1), [])
        run(database_url, f"UPDATE projects SET {damage} WHERE project_id = 'p'")
        broken = next(one for one in store.projects() if one.project_id == "p")
        assert isinstance(broken, BrokenProject)
        assert BROKEN_PROJECTS[damage] in broken.problem
        assert broken.remedy.endswith(".")
        assert broken.name.encode().decode(), "it can be shown"
        with pytest.raises(ProjectUnusableError) as caught:
            store.project("p")
        assert caught.value.problem == broken.problem
        assert store.project("q") in store.projects()
        store.rename("p", "Broken")
        store.delete("p", NOON)
        found = next(one for one in store.projects() if one.project_id == "p")
        assert (found.name, found.deleted_at) == ("Broken", NOON)
        assert len(store.events("p")) == 1, "nothing is lost"


def test_a_table_that_is_missing_is_called_damage(database_url):
    with closing(open_store(database_url)) as store:
        run(database_url, "DROP TABLE leases", "DROP TABLE events", "DROP TABLE projects")
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
