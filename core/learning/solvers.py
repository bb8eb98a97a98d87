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
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import BoolArray, Float32Array, FloatArray
from core.graph.similarity import SimilarityGraph
from core.learning.coarse import aggregates, coarse_inverse, coarse_weights, reordered
from core.learning.inverse import positive_inverse
from core.learning.nearby import NearbySolver

SWEEPS_UP_TO: Final = 0.8
"""Up to this alpha, sweeps need about a hundred passes at most."""

INVERSE_UP_TO: Final = 2_500
"""Most items whose inverse is kept: 50 MB."""

SWEEP_TOLERANCE: Final = 1e-11
"""What is still missing from any entry when sweeps stop, as a share of it."""

_SMALL_ENTRIES_UP_TO: Final = 0.95

_TOLERANCE: Final = 2e-10


def residual_tolerance(alpha: float) -> float:
    """The length of the residual at which conjugate gradients stop, as a share of the source's.

    It bounds the error of all entries alike, so it has to be small against those that matter. The
    smaller alpha, the smaller they are: on the graph of the MNIST digits 1e-5 of the largest for
    0.99, and 1e-9 for 0.9. There, iterations are few anyway.
    """
    return 1e-14 if alpha <= _SMALL_ENTRIES_UP_TO else _TOLERANCE


_ROUNDING: Final = 32 * np.finfo(np.float64).eps
"""The part of a residual's terms that rounding may leave of it: some eight times eps, measured."""

_ROUGH_TOLERANCE: Final = 1e-5
"""Residual at which float32 has given what it can."""

SKETCH_TOLERANCE: Final = 0.02
"""Residual, as a share of the source, at which a column is good enough to choose items by."""

_MOST_REFINEMENTS: Final = 12
MOST_ITERATIONS: Final = 2_000
"""Bounds that a sound system stays far below: of three, and of sixty for an alpha of 0.99."""


class Solution(NamedTuple):
    """What a solver came to.

    Attributes
    ----------
    columns : (n_items, n_columns), float64
        X.
    converged : (n_columns,), bool
        Whether each is as exact as it was to be. One that is not is the best there was, and finite.
    """

    columns: FloatArray
    converged: BoolArray


class Solver(Protocol):
    """Solves for the columns of B, shape (n_items, n_columns), where no entry is negative."""

    def solve(self, columns: FloatArray, /) -> Solution:
        """Give X, and which of its columns are solved to the end."""
        ...

    def sketch(self, item: int, /) -> Float32Array:
        """About the column of X for a source of one at an item, shape (n_items,), quickly."""
        ...


def make_solver(graph: SimilarityGraph, alpha: float, *, threads: int = 1) -> Solver:
    """The solver that suits a graph and an alpha, between 0 and 1, both excluded.

    Raises
    ------
    ValueError
        If alpha is so near one that no solver tells the difference.
    """
    if alpha <= SWEEPS_UP_TO or not graph.symmetric:
        return SweepSolver(graph, alpha)
    try:
        if graph.n_items <= INVERSE_UP_TO:
            return InverseSolver(graph, alpha)
        return ConjugateGradientSolver(graph, alpha, threads=threads)
    except np.linalg.LinAlgError as error:
        raise ValueError(f"alpha={alpha!r} is too close to 1: choose a lower alpha") from error


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

    def solve(self, columns: FloatArray, /) -> Solution:
        """Give X, and which of its columns are solved to the end."""
        total = np.array(columns, dtype=np.float64)
        change = total
        # Each sweep goes one step further, and no path has more steps than there are items.
        for _ in range(len(total) + self._most_sweeps()):
            following = self._alpha * (self._matrix @ total) + columns
            change = following - total
            total = following
            if (change <= self._settled * total).all():
                break
        # Very near one, alpha asks for less change than rounding makes.
        is_settled = change <= max(self._settled, _ROUNDING) * total
        return Solution(total, np.asarray(is_settled.all(axis=0)))

    def sketch(self, item: int, /) -> Float32Array:
        """About the column of X for a source of one at an item, shape (n_items,), quickly."""
        source = np.zeros(self._matrix.shape[0])
        source[item] = 1
        total = source
        for _ in range(math.ceil(math.log(SKETCH_TOLERANCE) / math.log(self._alpha))):
            total = self._alpha * (self._matrix @ total) + source
        return total.astype(np.float32)

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
        self._inverse = positive_inverse(system)
        # One source stands for all: the smoother it is, the more it loses by an alpha near one.
        source = np.ones(graph.n_items)
        solution = self._inverse @ source
        residual = source - (solution - alpha * (matrix @ solution))
        self._is_exact = _is_settled(residual, solution, source, residual_tolerance(alpha))

    def solve(self, columns: FloatArray, /) -> Solution:
        """Give X, and whether it is as exact as it was to be."""
        rows = np.flatnonzero(columns.any(axis=1))
        solved = np.asarray(self._inverse[:, rows] @ columns[rows])
        return Solution(solved, np.full(columns.shape[1], self._is_exact))

    def sketch(self, item: int, /) -> Float32Array:
        """The column of X for a source of one at an item, shape (n_items,)."""
        column: Float32Array = np.maximum(self._inverse[item], 0).astype(np.float32)
        return column


