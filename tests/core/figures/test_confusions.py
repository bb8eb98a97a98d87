"""The most frequent confusions, held against a count of all items and scikit-learn's matrix."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from core.arrays import UNLABELLED
from core.figures.confusions import Confusion, confusions
from core.learning.metrics import report

classes = st.integers(UNLABELLED, 5)


@given(st.lists(st.tuples(st.integers(0, 5), classes), max_size=80), st.integers(1, 40))
def test_they_are_those_that_counting_one_by_one_finds(pairs, most):
    truth, predicted = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    found = confusions(report(truth, predicted, 6), most)
    wrong = Counter((t, p) for t, p in pairs if p not in {t, UNLABELLED})
    support = Counter(t for t, _ in pairs)
    expected = sorted(
        (Confusion(t, p, n, n / support[t]) for (t, p), n in wrong.items()),
        key=lambda one: (-one.n_images, -one.share, one.true, one.predicted),
    )
    assert found.listed == tuple(expected[:most])
    assert found.n_pairs == len(wrong)
    assert found.n_wrong == wrong.total()
    assert found.n_unreached == sum(p == UNLABELLED for _, p in pairs)
    assert found.n_items == len(pairs)


def test_of_many_classes_they_are_the_largest_cells_beside_the_diagonal():
    random = np.random.default_rng(0)
    truth = random.integers(0, 200, 20_000)
    predicted = np.where(random.random(20_000) < 0.7, truth, random.integers(0, 200, 20_000))
    matrix = confusion_matrix(truth, predicted, labels=range(200))
    np.fill_diagonal(matrix, 0)
    found = confusions(report(truth, predicted, 200), 25)
    assert [one.n_images for one in found.listed] == sorted(matrix.ravel(), reverse=True)[:25]
    for one in found.listed:
        assert matrix[one.true, one.predicted] == one.n_images
        assert one.share == pytest.approx(one.n_images / np.count_nonzero(truth == one.true))
    assert found.n_wrong == matrix.sum()
    assert found.n_pairs == np.count_nonzero(matrix)


def told(truth: list[int], predicted: list[int], most: int = 8) -> tuple[str, str]:
    found = confusions(report(np.array(truth), np.array(predicted), 3), most)
    return found.summary, found.unreached


def test_what_is_not_listed_is_told_in_a_sentence():
    assert told([0, 1, 2], [0, 1, 2]) == ("No image is predicted as another class.", "")
    assert told([0, 1, 2], [0, 1, UNLABELLED]) == (
        "No image is predicted as another class.",
        "No label reaches 1 of 3 images.",
    )
    assert told([0, 1, 1], [1, 0, 0])[0] == "3 images predicted as another class."
    assert told([0, 1, 1], [1, 0, 0], 1)[0] == (
        "The first 1 of 2: 2 of 3 images predicted as another class."
    )


def test_how_often_is_told_as_people_say_it():
    found = confusions(report(np.array([1] * 25), np.array([2] + [1] * 24), 3), 8)
    assert found.listed[0].told(("0", "3", "8")) == "1 image, 4.0 % of all 3s"
    assert found.listed[0].told(("a", "sea lion", "b")) == "1 image, 4.0 % of the class"
