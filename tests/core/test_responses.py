"""Labels added up from columns give what spreading them gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from core.graph import SimilarityGraph, knn_graph, normalise, rbf_graph
from core.responses import ResponseSpreader
from core.spreading import Spread, normalise_rows, one_hot_labels, spread
from core.types import UNLABELLED, FloatArray, IntArray

N_ITEMS = 110
FEW = 36 * 8 * N_ITEMS
"""Bytes for the columns of two items with 17 powers each, or of more with fewer."""


@cache
def graph_of(name: str) -> SimilarityGraph:
    digits = load_digits().data[:N_ITEMS]
    match name:
        case "rbf 0.25":
            return rbf_graph(digits, 0.25)
        case "rbf 20":
            return rbf_graph(digits, 20)
        case "rbf 0.001":
            return rbf_graph(digits, 0.001)
        case "knn":
            return knn_graph(digits, 5)
        case _:
            raise AssertionError(name)


def labels_from(given_labels: dict[int, int]) -> tuple[IntArray, IntArray]:
    labels = np.full(N_ITEMS, UNLABELLED, dtype=np.int64)
    for item, name in given_labels.items():
        labels[item] = name
    return labels, np.unique(labels[labels != UNLABELLED])


def spread_directly(name: str, given_labels: dict[int, int], **settings: Any) -> Spread:
    labels, classes = labels_from(given_labels)
    return spread(graph_of(name), one_hot_labels(labels, classes), **settings)


def assert_same(found: Spread, expected: Spread) -> None:
    np.testing.assert_allclose(
        normalise_rows(found.scores), normalise_rows(expected.scores), rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(found.scores, expected.scores, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.scores.any(axis=1), expected.scores.any(axis=1))
    assert (found.n_iter, found.converged) == (expected.n_iter, expected.converged)


steps = st.lists(
    st.dictionaries(st.integers(0, N_ITEMS - 1), st.integers(0, 9), min_size=1, max_size=4)
    | st.lists(st.integers(0, N_ITEMS - 1), min_size=1, max_size=3),
    min_size=1,
    max_size=8,
)
"""Each step gives, or changes, some labels; or takes some away."""


@settings(max_examples=200)
@given(
    name=st.sampled_from(["rbf 0.25", "rbf 20", "rbf 0.001", "knn"]),
    alpha=st.sampled_from([0.01, 0.2, 0.5, 0.9]),
    max_iter=st.sampled_from([1, 5, 16, 20, 60]),
    tol=st.sampled_from([0, 1e-6, 1e-3, 1.0, 1e5]),
    memory=st.sampled_from([0, FEW, 2**30]),
    prepared=st.lists(st.integers(0, N_ITEMS - 1), max_size=8),
    steps=steps,
)
def test_any_sequence_of_labels_spreads_as_if_from_scratch(
    name, alpha, max_iter, tol, memory, prepared, steps
):
    settings = {"alpha": alpha, "max_iter": max_iter, "tol": tol}
    spreader = ResponseSpreader(graph_of(name), **settings, memory=memory)
    spreader.prepare(prepared)
    labels: dict[int, int] = {}
    for step in steps:
        if isinstance(step, dict):
            labels |= step
        else:
            labels = {item: name for item, name in labels.items() if item not in step}
        if labels:
            found = spreader(*labels_from(labels))
            assert_same(found, spread_directly(name, labels, **settings))


@pytest.mark.parametrize("n_labels", [3, 30, 300])
def test_all_raw_digits_get_the_distributions_of_scikit_learn(n_labels):
    digits = load_digits()
    features, truth = digits.data, digits.target.astype(np.int64)
    labels = np.full(len(truth), UNLABELLED, dtype=np.int64)
    spreader = ResponseSpreader(rbf_graph(features, 0.25), alpha=0.2, max_iter=20, tol=1e-3)
    order = np.random.default_rng(n_labels).permutation(len(truth))[:n_labels]
    for chunk in np.array_split(order, 3):
        labels[chunk] = truth[chunk]
        spreader.prepare(chunk.tolist())
        classes = np.unique(labels[labels != UNLABELLED])
        found = spreader(labels, classes)
    theirs = LabelSpreading(gamma=0.25, alpha=0.2, max_iter=20, tol=1e-3).fit(features, labels)
    np.testing.assert_array_equal(classes, theirs.classes_)
    np.testing.assert_allclose(
        normalise_rows(found.scores), theirs.label_distributions_, rtol=0, atol=1e-12
    )
    assert found.n_iter == theirs.n_iter_


def test_an_alpha_that_needs_many_sweeps_is_spread_directly():
    settings = {"alpha": 0.99, "max_iter": 3000, "tol": 1e-6}
    spreader = ResponseSpreader(graph_of("rbf 0.25"), **settings)  # type: ignore[arg-type]
    spreader.prepare([1, 2])
    labels = {1: 3, 2: 5, 60: 3}
    expected = spread_directly("rbf 0.25", labels, **settings)
    assert expected.converged
    assert expected.n_iter > 100
    assert_same(spreader(*labels_from(labels)), expected)


def test_sweeps_that_outlast_the_columns_go_on_over_the_graph():
    """Two sides that see only each other exchange their labels at every sweep: none is slower."""
    side = np.arange(N_ITEMS) % 2
    graph = normalise(np.not_equal.outer(side, side).astype(np.float64))
    settings: dict[str, Any] = {"alpha": 0.9, "max_iter": 200, "tol": 0.3 * N_ITEMS}
    labels, classes = side.astype(np.int64), np.arange(2)
    expected = spread(graph, one_hot_labels(labels, classes), **settings)
    assert expected.converged
    assert_same(ResponseSpreader(graph, **settings)(labels, classes), expected)


def test_more_labels_than_memory_for_them_are_spread_directly():
    settings: dict[str, Any] = {"alpha": 0.2, "max_iter": 20, "tol": 1e-3}
    spreader = ResponseSpreader(graph_of("rbf 0.25"), **settings, memory=FEW)
    labels: dict[int, int] = {}
    for item in range(40):
        labels[item] = item % 3
        spreader.prepare(range(item, item + 2))
        found = spreader(*labels_from(labels))
        assert_same(found, spread_directly("rbf 0.25", labels, **settings))


def test_preparing_changes_no_result():
    settings: dict[str, Any] = {"alpha": 0.2, "max_iter": 20, "tol": 1e-3}
    labels = {4: 0, 9: 1}
    prepared = ResponseSpreader(graph_of("rbf 0.25"), **settings)
    prepared.prepare([4, 9, 50])
    prepared.prepare([])
    unprepared = ResponseSpreader(graph_of("rbf 0.25"), **settings)
    found, expected = (s(*labels_from(labels)) for s in (prepared, unprepared))
    assert_same(found, expected)
    assert_same(found, spread_directly("rbf 0.25", labels, **settings))


@pytest.mark.parametrize("tol", [5e-324, 1e-320])
def test_the_smallest_tolerance_there_is_means_all_sweeps(tol):
    settings: dict[str, Any] = {"alpha": 0.2, "max_iter": 12, "tol": tol}
    spreader = ResponseSpreader(graph_of("rbf 0.25"), **settings)
    found = spreader(*labels_from({3: 1}))
    assert_same(found, spread_directly("rbf 0.25", {3: 1}, **settings))


def test_a_result_stays_as_it_was_when_more_labels_come():
    spreader = ResponseSpreader(graph_of("rbf 0.25"), alpha=0.2, max_iter=20, tol=1e-3)
    first = spreader(*labels_from({3: 1}))
    before = first.scores.copy()
    for labels in ({3: 1, 4: 1}, {4: 1}, {3: 2, 4: 1}):
        spreader(*labels_from(labels))
    np.testing.assert_array_equal(first.scores, before)


@pytest.mark.parametrize("memory", [FEW, 2**30])
def test_calls_from_many_threads_give_what_calls_in_turn_give(memory):
    settings: dict[str, Any] = {"alpha": 0.2, "max_iter": 20, "tol": 1e-3}
    random = np.random.default_rng(3)
    label_sets = [
        {int(i): int(random.integers(10)) for i in random.choice(N_ITEMS, size, replace=False)}
        for size in random.integers(1, 9, size=120)
    ]
    spreader = ResponseSpreader(graph_of("rbf 0.25"), **settings, memory=memory)

    def call(labels: dict[int, int]) -> FloatArray:
        spreader.prepare(list(labels)[:3])
        return spreader(*labels_from(labels)).scores

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(call, label_sets))
    for labels, scores in zip(label_sets, results, strict=True):
        expected = spread_directly("rbf 0.25", labels, **settings).scores
        np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)
