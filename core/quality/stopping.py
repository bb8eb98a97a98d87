"""When more labels stop paying: what is likely right by now, and how much labels still change.

How many of all labels are right is estimated as the mean of how likely each prediction is right
(:mod:`core.quality.calibration`). That is a figure to decide by and no bound: a bound is what
:mod:`core.quality.audit` gives, and it takes many more labels. Because the estimate means nothing
while the model still changes its mind, the last labels are left out: what is predicted otherwise
without them is what they have changed. Labels cannot gain more than they change, so that says what
the next ones can bring at most.

Of the criteria that Pullar-Strecker, Dost, Frank and Wicker compare none is best on all sets. This
one puts two kinds of them together: an estimate of the accuracy, and how stable predictions are.

References
----------
Pullar-Strecker, Dost, Frank, Wicker, "Hitting the target: stopping active learning at the
cost-based optimum", 2022; Bloodgood, Vijay-Shanker, "A method for stopping active learning based on
stabilizing predictions and the need for user-adjustable stopping", 2009.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

import numpy as np

from core.arrays import BoolArray, FloatArray, IntArray
from core.quality.calibration import Calibration

FEWEST_LABELS: Final = 20
"""Before, nothing can be said: the first ten are still being compared with none."""

RECENT: Final = 10
"""Labels whose effect is looked at."""

TARGET: Final = 0.97
"""Where nobody has set one."""

_WORTH_SAYING: Final = 2 * RECENT
"""Fewer labels than that are just gone on with."""

MANY: Final = 1_000
"""More labels than that are just very many."""

_ROUND: Final = 10


class Verdict(StrEnum):
    """What to do."""

    PROVEN = "proven"
    """Stop: the target is reached, as the checks prove."""

    LABELLED = "labelled"
    """Stop: the target is reached by labels of people alone."""

    STOP = "stop"
    """Stop: the target is likely reached, and labels change little."""

    UNSETTLED = "unsettled"
    """Go on: it looks as if it were reached, but the last labels changed more than may be wrong."""

    GO_ON = "go_on"
    """Go on: it is not reached."""

    @property
    def may_stop(self) -> bool:
        """Whether labelling may stop."""
        return self in {Verdict.PROVEN, Verdict.LABELLED, Verdict.STOP}


@dataclass(frozen=True, slots=True)
class Maturity:
    """How far labelling has come.

    Attributes
    ----------
    likely
        The share of all labels that is likely right, 0 to 1: people's count as right.
    changed
        The share of all predictions that are others than without the last labels, 0 to 1.
    n_recent
        How many these are.
    n_labelled
        Images that people have labelled.
    n_images
        Those, and all others that are to have a label.
    """

    likely: float
    changed: float
    n_recent: int
    n_labelled: int
    n_images: int

    def verdict(self, target: float, proven: float | None) -> Verdict:
        """What to do.

        Parameters
        ----------
        target
            The share that is to be right, 0 to 1.
        proven
            The share that is right at least, by the checks; None where that is not known.
        """
        if proven is not None and proven >= target:
            return Verdict.PROVEN
        if not self.enough(target):
            return Verdict.LABELLED
        if self.likely < target:
            return Verdict.GO_ON
        return Verdict.STOP if self.changed <= 1 - target else Verdict.UNSETTLED

    def enough(self, target: float) -> int:
        """Labels with which the target is reached whatever the model says; 0 where it is."""
        return max(0, ceil(round(target * self.n_images, 6)) - self.n_labelled)

    def at_least_more(self, target: float) -> int | None:
        """Labels that it takes yet at the very least, in tens; None where they are few.

        Each label gains no more than it changes, and later ones change less than those before.
        """
        missing = target - self.likely
        if missing <= 0:
            return None
        most = min(self.enough(target), MANY)
        needed = most
        if self.changed:
            needed = int(min(missing / self.changed * self.n_recent, most))
        return needed // _ROUND * _ROUND if needed >= _WORTH_SAYING else None


def likely_right(
    lead: FloatArray, reached: BoolArray, calibration: Calibration, n_labelled: int
) -> float:
    """The share of all labels that is likely right, 0 to 1.

    Parameters
    ----------
    lead : (n_open,), float64
        How far the best class of each item without a label leads.
    reached : (n_open,), bool
        Whether a label reaches it; what none reaches is not right.
    n_labelled
        Items that people have labelled.
    """
    n_all = len(lead) + n_labelled
    if not n_all:
        return 0.0
    right = float(calibration.probability(lead[reached]).sum())
    return (right + n_labelled) / n_all


def changed(before: IntArray, now: IntArray) -> float:
    """The share of items that are predicted as another class, 0 to 1.

    Parameters
    ----------
    before, now : (n_items,), int64
    """
    return float(np.count_nonzero(before != now) / len(now)) if len(now) else 0.0
