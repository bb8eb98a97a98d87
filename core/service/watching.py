"""Who wants to know that something has happened in a project hears of it, wherever it was done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import Final, Protocol

from core.errors import StoreError

EVERY: Final = 0.5
"""Seconds between two looks at the store."""

_LOGGER: Final = logging.getLogger("labelspread.watch")


class Heads(Protocol):
    """What is looked at: the ends of logs."""

    @property
    def generation(self) -> int:
        """Another number after the store was replaced by another one."""
        ...

    def heads(self, project_ids: Collection[str], /) -> Mapping[str, int]:
        """The number of the last event of each project; none of what there is not."""
        ...


class Watch:
    """Looks at the ends of some logs again and again, on a thread of its own while anybody asks.

    One statement for all projects that are followed, however many follow them.

    Parameters
    ----------
    store
        What is looked at.
    every
        Seconds between two looks.
    """

    def __init__(self, store: Heads, every: float = EVERY) -> None:
        self._store = store
        self._every = every
        self._lock = threading.Lock()
        self._numbers = count()
        self._tellers: dict[int, tuple[str, Callable[[str], None]]] = {}
        self._seen: dict[str, int] = {}
        self._generation = -1
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def follow(self, project_id: str, tell: Callable[[str], None]) -> Callable[[], None]:
        """Call back with the id of a project whenever its log has grown, or is another one.

        Parameters
        ----------
        tell
            Called on the thread of the watch, so it is to return at once.

        Returns
        -------
        Callable
            Ends it.
        """
        with self._lock:
            number = next(self._numbers)
            self._tellers[number] = (project_id, tell)
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
                self._thread.start()

        def end() -> None:
            with self._lock:
                self._tellers.pop(number, None)

        return end

    def stop(self) -> None:
        """End all of it."""
        self._stopped.set()
        with self._lock:
            self._tellers.clear()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._tellers:
                    self._thread = None
                    self._seen.clear()
                    return
                tellers = list(self._tellers.values())
            try:
                self._look(tellers)
            except StoreError:
                # Whoever uses the store says so; what has happened meanwhile is seen later.
                _LOGGER.debug("The store could not be looked at.", exc_info=True)
            self._stopped.wait(self._every)

    def _look(self, tellers: list[tuple[str, Callable[[str], None]]]) -> None:
        heads = self._store.heads({project_id for project_id, _ in tellers})
        before, generation = self._seen, self._store.generation
        is_other = generation != self._generation != -1
        news = {
            project_id
            for project_id, head in heads.items()
            if project_id in before and (is_other or head != before[project_id])
        }
        self._seen, self._generation = dict(heads), generation
        for project_id, tell in tellers:
            if project_id in news:
                try:
                    tell(project_id)
                except Exception:
                    _LOGGER.exception("Whoever follows a project could not be told.")
