"""Garbage that is collected later."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_VERY_MANY: Final = 100_000
"""Values made and still there, from which on it takes too long to look at them three times. Garbage
among fewer would only stay longer than it need."""

_lock = threading.Lock()
# One entry a caller who has put it off.
_pausing: list[bool] = []


@contextmanager
def garbage_later() -> Iterator[None]:
    """Put off the collection of garbage while very many values are made that all stay.

    The collector looks at what is there again and again while that grows, which takes as long as
    making it. If it is very much, it counts as old afterwards: old values are looked at seldom.
    Nothing else in the process is collected meanwhile, so this is for seconds, not more.
    Safe to use from several threads at once. Where collection is off, it stays off.
    """
    with _lock:
        is_off = not _pausing and not gc.isenabled()
        if not is_off:
            _pausing.append(True)
            gc.disable()
    try:
        yield
    finally:
        with _lock:
            if not is_off:
                _pausing.pop()
                if not _pausing:
                    if gc.get_count()[0] > _VERY_MANY:
                        _call_all_old()
                    gc.enable()


def _call_all_old() -> None:
    if gc.get_freeze_count() == 0:
        gc.freeze()
        gc.unfreeze()
