"""What a published run is compared with begins and ends as the run does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.semi_supervised import LabelSpreading

from core.data import catalogue
from core.replay.baselines import at_random, course_of, supervised
from core.replay.published import find_run
from core.replay.run import replay

RUN = find_run("digits-active-0.20")
ROUNDS = tuple(replay(RUN))


def test_random_questions_begin_where_the_run_does_and_bring_as_many_labels():
    own = course_of(ROUNDS)
    for seed in range(2):
        course = at_random(RUN, seed)
        assert course.labels == own.labels == (40, 45, 50, 55, 60)
        assert course.accuracies[0] == own.accuracies[0]
    assert at_random(RUN, 0) == at_random(RUN, 0) != at_random(RUN, 1)


@pytest.mark.filterwarnings("ignore")
def test_random_questions_are_answered_with_the_truth_and_spread_as_scikit_learn_does():
    dataset = catalogue.load(RUN.config)
    truth = dataset.truth
    assert truth is not None
    order = np.random.default_rng(3).permutation(np.arange(40, 330))[:20]
    labels = np.where(np.arange(330) < 40, truth, -1)
    labels[order] = truth[order]
    config = RUN.config
    peer = LabelSpreading(
        kernel="rbf", gamma=config.gamma, alpha=config.alpha, max_iter=config.max_iter
    ).fit(dataset.features, labels)
    right = np.where(labels >= 0, truth, peer.transduction_) == truth
    assert at_random(RUN, 3).accuracies[-1] == pytest.approx(right.mean(), abs=1e-12)


def test_the_supervised_course_learns_from_the_labels_of_each_round_alone():
    dataset = catalogue.load(RUN.config)
    course = supervised(RUN, ROUNDS)
    known = ROUNDS[0].beliefs.labelled
    scale = dataset.features[known].std()
    peer = LogisticRegression(C=10, max_iter=1000)
    peer.fit(dataset.features[known] / scale, ROUNDS[0].beliefs.labels[known])
    said = np.where(known, dataset.truth, peer.predict(dataset.features / scale))
    assert course.accuracies[0] == pytest.approx(np.mean(said == dataset.truth))
    assert course.labels == course_of(ROUNDS).labels
