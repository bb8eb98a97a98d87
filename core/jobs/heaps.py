"""The heaps that the threads of a process allocate from."""

from __future__ import annotations

import ctypes
from typing import Final

_ARENA_MAX: Final = -8
"""``M_ARENA_MAX`` of glibc's ``malloc.h``."""


def share_heaps(most: int = 2) -> bool:
    """Let all threads allocate from at most so many heaps; False where nothing is to be set.

    glibc gives up to eight heaps a processor to threads that allocate at the same time. Arrays that
    live long, between others that do not, then keep each of these heaps from shrinking: after 1,000
    rounds of 20 sessions 380 of the 576 MB in a server's heaps were free, of no use to anybody. For
    threads that take turns under Python's lock, few are as quick. Call it before threads begin.

    References
    ----------
    mallopt(3), ``M_ARENA_MAX``.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_ARENA_MAX, most))
