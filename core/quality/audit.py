"""How many predictions are wrong, from items drawn at random: an interval that holds at any moment.

Some items are asked about not because the model is unsure of them but because they were drawn by
lot, with chances that are known. What the model of now says of such an item without its own label
is right or wrong as it is of all the others. From that follows how many of those without a label
it gets wrong, within bounds that may be looked at after every answer: a confidence sequence.

Items are split by how sure the model was of them when one was drawn, and the less sure ones are
drawn more often, for that is where errors are. If the chance of drawing part k is ``p_k``, its size
``n_k``, and the share of wrong ones that is expected there ``q_k``, then of all ways in which a
total of e errors could be spread over the parts, the one that is hardest to tell from what is
expected has shares ``r_k`` that make ``sum p_k KL(q_k || r_k)`` smallest among those with
``sum n_k r_k = e``. A bet at the odds ``q_k / r_k`` on a wrong item, and ``(1 - q_k) / (1 - r_k)``
on one that is right, is fair at best if there are e errors, however they are spread. The product of
these odds over all draws, each made from what was known before it, is then a nonnegative
supermartingale: it exceeds 20 at any time with a probability of one in twenty at most. The e of
which it has not are what cannot be ruled out.

References
----------
Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", 2024 (confidence
sequences without replacement); Grünwald, de Heide, Koolen, "Safe testing", 2024 (the hardest way
is the reverse information projection, and the odds against it grow fastest); Ville, "Étude critique
de la notion de collectif", 1939 (the bound at all times).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from core.arrays import BoolArray, FloatArray
from core.session.events import Draw

LEVEL: Final = 0.95
"""How sure the bounds are."""

MOST_CHECKS: Final = 2_000
"""Of more, the latest are taken: which they are does not depend on what they said."""

_ABOVE: Final = 0.9
"""Of all doubt, the share that is left above the bounds. It is what people go by; and since a model
without one label is a little worse, more errors are seen than there are, which strains the other
end."""

_EXPECTED: Final = ((0.5, 2.0), (0.5, 5.0), (0.5, 9.0))
"""Of each part before anything was drawn from it, the least sure first: a beta distribution of the
share of wrong ones. What is expected makes bounds narrow where it is right, and never false."""

_EXPECTED_OF_ALL: Final = (0.5, 5.0)
"""The same where items were drawn from all alike."""

_PLACES: Final = np.linspace(-16, 16, 129)
"""Their hyperbolic sines are the multipliers from which the right one is searched for."""

_SPACING: Final = 0.25
_STEPS: Final = 4
"""Of Newton's method, from what is interpolated between those."""

_TINY: Final = 1e-9
"""The least total that is told from none."""

_GRID: Final = 33


