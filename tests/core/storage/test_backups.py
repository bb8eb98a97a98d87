"""A backup holds what was stored until then, and comes back whole or not at all."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core.cli.cli import main
from core.errors import (
    BackupError,
    StoreBusyError,
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
)
from core.session.fold import fold
from core.session.state import State
from core.settings import DATABASE_VARIABLE
from core.storage import backup, open_store, restore
from tests.core.builders import NOON, answered, label, project, served

N_ANSWERS = 200


@pytest.fixture
def path(tmp_path) -> Path:
    return Path(tmp_path) / "home" / "labelspread.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


def fill(url: str, n_labels: int) -> None:
    with closing(open_store(url)) as store:
        store.create(project(), [served("a", range(N_ANSWERS))])
        for item in range(n_labels):
            store.append("p", item + 1, [answered("a", label(item))], NOON)


def labels_in(path: Path) -> list[int]:
    with closing(open_store(f"sqlite:///{path}")) as store:
        state = fold(State(), [record.event for record in store.events("p")])
        return sorted(state.labels)


def content_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_backup_while_answers_come_is_sound_and_holds_the_first_of_them(url, tmp_path):
    fill(url, 0)
    half_way = threading.Event()

    def answer() -> None:
        with closing(open_store(url)) as store:
            for item in range(N_ANSWERS):
                store.append("p", item + 1, [answered("a", label(item))], NOON)
                if item == N_ANSWERS // 4:
                    half_way.set()

    thread = threading.Thread(target=answer)
    thread.start()
    assert half_way.wait(60)
    backup(url, tmp_path / "during.db")
    thread.join()
    during = labels_in(tmp_path / "during.db")
    assert during == list(range(len(during)))
    assert len(during) > N_ANSWERS // 4
    backup(url, tmp_path / "during.db")
    assert labels_in(tmp_path / "during.db") == list(range(N_ANSWERS))


def test_what_was_restored_is_there_and_what_was_before_is_kept(url, path, tmp_path):
    fill(url, 3)
    backup(url, tmp_path / "three.db")
    with closing(open_store(url)) as store:
        store.append("p", 4, [answered("a", label(3))], NOON)
    kept = restore(tmp_path / "three.db", url)
    assert labels_in(path) == [0, 1, 2]
    assert kept is not None
    assert Path(kept).parent == path.parent
    assert labels_in(Path(kept)) == [0, 1, 2, 3]


def test_a_store_that_is_open_goes_on_with_what_was_restored(url, tmp_path):
    fill(url, 3)
    backup(url, tmp_path / "three.db")
    with closing(open_store(url)) as store:
        store.append("p", 4, [answered("a", label(3))], NOON)
        kept = restore(tmp_path / "three.db", url)
        with pytest.raises(StoreError):  # what came late is sent again
            store.append("p", 5, [answered("a", label(4))], NOON)
        store.append("p", 4, [answered("a", label(9))], NOON)
    assert kept is not None
    assert labels_in(Path(kept)) == [0, 1, 2, 3]
    assert labels_in(tmp_path / "home" / "labelspread.db") == [0, 1, 2, 9]


def test_a_backup_is_restored_where_nothing_was(url, path, tmp_path):
    fill(f"sqlite:///{tmp_path / 'other.db'}", 2)
    assert restore(tmp_path / "other.db", url) is None
    assert labels_in(path) == [0, 1]


def test_a_damaged_database_is_replaced_and_kept(url, path, tmp_path):
    fill(url, 2)
    backup(url, tmp_path / "two.db")
    path.write_bytes(b"scribble" * 1000)
    kept = restore(tmp_path / "two.db", url)
    assert labels_in(path) == [0, 1]
    assert kept is not None
    assert Path(kept).read_bytes() == b"scribble" * 1000


def spoil_head(file: Path) -> None:
    file.write_bytes(b"scribble" * 1000)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def strange(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


@pytest.mark.parametrize("spoil", [spoil_head, cut, empty, strange, Path.unlink])
def test_what_is_no_sound_backup_is_refused_and_nothing_is_changed(spoil, url, path, tmp_path):
    fill(url, 2)
    backup(url, tmp_path / "two.db")
    spoil(tmp_path / "two.db")
    before = content_of(path.parent)
    with pytest.raises(BackupError, match=r"two\.db"):
        restore(tmp_path / "two.db", url)
    assert content_of(path.parent) == before


def test_a_backup_of_a_newer_version_is_refused_and_nothing_is_changed(url, path, tmp_path):
    fill(url, 2)
    backup(url, tmp_path / "new.db")
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = content_of(path.parent)
    with pytest.raises(StoreTooNewError, match=r"new\.db"):
        restore(tmp_path / "new.db", url)
    assert content_of(path.parent) == before


def test_a_database_that_somebody_locks_is_not_replaced(url, path, tmp_path, monkeypatch):
    monkeypatch.setattr("core.storage.sqlite_backups._BUSY_SECONDS", 0.1)
    fill(url, 2)
    backup(url, tmp_path / "two.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError):
            restore(tmp_path / "two.db", url)
    assert [file for file in path.parent.iterdir() if "kept" in file.name] == []


def test_another_database_needs_its_own_tool(tmp_path):
    with pytest.raises(BackupError, match="its own tool"):
        backup("oracle://example.com", tmp_path / "a.db")
    with pytest.raises(BackupError, match="its own tool"):
        restore(tmp_path / "a.db", "oracle://example.com")


def test_nothing_is_backed_up_over_itself_or_where_there_is_no_folder(url, path, tmp_path):
    with pytest.raises(StoreUnavailableError):
        backup(url, tmp_path / "a.db")
    fill(url, 1)
    for file in (path, tmp_path / "none" / "a.db"):
        with pytest.raises(BackupError):
            backup(url, file)
    with pytest.raises(BackupError):
        restore(path, url)


def test_what_a_killed_backup_left_goes_with_the_next_one_to_the_same_place(url, path, tmp_path):
    fill(url, 1)
    folder = tmp_path / "backups"
    folder.mkdir()
    for place in (folder / "mine.db", path):
        for end in ("", "-journal"):
            name = place.with_name(f"{place.name}-4711.unfinished{end}")
            name.write_bytes(b"half")
            os.utime(name, (0, 0))
    other = folder / "other.db-4711.unfinished"
    other.write_bytes(b"half")
    os.utime(other, (0, 0))
    backup(url, folder / "mine.db")
    assert sorted(folder.iterdir()) == [folder / "mine.db", other]
    restore(folder / "mine.db", url)
    assert not list(path.parent.glob("*.unfinished*"))


def test_the_commands_back_up_and_restore(url, path, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    fill(url, 2)
    assert main(["backup", str(tmp_path / "two.db")]) == 0
    assert main(["restore", str(tmp_path / "two.db")]) == 0
    printed = capsys.readouterr().out
    assert "Backed up to" in printed
    assert "The database that was there is kept as" in printed
    assert labels_in(path) == [0, 1]
