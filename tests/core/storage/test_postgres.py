"""What only a PostgreSQL server has: connections that break, settings, and a password."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa

from core.errors import (
    SequenceConflictError,
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
from core.session.events import Event
from core.storage import SqlStore, open_store
from core.storage.database import name_of
from tests.core.builders import NOON, project, served, wait_until
from tests.postgres import PASSWORD, PASSWORD_IN_URL, USER, PostgresServer, name_in

SOME: tuple[Event, ...] = (served("a", [1]), served("b", [2]))
NEXT: tuple[Event, ...] = (served("c", [3]),)
MANY: tuple[Event, ...] = tuple(served(f"{number}", [number]) for number in range(40))


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    with closing(open_store(postgres_url, busy_seconds=0.3)) as opened:
        opened.create(project(), SOME)
        yield opened


def log(store: SqlStore) -> list[Event]:
    return [record.event for record in store.events("p")]


def told(work: Callable[[], object]) -> StoreError:
    """The error that some work ends with, in words that a person may see."""
    with pytest.raises(StoreError) as caught:
        work()
    error = caught.value
    assert error.problem.endswith(".")
    assert error.remedy.endswith(".")
    for text in (PASSWORD, PASSWORD_IN_URL, "psycopg", "sqlalche.me", "SELECT"):
        assert text not in str(error)
    return error


def cut(postgres: PostgresServer, url: str) -> None:
    """Cut all connections to a database, as a network does."""
    postgres.run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_in(url)}'"
    )


@pytest.mark.parametrize("begin", ["postgresql://", "postgres://", "postgresql+psycopg://"])
def test_an_address_may_be_written_in_three_ways(postgres_url, begin):
    with closing(open_store(postgres_url.replace("postgresql://", begin))) as store:
        assert store.projects() == ()


def test_each_session_is_durable_and_patient_whatever_the_server_does_by_itself(
    postgres, postgres_url
):
    name = name_in(postgres_url)
    settings = {
        "synchronous_commit": ("off", "on"),
        "default_transaction_isolation": ("serializable", "read committed"),
        "timezone": ("Asia/Tokyo", "UTC"),
        "lock_timeout": ("0", "300ms"),
    }
    for setting, (odd, _) in settings.items():
        postgres.run(f"ALTER DATABASE {name} SET {setting} = '{odd}'")
    found: dict[str, str] = {}

    def look(connection: psycopg.Connection, *_: object) -> None:
        for setting in settings:
            row = connection.execute(f"SHOW {setting}".encode()).fetchone()
            assert row is not None
            found[setting] = row[0]

    sa.event.listen(sa.pool.Pool, "checkout", look)
    try:
        with closing(open_store(postgres_url, busy_seconds=0.3)) as store:
            store.ping()
            assert found == {setting: ours for setting, (_, ours) in settings.items()}
    finally:
        sa.event.remove(sa.pool.Pool, "checkout", look)
        postgres.run(f"ALTER DATABASE {name} RESET ALL")


def test_connections_that_were_cut_are_made_anew_and_nobody_notices(postgres, postgres_url, store):
    generation = store.generation
    for number in range(3):
        cut(postgres, postgres_url)
        store.append("p", 2 + number, NEXT, NOON, generation=generation)
    assert log(store) == [*SOME, *NEXT * 3]


def test_a_server_that_is_away_is_told_and_what_was_stored_is_there_when_it_is_back():
    server = PostgresServer(is_durable=True)
    try:
        with closing(open_store(server.new_database(), busy_seconds=0.3)) as store:
            store.create(project(), SOME)
            generation = store.generation
            for end in (server.kill, server.stop):
                end()
                assert isinstance(told(store.projects), StoreUnreachableError)
                error = told(lambda: store.append("p", 2, NEXT, NOON))
                assert isinstance(error, StoreUnreachableError)
                assert "refused" in str(error)
                server.start()
                assert log(store) == list(SOME)
            # It may have been set back to an earlier day meanwhile.
            assert store.generation > generation
            with pytest.raises(SequenceConflictError):
                store.append("p", 2, NEXT, NOON, generation=generation)
            store.append("p", 2, NEXT, NOON, generation=store.generation)
    finally:
        server.close()


@pytest.mark.parametrize("events", [NEXT, MANY], ids=["few", "many"])
def test_tables_that_were_put_in_place_of_others_are_another_store(
    postgres, postgres_url, store, events
):
    generation = store.generation
    swap = ("ALTER TABLE events RENAME TO gone", "CREATE TABLE events (LIKE gone INCLUDING ALL)")
    postgres.run(
        *swap,
        "INSERT INTO events SELECT * FROM gone",
        f"ALTER TABLE events OWNER TO {USER}",
        database=name_in(postgres_url),
    )
    with pytest.raises(SequenceConflictError):
        store.append("p", 2, events, NOON, generation=generation)
    assert store.generation > generation
    assert log(store) == list(SOME)


@pytest.mark.parametrize("events", [NEXT, MANY], ids=["few", "many"])
def test_what_waits_while_tables_are_exchanged_is_not_written_into_the_new_ones(
    postgres, postgres_url, store, events
):
    name = name_in(postgres_url)
    caught: list[BaseException] = []

    def write() -> None:
        try:
            store.append("p", 2, events, NOON, generation=1)
        except BaseException as error:
            caught.append(error)

    with closing(psycopg.connect(postgres.url(name))) as other:
        other.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        thread = threading.Thread(target=write)
        thread.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        wait_until(lambda: postgres.run(waiting) == [(1,)] or not thread.is_alive())
        other.execute("ALTER TABLE events RENAME TO gone")
        other.execute("CREATE TABLE events (LIKE gone INCLUDING ALL)")
        other.execute("INSERT INTO events SELECT * FROM gone")
        other.commit()
        thread.join()
    assert isinstance(caught[0], SequenceConflictError | StoreReplacedError | StoreBusyError)
    assert log(store) == list(SOME)


PROBLEMS = {
    "53100": StoreFullError,
    "53300": StoreCrowdedError,
    "25006": StoreReadOnlyError,
    "55P03": StoreBusyError,
    "40P01": StoreBusyError,
    "40001": StoreBusyError,
    "57014": StoreBusyError,
    "XX001": StoreCorruptError,
    "42P01": StoreCorruptError,
    "57P01": StoreUnreachableError,
    "42501": StoreUnavailableError,
    "58030": StoreUnavailableError,
}


@pytest.mark.parametrize("code", PROBLEMS)
@pytest.mark.parametrize("events", [NEXT, MANY], ids=["few", "many"])
def test_what_the_server_cannot_do_is_told_and_nothing_is_stored(
    postgres, postgres_url, store, code, events
):
    postgres.run(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE 'it went wrong' USING ERRCODE = '{code}'; END $$",
        "CREATE TRIGGER fail BEFORE INSERT ON events FOR EACH ROW WHEN (new.seq = 3) "
        "EXECUTE FUNCTION fail()",
        database=name_in(postgres_url),
    )
    assert type(told(lambda: store.append("p", 2, events, NOON))) is PROBLEMS[code]
    assert log(store) == list(SOME)
    postgres.run(
        "DROP TRIGGER fail ON events", "DROP FUNCTION fail", database=name_in(postgres_url)
    )
    store.append("p", 2, events, NOON)
    assert log(store) == [*SOME, *events]


def test_a_table_that_somebody_locks_is_told_after_a_while(postgres_url, store):
    with closing(psycopg.connect(postgres_url)) as other:
        other.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        assert isinstance(told(lambda: store.append("p", 2, NEXT, NOON)), StoreBusyError)
        assert isinstance(told(lambda: store.events("p")), StoreBusyError)
    store.append("p", 2, NEXT, NOON)


def test_a_database_that_may_only_be_read_is_read(postgres, postgres_url, store):
    name = name_in(postgres_url)
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    cut(postgres, postgres_url)
    try:
        assert log(store) == list(SOME)
        error = told(lambda: store.append("p", 2, NEXT, NOON))
        assert isinstance(error, StoreReadOnlyError)
        assert "server" in error.remedy
    finally:
        postgres.run(f"ALTER DATABASE {name} RESET ALL")


def test_a_database_that_takes_no_more_connections_says_so(postgres, postgres_url, store):
    postgres.run(f"ALTER DATABASE {name_in(postgres_url)} CONNECTION LIMIT 0")
    try:
        cut(postgres, postgres_url)
        assert isinstance(told(store.projects), StoreCrowdedError)
    finally:
        postgres.run(f"ALTER DATABASE {name_in(postgres_url)} CONNECTION LIMIT -1")
    assert log(store) == list(SOME)


def test_who_waits_for_a_connection_of_our_own_is_told_so(store):
    held = [store._database._engine.connect() for _ in range(20)]
    try:
        assert isinstance(told(store.projects), StoreCrowdedError)
    finally:
        for connection in held:
            connection.close()
    assert log(store) == list(SOME)


def test_an_address_that_is_wrong_is_told_without_its_password(postgres, postgres_url):
    name = name_in(postgres_url)
    wrong = {
        postgres.url(name, password="wrong-one"): "password authentication failed",
        postgres.url(name, user="nobody"): "password authentication failed",
        postgres.url("nowhere"): "does not exist",
        postgres.url(name).replace(f":{postgres.port}", ":1"): "refused",
        f"postgresql://me@127.0.0.1:1/labels?password={PASSWORD_IN_URL}": "refused",
    }
    for url, why in wrong.items():
        error = told(lambda url=url: open_store(url))  # type: ignore[misc]
        assert why in str(error)
        assert "wrong-one" not in str(error)
        assert "?" not in error.problem


@pytest.mark.parametrize("password", ["a@b", "a@b/c", "s3@cret@too"])
def test_a_password_that_is_not_written_as_in_an_address_is_shown_nowhere(password):
    url = f"postgresql://me:{password}@host/labels"
    error = told(lambda: open_store(url))
    assert isinstance(error, StoreUnavailableError)
    assert "%40" in str(error)
    for part in ("b", "c", "cret", "host"):
        assert part not in name_of(url).split()
    assert "LABELSPREAD_DATABASE_URL" in name_of(url)


def test_a_user_who_may_not_make_tables_is_told_so(postgres):
    url = postgres.new_database()
    postgres.run(
        f"ALTER DATABASE {name_in(url)} OWNER TO postgres",
        f"GRANT CONNECT ON DATABASE {name_in(url)} TO {USER}",
    )
    error = told(lambda: open_store(url))
    assert "own the database" in str(error)


def test_a_database_that_cannot_hold_every_script_is_refused(postgres):
    url = postgres.new_database("TEMPLATE template0 ENCODING 'LATIN1'")
    assert "LATIN1 and not UTF8" in str(told(lambda: open_store(url)))


def test_what_is_no_text_to_the_server_is_refused_in_words(store):
    assert isinstance(told(lambda: store.rename("p", "a\0b")), StoreUnavailableError)


def test_a_database_of_somebody_else_s_tables_gets_ours_beside_them(postgres, postgres_url):
    postgres.run("CREATE TABLE public.songs (title text)", database=name_in(postgres_url))
    with closing(open_store(postgres_url)) as store:
        store.create(project(), SOME)
    assert postgres.run("SELECT * FROM public.songs", database=name_in(postgres_url)) == []


def test_tables_that_are_gone_are_not_made_anew_over_lost_labels(postgres, postgres_url, store):
    postgres.run(
        "DROP TABLE leases, events, projects, alembic_version, health",
        database=name_in(postgres_url),
    )
    assert isinstance(told(store.projects), StoreCorruptError)
    assert isinstance(told(lambda: store.append("p", 2, NEXT, NOON)), StoreCorruptError)
