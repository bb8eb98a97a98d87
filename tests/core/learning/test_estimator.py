"""Label spreading gives what scikit-learn gives, and sane answers where it gives none."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import splu
from sklearn.base import clone
from sklearn.datasets import load_digits, make_moons
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.semi_supervised import LabelSpreading as SklearnLabelSpreading
from sklearn.utils.estimator_checks import check_estimator

from core.arrays import UNLABELLED, FloatArray, IntArray
from core.graph.similarity import (
    Kernel,
    SimilarityGraph,
    build_graph,
    knn_graph,
    rbf_graph,
    symmetric_knn_graph,
)
from core.learning.beliefs import DOUBLE_UP_TO, Spreader, believe
from core.learning.estimator import LabelSpreading
from core.learning.fixed_point import FixedPoint
from core.learning.sweeps import Spread, normalise_rows, one_hot_labels, spread
from core.replay.legacy import spread_legacy
from tests.core.chains import chain

TIE = 1e-12
"""Closer than this the two best classes of an item are a tie that rounding decides."""


@cache
def features_of(name: str) -> FloatArray:
    random = np.random.default_rng(0)
    match name:
        case "raw digits":
            return np.asarray(load_digits().data[:120], dtype=np.float64)
        case "moons":
            return np.asarray(make_moons(90, noise=0.1, random_state=0)[0])
        case "duplicates":
            return random.integers(0, 4, size=(60, 2)).astype(np.float64)
        case "far apart":
            return np.concatenate([random.normal(size=(20, 3)) + 100 * i for i in range(3)])
        case _:
            raise AssertionError(name)


class Case(NamedTuple):
    features: FloatArray
    labels: list[IntArray]
    parameters: dict[str, Any]


@st.composite
def cases(draw: st.DrawFn, n_label_sets: int = 1) -> Case:
    features = features_of(
        draw(st.sampled_from(["raw digits", "moons", "duplicates", "far apart"]))
    )
    names = draw(st.lists(st.integers(-50, 1000).filter(lambda i: i != UNLABELLED), min_size=1))
    one_set = st.dictionaries(
        st.integers(0, len(features) - 1), st.sampled_from(names), min_size=1, max_size=40
    )
    label_sets = []
    for _ in range(n_label_sets):
        labels = np.full(len(features), UNLABELLED, dtype=np.int64)
        for item, name in draw(one_set).items():
            labels[item] = name
        label_sets.append(labels)
    parameters = {
        "kernel": draw(st.sampled_from(["rbf", "knn"])),
        "gamma": draw(st.sampled_from([0, 1e-3, 0.25, 20])),
        "n_neighbors": draw(st.integers(1, 25)),
        "alpha": draw(st.sampled_from([1e-6, 0.2, 0.5, 0.9, 0.99]) | st.floats(0.01, 0.99)),
        "max_iter": draw(st.sampled_from([1, 2, 5, 30, 200])),
        "tol": draw(st.sampled_from([0, 1e-9, 1e-3, 0.5, 1e6])),
    }
    return Case(features, label_sets, parameters)


def fitted(model: Any, features: Any, labels: IntArray) -> tuple[Any, bool]:
    """The model after its fit, and whether it warned that it did not converge."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(features, labels)
    return model, any(issubclass(w.category, ConvergenceWarning) for w in caught)


def assert_same_fit(ours: Any, theirs: Any) -> None:
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    np.testing.assert_allclose(
        ours.label_distributions_, theirs.label_distributions_, rtol=0, atol=1e-12
    )
    assert ours.n_iter_ == theirs.n_iter_
    sure = without_ties(theirs.label_distributions_)
    np.testing.assert_array_equal(ours.transduction_[sure], theirs.transduction_[sure])


def without_ties(distributions: FloatArray) -> IntArray:
    """The items whose two best classes differ enough for both programs to see the same order.

    An all-zero row is no such tie: its zeros are exact, and both programs take the first class.
    """
    best_two = np.sort(distributions, axis=1)[:, -2:]
    tied = (best_two[:, -1] - best_two[:, 0] <= TIE) & (best_two[:, -1] > 0)
    if distributions.shape[1] == 1:
        tied[:] = False
    return np.flatnonzero(~tied)


