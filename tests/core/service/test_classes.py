"""Classes that people name, and labels that came with the data: what becomes of both."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_digits

from core.config import ProjectConfig, make_config
from core.errors import (
    IllegalEventError,
    InvalidConfigError,
    InvalidDatasetError,
    UnknownClassError,
)
from core.service.conversation import describe
from core.service.labelling import Service
from core.session.events import ClassAdded, Classes, Event, Given
from core.session.fold import fold
from core.session.state import State
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered

CONFIG = ProjectConfig(n_samples=60, batch_size=3, kernel="knn", n_neighbors=3)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def service(store: MemoryStore) -> Service:
    return Service(store, clock=TickingClock(), new_id=numbered("id"))


def test_a_class_that_was_added_can_be_labelled_and_learned_and_stays(service, store):
    project = service.create_project("Digits", CONFIG).project_id
    batch = service.batch(project)
    assert batch is not None
    with pytest.raises(UnknownClassError):
        service.submit(project, batch.batch_id, [label(batch.items[0], "blot")])
    assert service.add_class(project, " blot ")
    assert not service.add_class(project, "blot"), "there already"
    service.submit(project, batch.batch_id, [label(batch.items[0], "blot")])
    view = service.view(project)
    assert view.class_names == (*"0123456789", "blot")
    assert view.beliefs.probabilities.shape == (60, 11)
    assert view.n_learned == 1
    page = describe(view, service.batch(project), ())
    assert page.classes[-1].name == "blot"
    again = Service(store, clock=TickingClock(), new_id=numbered("other"))
    assert again.view(project).class_names == view.class_names
    assert dict(again.view(project).labels.items()) == {batch.items[0]: "blot"}


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "x" * 201])
def test_a_class_needs_a_name_that_can_be_read(service, name):
    project = service.create_project("Digits", CONFIG).project_id
    with pytest.raises(InvalidDatasetError):
        service.add_class(project, name)
    assert service.view(project).class_names == tuple("0123456789")


def test_a_project_starts_with_classes_of_its_own_besides_those_of_the_data(service):
    project = service.create_project("Digits", CONFIG, classes=["blot", "3", ""]).project_id
    assert service.view(project).class_names == (*"0123456789", "blot")
    with pytest.raises(InvalidDatasetError, match="Two classes"):
        service.create_project("Twice", CONFIG, classes=["a", "a"])


def test_labels_that_came_along_are_given_or_ignored_or_the_truth(service):
    truth = {item: str(digit) for item, digit in enumerate(load_digits().target[:60])}
    configs = {
        kind: CONFIG.model_copy(update={"known_labels": kind})
        for kind in ("truth", "given", "ignored")
    }
    views = {
        kind: service.view(service.create_project(kind, config).project_id)
        for kind, config in configs.items()
    }
    assert {kind: dict(view.labels.items()) for kind, view in views.items()} == {
        "truth": {},
        "given": truth,
        "ignored": {},
    }
    assert views["truth"].dataset.n_known == 60
    assert views["given"].dataset.n_known == views["ignored"].dataset.n_known == 0
    assert {view.dataset.n_classes for view in views.values()} == {10}


def test_some_true_labels_can_be_given_only_where_there_is_a_truth():
    with pytest.raises(InvalidConfigError, match="none is the truth"):
        make_config({"n_given": 3, "known_labels": "ignored"})
    assert make_config({"n_given": 3, "known_labels": "truth"}).n_given == 3


def test_a_class_can_be_added_once_and_brings_back_labels_that_named_it():
    events: list[Event] = [
        Classes(names=("a", "b")),
        Given(labels={1: "a", 2: "b"}),
        Classes(names=("b",)),
        ClassAdded(name="a"),
    ]
    state = fold(State(), events)
    assert (state.classes, state.own_classes, state.lost) == (("b", "a"), ("a",), {})
    with pytest.raises(IllegalEventError, match="already"):
        fold(state, [ClassAdded(name="b")])
