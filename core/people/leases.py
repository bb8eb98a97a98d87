"""Which images are on whose desk, so that two people are not asked about the same one.

A desk is a browser: its tabs share a batch, as they share what was answered and not sent yet. Who
has what stands in the store, where it is seen by all, and a batch comes to a desk as a whole or not
at all. Whoever answers an image first is heard, with a lease or without.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from time import monotonic
from typing import Final, NamedTuple, Protocol

IDLE: Final = 600.0
"""Seconds without a sign of life after which the images on a desk are offered to others too."""

LONGEST: Final = IDLE + 60.0
"""Seconds that a lease can last at most: of one that ends later than that the clock was wrong."""

KEPT: Final = 24 * 3600.0
"""Seconds for which it is known which batch a desk had last."""

_FRESH: Final = IDLE - 60.0
"""Seconds that a lease has left at least, so that a sign of life need not be stored again."""

_REMEMBERED: Final = 10_000
"""Desks of which this process knows the last batch, all projects together."""


class Lease(NamedTuple):
    """An image on a desk.

    Attributes
    ----------
    slot
        Which of those who are to answer this image has it: 0 where it is one alone.
    left
        Seconds until it ends, as the store's clock has it; 0 or less where it has ended.
    """

    item: int
    slot: int
    desk: str
    batch_id: str
    left: float

    @property
    def is_live(self) -> bool:
        """Whether somebody has the image now."""
        return 0 < self.left <= LONGEST


@dataclass(frozen=True, slots=True)
class Taking:
    """A batch that is to come to a desk, in place of whatever is there.

    Attributes
    ----------
    slots
        One for each item; none stands for 0 everywhere.
    seconds
        For how long, without a sign of life.
    before
        The batch that came to the desk last when this one was chosen, empty for none: if another
        one has come since, it stays. None where that is no matter.
    """

    desk: str
    batch_id: str
    items: tuple[int, ...]
    slots: tuple[int, ...] = ()
    seconds: float = IDLE
    before: str | None = None

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Each item with its slot, in order: all who want some wait for each other in one order."""
        slots = self.slots or (0,) * len(self.items)
        return tuple(sorted(zip(self.items, slots, strict=True)))


class LeaseStore(Protocol):
    """Where leases stand. A batch is taken there together with an event: ``Store.append``."""

    def leases(self, project_id: str, /) -> Sequence[Lease]:
        """All leases of a project, some of those that have ended among them."""
        ...

    def renew(self, project_id: str, desk: str, seconds: float, /) -> bool:
        """Let what is on a desk stay there for so long from now; False if nothing is any more."""
        ...

    def release(self, project_id: str, desk: str, /) -> None:
        """End the leases of a desk."""
        ...


@dataclass(frozen=True)
class Desks:
    """What is on the desks of a project at one moment."""

    leases: Sequence[Lease] = field(default=())

    @cached_property
    def _newest_first(self) -> list[Lease]:
        return sorted(self.leases, key=lambda lease: -lease.left)

    @cached_property
    def _left(self) -> dict[tuple[str, str], float]:
        """Seconds for which the first image of each batch stays on its desk."""
        left: dict[tuple[str, str], float] = {}
        for one in self.leases:
            place, own = (one.desk, one.batch_id), one.left if one.left <= LONGEST else 0.0
            left[place] = min(own, left.get(place, own))
        return left

    @cached_property
    def n_occupied(self) -> int:
        """At how many of them somebody has images."""
        return len({one.desk for one in self.leases if one.is_live})

    def left(self, desk: str, batch_id: str) -> float:
        """Seconds for which a batch stays on a desk; 0 if it is not there, or not all of it."""
        return self._left.get((desk, batch_id), 0.0)

    def elsewhere(self, desk: str) -> tuple[int, ...]:
        """The items on other desks, those that came last first."""
        others = (one.item for one in self._newest_first if one.is_live and one.desk != desk)
        return tuple(dict.fromkeys(others))

    def last(self, desk: str) -> str | None:
        """The batch that came to a desk last, if anything of it is known."""
        return next((one.batch_id for one in self._newest_first if one.desk == desk), None)


class Leases:
    """The batches on the desks of all projects. Safe to use from several threads.

    Parameters
    ----------
    store
        Where they stand.
    """

    def __init__(self, store: LeaseStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        # What this process has put on desks itself, and until when. The one that came last is last.
        self._put: dict[tuple[str, str], tuple[str, float]] = {}

    def now(self, project_id: str) -> Desks:
        """What is on the desks of a project now."""
        return Desks(self._store.leases(project_id))

    def elsewhere(self, project_id: str, desk: str) -> tuple[int, ...]:
        """The items on other desks now, those that came last first."""
        return self.now(project_id).elsewhere(desk)

    def stays(self, project_id: str, desk: str, left: float) -> bool:
        """Let what is on a desk stay there, since somebody looks at it; False if it is gone.

        Parameters
        ----------
        left
            Seconds that it would stay anyway: where these are many, nothing is stored.
        """
        return left > _FRESH or self._store.renew(project_id, desk, IDLE)

    def release(self, project_id: str, desk: str) -> None:
        """Nobody sits at a desk any more: others may have what is on it."""
        self._store.release(project_id, desk)
        with self._lock:
            if (put := self._put.get((project_id, desk))) is not None:
                self._put[project_id, desk] = (put[0], 0.0)

    def put(self, project_id: str, desk: str, batch_id: str) -> bool:
        """Note what this process has put on a desk; False if it was there before."""
        with self._lock:
            before = self._put.pop((project_id, desk), None)
            self._put[project_id, desk] = (batch_id, monotonic() + IDLE)
            if len(self._put) > _REMEMBERED:
                del self._put[next(iter(self._put))]
        return before is None or before[0] != batch_id

    def is_put(self, project_id: str, desk: str, batch_id: str) -> bool:
        """Whether this batch is what this process has put on a desk, and not long ago."""
        with self._lock:
            before, until = self._put.get((project_id, desk), ("", 0.0))
        return before == batch_id and monotonic() < until

    def last(self, project_id: str, desk: str, desks: Desks) -> str | None:
        """The batch that came to a desk last, however long ago, as far as that is known."""
        if (found := desks.last(desk)) is not None:
            return found
        with self._lock:
            put = self._put.get((project_id, desk))
        return put[0] if put else None
