"""Which image of a room is on which phone: handed out from memory, so that no phone waits.

It can be lost: what people have said is in the log, and from there it is filled anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, NamedTuple

LEASE: Final = 60.0
"""Seconds after which an image on a phone that was not heard of goes to somebody else too."""

PRESENT: Final = 20.0
"""Seconds for which somebody counts as there, after the phone was heard of."""

_TIDY: Final = 5.0


class Handed(NamedTuple):
    """An image that somebody is asked about.

    Attributes
    ----------
    batch_id
        The batch to which the answer belongs.
    """

    item: int
    batch_id: str


class HandedOut(NamedTuple):
    """What somebody is asked, and how many more images there are for that person."""

    handed: tuple[Handed, ...]
    n_left: int


@dataclass(slots=True)
class _Open:
    batch_id: str
    wanted: int
    said: set[str] = field(default_factory=set)
    out: dict[str, float] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """How many more people it can be given to."""
        return self.wanted - len(self.said) - len(self.out)

    @property
    def begun(self) -> int:
        """How many people have answered it, or have it."""
        return len(self.said) + len(self.out)


class RoomDesk:
    """The images that wait for answers in one room. Safe to use from several threads.

    Parameters
    ----------
    now
        Gives the time in seconds, from whenever.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._open: dict[int, _Open] = {}
        self._said: dict[str, set[int]] = {}
        self._seen: dict[str, float] = {}
        self._tidied = now()

    def add(self, batch_id: str, item: int, wanted: int, said: Iterable[str] = ()) -> None:
        """Let so many people answer an image; some have, and maybe more since that was found."""
        with self._lock:
            have = {*said, *(person for person, items in self._said.items() if item in items)}
            if len(have) < wanted:
                self._open.setdefault(item, _Open(batch_id, wanted, have))

    def hand_out(self, person: str, most: int, has: Collection[int] = ()) -> HandedOut:
        """Up to ``most`` images for somebody, who is given none of them twice.

        What others have begun comes first, so that the answers to an image come together.

        Parameters
        ----------
        has
            What the person's phone holds now. What it was given and does not hold, nor has
            answered, it is given again.
        """
        with self._lock:
            now = self._now()
            self._seen[person] = now
            self._tidy(now)
            again, others = list[int](), list[tuple[int, int, int]]()
            for place, (item, one) in enumerate(self._open.items()):
                if person in one.out:
                    one.out[person] = now + LEASE
                    if item not in has:
                        again.append(item)
                elif one.free > 0 and person not in one.said and item not in has:
                    others.append((-one.begun, place, item))
            chosen = again[:most]
            chosen += [item for _, _, item in sorted(others)[: max(0, most - len(chosen))]]
            for item in chosen:
                self._open[item].out[person] = now + LEASE
            handed = tuple(Handed(item, self._open[item].batch_id) for item in chosen)
            return HandedOut(handed, len(again) + len(others) - len(chosen))

    def is_answered(self, person: str, item: int) -> None:
        """Note that somebody has answered an image."""
        with self._lock:
            self._said.setdefault(person, set()).add(item)
            one = self._open.get(item)
            if one is not None:
                one.out.pop(person, None)
                one.said.add(person)
                if len(one.said) >= one.wanted:
                    del self._open[item]

    def n_said(self, person: str) -> int:
        """How many images somebody has answered."""
        with self._lock:
            return len(self._said.get(person, ()))

    def settle(self, is_settled: Callable[[int], bool]) -> None:
        """Let go of images that need no answer any more."""
        with self._lock:
            for item in [item for item in self._open if is_settled(item)]:
                del self._open[item]

    @property
    def items(self) -> tuple[int, ...]:
        """The images that wait for answers."""
        with self._lock:
            return tuple(self._open)

    @property
    def n_free(self) -> int:
        """How many questions nobody has been asked yet."""
        with self._lock:
            return sum(max(0, one.free) for one in self._open.values())

    @property
    def n_present(self) -> int:
        """How many people are there now."""
        with self._lock:
            since = self._now() - PRESENT
            return sum(at > since for at in self._seen.values())

    def _tidy(self, now: float) -> None:
        """Take back what is on phones that were not heard of for long."""
        if now < self._tidied + _TIDY:
            return
        self._tidied = now
        for one in self._open.values():
            for person in [who for who, until in one.out.items() if until < now]:
                del one.out[person]
