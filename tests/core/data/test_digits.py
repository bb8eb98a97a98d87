"""The digits are scikit-learn's, in the order of its examples."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits as load_sklearn_digits

from core.config import ProjectConfig
from core.data import catalogue
from core.data.digits import load_digits


def test_all_digits_come_in_the_order_of_the_source():
    ours, theirs = load_digits(n_samples=1797, shuffle_seed=None), load_sklearn_digits()
    np.testing.assert_array_equal(ours.features, theirs.data)
    assert ours.truth is not None
    np.testing.assert_array_equal(ours.truth, theirs.target)
    np.testing.assert_array_equal(ours.rows, np.arange(1797))
    assert ours.class_names == tuple("0123456789")


def test_shuffled_digits_are_those_of_the_published_example():
    """As written in scikit-learn's active learning example: shuffle, then take the first."""
    theirs = load_sklearn_digits()
    indices = np.arange(len(theirs.data))
    np.random.RandomState(0).shuffle(indices)
    ours = load_digits(n_samples=330, shuffle_seed=0)
    np.testing.assert_array_equal(ours.features, theirs.data[indices[:330]])
    assert ours.truth is not None
    np.testing.assert_array_equal(ours.truth, theirs.target[indices[:330]])


def test_a_row_names_the_same_digit_however_the_set_was_drawn():
    theirs = load_sklearn_digits()
    ours = load_digits(n_samples=50, shuffle_seed=3)
    np.testing.assert_array_equal(ours.features, theirs.data[ours.rows])
    assert len(set(ours.rows.tolist())) == 50


def test_grey_values_use_the_whole_range():
    images = load_digits(n_samples=1797, shuffle_seed=None).pixels
    assert images.dtype == np.uint8
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 255)


def test_images_and_features_show_the_same_digit():
    digits = load_digits(n_samples=100, shuffle_seed=1)
    np.testing.assert_allclose(
        digits.pixels.reshape(100, 64) / 255, digits.features / 16, atol=0.5 / 255 + 1e-12
    )


@pytest.mark.parametrize("n_samples", [2, 10, 1797])
def test_a_project_s_settings_say_how_many_take_part(n_samples):
    loaded = catalogue.load(ProjectConfig(n_samples=n_samples, shuffle_seed=4))
    assert loaded.n_items == n_samples
    np.testing.assert_array_equal(
        loaded.rows, load_digits(n_samples=1797, shuffle_seed=4).rows[:n_samples]
    )
