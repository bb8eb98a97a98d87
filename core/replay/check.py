"""The figures of a published run beside the computed ones."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from itertools import zip_longest
from typing import Final, Literal, NamedTuple

from core.replay.published import COLUMNS, PublishedRound, Run
from core.replay.run import ReplayRound
from core.wording import spreadsheet

Part = Literal["labels", "accuracy", "report", "confusion matrix", "queried"]


Figure = float | int | str


NOTHING: Final = "–"
"""Stands where a figure is on one side only."""


_EXACT: Final = 1e-12


class Place(NamedTuple):
    """Where a figure stands among those of a round; an only row has no name."""

    part: Part
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A published figure beside the computed one.

    Attributes
    ----------
    round
        From 0.
    place
        Rows and columns are named as they are printed; queried items are numbered from 1.
    published
        As it was printed; a dash if it was not.
    computed
        As it prints with the same number of decimals; a dash if there is no such figure.
    tie
        Whether the two print differently only because the exact value lies half-way between them,
        which the run's data name.
    """

    round: int
    place: Place
    published: str
    computed: str
    tie: bool

    @property
    def identical(self) -> bool:
        """Whether the figure was reproduced."""
        return self.tie or self.published == self.computed


def cells(run: Run, rounds: Iterable[ReplayRound]) -> tuple[Cell, ...]:
    """Every figure that was published of these rounds, beside the computed one."""
    return tuple(cell for step in rounds for cell in _cells_of(run, step))


def compare(run: Run, rounds: Iterable[ReplayRound]) -> tuple[Cell, ...]:
    """The figures of these rounds that differ from the published ones.

    A figure must print the same with the same number of decimals, so it may be off by half a unit
    in the last place at most. Only the ties that the run names may print otherwise.
    """
    return tuple(cell for cell in cells(run, rounds) if not cell.identical)


def rounds_csv(rounds: Iterable[ReplayRound]) -> str:
    """The figures of these rounds as CSV, one a line, in full precision.

    Columns are ``round``, ``part``, ``row``, ``column`` and ``value``. In the confusion matrix rows
    are true classes and columns predicted ones.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("round", *Place._fields, "value"))
    for step in rounds:
        writer.writerows(
            (step.number, *map(spreadsheet, place), value)
            for place, value in _figures(step).items()
        )
    return buffer.getvalue()


def _cells_of(run: Run, step: ReplayRound) -> Iterator[Cell]:
    published = _published_figures(run.rounds[step.number], step.classes)
    columns = {(place.part, place.column) for place in published}
    computed = {
        place: figure
        for place, figure in _figures(step).items()
        if (place.part, place.column) in columns
    }
    for place in published | computed:
        printed, figure = published.get(place, NOTHING), computed.get(place)
        yield Cell(
            step.number,
            place,
            published=printed,
            computed=NOTHING if figure is None else _printed_alike(figure, printed),
            tie=_is_tie(run, step.number, place, printed, figure),
        )


def _published_figures(printed: PublishedRound, classes: tuple[str, ...]) -> dict[Place, str]:
    figures = {Place("labels", "", "printed"): str(printed.labelled)}
    for name, *texts in printed.report:
        for column, text in zip(COLUMNS, texts, strict=True):
            if text:
                figures[Place("report", name, column)] = text
    for place, count in _matrix(printed.confusion or (), classes).items():
        figures[place] = str(count)
    for rank, query in enumerate(printed.queried or (), start=1):
        figures[Place("queried", str(rank), "predicted")] = query.predicted
        figures[Place("queried", str(rank), "true")] = query.true
    return figures


def _figures(step: ReplayRound) -> dict[Place, Figure]:
    figures: dict[Place, Figure] = {
        Place("labels", "", "printed"): step.printed_labels,
        Place("labels", "", "given"): int(step.beliefs.labelled.sum()),
        Place("accuracy", "", "unlabelled"): step.accuracy_unlabelled,
        Place("accuracy", "", "all"): step.accuracy_all,
    }
    for name, *values in step.report:
        for column, value in zip(COLUMNS, values, strict=True):
            if value is not None:
                figures[Place("report", name, column)] = value
    figures |= _matrix(step.confusion.tolist(), step.classes)
    for rank, query in enumerate(step.queries, start=1):
        for column in ("row", "predicted", "true", "entropy"):
            figures[Place("queried", str(rank), column)] = getattr(query, column)
    return figures


def _matrix(counts: Iterable[Iterable[int]], classes: tuple[str, ...]) -> dict[Place, int]:
    """Cells by their classes; by their numbers where there are more cells than classes."""
    return {
        Place("confusion matrix", row or f"row {i}", column or f"column {j}"): count
        for i, (row, counted) in enumerate(zip_longest(classes, counts))
        for j, (column, count) in enumerate(zip_longest(classes, counted or ()))
        if count is not None
    }


def _printed_alike(figure: Figure, printed: str) -> str:
    """A figure as text, with as many decimals as the printed one has."""
    decimals = len(printed.partition(".")[2])
    return f"{figure:.{decimals}f}" if isinstance(figure, float) else str(figure)


def _is_tie(run: Run, number: int, place: Place, printed: str, figure: Figure | None) -> bool:
    return isinstance(figure, float) and any(
        (tie.round, "report", tie.row, tie.column, tie.printed) == (number, *place, printed)
        and abs(figure - float(Fraction(tie.exact))) < _EXACT
        for tie in run.ties
    )
