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

from core.arrays import UNLABELLED, FloatArray, IntArray
from core.graph.similarity import (
    SimilarityGraph,
    knn_graph,
    normalise,
    rbf_graph,
    symmetric_knn_graph,
)
from core.learning.columns import ResponseSpreader
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.learning.solvers import Solution
from core.learning.sweeps import Spread, normalise_rows, one_hot_labels, spread

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


# ---- the fixed point


@cache
def fixed_point_of(name: str, alpha: float) -> FixedPoint:
    match name:
        case "digits":
            graph = symmetric_knn_graph(load_digits().data[:500], 10)
        case "far apart":
            clusters = np.repeat([0.0, 1e3, 2e6, 3e9, 4e12], 40)[:, np.newaxis]
            features = clusters + np.random.default_rng(0).normal(size=(200, 2))
            graph = symmetric_knn_graph(features, 5)
        case "rbf 0.01":
            graph = rbf_graph(load_digits().data[:300], 0.01)
        case _:
            raise AssertionError(name)
    return FixedPoint(graph, alpha)


def array_of(fixed_point: FixedPoint, labels: dict[int, int]) -> tuple[IntArray, IntArray]:
    array = np.full(fixed_point.n_items, UNLABELLED, dtype=np.int64)
    for item, name in labels.items():
        array[item] = name
    return array, np.unique(array[array != UNLABELLED])


def assert_at_the_fixed_point(
    spreader: FixedPointSpreader, fixed_point: FixedPoint, labels: dict[int, int]
) -> None:
    array, classes = array_of(fixed_point, labels)
    found = spreader(array, classes).rows(slice(None))
    expected = fixed_point(array, classes).scores
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(normalise_rows(found), normalise_rows(expected), rtol=0, atol=1e-7)
    np.testing.assert_array_equal(found.any(axis=1), expected.any(axis=1))


@settings(max_examples=80)
@given(
    name=st.sampled_from(["digits", "far apart", "rbf 0.01"]),
    alpha=st.sampled_from([0.2, 0.8, 0.9, 0.99]),
    memory=st.sampled_from([2**20, 2**28]),
    prepared=st.lists(st.integers(0, 199), max_size=8),
    steps=st.lists(
        st.dictionaries(st.integers(0, 199), st.integers(0, 4), min_size=1, max_size=4)
        | st.lists(st.integers(0, 199), min_size=1, max_size=3),
        min_size=1,
        max_size=12,
    ),
)
def test_any_sequence_of_labels_comes_to_the_fixed_point_as_if_from_scratch(
    name, alpha, memory, prepared, steps
):
    fixed_point = fixed_point_of(name, alpha)
    spreader = FixedPointSpreader(fixed_point, memory=memory)
    spreader.prepare(prepared)
    labels: dict[int, int] = {}
    for step in steps:
        if isinstance(step, dict):
            labels |= step
        else:
            labels = {item: given for item, given in labels.items() if item not in step}
        if labels:
            assert_at_the_fixed_point(spreader, fixed_point, labels)


@pytest.mark.parametrize("alpha", [0.2, 0.99])
@pytest.mark.parametrize("memory", [2**20, 2**28])
def test_ten_thousand_labels_undone_and_changed_leave_no_trace(alpha, memory):
    fixed_point = fixed_point_of("far apart", alpha)
    spreader = FixedPointSpreader(fixed_point, memory=memory)
    random = np.random.default_rng(5)
    labels: dict[int, int] = {}
    given_before: list[int] = []
    for _ in range(10_000):
        action = random.random()
        if given_before and action < 0.3:
            labels.pop(given_before.pop(), None)
        elif given_before and action < 0.5:
            labels[given_before[random.integers(len(given_before))]] = int(random.integers(5))
        else:
            item = int(random.integers(fixed_point.n_items))
            labels[item] = int(random.integers(5))
            if item not in given_before:
                given_before.append(item)
        labels = {item: labels[item] for item in given_before if item in labels}
        if labels:
            array, classes = array_of(fixed_point, labels)
            spreader(array, classes)
    assert len(labels) > 50
    assert_at_the_fixed_point(spreader, fixed_point, labels)


