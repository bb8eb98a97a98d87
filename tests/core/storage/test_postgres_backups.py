"""A backup of a PostgreSQL database holds what was stored until then, and comes back whole."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from core.cli.cli import main
from core.errors import (
    BackupError,
    StoreBusyError,
    StoreTooNewError,
    StoreUnavailableError,
    StoreUnreachableError,
)
from core.session.fold import fold
from core.session.state import State
from core.settings import DATABASE_VARIABLE
from core.storage import backup, open_store, restore
from tests.core.builders import NOON, answered, label, project, served
from tests.postgres import BIN, PASSWORD, PostgresServer, name_in

N_ANSWERS = 60


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(BIN), prepend=":")


def fill(url: str, n_labels: int) -> None:
    with closing(open_store(url)) as store:
        store.create(project(), [served("a", range(N_ANSWERS))])
        first = store.head("p") - 1
        for item in range(first, n_labels):
            store.append("p", item + 1, [answered("a", label(item))], NOON)


def labels_in(url: str) -> list[int]:
    with closing(open_store(url)) as store:
        state = fold(State(), [record.event for record in store.events("p")])
        return sorted(state.labels)


def test_a_backup_while_answers_come_is_sound_and_holds_the_first_of_them(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
):
    fill(postgres_url, 5)
    thread = threading.Thread(target=fill, args=(postgres_url, N_ANSWERS))
    thread.start()
    backup(postgres_url, tmp_path / "during.dump")
    thread.join()
    other = postgres.new_database()
    assert restore(tmp_path / "during.dump", other) is None
    during = labels_in(other)
    assert during == list(range(len(during)))
    assert len(during) >= 5
    assert [file.name for file in tmp_path.iterdir()] == ["during.dump"]


def test_what_was_restored_is_there_an_open_app_goes_on_and_what_was_before_is_kept(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
):
    fill(postgres_url, 3)
    backup(postgres_url, tmp_path / "three.dump")
    fill(postgres_url, 9)
    with closing(open_store(postgres_url)) as store:
        generation = store.generation
        kept = restore(tmp_path / "three.dump", postgres_url)
        assert store.head("p") == 4
        assert store.generation > generation
        store.append("p", 4, [answered("a", label(50))], NOON)
    assert labels_in(postgres_url) == [0, 1, 2, 50]
    assert kept is not None
    schema = next(word for word in kept.split() if word.startswith("labelspread_kept_"))
    rows = postgres.run(f"SELECT count(*) FROM {schema}.events", database=name_in(postgres_url))
    assert rows == [(10,)]


def test_tables_of_others_in_the_same_database_are_no_part_of_it(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
):
    name = name_in(postgres_url)
    postgres.run("CREATE TABLE songs (title text)", database=name)
    fill(postgres_url, 2)
    backup(postgres_url, tmp_path / "two.dump")
    postgres.run("INSERT INTO songs VALUES ('new')", database=name)
    restore(tmp_path / "two.dump", postgres_url)
    assert postgres.run("SELECT title FROM songs", database=name) == [("new",)]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:4_000])


def scribble(file: Path) -> None:
    file.write_bytes(b"scribble" * 100)


def strange(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("spoil", [cut, scribble, strange, Path.unlink])
def test_what_is_no_sound_backup_is_refused_and_nothing_is_changed(
    spoil, postgres_url: str, tmp_path: Path
):
    fill(postgres_url, 2)
    backup(postgres_url, tmp_path / "two.dump")
    spoil(tmp_path / "two.dump")
    with pytest.raises(BackupError, match=r"two\.dump"):
        restore(tmp_path / "two.dump", postgres_url)
    assert labels_in(postgres_url) == [0, 1]


def test_a_backup_of_something_else_is_refused(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
):
    postgres.run("CREATE TABLE songs (title text)", database=name_in(postgres_url))
    with pytest.raises(BackupError, match="holds no labels"):
        backup(postgres_url, tmp_path / "none.dump")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_a_newer_version_is_refused_and_nothing_is_changed(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
):
    fill(postgres_url, 2)
    name = name_in(postgres_url)
    (revision,) = postgres.run("SELECT version_num FROM alembic_version", database=name)
    postgres.run("UPDATE alembic_version SET version_num = '9999'", database=name)
    with pytest.raises(StoreTooNewError):
        backup(postgres_url, tmp_path / "new.dump")
    with pytest.MonkeyPatch.context() as patch:
        known = frozenset({"9999"})
        patch.setattr("core.storage.postgres_backups.known_revisions", lambda: known)
        backup(postgres_url, tmp_path / "new.dump")
    postgres.run(f"UPDATE alembic_version SET version_num = '{revision[0]}'", database=name)
    with pytest.raises(StoreTooNewError, match=r"new\.dump"):
        restore(tmp_path / "new.dump", postgres_url)
    assert labels_in(postgres_url) == [0, 1]


def test_a_database_that_somebody_locks_is_not_replaced(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr("core.storage.postgres_backups._LOCK_SECONDS", 0.2)
    fill(postgres_url, 2)
    backup(postgres_url, tmp_path / "two.dump")
    with closing(psycopg.connect(postgres_url)) as other:
        other.execute("LOCK TABLE events IN ROW EXCLUSIVE MODE")
        with pytest.raises(StoreBusyError):
            restore(tmp_path / "two.dump", postgres_url)
    assert labels_in(postgres_url) == [0, 1]
    kept = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'labelspread_kept%'"
    assert postgres.run(kept, database=name_in(postgres_url)) == [(0,)]


def test_a_backup_that_cannot_be_made_leaves_nothing_and_shows_no_password(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path, monkeypatch
):
    fill(postgres_url, 2)
    with pytest.raises(BackupError, match="no folder"):
        backup(postgres_url, tmp_path / "none" / "two.dump")
    with pytest.raises(StoreUnreachableError) as caught:
        backup(postgres.url("nowhere"), tmp_path / "two.dump")
    assert PASSWORD not in str(caught.value)
    with pytest.raises(StoreUnavailableError):
        backup("postgresql+nosuchdriver://me@host/labels", tmp_path / "two.dump")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not there"):
        backup(postgres_url, tmp_path / "two.dump")
    with pytest.raises(BackupError, match="postgresql-client"):
        restore(tmp_path / "two.dump", postgres_url)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_a_tool_refuses_says_what_the_tool_says(
    postgres_url: str, tmp_path: Path, monkeypatch
):
    fill(postgres_url, 2)
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "pg_dump"
    old.write_text(
        f"#!/bin/sh\necho 'pg_dump: error: version mismatch for {PASSWORD}' >&2\nexit 1\n"
    )
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    with pytest.raises(BackupError, match=r"pg_dump has failed \(version mismatch") as caught:
        backup(postgres_url, tmp_path / "two.dump")
    assert PASSWORD not in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["bin"]


def test_the_commands_back_up_and_restore(postgres_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(DATABASE_VARIABLE, postgres_url)
    fill(postgres_url, 2)
    assert main(["backup", str(tmp_path / "two.dump")]) == 0
    assert main(["restore", str(tmp_path / "two.dump")]) == 0
    printed = capsys.readouterr().out
    assert "Backed up to" in printed
    assert "The database that was there is kept as the schema labelspread_kept_" in printed
    assert labels_in(postgres_url) == [0, 1]
