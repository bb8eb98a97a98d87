"""The database's files are taken away while threads store answers: what was said to be stored is.

A store says that something is stored by returning from ``append``. At that moment it has to be in
the file that is at the database's place. What is taken away later is gone with its file, or kept in
one beside it.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.config import ProjectConfig
from core.errors import StoreCorruptError, StoreError, StoreReplacedError
from core.service.labelling import Service
from core.session.events import Served
from core.storage import SqlStore, backups, open_store
from tests.core.builders import NOON, TickingClock, label, numbered, project, served

WRITERS = 4


@pytest.fixture
def path(tmp_path) -> Path:
    folder = Path(tmp_path) / "data"
    folder.mkdir()
    return folder / "labels.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    with closing(open_store(url_of(path))) as opened:
        for writer in range(WRITERS):
            opened.create(project(f"p{writer}"), [])
        yield opened


@pytest.fixture
def backup(store: SqlStore, path: Path) -> Path:
    """A sound database with the same projects and a few older events in it, in one file."""
    for writer in range(WRITERS):
        store.append(f"p{writer}", 0, [served(f"early-{writer}", [1])], NOON)
    copy = path.parent.parent / "backup.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    return copy


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def names_in(path: Path) -> set[str]:
    """All batches in a database, as a program that has never seen it reads them."""
    with closing(open_store(url_of(path))) as store:
        return {
            record.event.batch_id
            for one in store.projects()
            for record in store.events(one.project_id)
            if isinstance(record.event, Served)
        }


@dataclass
class Writers:
    """What some threads stored, and how often they were told that it could not be."""

    store: SqlStore
    stop: threading.Event = field(default_factory=threading.Event)
    stored: list[str] = field(default_factory=list)
    refused: list[StoreError] = field(default_factory=list)
    strange: list[Exception] = field(default_factory=list)
    tries: list[int] = field(default_factory=lambda: [0] * WRITERS)

    def write(self, writer: int) -> None:
        while not self.stop.is_set():
            self.tries[writer] += 1
            number = self.tries[writer]
            name = f"{writer}-{number}"
            try:
                seq = self.store.head(f"p{writer}")
                self.store.append(f"p{writer}", seq, [served(name, [number])], NOON)
            except StoreError as error:
                self.refused.append(error)
            except Exception as error:
                self.strange.append(error)
            else:
                self.stored.append(name)

    def wait_for(self, more: int) -> None:
        """Wait until so many more are stored."""
        wanted = len(self.stored) + more
        while len(self.stored) < wanted:
            assert not self.strange
            self.stop.wait(0.002)

    def wait_for_each(self) -> None:
        """Wait until each has begun anew, and so noted what it had been told before."""
        before = self.tries[:]
        while any(now <= then for now, then in zip(self.tries, before, strict=True)):
            assert not self.strange
            self.stop.wait(0.002)

    def wait_until_refused(self, times: int = 1) -> None:
        wanted = len(self.refused) + times
        while len(self.refused) < wanted:
            assert not self.strange
            self.stop.wait(0.002)


@contextmanager
def writing(store: SqlStore) -> Iterator[Writers]:
    writers = Writers(store)
    threads = [threading.Thread(target=writers.write, args=[i]) for i in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        writers.stop.set()
        for thread in threads:
            thread.join()
    assert writers.strange == []


def companions(path: Path) -> list[Path]:
    return [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]


def remove(*paths: Path) -> None:
    for path in paths:
        path.unlink()


def kept_beside(path: Path) -> list[Path]:
    return sorted(path.parent.glob("labels.db.kept-*"))


# -- removed --


@pytest.mark.parametrize("all_of_them", [False, True], ids=["the file", "all files"])
def test_nothing_is_said_to_be_stored_once_the_file_was_removed(store, path, all_of_them):
    with writing(store) as writers:
        writers.wait_for(20)
        remove(*(companions(path) if all_of_them else [path]))
        before = set(writers.stored)
        writers.wait_until_refused(8)
        after = set(writers.stored)
    assert len(after - before) <= WRITERS, "those that were told just then"
    assert not path.exists(), "and no empty one was made in its place"
    assert all(isinstance(error, StoreReplacedError) for error in writers.refused)
    assert "was removed" in writers.refused[-1].problem
    assert str(path) in writers.refused[-1].problem
    (kept,) = kept_beside(path)
    assert after <= names_in(kept), "what it held was saved from being lost with it"
    with pytest.raises(StoreReplacedError):
        store.ping()
    with pytest.raises(StoreReplacedError):
        store.projects()


def test_the_first_one_who_is_told_is_told_where_the_rest_is(store, path):
    remove(path)
    with pytest.raises(StoreReplacedError) as caught:
        store.ping()
    (kept,) = kept_beside(path)
    assert str(kept) in str(caught.value)


def test_a_file_that_was_removed_may_be_followed_by_a_backup(store, path, backup):
    with writing(store) as writers:
        writers.wait_for(20)
        remove(path)
        writers.wait_for_each()
        before = set(writers.stored)
        shutil.copy(backup, path)
        writers.wait_for(40)
    store.close()
    assert set(writers.stored) - before <= names_in(path)
    assert {f"early-{writer}" for writer in range(WRITERS)} <= names_in(path)
    assert not before & names_in(path), "the log of the old file was not laid over the new one"


# -- replaced --


def moved_over(new: Path, path: Path) -> None:
    new.replace(path)


def removed_and_copied(new: Path, path: Path) -> None:
    path.unlink()
    shutil.copy(new, path)


def all_removed_and_copied(new: Path, path: Path) -> None:
    remove(*companions(path))
    shutil.copy(new, path)


def copied_over(new: Path, path: Path) -> None:
    path.write_bytes(new.read_bytes())


REPLACEMENTS: list[Callable[[Path, Path], None]] = [
    moved_over,
    removed_and_copied,
    all_removed_and_copied,
    copied_over,
]


@pytest.mark.parametrize("replace", REPLACEMENTS, ids=lambda f: f.__name__)
def test_after_a_replacement_all_that_is_said_to_be_stored_is_in_the_new_file(
    store, path, backup, replace
):
    generation = store.generation
    with writing(store) as writers:
        writers.wait_for(30)
        replace(backup, path)
        writers.wait_for_each()
        before = set(writers.stored)
        writers.wait_for(60)
    assert store.generation > generation
    store.close()
    assert set(writers.stored) - before <= names_in(path)
    assert {f"early-{writer}" for writer in range(WRITERS)} <= names_in(path)
    with closing(sqlite3.connect(path)) as alone:
        assert alone.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_database_that_comes_with_a_log_of_its_own_keeps_it(store, path, tmp_path):
    """As one whose server was killed: its last answers are in its log alone."""
    other = tmp_path / "other" / "labels.db"
    killed = f"""
