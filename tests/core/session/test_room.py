"""A room, folded: people come in by a code, and it is open, has a break or has ended."""

from __future__ import annotations

import pytest

from core.errors import IllegalEventError
from core.session.events import Branched, RoomJoined, RoomOpened, RoomSet
from core.session.fold import fold
from core.session.formats import read_event, write_event
from core.session.room import Guest, Room
from core.session.sound import fault
from core.session.state import State
from tests.core.builders import state_of

OPENED = RoomOpened(code="K7QF", by="anna")
MIA = RoomJoined(person="room:1", name="Mia", token="a" * 64, by="room:1")
TOM = RoomJoined(person="room:2", name="Tom", token="b" * 64, by="room:2")


def room_of(*events: RoomOpened | RoomJoined | RoomSet) -> Room:
    room = state_of(*events).room
    assert room is not None
    return room


def test_a_project_is_no_room_until_one_is_opened_in_it():
    assert State().room is None
    assert room_of(OPENED) == Room("K7QF")


def test_people_are_found_by_what_their_phones_keep():
    room = room_of(OPENED, MIA, TOM)
    assert room.guests["b" * 64] == Guest("room:2", "Tom")
    assert dict(room.names) == {"room:1": "Mia", "room:2": "Tom"}


def test_a_room_has_a_break_goes_on_and_ends():
    for phase in ("paused", "open", "ended"):
        assert room_of(OPENED, RoomSet(phase="paused"), RoomSet(phase=phase)).phase == phase


@pytest.mark.parametrize(
    "events",
    [
        [RoomJoined(person="room:1", name="Mia", token="a")],
        [RoomSet(phase="ended")],
        [OPENED, RoomOpened(code="AAAA")],
        [OPENED, MIA, MIA],
        [OPENED, MIA, TOM.model_copy(update={"token": MIA.token})],
    ],
)
def test_what_fits_no_room_changes_nothing(events):
    before = fold(State(), events[:-1])
    with pytest.raises(IllegalEventError):
        fold(before, events[-1:])


def test_a_branch_of_a_room_is_none():
    assert state_of(OPENED, MIA, Branched(project="p", name="Room", round=1)).room is None


@pytest.mark.parametrize("event", [OPENED, MIA, RoomSet(phase="paused")])
def test_what_happens_to_a_room_is_written_and_read(event):
    assert read_event(write_event(event)) == event
    assert not fault(event)


@pytest.mark.parametrize(
    "event",
    [
        OPENED.model_copy(update={"code": ""}),
        MIA.model_copy(update={"name": ""}),
        MIA.model_copy(update={"token": "x" * 300}),
    ],
)
def test_an_event_from_elsewhere_that_names_nobody_is_none(event):
    assert fault(event)
