"""Whether more labels pay, against fits without the last labels."""

from __future__ import annotations

import numpy as np
import pytest

from core.arrays import UNLABELLED
from core.config import ProjectConfig, recommended
from core.learning.beliefs import lead_of
from core.quality.stopping import MANY, TARGET, Maturity, Verdict
from core.service import stopping
from core.service.labelling import Service
from core.service.stopping import StopAdvice
from core.service.view import View
from core.session.labels import Labels
from core.storage import MemoryStore
from tests.core.builders import TickingClock, numbered, wait_until
from tests.core.service.test_auditing import N_ITEMS, labelled, say, truth_of


@pytest.fixture
def service() -> Service:
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))


def in_order(service: Service, config: ProjectConfig, n_answers: int) -> tuple[View, list[int]]:
    """A project labelled as you go, and its items with a label, in the order of their answers."""
    view = labelled(service, config, n_answers)
    placed = [one.answer.item for one in view.state.placed]
    return view, [item for item in dict.fromkeys(placed) if item in view.labels]


@pytest.mark.parametrize("config", [recommended(n_samples=N_ITEMS), ProjectConfig(n_samples=120)])
def test_it_is_what_a_fit_without_the_last_ten_labels_says(service, config):
    view, items = in_order(service, config, 60)
    advice, judged = service.stop_advice(view), service.judged(view)
    assert advice is not None
    assert judged is not None
    assert judged.calibration is not None
    before = view.engine.believe(Labels({item: view.labels[item] for item in items[:-10]}))
    now = view.beliefs
    assert advice.maturity.n_recent == 10
    assert advice.maturity.changed == np.mean(before.predicted != now.predicted)
    aside = view.engine.present(view.state.set_aside)
    is_open = now.labels == UNLABELLED
    is_open[aside] = False
    assert len(aside)
    chance = judged.calibration.probability(lead_of(now.probabilities[is_open]))
    likely = (chance.sum() + len(items)) / (N_ITEMS - len(aside))
    proven = judged.audit.accuracy
    assert advice.maturity.likely == pytest.approx(max(likely, proven.least if proven else 0))


def test_the_target_is_the_teams_and_decides(service):
    view = labelled(service, recommended(n_samples=N_ITEMS), 50, truth_of)
    project = view.project.project_id
    advice = service.stop_advice(view)
    assert advice is not None
    assert advice.target == TARGET
    assert advice.may_stop
    assert advice.sentence().startswith("You may stop: ")
    assert advice.beside_accuracy().startswith("You may stop: labels alone suggest ")
    service.set_target(project, 0.999)
    n_events = service.view(project).state.seq
    service.set_target(project, 0.999)
    strict = service.view(project)
    assert strict.state.seq == n_events, "what is so already is not written again"
    advice = service.stop_advice(strict)
    assert advice is not None
    assert advice.target == 0.999
    assert advice.verdict is Verdict.GO_ON
    assert advice.sentence().startswith("Go on: ")
    assert len(advice.reasons()) == 3


def test_nothing_is_said_of_too_few_labels(service):
    view = labelled(service, recommended(n_samples=N_ITEMS), 19, truth_of)
    assert service.stop_advice(view) is None


def test_of_many_images_it_is_found_out_in_the_background(service, monkeypatch):
    monkeypatch.setattr(stopping, "_AT_ONCE", 5)
    view = labelled(service, recommended(n_samples=N_ITEMS), 40, say)
    assert service.stop_advice(view) is None
    wait_until(lambda: service.stop_advice(view) is not None)
    wait_until(lambda: not service._maturity._asked)


@pytest.mark.parametrize("likely", [0.9695, 0.96999999, 0.5])
def test_no_sentence_rounds_what_is_likely_up_to_the_target(likely):
    maturity = Maturity(likely, 0.01, 10, 60, 10 * MANY)
    advice = StopAdvice(maturity.verdict(0.97, None), 0.97, maturity, None, 3)
    assert advice.sentence().startswith("Go on: ")
    assert "97.0 %" not in " ".join([advice.sentence(), *advice.reasons()])


def test_where_all_images_have_a_label_nobody_is_told_to_go_on(service):
    view = labelled(service, recommended(n_samples=N_ITEMS, random_share=0), 2 * N_ITEMS, truth_of)
    assert service.batch(view.project.project_id) is None
    advice = service.stop_advice(view)
    assert advice is not None
    assert advice.sentence() == "You may stop: people have labelled 100.0 % themselves."
