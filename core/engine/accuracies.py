"""Small results on disk that take long to compute again, such as the accuracy after each round."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

_LOGGER: Final = logging.getLogger("labelspread.notes")


class Notes:
    """Shares by name, in a text file that only grows. A cache: what is lost is computed again.

    What is not from 0 to 1 is no share, and not believed.

    Safe to use from several threads, and by several servers: a line is written in one piece, and
    two lines of one name say the same.

    Parameters
    ----------
    path
        Read once, when the first number is asked for; None keeps all in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._numbers: dict[str, float] | None = None
        self._lock = threading.Lock()

    def get(self, name: str) -> float | None:
        """The number of this name, if it is known."""
        with self._lock:
            return self._all().get(name)

    def put(self, name: str, number: float) -> None:
        """Note a number; where it cannot be written it is known until the process ends."""
        with self._lock:
            known = self._all()
            if name in known:
                return
            known[name] = number
            if self._path is None:
                return
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(f"{name} {number!r}\n")
            except OSError as error:
                _LOGGER.warning("Nothing can be noted in %s: %s", self._path, error)

    def _all(self) -> dict[str, float]:
        if self._numbers is None:
            self._numbers = dict(_read(self._path)) if self._path else {}
        return self._numbers


def _read(path: Path) -> list[tuple[str, float]]:
    try:
        # Behind the last end of a line is what a killed process has not written to its end.
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
    except OSError:
        return []
    found = []
    for line in lines:
        name, _, told = line.partition(" ")
        try:
            number = float(told)
        except ValueError:
            continue
        if 0 <= number <= 1:
            found.append((name, number))
    return found