@settings(max_examples=300)
@given(case=cases())
def test_a_fit_is_the_one_of_scikit_learn(case):
    ours, we_warned = fitted(LabelSpreading(**case.parameters), case.features, case.labels[0])
    theirs, they_warned = fitted(
        SklearnLabelSpreading(**case.parameters), case.features, case.labels[0]
    )
    assert_same_fit(ours, theirs)
    assert we_warned == they_warned


@settings(max_examples=100)
@given(case=cases(n_label_sets=3))
def test_a_refit_on_the_kept_graph_is_a_fresh_fit(case):
    first, *others = case.labels
    ours, _ = fitted(LabelSpreading(**case.parameters), case.features, first)
    for labels in others:
        theirs, _ = fitted(SklearnLabelSpreading(**case.parameters), case.features, labels)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            ours.refit(labels)
        assert_same_fit(ours, theirs)


@settings(max_examples=100)
@given(case=cases(), seed=st.integers(0, 1000))
def test_predictions_for_new_items_are_those_of_scikit_learn(case, seed):
    ours, _ = fitted(LabelSpreading(**case.parameters), case.features, case.labels[0])
    theirs, _ = fitted(SklearnLabelSpreading(**case.parameters), case.features, case.labels[0])
    random = np.random.default_rng(seed)
    spots = random.choice(len(case.features), 15)
    new = case.features[spots] + random.normal(size=(15, case.features.shape[1]))
    with np.errstate(invalid="ignore"):  # scikit-learn divides 0 by 0 where nothing is near
        expected = theirs.predict_proba(new)
        classes = theirs.predict(new)
    found = ours.predict_proba(new)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    best_two = np.sort(expected, axis=1)[:, -2:]
    clear = (best_two[:, -1] - best_two[:, 0] > 1e-9) | (expected.shape[1] == 1)
    clear |= np.isnan(expected).all(axis=1)
    np.testing.assert_array_equal(ours.predict(new)[clear], classes[clear])


@pytest.mark.parametrize("gamma", [0.25, 20])
def test_all_raw_digits_are_spread_as_by_scikit_learn_where_weights_nearly_vanish(gamma):
    digits = load_digits()
    labels = np.where(np.arange(len(digits.data)) < 40, digits.target, UNLABELLED)
    parameters: dict[str, Any] = {"gamma": gamma, "alpha": 0.2, "max_iter": 20}
    ours, _ = fitted(LabelSpreading(**parameters), digits.data, labels)
    theirs, _ = fitted(SklearnLabelSpreading(**parameters), digits.data, labels)
    assert_same_fit(ours, theirs)


def test_sparse_features_are_taken_as_by_scikit_learn():
    features = features_of("duplicates")
    labels = np.full(len(features), UNLABELLED)
    labels[:5] = [0, 1, 0, 1, 2]
    ours, _ = fitted(LabelSpreading(gamma=0.5), sparse.csr_array(features), labels)
    theirs, _ = fitted(SklearnLabelSpreading(gamma=0.5), sparse.csr_array(features), labels)
    assert_same_fit(ours, theirs)


