"""Label spreading as scikit-learn did it before 0.19: two published runs need it."""

from __future__ import annotations

import numpy as np

from core.arrays import FloatArray
from core.graph.similarity import SimilarityGraph
from core.learning.sweeps import Spread


def spread_legacy(
    graph: SimilarityGraph, one_hot: FloatArray, *, alpha: float, max_iter: int, tol: float
) -> Spread:
    """Spread as scikit-learn did before 0.19, from ``F = Y``.

    A sweep is ``F <- S F + (1 - alpha) Y`` in labelled rows, which thus hear their neighbours in
    full, and ``F <- alpha S F`` in the others. It stops when the summed absolute change is at most
    ``tol``, or after ``max_iter - 1`` sweeps.

    There a row that stays zero became nan when it was divided by its sum: class 0 of those seen,
    and most uncertain of all. Here it stays zero, which :func:`believe` reads as not reached.

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
    ``BaseLabelPropagation.fit`` in scikit-learn 0.18; replaced in 0.19 because it is not the
    algorithm of the paper (https://github.com/scikit-learn/scikit-learn/pull/9239).
    """
    weight = np.where(one_hot.any(axis=1, keepdims=True), 1.0, alpha)
    source = (1 - alpha) * one_hot
    scores = one_hot
    previous = np.zeros_like(one_hot)
    for n_iter in range(max_iter - 1):
        if np.abs(scores - previous).sum() <= tol:
            return Spread(scores, n_iter, converged=True)
        previous = scores
        scores = weight * (graph.matrix @ scores) + source
    return Spread(scores, max_iter - 1, converged=False)
