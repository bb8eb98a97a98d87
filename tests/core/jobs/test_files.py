"""A file is there whole or not at all, and what a killed process left of it does not stay."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from core.jobs.files import UNFINISHED, remove_unfinished, unfinished_beside, write_whole

ROOT = Path(__file__).parents[3]

HOURS = 3600.0

WRITER = """
import sys
from pathlib import Path
from core.jobs.files import write_whole

def write(file):
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.readline()
    file.write(b" and half")

write_whole(Path(sys.argv[1]), write)
"""


@contextmanager
def other_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has written half of a file, and the rest once it is told to go on."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        try:
            yield process
        finally:
            process.kill()


def age(path: Path, seconds: float) -> Path:
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def left(folder: Path, name: str, seconds: float) -> Path:
    path = folder / name
    path.write_bytes(b"half")
    return age(path, seconds)


def unfinished_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if UNFINISHED in path.name]


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path):
    path = tmp_path / "made" / "it.txt"
    write_whole(path, lambda file: file.write(b"first"))
    write_whole(path, lambda file: file.write(b"second"))
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_what_goes_wrong_leaves_what_was_there_and_nothing_else(tmp_path: Path):
    path = tmp_path / "it.txt"
    write_whole(path, lambda file: file.write(b"first"))

    def fail(file: IO[bytes]) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, fail)
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed(tmp_path: Path):
    with other_process(tmp_path / "it.txt") as process:
        process.kill()
    (unfinished,) = unfinished_in(tmp_path)
    remove_unfinished(tmp_path)
    assert unfinished.exists(), "it may have been made this moment, and not be locked yet"
    age(unfinished, 2 * HOURS)
    remove_unfinished(tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_another_process_is_writing_is_not_touched_however_old_it_looks(tmp_path: Path):
    path = tmp_path / "it.txt"
    with other_process(path) as process:
        (unfinished,) = unfinished_in(tmp_path)
        age(unfinished, 99 * HOURS)
        remove_unfinished(tmp_path)
        assert unfinished.exists()
        process.communicate("go on\n")
        assert process.returncode == 0
    assert path.read_bytes() == b"half and half"
    assert list(tmp_path.iterdir()) == [path]


def test_what_this_process_is_writing_is_not_touched_either(tmp_path: Path):
    path = tmp_path / "it.txt"
    with unfinished_beside(path) as unfinished:
        unfinished.file.write(b"whole")
        unfinished.file.flush()
        age(unfinished.path, 99 * HOURS)
        remove_unfinished(tmp_path)
        unfinished.move_to(path)
    assert path.read_bytes() == b"whole"


def test_files_of_earlier_versions_go_with_those_that_sqlite_made_beside_them(tmp_path: Path):
    left(tmp_path, "tmpa1b2c3.unfinished", 2 * HOURS)
    for end in ("", "-journal", "-wal", "-shm"):
        left(tmp_path, f"labelspread.db-4711.unfinished{end}", 2 * HOURS)
    remove_unfinished(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_copy_whose_journal_is_written_to_is_not_touched(tmp_path: Path):
    path = left(tmp_path, "labelspread.db-4711.unfinished", 2 * HOURS)
    left(tmp_path, f"{path.name}-journal", 0)
    remove_unfinished(tmp_path)
    assert path.exists()


def test_nothing_else_is_touched(tmp_path: Path):
    elsewhere = left(tmp_path, "precious", 99 * HOURS)
    folder = tmp_path / "folder"
    folder.mkdir()
    stay = [
        left(folder, "it.txt", 99 * HOURS),
        left(folder, "about.unfinished.txt", 99 * HOURS),
        left(folder, "other.db-4711.unfinished", 99 * HOURS),
    ]
    gone = left(folder, "it.db-4711.unfinished", 99 * HOURS)
    inner = folder / "it.db-folder.unfinished"
    inner.mkdir()
    link = folder / "it.db-link.unfinished"
    link.symlink_to(elsewhere)
    remove_unfinished(folder, "it.db-")
    assert sorted(folder.iterdir()) == sorted([*stay, inner, link])
    assert not gone.exists()
    assert elsewhere.exists()
    remove_unfinished(tmp_path / "nowhere")


@pytest.mark.parametrize(("hours", "stays"), [(2, True), (25, False)])
def test_where_locks_cannot_be_told_a_day_has_to_pass(
    hours: float, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def unknown(_file: IO[bytes], _operation: int) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unknown)
    write_whole(tmp_path / "it.txt", lambda file: file.write(b"whole"))
    path = left(tmp_path, "it.txt-0a1b.unfinished", hours * HOURS)
    remove_unfinished(tmp_path)
    assert path.exists() == stays
    assert (tmp_path / "it.txt").read_bytes() == b"whole"
