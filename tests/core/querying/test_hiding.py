"""Lots: as good as drawn at random, and always the same for one image."""

from __future__ import annotations

import pytest
from scipy import stats

from core.querying.hiding import by_lot

ITEMS = range(20_000)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_each_item_is_hidden_with_the_chance_that_was_asked_for(share):
    hidden = by_lot("p", ITEMS, share)
    assert stats.binomtest(len(hidden), len(ITEMS), share).pvalue > 0.001
    # Neither neighbours nor other projects have to do with it.
    both = set(hidden) & {item + 1 for item in hidden}
    assert stats.binomtest(len(both), len(ITEMS), share**2).pvalue > 0.001
    elsewhere = set(hidden) & set(by_lot("q", ITEMS, share))
    assert stats.binomtest(len(elsewhere), len(ITEMS), share**2).pvalue > 0.001


def test_a_lot_stays_whatever_else_is_asked_about():
    some = by_lot("p", range(0, 100, 7), 0.5)
    assert some == tuple(item for item in by_lot("p", range(100), 0.5) if item % 7 == 0)
    assert set(by_lot("p", ITEMS, 0.1)) < set(by_lot("p", ITEMS, 0.25))


def test_none_and_all():
    assert by_lot("p", range(50), 0.0) == ()
    assert by_lot("p", range(50), 1.0) == tuple(range(50))
