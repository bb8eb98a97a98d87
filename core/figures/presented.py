"""What presentation mode's component is sent: typed here, and checked there by types from this."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Trend = Literal["", "better", "worse"]


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShownFigure(_Shown):
    """A large figure; ``change`` is since the round before, and empty in the first."""

    value: str
    caption: str
    change: str
    trend: Trend


class ShownQuery(_Shown):
    """An image that the model asked about; ``image`` is a data URL, ``alt`` says it in words."""

    image: str
    predicted: str
    true: str
    right: bool
    alt: str


class ShownMatrix(_Shown):
    """The confusion matrix: rows are true classes, columns predicted ones.

    Attributes
    ----------
    levels
        How strong each cell is painted: above zero where the two agree, below zero elsewhere.
    note
        What stands out, in a sentence or none.
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    levels: tuple[tuple[float, ...], ...]
    note: str


class ShownRound(_Shown):
    """One round of the run.

    Attributes
    ----------
    name, headline
        Its name, and what a screen reader says of it.
    labels
        Labels by now, as printed.
    share, right
        Share predicted correctly of the unlabelled, 0 to 1, and the same in words.
    asked, wrong
        What is said of the images that the model asks about.
    identical
        Whether every figure is the published one.
    """

    name: str
    headline: str
    figures: tuple[ShownFigure, ...]
    labels: int
    share: float
    right: str
    asked: str
    wrong: str
    queries: tuple[ShownQuery, ...]
    matrix: ShownMatrix
    lesson: str
    identical: bool


class StagePage(_Shown):
    """All rounds of a run, and the one to begin with."""

    run: str
    title: str
    current: int
    rounds: tuple[ShownRound, ...]


class LeaveMessage(_Shown):
    """The presenter has left; ``round`` was on the screen."""

    round: int
