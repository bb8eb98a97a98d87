"""From how far a class leads to how likely it is right.

What label spreading gives a class is no probability: where it is right 98 times in 100 it may give
.43. How far the best class leads the second one says much about which predictions are wrong,
though, and how much it says can be learned from the labels: each is left out in turn, and what the
others predict of its image is right or wrong. A logistic curve through these says how often a
prediction with such a lead is right.

An image that the model asked for is a bad witness, though: it was chosen because no other label
spoke for its like, so without its own label the others are wrong about it more often than about
images with the same lead that nobody has labelled. One that was drawn at random stands for those.
So the others count for a tenth of it, and what is expected beforehand counts too: the curves of
label spreading are much alike from set to set. Measured by :mod:`tests.benchmarks.quality`.

References
----------
Platt, "Probabilistic outputs for support vector machines", 1999 (a logistic curve through scores);
Ibrahim and Chen, "Power prior distributions for regression models", 2000 (observations that are
not quite of the kind that is asked about, to a power between 0 and 1);
Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", 2017 (the expected
calibration error).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray
from core.learning.beliefs import lead_of
from core.learning.decisions import DECISIONS, DecisionKey
from core.learning.influence import Influence

FEWEST_LABELS: Final = 30
"""From so many labels on a curve is fitted."""

_UNIT: Final = 0.1
"""In which leads are counted."""

_EXPECTED: Final = (0.3, 2.3)
"""Intercept and slope before anything is known: the centre of a normal distribution of both. That
of the curves through all images without a label, on digits, tables and made-up points."""

_PRECISION: Final = (1.0, 2.0)
"""One by its variances."""

_CHOSEN: Final = 0.1
"""What a label counts for whose image was not drawn at random."""

_JUST_LESS: Final = 0.999
_STEPS: Final = 100
_SETTLED: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """What is said of labelled items by all labels but their own.

    Attributes
    ----------
    items : (n_labelled,), int64
        Their indices, ascending. Those of which that is not known are left out.
    predicted : (n_labelled,), int64
        Class indices; ``UNLABELLED`` where no other label reaches.
    lead : (n_labelled,), float64
        The share of the best class less that of the second one, 0 to 1.
    right : (n_labelled,), bool
        Whether that is what the label says.
    """

    items: IntArray
    predicted: IntArray
    lead: FloatArray
    right: BoolArray


def left_out(influence: Influence, decision: DecisionKey) -> LeftOut:
    """Leave each label out in turn; nothing is fitted anew, for scores are linear in the labels.

    Parameters
    ----------
    decision
        How the scores of the classes are weighed against each other. What a class has spread in all
        is less without one of its labels, by as much as its labels spread on the average.
    """
    items, labels = influence.items, influence.beliefs.labels
    evidence = influence.beliefs.evidence
    if evidence is None or not len(items):
        nothing = np.empty(0, dtype=np.int64)
        return LeftOut(nothing, nothing, np.empty(0), np.empty(0, dtype=np.bool_))
    given, masses = influence.given, influence.masses
    scores = influence.without_own(influence.own(np.arange(len(items))))
    weighed = scores * evidence.weights
    for number, n_labels in enumerate(np.bincount(given, minlength=len(masses)).tolist()):
        of_class = given == number
        left = masses.copy()
        left[number] *= (n_labels - 1) / n_labels
        weight = DECISIONS[decision].weigh(left)[number] if n_labels > 1 else 0.0
        weighed[of_class, number] = scores[of_class, number] * weight
    known = ~np.isnan(weighed).any(axis=1)
    items, weighed = items[known], weighed[known]
    sums = weighed.sum(axis=1)
    shares = weighed / np.where(sums > 0, sums, 1)[:, np.newaxis]
    predicted = np.where(sums > 0, evidence.classes[shares.argmax(axis=1)], UNLABELLED)
    return LeftOut(items, predicted, lead_of(shares), predicted == labels[items])


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often predictions are right, by their lead.

    Attributes
    ----------
    intercept, slope
        Of the logistic curve, in tenths of lead.
    n_labels
        From how many labels it comes.
    """

    intercept: float
    slope: float
    n_labels: int

    def probability(self, lead: FloatArray) -> FloatArray:
        """How likely predictions with such leads are right, 0 to 1, of the same shape."""
        return np.asarray(expit(self.intercept + self.slope * (lead / _UNIT)))

    def shared_out(self, shares: FloatArray) -> FloatArray:
        """How likely each class is right, of the same shape: (n_items, n_classes).

        The best class as its lead says; what is left goes to the others in proportion to their
        shares, and to none of them more than to the best.
        """
        found = np.array(shares, dtype=np.float64)
        if not found.size:
            return found
        rows, best = np.arange(len(found)), found.argmax(axis=1)
        chance = np.where(found.any(axis=1), self.probability(lead_of(found)), 0)
        found[rows, best] = 0
        others = found.sum(axis=1)
        found *= ((1 - chance) / np.where(others > 0, others, 1))[:, np.newaxis]
        np.minimum(found, _JUST_LESS * chance[:, np.newaxis], out=found)
        found[rows, best] = chance
        return found


