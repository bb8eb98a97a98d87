"""What runs and projects are compared with, and how it is told."""

from __future__ import annotations

import numpy as np
import pytest

from core.config import classic, recommended
from core.data import catalogue
from core.engine.building import engine_for
from core.jobs.progress import CancelledError
from core.replay.baselines import at_random, course_of
from core.replay.published import find_run
from core.replay.run import replay
from core.session.labels import Labels
from core.simulation.baselines import SEEDS, of_project, of_run, own_of_run

RUN = find_run("digits-active-0.20")
ROUNDS = tuple(replay(RUN))


def test_a_run_stands_beside_three_others_with_as_many_labels():
    plain, random, best = of_run(RUN, ROUNDS)
    own = own_of_run(ROUNDS)
    assert [one.title for one in (plain, random, best)] == [
        "Supervised only",
        "Random questions",
        "The app’s best settings",
    ]
    assert own.labels == plain.labels == random.labels == course_of(ROUNDS).labels
    assert (best.labels[0], best.labels[-1]) == (5, 60)
    assert "mean of 5 runs" in random.note
    assert "mean of 5 runs" in best.note
    drawn = [at_random(RUN, seed).accuracies[-1] for seed in range(SEEDS)]
    assert random.accuracies[-1].mean == pytest.approx(np.mean(drawn))
    assert own.accuracies[-1].half is None


def test_a_run_that_asks_nothing_is_not_compared_with_random_questions():
    run = find_run("digits-demo-current")
    found = of_run(run, tuple(replay(run)))
    assert [one.title for one in found] == ["Supervised only", "The app’s best settings"]


@pytest.mark.parametrize("config", [recommended(n_samples=200), classic(n_samples=200)])
def test_a_project_is_compared_as_far_as_its_labels_go(config):
    engine = engine_for(config, catalogue.load(config))
    names, truth = engine.dataset.class_names, engine.dataset.truth
    assert truth is not None
    steps = [
        Labels({int(engine.dataset.rows[i]): names[truth[i]] for i in range(n)}) for n in (10, 20)
    ]
    found = {one.title: one for one in of_project(engine, config, steps)}
    assert set(found) == {"Supervised only", "Random questions", "The app’s best settings"}
    assert found["Supervised only"].labels == (10, 20)
    assert found["Random questions"].labels == (10, 20)
    assert found["The app’s best settings"].accuracies[-1].mean > 0.8


def test_what_has_no_truth_or_is_called_off_is_not_compared():
    config = recommended(n_samples=60)
    dataset = catalogue.load(config)
    engine = engine_for(config, dataset)
    labels = [Labels({int(dataset.rows[0]): "0"})]
    assert of_project(engine, config, []) == ()

    def stop(_stage: str, _share: float, /) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        of_project(engine, config, labels, stop)
