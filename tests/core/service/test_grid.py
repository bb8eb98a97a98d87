"""Many images of one predicted class at once: which are shown, and what becomes of the answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.config import ProjectConfig
from core.errors import IllegalEventError, UnknownClassError, UnknownItemError
from core.quality.calibration import Calibration
from core.service.conversation import respond
from core.service.exploring import unreached
from core.service.grid import NOT_REACHED, Checked, Chosen, Grid, GridWish
from core.service.grid_page import _items, describe_grid, parse_wish
from core.service.labelling import Service
from core.service.protocol import VERSION
from core.session.events import Answer, BatchTakenBack, Served
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered, skip

CONFIG = ProjectConfig(n_samples=400, batch_size=20, kernel="knn", n_neighbors=5)
DIGITS = load_digits().target


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def service(store: MemoryStore) -> Service:
    return Service(store, clock=TickingClock(), new_id=numbered("id"))


@pytest.fixture
def project(service: Service) -> str:
    """With two rounds of labels."""
    made = service.create_project("Digits", CONFIG).project_id
    for _ in range(2):
        batch = service.batch(made)
        assert batch is not None
        service.submit(made, batch.batch_id, [label(i, str(DIGITS[i])) for i in batch.items])
    return made


def checked(grid: Grid, batch_id: str = "g1") -> Checked:
    assert grid.name is not None
    return Checked(batch_id, grid.name, grid.items, grid.probabilities, grid.numbering)


def accepted(grid: Grid, **others: Answer) -> list[Answer]:
    """All as predicted, but for these, by the place in the grid."""
    return [
        others.get(f"_{place}", label(item, grid.name or ""))
        for place, item in enumerate(grid.items)
    ]


@pytest.mark.parametrize("order", ["surest", "doubtful"])
def test_a_grid_has_the_surest_images_of_a_class_or_the_most_doubtful_first(
    service, project, order
):
    view = service.view(project)
    grid = service.grid(view, GridWish("3", order, 24))
    beliefs = view.beliefs
    free = [
        (float(beliefs.probabilities[i, 3] - np.delete(beliefs.probabilities[i], 3).max()), i)
        for i, item in enumerate(view.dataset.rows)
        if beliefs.model_class[i] == 3 and int(item) not in view.labels
    ]
    sign = -1 if order == "surest" else 1
    by_hand = sorted(free, key=lambda pair: sign * pair[0])[:24]
    assert set(grid.items) == {int(view.dataset.rows[i]) for _, i in by_hand}
    told = [beliefs.probabilities[i, 3] for _, i in by_hand]
    assert told == pytest.approx(grid.probabilities, abs=1e-6)
    calibration = Calibration(intercept=0.1, slope=1.5, n_labels=50)
    chances = [one.chance or 0 for one in _items(view, grid, None, calibration)]
    assert chances == sorted(chances, reverse=order == "surest")
    assert grid.counts["3"] == len(free)
    assert sum(grid.counts.values()) == np.count_nonzero(
        (beliefs.labels < 0) & (beliefs.model_class >= 0)
    )


def test_without_a_wish_it_is_the_class_with_most_images(service, project):
    view = service.view(project)
    grid = service.grid(view, GridWish())
    assert grid.counts[grid.name] == max(grid.counts.values())
    assert service.grid(view, GridWish("no such class")).name == grid.name


def test_before_the_first_label_there_is_nothing_to_check(service):
    view = service.view(service.create_project("New", CONFIG).project_id)
    grid = service.grid(view, GridWish())
    assert (grid.name, grid.items, grid.counts) == (None, (), {})
    page = describe_grid(view, GridWish(), grid, (), batch_id="g")
    assert page.nothing_yet == "The model knows nothing yet. Label a few images first."


def test_what_is_accepted_is_a_label_of_a_person_told_apart_as_grid(service, project, store):
    batch = service.batch(project)
    view = service.view(project)
    grid = service.grid(view, GridWish("3", "surest", 24))
    assert set(grid.items).isdisjoint(batch.items), "those wait on the label page"
    first, second, *rest = grid.items
    answers = accepted(grid, _0=skip(first), _1=label(second, "5", 40))
    submission = service.check_many(project, checked(grid), answers)
    assert submission.stored == len(grid.items)
    after = service.view(project)
    assert {after.labels[item] for item in rest} == {"3"}
    assert after.labels[second] == "5"
    assert first not in after.labels
    (shown,) = [r.event for r in store.events(project) if isinstance(r.event, Served)][-1:]
    assert set(shown.reasons) == {"grid"}
    assert shown.predicted == ("3",) * len(grid.items)
    assert after.state.open_batch == batch, "the label page goes on where it was"
    again = service.grid(after, GridWish("3", "surest", 24))
    assert set(again.items).isdisjoint(grid.items), "what was skipped is for the label page"
    assert service.check_many(project, checked(grid), answers).event is None, "sent twice"
    assert service.view(project).state == after.state


def test_answers_to_a_grid_are_taken_back_at_once_or_one_by_one(service, project, store):
    before = service.view(project)
    grid = service.grid(before, GridWish("3", "surest", 24))
    service.check_many(project, checked(grid), accepted(grid))
    assert service.undo(project, "g1", grid.items[-1])
    assert len(service.view(project).labels) == len(before.labels) + len(grid.items) - 1
    assert service.take_back_batch(project, "g1")
    assert not service.take_back_batch(project, "g1"), "done before"
    after = service.view(project)
    assert after.labels == before.labels
    assert [type(r.event) for r in store.events(project)][-1] is BatchTakenBack
    assert set(service.grid(after, GridWish("3", "surest", 24)).items) >= set(grid.items[:-1])
    with pytest.raises(IllegalEventError):
        service.take_back_batch(project, "no such batch")


def test_an_answer_that_others_gave_meanwhile_stands(service, project):
    view = service.view(project)
    grid = service.grid(view, GridWish("3", "surest", 24))
    other = replace(grid, items=grid.items[:2], probabilities=grid.probabilities[:2])
    service.check_many(
        project, checked(other, "other"), accepted(other, _0=label(grid.items[0], "8"))
    )
    submission = service.check_many(project, checked(grid), accepted(grid))
    assert submission.stored == len(grid.items) - 2
    assert submission.kept == grid.items[:1]
    assert service.view(project).labels[grid.items[0]] == "8"
    assert service.check_many(project, checked(grid), accepted(grid)).kept == grid.items[:1]


def test_answers_that_do_not_fit_are_refused_whole(service, project):
    grid = service.grid(service.view(project), GridWish("3", "surest", 24))
    state = service.view(project).state
    stranger = next(i for i in range(400) if i not in grid.items and i not in state.labels)
    for answers, error in (
        ([label(stranger, "3")], UnknownItemError),
        (accepted(grid, _0=label(grid.items[0], "no class")), UnknownClassError),
        ([label(grid.items[0], "3")] * 2, IllegalEventError),
    ):
        with pytest.raises(error):
            service.check_many(project, checked(grid), answers)
    with pytest.raises(UnknownClassError):
        service.check_many(project, replace(checked(grid), name="no class"), accepted(grid))
    with pytest.raises(IllegalEventError, match="have changed since"):
        service.check_many(project, replace(checked(grid), numbering="old"), accepted(grid))
    assert service.view(project).state == state


def test_rounds_on_the_label_page_go_on_beside_a_grid(service, project):
    batch = service.batch(project)
    grid = service.grid(service.view(project), GridWish("3", "surest", 24))
    service.check_many(project, checked(grid), accepted(grid))
    service.submit(project, batch.batch_id, [label(i, str(DIGITS[i])) for i in batch.items])
    state = service.view(project).state
    assert state.rounds[batch.round].labelled == len(batch.items)
    assert state.rounds[batch.round + 1].labelled == len(grid.items)
    assert service.batch(project).round == batch.round + 2


def test_an_image_undone_one_by_one_comes_back_on_the_label_page(service, project):
    grid = service.grid(service.view(project), GridWish("3", "surest", 24))
    service.check_many(project, checked(grid), accepted(grid))
    service.undo(project, "g1", grid.items[-1])
    batch = service.batch(project)
    assert batch.items[0] == grid.items[-1]
    assert "grid" not in batch.reasons
    assert service.view(project).state.open_batch == batch


def test_what_a_browser_asks_to_be_shown_is_checked():
    wished = {"name": "3", "order": "doubtful", "size": 24}
    assert parse_wish(wished) == (GridWish("3", "doubtful", 24), False, None)
    assert parse_wish(wished | {"name": None}) == (GridWish(None, "doubtful", 24), False, None)
    corrects = {"corrects": True, "is_all": True, "seen": "g1"}
    assert parse_wish(wished | corrects) == (
        GridWish("3", "doubtful", 24, corrects=True),
        True,
        "g1",
    )
    for odd in (None, "3", {}, wished | {"size": 25}, wished | {"order": "up"}, wished | {"x": 1}):
        assert parse_wish(odd) is None


def test_the_page_says_what_a_browser_needs_and_takes_what_it_sends(service, project):
    view = service.view(project)
    wish = GridWish("3", "surest", 24)
    grid = service.grid(view, wish)
    page = describe_grid(view, wish, grid, (), batch_id="g1")
    assert [item.id for item in page.items] == list(grid.items)
    assert {one.name: one.count for one in page.to_check} == grid.counts
    assert page.last is None
    message = {
        "v": VERSION,
        "id": "m1",
        "project": project,
        "kind": "check",
        "batch_id": page.batch_id,
        "name": page.name,
        "numbering": page.numbering,
        "named": page.named,
        "items": [{"item": item.id, "probability": item.probability} for item in page.items],
        "answers": [
            {"item": item.id, "kind": "label", "label": "3", "ms": 150, "named": page.named}
            for item in page.items[1:]
        ]
        + [{"item": page.items[0].id, "kind": "skip", "label": None, "ms": 150, "named": None}],
    }
    assert respond(service, message).outcome == "done"
    after = service.view(project)
    assert len(after.labels) == len(view.labels) + len(page.items) - 1
    said = describe_grid(after, wish, service.grid(after, wish), (), batch_id="g2").last
    assert said is not None
    assert (said.batch_id, said.said) == ("g1", f"{len(page.items) - 1} images as 3, 1 otherwise")
    back = {"v": VERSION, "id": "m2", "project": project, "kind": "take_back_batch"}
    assert respond(service, back | {"batch_id": "g1"}).outcome == "done"
    assert service.view(project).labels == view.labels
    assert respond(service, message | {"id": "m3", "items": []}).outcome == "refused"
    assert respond(service, message | {"id": "m4", "numbering": "old"}).outcome == "done", (
        "it was stored before, and stays taken back"
    )
    assert service.view(project).labels == view.labels


def chosen(items) -> Chosen:
    return Chosen("chosen on the map", np.array([*items], dtype=np.int64))


def test_of_chosen_images_those_without_an_answer_are_checked_skipped_ones_too(service, project):
    view = service.view(project)
    grid = service.grid(view, GridWish("3", size=24))
    _, *others = accepted(grid)
    service.check_many(project, checked(grid), [skip(grid.items[0]), *others])
    view = service.view(project)
    assert grid.items[0] not in service.grid(view, GridWish("3", size=120)).items
    among = chosen([grid.items[0], *grid.items[1:4], 10**9])
    found = service.grid(view, GridWish(among=among, size=24))
    assert found.items == (grid.items[0],)
    assert found.among == (4, 1, 3), "what is not in the set is not counted"


def test_answered_images_are_corrected_all_at_once_or_not_at_all(service, project):
    labelled = [*service.view(project).labels]
    wish = GridWish(among=chosen(labelled), corrects=True, size=24)
    view = service.view(project)
    grid = service.grid(view, wish)
    assert grid.among == (len(labelled), 0, len(labelled))
    names = {view.labels[item] for item in grid.items}
    assert names == {grid.name}
    batches = {placed.answer.item: placed.batch_id for placed in grid.answers}
    other = "3" if grid.name != "3" else "8"
    first, second = grid.items[:2]
    wanted = [(batches[first], label(first, other)), (batches[second], skip(second))]
    with pytest.raises(IllegalEventError):
        service.correct_many(project, grid.numbering, [*wanted, ("no such batch", label(1, "3"))])
    with pytest.raises(IllegalEventError, match="have changed"):
        service.correct_many(project, "old", wanted)
    assert service.view(project).labels == view.labels
    assert service.correct_many(project, grid.numbering, wanted) == 2
    assert service.correct_many(project, grid.numbering, wanted) == 0, "sent again"
    after = service.view(project)
    assert after.labels[first] == other
    assert second not in after.labels


def test_images_that_a_person_has_been_through_are_not_shown_again(service, project):
    view = service.view(project)
    wish = GridWish(among=chosen(view.labels), corrects=True, size=24)
    seen: set[int] = set()
    while (grid := service.grid(view, replace(wish, seen=frozenset(seen)))).items:
        assert seen.isdisjoint(grid.items)
        seen.update(grid.items)
    assert seen == set(view.labels)
    page = describe_grid(view, replace(wish, seen=frozenset(seen)), grid, (), batch_id="g")
    assert page.nothing_yet == "You have been through all of these that are answered."


def test_what_no_label_reaches_is_shown_where_it_was_chosen_and_answered_where_it_is_marked(
    service, store
):
    made = service.create_project("Few links", CONFIG.model_copy(update={"n_neighbors": 2}))
    project = made.project_id
    batch = service.batch(project)
    service.submit(project, batch.batch_id, [label(i, str(DIGITS[i])) for i in batch.items])
    view = service.view(project)
    among = unreached(view)
    assert len(among.items) > 3
    assert set(among.items.tolist()).isdisjoint(view.labels)
    grid = service.grid(view, GridWish(among=among, size=24))
    assert (grid.name, grid.among) == (NOT_REACHED, (len(among.items), len(among.items), 0))
    assert set(grid.items) <= set(among.items.tolist())
    page = describe_grid(view, GridWish(among=among), grid, (), batch_id="g1")
    assert all(item.chance is None for item in page.items)
    assert NOT_REACHED not in service.grid(view, GridWish(size=24)).counts, "only where chosen"
    first = Checked("g1", NOT_REACHED, grid.items[:1], (0.0,), grid.numbering)
    service.check_many(project, first, [label(grid.items[0], "3")])
    event = store.events(project)[-2].event
    assert isinstance(event, Served)
    assert event.predicted == (None,)
    view = service.view(project)
    assert view.labels[grid.items[0]] == "3"
    seen = GridWish(among=among, size=24, seen=frozenset(grid.items))
    assert set(service.grid(view, seen).items).isdisjoint(
        item for item in grid.items if not view.beliefs.reached[view.engine.positions([item])[0]]
    )
