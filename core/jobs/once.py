"""Results that take a while: each is made once, whoever asks and however many at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, cast

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Place(Generic[Value]):
    """Where one result is, or is to be."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_there = False
        self.value: Value | None = None


class Latest(Generic[Key, Value]):
    """The results asked for last. Safe to use from several threads.

    It holds on to no function that makes results, so it is gone as soon as its owner is.

    Parameters
    ----------
    most
        Results to keep; the one that nobody has asked for longest goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._places: OrderedDict[Key, _Place[Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The result of this name, made now if it is not kept.

        Who asks while it is being made waits for it. If ``make`` raises, so does this, and the
        next one who asks makes it.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
        with place.lock:
            if not place.is_there:
                place.value = make()
                place.is_there = True
            return cast("Value", place.value)

    def peek(self, key: Key) -> Value | None:
        """The result of this name if it is there; nothing is made and nobody is waited for."""
        with self._lock:
            place = self._places.get(key)
        return place.value if place is not None and place.is_there else None

    def drop(self, key: Key) -> Value | None:
        """Let go of a result, and give it; None if there is none. One being made is waited for."""
        with self._lock:
            place = self._places.pop(key, None)
        if place is None:
            return None
        with place.lock:
            return place.value

    def __len__(self) -> int:
        return len(self._places)
