"""Intervals, against published tables and SciPy."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pytest
from scipy import stats

from core.quality.proportions import Counted, difference, median_ranks, wilson

# Newcombe, "Interval estimation for the difference between independent proportions: comparison of
# eleven methods", 1998, table II, method 10.
NEWCOMBE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


@pytest.mark.parametrize(("one", "other", "least", "most"), NEWCOMBE)
def test_the_interval_of_a_difference_is_the_published_one(one, other, least, most):
    found = difference([(Counted(*one), Counted(*other))])
    assert found is not None
    assert (round(found.least, 4), round(found.most, 4)) == (least, most)


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (3, 7), (50, 60), (60, 60), (1, 1000)])
def test_the_interval_of_a_share_is_scipys(hits, n):
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(Counted(hits, n)) == pytest.approx((expected.low, expected.high))


def test_of_nothing_nothing_is_known():
    assert isnan(Counted(0, 0).share)
    assert wilson(Counted(0, 0)) == (0, 1)
    assert difference([(Counted(1, 2), Counted(0, 0))]) is None


def test_alike_strata_are_as_good_as_one_and_odd_ones_are_not_mixed_up():
    pair = Counted(8, 10), Counted(3, 10)
    once, thrice = difference([pair]), difference([pair] * 3)
    assert once is not None
    assert thrice is not None
    assert thrice.value == pytest.approx(once.value)
    assert thrice.value - thrice.least == pytest.approx((once.value - once.least) / 3**0.5)
    # Simpson's paradox: within each stratum the second share is the larger one.
    found = difference([(Counted(90, 100), Counted(10, 10)), (Counted(1, 10), Counted(20, 100))])
    assert found is not None
    assert found.value == pytest.approx(-0.1)


def test_an_interval_over_strata_holds_in_95_of_100_cases():
    random, true = np.random.default_rng(5), 0.15
    sizes = [(120, 15), (60, 60)]
    shares = [(0.75, 0.60), (0.55, 0.40)]
    held = 0
    for _ in range(2000):
        strata = [
            (Counted(int(random.binomial(n, p)), n), Counted(int(random.binomial(m, q)), m))
            for (n, m), (p, q) in zip(sizes, shares, strict=True)
        ]
        found = difference(strata)
        assert found is not None
        held += found.least <= true <= found.most
    assert 0.94 < held / 2000 < 0.97


@pytest.mark.parametrize("n", [6, 7, 20, 71, 1000])
def test_a_median_lies_between_the_values_that_scipy_says(n):
    values = np.sort(np.random.default_rng(n).exponential(size=n))
    ranks = median_ranks(n)
    assert ranks is not None
    expected: Any = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    assert values[list(ranks)].tolist() == [expected.low, expected.high]


def test_five_values_do_not_bound_their_median():
    assert [median_ranks(n) for n in range(6)] == [None] * 6