def test_labels_on_prepared_items_undone_and_changed_need_no_solution(monkeypatch):
    fixed_point = fixed_point_of("digits", 0.99)
    spreader = FixedPointSpreader(fixed_point)
    spreader.prepare(range(10))
    monkeypatch.setattr(fixed_point, "solve", None)
    labels: dict[int, int] = {}
    for item in range(10):
        labels[item] = item % 3
        spreader(*array_of(fixed_point, labels))
    labels[9] = 2
    spreader(*array_of(fixed_point, labels))
    del labels[9], labels[4]
    found = spreader(*array_of(fixed_point, labels)).rows(slice(None))
    monkeypatch.undo()
    expected = fixed_point(*array_of(fixed_point, labels)).scores
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_undoing_gives_back_the_very_same_scores():
    spreader = FixedPointSpreader(fixed_point_of("digits", 0.99))
    spreader.prepare([3, 4])
    before = spreader(*array_of(fixed_point_of("digits", 0.99), {3: 0, 7: 1}))
    spreader(*array_of(fixed_point_of("digits", 0.99), {3: 0, 7: 1, 4: 0}))
    after = spreader(*array_of(fixed_point_of("digits", 0.99), {3: 0, 7: 1}))
    np.testing.assert_array_equal(before.rows(slice(None)), after.rows(slice(None)))


class Unsettled(FixedPoint):
    """Says of one item that its column does not converge, and counts the columns it solves."""

    ITEM = 3
    n_solved = 0

    def solve(self, sources: FloatArray) -> Solution:
        scores, converged = super().solve(sources)
        self.n_solved += len(converged)
        return Solution(scores, converged & (sources[self.ITEM] == 0))


@pytest.mark.parametrize("alpha", [0.2, 0.99])
def test_a_kept_column_that_did_not_converge_says_so_whenever_it_is_used(alpha):
    fixed_point = Unsettled(symmetric_knn_graph(load_digits().data[:500], 10), alpha)
    spreader = FixedPointSpreader(fixed_point)

    def converged(labels: dict[int, int]) -> bool:
        return spreader(*array_of(fixed_point, labels)).converged

    spreader.prepare([1, 2, 3, 4])
    assert converged({1: 0, 2: 1})
    assert not converged({1: 0, 2: 1, 3: 1})
    assert not converged({1: 0, 2: 1, 3: 1, 4: 0}), "in a class that did not change"
    assert not converged({1: 0, 2: 1, 3: 0}), "in another class"
    assert converged({1: 0, 2: 1}), "no longer used"
    if alpha > 0.8:
        assert fixed_point.n_solved == 4, "all from columns that are kept"


@pytest.mark.parametrize("memory", [0, 2**28])
def test_labels_that_are_solved_together_say_whether_they_converged(memory):
    fixed_point = Unsettled(symmetric_knn_graph(load_digits().data[:500], 10), 0.99)
    spreader = FixedPointSpreader(fixed_point, memory=memory)
    assert spreader(*array_of(fixed_point, dict.fromkeys([7, 8, 9], 0))).converged
    assert not spreader(*array_of(fixed_point, dict.fromkeys([3, 8, 9], 1))).converged
    assert not fixed_point(*array_of(fixed_point, dict.fromkeys([3, 8, 9], 1))).converged


def test_what_is_kept_stays_within_its_memory():
    fixed_point = fixed_point_of("digits", 0.99)
    spreader = FixedPointSpreader(fixed_point, memory=100 * 8 * fixed_point.n_items)
    spreader.prepare(range(300))
    labels: dict[int, int] = {}
    for item in range(300):
        labels[item] = item % 4
        spreader(*array_of(fixed_point, labels))
    assert 20 <= len(spreader._columns) <= 50
    assert 20 <= len(spreader._sums) <= 50
    assert_at_the_fixed_point(spreader, fixed_point, labels)


def test_a_column_that_makes_room_for_another_is_added_all_the_same():
    fixed_point = fixed_point_of("digits", 0.99)
    spreader = FixedPointSpreader(fixed_point, memory=0)
    spreader.prepare(range(20))
    assert list(spreader._columns) == list(range(20)), "as many as are kept"
    assert_at_the_fixed_point(spreader, fixed_point, dict.fromkeys([0, 1, 2, 50], 3))
    assert 0 not in spreader._columns


def test_what_nobody_waits_for_any_more_is_not_solved():
    fixed_point = fixed_point_of("digits", 0.99)
    spreader = FixedPointSpreader(fixed_point)
    answers = iter([True, False])
    spreader.prepare(range(100), lambda: next(answers))
    assert list(spreader._columns) == list(range(10)), "one block, in the order they are shown"


def test_two_projects_on_one_graph_may_take_turns_and_threads_may_share_it():
    fixed_point = fixed_point_of("digits", 0.9)
    spreader = FixedPointSpreader(fixed_point)
    random = np.random.default_rng(3)
    label_sets = [
        {int(i): int(random.integers(10)) for i in random.choice(500, size, replace=False)}
        for size in random.integers(1, 30, size=60)
    ]

    def call(labels: dict[int, int]) -> FloatArray:
        spreader.prepare(list(labels)[:3])
        return spreader(*array_of(fixed_point, labels)).rows(slice(None))

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(call, label_sets))
    for labels, scores in zip(label_sets, results, strict=True):
        expected = fixed_point(*array_of(fixed_point, labels)).scores
        np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-9)
