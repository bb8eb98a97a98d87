"""Figures are drawn for one person after another.

Where many ask for them at the same moment, as many threads would draw, and whoever answers an image
meanwhile would wait for all of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_DRAWING: Final = threading.Lock()


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait until nobody else's figures are being drawn."""
    with _DRAWING:
        yield
