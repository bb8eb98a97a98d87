"""Learning curves on the stage: a run beside what it is compared with, and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.figures.comparison import Line, comparison_data
from core.figures.palette import DARK, LIGHT
from core.figures.presented import ShownColour, ShownCurve, ShownLine, ShownRound, StagePage
from core.simulation.baselines import RECIPE_TITLE, Contender
from core.simulation.kept import Kept
from core.simulation.outcome import Outcome
from core.wording import counted

_COLOURS: Final = {
    "Supervised only": 1,
    "Random questions": 7,
    "The app’s best settings": 2,
    RECIPE_TITLE: 1,
}
"""Places among the colours of strategies; the run itself has the first one."""

_STOPS: Final = (5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000)
_MOST_STOPS: Final = 8
"""A comparison is shown in so many steps at most."""

_CLEAREST: Final = "What matters is how few labels a strategy needs to be as right as another."


def curve_data(own: Contender | None, others: Sequence[Contender], about: str) -> ShownCurve:
    """A run's curve, and those that it is compared with."""
    lines = [] if own is None else [_line(own, 0, own=True)]
    return ShownCurve(about=about, lines=(*lines, *lines_of(others)))


def lines_of(others: Sequence[Contender]) -> tuple[ShownLine, ...]:
    """The curves of what something is compared with."""
    return tuple(_line(one, _COLOURS[one.title], own=False) for one in others)


def comparison_page(kept: Kept) -> StagePage:
    """A comparison, label by label: the curves of all strategies grow as the presenter goes on."""
    outcome = kept.outcome
    curve = comparison_curve(outcome)
    stops = _stops(curve)
    return StagePage(
        run=f"comparison-{kept.id}",
        title=kept.title,
        current=0,
        ink=True,
        right_of="",
        rounds=tuple(
            ShownRound(
                name=f"After {counted(labels, 'label')}",
                headline=_headline(curve, labels),
                figures=(),
                labels=labels,
                share=None,
                right="",
                asked="",
                wrong="",
                known_as="true",
                queries=(),
                matrix=None,
                bars=None,
                lesson=_CLEAREST,
                identical=None,
            )
            for labels in stops
        ),
        coming=False,
        graph=None,
        curve=curve,
    )


def comparison_curve(outcome: Outcome) -> ShownCurve:
    """The curves of all strategies, each the mean over its runs."""
    runs = max((len(outcome.curves_of(one.name)) for one in outcome.plan.strategies), default=1)
    told = f"mean of {runs} runs, with 95 % intervals" if runs > 1 else "one run"
    return ShownCurve(
        about=f"Accuracy on {outcome.n_items:,} images of {outcome.title}; {told}",
        lines=tuple(_strategy(line) for line in comparison_data(outcome)),
    )


def _strategy(line: Line) -> ShownLine:
    low = tuple(value / 100 for value in line.low if value is not None)
    high = tuple(value / 100 for value in line.high if value is not None)
    has_band = len(low) == len(line.labels)
    return ShownLine(
        colour=_colour(line.name, line.number),
        note="",
        labels=line.labels,
        shares=tuple(value / 100 for value in line.percents),
        low=low if has_band else (),
        high=high if has_band else (),
        own=False,
    )


def _stops(curve: ShownCurve) -> tuple[int, ...]:
    """Numbers of labels at which a presenter stops; the last one is where the curves end."""
    last = max((line.labels[-1] for line in curve.lines), default=0)
    first = min((line.labels[0] for line in curve.lines), default=0)
    round_ones = [stop for stop in _STOPS if first <= stop < last]
    every = -(-len(round_ones) // (_MOST_STOPS - 1)) or 1
    return (*round_ones[::-1][::every][::-1], last)


def _headline(curve: ShownCurve, labels: int) -> str:
    told = [
        f"{line.colour.name} {100 * share:.1f} %"
        for line in curve.lines
        if (share := _share_at(line, labels)) is not None
    ]
    return f"After {counted(labels, 'label')}: {', '.join(told) or 'nothing yet'}."


def _share_at(line: ShownLine, labels: int) -> float | None:
    """The share right once there were so many labels; None before the first."""
    before = [s for n, s in zip(line.labels, line.shares, strict=True) if n <= labels]
    return before[-1] if before else None


def _line(one: Contender, number: int, *, own: bool) -> ShownLine:
    halves = [interval.half for interval in one.accuracies]
    sure = [half for half in halves if half is not None]
    means = [interval.mean for interval in one.accuracies]
    has_band = len(sure) == len(means)
    return ShownLine(
        colour=_colour(one.title, number),
        note=one.note,
        labels=one.labels,
        shares=tuple(means),
        low=tuple(max(m - h, 0.0) for m, h in zip(means, sure, strict=True)) if has_band else (),
        high=tuple(min(m + h, 1.0) for m, h in zip(means, sure, strict=True)) if has_band else (),
        own=own,
    )


def _colour(name: str, number: int) -> ShownColour:
    return ShownColour(name=name, light=LIGHT.strategies[number], dark=DARK.strategies[number])
