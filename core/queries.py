"""Which items to ask about next: score functions, and choosing a batch by them."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Final

import numpy as np
from scipy.special import entr
from sklearn.cluster import KMeans

from core.types import Beliefs, BoolArray, FloatArray, IntArray

_KMEANS_SEED: Final = 0


def entropy(beliefs: Beliefs) -> FloatArray:
    """Uncertainty of each item: the Shannon entropy of its distribution, shape (n_items,), nats.

    0 when one class has all the probability, ``log(n_classes)`` when all are equally likely.
    Infinite where no label reaches: of such an item the model knows nothing at all.
    """
    return np.where(beliefs.reached, entr(beliefs.probabilities).sum(axis=1), np.inf)


def choose_batch(
    beliefs: Beliefs, features: FloatArray, candidates: BoolArray, size: int
) -> IntArray:
    """Choose the items of the next batch, most uncertain first.

    Items that no label reaches come before all others. They tie with one another, so among them
    the choice is for coverage. The rest are taken by entropy; ties go to the lower index.

    Parameters
    ----------
    features : (n_items, n_features), float64
        Where the items lie, for coverage.
    candidates : (n_items,), bool
        The items that may be asked about.
    size
        Items wanted; fewer come back when there are fewer candidates.

    Returns
    -------
    (n_chosen,), int64
        Indices of items, each once.
    """
    unreached = np.flatnonzero(candidates & ~beliefs.reached)
    chosen = unreached[cover(features[unreached], min(size, len(unreached)))]
    reached = np.flatnonzero(candidates & beliefs.reached)
    by_entropy = reached[np.argsort(-entropy(beliefs)[reached], kind="stable")]
    return np.concatenate([chosen, by_entropy[: size - len(chosen)]]).astype(np.int64)


def cover(points: FloatArray, size: int) -> IntArray:
    """Choose ``size`` points that stand for all of them: those nearest the k-means centres.

    Largest cluster first, so that the first labels speak for most items. Needs no labels and no
    model, which makes it the choice for a first round.

    Parameters
    ----------
    points : (n_points, n_features), float64
    size
        At most n_points.

    Returns
    -------
    (size,), int64
        Indices into ``points``, each once.
    """
    if size == 0 or size == len(points):
        return np.arange(size, dtype=np.int64)
    n_clusters = min(size, len(np.unique(points, axis=0)))
    kmeans = KMeans(n_clusters=n_clusters, n_init=1, random_state=_KMEANS_SEED)
    clusters = kmeans.fit_predict(points)
    distances = kmeans.transform(points)
    largest_first = np.argsort(-np.bincount(clusters, minlength=n_clusters), kind="stable")
    chosen: list[int] = []
    # Where points coincide there are fewer clusters than asked for: they take turns.
    for cluster in islice(cycle(largest_first), size):
        order = np.argsort(distances[:, cluster], kind="stable")
        chosen.append(next(int(point) for point in order if int(point) not in chosen))
    return np.array(chosen, dtype=np.int64)
