"""What came of a simulation: curves, intervals over runs, and how many labels it took."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from math import sqrt
from typing import Final, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.stats import t as student_t

from core.simulation.plan import Plan
from core.wording import spreadsheet

LEVELS: Final = (0.90, 0.95, 0.98, 0.99)
"""Accuracies for which the number of labels needed is reported."""


MILESTONES: Final = (10, 20, 50, 100)
"""Numbers of labels after which the accuracy is reported."""


CONFIDENCE: Final = 0.95


class Point(NamedTuple):
    """What was known after some labels.

    Attributes
    ----------
    accuracy
        Share of all items predicted correctly, 0 to 1. A given label counts as it was given, so a
        wrong one is wrong.
    macro_recall
        Mean over classes of the share of their items predicted correctly.
    classes_found
        Classes of which some item has been asked about and answered rightly.
    """

    labels: int
    accuracy: float
    macro_recall: float
    classes_found: int


class Curve(BaseModel):
    """One run of one strategy, a point a round.

    Attributes
    ----------
    finished
        Whether the run came to its end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: str
    seed: int
    points: tuple[Point, ...]
    finished: bool = True


class Outcome(BaseModel):
    """All curves there are of a plan.

    Attributes
    ----------
    title
        Of the data set.
    n_items, n_classes
        Images that took part, and classes that occur among them.
    cancelled
        Whether it was stopped, so that runs are missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: Plan
    title: str
    n_items: int
    n_classes: int
    curves: tuple[Curve, ...] = ()
    cancelled: bool = False

    def finished(self, *, cancelled: bool = False) -> Outcome:
        """The runs that came to their end, without the one that was under way."""
        curves = tuple(curve for curve in self.curves if curve.finished)
        return self.model_copy(update={"curves": curves, "cancelled": cancelled})

    def curves_of(self, strategy: str) -> tuple[Curve, ...]:
        """The finished runs of a strategy; the one under way if there is no other."""
        own = [curve for curve in self.curves if curve.strategy == strategy]
        return tuple(curve for curve in own if curve.finished) or tuple(own)


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over runs, and how sure it is.

    Attributes
    ----------
    half
        Half the width of its 95 % interval, by Student's t; None where there is one run only.
    """

    mean: float
    half: float | None

    def is_within(self, lowest: float, highest: float) -> bool:
        """Whether all of it lies between two values."""
        half = self.half or 0.0
        return lowest <= self.mean - half and self.mean + half <= highest


@dataclass(frozen=True, slots=True)
class Needed:
    """How many labels a level takes.

    Attributes
    ----------
    level
        The accuracy to be reached, 0 to 1.
    reached, runs
        How many of the runs reached it.
    labels
        How many labels it took them; None unless all of them reached it.
    """

    level: float
    reached: int
    runs: int
    labels: Interval | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A strategy's curve, over its runs.

    Attributes
    ----------
    labels
        Numbers of labels, one a round.
    accuracy, macro_recall
        After each of them.
    runs
        How many runs got there.
    """

    labels: tuple[int, ...]
    accuracy: tuple[Interval, ...]
    macro_recall: tuple[Interval, ...]
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What came out for one strategy.

    Attributes
    ----------
    runs
        How many of its runs count.
    needed
        One for each of ``LEVELS``.
    right_after
        The accuracy after each of ``MILESTONES``; None where labels ended sooner.
    classes_found
        At the end of a run; None where there is no run yet.
    """

    strategy: str
    runs: int
    curve: Stretch
    needed: tuple[Needed, ...]
    right_after: tuple[Interval | None, ...]
    classes_found: Interval | None


def interval(values: Sequence[float]) -> Interval:
    """The mean of some values, and its 95 % interval by Student's t."""
    mean, n = float(np.mean(values)), len(values)
    if n == 1:
        return Interval(mean, None)
    if min(values) == max(values):
        # Rounding would leave a trace of width.
        return Interval(float(values[0]), 0.0)
    quantile = float(student_t.ppf((1 + CONFIDENCE) / 2, n - 1))
    return Interval(mean, quantile * float(np.std(values, ddof=1)) / sqrt(n))


def labels_needed(points: Sequence[Point], level: float) -> int | None:
    """The first number of labels at which a curve reaches a level; None if it never does."""
    return next((point.labels for point in points if point.accuracy >= level), None)


def needed(curves: Sequence[Curve], level: float) -> Needed:
    """How many labels a level takes, over runs."""
    found = [labels_needed(curve.points, level) for curve in curves]
    reached = [labels for labels in found if labels is not None]
    everywhere = interval(reached) if reached and len(reached) == len(curves) else None
    return Needed(level, len(reached), len(curves), everywhere)


def right_after(curves: Sequence[Curve], n_labels: int) -> Interval | None:
    """The accuracy once there are so many labels; None where they end sooner.

    Between two rounds it is that of the one before, for the model is as it was.
    """
    shares = []
    for curve in curves:
        before = [point.accuracy for point in curve.points if point.labels <= n_labels]
        if not before or curve.points[-1].labels < n_labels:
            return None
        shares.append(before[-1])
    return interval(shares) if shares else None


def summarise(outcome: Outcome) -> tuple[Summary, ...]:
    """What came out, strategy by strategy in the order of the plan."""
    return tuple(_summary(outcome, strategy.name) for strategy in outcome.plan.strategies)


def _summary(outcome: Outcome, strategy: str) -> Summary:
    curves = outcome.curves_of(strategy)
    return Summary(
        strategy=strategy,
        runs=len(curves),
        curve=_stretch(curves),
        needed=tuple(needed(curves, level) for level in LEVELS),
        right_after=tuple(right_after(curves, n) for n in MILESTONES),
        classes_found=interval([c.points[-1].classes_found for c in curves]) if curves else None,
    )


def _stretch(curves: Sequence[Curve]) -> Stretch:
    at: dict[int, list[Point]] = {}
    for curve in curves:
        for point in curve.points:
            at.setdefault(point.labels, []).append(point)
    labels = tuple(sorted(at))
    return Stretch(
        labels=labels,
        accuracy=tuple(interval([point.accuracy for point in at[n]]) for n in labels),
        macro_recall=tuple(interval([point.macro_recall for point in at[n]]) for n in labels),
        runs=tuple(len(at[n]) for n in labels),
    )


def outcome_csv(outcome: Outcome) -> str:
    """All points as CSV, one a line, in full precision."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("strategy", "seed", *Point._fields))
    for curve in outcome.curves:
        writer.writerows(
            (spreadsheet(curve.strategy), curve.seed, *point) for point in curve.points
        )
    return buffer.getvalue()
