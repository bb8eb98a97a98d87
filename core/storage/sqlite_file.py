"""An SQLite file while it is in use: whether its name still leads to what was opened.

SQLite goes on with a file that was removed, replaced or written over, as if nothing had happened:
what it then stores goes into a file without a name, or is laid over pages of another one. So the
file is looked at before and after each use. It has two companions, ``-wal`` with what was stored
lately, and ``-shm``; they belong to it for as long as any connection is open.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path


class Sight(Enum):
    """What is seen at the place of a database, compared with what was opened."""

    SAME = auto()
    """All as it was."""
    CHANGED = auto()
    """The same file, written by somebody else: by another server, or over everything."""
    REPLACED = auto()
    """The file, or a companion, is another one."""
    REMOVED = auto()
    """The file, or a companion, is not there."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as the system names it, whatever it is called."""

    device: int
    inode: int
    size: int
    changed_at: int

    def is_same_file(self, other: _Seen | None) -> bool:
        return other is not None and (self.device, self.inode) == (other.device, other.inode)


def _see(path: Path) -> _Seen | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return _Seen(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


@dataclass(slots=True)
class _Held:
    """What was opened: the file, its log and the log's index; the latter two only if there are."""

    file: _Seen
    log: _Seen | None
    index: _Seen | None


class SqliteFile:
    """A database file that is in use.

    Parameters
    ----------
    path
        Where it is.

    Attributes
    ----------
    was_held
        Whether it was ever opened: from then on nothing is made in its place.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._index = path.with_name(f"{path.name}-shm")
        self.was_held = False
        self._expected: _Seen | None = None
        self._held: _Held | None = None
        # With a handle on it, the system gives a removed file's number to no other. One on the
        # database is closed only while no connection is open: that drops this process's locks.
        self._handles: list[int] = []
        self._lock = threading.Lock()

    def exists(self) -> bool:
        """Whether there is a file."""
        return _see(self.path) is not None

    def prepare(self) -> None:
        """Make ready for opening what is there now; no connection is open."""
        self._part_with_log()
        self.release()
        self._expected = _see(self.path)

    def hold(self) -> None:
        """Take what is there for what was opened: a connection is open, and has read.

        Raises
        ------
        OSError
            If it is gone or another one already.
        """
        self._handles.append(os.open(self.path, os.O_RDONLY))
        file, log, index = _of(self._handles[0]), None, _see(self._index)
        if index is not None:
            self._handles.append(os.open(self._log, os.O_RDONLY))
            log = _of(self._handles[1])
        if self._expected is not None and not file.is_same_file(self._expected):
            raise FileNotFoundError(f"{self.path} was replaced while it was opened")
        self._held = _Held(file, log, index)
        self.was_held = True

    def look(self) -> Sight:
        """Compare what is there with what was opened."""
        with self._lock:
            held = self._held
            if held is None:
                return Sight.SAME
            now, log = _see(self.path), _see(self._log)
            pairs = [(held.file, now)]
            if held.log is not None:
                pairs += [(held.log, log)]
            if held.index is not None:
                pairs += [(held.index, _see(self._index))]
            if any(seen is None for _, seen in pairs):
                return Sight.REMOVED
            if not all(was.is_same_file(seen) for was, seen in pairs):
                return Sight.REPLACED
            if held.log is not None and log is not None:
                if log.size < held.log.size:
                    return Sight.REPLACED
                held.log = log
            return Sight.SAME if now == held.file else Sight.CHANGED

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The file itself is written meanwhile, and by us: what it is afterwards is as it was."""
        with self._lock:
            held = self._held
            before = _see(self.path)
            try:
                yield
            finally:
                now = _see(self.path)
                if held is not None and now is not None and before == held.file:
                    held.file = now if held.file.is_same_file(now) else held.file

    @property
    def is_nameless(self) -> bool:
        """Whether what was opened has no name any more, and is gone when it is closed."""
        return bool(self._handles) and os.fstat(self._handles[0]).st_nlink == 0

    def _part_with_log(self) -> None:
        """Where the file is another one and the log is the old one's, set the log aside.

        SQLite would lay the pages of the old database over those of the new one.
        """
        held, file, log = self._held, _see(self.path), _see(self._log)
        if held is None or file is None or held.file.is_same_file(file):
            return
        if held.log is not None and held.log.is_same_file(log):
            self._log.replace(self.name_beside("-wal"))
            with suppress(OSError):
                self._index.unlink(missing_ok=True)

    def empty_log(self) -> Path | None:
        """Keep a copy of the log under another name, and take all out of it.

        For a file that was written over while connections are open: closing the last of them would
        write the log's pages into it.
        """
        kept = self.name_beside("-wal")
        try:
            kept.write_bytes(self._log.read_bytes())
            os.truncate(self._log, 0)
        except OSError:
            return None
        return kept

    def name_beside(self, kind: str) -> Path:
        """A free name for what is kept of the database, beside it."""
        day = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        names = (
            self.path.with_name(f"{self.path.name}{kind}.kept-{day}{again}")
            for again in ("", *(f"-{number}" for number in range(2, 1000)))
        )
        return next(name for name in names if not name.exists())

    def release(self) -> None:
        """Forget what was opened; no connection is open."""
        self._held = None
        while self._handles:
            os.close(self._handles.pop())


def _of(handle: int) -> _Seen:
    stat = os.fstat(handle)
    return _Seen(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
