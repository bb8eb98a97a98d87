"""From spread labels to a class distribution for every item.

``believe`` is what the app uses. It also knows what to say where scikit-learn does not: no label
yet, one class only, items that no label reaches, a label that the model contradicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray, freeze
from core.learning.decisions import DECISIONS, DecisionKey


class Scores(Protocol):
    """The outcome of spreading, however it is kept."""

    @property
    def n_iter(self) -> int:
        """Sweeps made."""
        ...

    @property
    def converged(self) -> bool:
        """Whether the scores are settled."""
        ...

    def rows(self, rows: slice, /) -> FloatArray:
        """The scores of some items, shape (n_rows, n_classes)."""
        ...

    def column(self, number: int, /) -> FloatArray:
        """The scores of one class, shape (n_items,); not to be written to."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the labels of each class have spread, before anything is decided from it.

    Attributes
    ----------
    scores
        One column a class of ``classes``.
    classes : (n_seen,), int64
        Indices of the classes that some label names, ascending.
    weights : (n_seen,), float64
        What each of them counts in the decision.
    """

    scores: Scores
    classes: IntArray
    weights: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What the model believes of every item, given the labels so far.

    Attributes
    ----------
    probabilities : (n_items, n_classes), float64, or float32 of more than 20,000 items
        Rows sum to one, or to zero where no label reaches the item. Columns are *all* classes of
        the data set, not only those that some label has named.
    model_class : (n_items,), int64
        The most probable class, also for labelled items; ``UNLABELLED`` where nothing reaches.
    predicted : (n_items,), int64
        The same, but a given label always wins over the model.
    labels : (n_items,), int64
        The labels the model was fitted to; ``UNLABELLED`` elsewhere.
    n_iter
        Sweeps made until the model settled, 0 when there was nothing to spread.
    converged
        Whether it settled within the allowed number of sweeps, or was solved to the end.
    evidence
        What they were made from; None without a label.
    """

    probabilities: NDArray[np.float64] | NDArray[np.float32]
    model_class: IntArray
    predicted: IntArray
    labels: IntArray
    n_iter: int
    converged: bool
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def reached(self) -> BoolArray:
        """Which items a label reaches, shape (n_items,)."""
        return np.not_equal(self.model_class, UNLABELLED)

    @property
    def labelled(self) -> BoolArray:
        """Which items have a given label, shape (n_items,)."""
        return np.not_equal(self.labels, UNLABELLED)

    @property
    def confidence(self) -> FloatArray:
        """The probability of the most probable class, 0 where nothing reaches, shape (n_items,)."""
        return np.asarray(self.probabilities.max(axis=1, initial=0.0), dtype=np.float64)

    @property
    def lead(self) -> FloatArray:
        """The largest probability less the second largest, 0 where nothing reaches, (n_items,)."""
        return lead_of(self.probabilities)


def lead_of(shares: NDArray[np.float64] | NDArray[np.float32]) -> FloatArray:
    """The largest share of each row less the second largest, shape (n_rows,), some at a time.

    Parameters
    ----------
    shares : (n_rows, n_classes)
        None below zero.
    """
    found = np.zeros(len(shares))
    for start in range(0, len(found) if shares.shape[1] else 0, _CHUNK):
        some = shares[start : start + _CHUNK]
        best, second = some[:, 0].copy(), np.zeros_like(some[:, 0])
        for number in range(1, some.shape[1]):
            column = some[:, number]
            np.maximum(second, np.minimum(best, column), out=second)
            np.maximum(best, column, out=best)
        found[start : start + _CHUNK] = best - second
    return found


DOUBLE_UP_TO: Final = 20_000
"""Most items whose distributions are kept in float64. Those of larger sets take float32, which
holds a probability to 6e-8; what leads to them is computed in float64 all the same."""


_CHUNK: Final = 16_384


_FEW_ROWS: Final = 4_096


class Spreader(Protocol):
    """Anything that spreads labels, shape (n_items,), naming ``classes``, over a fixed graph."""

    def __call__(self, labels: IntArray, classes: IntArray, /) -> Scores:
        """Give the scores, one column a class of ``classes``."""
        ...


