"""A coarse picture of a graph: its items put together in aggregates, and the system on these.

Conjugate gradients take it as a second level; see
:class:`core.learning.solvers.ConjugateGradientSolver`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra, reverse_cuthill_mckee

from core.arrays import FloatArray, IntArray
from core.learning.inverse import positive_inverse

_AGGREGATE: Final = 140
_MOST_AGGREGATES: Final = 1_000
_SEED: Final = 0


def aggregates(matrix: sparse.csr_array) -> IntArray:
    """The number of the aggregate of each item, shape (n_items,): that of the closest seed.

    Seeds are drawn at random; closest is along the edges of the graph, heavy ones being short. An
    item that no seed reaches is in one aggregate with all others of that kind. Aggregates that are
    linked have numbers close to each other, so that they are close in memory (Cuthill, McKee,
    "Reducing the bandwidth of sparse symmetric matrices", 1969).
    """
    n_items = matrix.shape[0]
    n_seeds = int(np.clip(n_items // _AGGREGATE, 1, _MOST_AGGREGATES))
    seeds = np.sort(np.random.default_rng(_SEED).choice(n_items, n_seeds, replace=False))
    lengths = sparse.csr_array(
        (1 / np.maximum(matrix.data, np.finfo(np.float64).tiny), matrix.indices, matrix.indptr),
        shape=matrix.shape,
    )
    _, _, closest = dijkstra(lengths, indices=seeds, min_only=True, return_predecessors=True)
    number = np.where(closest < 0, n_seeds, np.searchsorted(seeds, closest))
    aggregate = np.unique(number, return_inverse=True)[1]
    belongs = sparse.csr_array((np.ones(n_items), (np.arange(n_items), aggregate)))
    links = sparse.csr_matrix(belongs.T @ (matrix @ belongs))
    order = reverse_cuthill_mckee(links, symmetric_mode=True)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[aggregate]


def reordered(matrix: sparse.csr_array, order: IntArray) -> sparse.csr_array:
    """The matrix with rows and columns in another order; indices take 32 bits each."""
    rows = matrix[order]
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    moved = sparse.csr_array(
        (rows.data, place[rows.indices], rows.indptr.astype(np.int32)), shape=matrix.shape
    )
    moved.sort_indices()
    return moved


def coarse_weights(matrix: sparse.csr_array, sizes: IntArray) -> FloatArray:
    """What an item stands for in its aggregate, shape (n_items,); squares add up to one in each.

    The slowest vector of the whole system is the root of the degrees, up to a constant in each
    component: it is the one that the matrix leaves as it is, and sweeps converge to it.
    """
    slow = np.ones(matrix.shape[0])
    for _ in range(30):
        slow = 0.5 * (slow + matrix @ slow)
    slow = np.maximum(slow, np.finfo(np.float64).tiny)
    lengths = np.sqrt(np.add.reduceat(np.square(slow), np.cumsum(sizes) - sizes))
    return np.asarray(slow / np.repeat(lengths, sizes))


def coarse_inverse(system: sparse.csr_array, sizes: IntArray, weights: FloatArray) -> FloatArray:
    """The inverse of the system on the aggregates, shape (naggregates, naggregates)."""
    n_items, naggregates = system.shape[0], len(sizes)
    aggregate = np.repeat(np.arange(naggregates), sizes)
    basis = sparse.csr_array(
        (weights, (np.arange(n_items), aggregate)), shape=(n_items, naggregates)
    )
    coarse = (basis.T @ (system @ basis)).toarray()
    return positive_inverse(coarse)
