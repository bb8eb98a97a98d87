"""The graph is scikit-learn's, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from core.arrays import FloatArray
from core.errors import InvalidFeaturesError
from core.graph.similarity import (
    Kernel,
    SimilarityGraph,
    build_graph,
    knn_graph,
    local_weights,
    normalise,
    rbf_graph,
    symmetric_knn_graph,
)
from core.jobs.progress import CancelledError


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


@pytest.mark.parametrize("kernel", ["rbf", "symmetric_knn"])
def test_the_roots_of_the_degrees_are_what_the_graph_leaves_as_it_is(kernel):
    """S has the eigenvalue one, and the roots of the degrees are its vector."""
    graph = build_graph(points("random"), kernel, gamma=0.3, n_neighbors=5)
    roots = graph.root_degrees
    assert roots is not None
    np.testing.assert_allclose(dense(graph) @ roots, roots, rtol=1e-9)


def test_an_isolated_point_has_the_degree_one():
    roots = rbf_graph(points("isolated"), 20.0).root_degrees
    assert roots is not None
    assert roots[-1] == 1


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
    with pytest.raises(ValueError, match="'rbf', 'knn' or 'symmetric_knn', not 'cosine'"):
        build_graph(points("random"), "cosine", gamma=1, n_neighbors=2)  # type: ignore[arg-type]


# ---- symmetric and weighted


def weighted_affinity(features: FloatArray, n_neighbors: int) -> FloatArray:
    """Straight from the formula, pair by pair."""
    n_items = len(features)
    squared = np.square(features[:, np.newaxis] - features).sum(axis=2)
    affinity = np.zeros((n_items, n_items))
    for item in range(n_items):
        others = np.delete(np.arange(n_items), item)
        nearest = others[np.argsort(squared[item, others], kind="stable")[:n_neighbors]]
        last = squared[item, nearest[-1]]
        affinity[item, nearest] = np.exp(-4 * squared[item, nearest] / last)
    return np.maximum(affinity, affinity.T)


@pytest.mark.parametrize("n_features", [2, 5, 60])
@pytest.mark.parametrize("n_neighbors", [1, 3, 10])
def test_the_symmetric_graph_is_what_its_formula_says(n_features, n_neighbors):
    features = np.random.default_rng(n_features).normal(size=(150, n_features))
    graph = symmetric_knn_graph(features, n_neighbors)
    affinity = weighted_affinity(features, n_neighbors)
    roots = np.sqrt(affinity.sum(axis=0))
    assert graph.symmetric
    np.testing.assert_allclose(
        dense(graph), affinity / np.outer(roots, roots), rtol=1e-5, atol=1e-7
    )


def test_the_symmetric_graph_is_symmetric_to_the_last_bit_and_has_no_loops():
    matrix = dense(symmetric_knn_graph(points("digits"), 10))
    np.testing.assert_array_equal(matrix, matrix.T)
    assert not matrix.diagonal().any()
    assert np.abs(np.linalg.eigvalsh(matrix)).max() == pytest.approx(1, abs=1e-12)


def test_items_that_coincide_are_linked_with_weight_one():
    np.testing.assert_array_equal(
        local_weights(np.zeros((2, 3), dtype=np.float32)), np.ones((2, 3))
    )
    weights = local_weights(np.array([[0, 1, 4]], dtype=np.float32))
    np.testing.assert_allclose(weights, [[1, np.exp(-1), np.exp(-4)]], rtol=1e-6)


@pytest.mark.parametrize("name", ["duplicates", "all alike"])
def test_duplicated_items_make_a_sound_graph(name):
    features = np.full((40, 3), 2.5) if name == "all alike" else points(name)
    matrix = dense(symmetric_knn_graph(features, 5))
    assert np.isfinite(matrix).all()
    assert (matrix.sum(axis=1) > 0).all()


@pytest.mark.parametrize("n_items", [1, 2, 3, 9])
def test_fewer_items_than_neighbours_are_all_linked(n_items):
    features = np.random.default_rng(0).normal(size=(n_items, 4))
    matrix = dense(symmetric_knn_graph(features, 10))
    assert matrix.shape == (n_items, n_items)
    assert np.count_nonzero(matrix) == n_items * (n_items - 1)


def test_items_far_apart_are_components_of_their_own():
    clusters = np.repeat([0.0, 1e3, 2e6], 20)[:, np.newaxis]
    features = clusters + np.random.default_rng(0).normal(size=(60, 2))
    components = symmetric_knn_graph(features, 5).components()
    assert [len(np.unique(components[i : i + 20])) for i in (0, 20, 40)] == [1, 1, 1]
    assert len(np.unique(components)) == 3


def test_weights_too_small_to_print_still_connect():
    """Scipy takes 1e-9 in a dense matrix for nothing."""
    graph = rbf_graph(np.array([[0.0], [5.0], [1e3]]), gamma=1)
    assert np.asarray(graph.matrix)[0, 1] > 0
    components = graph.components()
    assert components[0] == components[1] != components[2]
    apart = SimilarityGraph(np.array([[0, 1e-300], [1e-300, 0]]), symmetric=True)
    assert len(np.unique(apart.components())) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_no_numbers_are_refused(value):
    features = points("random")
    features[3, 1] = value
    with pytest.raises(InvalidFeaturesError, match="Feature 2 of item 4"):
        symmetric_knn_graph(features, 5)


def test_a_build_tells_its_stages_and_can_be_cancelled():
    told: list[str] = []
    symmetric_knn_graph(points("digits"), 5, progress=lambda stage, _: told.append(stage))
    stages = list(dict.fromkeys(told))
    assert stages == ["Reading features", "Finding neighbours", "Weighting neighbours"]

    def cancel(stage: str, _share: float) -> None:
        if stage == "Finding neighbours":
            raise CancelledError

    with pytest.raises(CancelledError):
        symmetric_knn_graph(points("digits"), 5, progress=cancel)
