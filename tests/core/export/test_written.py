"""Files that are written in the background: there whole, or not at all."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import IO

import pytest

from core.errors import FileNotWrittenError
from core.export.written import Exports
from core.jobs.progress import CancelledError, Progress
from tests.core.builders import wait_until


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path / "exports")


def write_ten(file: IO[bytes], progress: Progress) -> None:
    for number in range(10):
        file.write(b"x")
        progress("Writing", (number + 1) / 10)


def left(tmp_path: Path) -> list[Path]:
    return [*(tmp_path / "exports").glob("*")]


def test_a_file_is_there_for_its_owner_and_under_its_name_alone(exports):
    written = exports.start("ann", "a", write_ten)
    assert written.work.wait(10) == 10
    assert exports.get("ann", "a") is written
    assert written.path.read_bytes() == b"x" * 10
    assert written.work.step.share == 1
    assert exports.get("ann", "b") is None
    assert exports.get("bob", "a") is None


def test_another_file_of_the_same_owner_takes_its_place(exports, tmp_path):
    first = exports.start("ann", "a", write_ten)
    first.work.wait(10)
    second = exports.start("ann", "b", write_ten)
    second.work.wait(10)
    wait_until(lambda: left(tmp_path) == [second.path.parent])
    exports.close()
    wait_until(lambda: not left(tmp_path))


def test_what_is_cancelled_leaves_nothing(exports, tmp_path):
    begun, may_go_on = threading.Event(), threading.Event()

    def write(file: IO[bytes], progress: Progress) -> None:
        file.write(b"x")
        begun.set()
        assert may_go_on.wait(10)
        progress("Writing", 0.5)

    written = exports.start("ann", "a", write)
    assert begun.wait(10)
    written.work.cancel()
    may_go_on.set()
    with pytest.raises(CancelledError):
        written.work.wait(10)
    assert left(tmp_path) == []


def test_a_full_disk_is_told_and_leaves_nothing(exports, tmp_path):
    def write(_file: IO[bytes], _progress: Progress) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(FileNotWrittenError, match="No space left"):
        exports.start("ann", "a", write).work.wait(10)
    assert left(tmp_path) == []


def test_of_very_many_owners_the_oldest_makes_room(exports, tmp_path):
    for owner in range(25):
        exports.start(owner, "a", write_ten).work.wait(10)
    assert exports.get(4, "a") is None
    assert exports.get(5, "a") is not None
    wait_until(lambda: len(left(tmp_path)) == 20)
