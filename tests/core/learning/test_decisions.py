"""From scores to classes: what each decision weighs, and on what sets it is right."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.datasets import make_blobs

from core.arrays import UNLABELLED, FloatArray, IntArray
from core.graph.similarity import symmetric_knn_graph
from core.learning.beliefs import Beliefs, believe
from core.learning.decisions import DECISIONS, DecisionKey
from core.learning.fixed_point import FixedPoint

MASSES = hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(1e-6, 1e6))


@given(masses=MASSES)
def test_raw_leaves_scores_as_they_are(masses):
    assert DECISIONS["raw"].weigh(masses).tolist() == [1.0] * len(masses)


@given(masses=MASSES)
def test_class_mass_gives_every_class_the_same_mass(masses):
    np.testing.assert_allclose(DECISIONS["class_mass"].weigh(masses) * masses, 1)


@given(masses=MASSES)
def test_estimated_sizes_are_the_geometric_mean_of_equal_ones_and_those_spread(masses):
    shares = DECISIONS["estimated"].weigh(masses) * masses
    equal, spread = np.full(len(masses), 1 / len(masses)), masses / masses.sum()
    mean = np.sqrt(equal * spread)
    np.testing.assert_allclose(shares / shares.sum(), mean / mean.sum())


def test_every_decision_is_explained_in_a_sentence():
    assert set(DECISIONS) == set(get_args(DecisionKey))
    for decision in DECISIONS.values():
        assert decision.title
        assert decision.explanation.endswith(".")


def two_blobs(sizes: tuple[int, int]) -> tuple[FloatArray, IntArray]:
    """Two clouds that touch."""
    points, of = make_blobs(sizes, 2, centers=[[0, 0], [4, 0]], random_state=0)
    return points, of.astype(np.int64)


def beliefs_of(
    points: FloatArray, of: IntArray, given_labels: tuple[int, int], decision: DecisionKey
) -> Beliefs:
    """What is believed with so many random labels of each class."""
    random = np.random.default_rng(0)
    labels = np.full(len(of), UNLABELLED)
    for label, n in enumerate(given_labels):
        labels[random.choice(np.flatnonzero(of == label), n, replace=False)] = label
    return believe(labels, 2, FixedPoint(symmetric_knn_graph(points, 10), 0.99), decision)


def accuracy(decision: DecisionKey, sizes: tuple[int, int], given_labels: tuple[int, int]) -> float:
    points, of = two_blobs(sizes)
    beliefs = beliefs_of(points, of, given_labels, decision)
    return float(np.mean(beliefs.predicted == of))


def test_where_sizes_are_alike_and_labels_are_not_raw_is_wrong():
    raw = accuracy("raw", (300, 300), (9, 1))
    assert accuracy("estimated", (300, 300), (9, 1)) > raw
    assert accuracy("class_mass", (300, 300), (9, 1)) > raw


def test_where_sizes_and_labels_are_unlike_equal_ones_are_wrong():
    equal = accuracy("class_mass", (570, 30), (9, 1))
    assert accuracy("estimated", (570, 30), (9, 1)) > equal


@pytest.mark.parametrize("decision", get_args(DecisionKey))
def test_a_single_class_and_classes_that_come_late_have_beliefs(decision):
    points, of = two_blobs((50, 50))
    only = beliefs_of(points, of, (3, 0), decision)
    assert set(only.model_class.tolist()) == {0}
    both = beliefs_of(points, of, (3, 1), decision)
    assert set(both.model_class.tolist()) == {0, 1}
    np.testing.assert_allclose(both.probabilities.sum(axis=1), 1)


@pytest.mark.parametrize("decision", get_args(DecisionKey))
def test_the_class_is_the_one_of_the_largest_probability(decision):
    beliefs = beliefs_of(*two_blobs((80, 40)), (4, 2), decision)
    assert beliefs.model_class.tolist() == beliefs.probabilities.argmax(axis=1).tolist()


@pytest.mark.parametrize("decision", get_args(DecisionKey))
def test_probabilities_are_weighted_scores_divided_by_their_sum(decision):
    beliefs = beliefs_of(*two_blobs((80, 40)), (4, 2), decision)
    assert beliefs.evidence is not None
    scores = beliefs.evidence.scores.rows(slice(None))
    weighted = scores * DECISIONS[decision].weigh(scores.sum(axis=0))
    expected = weighted / weighted.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(beliefs.probabilities, expected, rtol=1e-9)
