"""Solvers of ``(I - alpha S) X = B``, the linear system behind converged label spreading.

Which one suits depends on the graph and on alpha:

- ``SweepSolver`` adds up ``B + alpha S B + alpha^2 S^2 B + ...``. Every term is positive, so even
  the smallest entries keep all their digits, and rows are divided by their sums later, so small
  entries matter. It works for any graph; the sweeps grow with ``1 / (1 - alpha)``.
- ``InverseSolver`` keeps the inverse of a small symmetric system.
- ``ConjugateGradientSolver`` is for large symmetric graphs and a large alpha, where entries are
  not that small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeVar

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.csgraph import dijkstra

from core.graph import SimilarityGraph
from core.types import FloatArray, IntArray

SWEEPS_UP_TO: Final = 0.8
"""Up to this alpha, sweeps need about a hundred passes at most."""

INVERSE_UP_TO: Final = 2_500
"""Most items whose inverse is kept: 50 MB."""

SWEEP_TOLERANCE: Final = 1e-11
"""What is still missing from any entry when sweeps stop, as a share of it."""

_SMALL_ENTRIES_UP_TO: Final = 0.95


def residual_tolerance(alpha: float) -> float:
    """The length of the residual at which conjugate gradients stop, as a share of the source's.

    It bounds the error of all entries alike, so it has to be small against those that matter. The
    smaller alpha, the smaller they are: on the graph of the MNIST digits 1e-5 of the largest for
    0.99, and 1e-9 for 0.9. There, iterations are few anyway.
    """
    return 1e-14 if alpha <= _SMALL_ENTRIES_UP_TO else 2e-10


_PART: Final = 8_192
"""Rows that one thread works on at a time: ten columns of them fit its cache."""

_AGGREGATE: Final = 140
_MOST_AGGREGATES: Final = 1_000
_SEED: Final = 0

Result = TypeVar("Result")


class Solver(Protocol):
    """Solves for the columns of B, shape (n_items, n_columns), where no entry is negative."""

    def solve(self, columns: FloatArray, /) -> FloatArray:
        """Give X, shape (n_items, n_columns), float64."""
        ...


def make_solver(graph: SimilarityGraph, alpha: float, *, threads: int = 1) -> Solver:
    """The solver that suits a graph and an alpha, between 0 and 1, both excluded."""
    if alpha <= SWEEPS_UP_TO or not graph.symmetric:
        return SweepSolver(graph, alpha)
    if graph.n_items <= INVERSE_UP_TO:
        return InverseSolver(graph, alpha)
    return ConjugateGradientSolver(graph, alpha, threads=threads)


class SweepSolver:
    """Adds up the Neumann series until nothing is missing from any entry, to a share of 1e-11.

    Parameters
    ----------
    graph
        S, symmetric or not.
    alpha
        Between 0 and 1.
    """

    def __init__(self, graph: SimilarityGraph, alpha: float) -> None:
        self._matrix = graph.matrix
        self._alpha = alpha
        # An entry that changes by this share of itself, and by alpha times that in the next sweep,
        # and so on, is settled.
        self._settled = SWEEP_TOLERANCE * (1 - alpha) / alpha

    def solve(self, columns: FloatArray, /) -> FloatArray:
        """Give X, shape (n_items, n_columns), float64."""
        total = np.array(columns, dtype=np.float64)
        # Each sweep goes one step further, and no path has more steps than there are items.
        for _ in range(len(total) + self._most_sweeps()):
            following = self._alpha * (self._matrix @ total) + columns
            is_settled = bool((following - total <= self._settled * following).all())
            total = following
            if is_settled:
                break
        return total

    def _most_sweeps(self) -> int:
        return math.ceil(math.log(np.finfo(np.float64).eps) / math.log(self._alpha))


class InverseSolver:
    """Keeps the inverse, by Cholesky's factors: a column then costs one product.

    Parameters
    ----------
    graph
        S, symmetric, and small.
    alpha
        Between 0 and 1: the system is positive definite.
    """

    def __init__(self, graph: SimilarityGraph, alpha: float) -> None:
        matrix = graph.matrix
        dense = matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)
        system = np.eye(graph.n_items) - alpha * dense
        factors = linalg.cho_factor(system, lower=True, overwrite_a=True)
        self._inverse = linalg.cho_solve(factors, np.eye(graph.n_items))

    def solve(self, columns: FloatArray, /) -> FloatArray:
        """Give X, shape (n_items, n_columns), float64."""
        rows = np.flatnonzero(columns.any(axis=1))
        return np.asarray(self._inverse[:, rows] @ columns[rows])


class ConjugateGradientSolver:
    """Conjugate gradients for several columns at once, with a coarse picture of the graph.

    What makes such a system slow is slow to level out across the graph, not within a
    neighbourhood. So items are put together in aggregates of some 70, the system is solved on the
    aggregates, and that is added to each residual (a two-level additive Schwarz preconditioner):
    half as many iterations. The items of an aggregate are stored together, which makes products
    with the graph quicker as well.

    Parameters
    ----------
    graph
        S, symmetric and sparse.
    alpha
        Between 0 and 1: the system is positive definite.
    threads
        How many to use.

    References
    ----------
    Hestenes, Stiefel, "Methods of conjugate gradients", 1952; Nicolaides, "Deflation of conjugate
    gradients", 1987 (the coarse space).
    """

    def __init__(self, graph: SimilarityGraph, alpha: float, *, threads: int = 1) -> None:
        self._alpha = alpha
        matrix = sparse.csr_array(graph.matrix)
        aggregate = _aggregates(matrix)
        self._order = np.argsort(aggregate, kind="stable")
        matrix = _reordered(matrix, self._order)
        sizes = np.bincount(aggregate)
        weights = _coarse_weights(matrix, sizes)
        self._coarse = _coarse_inverse(matrix, sizes, weights, alpha)
        parts = list(_parts(matrix, sizes, weights))
        per_thread = math.ceil(len(parts) / threads)
        self._shares = [parts[i : i + per_thread] for i in range(0, len(parts), per_thread)]
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="solve")

    def solve(self, columns: FloatArray, /) -> FloatArray:
        """Give X, shape (n_items, n_columns), float64."""
        run = _Run(columns[self._order], self._alpha)
        length, coarse = self._gather(self._each(run.measure))
        # Columns that have come to rest meanwhile change no more: their steps are zero.
        limit = residual_tolerance(self._alpha) ** 2 * length
        while (length > limit).any():
            agreement = self._sum(partial(run.correct, self._on_aggregates(coarse)))
            self._each(partial(run.turn, _ratio(agreement, run.agreement)))
            step = _ratio(agreement, self._sum(run.multiply))
            length, coarse = self._gather(self._each(partial(run.walk, step)))
            run.agreement = agreement
        solution = np.empty_like(run.solution)
        solution[self._order] = run.solution
        # None is negative in truth: what is, is rounding around zero.
        return np.maximum(solution, 0, out=solution)

    def _on_aggregates(self, residual: FloatArray) -> FloatArray:
        # Not by "@": the threads of BLAS would be in the way of ours long after it is done.
        columns = np.ascontiguousarray(residual.T)
        return np.asarray(np.einsum("ij,kj->ik", self._coarse, columns))

    def _each(self, work: Callable[[_Part], Result]) -> list[Result]:
        """Do the work on all parts: a share of them here, the others on threads of their own."""
        here, *elsewhere = self._shares
        waiting = [self._pool.submit(lambda share: [*map(work, share)], one) for one in elsewhere]
        done = [*map(work, here)]
        return done + [result for future in waiting for result in future.result()]

    def _sum(self, work: Callable[[_Part], FloatArray]) -> FloatArray:
        return np.asarray(np.sum(self._each(work), axis=0))

    def _gather(
        self, measured: list[tuple[FloatArray, FloatArray]]
    ) -> tuple[FloatArray, FloatArray]:
        lengths, coarse = zip(*measured, strict=True)
        return np.asarray(np.sum(lengths, axis=0)), np.concatenate(coarse)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Rows that are worked on together: whole aggregates."""

    rows: slice
    aggregates: slice
    matrix: sparse.csr_array
    starts: IntArray
    sizes: IntArray
    weights: FloatArray


