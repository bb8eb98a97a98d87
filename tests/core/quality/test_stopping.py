"""When to stop, against cases that are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from core.arrays import UNLABELLED
from core.quality.calibration import Calibration
from core.quality.stopping import MANY, Maturity, Verdict, changed, likely_right


@pytest.mark.parametrize(
    ("likely", "moved", "proven", "verdict"),
    [
        (0.98, 0.01, None, Verdict.STOP),
        (0.98, 0.01, 0.9, Verdict.STOP),
        (0.98, 0.01, 0.97, Verdict.PROVEN),
        (0.9, 0.2, 0.97, Verdict.PROVEN),
        (0.98, 0.04, None, Verdict.UNSETTLED),
        (0.96, 0.0, 0.8, Verdict.GO_ON),
    ],
)
def test_it_stops_where_the_target_is_likely_reached_and_labels_change_little(
    likely, moved, proven, verdict
):
    assert Maturity(likely, moved, 10, 60, 1_000).verdict(0.97, proven) is verdict


def test_it_takes_at_least_as_many_labels_as_would_bring_what_the_last_ones_changed():
    # Ten labels change 2 points, so 5 points are 25 labels or more.
    assert Maturity(0.92, 0.02, 10, 60, 10_000).at_least_more(0.97) == 20
    assert Maturity(0.895, 0.01, 10, 60, 10_000).at_least_more(0.97) == 70
    assert Maturity(0.96, 0.02, 10, 60, 10_000).at_least_more(0.97) is None, (
        "as few as one goes on with"
    )
    assert Maturity(0.98, 0.02, 10, 60, 10_000).at_least_more(0.97) is None
    assert Maturity(0.50, 0.0, 10, 60, 10_000).at_least_more(0.97) == MANY
    assert Maturity(0.50, 1e-6, 10, 60, 10_000).at_least_more(0.97) == MANY


def test_no_more_labels_are_asked_for_than_reach_the_target_by_themselves():
    # Of 150 images, 146 labels are 97 %: 86 more than there are.
    assert Maturity(0.84, 0.005, 10, 60, 150).at_least_more(0.97) == 80
    assert Maturity(0.84, 0.0, 10, 60, 150).at_least_more(0.97) == 80
    assert Maturity(0.84, 0.0, 10, 140, 150).at_least_more(0.97) is None
    assert Maturity(0.99, 0.2, 10, 145, 150).verdict(0.97, None) is Verdict.UNSETTLED
    assert Maturity(0.99, 0.2, 10, 146, 150).verdict(0.97, None) is Verdict.LABELLED
    assert Maturity(1.0, 0.2, 10, 150, 150).verdict(1.0, None).may_stop, "nothing is left"


def test_people_are_right_and_what_no_label_reaches_is_wrong():
    calibration = Calibration(intercept=-1.0, slope=1.5, n_labels=40)
    lead, reached = np.array([0.0, 0.2, 0.9]), np.array([False, True, True])
    expected = (5 + expit(-1 + 3.0) + expit(-1 + 13.5)) / 8
    assert likely_right(lead, reached, calibration, 5) == pytest.approx(expected)
    nothing = np.empty(0)
    assert likely_right(nothing, nothing.astype(bool), calibration, 0) == 0
    assert likely_right(nothing, nothing.astype(bool), calibration, 7) == 1


def test_what_was_reached_by_no_label_has_changed_too():
    before = np.array([UNLABELLED, 1, 2, 3])
    assert changed(before, np.array([0, 1, 2, 2])) == 0.5
    assert changed(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)) == 0
