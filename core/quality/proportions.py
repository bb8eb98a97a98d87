"""Intervals for shares, for the difference of two shares, and for a median.

Each holds with 95 % certainty when it is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from scipy.special import bdtr

_Z: Final = 1.959963984540054
"""The .975 quantile of the normal distribution."""

_EITHER_SIDE: Final = 0.025


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of some things are of a kind.

    Attributes
    ----------
    hits
        So many are.
    n
        Of so many.
    """

    hits: int
    n: int

    @property
    def share(self) -> float:
        """0 to 1; nan of nothing."""
        return self.hits / self.n if self.n else float("nan")

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.hits + other.hits, self.n + other.n)


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one share is larger than another, -1 to 1.

    Attributes
    ----------
    value
        What was found.
    least, most
        Bounds of its 95 % interval.
    """

    value: float
    least: float
    most: float


def wilson(counted: Counted) -> tuple[float, float]:
    """Bounds of a share, by Wilson's score interval; of nothing, 0 and 1.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    n, share = counted.n, counted.share
    if n == 0:
        return 0.0, 1.0
    middle, spread = share + _Z**2 / (2 * n), _Z * sqrt(share * (1 - share) / n + (_Z / 2 / n) ** 2)
    least, most = (middle - spread) / (1 + _Z**2 / n), (middle + spread) / (1 + _Z**2 / n)
    return max(0.0, least), min(1.0, most)


def difference(strata: Iterable[tuple[Counted, Counted]]) -> Difference | None:
    """How much larger the first share is than the second, within strata.

    Of one stratum, Newcombe's hybrid score interval; of several, their differences weighed as
    Mantel and Haenszel do, ``n_1 n_2 / (n_1 + n_2)``, with the same recovery of variances from
    Wilson's bounds.

    Parameters
    ----------
    strata
        Pairs to be compared with each other alone. Of those in which one side is empty nothing
        follows.

    Returns
    -------
    Difference or None
        None where nothing can be compared.

    References
    ----------
    Newcombe, "Interval estimation for the difference between independent proportions: comparison of
    eleven methods", 1998, method 10; Zou, Huang, Zhang, "A note on confidence interval estimation
    for a linear function of binomial proportions", 2009.
    """
    pairs = [(one, other) for one, other in strata if one.n and other.n]
    if not pairs:
        return None
    weights = np.array([one.n * other.n / (one.n + other.n) for one, other in pairs])
    weights /= weights.sum()
    value = below = above = 0.0
    for weight, (one, other) in zip(weights.tolist(), pairs, strict=True):
        (least_one, most_one), (least_other, most_other) = wilson(one), wilson(other)
        value += weight * (one.share - other.share)
        below += weight**2 * ((one.share - least_one) ** 2 + (most_other - other.share) ** 2)
        above += weight**2 * ((most_one - one.share) ** 2 + (other.share - least_other) ** 2)
    return Difference(value, value - sqrt(below), value + sqrt(above))


def median_ranks(n: int) -> tuple[int, int] | None:
    """Which of ``n`` values in order, from 0, bound their median, whatever its distribution.

    None where they are too few: five values are all on one side of it too often.
    """
    ranks = np.arange(n // 2)
    # The median is below the value at a rank where no more values than that are below the median.
    fits = np.flatnonzero(bdtr(ranks, n, 0.5) <= _EITHER_SIDE)
    if not len(fits):
        return None
    rank = int(fits[-1])
    return rank, n - 1 - rank