@pytest.mark.parametrize(
    ("kernel", "mode"),
    [("rbf", "exact"), ("symmetric_knn", "exact"), ("symmetric_knn", "fixed_point")],
)
def test_scikit_learn_finds_nothing_to_object_to(kernel, mode):
    """Its own checks of an estimator; the one of other array libraries needs one of those."""
    results = check_estimator(LabelSpreading(kernel, mode=mode, n_neighbors=5), on_skip=None)
    assert {r["check_name"] for r in results if r["status"] != "passed"} <= {
        "check_array_api_input"
    }
    assert len(results) > 40


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"alpha": 0}, "alpha must lie between 0 and 1"),
        ({"alpha": 1.0}, "alpha must lie between 0 and 1"),
        ({"alpha": float("nan")}, "alpha must lie between 0 and 1"),
        ({"alpha": "0.2"}, "alpha must be a real number, not '0.2'"),
        ({"gamma": -1}, "gamma must be at least 0"),
        ({"gamma": float("nan")}, "gamma must be at least 0"),
        ({"tol": -1e-3}, "tol must be at least 0"),
        ({"tol": float("nan")}, "tol must be at least 0"),
        ({"tol": None}, "tol must be a real number"),
        ({"max_iter": 0}, "max_iter must be at least 1"),
        ({"max_iter": 2.5}, "max_iter must be a"),
        ({"n_neighbors": 0}, "n_neighbors must be at least 1"),
        ({"n_neighbors": True}, "n_neighbors must be a"),
        ({"kernel": "cosine"}, "kernel must be 'rbf' or 'knn' or 'symmetric_knn', not 'cosine'"),
        ({"mode": "quick"}, "mode must be 'exact' or 'fixed_point', not 'quick'"),
        ({"threads": 0}, "threads must be at least 1, not 0"),
    ],
)
def test_a_bad_parameter_is_named_before_anything_is_built(parameters, text):
    model = LabelSpreading(**parameters)
    with pytest.raises(ValueError, match=text):
        model.fit(features_of("moons"), np.zeros(90, dtype=int))
    assert not hasattr(model, "graph_")


def test_without_any_label_the_error_says_so():
    with pytest.raises(ValueError, match="y has no label at all"):
        LabelSpreading().fit(features_of("moons"), np.full(90, UNLABELLED))


def test_a_refit_without_any_label_says_so_and_keeps_the_fit():
    model, _ = fitted(LabelSpreading(), features_of("moons"), np.arange(90) % 2)
    before = model.transduction_
    with pytest.raises(ValueError, match="y has no label at all"):
        model.refit(np.full(90, UNLABELLED))
    assert model.transduction_ is before


def test_a_refit_before_a_fit_is_refused():
    with pytest.raises(NotFittedError):
        LabelSpreading().refit(np.zeros(90))


@pytest.mark.parametrize("shape", [(89,), (91,), (90, 2)])
def test_a_refit_with_labels_of_another_shape_is_refused(shape):
    model, _ = fitted(LabelSpreading(), features_of("moons"), np.arange(90) % 2)
    with pytest.raises(ValueError, match="shape"):
        model.refit(np.zeros(shape, dtype=int))


def test_labels_and_features_of_different_length_are_refused():
    with pytest.raises(ValueError, match="inconsistent"):
        LabelSpreading().fit(features_of("moons"), np.zeros(89, dtype=int))


def test_a_fit_that_does_not_settle_warns_with_its_own_number():
    with pytest.warns(ConvergenceWarning, match="max_iter=1 was reached"):
        LabelSpreading(max_iter=1, tol=0).fit(features_of("moons"), np.arange(90) % 2)


# -- spread --


def test_spreading_to_the_end_solves_the_linear_system():
    graph = rbf_graph(features_of("moons"), 5.0)
    labels = np.full(90, UNLABELLED)
    labels[[3, 40, 77]] = [0, 1, 2]
    one_hot = one_hot_labels(labels, np.arange(3))
    result = spread(graph, one_hot, alpha=0.9, max_iter=5000, tol=1e-13)
    expected = np.linalg.solve(np.eye(90) - 0.9 * np.asarray(graph.matrix), 0.1 * one_hot)
    assert result.converged
    np.testing.assert_allclose(result.scores, expected, rtol=0, atol=1e-12)


def test_one_sweep_is_the_formula_written_out():
    graph = rbf_graph(features_of("moons"), 5.0)
    one_hot = np.eye(90)[:, :4]
    result = spread(graph, one_hot, alpha=0.3, max_iter=1, tol=0)
    np.testing.assert_allclose(
        result.scores, 0.3 * np.asarray(graph.matrix) @ one_hot + 0.7 * one_hot, rtol=1e-14
    )
    assert (result.n_iter, result.converged) == (1, False)


