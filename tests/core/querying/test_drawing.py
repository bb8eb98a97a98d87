"""Items drawn at random: each with the chance that is noted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare

from core.arrays import FloatArray, IntArray
from core.querying.drawing import CHANCES, draw, draw_several, parts_of

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


def test_of_several_each_is_drawn_from_the_parts_that_those_before_it_left():
    random = np.random.default_rng(3)
    for n_items in (11, 60, 97):
        unsure = random.integers(0, 40, n_items) / 40
        candidates = random.random(n_items) < 0.9
        for _ in range(60):
            left = candidates.copy()
            for item, how in draw_several(unsure, candidates, 9, random):
                assert left[item]
                n_left = int(left.sum())
                assert replace(how, part=0) == parts_of(n_left)
                # Where items are alike any of them may be on either side of a border.
                ranked = -np.sort(-unsure[left])
                begin = sum(how.sizes[: how.part])
                end = begin + how.sizes[how.part]
                assert ranked[begin] >= unsure[item] >= ranked[end - 1]
                left[item] = False


def test_of_several_each_item_comes_as_often_as_its_chances_say():
    """The second one too: as often as the first two draws, one by one, would have it."""
    random = np.random.default_rng(4)
    unsure = random.permutation(30).astype(float)
    order = np.argsort(-unsure)
    n_draws = 20_000
    drawn = np.zeros((2, 30))
    for _ in range(n_draws):
        for place, (item, _) in enumerate(draw_several(unsure, np.ones(30, dtype=bool), 2, random)):
            drawn[place, item] += 1

    def chances(items: IntArray) -> FloatArray:
        found = np.zeros(30)
        how = parts_of(len(items))
        for part, (size, chance) in enumerate(zip(how.sizes, how.chances, strict=True)):
            begin = sum(how.sizes[:part])
            found[items[begin : begin + size]] = chance / size
        return found

    first = chances(order)
    second = sum(first[gone] * chances(order[order != gone]) for gone in range(30))
    for seen, expected in zip(drawn, (first, second), strict=True):
        assert chisquare(seen, n_draws * expected).pvalue > 1e-4


@pytest.mark.parametrize("n_candidates", [1, 2, 3, 4, 5, 7])
def test_all_candidates_can_be_drawn(n_candidates):
    candidates = np.arange(N_ITEMS) < n_candidates
    random = np.random.default_rng(5)
    drawn = draw_several(random.random(N_ITEMS), candidates, n_candidates, random)
    assert sorted(item for item, _ in drawn) == list(range(n_candidates))
    assert [sum(how.sizes) for _, how in drawn] == list(range(n_candidates, 0, -1))