class ConjugateGradientSolver:
    """Conjugate gradients for several columns at once, with a coarse picture of the graph.

    What makes such a system slow is slow to level out across the graph, not within a
    neighbourhood. So items are put together in aggregates of some 140, the system is solved on the
    aggregates, and that is added to each residual (a two-level additive Schwarz preconditioner):
    half as many iterations. The items of an aggregate are stored together, which makes products
    with the graph quicker as well.

    The iterations run in float32, which halves what has to be read and written. They are begun
    again from what is missing, and that is measured in float64, so the result is as good as if all
    of it were (iterative refinement).

    Parameters
    ----------
    graph
        S, symmetric and sparse.
    alpha
        Between 0 and 1: the system is positive definite.
    threads
        How many to use.
    most_iterations
        In one refinement, of which there are twelve at most.

    Attributes
    ----------
    order : (n_items,), int64
        The items as they are stored.
    place : (n_items,), int64
        Where each item is stored.
    nearby
        Solves for one item, near it and coarsely elsewhere; in the order of storage.

    References
    ----------
    Hestenes, Stiefel, "Methods of conjugate gradients", 1952; Nicolaides, "Deflation of conjugate
    gradients", 1987 (the coarse space); Higham, "Accuracy and stability of numerical algorithms",
    2002, chapter 12 (refinement).
    """

    def __init__(
        self,
        graph: SimilarityGraph,
        alpha: float,
        *,
        threads: int = 1,
        most_iterations: int = MOST_ITERATIONS,
    ) -> None:
        self._tolerance = residual_tolerance(alpha)
        self._most_iterations = most_iterations
        matrix = sparse.csr_array(graph.matrix)
        aggregate = aggregates(matrix)
        # Rows with as many entries as the one before are quicker: the processor foresees their end.
        self.order = np.lexsort((np.diff(matrix.indptr), aggregate))
        self.place = np.argsort(self.order)
        matrix = reordered(matrix, self.order)
        self._sizes = np.bincount(aggregate)
        self._starts = np.cumsum(self._sizes) - self._sizes
        weights = coarse_weights(matrix, self._sizes)
        self._exact = sparse.csr_array(sparse.eye_array(graph.n_items) - alpha * matrix)
        self._coarse = coarse_inverse(self._exact, self._sizes, weights).astype(np.float32)
        self._weights = weights.astype(np.float32)
        self._rough = sparse.csr_array(
            (self._exact.data.astype(np.float32), self._exact.indices, self._exact.indptr),
            shape=self._exact.shape,
        )
        self.nearby = NearbySolver(self._rough, self._sizes, self._weights, self._coarse)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="solve")

    def solve(self, columns: FloatArray, /) -> Solution:
        """Give X, and which of its columns are solved to the end."""
        sources = np.ascontiguousarray(columns[self.order].T, dtype=np.float64)
        # Each thread solves columns of its own: none waits for another.
        solved = list(self._pool.map(self._solve_one, sources))
        result = np.empty_like(sources)
        result[:, self.order] = [solution for solution, _ in solved]
        # None is negative in truth: what is, is rounding around zero.
        np.maximum(result, 0, out=result)
        return Solution(result.T, np.array([converged for _, converged in solved]))

    def sketch(self, item: int, /) -> Float32Array:
        """About the column of X for a source of one at an item, shape (n_items,), quickly."""
        source = np.zeros(len(self.order))
        source[self.place[item]] = 1
        solved = np.empty(len(source), dtype=np.float32)
        solved[self.order] = self._solve_roughly(source, SKETCH_TOLERANCE)
        return np.maximum(solved, 0, out=solved)

    def _solve_one(self, source: FloatArray) -> tuple[FloatArray, bool]:
        """Solve in float32 for what is missing, until hardly anything is."""
        solution, residual = np.zeros_like(source), source
        length = math.sqrt(_dot(source, source))
        limit = self._tolerance * length
        best = length, solution, residual
        for _ in range(_MOST_REFINEMENTS):
            if length <= limit:
                return solution, True
            # Of length one, so that what is missing has all the digits of float32.
            solution = solution + length * self._solve_roughly(residual / length)
            residual = source - self._exact @ solution
            length = math.sqrt(_dot(residual, residual))
            if not math.isfinite(length):
                break
            # Far from the end it may grow for once.
            best = min(best, (length, solution, residual), key=itemgetter(0))
        _, solution, residual = best
        return solution, _is_settled(residual, solution, source, self._tolerance)

    def _solve_roughly(
        self, source: FloatArray, tolerance: float = _ROUGH_TOLERANCE
    ) -> Float32Array:
        """Preconditioned conjugate gradients for a source of length one."""
        residual = source.astype(np.float32)
        solution, direction = np.zeros_like(residual), np.zeros_like(residual)
        space = np.empty_like(residual)
        agreement = np.float32(np.inf)
        for _ in range(self._most_iterations):
            if _dot(residual, residual) <= tolerance**2:
                break
            corrected = self._corrected(residual)
            before, agreement = agreement, _dot(residual, corrected)
            direction *= agreement / before
            direction += corrected
            product = np.asarray(self._rough @ direction)
            curvature = _dot(direction, product)
            if not curvature > 0:
                # To float32 the system is not positive definite: alpha is too near one.
                break
            step = agreement / curvature
            solution += np.multiply(direction, step, out=space)
            residual -= np.multiply(product, step, out=space)
        return solution

    def _corrected(self, residual: Float32Array) -> Float32Array:
        """The residual, and what the aggregates say of it."""
        coarse = np.add.reduceat(self._weights * residual, self._starts)
        # Not by "@": the threads of BLAS would be in the way of ours long after it is done.
        corrected = np.repeat(np.einsum("ij,j->i", self._coarse, coarse), self._sizes)
        corrected *= self._weights
        corrected += residual
        return np.asarray(corrected)


def _dot(left: NDArray[Any], right: NDArray[Any]) -> Any:  # noqa: ANN401 - a number of their kind
    """The inner product; of float32 one in float32. Not of BLAS, for its threads."""
    return np.einsum("i,i->", left, right)


def _is_settled(
    residual: FloatArray, solution: FloatArray, source: FloatArray, tolerance: float
) -> bool:
    """Whether a residual is as short as it was to be, or as rounding lets it be.

    Rounding is no excuse where entries are not small: the nearer alpha is to one, the larger is
    what all items have alike, and what tells them apart is lost in its rounding.
    """
    length, whole = math.sqrt(_dot(residual, residual)), math.sqrt(_dot(source, source))
    # X + alpha S X + B, since the residual is B - X + alpha S X.
    terms = 2 * solution + residual
    rounding = _ROUNDING * math.sqrt(_dot(terms, terms))
    return bool(length <= max(tolerance * whole, min(_TOLERANCE * whole, rounding)))