# -- believe --


def spreader_over(
    graph: SimilarityGraph, *, alpha: float = 0.2, max_iter: int = 30, tol: float = 1e-3
) -> Spreader:
    def spreader(labels: IntArray, classes: IntArray, /) -> Spread:
        one_hot = one_hot_labels(labels, classes)
        return spread(graph, one_hot, alpha=alpha, max_iter=max_iter, tol=tol)

    return spreader


def no_labels(n_items: int) -> IntArray:
    return np.full(n_items, UNLABELLED, dtype=np.int64)


def test_without_labels_nothing_is_reached_and_nothing_predicted():
    beliefs = believe(no_labels(90), 3, spreader_over(rbf_graph(features_of("moons"), 1.0)))
    assert not beliefs.reached.any()
    assert not beliefs.labelled.any()
    assert (beliefs.predicted == UNLABELLED).all()
    assert (beliefs.model_class == UNLABELLED).all()
    assert not beliefs.probabilities.any()
    assert not beliefs.confidence.any()
    assert beliefs.probabilities.shape == (90, 3)
    assert (beliefs.n_iter, beliefs.converged) == (0, True)


def test_one_class_only_is_believed_of_every_item_it_reaches():
    labels = no_labels(90)
    labels[[2, 5]] = 1
    beliefs = believe(labels, 3, spreader_over(rbf_graph(features_of("moons"), 1.0)))
    assert (beliefs.predicted == 1).all()
    np.testing.assert_array_equal(beliefs.probabilities[:, 1], np.ones(90))


def test_classes_not_seen_yet_have_columns_of_zeros():
    labels = no_labels(90)
    labels[[2, 5]] = [1, 4]
    beliefs = believe(labels, 6, spreader_over(rbf_graph(features_of("moons"), 1.0)))
    assert not beliefs.probabilities[:, [0, 2, 3, 5]].any()
    np.testing.assert_allclose(beliefs.probabilities.sum(axis=1), 1)


@pytest.mark.parametrize("kernel", ["rbf", "knn"])
def test_what_is_believed_is_what_scikit_learn_believes_but_for_unreached_items(
    kernel: Kernel,
):
    digits = load_digits()
    features, truth = digits.data[:500], digits.target[:500].astype(np.int64)
    labels = no_labels(500)
    labels[:6] = truth[:6]
    parameters: dict[str, Any] = {"alpha": 0.2, "max_iter": 20, "tol": 1e-3}
    graph = build_graph(features, kernel, gamma=0.25, n_neighbors=7)
    beliefs = believe(labels, 10, spreader_over(graph, **parameters))
    theirs, _ = fitted(
        SklearnLabelSpreading(kernel=kernel, gamma=0.25, n_neighbors=7, **parameters),
        features,
        labels,
    )
    np.testing.assert_allclose(
        beliefs.probabilities[:, theirs.classes_], theirs.label_distributions_, rtol=0, atol=1e-12
    )
    assert beliefs.n_iter == theirs.n_iter_
    reached = theirs.label_distributions_.any(axis=1)
    np.testing.assert_array_equal(beliefs.reached, reached)
    np.testing.assert_array_equal(beliefs.predicted[reached], theirs.transduction_[reached])


def test_an_item_no_label_reaches_is_never_taken_for_class_zero():
    features = load_digits().data[:500]
    labels = no_labels(500)
    labels[0] = 0
    theirs, _ = fitted(SklearnLabelSpreading(kernel="knn", alpha=0.2), features, labels)
    empty = ~theirs.label_distributions_.any(axis=1)
    assert empty.sum() > 100, "scikit-learn leaves rows of zeros here, and calls them class 0"
    assert (theirs.transduction_[empty] == 0).all()
    beliefs = believe(labels, 10, spreader_over(knn_graph(features, 7)))
    assert (beliefs.predicted[empty] == UNLABELLED).all()
    assert (beliefs.model_class[empty] == UNLABELLED).all()
    assert not beliefs.confidence[empty].any()


