"""Folders that are there whole, or not at all; and what a killed process left of some."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from core.jobs.files import DAY, HOUR, UNFINISHED, lock_of

_LOCK: Final = "lock"
_PAUSE: Final = 0.02


class UnfinishedFolder:
    """A folder that is being filled under another name; locked for as long, if that can be.

    The lock goes with the process, however that ends.

    Parameters
    ----------
    parent
        Where it is to be; made if need be.
    told
        What is to be said of it if it is left behind.

    Attributes
    ----------
    path
        The name it has until it is whole.
    """

    def __init__(self, parent: Path, told: str) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        self.path = parent / f"{token_hex(8)}{UNFINISHED}"
        self.path.mkdir()
        self._file = (self.path / _LOCK).open("xb")
        lock_of(self._file)
        self._file.write(told.encode("utf-8", "replace"))
        self._file.flush()

    def move_to(self, place: Path) -> bool:
        """Give it its place, all of it on the disk; False if there is something already."""
        self._file.close()
        (self.path / _LOCK).unlink()
        for file in self.path.iterdir():
            _sync(file)
        _sync(self.path)
        if place.exists():
            return False
        try:
            self.path.rename(place)
        except OSError:
            if place.exists():
                return False
            raise
        _sync(place.parent)
        return True

    def remove(self) -> None:
        """Let go of all that is in it, where it has not got its place."""
        with suppress(OSError):
            self._file.close()
        shutil.rmtree(self.path, ignore_errors=True)


@contextmanager
def one_at_a_time(parent: Path) -> Iterator[None]:
    """Wait until no other process does what is done within, in this folder; where locks are."""
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / ".lock").open("ab") as file:
        while lock_of(file) is False:
            time.sleep(_PAUSE)
        yield


def remove_left_folders(parent: Path) -> tuple[str, ...]:
    """Remove the folders that killed processes left unfinished; what was to be said of each."""
    told = []
    try:
        found = [path for path in parent.iterdir() if path.name.endswith(UNFINISHED)]
    except OSError:
        return ()
    for path in found:
        with suppress(OSError):
            text = _left(path)
            if text is not None:
                shutil.rmtree(path, ignore_errors=True)
                told.append(text)
    return tuple(told)


def _left(path: Path) -> str | None:
    """What is to be said of a folder that nobody fills any more; None of one that somebody may."""
    unchanged = time.time() - path.stat().st_mtime
    try:
        with (path / _LOCK).open("rb") as file:
            is_free = lock_of(file)
            if is_free or (is_free is None and unchanged >= DAY):
                return file.read().decode("utf-8", "replace")
            return None
    except FileNotFoundError:
        # It is about to be locked, or about to get its place; or it had been when all stopped.
        return "" if unchanged >= HOUR else None


def _sync(path: Path) -> None:
    """See that a file, or the list of a folder, is on the disk, where the system can."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
