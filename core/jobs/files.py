"""Files that are there whole, or not at all; and what a killed process left of some."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Final

if sys.platform != "win32":
    import fcntl

UNFINISHED: Final = ".unfinished"

_COMPANIONS: Final = ("", "-journal", "-wal", "-shm")
"""Ends of the names of all files that SQLite may have made for one."""

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
_LOGGER: Final = logging.getLogger("labelspread.files")


class Unfinished:
    """A file that is being written under another name. It is locked for as long, if that can be.

    The lock goes with the process, however that ends.

    Attributes
    ----------
    path
        The name it has until it is whole.
    file
        Open to be written to.
    """

    def __init__(self, place: Path) -> None:
        self.path = place.with_name(f"{place.name}-{token_hex(4)}{UNFINISHED}")
        self.file: IO[bytes] = self.path.open("xb")
        lock_of(self.file)

    def move_to(self, place: Path) -> None:
        """Give it its place; what was there goes.

        It is closed before: SQLite would lose its locks on a file that is in use already.
        """
        self.file.close()
        self.path.replace(place)


@contextmanager
def unfinished_beside(place: Path) -> Iterator[Unfinished]:
    """A file beside a place that it is to take; if it has not by the end, it is removed.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    unfinished = Unfinished(place)
    try:
        yield unfinished
    finally:
        with suppress(OSError):
            unfinished.file.close()
        _remove(unfinished.path)


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file under another name, and move it into place when it is on the disk.

    A reader never sees half of it, and what was there before stays when anything goes wrong.

    Parameters
    ----------
    path
        Its place; the folder is made if need be.
    write
        Writes what is to be in it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_beside(path) as unfinished:
        write(unfinished.file)
        unfinished.file.flush()
        os.fsync(unfinished.file.fileno())
        unfinished.move_to(path)


def remove_unfinished(folder: Path, beginning: str = "") -> None:
    """Remove what killed processes left in a folder; what somebody may be writing to stays.

    Nobody writes to a file that did not change for an hour and is not locked; where locks cannot
    be told, to one that did not change for a day.

    Parameters
    ----------
    beginning
        Of the names to look at.
    """
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.name.startswith(beginning) and path.name.endswith(UNFINISHED)
        ]
    except OSError:
        return
    for path in found:
        with suppress(OSError):
            if _is_left(path):
                _remove(path)
                _LOGGER.info("Removed %s, which a process had left unfinished.", path)


def _is_left(path: Path) -> bool:
    unchanged = time.time() - max(_changed(path, end) for end in _COMPANIONS)
    if unchanged < HOUR or path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        is_free = lock_of(file)
    return unchanged >= DAY if is_free is None else is_free


def _changed(path: Path, end: str) -> float:
    try:
        return path.with_name(path.name + end).stat().st_mtime
    except FileNotFoundError:
        return 0.0


def lock_of(file: IO[bytes]) -> bool | None:
    """Lock a file until it is closed; False if another has, None where locks cannot be told."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove(path: Path) -> None:
    for end in _COMPANIONS:
        with suppress(OSError):
            path.with_name(path.name + end).unlink(missing_ok=True)