def believe(
    labels: IntArray, n_classes: int, spreader: Spreader, decision: DecisionKey = "raw"
) -> Beliefs:
    """Fit the model to the labels, and say of every item what is believed of it.

    Parameters
    ----------
    labels : (n_items,), int64
        Class indices below ``n_classes``; ``UNLABELLED`` where none is given. There may be none
        at all, or only some of the classes.
    n_classes
        The number of classes of the data set, seen or not.
    spreader
        Spreads the labels, given the classes that occur among them.
    decision
        How their scores are weighed against each other; see :mod:`core.learning.decisions`.
    """
    labelled = np.flatnonzero(labels != UNLABELLED)
    seen = np.flatnonzero(np.bincount(labels[labelled], minlength=n_classes))
    if not len(seen):
        return decided(None, labels, n_classes)
    scores = spreader(labels, seen)
    masses = np.ones(len(seen)) if decision == "raw" else _masses(scores, len(labels))
    return decided(Evidence(scores, seen, DECISIONS[decision].weigh(masses)), labels, n_classes)


def decided(evidence: Evidence | None, labels: IntArray, n_classes: int) -> Beliefs:
    """What is believed of items, given what labels have spread to them and how that is weighed.

    Parameters
    ----------
    evidence
        None where there is no label.
    labels : (n_items,), int64
        Class indices; ``UNLABELLED`` where none is given.
    n_classes
        The number of classes of the data set, seen or not.
    """
    n_items = len(labels)
    dtype = np.float64 if n_items <= DOUBLE_UP_TO else np.float32
    # Class by class, as scores come where there are many items.
    probabilities = np.zeros((n_classes, n_items), dtype=dtype).T
    model_class = np.full(n_items, UNLABELLED, dtype=np.int64)
    if evidence is not None:
        scores, seen, weights = evidence.scores, evidence.classes, evidence.weights
        is_weighed = bool((weights != 1).any())
        # All classes most often; then they need not be put in their places one by one.
        places = slice(None) if len(seen) == n_classes else seen
        # Some rows at a time stay in the processor's cache from the first step to the last.
        for start in range(0, n_items, _CHUNK):
            rows = slice(start, start + _CHUNK)
            part = scores.rows(rows)
            if is_weighed:
                part = part * weights
            best = seen[_largest_column(part)]
            sums = part.sum(axis=1)
            if not sums.all():
                unreached = sums == 0
                sums[unreached] = 1
                best[unreached] = UNLABELLED
            probabilities[rows, places] = part / sums[:, np.newaxis]
            model_class[rows] = best
    labelled = np.flatnonzero(labels != UNLABELLED)
    predicted = model_class.copy()
    predicted[labelled] = labels[labelled]
    return Beliefs(
        probabilities=probabilities,
        model_class=model_class,
        predicted=predicted,
        labels=labels.copy() if labels.flags.writeable else labels,
        n_iter=evidence.scores.n_iter if evidence else 0,
        converged=evidence.scores.converged if evidence else True,
        evidence=evidence,
    )


def _masses(scores: Scores, n_items: int) -> FloatArray:
    """The summed scores of each class, shape (n_seen,); a label's own item keeps it above zero."""
    parts = (scores.rows(slice(i, i + _CHUNK)).sum(axis=0) for i in range(0, n_items, _CHUNK))
    return np.asarray(sum(parts), dtype=np.float64)


def _largest_column(scores: FloatArray) -> IntArray:
    """``scores.argmax(axis=1)``; of many rows, a few columns are gone through one by one."""
    if len(scores) <= _FEW_ROWS:
        return np.asarray(scores.argmax(axis=1))
    largest = scores[:, 0].copy()
    best = np.zeros(len(scores), dtype=np.int64)
    further = np.empty_like(best)
    for number in range(1, scores.shape[1]):
        column = scores[:, number]
        # Plain sums are several times quicker than writing where a mask is true.
        np.multiply(number - best, column > largest, out=further)
        best += further
        np.maximum(largest, column, out=largest)
    return best
