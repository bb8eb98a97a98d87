"""The use cases of phones in a room: people come in by a code and a first name, and answer."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from time import monotonic
from typing import Final

from core.errors import InvalidNameError, NotInRoomError, RoomFullError, UnknownRoomError
from core.service.log import Standing
from core.service.room_answers import Fate, PhoneAnswer, Taken, taken
from core.service.room_batches import LEAST, queue_for
from core.service.room_desk import Handed
from core.service.room_keeping import LETTERS, Desk, RoomKeeping, project_of
from core.session.events import GUEST, RoomJoined
from core.session.room import Guest, Room
from core.session.state import State
from core.storage.base import Project

MOST_PEOPLE: Final = 500
"""In a room."""

LONGEST_FIRST_NAME: Final = 20
_CODE: Final = re.compile(f"[{LETTERS}]{{4,5}}")
_FRESH: Final = 1.0
"""Seconds for which what is known here of a room is taken for the latest."""


@dataclass(frozen=True)
class InRoom:
    """How things stand for somebody in a room.

    Attributes
    ----------
    n_said
        How many images the person has answered.
    handed
        What is asked next, besides what the phone has.
    is_done
        Whether all is answered.
    """

    project: Project
    room: Room
    guest: Guest
    state: State
    n_said: int
    handed: tuple[Handed, ...]
    is_done: bool


class Rooms(RoomKeeping):
    """What somebody can do in a room, who is known there by the secret on a phone."""

    def join_room(self, code: str, name: str) -> tuple[str, Guest]:
        """Let somebody in; the secret by which the phone is known, which is told only now.

        Raises
        ------
        UnknownRoomError
            If there is no such room, or it has ended.
        InvalidNameError
            If nobody can be called so.
        RoomFullError
            If too many are there.
        StoreError
            If it could not be stored.
        """
        name = _checked_name(name)
        token = secrets.token_hex(16)

        def join(now: Standing) -> RoomJoined:
            room = _require_room(now, code)
            if room.phase == "ended":
                raise UnknownRoomError
            if len(room.names) >= MOST_PEOPLE:
                raise RoomFullError(MOST_PEOPLE)
            person = f"{GUEST}{len(room.names) + 1}"
            told = _own_name(name, room.names.values())
            return RoomJoined(person=person, name=told, token=_hashed(token), by=person)

        project_id = _require_code(code)
        joined = self._in_words(project_id, lambda: self._log.decide(project_id, join, _alone))
        self._desk_of(project_id).standing = None
        return token, Guest(joined.person, joined.name)

    def in_room(
        self, code: str, token: str, has: Sequence[int] = (), *, wants: bool = True
    ) -> InRoom:
        """How things stand for somebody, and what is asked next.

        Parameters
        ----------
        has
            What the phone holds that was not answered.
        wants
            Whether anything is to be asked.

        Raises
        ------
        UnknownRoomError
            If there is no such room.
        NotInRoomError
            If the secret is nobody's in it.
        StoreError
            If it could not be read.
        """
        desk = self._desk_of(_require_code(code))
        standing, room, guest = self._found(desk, code, token)
        if not desk.is_filled:
            self._fill(desk, standing.state)
        is_open = room.phase == "open"
        n_present = desk.desk.n_present
        wanted = max(0, queue_for(n_present) - len(has)) if wants and is_open else 0
        handed, n_left = desk.desk.hand_out(guest.person, wanted, has)
        while said := [one.item for one in handed if _has_said(standing.state, guest, one.item)]:
            # To another process.
            for item in said:
                desk.desk.is_answered(guest.person, item)
            handed, n_left = desk.desk.hand_out(guest.person, wanted, has)
        if is_open and (n_left < LEAST or desk.desk.n_free < 2 * n_present):
            self._choose_soon(desk)
        is_done = desk.is_exhausted and not handed and not has
        n_said = desk.desk.n_said(guest.person)
        return InRoom(standing.project, room, guest, standing.state, n_said, handed, is_done)

    def answer_in_room(
        self, code: str, token: str, answers: Sequence[PhoneAnswer]
    ) -> tuple[Fate, ...]:
        """Store what somebody says; when this returns it is safe. To send it again changes nothing.

        What was said before a break or the end still counts, whenever it comes.

        Raises
        ------
        UnknownRoomError, NotInRoomError
            As of :meth:`in_room`; nothing is stored then.
        StoreError
            If it could not be stored; it may be sent again.
        """
        desk = self._desk_of(_require_code(code))
        guest = self._found(desk, code, token)[2]
        if not desk.is_filled:
            self._fill(desk, self._log.open(desk.project_id).state)

        def decide(now: Standing) -> Taken:
            return taken(now.state, guest.person, answers, self._classes(now))

        def store() -> Taken:
            return self._log.decide(desk.project_id, decide, lambda found: found.events)

        found = self._in_words(desk.project_id, store)
        for said, fate in zip(answers, found.fates, strict=True):
            if fate != "refused":
                desk.desk.is_answered(guest.person, said.answer.item)
        return found.fates

    def _found(self, desk: Desk, code: str, token: str) -> tuple[Standing, Room, Guest]:
        """A room, and who somebody is in it, as known here a moment ago."""
        standing = desk.standing
        if standing is None or monotonic() > desk.read_at + _FRESH:
            standing = self._read_anew(desk)
        guest = _require_room(standing, code).guests.get(_hashed(token))
        if guest is None:
            # Somebody may have come in since.
            standing = self._read_anew(desk)
            guest = _require_room(standing, code).guests.get(_hashed(token))
        if guest is None:
            raise NotInRoomError
        return standing, _require_room(standing, code), guest

    def _read_anew(self, desk: Desk) -> Standing:
        found = self._in_words(desk.project_id, lambda: self._log.open(desk.project_id))
        with desk.lock:
            before = desk.standing
            if before is None or before.state.seq <= found.state.seq:
                desk.standing, desk.read_at = found, monotonic()
        return found


def _has_said(state: State, guest: Guest, item: int) -> bool:
    """Whether somebody has answered an image."""
    poll = state.poll(item)
    placed = state.answer_to(item) if poll is None else poll.vote_of(guest.person)
    return placed is not None and placed.by == guest.person


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidNameError("You have not said who you are.", "Type a first name.")
    if len(name) > LONGEST_FIRST_NAME:
        raise InvalidNameError(
            f"A first name can have at most {LONGEST_FIRST_NAME} letters here.", "Shorten it."
        )
    if not name.isprintable():
        raise InvalidNameError("The name has a sign that cannot be seen.", "Take it out.")
    return name


def _own_name(name: str, others: Iterable[str]) -> str:
    """The name, with a number behind it where somebody else in the room is called so."""
    taken = {other.casefold() for other in others}
    numbered = (f" {n}" for n in count(2))
    found = chain([name], (name[: LONGEST_FIRST_NAME - len(n)] + n for n in numbered))
    return next(one for one in found if one.casefold() not in taken)


def _hashed(token: str) -> str:
    """What stands in the log of a secret, which cannot be found from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _alone(event: RoomJoined) -> Sequence[RoomJoined]:
    return (event,)


def _require_code(code: str) -> str:
    """The project that a code may stand for.

    Raises
    ------
    UnknownRoomError
        If no code is like that.
    """
    if not _CODE.fullmatch(code):
        raise UnknownRoomError
    return project_of(code)


def _require_room(standing: Standing, code: str) -> Room:
    room = standing.state.room
    if room is None or room.code != code:
        raise UnknownRoomError
    return room
