"""Which rows of a set are its landmarks."""

from __future__ import annotations

from math import sqrt
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import IntArray
from core.data.parts.parts import Parts
from core.jobs.progress import Progress, silent

_AT_A_TIME: Final = 2**22
_STAGE: Final = "Choosing landmarks"


class Sampler(Protocol):
    """Chooses rows of a set."""

    def __call__(
        self, parts: Parts, n_landmarks: int, seed: int, progress: Progress, /
    ) -> IntArray:
        """Numbers of rows, none twice, in an order of which any beginning is such a choice too.

        Raises
        ------
        InvalidDatasetError
            If the set has to be read for it, and cannot.
        CancelledError
            If ``progress`` says so.
        """
        ...


def uniform(parts: Parts, n_landmarks: int, seed: int, progress: Progress = silent, /) -> IntArray:
    """Each choice of so many rows is as likely as any other; nothing is read for it.

    Rows are in the order of a number that each gets from the seed, whoever computes it: fewer
    landmarks are the first of more.
    """
    n_rows = parts.n_rows
    n_landmarks = min(n_landmarks, n_rows)
    if not n_landmarks:
        return np.empty(0, np.int64)
    # Of so many random numbers below 1 hardly ever fewer than wanted are below this share.
    share = (n_landmarks + 8 * sqrt(n_landmarks) + 64) / n_rows
    rows, numbers = _below(share, n_rows, seed, progress)
    while len(rows) < n_landmarks:
        share *= 2
        rows, numbers = _below(share, n_rows, seed, progress)
    return rows[np.argsort(numbers, kind="stable")[:n_landmarks]]


def _below(
    share: float, n_rows: int, seed: int, progress: Progress
) -> tuple[IntArray, NDArray[np.uint64]]:
    """The rows whose number is in the first share of all that there are, and their numbers."""
    most = np.uint64(min(int(share * 2.0**64), 2**64 - 1))
    rows, numbers = [], []
    for start in range(0, n_rows, _AT_A_TIME):
        progress(_STAGE, start / n_rows)
        some = np.arange(start, min(start + _AT_A_TIME, n_rows), dtype=np.int64)
        random = random_numbers(some, seed)
        is_low = random <= most
        rows.append(some[is_low])
        numbers.append(random[is_low])
    return np.concatenate(rows), np.concatenate(numbers)


def random_numbers(rows: IntArray, seed: int) -> NDArray[np.uint64]:
    """A random number of 64 bits for each row: that of SplitMix64 at the row's place.

    Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. No two
    rows have the same one.
    """
    begun = _mixed(np.array([seed], dtype=np.uint64))
    return _mixed(begun + (rows.astype(np.uint64) + np.uint64(1)) * _GOLDEN)


_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return mixed
