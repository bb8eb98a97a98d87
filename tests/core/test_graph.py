"""The graph is scikit-learn's, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from core.graph import Kernel, SimilarityGraph, build_graph, knn_graph, normalise, rbf_graph
from core.types import FloatArray


def points(name: str) -> FloatArray:
    random = np.random.default_rng(7)
    match name:
        case "digits":
            return np.asarray(load_digits().data[:300], dtype=np.float64)
        case "random":
            return random.normal(size=(80, 5))
        case "duplicates":
            return np.repeat(random.integers(0, 3, size=(20, 2)), 3, axis=0).astype(np.float64)
        case "isolated":
            return np.concatenate([random.normal(size=(30, 2)), [[1e4, 0.0], [0.0, 1e5]]])
        case _:
            raise AssertionError(name)


def dense(graph: SimilarityGraph) -> FloatArray:
    matrix = graph.matrix
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)


def graph_of_sklearn(
    features: FloatArray, kernel: Kernel, gamma: float, n_neighbors: int
) -> FloatArray:
    model = LabelSpreading(kernel=kernel, gamma=gamma, n_neighbors=n_neighbors)
    model.X_ = features
    return np.asarray(sparse.csr_array(model._build_graph()).toarray())


@pytest.mark.parametrize("name", ["digits", "random", "duplicates", "isolated"])
@pytest.mark.parametrize("gamma", [0.0, 1e-3, 0.25, 20.0])
def test_the_rbf_graph_is_exactly_the_one_of_scikit_learn(name, gamma):
    features = points(name)
    ours = dense(build_graph(features, "rbf", gamma=gamma, n_neighbors=7))
    np.testing.assert_array_equal(ours, graph_of_sklearn(features, "rbf", gamma, 7))


@pytest.mark.parametrize("name", ["digits", "random", "duplicates", "isolated"])
@pytest.mark.parametrize("n_neighbors", [1, 2, 7, 30])
def test_the_knn_graph_is_exactly_the_one_of_scikit_learn(name, n_neighbors):
    features = points(name)
    ours = build_graph(features, "knn", gamma=20, n_neighbors=n_neighbors)
    assert sparse.issparse(ours.matrix)
    np.testing.assert_array_equal(dense(ours), graph_of_sklearn(features, "knn", 20, n_neighbors))


def test_the_rbf_graph_is_the_affinity_divided_by_the_roots_of_both_degrees():
    features = points("random")
    squared = ((features[:, np.newaxis] - features[np.newaxis]) ** 2).sum(axis=2)
    affinity = np.exp(-0.3 * squared)
    np.fill_diagonal(affinity, 0)
    roots = np.sqrt(affinity.sum(axis=0))
    np.testing.assert_allclose(
        dense(rbf_graph(features, 0.3)), affinity / np.outer(roots, roots), rtol=1e-10
    )


def test_the_diagonal_is_zero_even_between_points_that_coincide():
    features = np.zeros((6, 2))
    graph = dense(rbf_graph(features, 1.0))
    np.testing.assert_array_equal(np.diag(graph), np.zeros(6))
    np.testing.assert_allclose(graph[~np.eye(6, dtype=bool)], 1 / 5)


def test_an_isolated_point_has_no_neighbours_and_no_nan():
    graph = dense(rbf_graph(points("isolated"), 20.0))
    assert np.isfinite(graph).all()
    assert not graph[-1].any()
    assert not graph[:, -1].any()


def test_each_item_counts_itself_among_its_neighbours():
    features = np.arange(5.0)[:, np.newaxis]
    assert not dense(knn_graph(features, 1)).any()


def test_the_knn_graph_is_directed():
    features = np.array([[0.0], [1.0], [1.1], [1.2], [5.0]])
    edges = dense(knn_graph(features, 2)) > 0
    assert edges[4].any()
    assert not edges[:, 4].any()


def test_a_dense_graph_cannot_be_changed():
    graph = rbf_graph(points("random"), 1.0)
    assert isinstance(graph.matrix, np.ndarray)
    with pytest.raises(ValueError, match="read-only"):
        graph.matrix[0, 0] = 1


def test_a_graph_knows_how_many_items_it_has():
    assert rbf_graph(points("random"), 1.0).n_items == 80
    assert knn_graph(points("random"), 3).n_items == 80


def test_sparse_and_dense_affinities_are_normalised_alike():
    affinity = np.random.default_rng(1).uniform(size=(12, 12))
    affinity = affinity + affinity.T
    np.testing.assert_allclose(
        dense(normalise(affinity)), dense(normalise(sparse.csr_array(affinity))), rtol=1e-14
    )


def test_an_unknown_kernel_is_named_in_the_error():
    with pytest.raises(ValueError, match="'rbf' or 'knn', not 'cosine'"):
        build_graph(points("random"), "cosine", gamma=1, n_neighbors=2)  # type: ignore[arg-type]
