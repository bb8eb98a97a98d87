"""How long answers take: by class, from round to round, and lately against the beginning.

All are medians, on which a pause of an hour has no more weight than one of three minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Final

import numpy as np

from core.quality.asked import Asked
from core.quality.proportions import median_ranks

PAUSE: Final = 120.0
"""Seconds. What took longer was not all spent looking at the image; it is counted apart."""

FEWEST: Final = 10
"""So many answers before the beginning is compared with the end."""

_PART: Final = 5
"""Which part of all answers counts as the beginning, and as lately: a fifth."""

_MOST_POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class Times:
    """How long some answers took.

    Attributes
    ----------
    n
        How many were timed.
    median
        In seconds; nan of none.
    least, most
        Bounds of the median, 95 % sure; nan of fewer than six answers.
    n_pauses
        How many took longer than ``PAUSE``. They count in the median, as long ones.
    """

    n: int
    median: float
    least: float
    most: float
    n_pauses: int


@dataclass(frozen=True, slots=True)
class RoundTimes:
    """How long the answers of a round took, or of some rounds in a row.

    Attributes
    ----------
    first, last
        The rounds.
    n
        How many answers were timed.
    low, median, high
        The quartiles, in seconds.
    """

    first: int
    last: int
    n: int
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Timing:
    """How long the answers of a project took.

    Attributes
    ----------
    single, grid
        Answers to one image at a time; and those to many at once, each with its part of the time.
    seconds
        All of it, without pauses.
    first, lately
        The first fifth and the last fifth of the answers to one image at a time; None while they
        are few.
    classes
        Answers to one image at a time by the class that they name; those without any are left out.
    unlabelled
        Those that name none: skipped, unsure, bad.
    """

    single: Times
    grid: Times
    seconds: float
    first: Times | None
    lately: Times | None
    classes: tuple[tuple[str, Times], ...]
    unlabelled: Times

    @property
    def n_pauses(self) -> int:
        """How many answers took longer than ``PAUSE``."""
        return self.single.n_pauses + self.grid.n_pauses


def timing(questions: Sequence[Asked], class_names: Sequence[str]) -> Timing:
    """How long answers took.

    Parameters
    ----------
    questions
        Oldest first.
    class_names
        In the order in which they are to be told.
    """
    timed = [one for one in questions if one.milliseconds is not None]
    single = [one for one in timed if not one.is_grid]
    by_class: dict[str | None, list[Asked]] = {}
    for one in single:
        by_class.setdefault(one.label, []).append(one)
    part = len(single) // _PART
    is_enough = part >= FEWEST
    seconds = (_seconds(one) for one in timed)
    return Timing(
        single=times(single),
        grid=times(one for one in timed if one.is_grid),
        seconds=sum(second for second in seconds if second <= PAUSE),
        first=times(single[:part]) if is_enough else None,
        lately=times(single[-part:]) if is_enough else None,
        classes=tuple((name, times(by_class[name])) for name in class_names if name in by_class),
        unlabelled=times(by_class.get(None, ())),
    )


def times(questions: Iterable[Asked]) -> Times:
    """How long some answers took; those that were not timed are left out."""
    seconds = np.sort([_seconds(one) for one in questions if one.milliseconds is not None])
    if not len(seconds):
        return Times(0, float("nan"), float("nan"), float("nan"), 0)
    ranks = median_ranks(len(seconds))
    least, most = (float("nan"),) * 2 if ranks is None else seconds[list(ranks)].tolist()
    n_pauses = int(np.count_nonzero(seconds > PAUSE))
    return Times(len(seconds), float(np.median(seconds)), least, most, n_pauses)


def by_round(questions: Iterable[Asked], name: str | None = None) -> tuple[RoundTimes, ...]:
    """How long answers to one image at a time took, round by round; many rounds some at a time.

    Parameters
    ----------
    name
        Those alone whose answer names this class; None stands for all.
    """
    wanted = sorted(
        (one.round, _seconds(one))
        for one in questions
        if one.milliseconds is not None and not one.is_grid and name in (None, one.label)
    )
    rounds = [
        (number, [second for _, second in group])
        for number, group in groupby(wanted, key=lambda pair: pair[0])
    ]
    return tuple(_points(rounds, max(1, ceil(len(rounds) / _MOST_POINTS))))


def _points(rounds: list[tuple[int, list[float]]], step: int) -> Iterator[RoundTimes]:
    for start in range(0, len(rounds), step):
        some = rounds[start : start + step]
        seconds = [second for _, group in some for second in group]
        low, median, high = np.percentile(seconds, [25, 50, 75]).tolist()
        yield RoundTimes(some[0][0], some[-1][0], len(seconds), low, median, high)


def _seconds(question: Asked) -> float:
    return (question.milliseconds or 0) / 1000
