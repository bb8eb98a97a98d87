"""Exports that take their time: written to the disk in the background, then there to be saved."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from secrets import token_hex
from typing import IO, Final

from core.data.uploads import clear_uploads
from core.errors import FileNotWrittenError, LabelspreadError
from core.jobs.progress import Progress
from core.jobs.work import Work

Write = Callable[[IO[bytes], Progress], object]

_MOST: Final = 20
"""Files that are there at a time; the oldest goes for another one."""


class Written:
    """A file that is being written, or was.

    Attributes
    ----------
    what
        Names what is in it.
    path
        Where it is once the work is done. The result of the work is its number of bytes.
    """

    def __init__(self, what: Hashable, path: Path, write: Write) -> None:
        self.what = what
        self.path = path
        self.work = Work(lambda progress: _write(path, write, progress), "export")

    def drop(self) -> None:
        """Stop writing if need be, and remove the file."""
        self.work.cancel()

        def wait() -> None:
            try:
                self.work.wait()
            except LabelspreadError:
                return
            finally:
                shutil.rmtree(self.path.parent, ignore_errors=True)

        threading.Thread(target=wait, daemon=True, name="export-drop").start()


class Exports:
    """The files of all who export; each has one. Safe to use from several threads.

    Parameters
    ----------
    folder
        Where they are. What an earlier process has left there for a day goes now.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._all: dict[Hashable, Written] = {}
        clear_uploads(folder)

    def get(self, owner: Hashable, what: Hashable) -> Written | None:
        """The file of this content that somebody has asked for; None if there is none."""
        written = self._all.get(owner)
        return written if written is not None and written.what == what else None

    def start(self, owner: Hashable, what: Hashable, write: Write) -> Written:
        """Begin to write a file; the one that its owner had goes."""
        begun = Written(what, self._folder / token_hex(8) / "export", write)
        with self._lock:
            gone = [self._all.pop(owner, None)]
            self._all[owner] = begun
            gone += [self._all.pop(oldest) for oldest in [*self._all][:-_MOST]]
        for written in gone:
            if written is not None:
                written.drop()
        return begun

    def drop(self, owner: Hashable) -> None:
        """Let go of the file that somebody has asked for."""
        with self._lock:
            written = self._all.pop(owner, None)
        if written is not None:
            written.drop()

    def close(self) -> None:
        """Let go of all of them."""
        for owner in [*self._all]:
            self.drop(owner)


def _write(path: Path, write: Write, progress: Progress) -> int:
    try:
        path.parent.mkdir(parents=True)
        with path.open("xb") as file:
            write(file, progress)
            return file.tell()
    except OSError as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise FileNotWrittenError(
            f"The file cannot be written ({error.strerror or error}).",
            "Free some disk space, or check LABELSPREAD_HOME.",
        ) from error
    except BaseException:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise
