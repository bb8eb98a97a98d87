"""A published run, computed anew step by step, and compared with what was printed then."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from itertools import zip_longest
from typing import Final, Literal, NamedTuple

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from core import datasets, metrics
from core.graph import build_graph
from core.published import COLUMNS, PublishedRound, Run, SummaryRow
from core.queries import entropy
from core.spreading import Spread, Spreader, believe, one_hot_labels, spread, spread_legacy
from core.types import UNLABELLED, Beliefs, BoolArray, Dataset, FloatArray, IntArray, freeze

Part = Literal["labels", "accuracy", "report", "confusion matrix", "queried"]
Figure = float | int | str

NOTHING: Final = "–"
"""Stands where a figure is on one side only."""

_CLAMPING: Final = {"legacy": spread_legacy, "current": spread}
_AVERAGES: Final = {
    "avg / total": "weighted",
    "micro avg": "micro",
    "macro avg": "macro",
    "weighted avg": "weighted",
}
_EXACT: Final = 1e-12


class ReportRow(NamedTuple):
    """One row of a classification report; None where a row has no such figure."""

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, slots=True)
class Query:
    """An item among the most uncertain ones of a round.

    Attributes
    ----------
    index
        Its place in the run's data set.
    row
        Its number in ``load_digits``.
    predicted, true
        Names of classes.
    entropy
        Of what the model believed of it, in nats.
    """

    index: int
    row: int
    predicted: str
    true: str
    entropy: float

    @property
    def right(self) -> bool:
        """Whether the model was right about it."""
        return self.predicted == self.true


@dataclass(frozen=True, slots=True, eq=False)
class ReplayRound:
    """What the model knew in one round of a run, and what it asked for next.

    Attributes
    ----------
    number
        From 0.
    printed_labels
        The number of labels as the run prints it. With the quirk of a run that queries labelled
        items it may exceed the number there are: ``beliefs.labelled`` tells the truth.
    beliefs
        What the model believes of each item of the run's data set.
    entropy : (n_items,), float64
        Of each item, in nats; infinite where no label reaches.
    predicted : (n_items,), int64
        Class indices, also of labelled items, as the run takes them: where no label reaches, the
        first class that some label has named.
    classes
        Names of the classes that some label has named so far.
    report
        Over the items still unlabelled: the classes that occur, then the summary rows.
    confusion : (n_named, n_named), int64
        Over the same items, one row and column a class of ``classes``; rows are true classes.
    queries
        The most uncertain items, in the order the run shows them.
    accuracy_unlabelled, accuracy_all
        Shares predicted right, 0 to 1, of the items still unlabelled and of all of them, where
        labels count as right.
    """

    number: int
    printed_labels: int
    beliefs: Beliefs
    entropy: FloatArray
    predicted: IntArray
    classes: tuple[str, ...]
    report: tuple[ReportRow, ...]
    confusion: IntArray
    queries: tuple[Query, ...]
    accuracy_unlabelled: float
    accuracy_all: float

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def n_items(self) -> int:
        """The number of items that take part in the run."""
        return len(self.predicted)


def replay(run: Run) -> Iterator[ReplayRound]:
    """Compute a run, one round at a time, as many rounds as were published.

    The truth answers: after each round the queried items gain their true label.
    """
    dataset = datasets.load(run.config)
    truth = _known_truth(dataset)
    spreader = _spreader(run, dataset)
    labels = np.where(np.arange(dataset.n_items) < run.config.n_given, truth, UNLABELLED)
    printed_labels = run.config.n_given
    for number in range(len(run.rounds)):
        beliefs = believe(labels, dataset.n_classes, spreader)
        step = _measure(run, dataset, beliefs, number, printed_labels)
        yield step
        queried = [query.index for query in step.queries]
        labels[queried] = truth[queried]
        printed_labels += len(queried)


def _known_truth(dataset: Dataset) -> IntArray:
    assert dataset.truth is not None, "published runs are on digits, of which all is known"
    return dataset.truth


def _spreader(run: Run, dataset: Dataset) -> Spreader:
    config = run.config
    graph = build_graph(
        dataset.features, config.kernel, gamma=config.gamma, n_neighbors=config.n_neighbors
    )

    def spread_labels(labels: IntArray, classes: IntArray) -> Spread:
        return _CLAMPING[run.clamping](
            graph,
            one_hot_labels(labels, classes),
            alpha=config.alpha,
            max_iter=config.max_iter,
            tol=config.tol,
        )

    return spread_labels


def _measure(
    run: Run, dataset: Dataset, beliefs: Beliefs, number: int, printed_labels: int
) -> ReplayRound:
    truth = _known_truth(dataset)
    named = np.unique(beliefs.labels[beliefs.labelled])
    predicted = np.where(beliefs.reached, beliefs.model_class, named[0])
    uncertainty = entropy(beliefs)
    rest = ~beliefs.labelled
    return ReplayRound(
        number=number,
        printed_labels=printed_labels,
        beliefs=beliefs,
        entropy=uncertainty,
        predicted=predicted,
        classes=tuple(dataset.class_names[i] for i in named),
        report=_report(run, dataset.class_names, truth[rest], predicted[rest]),
        confusion=confusion_matrix(truth[rest], predicted[rest], labels=named),
        queries=tuple(
            Query(
                index=int(i),
                row=int(dataset.rows[i]),
                predicted=dataset.class_names[predicted[i]],
                true=dataset.class_names[truth[i]],
                entropy=float(uncertainty[i]),
            )
            for i in _most_uncertain(run, uncertainty, rest)
        ),
        accuracy_unlabelled=metrics.accuracy(truth[rest], predicted[rest]),
        accuracy_all=metrics.accuracy(truth, np.where(rest, predicted, truth)),
    )


def _most_uncertain(run: Run, uncertainty: FloatArray, unlabelled: BoolArray) -> IntArray:
    order = np.argsort(uncertainty, kind="stable")
    if not run.queries_labelled_items:
        order = order[unlabelled[order]]
    chosen = order[-run.config.batch_size :]
    return chosen if run.order == "least uncertain first" else chosen[::-1]


def _report(
    run: Run, class_names: tuple[str, ...], truth: IntArray, predicted: IntArray
) -> tuple[ReportRow, ...]:
    occurring = np.union1d(truth, predicted)
    figures = precision_recall_fscore_support(truth, predicted, labels=occurring, zero_division=0)
    classes = [
        ReportRow(class_names[i], float(precision), float(recall), float(f1), int(support))
        for i, precision, recall, f1, support in zip(occurring, *figures, strict=True)
    ]
    return (*classes, *(_summary(name, truth, predicted) for name in run.summary))


def _summary(name: SummaryRow, truth: IntArray, predicted: IntArray) -> ReportRow:
    if name == "accuracy":
        return ReportRow(name, None, None, metrics.accuracy(truth, predicted), len(truth))
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, predicted, average=_AVERAGES[name], zero_division=0
    )
    return ReportRow(name, float(precision), float(recall), float(f1), len(truth))


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
        writer.writerows((step.number, *place, value) for place, value in _figures(step).items())
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
