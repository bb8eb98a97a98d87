"""Items in two dimensions: at once by their principal components, better by their neighbours.

The second is t-SNE over the links of the similarity graph. Of the layouts that were measured it is
the one whose library is small and needs no compiler; see docs/architecture.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from core.arrays import Float32Array, FloatArray, freeze
from core.graph.similarity import SimilarityGraph
from core.jobs.progress import CancelledError, Progress, silent

Method = Literal["principal", "neighbours"]
"""By the two first principal components of the features, or by the links of the graph."""

PlaceArray = NDArray[np.uint16]

STEPS: Final = 65_535
"""The largest coordinate."""

FEWEST: Final = 50
"""Fewer items than this are laid out by their principal components alone."""

STAGE: Final = "Laying out the map"

_MARGIN: Final = 0.02
_OUTSIDE: Final = 0.0003
"""Share of the items at either end of an axis that may lie on the edge: they are so far away that
all others would be one spot."""

_SAMPLE: Final = 4_000
_CHUNK: Final = 16_384
_SEED: Final = 0

_FEW: Final = 10_000
"""Up to so many items, a tree is quicker than the grid."""

_DENSE_LINKS: Final = 15
"""Of a graph of all pairs, so many links an item count."""

_FIRST: Final = (125, 12.0, 0.5)
_THEN: Final = (250, 1.0, 0.8)
"""Steps, exaggeration and momentum, in turn."""

_MANY: Final = 100_000
_MANY_EXAGGERATION: Final = 4.0
"""From so many items on, groups are drawn together more: otherwise they fill the plane without a
gap, and each step takes longer."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where each item lies.

    Attributes
    ----------
    name
        Another one for other places.
    places : (n_items, 2), uint16
        Right and up, 0 to 65,535; one unit is as long in both directions.
    """

    name: str
    method: Method
    places: PlaceArray

    def __post_init__(self) -> None:
        freeze(self)


def can_lay_out() -> bool:
    """Whether the library is here that lays items out by their neighbours."""
    return find_spec("openTSNE") is not None


def principal_points(features: NDArray[Any]) -> Float32Array:
    """The two first principal components of features, shape (n_items, 2).

    Parameters
    ----------
    features : (n_items, n_features), any real dtype
        Of more than 4,000 items, that many drawn at random say what the components are.
    """
    n_items, n_features = features.shape
    random = np.random.default_rng(_SEED)
    chosen = np.sort(random.choice(n_items, min(_SAMPLE, n_items), replace=False))
    sample = features[chosen].astype(np.float32)
    points = np.zeros((n_items, 2), dtype=np.float32)
    n_components = min(2, n_features, n_items)
    if n_components == 0 or not np.ptp(sample, axis=0).any():
        return points
    # The threads of BLAS get in each other's way here: one is quicker than two.
    with threadpool_limits(1, user_api="blas"):
        pca = PCA(n_components, svd_solver="randomized", random_state=_SEED).fit(sample)
        components = pca.components_.T.astype(np.float32)
        shift = pca.mean_.astype(np.float32) @ components
        for start in range(0, n_items, _CHUNK):
            part = features[start : start + _CHUNK].astype(np.float32)
            points[start : start + _CHUNK, :n_components] = part @ components - shift
    return points


def neighbour_points(
    links: sparse.csr_array, start: Float32Array, progress: Progress = silent
) -> FloatArray:
    """Points of which those lie close that are linked, shape (n_items, 2).

    t-SNE with affinities that are the same for all links, on one processor. The repulsion of many
    items is interpolated on a grid, so that time grows with n_items and not with its square.

    Parameters
    ----------
    links : (n_items, n_items)
        As :func:`links_of` gives them.
    start : (n_items, 2)
        Where points are in the beginning, in any unit.

    Raises
    ------
    CancelledError
        If ``progress`` says so.

    References
    ----------
    van der Maaten, Hinton, "Visualizing data using t-SNE", 2008;
    Linderman et al., "Fast interpolation-based t-SNE", 2019 (the grid);
    Böhm, Berens, Kobak, "Attraction-repulsion spectrum in neighbor embeddings", 2022 (affinities
    that are all the same, and exaggeration that stays).
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PrecomputedAffinities

    n_items = len(start)
    spread = float(start[:, 0].std()) or 1.0
    stages = (_FIRST, _THEN if n_items < _MANY else (_THEN[0], _MANY_EXAGGERATION, _THEN[2]))
    n_steps = sum(steps for steps, *_ in stages)
    # Telling how far it has come takes a part of a step, of which there are some a second or less.
    every = 5 if n_items >= _MANY else 10
    done = 0
    stopped: list[CancelledError] = []

    def tell(step: int, _error: float, _points: object) -> bool:
        try:
            progress(STAGE, (done + step) / n_steps)
        except CancelledError as error:
            stopped.append(error)
        return bool(stopped)

    points = TSNEEmbedding(
        start.astype(np.float64) * (1e-4 / spread),
        PrecomputedAffinities(sparse.csr_matrix(links), normalize=True),
        # Two threads wait for each other longer than they work where others are at work too.
        n_jobs=1,
        negative_gradient_method="fft" if n_items > _FEW else "bh",
        random_state=_SEED,
        callbacks=tell,
        callbacks_every_iters=every,
    )
    for steps, exaggeration, momentum in stages:
        points = points.optimize(n_iter=steps, exaggeration=exaggeration, momentum=momentum)
        if stopped:
            raise stopped[0]
        done += steps
    return np.asarray(points, dtype=np.float64)


def links_of(graph: SimilarityGraph) -> sparse.csr_array:
    """A one for each pair of items that are linked in either direction, float64."""
    matrix = graph.matrix
    if graph.symmetric and not isinstance(matrix, np.ndarray):
        # Linked both ways already, and nothing with itself: a million items take no time.
        return sparse.csr_array(
            (np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape
        )
    ones = _strongest(matrix) if isinstance(matrix, np.ndarray) else sparse.coo_array(matrix)
    rows, columns = ones.row, ones.col
    other = rows != columns
    rows, columns = rows[other], columns[other]
    both = np.concatenate([rows, columns]), np.concatenate([columns, rows])
    linked = sparse.coo_array((np.ones(len(both[0])), both), shape=matrix.shape).tocsr()
    linked.data[:] = 1
    return linked


def on_grid(points: FloatArray | Float32Array) -> PlaceArray:
    """Points on a grid of 65,536 by 65,536, shape (n_items, 2), the same scale on both axes.

    What lies very far from all others is moved to the edge.
    """
    if not len(points):
        return np.zeros((0, 2), dtype=np.uint16)
    low, high = np.quantile(points.astype(np.float64), [_OUTSIDE, 1 - _OUTSIDE], axis=0)
    length = float((high - low).max()) * (1 + 2 * _MARGIN) or 1.0
    shares = (points - (low + high) / 2) / length + 0.5
    return np.asarray(np.round(np.clip(shares, 0, 1) * STEPS), dtype=np.uint16)


def _strongest(weights: FloatArray) -> sparse.coo_array:
    """The links of largest weight of each item of a graph of all pairs."""
    n_items = len(weights)
    n_links = min(_DENSE_LINKS, n_items - 1)
    columns = np.argpartition(-weights, n_links - 1, axis=1)[:, :n_links].ravel()
    rows = np.repeat(np.arange(n_items), n_links)
    return sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=weights.shape)
