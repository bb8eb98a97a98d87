"""A project's file that lies: who brings it gets a project, and nobody anything else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from core.config import ProjectConfig
from core.errors import (
    IllegalEventError,
    InvalidProjectFileError,
    NotInRoomError,
    UnknownInvitationError,
)
from core.export.log import write_log
from core.export.log_file import LogFile
from core.people.roles import Role
from core.service.labelling import Service
from core.session.events import Event, Invited, RoleGiven, RoomJoined, RoomOpened, RoomSet
from core.storage import MemoryStore
from core.storage.base import Project
from tests.core.builders import NOON, TickingClock, label, numbered
from tests.core.service.people import ADMIN, ANNA, BEN, STRANGER, as_, new_service

SECRET = "known to whoever wrote the file"
TOKEN = "0" * 32
LATER = NOON + timedelta(days=30_000)


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def file_with(path: Path, events: Sequence[Event], project_id: str = "room-abcd") -> Path:
    """A project as another server might have written it, which whoever wrote it has all made up."""
    store = MemoryStore()
    project = Project(project_id, "Theirs", ProjectConfig(n_samples=40, batch_size=4), NOON)
    store.create(project, events)
    elsewhere = Service(store, clock=TickingClock(), new_id=numbered("there"))
    batch = elsewhere.batch(project_id)
    assert batch is not None
    # In the name of people who are others here.
    elsewhere.submit(project_id, batch.batch_id, [label(batch.items[0])], by="ben")
    with path.open("wb") as file:
        write_log(elsewhere.log_pack(project_id, with_set=False), file)
    return path


def owned_elsewhere() -> RoleGiven:
    return RoleGiven(person="eve", name="Eve", role="owner", by="eve")


def brought(service: Service, path: Path) -> str:
    with LogFile(path) as file:
        return as_(service, ANNA).bring_back(file).project.project_id


def test_roles_and_invitations_in_a_file_are_nobodys_here(tmp_path: Path) -> None:
    events = (
        owned_elsewhere(),
        RoleGiven(person="ben", name="Ben", role="reviewer", by="eve"),
        RoleGiven(person="anna", name="Anna", role="annotator", by="eve"),
        Invited(invitation=hashed(SECRET), role="owner", until=LATER, by="eve"),
    )
    service = new_service()
    made = brought(service, file_with(tmp_path / "a.zip", events))
    members = as_(service, ANNA).members(made)
    assert [(one.person, one.role) for one in members] == [("anna", Role.OWNER)]
    assert as_(service, STRANGER).projects() == as_(service, BEN).projects() == ()
    with pytest.raises(UnknownInvitationError):
        as_(service, STRANGER).accept_invitation(made, SECRET)


def test_what_is_brought_in_where_nobody_signs_in_is_nobodys_once_there_is_a_login(
    tmp_path: Path,
) -> None:
    events = (
        owned_elsewhere(),
        RoleGiven(person="ben", name="Ben", role="owner", by="eve"),
        Invited(invitation=hashed(SECRET), role="owner", until=LATER, by="eve"),
        RoomOpened(code="ABCD"),
        RoomJoined(person="room:1", name="Mia", token=hashed(TOKEN)),
    )
    service = new_service()
    path = file_with(tmp_path / "a.zip", events)
    with LogFile(path) as file:
        made = service.bring_back(file).project.project_id
    assert service.members(made) == ()
    assert service.in_room("ABCD", TOKEN).handed == ()
    for person in (STRANGER, BEN):
        assert as_(service, person).projects() == ()
        with pytest.raises(UnknownInvitationError):
            as_(service, person).accept_invitation(made, SECRET)
    # To bring it again changes nothing.
    with LogFile(path) as file:
        assert not service.bring_back(file).is_new
    # It is the administrators' to hand out, and whoever has it keeps it.
    hers = as_(service, ADMIN)
    assert hers.give_role(made, BEN, Role.REVIEWER)
    assert hers.give_role(made, ANNA, Role.OWNER)
    assert [one.person for one in service.members(made)] == ["anna", "ben"]
    with pytest.raises(IllegalEventError, match="needs an owner"):
        hers.give_role(made, ANNA, None)


def test_the_first_owner_by_invitation_takes_the_place_of_whoever_was_there_without_a_login(
    tmp_path: Path,
) -> None:
    service = new_service()
    with LogFile(file_with(tmp_path / "a.zip", [owned_elsewhere()])) as file:
        made = service.bring_back(file).project.project_id
    secret = as_(service, ADMIN).invite(made, Role.OWNER, timedelta(days=1))
    as_(service, ANNA).accept_invitation(made, secret)
    assert {*service.standing(made).state.members} == {"anna"}


def test_a_room_in_a_file_has_ended_here_and_its_phones_are_asked_nothing(tmp_path: Path) -> None:
    events = (RoomOpened(code="ABCD"), RoomJoined(person="room:1", name="Mia", token=hashed(TOKEN)))
    service = new_service()
    made = brought(service, file_with(tmp_path / "a.zip", events))
    room = service.room(made)
    assert room is not None
    assert room.phase == "ended"
    assert service.in_room("ABCD", TOKEN).handed == ()
    with pytest.raises(NotInRoomError):
        service.in_room("ABCD", "1" * 32)


def test_a_room_of_somebody_else_is_not_taken_over_by_a_file_of_its_name(tmp_path: Path) -> None:
    service = new_service()
    source = as_(service, BEN).create_project("Bens", ProjectConfig(n_samples=40)).project_id
    bens = as_(service, BEN).open_room(source).project_id
    code = bens.removeprefix("room-").upper()
    secret, _ = service.join_room(code, "Mia")
    before = service.standing(bens).state
    forged = (RoomOpened(code=code), RoomJoined(person="room:1", name="X", token=hashed(TOKEN)))
    made = brought(service, file_with(tmp_path / "a.zip", forged, bens))
    assert made != bens
    assert service.standing(bens).state.members == before.members
    assert service.in_room(code, secret).project.project_id == bens
    with pytest.raises(NotInRoomError):
        service.in_room(code, TOKEN)
    assert as_(service, ANNA).room(made) is None


@pytest.mark.parametrize("person", ["anna", "local", "", "x" * 300])
def test_a_phone_in_a_file_speaks_for_nobody_who_signs_in(tmp_path: Path, person: str) -> None:
    events = (
        RoomOpened(code="ABCD"),
        RoomSet(phase="paused"),
        RoomJoined(person=person, name="Mia", token=hashed(TOKEN)),
    )
    path = file_with(tmp_path / "a.zip", events)
    with pytest.raises(InvalidProjectFileError, match=r"Event 3 \(room_joined\)"):
        brought(new_service(), path)
