"""Values are checked when made, and cannot be changed afterwards."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

from core.arrays import UNLABELLED
from core.data.dataset import Dataset
from core.learning.beliefs import Beliefs


def dataset(**changes: Any) -> Dataset:
    values: dict[str, Any] = {
        "title": "Three",
        "rows": np.array([7, 8, 9]),
        "images": np.zeros((3, 2, 2), dtype=np.uint8),
        "features": np.zeros((3, 4)),
        "class_names": ("a", "b"),
        "truth": np.array([0, 1, 0]),
        "question": "Which?",
    }
    return Dataset(**(values | changes))


def beliefs() -> Beliefs:
    return Beliefs(
        probabilities=np.array([[0.25, 0.75], [0, 0], [1, 0]]),
        model_class=np.array([1, UNLABELLED, 0]),
        predicted=np.array([1, UNLABELLED, 1]),
        labels=np.array([UNLABELLED, UNLABELLED, 1]),
        n_iter=3,
        converged=True,
    )


def test_a_data_set_knows_its_size():
    assert (dataset().n_items, dataset().n_classes) == (3, 2)
    assert dataset(truth=None).truth is None


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": np.arange(2)},
        {"images": np.zeros((4, 2, 2), dtype=np.uint8)},
        {"features": np.zeros((2, 4))},
        {"truth": np.array([0])},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_arrays_of_different_items_make_no_data_set(changes):
    with pytest.raises(ValueError, match="differ in length"):
        dataset(**changes)


def test_two_classes_of_one_name_make_no_data_set():
    with pytest.raises(ValueError, match="class names must differ"):
        dataset(class_names=("a", "a"))


def test_a_data_set_cannot_be_changed():
    value = dataset()
    for array in (value.rows, value.pixels, value.features, value.truth):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(FrozenInstanceError):
        value.title = "Four"  # type: ignore[misc]


def test_beliefs_cannot_be_changed():
    value = beliefs()
    for array in (value.probabilities, value.model_class, value.predicted, value.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_beliefs_tell_what_is_reached_labelled_and_how_sure_the_model_is():
    value = beliefs()
    assert value.reached.tolist() == [True, False, True]
    assert value.labelled.tolist() == [False, False, True]
    assert value.confidence.tolist() == [0.75, 0, 1]
