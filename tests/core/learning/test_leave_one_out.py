"""Left out is what would be believed if that label had never been given."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import make_blobs

from core.arrays import UNLABELLED
from core.graph.similarity import symmetric_knn_graph
from core.learning.beliefs import believe
from core.learning.decisions import DecisionKey
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.learning.leave_one_out import leave_one_out

POINTS, OF = make_blobs(90, 3, centers=4, cluster_std=3, random_state=1)
FIXED_POINT = FixedPoint(symmetric_knn_graph(POINTS, 6), 0.95)


@given(
    items=st.lists(st.integers(0, 89), min_size=1, max_size=25, unique=True),
    decision=st.sampled_from(get_args(DecisionKey)),
)
def test_it_is_what_is_believed_without_that_label(items, decision):
    labels = np.full(90, UNLABELLED)
    labels[items] = OF[items]
    expected = []
    for item in sorted(items):
        without = labels.copy()
        without[item] = UNLABELLED
        beliefs = believe(without, 4, FixedPointSpreader(FIXED_POINT), decision)
        expected.append(int(beliefs.model_class[item]))
    assert leave_one_out(FIXED_POINT, labels, decision).tolist() == expected


def test_without_a_label_nothing_is_left_out():
    assert leave_one_out(FIXED_POINT, np.full(90, UNLABELLED)).tolist() == []


@pytest.mark.parametrize("decision", get_args(DecisionKey))
def test_what_no_other_label_reaches_is_not_known(decision):
    apart = FixedPoint(symmetric_knn_graph(np.r_[POINTS[:20], POINTS[:20] + 1e6], 3), 0.95)
    labels = np.full(40, UNLABELLED)
    labels[[0, 1, 30]] = 0, 0, 1
    assert leave_one_out(apart, labels, decision).tolist()[-1] == UNLABELLED
