"""Neighbours are those that scikit-learn finds, whichever way they are searched for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from core.arrays import Float32Array
from core.graph import neighbours
from core.graph.inverted_file import RECALL
from core.graph.neighbours import (
    approximate_neighbours,
    exact_neighbours,
    nearest_neighbours,
)
from core.jobs.progress import CancelledError


def blobs(n_items: int, n_features: int = 8, seed: int = 0) -> Float32Array:
    random = np.random.default_rng(seed)
    centres = 4 * random.normal(size=(9, n_features))
    points = centres[random.integers(9, size=n_items)] + random.normal(size=(n_items, n_features))
    return np.asarray(points - points.mean(axis=0), dtype=np.float32)


def true_squares(points: Float32Array, n_neighbors: int) -> np.ndarray:
    search = NearestNeighbors(n_neighbors=n_neighbors, algorithm="brute")
    distances, _ = search.fit(points.astype(np.float64)).kneighbors()
    return np.asarray(np.square(distances))


def assert_exact(points: Float32Array, n_neighbors: int, threads: int = 1) -> None:
    """By distances: of items equally far away either is right."""
    found = exact_neighbours(points, n_neighbors, threads=threads)
    n_items = len(points)
    assert found.indices.shape == found.squared.shape == (n_items, n_neighbors)
    assert not (found.indices == np.arange(n_items)[:, np.newaxis]).any()
    assert all(len(set(row)) == n_neighbors for row in found.indices.tolist())
    differences = points[:, np.newaxis].astype(np.float64) - points[found.indices]
    of_found = np.square(differences).sum(axis=2)
    scale = np.square(points.astype(np.float64)).sum(axis=1).max() + 1e-30
    np.testing.assert_allclose(found.squared, of_found, rtol=1e-5, atol=1e-6 * scale)
    np.testing.assert_allclose(
        np.sort(of_found, axis=1), true_squares(points, n_neighbors), rtol=0, atol=1e-6 * scale
    )


@pytest.mark.parametrize("n_items", [2_000, 3_137])
@pytest.mark.parametrize("threads", [1, 2])
def test_the_search_in_blocks_finds_the_true_neighbours(n_items, threads):
    assert_exact(blobs(n_items), 10, threads)


@settings(max_examples=30)
@given(
    n_items=st.integers(3, 1_700),
    n_features=st.integers(1, 30),
    n_neighbors=st.integers(1, 12),
    kind=st.sampled_from(["blobs", "grid", "duplicates", "all alike", "one far away"]),
    seed=st.integers(0, 5),
)
def test_it_does_so_for_points_of_any_kind(n_items, n_features, n_neighbors, kind, seed):
    random = np.random.default_rng(seed)
    match kind:
        case "blobs":
            points = blobs(n_items, n_features, seed)
        case "grid":
            points = random.integers(-2, 3, size=(n_items, n_features)).astype(np.float32)
        case "duplicates":
            points = np.repeat(blobs(n_items, n_features, seed)[: n_items // 3 + 1], 3, axis=0)
            points = points[:n_items]
        case "all alike":
            points = np.zeros((n_items, n_features), dtype=np.float32)
        case _:
            points = blobs(n_items, n_features, seed)
            points[0] = 1e4
    assert_exact(points, min(n_neighbors, n_items - 1))


def test_more_duplicates_than_fit_into_a_block_still_find_each_other():
    points = np.zeros((2_500, 4), dtype=np.float32)
    points[::5] = blobs(500, 4)
    found = exact_neighbours(points, 10)
    alike = np.flatnonzero(~points.any(axis=1))
    assert not found.squared[alike].any()
    assert_exact(points, 10)


def test_few_items_are_searched_by_scikit_learn():
    points = blobs(500)
    found = nearest_neighbours(points, 7)
    np.testing.assert_allclose(found.squared, true_squares(points, 7), rtol=1e-5)
    assert found.recall == 1


def test_many_items_are_searched_exactly_unless_they_are_too_many(monkeypatch):
    monkeypatch.setattr(neighbours, "FEW", 100)
    points = blobs(1_500)
    exact = nearest_neighbours(points, 5)
    np.testing.assert_allclose(exact.squared, true_squares(points, 5), rtol=1e-4, atol=1e-4)
    approximate = nearest_neighbours(points, 5, exact_up_to=1_000)
    share = np.mean(approximate.squared <= exact.squared[:, -1:] * (1 + 1e-5))
    assert share >= 0.97


def test_without_faiss_many_items_are_searched_exactly_too(monkeypatch):
    monkeypatch.setattr(neighbours, "FEW", 100)
    monkeypatch.setattr(neighbours, "find_spec", lambda _: None)
    points = blobs(1_500)
    found = nearest_neighbours(points, 5, exact_up_to=1_000)
    np.testing.assert_allclose(found.squared, true_squares(points, 5), rtol=1e-4, atol=1e-4)


def test_the_approximate_search_finds_as_many_as_it_says():
    points = blobs(20_000, 16)
    found = approximate_neighbours(points, 10, threads=2)
    sample = np.random.default_rng(7).choice(20_000, 300, replace=False)
    search = NearestNeighbors(n_neighbors=11, algorithm="brute").fit(points)
    _, true = search.kneighbors(points[sample])
    shares = [
        len(set(found.indices[item]) & set(row[row != item][:10])) / 10
        for item, row in zip(sample, true, strict=True)
    ]
    assert found.recall >= RECALL
    assert np.mean(shares) >= RECALL - 0.01
    assert not (found.indices == np.arange(20_000)[:, np.newaxis]).any()


def test_the_approximate_search_copes_with_duplicates():
    points = np.repeat(blobs(100), 60, axis=0)
    found = approximate_neighbours(points, 10)
    assert (found.indices >= 0).all()
    np.testing.assert_allclose(found.squared, 0, atol=1e-4)


@pytest.mark.parametrize("search", [exact_neighbours, approximate_neighbours])
def test_progress_goes_up_to_the_end(search):
    told: list[float] = []
    search(blobs(3_000), 5, progress=lambda _, share: told.append(share))
    assert told == sorted(told)
    assert 0.9 < told[-1] <= 1


@pytest.mark.parametrize("search", [exact_neighbours, approximate_neighbours])
def test_a_search_stops_when_it_is_cancelled(search):
    def cancel(_stage: str, share: float) -> None:
        if share > 0.1:
            raise CancelledError

    with pytest.raises(CancelledError):
        search(blobs(3_000), 5, progress=cancel)


def test_a_cancelled_exact_search_leaves_the_rest_undone(monkeypatch):
    looked_at = []
    panel = neighbours._Sift.panel

    def counted(sift, first: int):
        looked_at.append(first)
        return panel(sift, first)

    def cancel(_stage: str, _share: float) -> None:
        raise CancelledError

    monkeypatch.setattr(neighbours._Sift, "panel", counted)
    with pytest.raises(CancelledError):
        exact_neighbours(blobs(20_000), 5, progress=cancel)
    assert len(looked_at) < 20, "of 40 panels"
