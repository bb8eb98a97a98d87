"""What the model says of items that are not in the project, by the nearest ones that are.

An item takes the weighted mean of the distributions of its landmarks, the items of the project:

    p(x) = sum_j w(x, j) p_j / sum_jc w(x, j) p_jc

That is the inductive rule of scikit-learn's ``LabelSpreading.predict_proba`` (Bengio, Delalleau, Le
Roux, "Label propagation and quadratic criterion", 2006, section 11.3), with the weights that the
graph has between an item and its neighbours:

- ``rbf``: ``exp(-gamma |x - x_j|^2)`` to all landmarks;
- ``knn``: 1 to each of the ``n_neighbors`` nearest;
- ``symmetric_knn``: ``exp(-4 d_j^2 / d_k^2)`` to each of them, by distances among the same
  components, where ``d_k`` is the distance of the last. The graph's other direction, landmarks that
  would count x among their neighbours, is left out: it would change the graph.

Of items that are told together, which few landmarks are near, that is only the beginning: see
:mod:`core.predicting.together`.

The ``p_j`` are the distributions after the decision rule, those of labelled landmarks too, as in
scikit-learn: a label has its say by what it spreads. Whoever *is* a labelled landmark gets its
label, but not here; see :mod:`core.predicting.told`. Landmarks that no label reaches say nothing,
and an item all of whose landmarks say nothing is unreached.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import NearestNeighbors

from core.arrays import Float32Array, FloatArray
from core.graph.inverted_file import InvertedFile, squared_distances
from core.graph.neighbours import nearest_neighbours
from core.graph.projection import Projection
from core.graph.similarity import Kernel, local_weights
from core.jobs.progress import Progress, silent
from core.predicting.together import spread_together

LISTS_FROM: Final = 20_000
"""From so many landmarks on the nearest ones are found approximately, where faiss is there."""

_EXACT_UP_TO: Final = 50_000
"""Items among which neighbours are found exactly, where that is no slower."""

_WEIGHTS: Final = 2**23
"""Weights, or shares, that are in memory at once."""


class Predicted(NamedTuple):
    """What is said of some items.

    Attributes
    ----------
    shares : (n_items, n_classes), float32
        Rows sum to one, or to zero where nothing reaches.
    distance : (n_items,), float32
        From the nearest landmark, in the unit of the features.
    """

    shares: Float32Array
    distance: Float32Array


class Predictor:
    """The model as it is said of other items.

    Parameters
    ----------
    kernel, gamma, n_neighbors
        As of :func:`core.graph.similarity.build_graph`.
    projection
        From features to what ``symmetric_knn`` compares; None with other kernels.
    points : (n_landmarks, n_features)
        The landmarks as they are compared.
    lists
        Finds the nearest ones; None where that is done exactly.
    shares : (n_landmarks, n_classes), float32 or float64
        Their distributions: rows sum to one, or to zero where nothing reaches.
    together
        Whether items tell each other what landmarks say, where the kernel is ``symmetric_knn``;
        otherwise each goes by its landmarks alone.
    """

    def __init__(
        self,
        kernel: Kernel,
        *,
        gamma: float,
        n_neighbors: int,
        projection: Projection | None,
        points: NDArray[Any],
        lists: InvertedFile | None,
        shares: NDArray[Any],
        together: bool = False,
    ) -> None:
        self.kernel = kernel
        self.gamma = gamma
        self.n_neighbors = n_neighbors
        self.projection = projection
        self.points = points
        self.lists = lists
        self.shares = shares
        self.together = together and kernel == "symmetric_knn"
        self._exact: NearestNeighbors | None = None
        if lists is None and kernel != "rbf":
            self._exact = NearestNeighbors().fit(points)

    @property
    def n_landmarks(self) -> int:
        """How many items of the project it rests on."""
        return len(self.shares)

    @property
    def n_features(self) -> int:
        """How many features an item needs."""
        like = self.points[0] if self.projection is None else self.projection.mean
        return len(like)

    def predict(self, features: NDArray[Any]) -> Predicted:
        """What is said of some items, which are told together where that is wanted.

        Parameters
        ----------
        features : (n_items, n_features), any real dtype
            Finite numbers.
        """
        if self.together and len(features) > self.n_neighbors:
            return self._predict_together(features)
        n_classes = self.shares.shape[1]
        shares = np.empty((len(features), n_classes), dtype=np.float32)
        distance = np.empty(len(features), dtype=np.float32)
        widest = max(self.n_landmarks if self.kernel == "rbf" else self.n_neighbors, n_classes)
        step = max(1, _WEIGHTS // widest)
        for start in range(0, len(features), step):
            rows = slice(start, start + step)
            weights, squared = self._weights(features[rows])
            scores = np.asarray(weights @ self.shares)
            sums = scores.sum(axis=1, keepdims=True)
            # What is as good as nowhere near has weights too small for float64: all are zero.
            shares[rows] = np.divide(scores, sums, out=np.zeros_like(scores), where=sums > 0)
            distance[rows] = np.sqrt(squared)
        if self.projection is not None:
            distance *= self.projection.scale
        return Predicted(shares, distance)

    def _predict_together(self, features: NDArray[Any]) -> Predicted:
        assert self.projection is not None
        points = self.projection.transform(features)
        n_neighbors = min(self.n_neighbors, self.n_landmarks)
        squared = np.empty((len(points), n_neighbors), dtype=np.float32)
        landmarks = np.empty((len(points), n_neighbors), dtype=np.int64)
        step = _WEIGHTS // n_neighbors
        for start in range(0, len(points), step):
            rows = slice(start, start + step)
            squared[rows], landmarks[rows] = self._nearest(points[rows], n_neighbors)
        among = nearest_neighbours(points, self.n_neighbors, exact_up_to=_EXACT_UP_TO)
        shares = spread_together(squared, landmarks, among, self.shares)
        return Predicted(shares, np.sqrt(squared[:, 0]) * np.float32(self.projection.scale))

    def _weights(
        self, features: NDArray[Any]
    ) -> tuple[FloatArray | sparse.csr_array, NDArray[Any]]:
        """Of each item to all landmarks, and the squared distance of the nearest one."""
        if self.kernel == "rbf":
            squared = euclidean_distances(features, self.points, squared=True)
            return np.exp(-self.gamma * squared), squared.min(axis=1)
        points = features if self.projection is None else self.projection.transform(features)
        n_neighbors = min(self.n_neighbors, self.n_landmarks)
        squared, indices = self._nearest(points, n_neighbors)
        if self.kernel == "knn":
            weights = np.ones(squared.shape)
        else:
            weights = local_weights(np.asarray(squared, dtype=np.float32)).astype(np.float64)
        ends = np.arange(0, weights.size + 1, n_neighbors)
        matrix = sparse.csr_array(
            (weights.ravel(), indices.ravel(), ends), shape=(len(features), self.n_landmarks)
        )
        return matrix, squared[:, 0]

    def _nearest(self, points: NDArray[Any], n_neighbors: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Squared distances and indices of the nearest landmarks, nearest first."""
        if self.lists is None:
            assert self._exact is not None
            distances, indices = self._exact.kneighbors(points, n_neighbors)
            return np.square(distances), indices
        _, indices = self.lists.search(points, n_neighbors)
        # A search that came back with too few names none for the rest: the nearest stands in.
        indices = np.where(indices < 0, indices[:, :1], indices)
        squared = squared_distances(points, self.points, indices)
        order = np.argsort(squared, axis=1, kind="stable")
        return (
            np.take_along_axis(squared, order, axis=1),
            np.take_along_axis(indices, order, axis=1),
        )


