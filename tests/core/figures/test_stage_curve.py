"""Curves on the stage are those that were computed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.config import classic, recommended
from core.figures.stage_curve import comparison_page, curve_data
from core.simulation.baselines import Contender
from core.simulation.kept import Kept
from core.simulation.outcome import Curve, Interval, Outcome, Point
from core.simulation.plan import Strategy, make_plan


def outcome(n_labels: int = 200, seeds: int = 2) -> Outcome:
    plan = make_plan(
        strategies=[
            Strategy(name="Best", config=recommended()),
            Strategy(name="Classic", config=classic()),
        ],
        budget=n_labels,
        batch_size=10,
        seeds=seeds,
    )
    curves = tuple(
        Curve(
            strategy=name,
            seed=seed,
            points=tuple(
                Point(n, min(base + n / 1000 + seed / 100, 1.0), 0.5, 10)
                for n in range(10, n_labels + 1, 10)
            ),
        )
        for name, base in (("Best", 0.7), ("Classic", 0.5))
        for seed in range(seeds)
    )
    return Outcome(plan=plan, title="Digits", n_items=1797, n_classes=10, curves=curves)


def kept(found: Outcome) -> Kept:
    return Kept(
        id="ab" * 8, title="Two ways", made_at=datetime(2026, 1, 1, tzinfo=UTC), outcome=found
    )


def test_a_comparison_goes_on_from_one_number_of_labels_to_the_next_up_to_its_end():
    page = comparison_page(kept(outcome()))
    labels = [step.labels for step in page.rounds]
    assert labels == sorted(set(labels))
    assert (labels[-1], len(labels) <= 8) == (200, True)
    assert page.rounds[-1].name == "After 200 labels"
    assert page.rounds[-1].headline == "After 200 labels: Best 90.5 %, Classic 70.5 %."
    assert page.curve is not None
    best, classic_line = page.curve.lines
    assert best.labels[-1] == 200
    assert best.shares[-1] == pytest.approx(0.905)
    assert len(best.low) == len(best.labels)
    assert best.colour.light != classic_line.colour.light
    assert "mean of 2 runs" in page.curve.about


def test_one_run_has_no_band_and_a_comparison_without_a_curve_is_still_a_page():
    page = comparison_page(kept(outcome(seeds=1)))
    assert page.curve is not None
    assert page.curve.lines[0].low == ()
    empty = comparison_page(kept(outcome().model_copy(update={"curves": ()})))
    assert [step.labels for step in empty.rounds] == [0]


def test_a_run_is_the_first_of_the_lines_and_told_apart():
    own = Contender("This run", "asks", (5, 10), (Interval(0.5, None), Interval(0.6, None)))
    other = Contender(
        "Random questions", "as often", (5, 10), (Interval(0.4, 0.05), Interval(0.99, 0.05))
    )
    first, second = curve_data(own, [other], "All").lines
    assert (first.own, second.own) == (True, False)
    assert first.low == ()
    assert second.low == pytest.approx((0.35, 0.94))
    assert second.high == pytest.approx((0.45, 1.0))
