"""An inverted file finds the neighbours that scikit-learn finds, nearly all of them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.arrays import Float32Array
from core.graph.inverted_file import RECALL, InvertedFile

LEFT, RIGHT = 12_000, 500


@pytest.fixture(scope="module")
def points() -> Float32Array:
    random = np.random.default_rng(0)
    centres = 3 * random.normal(size=(40, 16))
    which = random.integers(40, size=LEFT + RIGHT)
    return np.asarray(centres[which] + random.normal(size=(len(which), 16)), dtype=np.float32)


@pytest.fixture(scope="module")
def lists(points: Float32Array) -> InvertedFile:
    return InvertedFile.build(points[:LEFT], 10)


def test_the_neighbours_of_points_that_are_not_in_it_are_those_of_scikit_learn(points, lists):
    squared, found = lists.search(points[LEFT:], 10)
    search = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(points[:LEFT])
    distances, true = search.kneighbors(points[LEFT:])
    shares = [len(set(a) & set(b)) / 10 for a, b in zip(found, true, strict=True)]
    assert lists.recall >= RECALL
    assert np.mean(shares) >= RECALL - 0.01
    whole = (found == true).all(axis=1)
    np.testing.assert_allclose(np.sqrt(squared[whole]), distances[whole], rtol=1e-3, atol=1e-3)


def test_what_is_found_does_not_depend_on_what_else_is_asked_for(points, lists):
    squared, found = lists.search(points[LEFT:], 5)
    order = np.random.default_rng(1).permutation(RIGHT)[:100]
    again, same = lists.search(points[LEFT:][order], 5)
    np.testing.assert_array_equal(same, found[order])
    np.testing.assert_array_equal(again, squared[order])


def test_list_by_list_each_point_is_there_once(lists):
    assert sorted(lists.by_list().tolist()) == list(range(LEFT))


def test_one_that_was_saved_finds_the_same(points, lists, tmp_path):
    lists.save(tmp_path / "lists")
    opened = InvertedFile.opened(tmp_path / "lists", lists.recall)
    for one, other in zip(
        lists.search(points[LEFT:], 7), opened.search(points[LEFT:], 7), strict=True
    ):
        np.testing.assert_array_equal(one, other)
