"""Files that were fetched once, on disk: a cache, of which those go first that nobody asks for."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import Final

from core.jobs.files import remove_unfinished, write_whole

MOST_BYTES: Final = 2**30
_LEFT: Final = 0.8
"""Share of the room that is taken once some had to go."""

_LOGGER: Final = logging.getLogger("labelspread.images")


class KeptFiles:
    """Files by name. Safe to use from several threads, and from several processes.

    Parameters
    ----------
    folder
        Made when the first is kept.
    most
        Bytes that they take together, by and large.
    """

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most
        self._lock = threading.Lock()
        self._taken: int | None = None

    def get(self, name: str) -> bytes | None:
        """A file; None if it is not here."""
        path = self._folder / name
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return content

    def put(self, name: str, content: bytes) -> None:
        """Keep a file; where that cannot be, it is fetched again the next time."""
        try:
            write_whole(self._folder / name, lambda file: file.write(content))
            with self._lock:
                if self._taken is None:
                    remove_unfinished(self._folder)
                    self._taken = sum(size for _, size, _ in self._all())
                else:
                    self._taken += len(content)
                if self._taken > self._most:
                    self._forget()
        except OSError as error:
            _LOGGER.warning("An image could not be kept in %s: %s", self._folder, error)

    def _all(self) -> list[tuple[float, int, Path]]:
        """When each was asked for, the longest ago first; its bytes, and where it is."""
        found = []
        with os.scandir(self._folder) as folder:
            for entry in folder:
                try:
                    stat = entry.stat()
                # Another process has let go of it.
                except FileNotFoundError:
                    continue
                found.append((stat.st_mtime, stat.st_size, Path(entry.path)))
        return sorted(found)

    def _forget(self) -> None:
        files = self._all()
        taken = sum(size for _, size, _ in files)
        for _, size, path in files:
            if taken <= _LEFT * self._most:
                break
            path.unlink(missing_ok=True)
            taken -= size
        self._taken = taken
