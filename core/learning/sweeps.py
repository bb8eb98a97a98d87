"""Label spreading by sweeps over the graph, as scikit-learn does it: the numerical heart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.arrays import FloatArray, IntArray
from core.graph.similarity import SimilarityGraph


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Distributions before they are divided by their sums, and how they were reached.

    Attributes
    ----------
    scores : (n_items, n_classes), float64
    n_iter
        Sweeps made.
    converged
        Whether the last sweep changed less than the tolerance.
    """

    scores: FloatArray
    n_iter: int
    converged: bool

    def rows(self, rows: slice) -> FloatArray:
        """The scores of some items, shape (n_rows, n_classes)."""
        return self.scores[rows]

    def column(self, number: int) -> FloatArray:
        """The scores of one class, shape (n_items,)."""
        return self.scores[:, number]


def spread(
    graph: SimilarityGraph, one_hot: FloatArray, *, alpha: float, max_iter: int, tol: float
) -> Spread:
    """Iterate ``F <- alpha S F + (1 - alpha) Y`` from ``F = Y``, as scikit-learn does.

    Stops when the summed absolute change of all distributions is below ``tol``, or after
    ``max_iter`` sweeps.

    Parameters
    ----------
    graph
        S, over n_items items.
    one_hot : (n_items, n_classes), float64
        Y: a row with a single one for each labelled item, zeros elsewhere.
    alpha
        Between 0 and 1, both excluded.

    References
    ----------
    Zhou, Bousquet, Lal, Weston, Schölkopf, "Learning with local and global consistency", 2004.
    """
    source = (1 - alpha) * one_hot
    scores = one_hot
    previous = np.zeros_like(one_hot)
    for n_iter in range(max_iter):
        if np.abs(scores - previous).sum() < tol:
            return Spread(scores, n_iter, converged=True)
        previous = scores
        scores = alpha * (graph.matrix @ scores) + source
    return Spread(scores, max_iter, converged=False)


def normalise_rows(scores: FloatArray) -> FloatArray:
    """Divide each row by its sum; a row of zeros stays as it is. Shape (n_items, n_classes)."""
    sums = scores.sum(axis=1, keepdims=True)
    sums[sums == 0] = 1
    return np.asarray(scores / sums)


def one_hot_labels(labels: IntArray, classes: IntArray) -> FloatArray:
    """Y: one column a class of ``classes``, one row an item, zeros where unlabelled."""
    return np.asarray(labels[:, np.newaxis] == classes[np.newaxis, :], dtype=np.float64)
