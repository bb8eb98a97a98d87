"""Labels as arrays: made step by step, they are what they would be if made at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.arrays import UNLABELLED
from core.data.dataset import Dataset
from core.engine.labelled import LabelArrays
from core.session.labels import Labels

NAMES = ("cat", "dog")
ROWS = (7, 3, 11, 0)
CHANGES = st.lists(st.tuples(st.sampled_from(ROWS), st.none() | st.sampled_from(NAMES)))


def dataset() -> Dataset:
    return Dataset(
        title="Some",
        rows=np.array(ROWS, dtype=np.int64),
        images=np.zeros((len(ROWS), 2, 2), dtype=np.uint8),
        features=np.zeros((len(ROWS), 4)),
        class_names=NAMES,
        truth=None,
        question="Which?",
    )


def at_once(labels: Labels) -> list[int]:
    return [NAMES.index(labels[row]) if row in labels else UNLABELLED for row in ROWS]


@given(st.lists(CHANGES, max_size=4))
def test_step_by_step_arrays_are_those_made_at_once(batches):
    arrays = LabelArrays(dataset())
    labels = Labels()
    for changes in batches:
        for item, name in changes:
            labels = labels.without(item) if name is None else labels.with_label(item, name)
        assert arrays.of(labels).tolist() == at_once(labels)


def test_an_array_given_out_never_changes():
    arrays = LabelArrays(dataset())
    first = Labels({7: "cat"})
    kept = arrays.of(first)
    arrays.of(first.with_label(3, "dog").with_label(7, "dog"))
    assert kept.tolist() == at_once(first)
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1


@pytest.mark.parametrize("labels", [{5: "cat"}, {100: "cat"}, {7: "cow"}])
def test_an_item_or_a_class_that_is_not_there_is_left_out(labels):
    arrays = LabelArrays(dataset())
    assert (arrays.of(Labels(labels)) == UNLABELLED).all()
    there = Labels({3: "dog"})
    assert arrays.of(Labels({**labels, **there})).tolist() == at_once(there)
