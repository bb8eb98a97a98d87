"""What each label gives the items, against closed forms and against fits without the label."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits

from core.arrays import UNLABELLED
from core.graph.similarity import SimilarityGraph, rbf_graph, symmetric_knn_graph
from core.learning.beliefs import believe
from core.learning.columns import ResponseSpreader
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.learning.influence import Influence

X, y = load_digits(return_X_y=True)
N, ALPHA = 400, 0.95


@pytest.fixture(scope="module")
def graph() -> SimilarityGraph:
    return symmetric_knn_graph(X[:N], 10)


@pytest.fixture(scope="module")
def inverse(graph: SimilarityGraph) -> np.ndarray:
    return (1 - ALPHA) * np.linalg.inv(np.eye(N) - ALPHA * dense_of(graph))


def dense_of(graph: SimilarityGraph) -> np.ndarray:
    return sparse.csr_array(graph.matrix).toarray()


def labels() -> np.ndarray:
    given = np.full(N, UNLABELLED)
    given[:40] = y[:40]
    return given


def fixed_point(graph: SimilarityGraph) -> Influence:
    spreader = FixedPointSpreader(FixedPoint(graph, ALPHA))
    return Influence(graph, spreader, ALPHA, believe(labels(), 10, spreader))


def exact(graph: SimilarityGraph, alpha: float = 0.2) -> Influence:
    spreader = ResponseSpreader(graph, alpha=alpha, max_iter=30, tol=1e-3)
    return Influence(graph, spreader, alpha, believe(labels(), 10, spreader))


def test_what_a_label_gives_is_a_column_of_the_inverse(graph: SimilarityGraph, inverse: np.ndarray):
    influence = fixed_point(graph)
    everything = np.arange(len(influence.items))
    np.testing.assert_allclose(influence.own(everything), inverse.diagonal()[:40], rtol=1e-6)
    (column,) = influence.responses([7])
    np.testing.assert_allclose(column, inverse[:, 7], rtol=1e-6, atol=1e-9)
    assert not np.isnan(influence.known()).any(), "and it is remembered"


def test_an_estimate_is_near_where_nothing_was_solved(graph: SimilarityGraph, inverse: np.ndarray):
    influence = fixed_point(graph)
    assert np.isnan(influence.known()).any()
    truth = inverse.diagonal()[:40]
    error = np.abs(influence.own() - truth) / truth
    assert np.median(error) < 0.15


@pytest.mark.parametrize("kind", ["fixed point", "sweeps, dense", "sweeps, sparse"])
def test_scores_without_a_label_are_those_of_a_fit_without_it(graph: SimilarityGraph, kind: str):
    dense = rbf_graph(X[:N] / 16, 0.25)
    influence = {
        "fixed point": lambda: fixed_point(graph),
        "sweeps, dense": lambda: exact(dense),
        "sweeps, sparse": lambda: exact(graph, alpha=0.7),
    }[kind]()
    left = influence.without_own(influence.own(np.arange(40)))
    seen = np.unique(y[:40])
    for item in range(0, 40, 9):
        without = labels()
        without[item] = UNLABELLED
        one_hot = (without[:, np.newaxis] == seen).astype(float)
        expected = column_of(influence, one_hot)[item]
        np.testing.assert_allclose(left[item], expected, rtol=1e-6, atol=1e-14)


def test_where_others_give_next_to_nothing_it_is_added_up_all_the_same():
    """Of raw pixels most similarities are below 1e-50, and yet they decide."""
    influence = exact(rbf_graph(X[:N], 0.25))
    left = influence.without_own(influence.own(np.arange(40)))
    seen = np.unique(y[:40])
    for item in range(0, 40, 9):
        without = labels()
        without[item] = UNLABELLED
        expected = column_of(influence, (without[:, np.newaxis] == seen).astype(float))[item]
        np.testing.assert_allclose(left[item], expected, rtol=1e-6)


def column_of(influence: Influence, one_hot: np.ndarray) -> np.ndarray:
    """F of these labels by as many sweeps as were made, or of the whole series."""
    matrix, alpha, n_iter = influence.graph.matrix, influence.alpha, influence.beliefs.n_iter
    if isinstance(influence.responder, FixedPointSpreader):
        dense = np.eye(N) - alpha * dense_of(influence.graph)
        return (1 - alpha) * np.linalg.solve(dense, one_hot)
    scores = one_hot
    for _ in range(n_iter):
        scores = alpha * (matrix @ scores) + (1 - alpha) * one_hot
    return scores
