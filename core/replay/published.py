"""The published runs this app grew from: their settings, and every figure they printed.

``runs.json`` keeps printed numbers as text, since the number of decimals is part of what was
published. :mod:`core.replay.run` computes the same figures anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple, get_args

from pydantic import TypeAdapter

from core.config import ProjectConfig
from core.errors import UnknownRunError

Kind = Literal["demonstration", "active learning"]
Clamping = Literal["legacy", "current"]
Order = Literal["least uncertain first", "most uncertain first"]
SummaryRow = Literal["avg / total", "accuracy", "micro avg", "macro avg", "weighted avg"]

COLUMNS: Final = ("precision", "recall", "f1-score", "support")
"""The columns of a classification report, as scikit-learn heads them."""

SUMMARY_ROWS: Final[tuple[SummaryRow, ...]] = get_args(SummaryRow)
"""The last rows of a report, of one version of scikit-learn or another."""


class PrintedRow(NamedTuple):
    """One row of a printed classification report; empty where nothing was printed."""

    name: str
    precision: str
    recall: str
    f1: str
    support: str


class PrintedQuery(NamedTuple):
    """A printed title of a digit the model was most uncertain of."""

    predicted: str
    true: str


@dataclass(frozen=True, slots=True)
class RoundingTie:
    """A printed figure whose exact value lies half-way between two printed ones.

    Attributes
    ----------
    round, row, column
        Where in the reports it stands.
    exact
        The exact value, as a fraction.
    printed
        What was published; rounding half-way cases otherwise prints something else.
    """

    round: int
    row: str
    column: str
    exact: str
    printed: str


@dataclass(frozen=True, slots=True)
class PublishedRound:
    """What a run printed in one round.

    Attributes
    ----------
    labelled
        The printed number of labels.
    report
        Over the items still unlabelled; classes first, then summary rows.
    confusion
        One row and column a class that some label has named so far; rows are true classes. None
        where no matrix was printed.
    queried
        The most uncertain items in the order shown; None where none was published.
    """

    labelled: int
    report: tuple[PrintedRow, ...]
    confusion: tuple[tuple[int, ...], ...] | None = None
    queried: tuple[PrintedQuery, ...] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One published run of scikit-learn's digits examples.

    Attributes
    ----------
    id, title
        Its short name, and what it was called.
    kind
        In a demonstration the most uncertain items are shown; in active learning they then get
        their true label, round after round.
    figure_title
        What stands over its figure.
    clamping
        How labels are held in place: ``legacy`` before scikit-learn 0.19, ``current`` since.
    config
        Data and model. ``batch_size`` items are queried a round. Projects always clamp the current
        way.
    order
        In which the queried items are shown.
    summary
        The last rows of a report, as that version of scikit-learn printed them.
    rounds
        What was printed, oldest first.
    queries_labelled_items
        Whether an item may be queried that has a label already. It gains nothing then, but counts
        among the labels printed.
    quirk
        What is odd about the published run, in words; empty if nothing is.
    ties
        Figures that may differ from the published ones by name.
    """

    id: str
    title: str
    kind: Kind
    figure_title: str
    clamping: Clamping
    config: ProjectConfig
    order: Order
    summary: tuple[SummaryRow, ...]
    rounds: tuple[PublishedRound, ...]
    queries_labelled_items: bool = False
    quirk: str = ""
    ties: tuple[RoundingTie, ...] = ()


@cache
def all_runs() -> tuple[Run, ...]:
    """The published runs, in the order they are listed."""
    text = files(__package__).joinpath("runs.json").read_text(encoding="utf-8")
    return TypeAdapter(tuple[Run, ...]).validate_json(text)


def find_run(run_id: str, runs: tuple[Run, ...] | None = None) -> Run:
    """The run of this name.

    Parameters
    ----------
    runs
        Those to choose from; None stands for the published ones.

    Raises
    ------
    UnknownRunError
        If there is none; it lists those there are.
    """
    known = {run.id: run for run in runs or all_runs()}
    if run_id not in known:
        raise UnknownRunError(
            f"There is no run {run_id[:40]!r}.", f"Those there are: {', '.join(known)}."
        )
    return known[run_id]
