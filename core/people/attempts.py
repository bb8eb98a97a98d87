"""How often somebody may try a password: a few wrong ones, and then after a while again."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic
from typing import Final

from core.errors import LabelspreadError
from core.wording import counted

PER_NAME: Final = 5
PER_ADDRESS: Final = 20
WINDOW: Final = 15 * 60.0
"""Seconds for which a wrong password counts."""

_MOST: Final = 10_000
"""Names, and addresses, that are remembered; the one tried longest ago goes first."""


class TooManyAttemptsError(LabelspreadError):
    """Too many wrong passwords were tried."""

    def __init__(self, seconds: float) -> None:
        minutes = max(1, math.ceil(seconds / 60))
        super().__init__("Too many wrong passwords.", f"Try again in {counted(minutes, 'minute')}.")
        self.seconds = seconds


class Attempts:
    """The wrong passwords of late, by name and by address. Safe to use from several threads.

    Parameters
    ----------
    now
        Gives the time in seconds, from whenever.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._names = Tally(PER_NAME)
        self._addresses = Tally(PER_ADDRESS)

    def begin(self, name: str, address: str) -> None:
        """Note that a password is tried; it counts as a wrong one until it was right.

        Raises
        ------
        TooManyAttemptsError
            If too many were wrong; this one does not count then.
        """
        with self._lock:
            now = self._now()
            wait = max(self._names.wait(name, now), self._addresses.wait(address, now))
            if wait > 0:
                raise TooManyAttemptsError(wait)
            self._names.note(name, now)
            self._addresses.note(address, now)

    def was_right(self, name: str, address: str) -> None:
        """Forget the wrong passwords of a name, and the last one of its address."""
        with self._lock:
            self._names.forget(name)
            self._addresses.take_back(address)


class Tally:
    """When each of some keys was tried, as far as that still counts.

    Parameters
    ----------
    limit
        How often a key may be tried in the time for which a try counts.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until the key may be tried; 0 or less if it may now."""
        times = self._times.get(key)
        if times is None:
            return 0.0
        while times and times[0] <= now - WINDOW:
            times.popleft()
        return times[0] + WINDOW - now if len(times) >= self._limit else 0.0

    def note(self, key: str, now: float) -> None:
        """Count a try."""
        self._times.setdefault(key, deque()).append(now)
        self._times.move_to_end(key)
        while len(self._times) > _MOST:
            self._times.popitem(last=False)

    def take_back(self, key: str) -> None:
        """Count the last try no more."""
        if times := self._times.get(key):
            times.pop()

    def forget(self, key: str) -> None:
        """Count none of the tries of a key any more."""
        self._times.pop(key, None)
