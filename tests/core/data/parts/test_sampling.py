"""Landmarks are a uniform choice of rows, the same one whoever draws it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from core.data.parts.columns import Columns
from core.data.parts.parts import PartFile, Parts
from core.data.parts.sampling import random_numbers, uniform
from core.jobs.progress import CancelledError


def parts_of(*n_rows: int) -> Parts:
    files = tuple(PartFile(f"{n}.parquet", rows, 1, "1") for n, rows in enumerate(n_rows))
    return Parts("memory://none", files, Columns(("f",)), 2, "float32")


def splitmix64(state: int, n: int) -> list[int]:
    """As Vigna's public domain program has it: https://prng.di.unimi.it/splitmix64.c."""
    most = 2**64 - 1
    found = []
    for _ in range(n):
        state = (state + 0x9E3779B97F4A7C15) & most
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & most
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & most
        found.append(z ^ (z >> 31))
    return found


def test_numbers_are_those_of_splitmix64():
    # With the seed 0 it begins where it is told to.
    assert random_numbers(np.arange(5), 0).tolist() == splitmix64(0, 5)
    (begun,) = splitmix64((7 - 0x9E3779B97F4A7C15) % 2**64, 1)
    assert random_numbers(np.arange(5), 7).tolist() == splitmix64(begun, 5)


def test_no_row_comes_twice_and_all_come_where_there_are_no_more():
    assert sorted(uniform(parts_of(7, 0, 5), 100, 0).tolist()) == list(range(12))
    rows = uniform(parts_of(60_000, 40_000), 3_000, 0)
    assert len(np.unique(rows)) == len(rows) == 3_000
    assert uniform(parts_of(), 5, 0).tolist() == []


def test_how_rows_are_parted_changes_nothing():
    one = uniform(parts_of(100_000), 500, 3)
    np.testing.assert_array_equal(one, uniform(parts_of(99_000, 1_000), 500, 3))
    assert set(one.tolist()) != set(uniform(parts_of(100_000), 500, 4).tolist())


def test_fewer_landmarks_are_the_first_of_more():
    more = uniform(parts_of(50_000), 5_000, 0)
    np.testing.assert_array_equal(uniform(parts_of(50_000), 300, 0), more[:300])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rows_are_spread_evenly_as_random_ones_are(seed: int):
    n_rows = 5_000_000
    rows = uniform(parts_of(n_rows), 20_000, seed)
    assert stats.kstest(rows / n_rows, "uniform").pvalue > 0.001
    # The order says nothing of the row.
    assert abs(stats.spearmanr(np.arange(len(rows)), rows).statistic) < 0.03
    # How many fall into each of the last 16 places of a row's number.
    assert stats.chisquare(np.bincount(rows % 16)).pvalue > 0.001


def test_each_row_is_a_landmark_as_often_as_any_other():
    counts = np.zeros(20)
    for seed in range(2_000):
        counts[uniform(parts_of(20), 5, seed)] += 1
    # Each is drawn with a chance of 5 in 20; without replacement the variance is that of hits.
    expected, deviation = 500, np.sqrt(2_000 * 0.25 * 0.75)
    assert np.abs(counts - expected).max() < 4 * deviation


def test_choosing_can_be_stopped():
    def stop(_stage: str, _share: float, /) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        uniform(parts_of(100), 5, 0, stop)
