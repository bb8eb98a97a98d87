"""From features to the normalised similarity graph that labels spread over.

A graph depends on the features and the kernel alone, so it is built once and kept: building it is
nearly all of what a fit in scikit-learn costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, laplacian
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import kneighbors_graph

from core.arrays import Float32Array, FloatArray, Int32Array, IntArray, freeze
from core.graph.neighbours import EXACT_UP_TO, Neighbours, nearest_neighbours
from core.graph.projection import Projection
from core.jobs.progress import Progress, silent

Kernel = Literal["rbf", "knn", "symmetric_knn"]

STEEPNESS: Final = 4
"""The last of an item's neighbours has the weight ``exp(-4)``, if it does not count the item
among its own nearer ones."""


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityGraph:
    """The matrix S of label spreading: a normalised affinity with a zero diagonal.

    Attributes
    ----------
    matrix : (n_items, n_items), dense or sparse, float64
        ``D^-1/2 W D^-1/2`` without its diagonal (Zhou et al., "Learning with local and global
        consistency", 2004).
    symmetric
        False for ``knn``, whose affinity is directed.
    root_degrees : (n_items,), float64, or None
        ``D^1/2``: the root of the summed weights of each item's links. None where they are not
        known; then all items count alike.
    """

    matrix: FloatArray | sparse.csr_array
    symmetric: bool = False
    root_degrees: FloatArray | None = None

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def n_items(self) -> int:
        """The number of items, which is the number of nodes."""
        return int(self.matrix.shape[0])

    def among(self, places: IntArray, n_items: int) -> SimilarityGraph:
        """The same graph among more items, of which the others are linked with none.

        Parameters
        ----------
        places
            Where each of its items is among them.
        n_items
            How many there are then.
        """
        entries = sparse.coo_array(self.matrix)
        places = places.astype(np.int32)
        matrix = sparse.coo_array(
            (entries.data, (places[entries.row], places[entries.col])), shape=(n_items, n_items)
        ).tocsr()
        roots = self.root_degrees
        if roots is not None:
            spread = np.full(n_items, roots.mean())
            spread[places] = roots
            roots = spread
        return SimilarityGraph(matrix, self.symmetric, roots)

    def components(self) -> Int32Array:
        """The number of the connected component that each item is in, shape (n_items,)."""
        edges = self.matrix
        if isinstance(edges, np.ndarray):
            # Given a dense matrix scipy would take weights of 1e-9 for none at all.
            edges = sparse.csr_array(edges != 0)
        return np.asarray(connected_components(edges, directed=False)[1])


def normalise(
    affinity: FloatArray | sparse.csr_array | sparse.csr_matrix, *, symmetric: bool = False
) -> SimilarityGraph:
    """Turn an affinity matrix W, shape (n_items, n_items), into S.

    The normalised Laplacian is scipy's, as in scikit-learn: degrees are column sums without the
    diagonal, and an isolated item's degree is set to 1.
    """
    negative, diagonal = laplacian(affinity, normed=True, return_diag=True)
    roots: FloatArray = np.asarray(diagonal).astype(np.float64)
    if sparse.issparse(negative):
        entries = sparse.coo_array(negative)
        # As in scikit-learn the diagonal stays stored, as zeros: the same entries are then added
        # up in the same order, and results agree to the last bit.
        values = np.where(entries.row == entries.col, 0.0, -entries.data)
        matrix = sparse.coo_array((values, (entries.row, entries.col)), shape=entries.shape).tocsr()
        return SimilarityGraph(matrix, symmetric, roots)
    dense = np.ascontiguousarray(-np.asarray(negative))
    np.fill_diagonal(dense, 0.0)
    return SimilarityGraph(dense, symmetric, roots)


def rbf_graph(features: NDArray[Any], gamma: float) -> SimilarityGraph:
    """All pairs, weighted ``exp(-gamma * ||a - b||^2)``; memory grows with n_items squared.

    Parameters
    ----------
    features : (n_items, n_features), any real dtype
    gamma
        In units of one over a squared feature.
    """
    return normalise(rbf_kernel(features, gamma=gamma), symmetric=True)


def knn_graph(features: NDArray[Any], n_neighbors: int) -> SimilarityGraph:
    """Each item with its nearest ones, weight 1, itself counted among them (scikit-learn's way).

    Parameters
    ----------
    features : (n_items, n_features), any real dtype
    n_neighbors
        At most n_items.
    """
    return normalise(
        kneighbors_graph(features, n_neighbors, mode="connectivity", include_self=True)
    )


def symmetric_knn_graph(
    features: NDArray[Any],
    n_neighbors: int,
    *,
    threads: int = 1,
    exact_up_to: int = EXACT_UP_TO,
    progress: Progress = silent,
) -> SimilarityGraph:
    """Each item with its nearest others, weighted by distance, the same in both directions.

    ``w_ij = exp(-4 d_ij^2 / d_k(i)^2)`` for the ``n_neighbors`` nearest j of i, where ``d_k(i)`` is
    the distance of the last of them; then the larger of both directions. The distances are those
    of at most 50 principal components. Time and memory grow with n_items, not with its square.

    Parameters
    ----------
    features : (n_items, n_features), any real dtype
    n_neighbors
        The item itself not counted. Where there are fewer others, all of them are neighbours.
    threads
        How many to use.
    exact_up_to
        Of more items than this the neighbours are found approximately.

    Raises
    ------
    InvalidFeaturesError
        If a feature is not a finite number.
    CancelledError
        If ``progress`` says so.

    References
    ----------
    Calder, Cook, Thorpe, Slepčev, "Poisson learning", 2020 (section 4, the weights);
    Zelnik-Manor, Perona, "Self-tuning spectral clustering", 2004 (the local scale).
    """
    n_items = len(features)
    n_neighbors = min(n_neighbors, n_items - 1)
    if n_neighbors < 1:
        return SimilarityGraph(sparse.csr_array((n_items, n_items)), symmetric=True)
    points = Projection.fit(features, progress).transform(features)
    found = nearest_neighbours(
        points, n_neighbors, threads=threads, exact_up_to=exact_up_to, progress=progress
    )
    progress("Weighting neighbours", 0.0)
    return graph_of_neighbours(found)


def local_weights(squared: Float32Array) -> Float32Array:
    """``exp(-4 d_ij^2 / d_k(i)^2)`` of squared distances, nearest first, shape as given.

    Items that coincide have weight 1, also where all neighbours of an item do.
    """
    last = np.maximum(squared[:, -1:], np.finfo(np.float32).tiny)
    return np.asarray(np.exp(-STEEPNESS * (squared / last)), dtype=np.float32)


def graph_of_neighbours(found: Neighbours) -> SimilarityGraph:
    """The graph of :func:`symmetric_knn_graph`, once neighbours are found."""
    n_items, n_neighbors = found.indices.shape
    ends = np.arange(0, found.indices.size + 1, n_neighbors, dtype=np.int32)
    weights = local_weights(found.squared).astype(np.float64)
    one_way = sparse.csr_array(
        (weights.ravel(), found.indices.ravel().copy(), ends), shape=(n_items, n_items)
    )
    # An approximate search may come back with a neighbour twice, which is to count once.
    one_way.sum_duplicates()
    np.minimum(one_way.data, 1, out=one_way.data)
    affinity = one_way.maximum(one_way.T.tocsr()).tocsr()
    roots = np.sqrt(affinity.sum(axis=1))
    scale = 1 / roots
    # One product of both roots, the same for (i, j) and (j, i): symmetric to the last bit.
    affinity.data *= np.repeat(scale, np.diff(affinity.indptr)) * scale[affinity.indices]
    return SimilarityGraph(affinity, symmetric=True, root_degrees=roots)


def build_graph(
    features: NDArray[Any],
    kernel: Kernel,
    *,
    gamma: float,
    n_neighbors: int,
    threads: int = 1,
    progress: Progress = silent,
) -> SimilarityGraph:
    """Build the graph of a kernel by name.

    Raises
    ------
    ValueError
        If there is no kernel of this name.
    """
    match kernel:
        case "rbf":
            progress("Comparing all pairs", 0.0)
            return rbf_graph(features, gamma)
        case "knn":
            progress("Finding neighbours", 0.0)
            return knn_graph(features, n_neighbors)
        case "symmetric_knn":
            return symmetric_knn_graph(features, n_neighbors, threads=threads, progress=progress)
        case _:
            raise ValueError(f"kernel must be 'rbf', 'knn' or 'symmetric_knn', not {kernel!r}")
