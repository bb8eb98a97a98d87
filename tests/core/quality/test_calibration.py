"""Probabilities from leads, held against scikit-learn and by counting."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

from core.learning.beliefs import lead_of
from core.quality.calibration import (
    FEWEST_LABELS,
    LeftOut,
    calibrated,
    expected_calibration_error,
    reliability,
)


def left_out(n_labels: int, intercept: float, slope: float, seed: int = 0) -> LeftOut:
    random = np.random.default_rng(seed)
    lead = random.random(n_labels) * 0.6
    right = random.random(n_labels) < expit(intercept + slope * lead * 10)
    nothing = np.zeros(n_labels, dtype=np.int64)
    return LeftOut(np.arange(n_labels), nothing, lead, right)


def test_with_many_labels_it_is_logistic_regression():
    labels = left_out(12_000, -1.0, 0.9)
    drawn = np.random.default_rng(1).random(12_000) < 0.5
    found = calibrated(labels, drawn)
    assert found is not None
    peer = LogisticRegression(C=np.inf, tol=1e-10)
    weights = np.where(drawn, 1.0, 0.1)
    peer.fit(labels.lead[:, np.newaxis] * 10, labels.right, sample_weight=weights)
    assert found.intercept == pytest.approx(peer.intercept_[0], abs=0.02)
    assert found.slope == pytest.approx(peer.coef_[0, 0], abs=0.02)
    new = left_out(12_000, -1.0, 0.9, seed=1)
    error = expected_calibration_error(found.probability(new.lead), new.right)
    assert error < 0.02


@pytest.mark.parametrize(("intercept", "least", "most"), [(40.0, 0.9, 1.0), (-40.0, 0.0, 0.1)])
def test_where_all_or_none_is_right_it_stays_finite(intercept, least, most):
    found = calibrated(left_out(40, intercept, 0.0), np.ones(40, dtype=bool))
    assert found is not None
    probability = found.probability(np.array([0.3]))[0]
    assert least <= probability <= most
    assert np.isfinite([found.intercept, found.slope]).all()


def test_a_larger_lead_is_never_taken_for_less_likely_right():
    labels = left_out(300, 3.0, -1.5)
    found = calibrated(labels, np.ones(300, dtype=bool))
    assert found is not None
    assert found.slope == 0
    assert found.probability(np.array([0.0, 0.6])) == pytest.approx(labels.right.mean(), abs=0.01)


def test_too_few_labels_give_no_curve():
    few = left_out(FEWEST_LABELS - 1, 0.0, 1.0)
    assert calibrated(few, np.ones(len(few.items), dtype=bool)) is None


def test_the_lead_is_the_best_share_less_the_second():
    shares = np.array([[0.5, 0.2, 0.3], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert lead_of(shares) == pytest.approx([0.2, 1.0, 0.0])
    assert lead_of(shares[:, :1]) == pytest.approx([0.5, 0.0, 0.0])


def test_the_diagram_is_that_of_scikit_learn():
    random = np.random.default_rng(0)
    probability = random.random(500) ** 0.3
    right = random.random(500) < probability**2
    bins = reliability(probability, right, 10)
    shares, means = calibration_curve(right, probability, n_bins=10)
    assert [one.right / one.total for one in bins] == pytest.approx(shares.tolist())
    assert [one.probability for one in bins] == pytest.approx(means.tolist())
    assert sum(one.total for one in bins) == 500
    expected = sum(one.total * abs(one.right / one.total - one.probability) for one in bins) / 500
    assert expected_calibration_error(probability, right, 10) == pytest.approx(expected)
    assert expected_calibration_error(np.ones(4), np.array([True, True, False, True])) == 0.25


@pytest.mark.parametrize("seed", range(20))
def test_no_curve_is_more_probable(seed):
    """Against scipy's minimiser, also where leads are as good as one and curves as good as flat."""
    random = np.random.default_rng(seed)
    lead = 1 - random.random(60) ** (1 + seed)
    labels = LeftOut(np.arange(60), np.zeros(60, dtype=np.int64), lead, random.random(60) < 0.7)
    drawn = random.random(60) < 0.3
    counts = np.where(drawn, 1, 0.1)

    def loss(curve: np.ndarray) -> float:
        score = curve[0] + curve[1] * lead * 10
        told = counts @ (np.logaddexp(0, score) - labels.right * score)
        return float(told + ((curve[0] - 0.3) ** 2 + 2 * (curve[1] - 2.3) ** 2) / 2)

    best = minimize(loss, [0.3, 2.3], bounds=[(None, None), (0, None)], tol=1e-12).fun
    found = calibrated(labels, drawn)
    assert found is not None
    assert loss(np.array([found.intercept, found.slope])) <= best + 1e-7
