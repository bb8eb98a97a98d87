"""Files that a command was asked to write, and how it ends."""

from __future__ import annotations

import io
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EACCES, EISDIR, ENOENT
from math import ceil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from core.errors import FileNotWrittenError
from core.jobs.files import remove_unfinished, write_whole
from core.jobs.work import Pace
from core.wording import duration

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STOPPED: Final = 130
"""The exit status of what Ctrl-C has stopped, as shells have it."""

FAILED: Final = 1
"""The exit status of a command that brings in, lists or takes away, and cannot."""

STANDARD_OUTPUT: Final = Path("-")
"""What stands for the standard output where a file is asked for."""


_EVERY: Final = 60.0
"""Seconds between two lines of progress where nobody looks at a terminal."""


class Shown:
    """Progress in one line of a terminal; elsewhere, such as in a log, in a line a minute.

    Parameters
    ----------
    clock
        Tells the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._is_seen = sys.stderr.isatty()
        self._clock = clock
        self._pace = Pace(clock=clock)
        self._told = ""
        self._told_at = clock()

    def __call__(self, stage: str, share: float, /) -> None:
        """Show how far it has come, and how long the rest will take as far as that is known."""
        self._pace.note(stage, share)
        left = self._pace.step.seconds_left
        told = f"{stage} … {share:.0%}"
        if left is not None and share < 1:
            told += f" · {duration(ceil(left))} left"
        if self._is_seen:
            if told != self._told:
                line = told.ljust(max(40, len(self._told)))
                print(f"\r{line}", end="\n" if share == 1 else "", file=sys.stderr, flush=True)
                self._told = told
        elif self._clock() - self._told_at >= _EVERY:
            print(told, file=sys.stderr, flush=True)
            self._told_at = self._clock()


def write_file(path: Path, content: bytes) -> None:
    """Write a file, over one that is there.

    Raises
    ------
    FileNotWrittenError
        If it cannot be written.
    """
    with _errors_of(path):
        path.write_bytes(content)


def is_stream(path: Path) -> bool:
    """Whether what is written there goes on to somebody, and is no file that stays."""
    if path == STANDARD_OUTPUT:
        return True
    is_device = path.absolute().parts[1:2] in {("dev",), ("proc",)}
    return path.exists() and (is_device or not path.is_file())


def require_place(path: Path) -> None:
    """See that a file can be written there, before the work for it is begun.

    Raises
    ------
    FileNotWrittenError
        If it cannot.
    """
    with _errors_of(path):
        if path.is_dir():
            raise IsADirectoryError(EISDIR, "it is a folder")
        folder = path.resolve().parent
        if is_stream(path):
            return
        if not folder.is_dir():
            raise FileNotFoundError(ENOENT, "no such folder")
        if not os.access(folder, os.W_OK):
            raise PermissionError(EACCES, "nobody may write there")


def write_stream(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """The same for what is written bit by bit; what was there stays until the new file is whole.

    Raises
    ------
    FileNotWrittenError
        If it cannot be written.
    BrokenPipeError
        If whoever reads it has seen enough.
    """
    if path == STANDARD_OUTPUT:
        with io.BufferedWriter(_Onward(sys.stdout.buffer)) as onward:
            write(onward)
        return
    with _errors_of(path):
        if is_stream(path):
            with path.open("wb") as file, io.BufferedWriter(_Onward(file)) as onward:
                write(onward)
            return
        # A link stays one.
        place = path.resolve()
        if not place.parent.is_dir():
            raise FileNotFoundError(ENOENT, "no such folder")
        remove_unfinished(place.parent, f"{place.name}-")

        def with_its_rights(file: IO[bytes]) -> None:
            if place.exists():
                Path(file.name).chmod(stat.S_IMODE(place.stat().st_mode))
            write(file)

        write_whole(place, with_its_rights)


class _Onward(io.RawIOBase):
    """What is written goes on to another stream; there is no way back in it, and no place."""

    def __init__(self, to: IO[bytes]) -> None:
        self._to = to

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self._to.write(data)
        return memoryview(data).nbytes


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if not path.parent.is_dir():
            raise FileNotWrittenError(
                f"There is no folder {str(path.parent)!r}.", "Create it, or choose another."
            ) from error
        raise FileNotWrittenError(
            f"The file {str(path)!r} cannot be written ({error.strerror}).", "Choose another."
        ) from error
