"""Files that a command was asked to write, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import ENOENT
from pathlib import Path
from typing import IO, Final

from core.errors import FileNotWrittenError
from core.jobs.files import write_whole

STOPPED: Final = 130
"""The exit status of what Ctrl-C has stopped, as shells have it."""


def write_file(path: Path, content: bytes) -> None:
    """Write a file, over one that is there.

    Raises
    ------
    FileNotWrittenError
        If it cannot be written.
    """
    with _errors_of(path):
        path.write_bytes(content)


def write_stream(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """The same for what is written bit by bit; what was there stays until the new file is whole.

    Raises
    ------
    FileNotWrittenError
        If it cannot be written.
    """
    with _errors_of(path):
        if not path.parent.is_dir():
            raise FileNotFoundError(ENOENT, "no such folder")
        if path.exists() and not path.is_file():
            # Such as /dev/stdout, whose place no file can take.
            with path.open("wb") as file:
                write(file)
        else:
            write_whole(path, write)


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not path.parent.is_dir():
            raise FileNotWrittenError(
                f"There is no folder {str(path.parent)!r}.", "Create it, or choose another."
            ) from error
        raise FileNotWrittenError(
            f"The file {str(path)!r} cannot be written ({error.strerror}).", "Choose another."
        ) from error
