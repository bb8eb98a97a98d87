"""Which image is on which phone."""

from __future__ import annotations

import pytest

from core.service.room_desk import LEASE, PRESENT, Handed, HandedOut, RoomDesk


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def desk(time: Time) -> RoomDesk:
    desk = RoomDesk(time)
    for item in range(4):
        desk.add("b", item, 2)
    return desk


def items(out: HandedOut) -> list[int]:
    return [one.item for one in out.handed]


def test_what_others_have_begun_comes_first(desk):
    assert items(desk.hand_out("mia", 2)) == [0, 1]
    desk.is_answered("mia", 1)
    assert items(desk.hand_out("tom", 3)) == [0, 1, 2]
    assert desk.hand_out("ada", 1) == ((Handed(2, "b"),), 1), "two have the others already"


def test_what_is_answered_by_as_many_as_are_wanted_waits_no_more(desk):
    for person in ("mia", "tom"):
        desk.hand_out(person, 1)
        desk.is_answered(person, 0)
    assert desk.items == (1, 2, 3)
    assert desk.n_free == 6
    desk.is_answered("ada", 0)


def test_what_was_answered_since_somebody_looked_at_the_log_is_not_asked_again(desk):
    for person in ("mia", "tom"):
        desk.is_answered(person, 0)
    desk.is_answered("mia", 9)
    desk.add("b", 0, 2, said=["mia"])
    desk.add("c", 9, 2)
    assert desk.items == (1, 2, 3, 9)
    assert items(desk.hand_out("mia", 10)) == [1, 2, 3]


def test_what_a_phone_has_lost_it_is_given_again(desk):
    assert items(desk.hand_out("mia", 2)) == [0, 1]
    assert items(desk.hand_out("mia", 1, has=[0])) == [1]
    assert items(desk.hand_out("mia", 2, has=[0, 1])) == [2, 3]


def test_what_somebody_has_said_of_before_is_never_asked_again(desk):
    desk.add("b", 9, 2, said=["mia"])
    assert items(desk.hand_out("mia", 10)) == [0, 1, 2, 3]
    assert items(desk.hand_out("tom", 1)) == [0]


def test_what_is_on_a_phone_that_has_gone_is_given_to_somebody_else(desk, time):
    for person in ("mia", "tom"):
        desk.hand_out(person, 1)
    assert items(desk.hand_out("ada", 1)) == [1]
    time.now = LEASE / 2
    desk.hand_out("tom", 0, has=[0])
    time.now = LEASE + 1
    assert items(desk.hand_out("leo", 2)) == [0, 1]
    # An answer that comes all the same counts.
    desk.is_answered("mia", 0)
    assert desk.n_free == 5


def test_who_was_heard_of_lately_is_there(desk, time):
    desk.hand_out("mia", 1)
    time.now = PRESENT / 2
    desk.hand_out("tom", 1)
    assert desk.n_present == 2
    time.now = PRESENT + 1
    assert desk.n_present == 1


def test_what_needs_no_answer_any_more_goes(desk):
    desk.settle(lambda item: item % 2 == 0)
    assert desk.items == (1, 3)
