"""What happens to a room, folded: it is opened, people come in, and it has breaks and an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pydantic import BaseModel

from core.errors import IllegalEventError
from core.session.draft import Draft
from core.session.events import RoomJoined, RoomOpened, RoomSet
from core.session.room import Guest, Room


def _opened(draft: Draft, event: RoomOpened) -> None:
    if draft.room is not None:
        raise IllegalEventError("This project is a room already.")
    draft.room = Room(event.code)


def _joined(draft: Draft, event: RoomJoined) -> None:
    room = _room_in(draft)
    if event.person in room.names or event.token in room.guests:
        raise IllegalEventError("This person is in the room already.")
    guests = room.guests.insert(event.token, Guest(event.person, event.name))
    draft.room = replace(room, guests=guests, names=room.names.insert(event.person, event.name))


def _set(draft: Draft, event: RoomSet) -> None:
    draft.room = replace(_room_in(draft), phase=event.phase)


def _room_in(draft: Draft) -> Room:
    if draft.room is None:
        raise IllegalEventError("This project is no room.")
    return draft.room


ROOM_TRANSITIONS: Final[dict[type[BaseModel], Callable[..., None]]] = {
    RoomOpened: _opened,
    RoomJoined: _joined,
    RoomSet: _set,
}
"""What can happen to a room."""
