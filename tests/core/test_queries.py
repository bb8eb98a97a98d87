"""What is asked about next: the unknown first, then the unsure, spread over all there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from sklearn.datasets import load_digits

from core.queries import choose_batch, cover, entropy, largest, margin
from core.types import UNLABELLED, Beliefs, FloatArray, IntArray


def beliefs_of(probabilities: FloatArray) -> Beliefs:
    reached = probabilities.any(axis=1)
    model_class = np.where(reached, probabilities.argmax(axis=1), UNLABELLED)
    return Beliefs(
        probabilities=probabilities,
        model_class=model_class,
        predicted=model_class,
        labels=np.full(len(probabilities), UNLABELLED),
        n_iter=1,
        converged=True,
    )


def some_beliefs(seed: int, n_items: int = 40, n_unreached: int = 0) -> Beliefs:
    probabilities = np.random.default_rng(seed).dirichlet(np.full(5, 0.5), size=n_items)
    probabilities[:n_unreached] = 0
    return beliefs_of(probabilities)


def everything(n_items: int) -> np.ndarray:
    return np.ones(n_items, dtype=np.bool_)


def blobs(sizes: list[int], seed: int = 0) -> tuple[FloatArray, IntArray]:
    """Clusters far apart, and to which each point belongs."""
    random = np.random.default_rng(seed)
    of = np.repeat(np.arange(len(sizes)), sizes)
    return random.normal(size=(len(of), 3)) + 1000.0 * of[:, np.newaxis], of


def test_entropy_is_the_one_of_scipy():
    beliefs = some_beliefs(0)
    np.testing.assert_allclose(entropy(beliefs), stats.entropy(beliefs.probabilities, axis=1))


def test_entropy_is_zero_when_one_class_has_it_all_and_log_n_when_all_are_alike():
    beliefs = beliefs_of(np.array([[0, 1, 0, 0], [0.25] * 4]))
    np.testing.assert_allclose(entropy(beliefs), [0, np.log(4)])


def test_entropy_of_float32_is_the_same_to_its_last_digits():
    double = some_beliefs(1, n_items=500, n_unreached=4)
    single = beliefs_of(double.probabilities.astype(np.float32))
    np.testing.assert_allclose(entropy(single), entropy(double), rtol=1e-5, atol=1e-6)
    certain = beliefs_of(np.array([[0, 1, 0, 0], [0.25] * 4], dtype=np.float32))
    np.testing.assert_allclose(entropy(certain), [0, np.log(4)], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_margin_is_one_less_the_lead_of_the_best_class(dtype):
    probabilities = some_beliefs(2, n_items=20_000).probabilities.astype(dtype)
    ordered = np.sort(probabilities, axis=1)
    expected = 1 - (ordered[:, -1] - ordered[:, -2])
    np.testing.assert_allclose(margin(beliefs_of(probabilities)), expected, rtol=1e-6)


def test_margin_is_zero_when_one_class_has_it_all_and_one_when_two_are_alike():
    beliefs = beliefs_of(np.array([[0, 1, 0], [0.45, 0.1, 0.45], [0, 0, 0]]))
    assert margin(beliefs).tolist() == [0, 1, np.inf]


def test_margin_of_a_single_class_is_certain():
    assert margin(beliefs_of(np.ones((3, 1)))).tolist() == [0, 0, 0]


def test_a_batch_is_chosen_by_the_score_that_is_asked_for():
    probabilities = np.array([[0.4, 0.3, 0.3], [0.5, 0.5, 0], [0.9, 0.1, 0]])
    beliefs, features = beliefs_of(probabilities), np.zeros((3, 1))
    assert choose_batch(beliefs, features, everything(3), 1).tolist() == [0]
    assert choose_batch(beliefs, features, everything(3), 1, margin).tolist() == [1]


@given(
    scores=hnp.arrays(
        np.float64, st.integers(1, 40), elements=st.sampled_from([-np.inf, 0.0, 0.5, 1.0, np.inf])
    ),
    size=st.integers(0, 45),
)
def test_the_largest_scores_are_those_of_a_stable_sort(scores, size):
    order = [i for i in np.argsort(-scores, kind="stable").tolist() if scores[i] > -np.inf]
    assert largest(scores, size).tolist() == order[:size]


def test_of_very_many_unreached_items_a_sample_is_covered():
    features, of = blobs([4_000, 3_000, 2_000])
    beliefs = beliefs_of(np.zeros((9_000, 3)))
    chosen = choose_batch(beliefs, features, everything(9_000), 3)
    assert sorted(of[chosen].tolist()) == [0, 1, 2]


def test_entropy_is_infinite_where_nothing_is_known():
    assert entropy(some_beliefs(0, n_unreached=3)).tolist()[:3] == [np.inf] * 3


@given(seed=st.integers(0, 10**6), size=st.integers(1, 40))
def test_the_most_uncertain_items_are_chosen_in_their_order(seed, size):
    beliefs = some_beliefs(seed)
    uncertainty = np.asarray(stats.entropy(beliefs.probabilities, axis=1)).tolist()
    expected = sorted(range(40), key=lambda i: -uncertainty[i])[:size]
    chosen = choose_batch(beliefs, np.zeros((40, 2)), everything(40), size)
    assert chosen.tolist() == expected


def test_items_equally_uncertain_come_in_the_order_of_their_index():
    beliefs = beliefs_of(np.full((9, 3), 1 / 3))
    assert choose_batch(beliefs, np.zeros((9, 2)), everything(9), 4).tolist() == [0, 1, 2, 3]


def test_items_that_no_label_reaches_come_before_all_others():
    features, _ = blobs([10, 10, 10, 10])
    beliefs = some_beliefs(1, n_unreached=4)
    chosen = choose_batch(beliefs, features, everything(40), 6)
    assert set(chosen[:4].tolist()) == {0, 1, 2, 3}
    uncertainty = stats.entropy(beliefs.probabilities[4:], axis=1)
    assert chosen[4:].tolist() == (4 + np.argsort(-uncertainty)[:2]).tolist()


def test_where_many_items_are_unreached_they_are_covered():
    features, of = blobs([12, 8, 5, 9])
    beliefs = beliefs_of(np.zeros((34, 3)))
    assert sorted(of[choose_batch(beliefs, features, everything(34), 4)]) == [0, 1, 2, 3]


@given(
    seed=st.integers(0, 1000),
    n_unreached=st.integers(0, 40),
    size=st.integers(0, 50),
    allowed=hnp.arrays(np.bool_, 40),
)
def test_a_batch_holds_allowed_items_once_each_and_as_many_as_there_are(
    seed, n_unreached, size, allowed
):
    features, _ = blobs([10, 10, 10, 10], seed)
    chosen = choose_batch(some_beliefs(seed, 40, n_unreached), features, allowed, size).tolist()
    assert len(chosen) == len(set(chosen)) == min(size, int(allowed.sum()))
    assert all(allowed[item] for item in chosen)


def test_without_candidates_the_batch_is_empty():
    chosen = choose_batch(some_beliefs(0), np.zeros((40, 2)), np.zeros(40, dtype=np.bool_), 5)
    assert chosen.tolist() == []
    assert chosen.dtype == np.int64


def test_cover_takes_one_point_of_each_cluster_the_largest_first():
    points, of = blobs([5, 20, 9, 14])
    assert of[cover(points, 4)].tolist() == [1, 3, 2, 0]


def test_a_point_that_covers_a_cluster_is_the_one_nearest_its_middle():
    points, of = blobs([11, 10, 12])
    for point in cover(points, 3):
        members = np.flatnonzero(of == of[point])
        from_middle = np.linalg.norm(points[members] - points[members].mean(axis=0), axis=1)
        assert point == members[from_middle.argmin()]


@given(
    points=hnp.arrays(
        np.float64, st.tuples(st.integers(0, 12), st.just(2)), elements=st.integers(-2, 2)
    ),
    data=st.data(),
)
def test_cover_gives_as_many_different_points_as_wanted_however_many_coincide(points, data):
    size = data.draw(st.integers(0, len(points)))
    chosen = cover(points, size).tolist()
    assert len(chosen) == len(set(chosen)) == size
    assert all(0 <= point < len(points) for point in chosen)


@given(copies=st.lists(st.integers(1, 6), min_size=2, max_size=5), size=st.integers(0, 30))
def test_where_points_coincide_each_place_is_taken_before_any_twice(copies, size):
    places = np.repeat(np.arange(len(copies)), copies)
    points = np.stack([places * 10.0, np.zeros(len(places))], axis=1)
    size = min(size, len(points))
    chosen = places[cover(points, size)]
    assert len(set(chosen.tolist())) >= min(size, len(copies))


@pytest.mark.parametrize("size", [0, 1, 17])
def test_cover_of_all_points_or_none_needs_no_choice(size):
    points, _ = blobs([17])
    chosen = cover(points, size)
    assert len(chosen) == size
    assert chosen.dtype == np.int64


def test_ten_digits_that_cover_the_set_show_more_classes_than_the_first_that_come():
    digits = load_digits()
    chosen = cover(digits.data, 10)
    assert len(set(digits.target[chosen])) >= 8


def test_cover_chooses_the_same_each_time():
    points = np.random.default_rng(5).normal(size=(60, 4))
    assert cover(points, 7).tolist() == cover(points, 7).tolist()
