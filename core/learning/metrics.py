"""How good the predictions are, where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray, freeze
from core.learning.beliefs import Beliefs


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Metrics over those items of a population whose true class is known.

    Attributes
    ----------
    n_items
        How many items were counted.
    accuracy
        Share of them that is predicted correctly, 0 to 1; nan where there are none. An item that no
        label reaches has no prediction and counts as wrong.
    macro_f1
        Mean of the F1 of the classes that occur in the truth or the predictions; nan where there
        are none.
    precision, recall, f1 : (n_classes,), float64
        0 where undefined, as in scikit-learn's report.
    support : (n_classes,), int64
        Items of each class in truth.
    confusion : (n_classes, n_classes + 1), int64
        Rows are true classes, columns predicted ones; the last column counts items not reached.
    """

    n_items: int
    accuracy: float
    macro_f1: float
    precision: FloatArray
    recall: FloatArray
    f1: FloatArray
    support: IntArray
    confusion: IntArray

    def __post_init__(self) -> None:
        freeze(self)


def accuracy(truth: IntArray, predicted: IntArray) -> float:
    """Share of the items of known truth predicted correctly, 0 to 1; nan where there are none."""
    truth, predicted = _known(truth, predicted)
    return float(np.mean(truth == predicted)) if len(truth) else float("nan")


def report(truth: IntArray, predicted: IntArray, n_classes: int) -> Report:
    """Measure predictions against the truth, where it is known.

    Parameters
    ----------
    truth : (n_items,), int64
        Class indices, ``UNLABELLED`` where nobody knows.
    predicted : (n_items,), int64
        Class indices, ``UNLABELLED`` for an item that no label reaches.
    """
    truth, predicted = _known(truth, predicted)
    columns = np.where(predicted == UNLABELLED, n_classes, predicted)
    cells = np.bincount(truth * (n_classes + 1) + columns, minlength=n_classes * (n_classes + 1))
    matrix = cells.reshape(n_classes, n_classes + 1).astype(np.int64)
    right = np.diagonal(matrix).astype(np.float64)
    support = matrix.sum(axis=1)
    # Of a class never predicted nothing is correct: zero is what scikit-learn's report prints.
    precision = _share(right, matrix[:, :n_classes].sum(axis=0))
    recall = _share(right, support)
    f1 = _share(2 * right, matrix[:, :n_classes].sum(axis=0) + support)
    occurs = (support > 0) | (matrix[:, :n_classes].sum(axis=0) > 0)
    macro_f1 = float(f1[occurs].mean()) if len(truth) else float("nan")
    return Report(
        n_items=len(truth),
        accuracy=accuracy(truth, predicted),
        macro_f1=macro_f1,
        precision=precision,
        recall=recall,
        f1=f1,
        support=support,
        confusion=matrix,
    )


def _known(truth: IntArray, predicted: IntArray) -> tuple[IntArray, IntArray]:
    """Truth and predictions of the items whose truth is known."""
    known = truth != UNLABELLED
    return (truth, predicted) if known.all() else (truth[known], predicted[known])


def _share(part: FloatArray, whole: IntArray) -> FloatArray:
    """The ratio, or zero where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def report_all(truth: IntArray, beliefs: Beliefs, n_classes: int) -> Report:
    """Measure over all items of known truth, labelled ones too: the same ones in each round."""
    return report(truth, beliefs.predicted, n_classes)


def report_unlabelled(truth: IntArray, beliefs: Beliefs, n_classes: int) -> Report:
    """Measure over the items still unlabelled, as scikit-learn's examples do.

    The population shrinks by the hardest items each round, so figures of two rounds are not of the
    same items.
    """
    rest = ~beliefs.labelled
    return report(truth[rest], beliefs.predicted[rest], n_classes)


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """How often the person's labels differ from the truth.

    Attributes
    ----------
    n_labels
        Labels the person gave to items whose truth is known.
    differing
        Indices of the items on which label and truth differ.
    """

    n_labels: int
    differing: tuple[int, ...]


def check_labels(truth: IntArray, labels: IntArray, by_person: BoolArray) -> LabelCheck:
    """Compare the labels a person gave with the truth.

    Parameters
    ----------
    truth, labels : (n_items,), int64
    by_person : (n_items,), bool
        Which labels count: those a person gave, not those taken from the truth.
    """
    counted = by_person & (labels != UNLABELLED) & (truth != UNLABELLED)
    differing = np.flatnonzero(counted & (labels != truth))
    return LabelCheck(int(np.count_nonzero(counted)), tuple(differing.tolist()))
