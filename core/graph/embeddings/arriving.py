"""Networks on their way: fetched or added in the background, whoever looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import uuid4

from core.graph.embeddings.networks import Added
from core.jobs.progress import Progress
from core.jobs.work import Work


class Arrival:
    """One network on its way.

    Attributes
    ----------
    id
        Names it.
    title
        What it is called.
    work
        What is done, and what came of it.
    """

    def __init__(self, title: str, add: Callable[[Progress], Added]) -> None:
        self.id = uuid4().hex
        self.title = title
        self.work: Work[Added] = Work(add, "add-network", by_stage=False)


class Arrivals:
    """All of a process. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, Arrival] = {}

    def start(self, title: str, add: Callable[[Progress], Added]) -> Arrival:
        """Begin with one, unless one of this title is under way; it goes on though nobody looks."""
        with self._lock:
            same = [one for one in self._all.values() if one.title == title and not one.work.done]
            begun = same[0] if same else Arrival(title, add)
            self._all[begun.id] = begun
        return begun

    def all(self) -> tuple[Arrival, ...]:
        """Those that nobody has taken note of yet, the oldest first."""
        return tuple(self._all.values())

    def forget(self, one: Arrival) -> None:
        """Stop it if need be, and tell of it no more."""
        one.work.cancel()
        with self._lock:
            self._all.pop(one.id, None)

    def close(self) -> None:
        """Stop all of them; nothing is kept of what has not arrived."""
        for one in self.all():
            self.forget(one)
