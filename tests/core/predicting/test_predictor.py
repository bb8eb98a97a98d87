"""Items that are not in the project get what scikit-learn's rule says of them."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from scipy import linalg
from sklearn.datasets import load_digits, make_blobs
from sklearn.neighbors import NearestNeighbors
from sklearn.semi_supervised import LabelSpreading

from core.graph.neighbours import nearest_neighbours
from core.graph.projection import Projection
from core.graph.similarity import Kernel, build_graph
from core.learning.beliefs import Beliefs, believe
from core.learning.columns import ResponseSpreader
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.predicting import predictor as module
from core.predicting.predictor import Predicted, make_predictor
from core.predicting.together import spread_together

N, NEW, CLASSES = 300, 80, 3


def points(n_features: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Landmarks, new items, and labels of some landmarks."""
    features, truth = make_blobs(
        N + NEW, n_features, centers=CLASSES, cluster_std=2.5, random_state=seed
    )
    labels = np.full(N, -1)
    for number in range(CLASSES):
        labels[np.flatnonzero(truth[:N] == number)[:3]] = number
    return features[:N], features[N:], labels


def exact_beliefs(features, labels, kernel: Kernel, **settings) -> Beliefs:
    graph = build_graph(features, kernel, **settings)
    return believe(labels, CLASSES, ResponseSpreader(graph, alpha=0.2, max_iter=30, tol=1e-3))


@pytest.mark.parametrize("kernel", ["rbf", "knn"])
def test_in_exact_mode_it_says_what_scikit_learn_says(kernel):
    features, new, labels = points()
    settings: dict[str, Any] = {"gamma": 0.05, "n_neighbors": 7}
    beliefs = exact_beliefs(features, labels, kernel, **settings)
    made = make_predictor(features, beliefs.probabilities, kernel, **settings)
    reference = LabelSpreading(kernel=kernel, alpha=0.2, max_iter=30, tol=1e-3, **settings)
    expected = reference.fit(features, labels).predict_proba(new)
    said = made.predict(new)
    np.testing.assert_allclose(said.shares, expected, rtol=1e-6, atol=1e-7)
    gaps = np.linalg.norm(new[:, np.newaxis] - features, axis=2).min(axis=1)
    np.testing.assert_allclose(said.distance, gaps, rtol=1e-5)


def closed_form(features, new, labels, alpha: float, k: int) -> np.ndarray:
    """The rule, from all distances and the inverse: ``(1 - alpha) (I - alpha S)^-1 Y``."""

    def weights(squared: np.ndarray) -> np.ndarray:
        """To the k nearest by ``exp(-4 d^2 / d_k^2)``, 0 to all others."""
        last = np.sort(squared, axis=1)[:, k - 1 : k]
        return np.asarray(np.where(squared <= last, np.exp(-4 * squared / last), 0))

    def squares(some: np.ndarray) -> np.ndarray:
        return np.asarray(np.square(some[:, np.newaxis] - features).sum(axis=2))

    among = squares(features)
    np.fill_diagonal(among, np.inf)
    one_way = weights(among)
    both = np.maximum(one_way, one_way.T)
    root = 1 / np.sqrt(both.sum(axis=1))
    matrix = both * root[:, np.newaxis] * root
    given = labels[:, np.newaxis] == np.arange(CLASSES)
    scores = (1 - alpha) * linalg.inv(np.eye(len(features)) - alpha * matrix) @ given
    weighed = scores / np.sqrt(scores.sum(axis=0))
    said = weights(squares(new)) @ (weighed / weighed.sum(axis=1, keepdims=True))
    return np.asarray(said / said.sum(axis=1, keepdims=True))


def at_fixed_point(features, labels, k: int = 8) -> Beliefs:
    graph = build_graph(features, "symmetric_knn", gamma=1, n_neighbors=k)
    spreader = FixedPointSpreader(FixedPoint(graph, 0.9), memory=2**24)
    return believe(labels, CLASSES, spreader, "estimated")