def make_predictor(
    features: NDArray[Any],
    shares: NDArray[Any],
    kernel: Kernel,
    *,
    gamma: float,
    n_neighbors: int,
    together: bool = False,
    threads: int = 1,
    progress: Progress = silent,
) -> Predictor:
    """The model of landmarks, with whatever finds the nearest ones made ready.

    Parameters
    ----------
    features : (n_landmarks, n_features), any real dtype
        What the graph was built from.
    shares : (n_landmarks, n_classes)
    together
        As of :class:`Predictor`.
    kernel, gamma, n_neighbors
        What it was built with.

    Raises
    ------
    InvalidFeaturesError
        If a feature is not a finite number.
    CancelledError
        If ``progress`` says so.
    """
    projection, lists = None, None
    points = features
    if kernel == "symmetric_knn":
        # Of the same features it is the one that the graph was built with.
        projection = Projection.fit(features, progress)
        points = projection.transform(features)
        if len(points) > LISTS_FROM and find_spec("faiss") is not None:
            lists = InvertedFile.build(points, n_neighbors, threads=threads, progress=progress)
    return Predictor(
        kernel,
        gamma=gamma,
        n_neighbors=n_neighbors,
        projection=projection,
        points=points,
        lists=lists,
        shares=shares,
        together=together,
    )