class _Run:
    """One run of conjugate gradients; every method works on one part, whichever comes first."""

    def __init__(self, columns: FloatArray, alpha: float) -> None:
        self._alpha = alpha
        self._residual = np.ascontiguousarray(columns, dtype=np.float64)
        self._corrected = np.empty_like(self._residual)
        self._direction = np.zeros_like(self._residual)
        self._product = np.empty_like(self._residual)
        self.solution = np.zeros_like(self._residual)
        self.agreement = np.zeros(columns.shape[1])

    def measure(self, part: _Part) -> tuple[FloatArray, FloatArray]:
        """Squared lengths of the residuals, and what of them there is on the aggregates."""
        residual = self._residual[part.rows]
        coarse = np.add.reduceat(part.weights * residual, part.starts, axis=0)
        return _dots(residual, residual), coarse

    def correct(self, coarse: FloatArray, part: _Part) -> FloatArray:
        """Add to the residuals what the aggregates say of them; how much both agree."""
        corrected = self._corrected[part.rows]
        np.multiply(
            part.weights, np.repeat(coarse[part.aggregates], part.sizes, axis=0), out=corrected
        )
        corrected += self._residual[part.rows]
        return _dots(self._residual[part.rows], corrected)

    def turn(self, share: FloatArray, part: _Part) -> None:
        """The next direction, conjugate to those before."""
        direction = self._direction[part.rows]
        direction *= share
        direction += self._corrected[part.rows]

    def multiply(self, part: _Part) -> FloatArray:
        """The system times the direction; the curvature along it."""
        direction, product = self._direction[part.rows], self._product[part.rows]
        np.multiply(part.matrix @ self._direction, -self._alpha, out=product)
        product += direction
        return _dots(direction, product)

    def walk(self, step: FloatArray, part: _Part) -> tuple[FloatArray, FloatArray]:
        """Go to where the residuals are least along the direction, and measure them there."""
        self.solution[part.rows] += step * self._direction[part.rows]
        self._residual[part.rows] -= step * self._product[part.rows]
        return self.measure(part)


