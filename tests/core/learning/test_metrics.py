"""Metrics are those of scikit-learn's report, with items no label reaches counted as wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

from core.arrays import UNLABELLED, IntArray
from core.learning.beliefs import Beliefs
from core.learning.metrics import accuracy, check_labels, report, report_all, report_unlabelled


def whole(*numbers: int) -> IntArray:
    return np.array(numbers, dtype=np.int64)


def beliefs_of(model_class: IntArray, labels: IntArray) -> Beliefs:
    return Beliefs(
        probabilities=np.zeros((len(labels), 3)),
        model_class=model_class,
        predicted=np.where(labels != UNLABELLED, labels, model_class),
        labels=labels,
        n_iter=1,
        converged=True,
    )


pairs = st.integers(2, 6).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(-1, n - 1)), min_size=1, max_size=60),
    )
)


@given(pairs=pairs)
def test_a_report_is_the_one_of_scikit_learn(pairs):
    n_classes, rows = pairs
    truth, predicted = np.array(rows, dtype=np.int64).T
    found = report(truth, predicted, n_classes)
    expected = classification_report(
        truth, predicted, labels=range(n_classes), output_dict=True, zero_division=0
    )
    for name, ours in (("precision", found.precision), ("recall", found.recall)):
        np.testing.assert_allclose(ours, [expected[str(c)][name] for c in range(n_classes)])
    np.testing.assert_allclose(found.f1, [expected[str(c)]["f1-score"] for c in range(n_classes)])
    assert found.support.tolist() == [expected[str(c)]["support"] for c in range(n_classes)]
    assert found.accuracy == pytest.approx(accuracy_score(truth, predicted))
    assert found.n_items == len(rows)
    np.testing.assert_array_equal(
        found.confusion[:, :n_classes],
        confusion_matrix(truth, predicted, labels=range(n_classes))
        if np.isin(truth, range(n_classes)).any()
        else 0,
    )
    assert found.confusion.sum() == len(rows)
    occurring = sorted({*truth.tolist(), *predicted.tolist()} - {UNLABELLED})
    expected = classification_report(
        truth, predicted, labels=occurring, output_dict=True, zero_division=0
    )
    assert found.macro_f1 == pytest.approx(expected["macro avg"]["f1-score"])


def test_a_case_worked_out_by_hand():
    """Class 0: two right, one taken for 1, one not reached. Class 1: one right. Class 2: none."""
    found = report(whole(0, 0, 0, 0, 1), whole(0, 0, 1, -1, 1), 3)
    assert found.confusion.tolist() == [[2, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert found.accuracy == pytest.approx(3 / 5)
    np.testing.assert_allclose(found.precision, [1, 1 / 2, 0])
    np.testing.assert_allclose(found.recall, [1 / 2, 1, 0])
    np.testing.assert_allclose(found.f1, [2 / 3, 2 / 3, 0])
    assert found.macro_f1 == pytest.approx(2 / 3)
    assert found.support.tolist() == [4, 1, 0]


def test_an_item_that_no_label_reaches_counts_as_wrong():
    assert accuracy(whole(0, 1), whole(-1, 1)) == 0.5
    found = report(whole(0, 0), whole(-1, -1), 2)
    assert found.accuracy == 0
    assert found.confusion.tolist() == [[0, 0, 2], [0, 0, 0]]
    assert found.macro_f1 == 0


def test_over_no_items_there_is_no_accuracy():
    found = report(whole(), whole(), 3)
    assert math.isnan(found.accuracy)
    assert math.isnan(found.macro_f1)
    assert math.isnan(accuracy(whole(), whole()))
    assert found.n_items == 0
    assert found.confusion.shape == (3, 4)
    assert not found.confusion.any()
    assert found.support.tolist() == [0, 0, 0]


def test_a_report_cannot_be_changed():
    found = report(whole(0, 1), whole(0, 1), 2)
    for array in (found.precision, found.recall, found.f1, found.support, found.confusion):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7


def test_over_all_items_given_labels_count_as_what_was_given():
    beliefs = beliefs_of(model_class=whole(1, 1, 2, 0), labels=whole(0, 2, -1, -1))
    truth = whole(0, 1, 2, 1)
    assert report_all(truth, beliefs, 3).accuracy == pytest.approx(2 / 4)


def test_over_the_unlabelled_items_given_labels_do_not_count():
    beliefs = beliefs_of(model_class=whole(1, 1, 2, 0), labels=whole(0, 2, -1, -1))
    found = report_unlabelled(whole(0, 1, 2, 1), beliefs, 3)
    assert found.n_items == 2
    assert found.accuracy == pytest.approx(1 / 2)


def test_once_all_is_labelled_nothing_is_left_to_measure():
    beliefs = beliefs_of(model_class=whole(1, 1), labels=whole(0, 2))
    assert report_unlabelled(whole(0, 2), beliefs, 3).n_items == 0


def test_only_labels_that_a_person_gave_are_compared_with_the_truth():
    check = check_labels(
        truth=whole(0, 1, 2, 0, 1),
        labels=whole(1, 1, 0, -1, 0),
        by_person=np.array([True, True, False, True, True]),
    )
    assert check.n_labels == 3
    assert check.differing == (0, 4)


def test_without_labels_nothing_differs():
    check = check_labels(whole(0, 1), whole(-1, -1), np.array([True, True]))
    assert (check.n_labels, check.differing) == (0, ())


def test_items_whose_class_is_not_known_are_left_out():
    truth = whole(0, UNLABELLED, 1, 2, UNLABELLED)
    predicted = whole(0, 1, 2, UNLABELLED, UNLABELLED)
    known = truth != UNLABELLED
    found, expected = report(truth, predicted, 3), report(truth[known], predicted[known], 3)
    assert found.n_items == 3
    assert found.accuracy == accuracy(truth, predicted) == pytest.approx(1 / 3)
    assert found.macro_f1 == expected.macro_f1
    np.testing.assert_array_equal(found.confusion, expected.confusion)


def test_a_label_of_an_item_whose_class_is_not_known_cannot_differ():
    check = check_labels(whole(0, UNLABELLED, 1), whole(0, 1, 2), np.ones(3, dtype=np.bool_))
    assert (check.n_labels, check.differing) == (2, (2,))


def test_where_nothing_is_known_there_is_no_accuracy():
    assert math.isnan(accuracy(whole(UNLABELLED, UNLABELLED), whole(0, 1)))
