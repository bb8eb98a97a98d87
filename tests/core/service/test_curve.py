"""The accuracy after each round: noted, measured at once, or in the background."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from core.config import ProjectConfig
from core.engine.engine import Engine
from core.service import curve
from core.service.labelling import Service
from core.service.rounds import BEGINNING, MOST, select
from core.session.events import Answered, Served
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered, state_of, wait_until

PROJECT = "id-1"
SMALL = ProjectConfig(n_samples=60, batch_size=5)


@pytest.fixture
def store() -> MemoryStore:
    """A project of six rounds, two changes of mind, and no note of any accuracy."""
    store = MemoryStore()
    service = new_service(store)
    assert service.create_project("Small", SMALL).project_id == PROJECT
    for number in range(6):
        batch = service.batch(PROJECT)
        assert batch is not None
        service.submit(PROJECT, batch.batch_id, [label(i, str(i % 10)) for i in batch.items])
        service.correct(PROJECT, batch.batch_id, label(batch.items[0], str(number)))
    return store


def new_service(store: MemoryStore) -> Service:
    """One that has measured nothing yet."""
    return Service(store, clock=TickingClock(), new_id=numbered("id"))


@pytest.fixture
def _in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curve, "_AT_ONCE", 0)
    # As long ago as if there had been many more answers.
    monkeypatch.setattr("core.session.labels._REMEMBERED", 1)


def accuracies(service: Service) -> list[float | None]:
    return [record.accuracy for record in service.view(PROJECT).rounds]


@pytest.mark.usefixtures("_in_the_background")
def test_what_takes_long_is_measured_in_the_background_and_comes_to_the_same(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as at_once:
        at_once.setattr(curve, "_AT_ONCE", 10**9)
        expected = accuracies(new_service(store))
    assert None not in expected
    service = new_service(store)
    first = accuracies(service)
    assert first[-1] == expected[-1], "the round on screen is measured at once"
    assert None in first
    wait_until(lambda: service.view(PROJECT).measuring is None)
    assert accuracies(service) == expected
    assert service.view(PROJECT).measuring is None


@pytest.mark.usefixtures("_in_the_background")
def test_what_cannot_be_measured_is_in_the_log_once_and_takes_no_page_away(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(*_: object) -> None:
        raise MemoryError("no room for columns")

    monkeypatch.setattr(Engine, "note_accuracy", fail)
    service = new_service(store)
    for _ in range(3):
        assert None in accuracies(service)
        wait_until(lambda: service.view(PROJECT).measuring is None)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "no room for columns" in caplog.text


@pytest.mark.usefixtures("_in_the_background")
def test_measuring_ends_with_the_service(store: MemoryStore, monkeypatch: pytest.MonkeyPatch):
    measured: list[object] = []
    service = new_service(store)

    def note(_engine: Engine, labels: object, _name: int) -> None:
        measured.append(labels)
        service.close()

    monkeypatch.setattr(Engine, "note_accuracy", note)
    accuracies(service)
    wait_until(lambda: service.view(PROJECT).measuring is None)
    assert len(measured) == 1


def history(n_rounds: int) -> Iterator[Served | Answered]:
    for number in range(1, n_rounds + 1):
        name = str(number)
        yield Served(
            batch_id=name, round=number, items=(number,), predicted=(None,), confidence=(0.0,)
        )
        yield Answered(batch_id=name, answers=(label(number),))


def test_few_rounds_are_all_shown():
    selection = select(state_of(*history(MOST)))
    assert selection.numbers == tuple(range(1, MOST + 1))
    assert not selection.is_thinned


@pytest.mark.parametrize(
    ("n_rounds", "step", "words"),
    [
        (MOST + 1, 2, "Of 201 rounds: the first 10, every 2nd, and the last two."),
        (3_000, 16, "Of 3,000 rounds: the first 10, every 16th, and the last two."),
    ],
)
def test_of_very_many_rounds_some_are_shown(n_rounds: int, step: int, words: str):
    selection = select(state_of(*history(n_rounds)))
    assert selection.step == step
    assert str(selection) == words
    assert len(selection.numbers) <= MOST
    assert selection.numbers[:BEGINNING] == tuple(range(1, BEGINNING + 1))
    assert selection.numbers[-2:] == (n_rounds - 1, n_rounds)
    between = [n for n in selection.numbers if BEGINNING < n < n_rounds - 1]
    assert between == [n for n in range(BEGINNING + 1, n_rounds - 1) if n % step == 0]


def test_a_round_that_is_shown_stays_while_others_come():
    events = list(history(900))
    selections = [select(state_of(*events[: 2 * n])) for n in range(MOST + 10, 901, 40)]
    for earlier, later in pairwise(selections):
        kept = {n for n in earlier.numbers[:-2] if n <= BEGINNING or n % later.step == 0}
        assert later.step >= earlier.step
        assert kept <= set(later.numbers)
