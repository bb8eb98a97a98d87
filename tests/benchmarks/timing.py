"""Times in milliseconds, and how they are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many runs."""

    milliseconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(np.median(self.milliseconds))

    @property
    def p95(self) -> float:
        return float(np.percentile(self.milliseconds, 95))


def times(milliseconds: Iterable[float]) -> Times:
    """Many runs, all of them."""
    return Times(tuple(milliseconds))


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Milliseconds of one run, and what it gave."""
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result


def told(value: float) -> str:
    """A number with three digits that count: ``1.23``, ``12.3``, ``123``."""
    return f"{value:.{max(0, 2 - int(np.floor(np.log10(max(value, 1e-2)))))}f}"