def test_at_the_fixed_point_it_is_the_closed_form_with_the_weights_of_the_graph():
    features, new, labels = points()
    beliefs = at_fixed_point(features, labels)
    made = make_predictor(features, beliefs.probabilities, "symmetric_knn", gamma=1, n_neighbors=8)
    said = made.predict(new)
    expected = closed_form(features, new, labels, 0.9, 8)
    np.testing.assert_allclose(said.shares, expected, rtol=1e-4, atol=1e-5)
    gaps = np.linalg.norm(new[:, np.newaxis] - features, axis=2).min(axis=1)
    np.testing.assert_allclose(said.distance, gaps, rtol=1e-4)


def test_many_features_are_compared_by_the_components_of_the_landmarks():
    features, new, labels = points(n_features=90)
    beliefs = at_fixed_point(features, labels)
    made = make_predictor(features, beliefs.probabilities, "symmetric_knn", gamma=1, n_neighbors=8)
    assert made.projection is not None
    among, others = made.projection.transform(features), made.projection.transform(new)
    expected = closed_form(among.astype(float), others.astype(float), labels, 0.9, 8)
    np.testing.assert_allclose(made.predict(new).shares, expected, rtol=1e-3, atol=1e-4)


def test_found_by_lists_it_is_nearly_the_same(monkeypatch):
    random = np.random.default_rng(3)
    features, new = random.normal(size=(6_000, 6)), random.normal(size=(500, 6))
    shares = random.dirichlet(np.ones(4), 6_000)
    settings: dict[str, Any] = {"gamma": 1.0, "n_neighbors": 10}
    exact = make_predictor(features, shares, "symmetric_knn", **settings).predict(new)
    monkeypatch.setattr(module, "LISTS_FROM", 5_000)
    by_lists = make_predictor(features, shares, "symmetric_knn", **settings)
    assert by_lists.lists is not None
    said = by_lists.predict(new)
    assert np.mean(np.abs(said.shares - exact.shares).max(axis=1) < 1e-3) > 0.8
    assert np.abs(said.shares - exact.shares).mean() < 0.005
    np.testing.assert_allclose(said.shares.sum(axis=1), 1, rtol=1e-5)


def test_where_all_landmarks_near_are_unreached_the_item_is_too():
    near, far = np.zeros((20, 2)), np.full((20, 2), 100.0)
    random = np.random.default_rng(0)
    features = np.vstack([near, far]) + random.normal(size=(40, 2))
    shares = np.zeros((40, 3))
    shares[:20, 1] = 1
    for kernel in get_args(Kernel):
        made = make_predictor(features, shares, kernel, gamma=1, n_neighbors=5)
        said = made.predict(np.array([[0.0, 0.0], [100.0, 100.0]]))
        np.testing.assert_array_equal(said.shares, [[0, 1, 0], [0, 0, 0]])


def test_landmarks_that_are_unreached_leave_the_word_to_the_others():
    features = np.array([[0.0], [1.0], [2.0], [3.0]])
    shares = np.array([[0.0, 0.0], [0.25, 0.75], [0.0, 0.0], [1.0, 0.0]])
    said = make_predictor(features, shares, "knn", gamma=1, n_neighbors=3).predict(
        np.array([[0.9]])
    )
    np.testing.assert_allclose(said.shares, [[0.25, 0.75]])


def test_an_item_beyond_the_reach_of_the_kernel_is_unreached_and_no_division_by_zero():
    said = make_predictor(
        np.zeros((3, 1)), np.ones((3, 1)), "rbf", gamma=20, n_neighbors=1
    ).predict(np.array([[1e3]]))
    assert isinstance(said, Predicted)
    np.testing.assert_array_equal(said.shares, [[0]])
    assert said.distance[0] == 1e3


def test_what_is_said_of_an_item_does_not_depend_on_how_many_are_asked_about(monkeypatch):
    features, new, labels = points()
    beliefs = exact_beliefs(features, labels, "rbf", gamma=0.05, n_neighbors=7)
    made = make_predictor(features, beliefs.probabilities, "rbf", gamma=0.05, n_neighbors=7)
    whole = made.predict(new)
    monkeypatch.setattr(module, "_WEIGHTS", 7 * N)
    some = made.predict(new)
    np.testing.assert_allclose(some.shares, whole.shares, rtol=1e-6)
    np.testing.assert_allclose(some.distance, whole.distance, rtol=1e-6)


