"""Coefficients of agreement, against published examples and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import cohen_kappa_score

from core.arrays import UNLABELLED, IntArray
from core.people.agreement import (
    Agreement,
    by_class,
    by_pair,
    cohen_kappa,
    counts_of,
    fleiss_kappa,
    krippendorff_alpha,
)
from tests.core.people.published import (
    FLEISS,
    KRIPPENDORFF,
    KRIPPENDORFF_BINARY,
    KRIPPENDORFF_NOMINAL,
)


def _read(rows: tuple[str, ...]) -> tuple[IntArray, int]:
    said = [row.split() for row in rows]
    names = sorted({word for row in said for word in row} - {"."})
    answers = [[names.index(w) if w != "." else UNLABELLED for w in row] for row in said]
    return np.array(answers).T, len(names)


@pytest.mark.parametrize(
    ("rows", "alpha", "n_items"),
    [
        (KRIPPENDORFF, 0.743, 11),
        (KRIPPENDORFF_BINARY, 0.095, 10),
        (KRIPPENDORFF_NOMINAL, 0.692, 12),
    ],
)
def test_krippendorffs_alpha_is_the_one_that_he_published(rows, alpha, n_items):
    found = krippendorff_alpha(counts_of(*_read(rows)))
    assert found.value == pytest.approx(alpha, abs=5e-4)
    assert found.n_items == n_items


def test_fleiss_kappa_is_that_of_the_textbooks():
    found = fleiss_kappa(FLEISS)
    assert found.value == pytest.approx(0.210, abs=5e-4)
    assert found.n_items == 10


answers_of_three = arrays.arrays(
    np.int64, st.tuples(st.integers(2, 30), st.just(3)), elements=st.integers(-1, 3)
)


@given(answers_of_three)
def test_cohens_kappa_is_scikit_learns_on_what_both_have_answered(answers):
    one, other = answers[:, 0], answers[:, 1]
    found = cohen_kappa(one, other, 4)
    both = (one >= 0) & (other >= 0)
    assert found.n_items == np.count_nonzero(both)
    if found.value is None:
        assert len({*one[both], *other[both]}) <= 1
    else:
        assert found.value == pytest.approx(cohen_kappa_score(one[both], other[both]))


def test_pairs_are_compared_where_they_have_something_in_common():
    answers = np.array([[0, 0, -1], [1, 1, -1], [1, 0, -1], [-1, -1, 1]])
    found = by_pair(answers, 2)
    assert [*found] == [(0, 1)]
    assert found[0, 1].value == pytest.approx(0.4)
    assert found[0, 1].n_items == 3


@given(answers_of_three, st.permutations(range(4)), st.permutations(range(3)))
def test_neither_the_order_of_people_nor_the_names_of_classes_matter(answers, classes, people):
    renamed = np.append(np.array(classes), UNLABELLED)[answers][:, people]
    counts, others = counts_of(answers, 4), counts_of(renamed, 4)
    for coefficient in (fleiss_kappa, krippendorff_alpha):
        value = coefficient(counts).value
        assert coefficient(others).value == (None if value is None else pytest.approx(value))
    for before, after in enumerate(classes):
        value = by_class(counts)[before].value
        assert by_class(others)[after].value == (None if value is None else pytest.approx(value))


@given(answers_of_three)
def test_kappa_of_two_who_both_answered_all_of_many_items_is_close_to_alpha(answers):
    """They differ by chance with and without putting back, so by one part in the answers."""
    answers = np.tile(answers[:, :2][(answers[:, :2] >= 0).all(axis=1)], (200, 1))
    counts = counts_of(answers, 4)
    kappa, alpha = fleiss_kappa(counts).value, krippendorff_alpha(counts).value
    if kappa is None:
        assert alpha is None
    else:
        assert alpha == pytest.approx(kappa, abs=0.01)


def test_a_class_that_all_see_alike_is_told_from_two_that_are_mixed_up():
    answers = np.array([[0, 0], [0, 0], [1, 2], [2, 1], [1, 1], [2, 2], [-1, 2]])
    sure, *mixed = by_class(counts_of(answers, 4))
    assert sure == Agreement(1, 2)
    for one in mixed[:2]:
        assert one.value is not None
        assert one.value < 0.6
        assert one.n_items == 3
    assert mixed[2] == Agreement(None, 0)


@pytest.mark.parametrize("answers", [np.empty((0, 2), np.int64), np.array([[1, -1], [-1, 0]])])
def test_of_nothing_in_common_nothing_is_said(answers):
    counts = counts_of(answers, 2)
    assert fleiss_kappa(counts) == krippendorff_alpha(counts) == Agreement(None, 0)
    assert by_pair(answers, 2) == {}
    assert by_class(counts) == (Agreement(None, 0), Agreement(None, 0))


def test_where_all_is_one_class_agreement_says_nothing():
    counts = counts_of(np.ones((5, 3), np.int64), 2)
    assert fleiss_kappa(counts) == krippendorff_alpha(counts) == Agreement(None, 5)
