"""Answers: given without images at hand, listed, corrected, taken back, undone and put back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.errors import (
    ClassesUnknownError,
    NothingToRedoError,
    NotInForceError,
    NotOwnAnswerError,
    UnknownClassError,
)
from core.service.conversation import describe, respond, summary
from core.service.labelling import Service
from core.service.page import LabelPage
from core.session.events import Answer, AnswerKind, Classes, DataNoted, Given, Served, SettingsNoted
from core.storage import MemoryStore, Project
from tests.core.builders import TickingClock, answered, bad, label, numbered, served, skip

CONFIG = ProjectConfig(n_samples=60, batch_size=3)


@pytest.fixture
def service() -> Service:
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))


@pytest.fixture
def project(service: Service) -> str:
    return service.create_project("Digits again", CONFIG).project_id


def next_batch(service: Service, project: str) -> Served:
    batch = service.batch(project)
    assert batch is not None
    return batch


def answer_all(service: Service, project: str, *names: str, by: str = "local") -> Served:
    batch = next_batch(service, project)
    answers = [label(i, name) for i, name in zip(batch.items, names, strict=True)]
    service.submit(project, batch.batch_id, answers, by=by)
    return batch


def page_of(service: Service, project: str) -> LabelPage:
    batch = service.batch(project)
    return describe(service.view(project), batch, ())


# -- classes belong to the project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    np.savez(
        tmp_path / "two.npz",
        images=random.integers(0, 255, (40, 6, 6), dtype=np.uint8),
        labels=np.arange(40) % 2,
        class_names=np.array(["cat", "dog"]),
    )
    return tmp_path


PETS = ProjectConfig(dataset="two.npz", n_samples=40, batch_size=3)


def pet_service(folder: Path, store: MemoryStore) -> Service:
    return Service(store, clock=TickingClock(), new_id=numbered("pet"), catalogue=Catalogue(folder))


def test_the_classes_are_noted_once_when_the_first_batch_is_served(service, project):
    answer_all(service, project, "1", "2", "3")
    next_batch(service, project)
    events = [record.event for record in service._store.events(project)]
    assert [e for e in events if isinstance(e, Classes)] == [Classes(names=tuple("0123456789"))]
    assert service.view(project).class_names == tuple("0123456789")


def test_answers_are_stored_while_the_file_of_the_images_is_away(folder):
    store = MemoryStore()
    first = pet_service(folder, store)
    project = first.create_project("Pets", PETS).project_id
    batch = next_batch(first, project)
    (folder / "two.npz").rename(folder / "two.away")
    restarted = pet_service(folder, store)
    one, two, three = batch.items
    stored = restarted.submit(project, batch.batch_id, [label(one, "cat"), label(two, "dog")])
    assert stored.stored == 2
    with pytest.raises(UnknownClassError):
        restarted.submit(project, batch.batch_id, [label(three, "cow")])
    assert restarted.undo(project, batch.batch_id, two)
    assert restarted.correct(project, batch.batch_id, label(one, "dog"))
    (folder / "two.away").rename(folder / "two.npz")
    assert restarted.view(project).labels == {one: "dog"}


def test_without_noted_classes_a_label_waits_for_the_images_and_all_else_is_stored(folder):
    """As in a log from before classes were noted."""
    store, project = MemoryStore(), "old"
    service = pet_service(folder, store)
    store.create(Project(project, "Pets", PETS, TickingClock()()), [served("old", [0, 1, 2])])
    (folder / "two.npz").rename(folder / "two.away")
    with pytest.raises(ClassesUnknownError):
        service.submit(project, "old", [label(0, "cat")])
    message = {
        "v": 1,
        "id": "m",
        "kind": "submit",
        "project": project,
        "batch_id": "old",
        "answers": [{"item": 0, "kind": "label", "label": "cat", "ms": 1}],
    }
    assert respond(service, message).outcome == "failed", "it is sent again"
    assert service.submit(project, "old", [skip(1), bad(2)]).stored == 2
    (folder / "two.away").rename(folder / "two.npz")
    assert respond(service, message).outcome == "done"


def test_a_project_from_before_notes_classes_and_settings_when_it_is_opened(service):
    store = service._store
    old = Project("old", "Old", CONFIG, TickingClock()())
    store.create(old, [Given(labels={5: "1"}), served("old", [0, 1])])
    assert next_batch(service, "old").batch_id == "old"
    data, classes, settings = [record.event for record in store.events("old")][2:]
    assert isinstance(data, DataNoted)
    assert classes == Classes(names=tuple("0123456789"))
    assert settings == SettingsNoted(settings=CONFIG.to_note())
    next_batch(service, "old")
    assert len(store.events("old")) == 5


# -- the list of answers


def test_answers_are_listed_newest_first_with_their_time_and_round(service, project):
    first = answer_all(service, project, "1", "2", "1")
    second = answer_all(service, project, "1", "7", "8")
    listed = service.answers(project)
    assert listed.total == 6
    assert [placed.answer.item for placed in listed.answers] == [
        *reversed(second.items),
        *reversed(first.items),
    ]
    assert [placed.round for placed in listed.answers] == [2, 2, 2, 1, 1, 1]
    times = [placed.at for placed in listed.answers if placed.at is not None]
    assert len(times) == 6
    assert times == sorted(times, reverse=True)


def test_the_list_can_be_of_one_class_and_comes_in_pages(service, project):
    first = answer_all(service, project, "1", "2", "1")
    second = answer_all(service, project, "1", "7", "8")
    ones = [second.items[0], first.items[2], first.items[0]]
    pages = [service.answers(project, "1", offset, 2) for offset in (0, 2, 4)]
    assert [[p.answer.item for p in page.answers] for page in pages] == [ones[:2], ones[2:], []]
    assert {page.total for page in pages} == {3}
    assert service.answers(project, "9").total == 0
    assert service.answers(project, AnswerKind.LABEL).total == 6
    assert service.answers(project, AnswerKind.SKIP).total == 0
    assert [p.answer.item for p in service.answers(project, None, 1, 2).answers] == [
        second.items[1],
        second.items[0],
    ]


# -- corrections


def test_an_earlier_answer_is_corrected_and_those_after_it_stay(service, project):
    first = answer_all(service, project, "1", "2", "3")
    second = answer_all(service, project, "4", "5", "6")
    before = service.batch(project)
    assert service.correct(project, first.batch_id, label(first.items[0], "9"))
    labels = dict(zip((*first.items, *second.items), "923456", strict=True))
    assert service.view(project).labels == labels
    assert service.batch(project) == before, "what is on screen stays"
    assert not service.correct(project, first.batch_id, label(first.items[0], "9"))
    last = service.view(project).state.last
    assert last is not None
    assert last.answer.item == second.items[-1]


def test_an_answer_is_corrected_into_a_skip_and_asked_about_later(service, project):
    first = answer_all(service, project, "1", "2", "3")
    assert service.correct(project, first.batch_id, skip(first.items[1]))
    state = service.view(project).state
    assert (first.items[1] in state.labels, first.items[1] in state.resting) == (False, True)


def test_an_answer_is_taken_back_by_itself_and_its_image_may_be_asked_about_again(service, project):
    first = answer_all(service, project, "1", "2", "3")
    second = answer_all(service, project, "4", "5", "6")
    before = service.batch(project)
    assert service.take_back(project, first.batch_id, first.items[0])
    assert not service.take_back(project, first.batch_id, first.items[0])
    state = service.view(project).state
    assert dict(state.labels) == dict(zip((*first.items[1:], *second.items), "23456", strict=True))
    assert first.items[0] not in state.settled
    assert service.batch(project) == before, "what is on screen stays"
    late = service.submit(project, first.batch_id, [label(first.items[0], "1")])
    assert late.stored == 0, "the old answer does not come back by a late duplicate"
    with pytest.raises(NotInForceError):
        service.correct(project, first.batch_id, label(first.items[0], "1"))


def test_a_class_that_is_not_there_corrects_nothing(service, project):
    first = answer_all(service, project, "1", "2", "3")
    with pytest.raises(UnknownClassError):
        service.correct(project, first.batch_id, label(first.items[0], "cow"))
    assert service.view(project).labels[first.items[0]] == "1"


# -- undo shows where one is, and can be put back


def test_after_an_undo_the_whole_batch_is_there_with_the_answers_that_stand(service, project):
    batch = answer_all(service, project, "1", "2", "3")
    service.undo(project, batch.batch_id, batch.items[2])
    page = page_of(service, project)
    assert [item.id for item in page.items] == [batch.items[2]]
    assert [(b.id, b.place, b.answer.said) for b in page.beside] == [
        (batch.items[0], 0, "1"),
        (batch.items[1], 1, "2"),
    ]
    service.undo(project, batch.batch_id, batch.items[1])
    page = page_of(service, project)
    assert [item.id for item in page.items] == list(batch.items[1:])
    assert [(b.id, b.place) for b in page.beside] == [(batch.items[0], 0)]


def test_an_undo_of_what_was_answered_after_an_undo_still_shows_the_whole_first_batch(
    service, project
):
    batch = answer_all(service, project, "1", "2", "3")
    service.undo(project, batch.batch_id, batch.items[0 + 2])
    again = answer_all(service, project, "7")
    service.undo(project, again.batch_id, again.items[0])
    page = page_of(service, project)
    assert [item.id for item in page.items] == [batch.items[2]]
    assert [(b.id, b.place, b.answer.said) for b in page.beside] == [
        (batch.items[0], 0, "1"),
        (batch.items[1], 1, "2"),
    ]


def test_a_batch_of_new_images_has_nothing_beside_it(service, project):
    answer_all(service, project, "1", "2", "3")
    assert page_of(service, project).beside == ()


def test_what_was_undone_is_put_back_and_what_was_on_screen_with_it(service, project):
    batch = answer_all(service, project, "1", "2", "3")
    on_screen = next_batch(service, project)
    for item in batch.items[:0:-1]:
        service.undo(project, batch.batch_id, item)
        next_batch(service, project)
    for item in batch.items[1:]:
        undone = page_of(service, project).undone
        assert undone is not None
        assert (undone.batch_id, undone.item) == (batch.batch_id, item)
        assert service.redo(project, undone.batch_id, undone.item)
        assert not service.redo(project, undone.batch_id, undone.item), "sent twice, done once"
    view = service.view(project)
    assert view.labels == dict(zip(batch.items, "123", strict=True))
    assert service.batch(project) == on_screen
    assert page_of(service, project).undone is None


def test_once_something_new_is_answered_nothing_can_be_put_back(service, project):
    batch = answer_all(service, project, "1", "2", "3")
    service.undo(project, batch.batch_id, batch.items[2])
    again = next_batch(service, project)
    assert "Undone" in summary(service.view(project), again)
    service.submit(project, again.batch_id, [label(batch.items[2], "8")])
    with pytest.raises(NothingToRedoError):
        service.redo(project, batch.batch_id, batch.items[2])
    assert "Undone" not in summary(service.view(project), service.batch(project))
    assert page_of(service, project).undone is None


def test_a_person_undoes_what_he_has_answered_himself(service, project):
    mine = answer_all(service, project, "1", "2", "3", by="ann")
    others = answer_all(service, project, "4", "5", "6", by="bob")
    with pytest.raises(NotOwnAnswerError):
        service.undo(project, others.batch_id, others.items[2], by="ann")
    assert service.undo(project, mine.batch_id, mine.items[2], by="ann")
    labels = service.view(project).labels
    assert set(labels) == {*mine.items[:2], *others.items}


@pytest.mark.parametrize("kind", ["undo", "redo"])
def test_to_undo_or_put_back_what_another_has_said_is_refused_and_changes_nothing(
    service, project, kind
):
    answer_all(service, project, "1", "2", "3", by="ann")
    others = answer_all(service, project, "4", "5", "6", by="bob")
    before = service.view(project).state
    message = {"v": 1, "id": "m", "project": project, "kind": kind}
    message |= {"batch_id": others.batch_id, "item": others.items[2]}
    receipt = respond(service, message, "ann")
    assert receipt.outcome == "refused"
    assert "somebody else's; nothing was changed" in receipt.text
    assert service.view(project).state == before
    outcomes = [respond(service, message | {"kind": "undo"}, "bob").outcome for _ in range(2)]
    assert outcomes == ["done", "done"]
    if kind == "redo":
        assert respond(service, message, "ann").outcome == "refused", "it was not ann who undid it"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("redo", {"item": 1}),
        ("take_back", {"item": 1}),
        ("correct", {"answer": {"item": 1, "kind": "label", "label": "2", "ms": None}}),
    ],
)
def test_the_page_asks_for_each_by_a_message(service, project, kind, more):
    store, clock = service._store, TickingClock()
    store.append(
        project,
        len(store.events(project)),
        [served("a", [1, 2]), answered("a", Answer(1, label(1).kind, "1"))],
        clock(),
    )
    if kind == "redo":
        service.undo(project, "a", 1)
    message = {"v": 1, "id": "m", "project": project, "kind": kind, "batch_id": "a"} | more
    assert respond(service, message).outcome == "done"
    expected = {"redo": {1: "1"}, "take_back": {}, "correct": {1: "2"}}
    assert service.view(project).labels == expected[kind]
    assert respond(service, message).outcome == "done", "sent again"
    assert service.view(project).labels == expected[kind]
