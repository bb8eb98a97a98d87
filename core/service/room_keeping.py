"""Rooms, as whoever opens them has them, and what is asked in them.

A room is a project of its own on the images of another, so that its labels are told apart. Nobody
in it waits for the model: a thread of its own believes the latest labels, chooses what is asked
next, and notes that as one batch for all phones; :mod:`core.service.room_desk` hands it out.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from typing import Final, TypeVar

from core.errors import (
    InvalidConfigError,
    LabelspreadError,
    UnknownProjectError,
    UnknownRoomError,
)
from core.jobs.once import Latest
from core.people.persons import EVERYTHING, Who
from core.service.log import Standing
from core.service.looking import Looking
from core.service.project_names import LONGEST_NAME
from core.service.projects import owned_by, require_set
from core.service.room_batches import next_batch
from core.service.room_desk import RoomDesk
from core.service.sources import to_note
from core.session.events import (
    LOCAL,
    Classes,
    Event,
    RoomOpened,
    RoomPhase,
    RoomSet,
    SettingsNoted,
)
from core.session.fold import fold
from core.session.fold_classes import CLASS_TRANSITIONS
from core.session.room import Room
from core.session.state import State
from core.storage.base import Project

MOST_ANSWERS: Final = 5
"""How many people can be asked about an image."""

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Those that nobody takes for another: no 0 and O, no 1, I and L."""

_TRIES: Final = 50
_MOST_ROOMS: Final = 20
"""Rooms of which it is known what is on whose phone."""

_REST: Final = 3.0
"""Seconds after which it is looked again whether there is something to ask, where nothing was."""

Found = TypeVar("Found")

_LOGGER: Final = logging.getLogger("labelspread.rooms")


class Desk:
    """What is known in this process of one room; all of it can be found out again."""

    def __init__(self, project_id: str) -> None:
        self.project_id = project_id
        self.desk = RoomDesk()
        self.lock = threading.Lock()
        self.standing: Standing | None = None
        self.read_at = 0.0
        self.is_filled = False
        self.is_choosing = False
        self.is_exhausted = False
        self.chosen_at = 0.0
        self.round = 0


