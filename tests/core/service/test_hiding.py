"""Predictions that are hidden by lot: noted before the answer, and to be seen nowhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.config import make_config, recommended
from core.engine.keys import note_name
from core.errors import InvalidConfigError
from core.quality.asked import asked
from core.querying.hiding import by_lot
from core.service.conversation import describe
from core.service.labelling import Service
from core.session.events import Hiding, Served
from core.session.sound import fault
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered, served, skip

SHARE = 0.5


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def service(store: MemoryStore) -> Service:
    return Service(store, clock=TickingClock(), new_id=numbered("id"))


def made(service: Service, **more: Any) -> str:
    config = recommended(n_samples=80, batch_size=6, hidden_share=SHARE, **more)
    name = service.create_project("Some digits", config).project_id
    # The first batch has no predictions yet.
    batch = batch_of(service, name)
    service.submit(name, batch.batch_id, [label(item, str(item % 10)) for item in batch.items])
    return name


def batch_of(service: Service, project: str) -> Served:
    batch = service.batch(project)
    assert batch is not None
    return batch


def page(service: Service, project: str) -> dict[str, Any]:
    shown = describe(service.view(project), service.batch(project), ())
    return json.loads(shown.model_dump_json())  # type: ignore[no-any-return]


def test_what_is_hidden_is_in_the_log_before_anybody_answers(service, store):
    project = made(service)
    batch = batch_of(service, project)
    assert batch.hiding is not None
    assert (batch.hiding.share, batch.hiding.items) == (SHARE, by_lot(project, batch.items, SHARE))
    assert store.events(project)[-1].event == batch
    assert set(batch.predicted) != {None}
    # Whoever comes next, after a reload or a restart, finds the same.
    again = Service(store, clock=TickingClock(), new_id=numbered("other"))
    assert batch_of(again, project).hiding == batch.hiding


def test_nothing_of_a_hidden_prediction_is_sent(service):
    project = made(service)
    hidden = batch_of(service, project).hiding
    assert hidden is not None
    items = page(service, project)["items"]
    assert 0 < len(hidden.items) < len(items)
    for item in items:
        assert item["hidden"] == (item["id"] in hidden.items)
        assert (item["beliefs"] == []) == item["hidden"]


def test_where_there_is_no_prediction_yet_none_is_said_to_be_hidden(service):
    config = recommended(n_samples=80, hidden_share=1.0)
    project = service.create_project("Some digits", config).project_id
    assert batch_of(service, project).hiding is not None
    assert not any(item["hidden"] for item in page(service, project)["items"])


@pytest.mark.parametrize("refit", ["round", "label"])
def test_what_is_shown_again_is_as_it_was(service, refit):
    project = made(service, refit=refit)
    was: dict[int, bool] = {}
    for number in range(12):
        batch = batch_of(service, project)
        assert batch.hiding is not None
        now = {item: item in batch.hiding.items for item in batch.items}
        assert {item: was.get(item, hides) for item, hides in now.items()} == now
        was |= now
        first = batch.items[0]
        answer = skip(first) if number % 3 == 0 else label(first, "3")
        service.submit(project, batch.batch_id, [answer])
        if number % 3 == 1:
            service.undo(project, batch.batch_id, first)


def test_answers_know_of_the_lot_even_where_an_old_page_does_not(service):
    project = made(service)
    batch = batch_of(service, project)
    assert batch.hiding is not None
    service.submit(project, batch.batch_id, [label(item, "1") for item in batch.items])
    lots = [one.lot for one in asked(service.view(project).state, {})][-len(batch.items) :]
    assert lots == [item in batch.hiding.items for item in batch.items]


def test_the_share_is_changed_from_the_next_batch_on(service):
    project = made(service, refit="round")
    before = batch_of(service, project)
    service.hide_predictions(project, 0)
    assert batch_of(service, project).hiding == before.hiding
    service.submit(project, before.batch_id, [label(item, "1") for item in before.items])
    assert batch_of(service, project).hiding is None
    with pytest.raises(InvalidConfigError, match="hidden share"):
        service.hide_predictions(project, 1.5)


def test_a_share_changes_nothing_of_what_is_learned_and_none_is_not_written():
    config = recommended(n_samples=80)
    some = make_config({**config.model_dump(), "hidden_share": 0.25})
    assert note_name(some, "v")(1) == note_name(config, "v")(1)
    assert "hidden_share" not in config.model_dump()
    assert some.model_dump()["hidden_share"] == 0.25


@pytest.mark.parametrize("wrong", [Hiding(0.0, ()), Hiding(1.1, ()), Hiding(0.5, (9,))])
def test_lots_from_elsewhere_are_looked_at(wrong):
    batch = served("a", [1, 2])
    assert not fault(batch.model_copy(update={"hiding": Hiding(0.5, (2,))}))
    assert fault(batch.model_copy(update={"hiding": wrong}))