@dataclass(frozen=True, slots=True)
class Check:
    """An item that was drawn at random and has a label, as it looks to the model of now.

    Attributes
    ----------
    draw
        How it was drawn.
    wrong
        Whether the model, without this label, says something else of the item.
    later
        How many wrong ones, in the same sense, are among the items that could have been drawn then
        and have a label now; this one included.
    missed
        How many items have no label now and could not be drawn then.
    aside
        How many could be drawn then and were found unsure or bad since.
    """

    draw: Draw
    wrong: bool
    later: int
    missed: int = 0
    aside: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many of the items without a label are predicted wrong.

    Attributes
    ----------
    least, most
        All numbers between are in accordance with the checks, those outside are not.
    likely
        The one that is in accordance best.
    """

    least: int
    likely: int
    most: int


def bounds(checks: Sequence[Check], n_open: int, level: float = LEVEL) -> Bounds:
    """Bounds for how many of the items without a label are predicted wrong.

    They hold at all times at once: with a probability of ``level`` at least there is no moment at
    which they are false, however often one looks and whenever one stops.

    Parameters
    ----------
    checks
        In the order in which they were drawn. Of more than ``MOST_CHECKS`` the last ones count.
    n_open
        How many items have no label.
    level
        Between 0 and 1.

    Returns
    -------
    Bounds
        From 0 to ``n_open`` where nothing was checked.
    """
    if not checks or not n_open:
        return Bounds(0, 0, n_open)
    bets = _Bets(checks[-MOST_CHECKS:])
    likely = _lowest(bets.log_wealth, n_open)

    def beyond(share: float) -> Callable[[FloatArray], BoolArray]:
        limit = -float(np.log((1 - level) * share))
        return lambda errors: np.asarray(bets.log_wealth(errors) >= limit)

    return Bounds(
        least=_edge(beyond(1 - _ABOVE), 0, likely),
        likely=likely,
        most=_edge(beyond(_ABOVE), n_open, likely),
    )


def foreseen(checks: Sequence[Check], n_open: int, more: int, draw: Draw) -> Bounds:
    """About what the bounds will be once more items were checked.

    They are as wrong as those so far, part by part; with none so far, as is expected before any.

    Parameters
    ----------
    more
        How many.
    draw
        How one is drawn now.

    Returns
    -------
    Bounds
        Those that are known where nothing is left to check.
    """
    if not n_open:
        return bounds(checks, n_open)
    shares = _Bets([*checks, Check(draw, wrong=False, later=0)]).expected[-1]
    added: list[Check] = []
    due = np.zeros(len(draw.sizes))
    drawn = np.zeros(len(draw.sizes))
    for _ in range(more):
        part = int(np.argmax(np.asarray(draw.chances) * (len(added) + 1) - drawn))
        drawn[part] += 1
        due[part] += shares[part]
        wrong = bool(due[part] >= 1)
        due[part] -= wrong
        added.append(Check(Draw(draw.sizes, draw.chances, part), wrong, later=0))
    n_wrong = sum(check.wrong for check in added)
    before = [replace(check, later=check.later + n_wrong) for check in checks]
    left = n_wrong
    after = []
    for check in added:
        after.append(Check(check.draw, check.wrong, left))
        left -= check.wrong
    return bounds([*before, *after], max(0, n_open - more))


class _Bets:
    """The bets on all checks, against any total of errors.

    Parameters
    ----------
    checks
        One at least.
    """

    def __init__(self, checks: Sequence[Check]) -> None:
        n_parts = len(_EXPECTED)
        shape = (len(checks), n_parts)
        self._sizes = np.zeros(shape)
        self._density = np.ones(shape)
        before = np.tile(np.array(_EXPECTED), (len(checks), 1, 1))
        seen = np.zeros((n_parts + 1, 2))
        self._part = np.zeros(len(checks), dtype=np.int64)
        for row, check in enumerate(checks):
            draw = check.draw
            some = len(draw.sizes)
            self._sizes[row, :some] = draw.sizes
            drawable = np.asarray(draw.sizes) > 0
            self._density[row, :some][drawable] = (
                np.asarray(draw.chances)[drawable] / np.asarray(draw.sizes)[drawable]
            )
            self._part[row] = draw.part
            if some == 1:
                before[row] = np.array(_EXPECTED_OF_ALL) + seen[-1]
                seen[-1, int(not check.wrong)] += 1
            else:
                before[row] += seen[:n_parts]
                seen[draw.part, int(not check.wrong)] += 1
        self.expected: FloatArray = before[:, :, 0] / before.sum(axis=2)
        self._wrong = np.array([check.wrong for check in checks])
        self._later = np.array([check.later for check in checks], dtype=np.float64)
        self._missed = np.array([check.missed for check in checks], dtype=np.float64)
        self._aside = np.array([check.aside for check in checks], dtype=np.float64)
        # In units of the mean density, so that sets of any size are alike.
        self._density *= self._sizes.sum(axis=1, keepdims=True)
        multipliers = np.sinh(_PLACES)[:, np.newaxis]
        shares, _ = self._shares(np.broadcast_to(multipliers, (len(_PLACES), len(checks))))
        self._logs: FloatArray = np.log((shares * self._sizes).sum(axis=2))

    def log_wealth(self, errors: FloatArray) -> FloatArray:
        """What the bets have come to against each of some totals, shape (n_totals,).

        Parameters
        ----------
        errors : (n_totals,)
            Errors among the items without a label now. Infinity stands for what cannot be.
        """
        pool = self._sizes.sum(axis=1)
        known = errors[:, np.newaxis] + self._later
        # Of some items nobody knows: they are taken to be as is least to our advantage.
        least, most = np.maximum(known - self._missed, 0), known + self._aside
        totals = np.clip((self._sizes * self.expected).sum(axis=1), least, most)
        shares = np.take_along_axis(
            self._hardest(np.clip(totals, 0, pool)),
            np.broadcast_to(self._part[:, np.newaxis], (*totals.shape, 1)),
            axis=2,
        )[:, :, 0]
        expected_there = self.expected[np.arange(len(self._part)), self._part]
        with np.errstate(divide="ignore"):
            odds = np.where(
                self._wrong,
                np.log(expected_there) - np.log(shares),
                np.log1p(-expected_there) - np.log1p(-shares),
            )
        odds[least > pool] = np.inf
        return np.asarray(odds.sum(axis=1))

    def _hardest(self, totals: FloatArray) -> FloatArray:
        """How the errors would be spread over the parts to be hardest to find.

        Parameters
        ----------
        totals : (n_totals, n_checks)

        Returns
        -------
        (n_totals, n_checks, n_parts), float64
            Shares of wrong ones, 0 to 1.
        """
        wanted = np.log(np.maximum(totals, _TINY))
        place = np.empty(totals.shape)
        for check, known in enumerate(self._logs.T):
            place[:, check] = np.interp(wanted[:, check], known, _PLACES)
        for _ in range(_STEPS):
            shares, slope = self._shares(np.sinh(place))
            found = (shares * self._sizes).sum(axis=2)
            # In logarithms, for far out totals grow or shrink by the same factor a step.
            rise = (slope * self._sizes).sum(axis=2) * np.cosh(place) / found
            place += np.clip((wanted - np.log(found)) / rise, -_SPACING, _SPACING)
        return self._shares(np.sinh(place))[0]

    def _shares(self, multiplier: FloatArray) -> tuple[FloatArray, FloatArray]:
        """``d (r - q) = m r (1 - r)`` solved for r, and its slope in m."""
        m = multiplier[:, :, np.newaxis]
        d, q = self._density, self.expected
        root = np.sqrt(np.square(d - m) + 4 * m * d * q)
        # Of the two ways to write the solution, the one that does not subtract alike numbers.
        is_left = m <= d
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(is_left, 2 * d * q / (d - m + root), (m - d + root) / (2 * m))
        return shares, shares * (1 - shares) / root


def _lowest(wealth: Callable[[FloatArray], FloatArray], n_open: int) -> int:
    """The number of errors, 0 to ``n_open``, at which the bets have come to least."""
    low, high = 0, n_open
    while True:
        grid = _whole(low, high)
        best = int(wealth(grid).argmin())
        if len(grid) > high - low:
            return int(grid[best])
        low, high = int(grid[max(best - 1, 0)]), int(grid[min(best + 1, len(grid) - 1)])


def _edge(is_ruled_out: Callable[[FloatArray], BoolArray], end: int, likely: int) -> int:
    """The number nearest to ``end`` that is not ruled out, on the way from there to ``likely``."""
    while True:
        low, high = min(end, likely), max(end, likely)
        grid = _whole(low, high)
        if end > likely:
            grid = grid[::-1]
        out = is_ruled_out(grid)
        if not out[0]:
            return int(grid[0])
        first = int(np.argmin(out)) if not out.all() else len(grid) - 1
        if len(grid) > high - low:
            return int(grid[first])
        end, likely = int(grid[first - 1]), int(grid[first])


def _whole(low: int, high: int) -> FloatArray:
    """Some whole numbers from one to the other, all of them where they are few."""
    return np.unique(np.round(np.linspace(low, high, min(_GRID, high - low + 1))))