class RoomKeeping(Looking):
    """What the owner of a project can do with rooms, and what goes on in them by itself."""

    def _begin_rooms(self) -> None:
        self._rooms: Latest[str, Desk] = Latest(_MOST_ROOMS)
        self._choosing_for_rooms = ThreadPoolExecutor(1, thread_name_prefix="room")
        self._has_ended = threading.Event()

    def _end_rooms(self) -> None:
        self._has_ended.set()
        self._choosing_for_rooms.shutdown(wait=False, cancel_futures=True)

    def open_room(self, project_id: str, overlap: int = 3, *, who: Who = EVERYTHING) -> Project:
        """Make a project that is a room, on the images of this one, without any label.

        Parameters
        ----------
        overlap
            How many people are asked about each image, 1 to 5.
        who
            Who opens it, and is its owner.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        InvalidConfigError
            If so many people cannot be asked.
        LabelspreadError
            Whatever is in the way of a project on these images.
        """
        if not 1 <= overlap <= MOST_ANSWERS:
            raise InvalidConfigError(
                f"An image can be put before up to {MOST_ANSWERS} people.", "Choose fewer."
            )
        source = self._open_project(project_id)
        require_set(source.config.dataset, who)
        if problem := self._network_problem(source.config):
            raise problem
        changes = {"overlap": overlap, "overlap_share": 1.0, "refit": "label", "n_given": 0}
        changes |= {"hidden_share": 0.0, "replays": None, "truth": "majority"}
        config = source.config.model_copy(update=changes)
        code = self._free_code()
        end = f", room {code}"
        name = self.free_name(f"{source.name[: LONGEST_NAME - len(end)]}{end}", who=who)
        project = Project(project_of(code), name, config, self._clock())
        by = who.person.person_id
        events: list[Event] = [SettingsNoted(settings=config.to_note(), by=by)]
        events += to_note(Standing(project, fold(State(), events)), self._read(config)[1])
        events += self._class_changes(project_id)
        events += [RoomOpened(code=code, by=by), *owned_by(who)]
        fold(State(), events)
        self._store.create(project, events)
        self._choose_soon(self._desk_of(project.project_id))
        return project

    def _free_code(self) -> str:
        for _ in range(_TRIES):
            code = "".join(secrets.choice(LETTERS) for _ in range(4))
            try:
                self._store.project(project_of(code))
            except UnknownProjectError:
                return code
        raise InvalidConfigError("No code is free for another room.", "Try again.")

    def _class_changes(self, project_id: str) -> list[Event]:
        """What has made the classes of a project what they are, besides its images."""
        events = (record.event for record in self._store.events(project_id))
        kinds = CLASS_TRANSITIONS.keys() - {Classes}
        return [event for event in events if type(event) in kinds]

    def set_room(self, project_id: str, phase: RoomPhase, *, by: str = LOCAL) -> bool:
        """Let a room have a break, go on or end; False if it is so already.

        Raises
        ------
        IllegalEventError
            If the project is no room.
        StoreError
            If it could not be stored.
        """

        def set_phase(now: Standing) -> list[RoomSet]:
            is_so = now.state.room is not None and now.state.room.phase == phase
            return [] if is_so else [RoomSet(phase=phase, by=by)]

        desk = self._desk_of(project_id)
        is_new = bool(self._log.decide(project_id, set_phase, lambda new: new))
        desk.standing = None
        self._choose_soon(desk)
        return is_new

    def room(self, project_id: str) -> Room | None:
        """The room that a project is; None where it is none, or a copy of one.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        """
        room = self._log.open(project_id).state.room
        return room if room is not None and project_of(room.code) == project_id else None

    def _desk_of(self, project_id: str) -> Desk:
        return self._rooms.get(project_id, lambda: Desk(project_id))

    def _fill(self, desk: Desk, state: State) -> None:
        """Find out from the log what waits for answers, and what everybody has said."""
        with desk.lock:
            if desk.is_filled:
                return
            for placed in state.ledger.newest_first():
                desk.desk.is_answered(placed.by, placed.answer.item)
            batches = sorted(state.batches.items(), key=lambda one: one[1].seq)
            for batch_id, batch in batches:
                desk.round = max(desk.round, batch.round)
                for item in () if {*batch.reasons} == {"vote"} else batch.items:
                    poll = state.poll(item)
                    said = () if poll is None else tuple(vote.by for vote in poll.votes)
                    if not _is_settled(state, item):
                        desk.desk.add(batch_id, item, poll.wanted if poll else 1, said)
            desk.is_filled = True

    def _choose_soon(self, desk: Desk) -> None:
        """Have the next batch chosen in the background, unless that is under way.

        Where nothing was left a moment ago, that is looked at again after a while only.
        """
        with desk.lock:
            now = monotonic()
            if desk.is_choosing or (desk.is_exhausted and now < desk.chosen_at + _REST):
                return
            desk.is_choosing, desk.chosen_at = True, now
        with suppress(RuntimeError):
            # The program is ending otherwise.
            self._choosing_for_rooms.submit(self._choose_in_background, desk)

    def _choose_in_background(self, desk: Desk) -> None:
        try:
            self._choose_batch(desk)
        except (UnknownProjectError, UnknownRoomError):
            self._rooms.drop(desk.project_id)
        except LabelspreadError as error:
            if not self._has_ended.is_set():
                _LOGGER.warning("The next images of room %s: %s", desk.project_id, error)
        except Exception:
            if not self._has_ended.is_set():
                _LOGGER.exception("The next images of room %s cannot be chosen.", desk.project_id)
        finally:
            with desk.lock:
                desk.is_choosing = False

    def _choose_batch(self, desk: Desk) -> None:
        view = self.view(desk.project_id)
        state = view.state
        if not desk.is_filled:
            self._fill(desk, state)
        if state.room is None or state.room.phase != "open":
            return
        desk.desk.settle(lambda item: _is_settled(state, item))
        batch = next_batch(view, desk.desk, self._new_id(), desk.round + 1)
        if batch is None:
            # What another process had on its phones, should that have ended.
            desk.is_filled = False
            self._fill(desk, state)
            desk.is_exhausted = True
            return
        desk.is_exhausted = False
        self._log.decide(desk.project_id, lambda _now: [batch], lambda new: new)
        desk.round = batch.round
        for item in batch.items:
            desk.desk.add(batch.batch_id, item, batch.votes.get(item, 1))
        view.engine.prepare(batch.items)

    def _in_words(self, project_id: str, find: Callable[[], Found]) -> Found:
        """What is found of a room; that it is not there, as a room is spoken of."""
        try:
            return find()
        except UnknownProjectError as error:
            self._rooms.drop(project_id)
            raise UnknownRoomError from error


def project_of(code: str) -> str:
    """The id of the project that a room is."""
    return f"room-{code.lower()}"


def _is_settled(state: State, item: int) -> bool:
    """Whether nobody needs to answer an image any more."""
    poll = state.poll(item)
    return item in state.gone or (item in state.settled if poll is None else poll.is_full)
