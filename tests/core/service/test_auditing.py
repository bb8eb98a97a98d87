"""What is said of the quality of a project, against what its log and the truth say one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.arrays import UNLABELLED
from core.config import ProjectConfig, recommended
from core.learning.fixed_point import FixedPointSpreader
from core.learning.leave_one_out import leave_one_out
from core.service import auditing
from core.service.auditing import FEWEST_CHECKS, Audit, Judged, judge
from core.service.conversation import describe
from core.service.labelling import Service
from core.service.view import View
from core.session.events import Answer, Event, Served
from core.session.fold import fold
from core.session.state import State
from core.storage import MemoryStore
from tests.core.builders import TickingClock, bad, label, numbered, skip, unsure, wait_until

TRUTH = load_digits().target
N_ITEMS = 120


@pytest.fixture
def service() -> Service:
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))


def say(item: int) -> Answer:
    """The truth, but now and then what leaves no label."""
    if item % 23 == 0:
        return unsure(item)
    if item % 29 == 0:
        return bad(item)
    return skip(item) if item % 31 == 0 else label(item, str(TRUTH[item]))


def truth_of(item: int) -> Answer:
    return label(item, str(TRUTH[item]))


def labelled(
    service: Service, config: ProjectConfig, answers: int, answer: Callable[[int], Answer] = say
) -> View:
    """A project that somebody has labelled a while."""
    project = service.create_project("Some", config).project_id
    for number in range(answers):
        batch = service.batch(project)
        if batch is None:
            break
        left = [item for item in batch.items if service.view(project).state.answer_to(item) is None]
        item = left[0] if left else batch.items[0]
        service.submit(project, batch.batch_id, [answer(item)])
        if number % 17 == 16:
            service.undo(project, batch.batch_id, item)
    return service.view(project)


def events_of(service: Service, view: View) -> list[Event]:
    return [recorded.event for recorded in service._store.events(view.project.project_id)]


def judged(view: View) -> Judged:
    return judge(view.state, view.engine, view.project.config.decision)


@pytest.mark.parametrize("refit", ["label", "round"])
def test_of_each_check_it_is_known_what_could_have_been_drawn_and_what_of_it_is_wrong(
    service, refit
):
    config = recommended(n_samples=N_ITEMS, batch_size=6, refit=refit, random_share=0.4)
    view = labelled(service, config, 70)
    found = judged(view)
    beliefs, dataset = view.beliefs, view.dataset
    truth = dataset.truth
    wrong = beliefs.model_class != truth
    wrong[found.labels.items] = ~found.labels.right
    is_open = beliefs.labels == UNLABELLED
    is_open[view.engine.positions(view.state.set_aside)] = False
    n_wrong = int(np.count_nonzero(wrong & is_open))
    checks = iter(found.audit.checks)
    events = events_of(service, view)
    n_compared = 0
    in_force = view.state.checks()
    for number, event in enumerate(events):
        if not isinstance(event, Served):
            continue
        before = fold(State(), events[:number])
        pool = set(dataset.rows.tolist()) - set(before.settled) - set(event.undrawable)
        for item, draw in event.draws.items():
            if item in in_force and in_force[item].order[0] == number:
                check = next(checks)
                assert (check.draw, check.wrong) == (draw, wrong[view.engine.positions([item])[0]])
                assert sum(draw.sizes) == len(pool)
                places = view.engine.positions(pool)
                n_aside = len(set(view.state.set_aside) & pool)
                n_missed = sum(is_open[view.engine.positions(event.undrawable)])
                really = sum(wrong[place] for place in places)
                assert really <= n_wrong + check.later + n_aside
                assert really >= n_wrong + check.later - check.missed
                assert check.missed >= n_missed
                n_compared += 1
            pool.discard(item)
    assert n_compared == found.audit.n_checks > 12
    assert next(checks, None) is None


def test_what_labels_say_of_each_other_is_what_a_model_without_each_says(service):
    view = labelled(service, recommended(n_samples=N_ITEMS), 45, truth_of)
    found = judged(view).labels
    spreader = view.engine._spreader
    assert isinstance(spreader, FixedPointSpreader)
    expected = leave_one_out(spreader._fixed_point, view.beliefs.labels, "estimated")
    # What a class has spread is not known without each of its labels, only on the average.
    assert np.count_nonzero(found.predicted != expected) <= 2
    assert 0 < np.count_nonzero(found.right) < len(found.items)


def test_before_enough_was_checked_nothing_is_said(service):
    audit = judged(labelled(service, recommended(n_samples=N_ITEMS), 12)).audit
    assert audit.n_checks < 10
    assert audit.accuracy is None
    assert all(one.precision is None for one in audit.classes)
    nothing = judged(service.view(service.create_project("New", recommended()).project_id))
    assert nothing.audit == Audit(1797, 1797, (), nothing.audit.classes)
    assert nothing.calibration is None


def test_the_truth_is_between_and_more_checks_would_tell_more(service):
    config = recommended(n_samples=N_ITEMS, random_share=0.6, batch_size=5)
    view = labelled(service, config, 75, truth_of)
    audit = judged(view).audit
    assert view.report_all is not None
    assert audit.accuracy is not None
    assert audit.accuracy.least <= view.report_all.accuracy <= audit.accuracy.most
    assert audit.accuracy.least < audit.soon.least <= audit.accuracy.likely
    assert audit.n_right <= audit.n_checks
    assert sum(one.n_images for one in audit.classes) == N_ITEMS
    told = [one.precision for one in audit.classes if one.precision is not None]
    assert all(0 <= one.least <= one.likely <= one.most <= 1 for one in told)
    assert len(told) == sum(one.n_checks >= FEWEST_CHECKS for one in audit.classes)


def test_a_log_from_before_draws_were_noted_is_judged_too(service):
    config = recommended(n_samples=N_ITEMS, random_share=0.5, batch_size=5)
    view = labelled(service, config, 60, truth_of)
    events = events_of(service, view)
    plain: dict[str, object] = {"draws": {}, "undrawable": ()}
    old = [e.model_copy(update=plain) if isinstance(e, Served) else e for e in events]
    found = judge(fold(State(), old), view.engine, "estimated").audit
    assert found.n_checks == judged(view).audit.n_checks
    assert all(len(check.draw.sizes) == 1 for check in found.checks)
    assert found.accuracy is not None
    assert view.report_all is not None
    assert found.accuracy.least <= view.report_all.accuracy <= found.accuracy.most


@pytest.mark.parametrize("refit", ["label", "round"])
def test_checks_that_are_asked_for_are_the_next_questions(service, refit):
    config = recommended(n_samples=N_ITEMS, batch_size=6, refit=refit, random_share=0.0)
    view = labelled(service, config, 13, truth_of)
    project = view.project.project_id
    assert judged(view).audit.n_checks == 0
    assert "draws none by itself" in judged(view).audit.sentence(asks=False)
    service.ask_checks(project, 12)
    n_asked = 0
    while service.view(project).state.checks_wanted:
        batch = service.batch(project)
        assert batch is not None
        item = next(i for i in batch.items if i not in service.view(project).state.settled)
        service.submit(project, batch.batch_id, [truth_of(item)])
        n_asked += 1
    # As you go, two images that were on a screen by then come first.
    assert 12 <= n_asked <= 14
    found = judged(service.view(project)).audit
    assert found.n_checks == 12
    assert found.sentence().startswith("At least ")
    drawn = replace(found, n_whole=100_000_000)
    assert drawn.sentence() == (
        f"{found.sentence()} The images were drawn at random from 100,000,000 items, so about the "
        "same holds for the model on all of them."
    )
    assert drawn.sentence(is_short=True) == found.sentence()
    assert found.sentence().endswith(
        " % of all labels are right, 95 % sure (12 checked at random)."
    )


def test_probabilities_on_the_label_page_are_how_likely_classes_are_right(service):
    view = labelled(service, recommended(n_samples=N_ITEMS), 50, truth_of)
    batch = service.batch(view.project.project_id)
    plain = describe(view, batch, ())
    assert not plain.calibrated
    calibration = judged(view).calibration
    assert calibration is not None
    told = describe(view, batch, (), calibration=calibration)
    assert told.calibrated
    for before, after in zip(plain.items, told.items, strict=True):
        assert [one.name for one in after.beliefs] == [one.name for one in before.beliefs]
        row = view.beliefs.probabilities[view.engine.positions([after.id])[0]]
        best, second = np.sort(row)[::-1][:2]
        chance = calibration.probability(np.array([best - second]))[0]
        assert after.beliefs[0].probability == pytest.approx(chance, abs=1e-4)
        assert sum(one.probability for one in after.beliefs) <= 1 + 1e-3


@pytest.mark.parametrize("few", [600, 5], ids=["at once", "in the background"])
def test_how_likely_predictions_are_right_is_the_same_by_itself(service, monkeypatch, few):
    monkeypatch.setattr(auditing, "_FEW_LABELS", few)
    view = labelled(service, recommended(n_samples=N_ITEMS), 50, truth_of)
    whole = judged(view).calibration
    assert whole is not None
    wait_until(lambda: service.calibration(view) is not None)
    alone = service.calibration(view)
    assert alone is not None
    margins = np.linspace(0, 1, 50)
    assert np.array_equal(alone.probability(margins), whole.probability(margins))
    assert alone.n_labels == whole.n_labels


def test_what_takes_long_is_found_out_in_the_background_and_stays_until_much_is_new(
    service, monkeypatch
):
    monkeypatch.setattr(auditing, "_FEW_LABELS", 5)
    view = labelled(service, recommended(n_samples=N_ITEMS), 60, truth_of)
    project = view.project.project_id
    assert service.judged(view) is None
    wait_until(lambda: service.judged(view) is not None)
    first = service.judged(view)
    assert first is not None
    assert first.audit == judged(view).audit
    batch = service.batch(project)
    assert batch is not None
    service.submit(project, batch.batch_id, [truth_of(batch.items[0])])
    assert service.judged(service.view(project)) is first
    service.submit(project, batch.batch_id, [truth_of(item) for item in batch.items[1:]])
    later = service.view(project)
    service.judged(later)
    wait_until(lambda: service.judged(later) is not first)
    found = service.judged(later)
    assert found is not None
    assert len(found.labels.items) == len(later.labels)
    wait_until(lambda: not service._judge._asked)