def test_fewer_landmarks_than_neighbours_are_all_of_them_neighbours():
    shares = np.array([[1.0, 0.0], [0.0, 1.0]])
    made = make_predictor(np.array([[0.0], [2.0]]), shares, "knn", gamma=1, n_neighbors=7)
    np.testing.assert_allclose(made.predict(np.array([[0.5]])).shares, [[0.5, 0.5]])


def digits_apart(n_landmarks: int = 180) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A tenth of scikit-learn's digits, and all others."""
    features, truth = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(truth))
    near, rest = order[:n_landmarks], order[n_landmarks:]
    return features[near], truth[near], features[rest], truth[rest]


def test_told_together_more_digits_are_right_than_one_by_one():
    landmarks, classes, others, truth = digits_apart()
    labels = np.where(np.arange(len(classes)) < 60, classes, -1)
    graph = build_graph(landmarks, "symmetric_knn", gamma=1, n_neighbors=8)
    spreader = FixedPointSpreader(FixedPoint(graph, 0.9), memory=2**24)
    shares = believe(labels, 10, spreader, "estimated").probabilities
    right = {}
    for together in (False, True):
        made = make_predictor(
            landmarks, shares, "symmetric_knn", gamma=1, n_neighbors=8, together=together
        )
        said = made.predict(others)
        np.testing.assert_allclose(said.shares.sum(axis=1), 1, atol=1e-5)
        right[together] = np.mean(said.shares.argmax(axis=1) == truth)
    assert right[True] > right[False] + 0.005


def test_told_together_they_take_the_harmonic_extension_in_whatever_order():
    landmarks, classes, others, _ = digits_apart()
    shares = np.eye(10)[classes]
    values: dict[str, Any] = {"gamma": 1, "n_neighbors": 8}
    made = make_predictor(landmarks, shares, "symmetric_knn", together=True, **values)
    said = made.predict(others)
    alone = make_predictor(landmarks, shares, "symmetric_knn", **values).predict(others)
    np.testing.assert_allclose(said.distance, alone.distance, rtol=1e-5)
    points = Projection.fit(landmarks).transform(others)
    search = NearestNeighbors(n_neighbors=8).fit(Projection.fit(landmarks).transform(landmarks))
    distances, nearest = search.kneighbors(points)
    expected = spread_together(
        np.square(distances).astype(np.float32), nearest, nearest_neighbours(points, 8), shares
    )
    np.testing.assert_allclose(said.shares, expected, atol=1e-4)
    order = np.random.default_rng(1).permutation(len(others))
    np.testing.assert_allclose(made.predict(others[order]).shares, said.shares[order], atol=1e-3)


@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_too_few_to_be_told_together_are_told_one_by_one(kernel):
    features, new, labels = points()
    settings: dict[str, Any] = {"gamma": 0.05, "n_neighbors": 7}
    shares = exact_beliefs(features, labels, kernel, **settings).probabilities
    alone = make_predictor(features, shares, kernel, **settings)
    together = make_predictor(features, shares, kernel, together=True, **settings)
    n_told = 7 if kernel == "symmetric_knn" else len(new)
    np.testing.assert_array_equal(
        together.predict(new[:n_told]).shares, alone.predict(new[:n_told]).shares
    )


def test_with_many_classes_items_that_are_told_together_are_reached_all_the_same():
    random = np.random.default_rng(0)
    landmarks, new = random.normal(size=(200, 16)), random.normal(size=(4_000, 16))
    shares = random.dirichlet(np.ones(1_000), len(landmarks))
    made = make_predictor(
        landmarks, shares, "symmetric_knn", gamma=1, n_neighbors=10, together=True
    )
    assert made.predict(new).shares.any(axis=1).all()
