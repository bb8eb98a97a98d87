"""A published run, computed anew step by step, and compared with what was printed then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray, freeze
from core.data import catalogue
from core.data.dataset import Dataset
from core.graph.similarity import SimilarityGraph, build_graph
from core.learning import metrics
from core.learning.beliefs import Beliefs, Spreader, believe
from core.learning.sweeps import Spread, one_hot_labels, spread
from core.querying.queries import entropy
from core.replay.legacy import spread_legacy
from core.replay.published import Run, SummaryRow

_CLAMPING: Final = {"legacy": spread_legacy, "current": spread}


_AVERAGES: Final = {
    "avg / total": "weighted",
    "micro avg": "micro",
    "macro avg": "macro",
    "weighted avg": "weighted",
}


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
        """Whether the model predicted it correctly."""
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
        Shares predicted correctly, 0 to 1, of the items still unlabelled and of all of them, where
        labels count as correct.
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
    dataset = catalogue.load(run.config)
    truth = _known_truth(dataset)
    spreader = spreader_of(run, graph_of(run, dataset))
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


def graph_of(run: Run, dataset: Dataset) -> SimilarityGraph:
    """S of a run, over its items."""
    config = run.config
    return build_graph(
        dataset.features, config.kernel, gamma=config.gamma, n_neighbors=config.n_neighbors
    )


def spreader_of(run: Run, graph: SimilarityGraph) -> Spreader:
    """Spreads labels over a graph as a run does."""
    config = run.config

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
