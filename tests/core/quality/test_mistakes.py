"""Mistakes among labels are found, against a search by refitting and against what was put in."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from core.arrays import UNLABELLED
from core.graph.similarity import rbf_graph, symmetric_knn_graph
from core.learning.beliefs import believe
from core.learning.columns import ResponseSpreader
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.learning.influence import Influence
from core.quality.mistakes import doubts, suspicions, twins, witnesses

X, y = load_digits(return_X_y=True)
N = 900


def flipped(n_labels: int = 150, n_wrong: int = 8) -> tuple[np.ndarray, set[int]]:
    random = np.random.default_rng(3)
    items = random.permutation(N)[:n_labels]
    given = np.full(N, UNLABELLED)
    given[items] = y[items]
    wrong = items[:n_wrong]
    given[wrong] = (given[wrong] + random.integers(1, 10, n_wrong)) % 10
    return given, set(wrong.tolist())


def influence_of(labels: np.ndarray, kind: str = "fixed point") -> Influence:
    if kind == "exact":
        graph = rbf_graph(X[:N], 0.25 / 16)
        spreader = ResponseSpreader(graph, alpha=0.2, max_iter=20, tol=1e-3)
        return Influence(graph, spreader, 0.2, believe(labels, 10, spreader))
    graph = symmetric_knn_graph(X[:N], 10)
    fixed = FixedPointSpreader(FixedPoint(graph, 0.99))
    return Influence(graph, fixed, 0.99, believe(labels, 10, fixed, "estimated"))


@pytest.mark.parametrize("kind", ["fixed point", "exact"])
def test_wrong_labels_come_first(kind: str):
    labels, wrong = flipped()
    influence = influence_of(labels, kind)
    found = doubts(influence)
    assert len(wrong & {doubt.item for doubt in found[:20]}) >= 7
    is_wrong = np.isin(influence.items, list(wrong))
    assert roc_auc_score(is_wrong, suspicions(influence)) > 0.98
    for doubt in found:
        assert doubt.given == labels[doubt.item]
        assert doubt.other != doubt.given
    right = sum(doubt.other == y[doubt.item] for doubt in found if doubt.item in wrong)
    assert right >= 7, "and what they are is known too"


def test_most_doubts_are_of_labels_that_a_fit_without_them_would_not_predict():
    labels, _ = flipped()
    influence = influence_of(labels)
    for doubt in doubts(influence)[:8]:
        without = labels.copy()
        without[doubt.item] = UNLABELLED
        assert influence_of(without).beliefs.model_class[doubt.item] == doubt.other


def test_nothing_is_said_of_too_few_labels():
    labels = np.full(N, UNLABELLED)
    assert doubts(influence_of(labels)) == ()
    labels[:3] = 4
    assert doubts(influence_of(labels)) == ()
    assert twins(influence_of(labels), lambda items: X[items]) == ()


def test_witnesses_are_the_largest_entries_of_the_inverse():
    labels, wrong = flipped()
    influence = influence_of(labels)
    item = min(wrong)
    column = np.linalg.inv(np.eye(N) - 0.99 * sparse.csr_array(influence.graph.matrix).toarray())[
        item
    ]
    others = [i for i in np.flatnonzero(labels == y[item]).tolist() if i != item]
    expected = sorted(others, key=lambda i: -column[i])[:5]
    found = witnesses(influence, item, int(y[item]), 5)
    assert [one.item for one in found] == expected
    assert all(labels[one.item] == y[item] for one in found)
    assert 0 < sum(one.weight for one in found) < 1


def test_near_duplicates_with_different_labels_are_found_and_others_are_not():
    random = np.random.default_rng(0)
    copies = np.maximum(X[:5] * 0.95 + random.normal(0, 0.05, (5, 64)) * (X[:5] > 0), 0)
    points = np.concatenate([X[:N], copies])
    graph = symmetric_knn_graph(points, 10)
    spreader = FixedPointSpreader(FixedPoint(graph, 0.99))
    labels = np.full(N + 5, UNLABELLED)
    labels[:200] = y[:200]
    labels[N : N + 5] = y[:5]
    labels[N + 1], labels[N + 4] = (y[1] + 1) % 10, (y[4] + 1) % 10
    influence = Influence(graph, spreader, 0.99, believe(labels, 10, spreader))
    found = twins(influence, lambda items: points[items])
    assert {frozenset(pair.items) for pair in found} == {
        frozenset((1, N + 1)),
        frozenset((4, N + 4)),
    }
    assert all(pair.items[0] >= N for pair in found), "the wrong one is asked about first"
