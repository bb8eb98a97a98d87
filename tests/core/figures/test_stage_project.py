"""A project on the stage: its own rounds as they stand now, few of many, with or without truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.bootstrap import open_service
from core.config import classic, recommended
from core.figures.stage_project import (
    MOST_IMAGES,
    MOST_STEPS,
    ProjectStage,
    beside_project,
    project_stage,
    steps_of,
)
from core.learning import metrics
from core.service.labelling import Service
from core.session.events import Answer, Answered, AnswerKind, Served
from core.session.fold import fold
from core.session.labels import Labels
from core.session.state import State
from core.wording import percent

DIGITS = load_digits()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    opened = open_service(tmp_path)
    yield opened
    opened.close()


def answer(service: Service, project: str, rounds: int, wrong: int = 0) -> None:
    for _ in range(rounds):
        batch = service.batch(project)
        assert batch is not None
        names = service.view(project).class_names
        answers = []
        for item in batch.items:
            number = (int(DIGITS.target[item]) + (wrong > 0)) % len(names)
            wrong -= 1
            answers.append(
                Answer(item=item, kind=AnswerKind.LABEL, label=names[number], milliseconds=900)
            )
        service.submit(project, batch.batch_id, answers)


def staged(service: Service, project: str) -> ProjectStage:
    return project_stage(service.view(project), None)


def test_each_round_is_told_as_the_model_knew_it_then(service: Service):
    made = service.create_project("Mine", classic(n_samples=300))
    answer(service, made.project_id, 3, wrong=1)
    view, stage = service.view(made.project_id), staged(service, made.project_id)
    names = [told.name for told in stage.page.rounds]
    assert names == ["Round 1 of 3", "Round 2 of 3", "Round 3 of 3", "After 3 rounds"]
    assert [told.labels for told in stage.page.rounds] == [0, 10, 20, 30]
    truth = view.dataset.truth
    assert truth is not None
    for step, told in zip(stage.steps[1:], stage.page.rounds[1:], strict=True):
        beliefs = view.engine.believe(step.labels)
        report = metrics.report_unlabelled(truth, beliefs, 10)
        assert told.right == percent(report.accuracy)
        assert told.matrix is not None
        assert np.array(told.matrix.counts).sum() == report.confusion[:, :10].sum()
        if step.round is not None:
            for item, query in zip(step.asked, told.queries, strict=True):
                (index,) = view.engine.present([item])
                assert query.predicted == view.class_names[beliefs.model_class[index]]
                assert query.true == view.labels[item]
                assert query.right == (query.predicted == query.true)
    first, last = stage.page.rounds[0], stage.page.rounds[-1]
    assert {query.predicted for query in first.queries} == {""}
    assert (first.wrong, first.share, first.matrix) == ("", None, None)
    # Who knows the truth tells it of the images that nobody has labelled.
    assert all(query.true for query in last.queries)
    assert last.known_as == "true"


def test_graph_and_curves_are_of_the_same_moments(service: Service):
    made = service.create_project("Mine", recommended(n_samples=120))
    answer(service, made.project_id, 2)
    view, stage = service.view(made.project_id), staged(service, made.project_id)
    beside = beside_project(view, stage)
    assert beside.graph is not None
    assert len(beside.graph.rounds) == len(stage.page.rounds)
    assert beside.curve is not None
    own, *others = beside.curve.lines
    assert own.own
    assert own.labels == (10, 20)
    assert own.shares == pytest.approx([share for share in stage.accuracies if share is not None])
    assert len(others) == 3


def test_without_the_truth_labels_and_what_was_predicted_as_labelled_are_told(
    service: Service, tmp_path: Path
):
    (tmp_path / "datasets").mkdir(exist_ok=True)
    np.savez(
        tmp_path / "datasets" / "blank.npz",
        images=(DIGITS.images[:80] * 15).astype(np.uint8),
        class_names=[f"class {n}" for n in range(10)],
    )
    made = service.create_project("Blank", recommended(dataset="blank.npz", n_samples=80))
    answer(service, made.project_id, 2)
    stage = staged(service, made.project_id)
    told = stage.page.rounds[1]
    n_right = sum(query.right for query in told.queries)
    assert [figure.value for figure in told.figures] == ["10", f"{n_right} of 10"]
    assert (told.share, told.matrix) == (None, None)
    assert told.bars is not None
    assert stage.accuracies == (None, None, None)
    assert all(query.true == "" for query in stage.page.rounds[-1].queries)
    assert beside_project(service.view(made.project_id), stage).curve is None


def log_of(n_rounds: int) -> State:
    events: list[Served | Answered] = []
    for number in range(n_rounds):
        items = tuple(range(20 * number, 20 * number + 20))
        said = tuple(
            Answer(item=i, kind=AnswerKind.LABEL, label=str(i % 10), milliseconds=1) for i in items
        )
        events += [
            Served(
                batch_id=f"b{number}",
                round=number + 1,
                items=items,
                predicted=(None,) * 20,
                confidence=(0.0,) * 20,
            ),
            Answered(batch_id=f"b{number}", answers=said),
        ]
    return fold(State(), events, [datetime.now(UTC)] * len(events))


@pytest.mark.parametrize("n_rounds", [1, 11, 12, 300])
def test_of_many_rounds_some_are_shown_the_first_and_the_last_in_any_case(n_rounds: int):
    state = log_of(n_rounds)
    steps = steps_of(state)
    assert len(steps) <= MOST_STEPS
    numbers = [step.round for step in steps[:-1]]
    assert (numbers[0], numbers[-1], steps[-1].round) == (1, n_rounds, None)
    for step in steps[:-1]:
        assert step.round is not None
        before = {i: str(i % 10) for i in range(20 * (step.round - 1))}
        assert step.labels == Labels(before)
        assert step.asked == tuple(range(20 * (step.round - 1), 20 * step.round))
    assert steps[-1].labels == state.labels
    assert MOST_IMAGES < 20
