"""Columns that are kept small are the best of their kind, and close to the whole ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import splu
from sklearn.datasets import load_digits

from core.arrays import FloatArray
from core.graph.similarity import SimilarityGraph, symmetric_knn_graph
from core.learning.columns import ResponseSpreader
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.learning.nearby import NearbyColumn, NearbySolver, WholeColumn
from core.learning.solvers import ConjugateGradientSolver
from tests.core.chains import chain

ALPHA = 0.99
N_ITEMS = 4_000


@cache
def graph(n_clouds: int = 1) -> SimilarityGraph:
    """Sheets of two dimensions among eight, far from each other."""
    random = np.random.default_rng(0)
    points = random.normal(size=(N_ITEMS, 2)) @ random.normal(size=(2, 8))
    points += 0.05 * random.normal(size=(N_ITEMS, 8))
    points[:, 0] += 1e4 * (np.arange(N_ITEMS) % n_clouds)
    return symmetric_knn_graph(points, 8)


@cache
def fixed_point(n_clouds: int = 1) -> FixedPoint:
    return FixedPoint(graph(n_clouds), ALPHA)


def exact(of: SimilarityGraph, item: int, alpha: float = ALPHA) -> FloatArray:
    """A column by a direct solve."""
    source = np.zeros(of.n_items)
    source[item] = 1 - alpha
    system = sparse.eye_array(of.n_items) - alpha * sparse.csr_array(of.matrix)
    return np.asarray(splu(sparse.csc_array(system)).solve(source))


def everything(column: NearbyColumn) -> FloatArray:
    return column.at(np.arange(N_ITEMS)).astype(np.float64)


def system_of(solver: ConjugateGradientSolver, of: SimilarityGraph) -> FloatArray:
    """The system, items in the order of the solver."""
    matrix = sparse.csr_array(of.matrix)[solver.order][:, solver.order]
    return np.eye(of.n_items) - ALPHA * matrix.toarray()


def solver_of(of: SimilarityGraph, near: int) -> tuple[ConjugateGradientSolver, NearbySolver]:
    whole = ConjugateGradientSolver(of, ALPHA)
    kept = whole.nearby
    exactly = NearbySolver(kept.system, kept.sizes, kept.weights, kept.coarse, near, 1e-5)
    return whole, exactly


@pytest.mark.parametrize("near", [1, 30, 400])
def test_it_is_the_best_among_columns_that_are_smooth_far_from_the_label(near):
    """By Galerkin's condition, on dense matrices."""
    digits = symmetric_knn_graph(load_digits().data, 10)
    whole, nearby = solver_of(digits, near)
    solved = nearby.solve(5)
    assert len(solved.nodes) == near
    assert solved.nodes[0] == 5
    n_items, n_aggregates = digits.n_items, len(nearby.sizes)
    basis = np.zeros((n_items, near + n_aggregates))
    basis[solved.nodes, np.arange(near)] = 1
    basis[np.arange(n_items), near + nearby.aggregate] = nearby.weights
    system, source = system_of(whole, digits), np.zeros(n_items)
    source[5] = 1
    best = basis @ np.linalg.lstsq(basis.T @ system @ basis, basis.T @ source, rcond=1e-10)[0]
    found = solved.far.astype(np.float64)[nearby.aggregate] * nearby.weights
    found[solved.nodes] += solved.values
    error, least = found - np.linalg.solve(system, source), best - np.linalg.solve(system, source)
    assert error @ system @ error <= 1.001 * (least @ system @ least)
    np.testing.assert_allclose(found, best, atol=1e-3 * best.max())


def test_where_all_is_near_it_is_the_column():
    digits = symmetric_knn_graph(load_digits().data, 10)
    whole, nearby = solver_of(digits, digits.n_items)
    solved = nearby.solve(int(whole.place[7]))
    found = solved.far[nearby.aggregate] * nearby.weights
    found[solved.nodes] += solved.values
    column = exact(digits, 7)[whole.order] / (1 - ALPHA)
    assert np.linalg.norm(found - column) < 1e-3 * np.linalg.norm(column)


@pytest.mark.parametrize("item", [0, 17, 3_999])
def test_it_is_as_close_to_the_column_as_a_sketch_of_all_items(item):
    column, found = exact(graph(), item), everything(fixed_point().nearby(item))
    assert np.corrcoef(found, column)[0, 1] > 0.99
    others = np.arange(N_ITEMS) != item
    assert np.corrcoef(found[others], column[others])[0, 1] > 0.98
    assert found[item] == pytest.approx(column[item], rel=0.02)


def test_what_it_gives_all_items_together_is_what_the_column_gives_them():
    for item in (3, 1_234):
        column, found = exact(graph(), item), fixed_point().nearby(item)
        assert found.total == pytest.approx(column.sum(), rel=0.01)
        assert found.total == pytest.approx(everything(found).sum(), rel=0.01)


@pytest.mark.parametrize("n_some", [1, 2, 500, N_ITEMS])
def test_some_items_are_given_what_all_are_given(n_some):
    found = fixed_point().nearby(8)
    some = np.sort(np.random.default_rng(n_some).choice(N_ITEMS, n_some, replace=False))
    assert found.at(some).tolist() == everything(found)[some].tolist()


def test_a_label_reaches_all_that_is_linked_with_it_and_nothing_else():
    for item in (0, 1, 2, 3_001):
        found = everything(fixed_point(3).nearby(item))
        linked = np.arange(N_ITEMS) % 3 == item % 3
        assert (found[linked] > 0).all()
        assert (found[~linked] == 0).all()


def test_a_few_items_apart_from_all_others_are_reached_from_each_other_alone():
    """No seed of an aggregate is among them: they are in one with others of that kind."""
    entries = sparse.coo_array(chain(3_000).matrix)
    apart = (entries.row % 3 == 2) | (entries.col % 3 == 2)
    late = np.maximum(entries.row, entries.col) >= 2_400
    kept = ~(apart & late)
    matrix = sparse.csr_array(
        (entries.data[kept], (entries.row[kept], entries.col[kept])), shape=entries.shape
    )
    islands = SimilarityGraph(matrix, symmetric=True)
    spread_out = FixedPoint(islands, ALPHA)
    for item in (2_401, 2_700, 2_999):
        expected = exact(islands, item)
        found = spread_out.nearby(item).at(np.arange(3_000))
        np.testing.assert_array_equal(found > 0, expected > 0)
        np.testing.assert_allclose(found, expected, atol=0.02 * expected.max())


def test_a_column_that_is_kept_is_taken_as_it_is():
    spreader = FixedPointSpreader(fixed_point())
    columns = spreader.quick_columns()
    assert columns is not None
    assert isinstance(columns(9), NearbyColumn)
    spreader.prepare([9])
    kept, items = columns(9), np.array([0, 9, 77])
    assert isinstance(kept, WholeColumn)
    np.testing.assert_allclose(kept.at(items), exact(graph(), 9)[items], rtol=1e-5)
    assert kept.total == pytest.approx(exact(graph(), 9).sum(), rel=1e-5)


def test_graphs_that_are_swept_have_no_quick_columns():
    assert FixedPointSpreader(FixedPoint(chain(50), 0.5)).quick_columns() is None
    swept = ResponseSpreader(chain(50), alpha=0.2, max_iter=30, tol=1e-3)
    assert swept.quick_columns() is None  # type: ignore[func-returns-value]
