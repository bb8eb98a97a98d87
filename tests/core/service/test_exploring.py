"""The map: what is said of each item, and what a browser may choose."""

from __future__ import annotations

import base64
from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.config import ProjectConfig
from core.engine.caches import Caches
from core.errors import InvalidMessageError, OutdatedViewError
from core.figures.map_page import describe_map, map_state
from core.figures.palette import DARK, LIGHT, class_colours
from core.graph.kept import LayoutStore
from core.graph.layout import can_lay_out
from core.querying.queries import entropy
from core.service.exploring import NO_CLASS, STATES, by_entropy, chosen_of, confused
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered

CONFIG = ProjectConfig(n_samples=300, batch_size=20, kernel="symmetric_knn", n_neighbors=5)
DIGITS = load_digits().target


@pytest.fixture
def service(tmp_path) -> Service:
    caches = Caches(layouts=LayoutStore(tmp_path))
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"), caches=caches)


@pytest.fixture
def project(service: Service) -> str:
    """With a round of labels, one unsure answer and a bad image."""
    made = service.create_project("Digits", CONFIG).project_id
    batch = service.batch(made)
    assert batch is not None
    unsure, bad, *rest = batch.items
    answers = [Answer(unsure, AnswerKind.UNSURE), Answer(bad, AnswerKind.BAD)]
    answers += [label(i, str(DIGITS[i])) for i in rest]
    service.submit(made, batch.batch_id, answers)
    return made


def bits(places: list[int], n_items: int) -> str:
    chosen = np.zeros(n_items, dtype=np.uint8)
    chosen[places] = 1
    return base64.b64encode(np.packbits(chosen, bitorder="little").tobytes()).decode()


def test_each_item_has_its_class_its_state_and_how_sure_the_model_is(service, project):
    view = service.view(project)
    beliefs, marks = view.beliefs, service.marks(view)
    states = np.array(STATES)[marks.states]
    assert {*view.dataset.rows[states == "labelled"].tolist()} == {*view.labels}
    assert {kind: int((states == kind).sum()) for kind in ("unsure", "bad")} == {
        "unsure": 1,
        "bad": 1,
    }
    reached = beliefs.predicted >= 0
    assert (marks.classes[reached] == beliefs.predicted[reached]).all()
    assert (marks.classes[~reached] == NO_CLASS).all()
    best = np.sort(beliefs.probabilities, axis=1)
    lead = np.where(beliefs.reached, best[:, -1] - best[:, -2], 0)
    assert np.abs(marks.leads - 255 * lead).max() <= 0.5
    predicted = states == "predicted"
    order = np.argsort(lead[predicted], kind="stable")
    assert (np.diff(marks.ranks[predicted][order].astype(int)) >= 0).all()
    assert len(marks.to_bytes()) == 5 * 300


def test_marks_have_another_name_after_an_answer_and_places_have_not(service, project):
    view = service.view(project)
    before = map_state(service, view)
    batch = service.batch(project)
    assert batch is not None
    service.submit(project, batch.batch_id, [label(batch.items[0], "3")])
    service.stop_layout(view)
    after = map_state(service, service.view(project))
    assert before.marks != after.marks
    assert before.layout.partition("-")[0] == after.layout.partition("-")[0]


def test_before_any_label_all_items_are_said_to_be_of_no_class(service):
    made = service.create_project("Digits", CONFIG).project_id
    view = service.view(made)
    page = describe_map(service, view, "/maps/p")
    service.stop_layout(view)
    assert "No image has a label yet" in page.state.says
    assert (service.marks(view).classes == NO_CLASS).all()
    assert len({one.light for one in page.classes}) == 10


@pytest.mark.skipif(not can_lay_out(), reason="has no wheel for this machine")
def test_a_better_layout_is_made_in_the_background_kept_and_found_again(service, project, tmp_path):
    view = service.view(project)
    plain = service.layout(view)
    assert plain.method == "principal"
    work = service.layout_work(view)
    assert work is not None
    better = work.wait(100)
    assert service.layout(view).name == better.name
    assert service.layout_work(view) is None
    assert not map_state(service, view).is_plain
    again = Service(MemoryStore(), caches=Caches(layouts=LayoutStore(tmp_path)))
    other = again.view(again.create_project("Digits", CONFIG).project_id)
    assert np.array_equal(again.layout(other).places, better.places)
    next(tmp_path.glob("*.npy")).write_bytes(b"damaged")
    third = Service(MemoryStore(), caches=Caches(layouts=LayoutStore(tmp_path)))
    other = third.view(third.create_project("Digits", CONFIG).project_id)
    assert third.layout(other).method == "principal"


@pytest.mark.skipif(not can_lay_out(), reason="has no wheel for this machine")
def test_what_was_stopped_is_begun_again_by_a_person_alone(service, project):
    view = service.view(project)
    work = service.layout_work(view)
    assert work is not None
    service.stop_layout(view)
    while not work.done:
        work.ends_within(1)
    assert service.layout_work(view) is None
    assert map_state(service, view).can_improve
    anew = service.layout_work(view, anew=True)
    assert anew is not None
    service.stop_layout(view)


def test_what_is_chosen_on_the_map_is_found_by_its_place(service, project):
    view = service.view(project)
    told = {"numbering": view.state.images.numbering, "n_items": 300}
    found = chosen_of(view, told | {"bits": bits([0, 8, 299], 300)})
    assert found.items.tolist() == view.dataset.rows[[0, 8, 299]].tolist()
    for odd in (None, told, told | {"bits": "?"}, told | {"bits": bits([1], 8)}):
        with pytest.raises(InvalidMessageError):
            chosen_of(view, odd)
    with pytest.raises(OutdatedViewError):
        chosen_of(view, told | {"bits": bits([1], 300), "numbering": "old"})


def test_a_cell_and_a_bar_have_as_many_images_as_they_count(service, project):
    view = service.view(project)
    report = view.report_all
    assert report is not None
    sizes = [[len(confused(view, i, j).items) for j in range(11)] for i in range(10)]
    assert np.array_equal(sizes, report.confusion)
    most = float(np.log(10))
    edges = np.linspace(0, most, 5)
    bars = [by_entropy(view, low, high) for low, high in pairwise(edges)]
    values = entropy(view.beliefs)[~view.beliefs.labelled]
    expected = np.histogram(np.minimum(values[np.isfinite(values)], most), edges)[0]
    assert [len(bar.items) for bar in bars] == expected.tolist()


def test_a_class_has_the_colour_it_was_marked_with_or_one_of_its_own():
    assert class_colours([None, "red"], LIGHT) == (LIGHT.strategies[0], LIGHT.marks["red"])
    for palette in (LIGHT, DARK):
        colours = class_colours([None] * 21, palette)
        assert len({*colours}) == 21
        assert palette.strategies[-1] not in colours
