"""Who may do what, and who is in a lecture room."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from core.session.events.base import EventBase, is_none

RoleName = Literal["annotator", "reviewer", "owner"]
"""What a person can be in a project."""

RoomPhase = Literal["open", "paused", "ended"]
"""How a room stands: paused and ended, nobody is asked anything."""


class RoleGiven(EventBase):
    """What a person may do in the project, from now on.

    Attributes
    ----------
    person, name
        The id of the person, and what others read.
    role
        None where the person has nothing to do with the project any more.
    invitation
        What names the invitation that was accepted; None where somebody has given the role.
    """

    event: Literal["role_given"] = "role_given"
    person: str
    name: str
    role: RoleName | None
    invitation: Annotated[str | None, Field(exclude_if=is_none)] = None


class Invited(EventBase):
    """Whoever has a link gets a role, until some time.

    Attributes
    ----------
    invitation
        Names it: a hash of the secret in the link, which stands nowhere.
    until
        When it ends.
    """

    event: Literal["invited"] = "invited"
    invitation: str
    role: RoleName
    until: AwareDatetime


class InvitationWithdrawn(EventBase):
    """An invitation has ended before its time."""

    event: Literal["invitation_withdrawn"] = "invitation_withdrawn"
    invitation: str


class RoomOpened(EventBase):
    """Whoever has a code can answer in the project, by a first name alone.

    Attributes
    ----------
    code
        What people type, or a picture of it tells their phones.
    """

    event: Literal["room_opened"] = "room_opened"
    code: str


GUEST: Final = "room:"
"""What the ids of people in a room begin with; nobody who signs in is called so."""


class RoomJoined(EventBase):
    """Somebody in the room has given a first name.

    Attributes
    ----------
    person, name
        What stands in the log of this person, and what others may read.
    token
        A hash of the secret that the person's phone keeps; the secret stands nowhere.
    """

    event: Literal["room_joined"] = "room_joined"
    person: str
    name: str
    token: str


class RoomSet(EventBase):
    """The room is open, has a break or has ended, from now on."""

    event: Literal["room_set"] = "room_set"
    phase: RoomPhase
