"""What happens to a project besides answers, as its history tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from core.session.events import (
    Branched,
    ChecksAsked,
    ClassAdded,
    ClassesRenamed,
    ClassMapped,
    ClassMerged,
    ClassRemoved,
    ClassRestored,
    DataNoted,
    Event,
    Given,
    Renamed,
    Setting,
    SettingsNoted,
    TargetSet,
)

KINDS: Final = frozenset(
    {
        Branched,
        ChecksAsked,
        ClassAdded,
        ClassesRenamed,
        ClassMapped,
        ClassMerged,
        ClassRemoved,
        ClassRestored,
        DataNoted,
        Given,
        Renamed,
        SettingsNoted,
        TargetSet,
    }
)
"""The events that are told. They are few, however many answers there are."""


class Landmark(NamedTuple):
    """An event that is told.

    Attributes
    ----------
    seq
        Its number.
    at
        When it was written, UTC; None where that is not known.
    round
        The last round that had an answer by then; 0 before the first.
    event
        What happened; of the names of images, which may be many, nothing is kept.
    """

    seq: int
    at: datetime | None
    round: int
    event: Event


def landmark(seq: int, at: datetime | None, round_: int, event: Event) -> Landmark:
    """An event, as it is told."""
    if isinstance(event, DataNoted) and event.images:
        event = event.model_copy(update={"images": {}})
    return Landmark(seq, at, round_, event)


def settings_after(landmarks: Iterable[Landmark], seq: int) -> Mapping[str, Setting] | None:
    """The settings in force after an event of this number; None where they were not noted."""
    found = None
    for one in landmarks:
        if one.seq > seq:
            break
        if isinstance(one.event, SettingsNoted):
            found = one.event.settings
    return found


def origin(landmarks: Iterable[Landmark]) -> Branched | None:
    """What a project was branched from last; None where it was not."""
    return next((o.event for o in [*landmarks][::-1] if isinstance(o.event, Branched)), None)
