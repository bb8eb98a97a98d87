"""The first items, without any label: against their definitions, and on sets of clusters."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, make_blobs

from core.arrays import FloatArray, IntArray
from core.graph.similarity import symmetric_knn_graph
from core.querying.openings import (
    OPENINGS,
    SAMPLE,
    OpeningKey,
    Sample,
    coverage,
    first_item,
    k_means,
    sigma_optimality,
    v_optimality,
)


def blobs(sizes: list[int], seed: int = 0) -> tuple[FloatArray, IntArray]:
    """Clusters apart, and to which each point belongs."""
    centers = 12.0 * np.eye(len(sizes))
    points, of = make_blobs(sizes, len(sizes), centers=centers, random_state=seed)
    return points, of.astype(np.int64)


def sample_of(points: FloatArray) -> Sample:
    return Sample(points, np.arange(len(points)))


def opened(key: OpeningKey, sample: Sample, size: int) -> list[int]:
    """The items of an opening, one by one."""
    random = np.random.default_rng(0)
    candidates = np.ones(len(sample.positions), dtype=np.bool_)
    chosen: list[int] = []
    for _ in range(size):
        item = first_item(key, sample, chosen, candidates, size, random)
        assert item is not None
        candidates[item] = False
        chosen.append(item)
    return chosen


@pytest.fixture(scope="module")
def small() -> Sample:
    return sample_of(blobs([20, 30, 10])[0])


def covariance_given(sample: Sample, taken: list[int]) -> FloatArray:
    """Of a Gaussian field, with the values at some items known: by the textbook's formula."""
    whole = sample.reach
    if not taken:
        return whole
    known = np.linalg.inv(whole[np.ix_(taken, taken)])
    return np.asarray(whole - whole[:, taken] @ known @ whole[taken])


def test_the_reach_is_the_inverse_of_the_samples_own_system(small):
    graph = symmetric_knn_graph(small.features, 10)
    system = np.eye(60) - 0.99 * sparse.csr_array(graph.matrix).toarray()
    np.testing.assert_allclose(small.reach @ system, np.eye(60), atol=1e-9)


@pytest.mark.parametrize("taken", [[], [3], [3, 40]])
def test_coverage_is_what_facility_location_gains(small, taken):
    alike = small.reach / np.sqrt(np.outer(np.diag(small.reach), np.diag(small.reach)))

    def covered(items: list[int]) -> float:
        return float(alike[:, items].max(axis=1).sum()) if items else 0.0

    expected = [covered([*taken, item]) - covered(taken) for item in range(60)]
    np.testing.assert_allclose(coverage(small, taken), expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("taken", [[], [3], [3, 40]])
def test_v_optimality_is_by_how_much_the_summed_variance_falls(small, taken):
    scale = 1 / np.outer(small.roots, small.roots)
    before = np.trace(covariance_given(small, taken) * scale)
    rest = [item for item in range(60) if item not in taken]
    expected = [before - np.trace(covariance_given(small, [*taken, i]) * scale) for i in rest]
    np.testing.assert_allclose(v_optimality(small, taken)[rest], expected, rtol=1e-6)


@pytest.mark.parametrize("taken", [[], [3], [3, 40]])
def test_sigma_optimality_is_by_how_much_the_variance_of_the_sum_falls(small, taken):
    def variance(items: list[int]) -> float:
        return float(small.roots @ covariance_given(small, items) @ small.roots)

    rest = [item for item in range(60) if item not in taken]
    expected = [variance(taken) - variance([*taken, item]) for item in rest]
    np.testing.assert_allclose(sigma_optimality(small, taken)[rest], expected, rtol=1e-6)


@pytest.mark.parametrize("key", ["coverage", "k_means", "sigma", "v_optimality"])
def test_each_cluster_is_asked_about_once_before_any_is_twice(key):
    points, of = blobs([25, 40, 15, 30])
    assert sorted(of[opened(key, sample_of(points), 4)].tolist()) == [0, 1, 2, 3]


def test_k_means_takes_the_middle_of_each_cluster_the_largest_first():
    points, of = blobs([11, 25, 17])
    chosen = opened("k_means", sample_of(points), 3)
    assert of[chosen].tolist() == [1, 2, 0]
    centres = KMeans(3, n_init=1, random_state=0).fit(points).cluster_centers_
    nearest = {int(np.linalg.norm(points - centre, axis=1).argmin()) for centre in centres}
    assert set(chosen) == nearest


def test_k_means_comes_to_a_cluster_without_a_label_first():
    points, of = blobs([11, 25, 17])
    labelled = int(np.flatnonzero(of == 1)[0])
    assert of[int(k_means(sample_of(points), [labelled], 3).argmax())] == 2


@pytest.mark.parametrize("key", get_args(OpeningKey))
def test_points_that_coincide_are_each_chosen_once(key):
    assert sorted(opened(key, sample_of(np.ones((7, 2))), 7)) == list(range(7))


@pytest.mark.parametrize("key", get_args(OpeningKey))
def test_only_candidates_are_chosen_and_none_when_there_are_none(key, small):
    random, candidates = np.random.default_rng(0), np.zeros(60, dtype=np.bool_)
    assert first_item(key, small, [], candidates, 10, random) is None
    candidates[17] = True
    assert first_item(key, small, [3], candidates, 10, random) == 17


def test_of_many_items_a_sample_is_drawn_and_of_few_all():
    random = np.random.default_rng(0)
    assert Sample.draw(SAMPLE, random).tolist() == list(range(SAMPLE))
    drawn = Sample.draw(1_000_000, random)
    assert len(set(drawn.tolist())) == SAMPLE
    assert (np.diff(drawn) > 0).all()


def test_items_are_named_by_their_position_among_all():
    points, _ = blobs([20, 20])
    sample = Sample(points, np.arange(40) * 100 + 7)
    candidates = np.ones(5_000, dtype=np.bool_)
    first = first_item("coverage", sample, [], candidates, 10, np.random.default_rng(0))
    assert first is not None
    assert first % 100 == 7
    second = first_item("coverage", sample, [first, 1], candidates, 10, np.random.default_rng(0))
    assert second != first


def test_random_openings_take_their_chance_from_what_is_handed_in(small):
    candidates = np.ones(60, dtype=np.bool_)
    first, again, other = (
        first_item("random", small, [], candidates, 10, np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_coverage_finds_more_classes_of_the_digits_than_chance():
    digits = load_digits()
    found = len({*digits.target[opened("coverage", sample_of(digits.data), 10)]})
    random = np.random.default_rng(0)
    by_chance = [len({*digits.target[random.choice(1797, 10)]}) for _ in range(200)]
    assert found > np.percentile(by_chance, 95)


def test_every_opening_is_explained_in_a_sentence():
    assert set(OPENINGS) == set(get_args(OpeningKey))
    for opening in OPENINGS.values():
        assert opening.title
        assert opening.explanation.endswith(".")