import os
from core.storage import open_store
from tests.core.builders import NOON, project, served
store = open_store({url_of(other)!r})
store.create(project("p0"), [])
store.append("p0", 0, [served("only in the log", [1])], NOON)
os._exit(1)
"""
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", killed], cwd=root, check=False)
    store.append("p0", 0, [served("old", [1])], NOON)
    remove(*companions(path))
    for theirs, ours in zip(companions(other), companions(path), strict=True):
        theirs.replace(ours)
    with pytest.raises(StoreReplacedError):
        store.ping()
    store.append("p0", 1, [served("new", [2])], NOON)
    store.close()
    assert names_in(path) == {"only in the log", "new"}


def test_another_program_s_file_in_its_place_is_no_database_of_ours(store, path, backup):
    for content, problem in ((b"scribble " * 999, StoreCorruptError), (b"", StoreError)):
        path.with_name("new").write_bytes(content)
        path.with_name("new").replace(path)
        with pytest.raises(StoreReplacedError):
            store.ping()
        for _ in range(2):
            with pytest.raises(problem):
                store.ping()
        assert path.read_bytes()[: len(content)] == content
        shutil.copy(backup, path)
        with suppress(StoreReplacedError):
            store.ping()
        store.ping()


def test_a_file_that_is_scribbled_over_is_told_by_the_next_use(store, path):
    store.close()
    store = open_store(url_of(path))
    store.append("p0", 0, [served("a", [1])], NOON)
    path.write_bytes(b"scribble " * 5000)
    with pytest.raises(StoreReplacedError, match="was written over by another program") as caught:
        store.append("p0", 1, [served("b", [1])], NOON)
    assert "-wal.kept-" in str(caught.value)
    with pytest.raises(StoreCorruptError):
        store.ping()


def test_a_file_that_is_scribbled_over_while_all_of_it_is_in_the_log_is_mended(store, path):
    store.append("p0", 0, [served("a", [1])], NOON)
    path.write_bytes(b"scribble " * 5000)
    store.append("p0", 1, [served("b", [1])], NOON)
    assert path.read_bytes().startswith(b"SQLite format 3")
    store.close()
    assert names_in(path) == {"a", "b"}


def test_another_server_that_writes_the_file_is_no_reason_to_stop(store, path):
    with closing(open_store(url_of(path))) as other:
        for number in range(30):
            mine, theirs = served(f"mine-{number}", [1]), served("x" * 400_000, [1])
            store.append("p0", number, [mine], NOON)
            other.append("p1", number, [theirs], NOON)
        assert path.stat().st_size > 4_000_000, "it has written back"
        assert store.head("p1") == other.head("p0") == 30


# -- its log --


def log_removed(path: Path) -> None:
    companions(path)[1].unlink()


def log_replaced(path: Path) -> None:
    new = path.with_name("new")
    new.write_bytes(b"scribble " * 999)
    new.replace(companions(path)[1])


def index_removed(path: Path) -> None:
    companions(path)[2].unlink()


def log_and_index_removed(path: Path) -> None:
    remove(*companions(path)[1:])


@pytest.mark.parametrize(
    "harm",
    [log_removed, log_replaced, index_removed, log_and_index_removed],
    ids=lambda f: f.__name__,
)
def test_without_its_log_all_that_was_said_to_be_stored_is_in_the_file_all_the_same(
    store, path, harm
):
    with writing(store) as writers:
        for _ in range(3):
            writers.wait_for(20)
            harm(path)
        writers.wait_for(20)
    assert len(writers.refused) >= 3
    assert "was re" in writers.refused[0].problem
    store.close()
    assert set(writers.stored) <= names_in(path)


# -- moved away and back --


@pytest.mark.parametrize("all_of_them", [False, True], ids=["the file", "all files"])
def test_a_file_moved_away_and_back_has_all_that_was_said_to_be_stored(store, path, all_of_them):
    away = path.parent / "away"
    away.mkdir()
    moved = companions(path) if all_of_them else [path]
    with writing(store) as writers:
        for _ in range(5):
            writers.wait_for(20)
            there = [file for file in moved if file.exists()]
            for file in there:
                file.replace(away / file.name)
            writers.wait_until_refused()
            for file in reversed(there):
                (away / file.name).replace(file)
        writers.wait_for(20)
    store.close()
    assert set(writers.stored) <= names_in(path)
    assert list(away.iterdir()) == []
    assert kept_beside(path) == [], "it had a name all the time"


# -- through the service --


def test_the_service_goes_on_with_what_the_new_file_says(path):
    with closing(open_store(url_of(path))) as store:
        service = Service(store, clock=TickingClock(), new_id=numbered("id"))
        project_id = service.create_project("Small", ProjectConfig(n_samples=30)).project_id
        batch = service.batch(project_id)
        assert batch is not None
        service.submit(project_id, batch.batch_id, [label(batch.items[0], "3")])
        copy = path.with_name("copy")
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        service.submit(project_id, batch.batch_id, [label(batch.items[1], "4")])
        copy.replace(path)
        with pytest.raises(StoreReplacedError):
            service.submit(project_id, batch.batch_id, [label(batch.items[2], "5")])
        assert service.view(project_id).state.labels == {batch.items[0]: "3"}
        assert service.submit(project_id, batch.batch_id, [label(batch.items[1], "6")]).stored == 1
        assert service.view(project_id).state.labels == {batch.items[0]: "3", batch.items[1]: "6"}


def test_after_a_restore_a_label_can_be_stored_and_after_a_removal_it_cannot(path, caplog):
    with closing(open_store(url_of(path))) as store:
        service = Service(store, clock=TickingClock(), new_id=numbered("id"))
        service.create_project("Small", ProjectConfig(n_samples=30))
        copy = path.with_name("copy")
        backups.backup(url_of(path), copy)
        backups.restore(copy, url_of(path))
        service.ping()
        assert not caplog.records, "what was there has a name, and nothing was under way"
        remove(path)
        with pytest.raises(StoreReplacedError, match="was removed"):
            service.ping()
