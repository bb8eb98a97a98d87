"""From features to the normalised similarity graph that labels spread over.

A graph depends on the features and the kernel alone, so it is built once and kept: building it is
nearly all of what a fit in scikit-learn costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import laplacian
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import kneighbors_graph

from core.types import FloatArray, freeze

Kernel = Literal["rbf", "knn"]


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityGraph:
    """The matrix S of label spreading: a normalised affinity with a zero diagonal.

    Attributes
    ----------
    matrix : (n_items, n_items), dense or sparse, float64
        ``D^-1/2 W D^-1/2`` without its diagonal (Zhou et al., "Learning with local and global
        consistency", 2004). Not symmetric for ``knn``, whose affinity is directed.
    """

    matrix: FloatArray | sparse.csr_array

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def n_items(self) -> int:
        """The number of items, which is the number of nodes."""
        return int(self.matrix.shape[0])


def normalise(affinity: FloatArray | sparse.csr_array | sparse.csr_matrix) -> SimilarityGraph:
    """Turn an affinity matrix W, shape (n_items, n_items), into S.

    The normalised Laplacian is scipy's, as in scikit-learn: degrees are column sums without the
    diagonal, and an isolated item's degree is set to 1.
    """
    negative = laplacian(affinity, normed=True)
    if sparse.issparse(negative):
        entries = sparse.coo_array(negative)
        # As in scikit-learn the diagonal stays stored, as zeros: the same entries are then added
        # up in the same order, and results agree to the last bit.
        values = np.where(entries.row == entries.col, 0.0, -entries.data)
        matrix = sparse.coo_array((values, (entries.row, entries.col)), shape=entries.shape).tocsr()
        return SimilarityGraph(matrix=matrix)
    dense = np.ascontiguousarray(-np.asarray(negative))
    np.fill_diagonal(dense, 0.0)
    return SimilarityGraph(matrix=dense)


def rbf_graph(features: FloatArray, gamma: float) -> SimilarityGraph:
    """All pairs, weighted ``exp(-gamma * ||a - b||^2)``; memory grows with n_items squared.

    Parameters
    ----------
    features : (n_items, n_features), float64
    gamma
        In units of one over a squared feature.
    """
    return normalise(rbf_kernel(features, gamma=gamma))


def knn_graph(features: FloatArray, n_neighbors: int) -> SimilarityGraph:
    """Each item with its nearest ones, weight 1, itself counted among them (scikit-learn's way).

    Parameters
    ----------
    features : (n_items, n_features), float64
    n_neighbors
        At most n_items.
    """
    return normalise(
        kneighbors_graph(features, n_neighbors, mode="connectivity", include_self=True)
    )


def build_graph(
    features: FloatArray, kernel: Kernel, *, gamma: float, n_neighbors: int
) -> SimilarityGraph:
    """Build the graph of a kernel by name.

    Raises
    ------
    ValueError
        If there is no kernel of this name.
    """
    match kernel:
        case "rbf":
            return rbf_graph(features, gamma)
        case "knn":
            return knn_graph(features, n_neighbors)
        case _:
            raise ValueError(f"kernel must be 'rbf' or 'knn', not {kernel!r}")
