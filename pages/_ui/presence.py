"""Who is there: at how many desks somebody sits, and who has just left theirs."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Final

Place = tuple[str, str]
"""A project, and a desk at which it is open."""

_PRESENT: Final = 60.0
"""Seconds for which a desk counts as one at which somebody sits, after it was heard of."""

_STAYS: Final = 60.0
"""Seconds after which it is noted again that somebody is at a desk."""

_COMES_BACK: Final = 30.0
"""Seconds within which somebody who has left is there again: by a reload, or in another tab."""

_MOST: Final = 10_000
"""Desks that are remembered."""


class Presence:
    """Who is there. All but :meth:`note` and :meth:`forget` is for one event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._stayed: OrderedDict[Place, float] = OrderedDict()
        self._leaving: dict[Place, asyncio.TimerHandle] = {}
        self._partings: set[asyncio.Task[None]] = set()

    def note(self, desk: str) -> int:
        """Somebody sits at a desk now; at how many there is somebody."""
        now = monotonic()
        with self._lock:
            self._seen[desk] = now
            self._seen.move_to_end(desk)
            while self._seen:
                oldest = next(iter(self._seen))
                if len(self._seen) <= _MOST and now - self._seen[oldest] < _PRESENT:
                    break
                del self._seen[oldest]
            return len(self._seen)

    def forget(self, desk: str) -> None:
        """Nobody sits at a desk, as far as is known."""
        with self._lock:
            self._seen.pop(desk, None)

    def stays(self, place: Place) -> bool:
        """Somebody looks; whether it is time to note that in the store once more."""
        now = monotonic()
        if now - self._stayed.get(place, -_STAYS) < _STAYS:
            return False
        self._stayed[place] = now
        self._stayed.move_to_end(place)
        while len(self._stayed) > _MOST:
            self._stayed.popitem(last=False)
        return True

    def leave(self, place: Place, part: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Somebody has left a page: let others have what is there, unless they come back."""
        self.is_back(place)

        def gone() -> None:
            del self._leaving[place]
            self._stayed.pop(place, None)
            parting = asyncio.create_task(part())
            self._partings.add(parting)
            parting.add_done_callback(self._partings.discard)

        if len(self._leaving) < _MOST:
            loop = asyncio.get_running_loop()
            self._leaving[place] = loop.call_later(_COMES_BACK, gone)

    def is_back(self, place: Place) -> None:
        """Somebody is there, or there again."""
        if (leaving := self._leaving.pop(place, None)) is not None:
            leaving.cancel()
