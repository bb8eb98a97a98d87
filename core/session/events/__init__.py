"""What can happen to the labels of a project: the events of its log.

Everything a person does to the labels of a project is an event in an append-only log. An event
carries the version of the format it is written in and who caused it.
"""

from __future__ import annotations

from typing import Annotated, Final, get_args

from pydantic import Field, TypeAdapter

from core.session.events.answers import (
    Answer,
    Answered,
    AnswerKind,
    BatchTakenBack,
    Corrected,
    Draw,
    Hiding,
    Reason,
    Redone,
    Served,
    TakenBack,
    Undone,
)
from core.session.events.base import (
    LOCAL,
    VERSION,
)
from core.session.events.classes import (
    ClassAdded,
    ClassesOrdered,
    ClassesRenamed,
    ClassMapped,
    ClassMarked,
    ClassMerged,
    ClassRemoved,
    ClassRestored,
    Colour,
)
from core.session.events.data import (
    Branched,
    Classes,
    DataNoted,
    Given,
    ImageName,
    Renamed,
    Setting,
    SettingsNoted,
)
from core.session.events.people import (
    GUEST,
    InvitationWithdrawn,
    Invited,
    RoleGiven,
    RoleName,
    RoomJoined,
    RoomOpened,
    RoomPhase,
    RoomSet,
)
from core.session.events.quality import (
    MOST_ASKED,
    MOST_PARTS,
    ChecksAsked,
    Decided,
    DecisionTakenBack,
    KeepTakenBack,
    KnownSet,
    LabelKept,
    TargetSet,
)

__all__ = [
    "EVENT",
    "GUEST",
    "KINDS",
    "LOCAL",
    "MOST_ASKED",
    "MOST_PARTS",
    "VERSION",
    "Answer",
    "AnswerKind",
    "Answered",
    "BatchTakenBack",
    "Branched",
    "ChecksAsked",
    "ClassAdded",
    "ClassMapped",
    "ClassMarked",
    "ClassMerged",
    "ClassRemoved",
    "ClassRestored",
    "Classes",
    "ClassesOrdered",
    "ClassesRenamed",
    "Colour",
    "Corrected",
    "DataNoted",
    "Decided",
    "DecisionTakenBack",
    "Draw",
    "Event",
    "Given",
    "Hiding",
    "ImageName",
    "InvitationWithdrawn",
    "Invited",
    "KeepTakenBack",
    "KnownSet",
    "LabelKept",
    "Reason",
    "Redone",
    "Renamed",
    "RoleGiven",
    "RoleName",
    "RoomJoined",
    "RoomOpened",
    "RoomPhase",
    "RoomSet",
    "Served",
    "Setting",
    "SettingsNoted",
    "TakenBack",
    "TargetSet",
    "Undone",
]

Event = (
    Classes
    | DataNoted
    | SettingsNoted
    | Renamed
    | Branched
    | ClassMapped
    | ClassAdded
    | ClassesRenamed
    | ClassMerged
    | ClassRemoved
    | ClassRestored
    | ClassesOrdered
    | ClassMarked
    | Given
    | Served
    | Answered
    | Undone
    | Redone
    | Corrected
    | TakenBack
    | BatchTakenBack
    | Decided
    | DecisionTakenBack
    | KnownSet
    | LabelKept
    | KeepTakenBack
    | ChecksAsked
    | TargetSet
    | RoleGiven
    | Invited
    | InvitationWithdrawn
    | RoomOpened
    | RoomJoined
    | RoomSet
)

KINDS: Final = frozenset(kind.model_fields["event"].default for kind in get_args(Event))
"""What the events are called in a log."""

EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[Event, Field(discriminator="event")])
"""Reads and writes events as JSON. What comes from a log is read by :mod:`core.session.formats`."""
