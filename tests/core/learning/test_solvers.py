"""All solvers give the solution of a direct sparse solve, down to the smallest entries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import splu
from sklearn.datasets import load_digits, make_moons

from core.arrays import FloatArray
from core.graph.similarity import SimilarityGraph, knn_graph, rbf_graph, symmetric_knn_graph
from core.learning.solvers import (
    INVERSE_UP_TO,
    ConjugateGradientSolver,
    InverseSolver,
    Solver,
    SweepSolver,
    make_solver,
)
from tests.core.chains import chain


@cache
def graph_of(name: str) -> SimilarityGraph:
    random = np.random.default_rng(0)
    match name:
        case "digits":
            return symmetric_knn_graph(load_digits().data, 10)
        case "moons":
            return symmetric_knn_graph(make_moons(900, noise=0.05, random_state=0)[0], 6)
        case "far apart":
            clusters = np.repeat([0.0, 1e3, 2e6, 3e9], 200)[:, np.newaxis]
            return symmetric_knn_graph(clusters + random.normal(size=(800, 2)), 8)
        case "directed":
            return knn_graph(load_digits().data[:600], 7)
        case "dense":
            return rbf_graph(load_digits().data[:400], 0.01)
        case _:
            raise AssertionError(name)


def sources(n_items: int, n_columns: int = 4) -> FloatArray:
    """Labels on single items, and on many."""
    random = np.random.default_rng(1)
    columns = np.zeros((n_items, n_columns))
    for column in range(n_columns):
        columns[random.choice(n_items, 1 + 7 * column, replace=False), column] = 1
    return columns


def solve_directly(graph: SimilarityGraph, alpha: float, columns: FloatArray) -> FloatArray:
    system = sparse.eye_array(graph.n_items) - alpha * sparse.csr_array(graph.matrix)
    return np.asarray(splu(sparse.csc_array(system)).solve(columns))


def assert_solves(
    solver: Solver,
    graph: SimilarityGraph,
    alpha: float,
    columns: FloatArray,
    smallest: float = 1e-12,
) -> None:
    """Entries to 1e-8; and rows divided by their sums, as they are used, to 1e-6.

    Sums down to `smallest`: below, what is small is lost in the rounding of what is large.
    """
    found, converged = solver.solve(columns)
    assert converged.all()
    expected = solve_directly(graph, alpha, columns)
    assert (found >= 0).all()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)
    sums = expected.sum(axis=1, keepdims=True)
    reached = sums[:, 0] > smallest
    assert reached.any()
    np.testing.assert_allclose(
        found[reached] / found[reached].sum(axis=1, keepdims=True),
        expected[reached] / sums[reached],
        rtol=0,
        atol=1e-6,
    )


@pytest.mark.parametrize("name", ["digits", "moons", "far apart", "directed", "dense"])
@pytest.mark.parametrize("alpha", [0.05, 0.2, 0.5, 0.8])
def test_sweeps_give_the_direct_solution(name, alpha):
    graph = graph_of(name)
    assert_solves(SweepSolver(graph, alpha), graph, alpha, sources(graph.n_items))


def test_sweeps_give_it_for_a_large_alpha_too():
    graph = graph_of("directed")
    assert_solves(SweepSolver(graph, 0.99), graph, 0.99, sources(graph.n_items))


@pytest.mark.parametrize("name", ["digits", "moons", "far apart", "dense"])
@pytest.mark.parametrize("alpha", [0.2, 0.9, 0.99, 0.999])
def test_the_inverse_gives_the_direct_solution(name, alpha):
    graph = graph_of(name)
    assert_solves(InverseSolver(graph, alpha), graph, alpha, sources(graph.n_items))


@pytest.mark.parametrize("name", ["digits", "moons", "far apart"])
@pytest.mark.parametrize("alpha", [0.85, 0.9, 0.99])
@pytest.mark.parametrize("threads", [1, 2])
def test_conjugate_gradients_give_the_direct_solution(name, alpha, threads):
    graph = graph_of(name)
    solver = ConjugateGradientSolver(graph, alpha, threads=threads)
    smallest = 1e-4 if alpha > 0.95 else 1e-8
    columns = sources(graph.n_items)
    assert_solves(solver, graph, alpha, columns, smallest)
    assert_solves(solver, graph, alpha, columns[:, [2]], smallest)


@pytest.mark.parametrize("name", ["digits", "moons", "far apart"])
@pytest.mark.parametrize("alpha", [0.81, 0.9, 0.95, 0.951, 0.99, 0.999, 0.9999])
def test_no_sound_system_is_said_not_to_be_solved(name, alpha):
    graph = graph_of(name)
    columns = np.zeros((graph.n_items, 3))
    columns[5, 0] = columns[::7, 1] = columns[:, 2] = 1
    expected = solve_directly(graph, alpha, columns)
    for solver in (ConjugateGradientSolver(graph, alpha), InverseSolver(graph, alpha)):
        found, converged = solver.solve(columns)
        assert converged.tolist() == [True] * 3
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def with_a_pair_beside(graph: SimilarityGraph) -> SimilarityGraph:
    """The graph, and two items more that are linked with each other alone."""
    pair = sparse.csr_array([[0.0, 1.0], [1.0, 0.0]])
    matrix = sparse.csr_array(sparse.block_diag([graph.matrix, pair]))
    return SimilarityGraph(matrix, symmetric=True)


def test_only_the_columns_that_did_not_converge_say_so():
    """Two iterations at a time see two items on; the way to the end of the chain is longer."""
    graph = with_a_pair_beside(chain(3_000))
    columns = np.zeros((graph.n_items, 2))
    columns[0, 0] = columns[3_000, 1] = 1
    found, converged = ConjugateGradientSolver(graph, 0.99, most_iterations=2).solve(columns)
    assert converged.tolist() == [False, True]
    expected = solve_directly(graph, 0.99, columns)
    np.testing.assert_allclose(found[:, 1], expected[:, 1], rtol=0, atol=1e-8)
    assert np.abs(found[:, 0] - expected[:, 0]).max() > 1e-6


@pytest.mark.parametrize("missing", [1e-8, 1e-10, 1e-13])
def test_too_near_one_for_float32_the_best_there_was_is_given_and_said_not_to_be_the_end(missing):
    graph = graph_of("digits")
    columns = sources(graph.n_items)
    alpha = 1 - missing
    found, converged = ConjugateGradientSolver(graph, alpha).solve(columns)
    assert not converged.any()
    residual = columns - found + alpha * np.asarray(graph.matrix @ found)
    assert (np.linalg.norm(residual, axis=0) <= np.linalg.norm(columns, axis=0)).all()


def test_an_inverse_that_lost_its_digits_says_so():
    graph = graph_of("moons")
    _, converged = InverseSolver(graph, 1 - 1e-9).solve(sources(graph.n_items))
    assert not converged.any()


def test_sweeps_that_do_not_settle_say_so():
    graph = SimilarityGraph(sparse.csr_array([[0.0, 2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    _, converged = SweepSolver(graph, 0.9).solve(np.eye(3)[:, 1:])
    assert converged.tolist() == [False, True]


def test_where_no_solver_tells_alpha_from_one_a_lower_one_is_asked_for():
    pairs = sparse.block_diag([[[0.0, 1.5], [1.5, 0.0]]] * INVERSE_UP_TO, format="csr")
    graph = SimilarityGraph(sparse.csr_array(pairs), symmetric=True)
    with pytest.raises(ValueError, match="too close to 1: choose a lower alpha"):
        make_solver(graph, 0.9)


def test_conjugate_gradients_leave_what_is_asked_as_it_was_and_take_no_source_at_all():
    graph = graph_of("moons")
    columns = sources(graph.n_items)
    columns[:, 2] = 0
    before = columns.copy()
    found, converged = ConjugateGradientSolver(graph, 0.99).solve(columns)
    assert converged.all()
    np.testing.assert_array_equal(columns, before)
    np.testing.assert_array_equal(found[:, 2], 0)


def test_sweeps_keep_the_digits_of_the_smallest_entries():
    """A chain of items: each step away divides by about the same number."""
    columns = np.zeros((200, 1))
    columns[0] = 1
    found = SweepSolver(chain(200), 0.2).solve(columns).columns[:, 0]
    # x_k = 0.1 (x_(k-1) + x_(k+1)), so the ratio r solves r = 0.1 (1 + r^2).
    ratio = (1 - np.sqrt(1 - 4 * 0.1**2)) / (2 * 0.1)
    assert 0 < found[150] < 1e-140
    np.testing.assert_allclose(found[1:150] / found[:149], ratio, rtol=1e-8)


def test_a_path_longer_than_the_sweeps_alone_would_reach_is_followed_to_its_end():
    columns = np.zeros((500, 1))
    columns[0] = 1
    found = SweepSolver(chain(500), 0.5).solve(columns).columns
    assert found[-1, 0] > 0


def test_the_solver_suits_graph_and_alpha():
    assert isinstance(make_solver(graph_of("digits"), 0.2), SweepSolver)
    assert isinstance(make_solver(graph_of("directed"), 0.99), SweepSolver)
    assert isinstance(make_solver(graph_of("digits"), 0.99), InverseSolver)
    assert isinstance(make_solver(chain(INVERSE_UP_TO + 1), 0.99), ConjugateGradientSolver)


def test_threads_that_share_a_solver_do_not_disturb_each_other():
    graph = graph_of("digits")
    solver = ConjugateGradientSolver(graph, 0.95, threads=2)
    questions = [sources(graph.n_items)[:, [column]] for column in range(4)] * 3
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(solver.solve, questions))
    for columns, answer in zip(questions, found, strict=True):
        np.testing.assert_allclose(
            answer.columns, solve_directly(graph, 0.95, columns), rtol=0, atol=1e-8
        )


@pytest.mark.parametrize("make", [SweepSolver, InverseSolver, ConjugateGradientSolver])
def test_a_sketch_is_close_to_the_column(make):
    graph, alpha = graph_of("digits"), 0.9
    sketch, item = make(graph, alpha).sketch(7), 7
    source = np.zeros((graph.n_items, 1))
    source[item] = 1
    column = solve_directly(graph, alpha, source)[:, 0]
    assert (sketch >= 0).all()
    others = np.arange(graph.n_items) != item
    assert np.corrcoef(sketch[others], column[others])[0, 1] > 0.98
    assert sketch[item] == pytest.approx(column[item], rel=0.05)
