"""What a published run is compared with: other ways to come to as many labels, or to learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.arrays import UNLABELLED
from core.data import catalogue
from core.learning import metrics
from core.learning.beliefs import believe
from core.learning.supervised import logistic
from core.replay.published import Run
from core.replay.run import ReplayRound, graph_of, spreader_of


class Course(NamedTuple):
    """How many labels there were, and the share of all items that was right then, 0 to 1.

    Labelled items count as right.
    """

    labels: tuple[int, ...]
    accuracies: tuple[float, ...]


def course_of(rounds: Sequence[ReplayRound]) -> Course:
    """The run's own."""
    return Course(
        tuple(int(step.beliefs.labelled.sum()) for step in rounds),
        tuple(step.accuracy_all for step in rounds),
    )


def at_random(run: Run, seed: int) -> Course:
    """The same run, but for its questions: they are drawn at random from all that are left.

    It begins with the same labels, spreads them in the same way, and gains as many in each round.
    """
    dataset = catalogue.load(run.config)
    truth = dataset.truth
    assert truth is not None, "published runs are on digits, of which all is known"
    spreader = spreader_of(run, graph_of(run, dataset))
    order = np.random.default_rng(seed).permutation(np.arange(run.config.n_given, dataset.n_items))
    counts, accuracies = [], []
    for number in range(len(run.rounds)):
        drawn = order[: number * run.config.batch_size]
        labels = np.where(np.arange(dataset.n_items) < run.config.n_given, truth, UNLABELLED)
        labels[drawn] = truth[drawn]
        beliefs = believe(labels, dataset.n_classes, spreader)
        # As the run takes it: what no label reaches is of the first class that is named.
        predicted = np.where(beliefs.reached, beliefs.predicted, labels[beliefs.labelled].min())
        counts.append(run.config.n_given + len(drawn))
        accuracies.append(metrics.accuracy(truth, predicted))
    return Course(tuple(counts), tuple(accuracies))


def supervised(run: Run, rounds: Sequence[ReplayRound]) -> Course:
    """Logistic regression on the labels of each round alone."""
    dataset = catalogue.load(run.config)
    truth = dataset.truth
    assert truth is not None, "published runs are on digits, of which all is known"
    accuracies = [
        metrics.accuracy(truth, logistic(dataset.features, step.beliefs.labels)) for step in rounds
    ]
    return Course(course_of(rounds).labels, tuple(accuracies))
