"""What every event has: the version of its format and who caused it."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

VERSION: Final = 6
"""Of the format in which events are written. Older ones are read by :mod:`core.session.formats`."""

LOCAL: Final = "local"
"""Who it was, where people have no names of their own."""


def is_none(value: object) -> bool:
    """Whether to leave a value out of the log: such as older logs do not have."""
    return value is None


def is_empty(value: object) -> bool:
    """The like of what holds values."""
    return not value


class Frozen(BaseModel):
    """What cannot be changed, and has nothing that is not told here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EventBase(Frozen):
    """What all events have."""

    v: Literal[6] = VERSION
    by: str = LOCAL
