"""In a crowd that learns as it goes, a desk goes on with its batch for some answers."""

from __future__ import annotations

import pytest

from core.config import ProjectConfig
from core.service.labelling import Service
from core.session.events import Served
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered

ROUNDS = ProjectConfig(n_samples=600, batch_size=6, kernel="knn", opening="random", query="random")
AS_YOU_GO = ROUNDS.model_copy(update={"refit": "label"})


@pytest.fixture
def service() -> Service:
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))


def on_desk(service: Service, project: str, desk: str) -> Served:
    batch = service.batch(project, desk=desk)
    assert batch is not None
    return batch


def crowd(service: Service, n_desks: int, config: ProjectConfig = AS_YOU_GO) -> str:
    """A project, with something on so many desks."""
    project = service.create_project("Crowd", config).project_id
    for number in range(n_desks):
        on_desk(service, project, f"d{number}")
    return project


def answer(service: Service, project: str, batch: Served, n: int = 1) -> None:
    service.submit(project, batch.batch_id, [label(item) for item in batch.items[:n]])


@pytest.mark.parametrize(("n_desks", "n_answers"), [(1, 1), (19, 1), (20, 2), (30, 3)])
def test_the_more_desks_there_are_the_more_answers_go_by_until_something_new_comes(
    service: Service, n_desks: int, n_answers: int
):
    project = crowd(service, n_desks)
    first = on_desk(service, project, "d0")
    for number in range(1, n_answers):
        answer(service, project, on_desk(service, project, "d0"))
        rest = on_desk(service, project, "d0")
        assert rest.batch_id == first.batch_id
        assert rest.items == first.items[number:]
        assert rest.reasons == first.reasons[number:]
        assert rest.predicted == first.predicted[number:]
    answer(service, project, on_desk(service, project, "d0"))
    new = on_desk(service, project, "d0")
    assert new.batch_id != first.batch_id
    assert new.items[0] == first.items[n_answers], "the image on screen stays"


def test_nobody_gets_what_is_left_on_another_desk(service: Service):
    project = crowd(service, 30)
    answer(service, project, on_desk(service, project, "d0"))
    rest = on_desk(service, project, "d0")
    for number in range(1, 30):
        answer(service, project, on_desk(service, project, f"d{number}"), 6)
        assert set(on_desk(service, project, f"d{number}").items).isdisjoint(rest.items)
    assert on_desk(service, project, "d0").items == rest.items


def test_a_desk_is_not_left_without_images(service: Service):
    project = crowd(service, 60)
    first = on_desk(service, project, "d0")
    answer(service, project, first, 4)
    assert len(on_desk(service, project, "d0").items) == 6


def test_what_was_undone_comes_back_at_once(service: Service):
    project = crowd(service, 30)
    first = on_desk(service, project, "d0")
    answer(service, project, first)
    service.undo(project, first.batch_id, first.items[0], desk="d0")
    again = on_desk(service, project, "d0")
    assert again.batch_id != first.batch_id
    assert first.items[0] in again.items


def test_checks_that_are_asked_for_begin_at_once(service: Service):
    project = crowd(service, 30)
    first = on_desk(service, project, "d0")
    answer(service, project, first)
    service.ask_checks(project, 50)
    assert on_desk(service, project, "d0").batch_id != first.batch_id


def test_a_desk_that_was_left_gets_something_new(service: Service):
    project = crowd(service, 30)
    first = on_desk(service, project, "d0")
    answer(service, project, first)
    service.leave(project, desk="d0")
    assert on_desk(service, project, "d0").batch_id != first.batch_id


def test_rounds_are_left_as_they_are(service: Service):
    project = crowd(service, 30, ROUNDS)
    first = on_desk(service, project, "d0")
    answer(service, project, first)
    assert on_desk(service, project, "d0").batch_id != first.batch_id