def test_a_given_label_wins_over_the_model_that_contradicts_it():
    features = np.zeros((5, 1))
    labels = np.array([1, 0, 0, 0, 0])
    theirs, _ = fitted(SklearnLabelSpreading(alpha=0.99, max_iter=5000), features, labels)
    assert theirs.transduction_[0] == 0, "at high alpha the neighbours outvote the label"
    beliefs = believe(labels, 2, spreader_over(rbf_graph(features, 20), alpha=0.99, max_iter=5000))
    assert beliefs.model_class[0] == 0
    assert beliefs.predicted[0] == 1


def test_what_is_believed_does_not_change_with_the_labels_array_afterwards():
    labels = no_labels(90)
    labels[2] = 1
    beliefs = believe(labels, 3, spreader_over(rbf_graph(features_of("moons"), 1.0)))
    labels[2] = 2
    assert beliefs.labels[2] == 1


def legacy_by_hand(
    affinities: FloatArray, one_hot: FloatArray, alpha: float, max_iter: int, tol: float
) -> tuple[FloatArray, int]:
    """The sweeps of scikit-learn before 0.19, item by item, and how many there were."""
    n_items, n_classes = one_hot.shape
    scores, before, sweeps = one_hot.tolist(), np.zeros_like(one_hot).tolist(), 0
    while sweeps < max_iter - 1:
        change = sum(
            abs(scores[i][c] - before[i][c]) for i in range(n_items) for c in range(n_classes)
        )
        if change <= tol:
            break
        before, scores, sweeps = scores, [], sweeps + 1
        for i in range(n_items):
            heard = [
                sum(affinities[i, j] * before[j][c] for j in range(n_items))
                for c in range(n_classes)
            ]
            if one_hot[i].any():
                scores.append([heard[c] + (1 - alpha) * one_hot[i, c] for c in range(n_classes)])
            else:
                scores.append([alpha * heard[c] for c in range(n_classes)])
    return np.array(scores), sweeps


def some_labels(n_items: int, seed: int) -> IntArray:
    random = np.random.default_rng(seed)
    labels = no_labels(n_items)
    labels[random.choice(n_items, 6, replace=False)] = [0, 1, 2, 0, 1, 2]
    return labels


@pytest.mark.parametrize("name", ["moons", "duplicates", "far apart"])
@pytest.mark.parametrize("kernel", ["rbf", "knn"])
@pytest.mark.parametrize(
    ("alpha", "max_iter", "tol"),
    [(0.2, 5, 1e-3), (0.2, 60, 1e-3), (0.9, 7, 0.0), (0.5, 1, 1e-3), (0.01, 30, 0.5)],
)
def test_legacy_clamping_is_what_its_sweeps_give_item_by_item(
    name: str, kernel: Kernel, alpha: float, max_iter: int, tol: float
):
    features = features_of(name)[:40]
    graph = build_graph(features, kernel, gamma=0.5, n_neighbors=5)
    dense = graph.matrix.toarray() if sparse.issparse(graph.matrix) else graph.matrix
    one_hot = one_hot_labels(some_labels(len(features), 3), np.arange(3))
    result = spread_legacy(graph, one_hot, alpha=alpha, max_iter=max_iter, tol=tol)
    expected, sweeps = legacy_by_hand(np.asarray(dense), one_hot, alpha, max_iter, tol)
    np.testing.assert_allclose(result.scores, expected, rtol=1e-12, atol=1e-300)
    assert result.n_iter == sweeps
    assert result.converged == (sweeps < max_iter - 1)


def test_legacy_clamping_stops_at_a_change_of_exactly_the_tolerance():
    """The current way goes on there: it asks for less."""
    graph = SimilarityGraph(matrix=np.zeros((2, 2)))
    one_hot = np.array([[1.0, 0.0], [0.0, 1.0]])
    legacy = spread_legacy(graph, one_hot, alpha=0.5, max_iter=9, tol=1.0)
    current = spread(graph, one_hot, alpha=0.5, max_iter=9, tol=1.0)
    assert (legacy.n_iter, current.n_iter) == (1, 2)


