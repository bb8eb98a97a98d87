"""What becomes of the classes there are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.session.events.answers import AnswerKind
from core.session.events.base import EventBase

Colour = Literal["red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"]
"""What a class can be marked with. Each has a shade of its own on light and on dark pages."""


class ClassMapped(EventBase):
    """A class that labels name and the data set has no more is another one of its classes now.

    Attributes
    ----------
    name, to
        What it was called and what it is called now; the same twice where it stays a class of its
        own.
    """

    event: Literal["class_mapped"] = "class_mapped"
    name: str
    to: str


class ClassAdded(EventBase):
    """A person has named a class that there was not before; it stands behind all others."""

    event: Literal["class_added"] = "class_added"
    name: str


class ClassesRenamed(EventBase):
    """Classes have other names from now on, all at once: two can change theirs.

    Attributes
    ----------
    names
        What each was called, and what it is called now.
    """

    event: Literal["classes_renamed"] = "classes_renamed"
    names: dict[str, str]


class ClassMerged(EventBase):
    """A class is part of another one from now on, with all its labels."""

    event: Literal["class_merged"] = "class_merged"
    name: str
    to: str


class ClassRemoved(EventBase):
    """There is no such class any more; answers that named it say something else now.

    Attributes
    ----------
    becomes
        ``skip``: their images are asked about again; else they are set aside.
    """

    event: Literal["class_removed"] = "class_removed"
    name: str
    becomes: Literal[AnswerKind.SKIP, AnswerKind.UNSURE, AnswerKind.BAD]


class ClassRestored(EventBase):
    """A class that was merged or removed is there again, with the labels it had then.

    Those that were given another content since keep that.
    """

    event: Literal["class_restored"] = "class_restored"
    name: str


class ClassesOrdered(EventBase):
    """A person has put the classes in this order."""

    event: Literal["classes_ordered"] = "classes_ordered"
    names: tuple[str, ...]


class ClassMarked(EventBase):
    """How everybody who labels in this project sees a class.

    Attributes
    ----------
    key
        A digit or a small letter that labels as this class; None where the app chooses one.
    colour
        None where it has none.
    """

    event: Literal["class_marked"] = "class_marked"
    name: str
    key: Annotated[str, Field(pattern="^[0-9a-z]$")] | None = None
    colour: Colour | None = None