def _dots(left: FloatArray, right: FloatArray) -> FloatArray:
    """Inner products, column by column."""
    return np.asarray(np.einsum("ij,ij->j", left, right))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """The ratio, or zero where nothing is left to divide by."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _aggregates(matrix: sparse.csr_array) -> IntArray:
    """The number of the aggregate of each item, shape (n_items,): that of the closest seed.

    Seeds are drawn at random; closest is along the edges of the graph, heavy ones being short. An
    item that no seed reaches is in one aggregate with all others of that kind.
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
    return np.unique(number, return_inverse=True)[1]


def _reordered(matrix: sparse.csr_array, order: IntArray) -> sparse.csr_array:
    """The matrix with rows and columns in another order; indices take 32 bits each."""
    rows = matrix[order]
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    moved = sparse.csr_array(
        (rows.data, place[rows.indices], rows.indptr.astype(np.int32)), shape=matrix.shape
    )
    moved.sort_indices()
    return moved


def _coarse_weights(matrix: sparse.csr_array, sizes: IntArray) -> FloatArray:
    """What an item stands for in its aggregate, shape (n_items, 1); squares add up to one.

    The slowest vector of the whole system is the root of the degrees, up to a constant in each
    component: it is the one that the matrix leaves as it is, and sweeps converge to it.
    """
    slow = np.ones((matrix.shape[0], 1))
    for _ in range(30):
        slow = 0.5 * (slow + matrix @ slow)
    slow = np.maximum(slow, np.finfo(np.float64).tiny)
    starts = np.cumsum(sizes) - sizes
    lengths = np.sqrt(np.add.reduceat(np.square(slow), starts, axis=0))
    return np.asarray(slow / np.repeat(lengths, sizes, axis=0))


def _coarse_inverse(
    matrix: sparse.csr_array, sizes: IntArray, weights: FloatArray, alpha: float
) -> FloatArray:
    """The inverse of the system on the aggregates, shape (n_aggregates, n_aggregates)."""
    n_items, n_aggregates = matrix.shape[0], len(sizes)
    aggregate = np.repeat(np.arange(n_aggregates), sizes)
    basis = sparse.csr_array(
        (weights.ravel(), (np.arange(n_items), aggregate)), shape=(n_items, n_aggregates)
    )
    coarse = (basis.T @ (matrix @ basis)).toarray()
    factors = linalg.cho_factor(np.eye(n_aggregates) - alpha * coarse, lower=True)
    return np.asarray(linalg.cho_solve(factors, np.eye(n_aggregates)))


def _parts(matrix: sparse.csr_array, sizes: IntArray, weights: FloatArray) -> Iterator[_Part]:
    ends = np.cumsum(sizes)
    first, row = 0, 0
    while row < matrix.shape[0]:
        last = max(first + 1, int(np.searchsorted(ends, row + _PART, side="right")))
        rows = slice(row, int(ends[last - 1]))
        starts = ends[first:last] - sizes[first:last] - row
        yield _Part(
            rows, slice(first, last), matrix[rows], starts, sizes[first:last], weights[rows]
        )
        first, row = last, rows.stop