def test_legacy_clamping_makes_one_sweep_less_than_it_may():
    graph = rbf_graph(features_of("moons"), 1.0)
    one_hot = one_hot_labels(some_labels(90, 0), np.arange(3))
    for max_iter in (1, 2, 5):
        result = spread_legacy(graph, one_hot, alpha=0.9, max_iter=max_iter, tol=0)
        assert result.n_iter == max_iter - 1
        assert not result.converged


def test_a_labelled_item_hears_its_neighbours_in_full_only_under_legacy_clamping():
    graph = SimilarityGraph(matrix=np.array([[0.0, 1.0], [1.0, 0.0]]))
    one_hot = np.array([[1.0, 0.0], [0.0, 1.0]])
    legacy = spread_legacy(graph, one_hot, alpha=0.25, max_iter=2, tol=0)
    current = spread(graph, one_hot, alpha=0.25, max_iter=1, tol=0)
    np.testing.assert_allclose(legacy.scores, [[0.75, 1.0], [1.0, 0.75]], rtol=1e-15)
    np.testing.assert_allclose(current.scores, [[0.75, 0.25], [0.25, 0.75]], rtol=1e-15)


def test_where_legacy_scikit_learn_said_nan_an_item_is_not_reached():
    features = np.array([[0.0], [0.1], [50.0], [50.1]])
    graph = rbf_graph(features, 20)
    labels = np.array([1, UNLABELLED, UNLABELLED, UNLABELLED])
    one_hot = one_hot_labels(labels, np.array([1]))
    scores = spread_legacy(graph, one_hot, alpha=0.2, max_iter=5, tol=1e-3).scores
    with np.errstate(invalid="ignore"):
        theirs = scores / scores.sum(axis=1, keepdims=True)
    assert np.isnan(theirs).any(axis=1).tolist() == [False, False, True, True]
    np.testing.assert_array_equal(normalise_rows(scores), np.nan_to_num(theirs))


# ---- the fixed point


def fixed_point_directly(graph: SimilarityGraph, alpha: float, one_hot: FloatArray) -> FloatArray:
    """By a direct sparse solver."""
    system = sparse.eye_array(graph.n_items) - alpha * sparse.csr_array(graph.matrix)
    return np.asarray((1 - alpha) * splu(sparse.csc_array(system)).solve(one_hot))


