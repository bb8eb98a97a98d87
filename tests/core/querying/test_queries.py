"""What is asked about next: the unknown first, then the unsure, spread over all there is."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from core.arrays import UNLABELLED, FloatArray
from core.learning.beliefs import Beliefs
from core.querying.queries import (
    QUERIES,
    QueryKey,
    dirichlet_variance,
    entropy,
    least_confidence,
    margin,
)


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


def test_entropy_is_infinite_where_nothing_is_known():
    assert entropy(some_beliefs(0, n_unreached=3)).tolist()[:3] == [np.inf] * 3


def test_least_confidence_is_what_the_best_class_lacks():
    beliefs = beliefs_of(np.array([[0, 1, 0], [0.5, 0.2, 0.3], [0, 0, 0]]))
    assert least_confidence(beliefs).tolist() == [0, 0.5, np.inf]


@given(
    evidence=hnp.arrays(np.float64, (6, 4), elements=st.floats(0, 50)),
    prior=st.floats(0.01, 1),
)
def test_dirichlet_variance_is_the_summed_variance_of_scipys_dirichlet(evidence, prior):
    expected = [stats.dirichlet(row + prior).var().sum() for row in evidence]
    total, squares = evidence.sum(axis=1), np.square(evidence).sum(axis=1)
    np.testing.assert_allclose(dirichlet_variance(total, squares, 4, prior), expected, rtol=1e-9)


def test_dirichlet_variance_is_largest_where_nothing_is_known_then_where_classes_are_at_odds():
    evidence = np.array([[0, 0], [2, 2], [4, 0], [40, 40]])
    scores = dirichlet_variance(evidence.sum(axis=1), np.square(evidence).sum(axis=1), 2)
    assert np.argsort(-scores).tolist() == [0, 1, 3, 2]


class Known:
    """An outlook with these beliefs."""

    def __init__(self, n_labels: int = 1) -> None:
        self.n_labels = n_labels
        self._beliefs = some_beliefs(3)
        self.n_items = len(self._beliefs.labels)

    def beliefs(self) -> Beliefs:
        return self._beliefs

    def evidence(self) -> tuple[FloatArray, FloatArray, int]:
        evidence = 3 * self._beliefs.probabilities
        return evidence.sum(axis=1), np.square(evidence).sum(axis=1), 5

    def coverage(self, weights: FloatArray) -> FloatArray:
        return np.cumsum(weights)


@pytest.mark.parametrize(
    ("key", "score"),
    [("entropy", entropy), ("margin", margin), ("least_confidence", least_confidence)],
)
def test_a_query_scores_by_what_it_is_called(key, score):
    known = Known()
    scores = QUERIES[key].score(known, np.random.default_rng(0))
    assert scores.tolist() == score(known.beliefs()).tolist()


def test_the_mixed_query_takes_turns():
    random = np.random.default_rng(0)
    by_margin = [
        QUERIES["mixed"].score(Known(n), random).tolist()
        == QUERIES["margin"].score(Known(n), random).tolist()
        for n in range(6)
    ]
    by_variance = [
        QUERIES["mixed"].score(Known(n), random).tolist()
        == QUERIES["variance"].score(Known(n), random).tolist()
        for n in range(6)
    ]
    assert by_margin == [True, False, False] * 2
    assert by_variance == [False, True, True] * 2


def test_herding_takes_turns_with_margin():
    random = np.random.default_rng(0)
    known = Known()
    by_margin = margin(known.beliefs()).tolist()
    by_herding = np.cumsum(np.square(margin(known.beliefs()))).tolist()
    scores = [QUERIES["herding"].score(Known(n), random).tolist() for n in range(6)]
    assert scores == [by_margin, by_herding, by_herding] * 2


def test_the_random_query_takes_its_chance_from_what_is_handed_in():
    first, again, other = (
        QUERIES["random"].score(Known(), np.random.default_rng(seed)).tolist() for seed in (1, 1, 2)
    )
    assert first == again != other


def test_every_query_is_explained_in_a_sentence():
    assert set(QUERIES) == set(get_args(QueryKey))
    for query in QUERIES.values():
        assert query.title
        assert query.explanation.endswith(".")