def calibrated(
    labels: LeftOut, drawn: BoolArray, fewest: int = FEWEST_LABELS
) -> Calibration | None:
    """The curve through labels that were left out; None while they are fewer than it takes.

    The most probable one; a larger lead is never taken for less likely right.

    Parameters
    ----------
    drawn : (n_labelled,), bool
        Whose images were drawn at random.
    fewest
        So many labels it takes.
    """
    if len(labels.items) < fewest:
        return None
    right = labels.right.astype(np.float64)
    counts = np.where(drawn, 1.0, _CHOSEN)
    design = np.column_stack([np.ones(len(right)), labels.lead / _UNIT])
    intercept, slope = _most_probable(design, right, counts).tolist()
    if slope < 0:
        (intercept,), slope = _most_probable(design[:, :1], right, counts).tolist(), 0.0
    return Calibration(intercept, slope, len(right))


def _most_probable(design: FloatArray, right: FloatArray, counts: FloatArray) -> FloatArray:
    """The logistic curve that is most probable after what is expected, by Newton's method.

    Parameters
    ----------
    design : (n_labels, n_columns)
        Ones, and leads where they are to matter.
    right, counts : (n_labels,)
        1 where a prediction is right, and what it counts for.
    """
    n_columns = design.shape[1]
    centre, precision = np.array(_EXPECTED[:n_columns]), np.array(_PRECISION[:n_columns])

    def loss(curve: FloatArray) -> float:
        score = design @ curve
        unlikely = counts @ (np.logaddexp(0, score) - right * score)
        return float(unlikely + precision @ np.square(curve - centre) / 2)

    curve, reached = centre, loss(centre)
    for _ in range(_STEPS):
        chance = expit(design @ curve)
        downhill = design.T @ (counts * (right - chance)) - precision * (curve - centre)
        spread = counts * chance * (1 - chance)
        curvature = design.T @ (design * spread[:, np.newaxis]) + np.diag(precision)
        step = np.linalg.solve(curvature, downhill)
        # Where all is as good as certain the curve is flat, and a whole step would lead too far.
        while (value := loss(curve + step)) > reached and np.abs(step).max() > _SETTLED:
            step /= 2
        if value > reached:
            break
        curve, reached = curve + step, value
        if np.abs(step).max() <= _SETTLED:
            break
    return curve


@dataclass(frozen=True, slots=True)
class Bin:
    """Some predictions with about the same probability.

    Attributes
    ----------
    probability
        The mean of it, 0 to 1.
    right
        How many of them were right.
    total
        How many there are.
    """

    probability: float
    right: int
    total: int


def reliability(probability: FloatArray, right: BoolArray, n_bins: int = 10) -> tuple[Bin, ...]:
    """Predictions by their probability, for a reliability diagram; empty bins are left out.

    Parameters
    ----------
    probability : (n_predictions,)
    right : (n_predictions,), bool
    n_bins
        Of equal width.
    """
    places = np.minimum((probability * n_bins).astype(np.int64), n_bins - 1)
    return tuple(
        Bin(float(probability[inside].mean()), int(right[inside].sum()), int(inside.sum()))
        for inside in (places == number for number in range(n_bins))
        if inside.any()
    )


def expected_calibration_error(
    probability: FloatArray, right: BoolArray, n_bins: int = 15
) -> float:
    """How far probabilities are from how often predictions are right, 0 to 1.

    ``sum_b n_b / n |accuracy_b - mean probability_b|`` over bins of equal width.
    """
    bins = reliability(probability, right, n_bins)
    gaps = (one.total * abs(one.right / one.total - one.probability) for one in bins)
    return sum(gaps) / len(right) if len(right) else 0.0