@pytest.mark.parametrize("kernel", ["rbf", "knn", "symmetric_knn"])
@pytest.mark.parametrize("alpha", [0.2, 0.9, 0.99])
@pytest.mark.parametrize("n_labels", [3, 30])
def test_the_fixed_point_is_where_sweeps_without_end_come_to(kernel, alpha, n_labels):
    digits = load_digits()
    features, y = digits.data[:120], digits.target[:120].copy()
    y[n_labels:] = UNLABELLED
    settings = {"gamma": 0.01, "alpha": alpha}
    found = LabelSpreading(kernel, **settings, mode="fixed_point").fit(features, y)
    swept = LabelSpreading(kernel, **settings, tol=0, max_iter=3_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        swept.fit(features, y)
    np.testing.assert_allclose(
        found.label_distributions_, swept.label_distributions_, rtol=0, atol=1e-6
    )
    np.testing.assert_array_equal(found.classes_, swept.classes_)
    assert found.n_iter_ == 1


@pytest.mark.parametrize("alpha", [0.2, 0.99])
def test_the_fixed_point_of_all_digits_is_that_of_a_direct_solver(alpha):
    digits = load_digits()
    graph = symmetric_knn_graph(digits.data, 10)
    labels = np.full(1797, UNLABELLED)
    labels[:1797:90] = digits.target[:1797:90]
    classes = np.unique(labels[labels != UNLABELLED])
    found = FixedPoint(graph, alpha)(labels, classes)
    expected = fixed_point_directly(graph, alpha, one_hot_labels(labels, classes))
    np.testing.assert_allclose(found.scores, expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(
        normalise_rows(found.scores), normalise_rows(expected), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("alpha", [0.2, 0.99])
def test_the_fixed_point_is_exactly_zero_where_no_label_reaches(alpha):
    clusters = np.repeat([0.0, 1e3, 2e6], 20)[:, np.newaxis]
    features = clusters + np.random.default_rng(0).normal(size=(60, 2))
    labels = np.full(60, UNLABELLED)
    labels[[0, 1, 20]] = [2, 0, 0]
    beliefs = believe(labels, 3, FixedPoint(symmetric_knn_graph(features, 5), alpha))
    assert beliefs.reached.tolist() == [True] * 40 + [False] * 20
    np.testing.assert_array_equal(beliefs.probabilities[20:40], [[1, 0, 0]] * 20)
    np.testing.assert_array_equal(beliefs.probabilities[40:], 0)


def test_large_sets_have_distributions_in_float32_that_are_right_to_its_last_digits():
    n_items = DOUBLE_UP_TO + 1
    graph = chain(n_items)
    labels = np.full(n_items, UNLABELLED)
    labels[::500] = np.arange(len(labels[::500])) % 4
    beliefs = believe(labels, 4, FixedPoint(graph, 0.5))
    assert beliefs.probabilities.dtype == np.float32
    expected = normalise_rows(
        fixed_point_directly(graph, 0.5, one_hot_labels(labels, np.arange(4)))
    )
    near = np.abs(np.arange(n_items) % 500 - 250) > 230
    np.testing.assert_allclose(beliefs.probabilities[near], expected[near], atol=1e-6)


def test_a_fixed_point_that_is_not_reached_is_warned_of_and_says_what_to_do():
    features, y = features_of("moons"), np.where(np.arange(90) % 9, UNLABELLED, np.arange(90) % 2)
    settings: dict[str, Any] = {"n_neighbors": 5, "mode": "fixed_point"}
    model, warned = fitted(LabelSpreading("symmetric_knn", alpha=0.999, **settings), features, y)
    assert not warned
    model = LabelSpreading("symmetric_knn", alpha=1 - 1e-9, **settings)
    with pytest.warns(ConvergenceWarning, match="choose a lower alpha"):
        model.fit(features, y)
    with pytest.warns(ConvergenceWarning, match="choose a lower alpha"):
        model.refit(y)
    assert np.isfinite(model.label_distributions_).all()


def test_new_points_take_the_weighted_mean_of_their_nearest_items():
    digits = load_digits()
    fitted, new = digits.data[:400], digits.data[400:460]
    y = digits.target[:400].copy()
    y[100:] = UNLABELLED
    model = LabelSpreading("symmetric_knn", n_neighbors=6, alpha=0.9, mode="fixed_point")
    model.fit(fitted, y)
    squared = np.square(new[:, np.newaxis] - fitted).sum(axis=2)
    nearest = np.argsort(squared, axis=1)[:, :6]
    near = np.take_along_axis(squared, nearest, axis=1)
    weights = np.exp(-4 * near / near[:, -1:])
    scores = np.einsum("ij,ijk->ik", weights, model.label_distributions_[nearest])
    np.testing.assert_allclose(model.predict_proba(new), normalise_rows(scores), atol=1e-4)


def test_a_clone_has_the_same_settings_and_no_graph():
    model = LabelSpreading("symmetric_knn", mode="fixed_point", alpha=0.9, threads=2)
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        twin.predict([[0.0]])


def test_refit_at_the_fixed_point_is_as_good_as_fit():
    digits = load_digits()
    features, y = digits.data[:300], digits.target[:300].copy()
    y[20:] = UNLABELLED
    model = LabelSpreading("symmetric_knn", mode="fixed_point").fit(features, y)
    y[20:40] = digits.target[20:40]
    again = LabelSpreading("symmetric_knn", mode="fixed_point").fit(features, y)
    np.testing.assert_array_equal(model.refit(y).label_distributions_, again.label_distributions_)
