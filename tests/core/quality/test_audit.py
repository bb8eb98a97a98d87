"""The bounds of the audit, held against closed forms, a general solver, and simulated projects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import betaln, gammaln
from scipy.stats import beta

from core.quality.audit import Bounds, Check, _Bets, bounds, foreseen
from core.querying.drawing import CHANCES, draw
from core.session.events import Draw

N_ITEMS = 400
LOOKS = range(2, 60, 3)


def drawn_from_all(wrong: list[bool], n_items: int) -> list[Check]:
    """Items drawn from all alike, one after the other, while nothing else gets a label."""
    return [
        Check(Draw((n_items - before,), (1.0,), 0), is_wrong, later=sum(wrong[before:]))
        for before, is_wrong in enumerate(wrong)
    ]


def drawn_by_parts(
    is_wrong: np.ndarray, unsure: np.ndarray, n_checks: int, random: np.random.Generator
) -> list[Check]:
    """Items drawn as the app does, from a model that stays as it is.

    What is counted later of it is counted from the whole: its errors are those of all items.
    """
    free = np.ones(len(is_wrong), dtype=bool)
    found: list[tuple[Draw, bool]] = []
    for _ in range(n_checks):
        item, how = draw(unsure, free, random)
        free[item] = False
        found.append((how, bool(is_wrong[item])))
    wrong = [one for _, one in found]
    return [Check(how, one, -sum(wrong[:n])) for n, (how, one) in enumerate(found)]


@pytest.mark.parametrize("errors", [0, 1, 7, 60])
def test_drawn_from_all_alike_it_is_a_beta_binomial_against_a_hypergeometric(errors):
    """The bets come to how likely what was seen is on average, by how likely it is with so many."""
    random = np.random.default_rng(errors)
    wrong = (random.permutation(N_ITEMS) < errors)[:90].tolist()
    seen, right, a, b = sum(wrong), 90 - sum(wrong), 0.5, 5.0
    totals = np.arange(seen, N_ITEMS - right + 1)
    on_average = betaln(a + seen, b + right) - betaln(a, b)
    ways = gammaln(totals + 1) - gammaln(totals - seen + 1)
    ways += gammaln(N_ITEMS - totals + 1) - gammaln(N_ITEMS - totals - right + 1)
    with_so_many = ways - (gammaln(N_ITEMS + 1) - gammaln(N_ITEMS - 90 + 1))
    found = _Bets(drawn_from_all(wrong, N_ITEMS)).log_wealth(totals - seen)
    np.testing.assert_allclose(found, on_average - with_so_many, rtol=1e-7, atol=1e-7)


PARTS = st.tuples(*[st.tuples(st.integers(1, 300), st.floats(0.05, 1)) for _ in range(3)])


@settings(max_examples=80, deadline=None)
@given(parts=PARTS, wrong=st.tuples(*[st.floats(0, 1)] * 3), seen=st.lists(st.booleans()))
def test_however_errors_are_spread_a_bet_against_their_number_is_fair_at_best(parts, wrong, seen):
    sizes = tuple(size for size, _ in parts)
    whole = sum(chance for _, chance in parts)
    chances = tuple(chance / whole for _, chance in parts)
    errors = [round(share * size) for share, size in zip(wrong, sizes, strict=True)]
    before = [Check(Draw(sizes, chances, n % 3), one, 0) for n, one in enumerate(seen)]
    expected = 0.0
    for part, (size, chance) in enumerate(zip(sizes, chances, strict=True)):
        for is_wrong, share in ((True, errors[part] / size), (False, 1 - errors[part] / size)):
            if share:
                last = Check(Draw(sizes, chances, part), is_wrong, later=0)
                worth = _Bets([*before, last]).log_wealth(np.array([sum(errors)]))
                worth -= _Bets(before).log_wealth(np.array([sum(errors)])) if before else 0
                expected += chance * share * float(np.exp(worth[0]))
    assert expected <= 1 + 1e-6


@pytest.mark.parametrize("total", [2.0, 40.0, 90.0, 330.0])
def test_the_hardest_way_is_the_one_that_differs_least_from_what_is_expected(total):
    sizes, chances = np.array([40, 80, 280]), np.array(CHANCES)
    bets = _Bets([Check(Draw((40, 80, 280), CHANCES, 0), wrong=False, later=0)])
    expected = bets.expected[0]

    def divergence(shares: np.ndarray) -> float:
        each = expected * np.log(expected / shares)
        each += (1 - expected) * np.log((1 - expected) / (1 - shares))
        return float((chances * each).sum())

    asked: dict[str, Any] = {
        "bounds": [(1e-9, 1 - 1e-9)] * 3,
        "constraints": {"type": "eq", "fun": lambda shares: (shares * sizes).sum() - total},
        "options": {"ftol": 1e-14, "maxiter": 500},
    }
    found = minimize(divergence, np.full(3, total / 400), **asked)
    hardest = bets._hardest(np.array([[total]]))[0, 0]
    assert (hardest * sizes).sum() == pytest.approx(total, rel=1e-9)
    np.testing.assert_allclose(hardest, found.x, atol=2e-4)


@pytest.mark.parametrize(
    ("n_wrong", "n_checks", "at_most"), [(5, 100, 1.5), (2, 100, 1.5), (0, 50, 1.5), (20, 100, 1.7)]
)
def test_it_is_hardly_wider_than_an_interval_that_is_looked_at_once(n_wrong, n_checks, at_most):
    n_items = 100_000
    wrong = [n * n_wrong // n_checks != (n + 1) * n_wrong // n_checks for n in range(n_checks)]
    found = bounds(drawn_from_all(wrong, n_items), n_items - n_checks)
    once = beta.ppf(0.975, n_wrong + 1, n_checks - n_wrong)
    once -= beta.ppf(0.025, n_wrong, n_checks - n_wrong + 1) if n_wrong else 0
    assert once < (found.most - found.least) / n_items < at_most * once
    assert found.likely / n_items == pytest.approx(n_wrong / n_checks, abs=0.012)


@pytest.mark.parametrize("among_the_unsure", [True, False])
def test_at_every_look_the_truth_is_inside_in_nineteen_of_twenty_projects(among_the_unsure):
    """Also where the model is as often wrong where it is sure, which it should not be."""
    n_projects, missed, limit = 100, 0, np.log(20)
    for seed in range(n_projects):
        random = np.random.default_rng(seed)
        unsure = random.random(N_ITEMS)
        chance = 0.25 * unsure**6 if among_the_unsure else np.full(N_ITEMS, 0.04)
        is_wrong = random.random(N_ITEMS) < chance
        checks = drawn_by_parts(is_wrong, unsure, 60, random)
        bets = [_Bets(checks[: n + 1]).log_wealth(is_wrong.sum(keepdims=True)) for n in LOOKS]
        missed += max(bet[0] for bet in bets) >= limit
    # 5 % allowed, and three standard deviations of chance.
    assert missed / n_projects <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n_projects)


def test_nothing_checked_says_nothing_and_all_checked_says_all():
    assert bounds([], 70) == Bounds(0, 0, 70)
    assert bounds(drawn_from_all([False, True], 2), 0) == Bounds(0, 0, 0)


def test_what_nobody_knows_makes_bounds_wider_and_nothing_else():
    wrong = [n % 10 == 0 for n in range(40)]
    plain = drawn_from_all(wrong, N_ITEMS)
    known = bounds(plain, N_ITEMS - 40)
    doubtful = [Check(c.draw, c.wrong, c.later, missed=8, aside=4) for c in plain]
    vague = bounds(doubtful, N_ITEMS - 40)
    assert vague.least <= known.least <= known.likely <= known.most < vague.most


def test_more_checks_are_foreseen_to_sharpen_the_bounds():
    random = np.random.default_rng(0)
    unsure = random.random(N_ITEMS)
    is_wrong = random.random(N_ITEMS) < 0.25 * unsure**6
    checks = drawn_by_parts(is_wrong, unsure, 40, random)
    wrong = sum(check.wrong for check in checks)
    checks = [replace(check, later=check.later + wrong) for check in checks]
    now = bounds(checks, N_ITEMS - 40)
    how = Draw((36, 72, 252), CHANCES, 0)
    soon, later = (foreseen(checks, N_ITEMS - 40, more, how) for more in (20, 120))
    assert now.most > soon.most > later.most
    assert foreseen([], N_ITEMS, 50, how).most < N_ITEMS / 4
    assert foreseen(checks, 0, 20, Draw((0, 0, 0), CHANCES, 0)) == bounds(checks, 0)
