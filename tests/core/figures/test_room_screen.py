"""What the big screen of a room is told."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from core.config import recommended
from core.figures import room_screen
from core.figures.room_page import RoomFigures
from core.figures.room_screen import RoomScreens
from core.service.labelling import Service
from core.service.room_answers import PhoneAnswer
from core.service.room_desk import Handed
from core.session.room import Room
from core.storage import MemoryStore
from tests.core.builders import label, numbered, wait_until

N_ITEMS = 60


class Crowd:
    """A room in which three people answer what they are asked."""

    def __init__(self, service: Service, **more: str | float) -> None:
        self.service = service
        source = service.create_project("Digits", recommended(n_samples=N_ITEMS, **more))
        self.project = service.open_room(source.project_id, 3).project_id
        joined = [service.join_room(self.room.code, name) for name in ("Mia", "Tom", "Ada")]
        self.tokens = [token for token, _ in joined]
        self.screens = RoomScreens()

    @property
    def room(self) -> Room:
        room = self.service.room(self.project)
        assert room is not None
        return room

    def figures(self, **more: bool) -> RoomFigures:
        return self.screens.figures(self.service, self.project, self.room, **more)

    def asked(self, token: str, service: Service | None = None) -> list[Handed]:
        found: list[Handed] = []

        def has_some() -> bool:
            found.extend((service or self.service).in_room(self.room.code, token).handed)
            return bool(found)

        wait_until(has_some)
        return found

    def say(self, token: str, one: Handed, name: str, service: Service | None = None) -> None:
        said = PhoneAnswer(one.batch_id, label(one.item, name))
        answer = (service or self.service).answer_in_room
        assert answer(self.room.code, token, [said]) == ("stored",)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def service(store):
    service = Service(store, clock=lambda: datetime.now(UTC), new_id=numbered("id"))
    yield service
    service.close()


@pytest.fixture
def crowd(service, monkeypatch) -> Crowd:
    monkeypatch.setattr(room_screen, "_FRESH", 0.0)
    return Crowd(service)


def test_before_anybody_answers_there_is_a_code_and_nothing_is_claimed(crowd):
    figures = crowd.figures()
    assert (figures.phase, figures.joined, figures.labels, figures.share) == ("open", 3, 0, None)
    assert (figures.rate, figures.matrix, figures.disputed, figures.names) == (0, None, (), ())
    assert figures.own.labels == ()
    assert crowd.figures(names=True).names[0] == "Ada"


def test_who_came_in_and_answered_at_another_server_is_on_this_ones_screen(crowd, service, store):
    other = Service(store, clock=lambda: datetime.now(UTC), new_id=numbered("other"))
    try:
        here, there = RoomScreens(), RoomScreens()

        def told(screens: RoomScreens, service: Service) -> tuple[object, ...]:
            room = service.room(crowd.project)
            assert room is not None
            found = screens.figures(service, crowd.project, room, names=True)
            return found.joined, found.names, found.answers, found.labels, found.rate, found.own

        assert told(here, service) == told(there, other)
        token, _ = other.join_room(crowd.room.code, "Zoe")
        assert told(here, service)[:2] == (4, ("Zoe", "Ada", "Tom", "Mia"))
        said = next(iter(crowd.asked(token, other)))
        crowd.say(token, said, "3", other)
        assert told(here, service) == told(there, other)
        assert told(here, service)[2] == 1
    finally:
        other.close()


def test_what_is_right_is_what_the_project_itself_says_and_grows_into_a_curve(crowd, service):
    view = service.view(crowd.project)
    truth, names = view.dataset.truth, view.class_names
    handed = crowd.asked(crowd.tokens[0])
    for count, one in enumerate(handed, 1):
        crowd.say(crowd.tokens[0], one, names[truth[view.engine.positions([one.item])[0]]])
        figures = crowd.figures()
        assert (figures.labels, figures.answers) == (count, count)
        assert figures.share == service.view(crowd.project).report_all.accuracy
        assert figures.own.labels == tuple(range(1, count + 1))
        assert figures.own.shares[-1] == figures.share
    assert figures.rate == pytest.approx(len(handed) / 10)
    report = service.view(crowd.project).report_all
    assert np.array(figures.matrix.counts).trace() == round(figures.share * N_ITEMS)
    assert sum(map(sum, figures.matrix.counts)) <= report.n_items


def test_the_most_disputed_images_come_first_with_what_was_said(crowd):
    first, second, third = crowd.asked(crowd.tokens[0])[:3]
    for token, names in zip(crowd.tokens, ("123", "127", "137"), strict=True):
        for one, name in zip((first, second, third), names, strict=True):
            crowd.say(token, one, name)
    disputed = {one.item: one for one in crowd.figures().disputed}
    assert {*disputed} == {second.item, third.item}
    votes = [(vote.name, vote.count) for vote in disputed[third.item].votes]
    assert votes == [("7", 2), ("3", 1)]
    assert disputed[third.item].image.startswith("data:image/")


def test_where_the_truth_is_not_known_none_is_claimed_and_disagreement_is_shown(
    service, monkeypatch
):
    monkeypatch.setattr(room_screen, "_FRESH", 0.0)
    crowd = Crowd(service, known_labels="ignored")
    one = crowd.asked(crowd.tokens[0])[0]
    for token, name in zip(crowd.tokens, "383", strict=True):
        crowd.say(token, one, name)
    figures = crowd.figures()
    assert (figures.share, figures.matrix, figures.others, figures.coming) == (
        None,
        None,
        (),
        False,
    )
    assert figures.known == "right: known after more answers"
    bars = figures.bars
    assert bars is not None
    assert [(bar.name, bar.value) for bar in bars.bars] == [("8 or 3", "1")]


def test_where_the_truth_is_not_known_the_curve_is_what_is_right_at_least_by_the_audit(
    service, monkeypatch
):
    for name in ("_FRESH", "_JUDGED"):
        monkeypatch.setattr(room_screen, name, 0.0)
    crowd = Crowd(service, known_labels="ignored", random_share=0.5)
    said, found = 0, crowd.figures()
    while said < 40:
        for one in crowd.asked(crowd.tokens[0]):
            crowd.say(crowd.tokens[0], one, str(one.item % 10))
            said += 1
        found = crowd.figures()
    judged = service.judged(service.view(crowd.project))
    assert judged is not None
    accuracy = judged.audit.accuracy
    assert accuracy is not None
    assert (found.share, found.known) == (accuracy.least, "right at least, 95 % sure")
    assert (found.own.labels[-1], found.own.shares[-1]) == (found.labels, accuracy.least)
    assert len(found.own.labels) == len(set(found.own.labels)) > 1


def test_where_nothing_is_drawn_by_lot_either_it_says_so(service, monkeypatch):
    monkeypatch.setattr(room_screen, "_FRESH", 0.0)
    crowd = Crowd(service, known_labels="ignored", random_share=0.0)
    for token in crowd.tokens:
        crowd.say(token, crowd.asked(token)[0], "3")
    figures = crowd.figures()
    assert (figures.share, figures.known) == (None, "right: no images are drawn by lot")
    assert figures.own.labels == ()


def test_the_race_comes_when_it_is_worked_out_and_is_the_same_for_each_room(crowd, service):
    wait_until(lambda: not crowd.figures().coming)
    titles = [line.colour.name for line in crowd.figures().others]
    assert titles == ["scikit-learn’s recipe", "Random questions"]
    assert all(line.labels[-1] == N_ITEMS for line in crowd.figures().others)
    assert len(crowd.screens._races) == 1
    other = service.open_room(crowd.project, 3).project_id
    room = service.room(other)
    assert room is not None
    assert not crowd.screens.figures(service, other, room).coming


def test_a_long_curve_is_thinned_and_keeps_its_ends(crowd, monkeypatch):
    monkeypatch.setattr(room_screen, "_MOST_POINTS", 4)
    said = 0
    while said < 12:
        for one in crowd.asked(crowd.tokens[0]):
            crowd.say(crowd.tokens[0], one, str(one.item % 10))
            said += 1
            figures = crowd.figures()
    assert len(figures.own.labels) <= 4
    assert (figures.own.labels[0], figures.own.labels[-1]) == (1, said)


def test_another_process_begins_the_curve_where_rounds_ended(crowd, service):
    for one in crowd.asked(crowd.tokens[0]):
        crowd.say(crowd.tokens[0], one, str(one.item % 10))
    fresh = RoomScreens()
    figures = fresh.figures(service, crowd.project, crowd.room)
    assert figures.own.labels[-1] == figures.labels


def test_many_screens_cost_no_more_than_one(crowd, service, monkeypatch):
    monkeypatch.setattr(room_screen, "_FRESH", 1000.0)
    first = crowd.figures()
    monkeypatch.setattr(service, "view", None)
    assert crowd.figures() == first
