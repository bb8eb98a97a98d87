"""Items that are read together take the harmonic extension of what the landmarks say."""

from __future__ import annotations

import numpy as np
from scipy import linalg
from scipy.spatial.distance import cdist
from sklearn.datasets import make_blobs

from core.graph.neighbours import Neighbours, nearest_neighbours
from core.predicting import together as module
from core.predicting.together import spread_together

LANDMARKS, ITEMS, CLASSES, K = 60, 150, 3, 6


def items(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Landmarks, what they say, and other items."""
    points, truth = make_blobs(
        LANDMARKS + ITEMS, 5, centers=CLASSES, cluster_std=3.0, random_state=seed
    )
    shares = np.random.default_rng(seed).dirichlet([1.0] * CLASSES, LANDMARKS)
    shares[np.arange(LANDMARKS), truth[:LANDMARKS]] += 1
    shares /= shares.sum(axis=1, keepdims=True)
    return points[:LANDMARKS].astype(np.float32), shares, points[LANDMARKS:].astype(np.float32)


def to_landmarks(others: np.ndarray, landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    squared = cdist(others, landmarks, "sqeuclidean")
    nearest = np.argsort(squared, axis=1)[:, :K]
    return np.take_along_axis(squared, nearest, axis=1).astype(np.float32), nearest


def closed_form(landmarks: np.ndarray, shares: np.ndarray, others: np.ndarray) -> np.ndarray:
    """``(D - W_uu)^-1 W_ul F_l``, from all distances."""
    squared = cdist(others, np.vstack([landmarks, others]), "sqeuclidean")
    squared[np.arange(ITEMS), LANDMARKS + np.arange(ITEMS)] = np.inf
    last = np.sort(squared, axis=1)[:, K - 1 : K]
    weights = np.where(squared <= last, np.exp(-4 * squared / last), 0)
    to, among = weights[:, :LANDMARKS], weights[:, LANDMARKS:]
    among = np.maximum(among, among.T)
    degrees = np.diag(to.sum(axis=1) + among.sum(axis=1))
    return np.asarray(linalg.solve(degrees - among, to @ shares))


def test_it_is_the_solution_of_the_linear_system():
    landmarks, shares, others = items()
    among = nearest_neighbours(others, K)
    said = spread_together(*to_landmarks(others, landmarks), among, shares, tolerance=1e-7)
    np.testing.assert_allclose(said, closed_form(landmarks, shares, others), atol=2e-5)


def test_many_classes_are_spread_some_at_a_time(monkeypatch):
    landmarks, shares, others = items()
    among, near = nearest_neighbours(others, K), to_landmarks(others, landmarks)
    whole = spread_together(*near, among, shares, tolerance=1e-7)
    monkeypatch.setattr(module, "_SHARES", ITEMS)
    np.testing.assert_allclose(
        spread_together(*near, among, shares, tolerance=1e-7), whole, atol=1e-6
    )


def test_what_no_label_reaches_stays_unreached():
    landmarks, shares, others = items()
    shares[:] = 0
    said = spread_together(*to_landmarks(others, landmarks), nearest_neighbours(others, K), shares)
    assert not said.any()


def test_an_item_is_reached_through_others_alone():
    # In a row: the first is near a landmark that says something, the last near one that does not.
    others = np.arange(8, dtype=np.float32)[:, np.newaxis]
    landmarks = np.array([[-0.5], [7.5]], dtype=np.float32)
    shares = np.array([[0.0, 1.0], [0.0, 0.0]])
    squared = np.square(others - landmarks.T).astype(np.float32)
    nearest = np.argsort(squared, axis=1)[:, :1]
    squared = np.take_along_axis(squared, nearest, axis=1)
    said = spread_together(squared, nearest, nearest_neighbours(others, 2), shares)
    np.testing.assert_allclose(said, np.tile([0.0, 1.0], (8, 1)), atol=1e-6)


def test_landmarks_that_a_search_did_not_find_count_nothing():
    landmarks, shares, others = items()
    squared, nearest = to_landmarks(others, landmarks)
    among = nearest_neighbours(others, K)
    expected = spread_together(squared[:, :3], nearest[:, :3], among, shares, tolerance=1e-7)
    nearest[:, 3:] = -1
    said = spread_together(squared, nearest, among, shares, tolerance=1e-7)
    np.testing.assert_allclose(said, expected, atol=1e-6)


def test_items_that_coincide_are_no_trouble():
    landmarks, shares, others = items()
    others[:] = landmarks[0]
    squared, nearest = to_landmarks(others, landmarks)
    indices = (np.arange(ITEMS)[:, np.newaxis] + np.arange(1, K + 1)) % ITEMS
    among = Neighbours(indices.astype(np.int32), np.zeros((ITEMS, K), dtype=np.float32))
    said = spread_together(squared, nearest, among, shares)
    np.testing.assert_allclose(said, np.tile(shares[0], (ITEMS, 1)), atol=1e-3)
