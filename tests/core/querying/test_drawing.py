"""Items drawn at random: each with the chance that is noted."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from core.querying.drawing import CHANCES, draw

N_ITEMS = 60


def test_each_item_is_drawn_as_often_as_its_draw_says():
    random = np.random.default_rng(0)
    unsure = random.permutation(N_ITEMS).astype(float)
    candidates = np.arange(N_ITEMS) % 3 > 0
    drawn: Counter[int] = Counter()
    expected: dict[int, float] = {}
    for _ in range(12_000):
        item, how = draw(unsure, candidates, random)
        assert sum(how.sizes) == candidates.sum()
        drawn[item] += 1
        expected[item] = 12_000 * how.chances[how.part] / how.sizes[how.part]
    assert set(drawn) == set(np.flatnonzero(candidates).tolist())
    assert sum(expected.values()) == pytest.approx(12_000)
    items = sorted(drawn)
    assert chisquare([drawn[i] for i in items], [expected[i] for i in items]).pvalue > 1e-4


def test_the_first_part_is_what_the_model_is_least_sure_of():
    random = np.random.default_rng(1)
    unsure = random.permutation(N_ITEMS).astype(float)
    unsure[unsure > 57] = np.inf
    parts: dict[int, set[float]] = {0: set(), 1: set(), 2: set()}
    for _ in range(3_000):
        item, how = draw(unsure, np.ones(N_ITEMS, dtype=bool), random)
        assert how.sizes == (6, 12, 42)
        assert how.chances == CHANCES
        parts[how.part].add(float(unsure[item]))
    assert min(parts[0]) > max(parts[1])
    assert min(parts[1]) > max(parts[2])
    assert [len(parts[n]) for n in range(3)] == [5, 12, 42]


@pytest.mark.parametrize("n_candidates", [1, 2, 3, 4, 5])
def test_few_candidates_are_drawn_from_all_alike(n_candidates):
    candidates = np.arange(N_ITEMS) < n_candidates
    random = np.random.default_rng(2)
    drawn = Counter(draw(np.zeros(N_ITEMS), candidates, random)[0] for _ in range(2_000))
    assert len(drawn) == n_candidates
    assert min(drawn.values()) > 2_000 / n_candidates / 2
