"""Which batch is on whose desk, so that two people are not asked about the same image.

A desk is a browser: its tabs share a batch, as they share what was answered and not sent yet. A
lease is a courtesy, not a lock: whoever answers an image first is heard, with a lease or without,
and nothing is lost with the leases when the process ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Final

IDLE: Final = 600.0
"""Seconds without a sign of life after which the images on a desk are offered to others too."""

_REMEMBERED: Final = 1_000
"""Desks of a project of which the last batch is remembered."""


@dataclass(frozen=True, slots=True)
class _Lease:
    batch_id: str
    items: tuple[int, ...]
    until: float


class Leases:
    """The batches on the desks of all projects. Safe to use from several threads.

    Parameters
    ----------
    now
        Gives the time in seconds, from whenever.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        # The one that came last is last.
        self._desks: dict[str, dict[str, _Lease]] = {}

    def take(self, project_id: str, desk: str, batch_id: str, items: Iterable[int]) -> None:
        """Note that a batch is on a desk from now on, in place of whatever was."""
        with self._lock:
            desks = self._desks.setdefault(project_id, {})
            desks.pop(desk, None)
            desks[desk] = _Lease(batch_id, tuple(items), self._now() + IDLE)
            if len(desks) > _REMEMBERED:
                del desks[next(iter(desks))]

    def last(self, project_id: str, desk: str) -> str | None:
        """The batch that came to a desk last, however long ago."""
        with self._lock:
            lease = self._desks.get(project_id, {}).get(desk)
        return lease.batch_id if lease else None

    def holds(self, project_id: str, desk: str, batch_id: str) -> bool:
        """Whether this batch is on the desk, and somebody is there."""
        with self._lock:
            lease = self._desks.get(project_id, {}).get(desk)
            return lease is not None and lease.batch_id == batch_id and self._is_live(lease)

    def elsewhere(self, project_id: str, desk: str) -> tuple[int, ...]:
        """The items on other desks, those that came last first."""
        with self._lock:
            others = [
                lease.items
                for name, lease in self._desks.get(project_id, {}).items()
                if name != desk and self._is_live(lease)
            ]
        return tuple(dict.fromkeys(item for items in reversed(others) for item in items))

    def _is_live(self, lease: _Lease) -> bool:
        return lease.until > self._now()
