"""What the big screen of a room is sent: typed here, and checked there by types from this."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.figures.presented import ShownBars, ShownColour, ShownLine, ShownMatrix
from core.session.events import RoomPhase


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RoomPage(_Shown):
    """What stays as it is while the screen is shown.

    Attributes
    ----------
    figures
        Where figures are fetched from, and the room is paused and ended.
    code, address
        What people type.
    qr
        The same as a code for cameras: 1 is dark; a row a string.
    """

    project: str
    title: str
    figures: str
    code: str
    address: str
    qr: tuple[str, ...]


class ShownVote(_Shown):
    """How many say that an image is of a class."""

    name: str
    count: int


class ShownDispute(_Shown):
    """An image of which people say different things.

    Attributes
    ----------
    image
        An address with the image in it.
    votes
        What is said most often first.
    """

    item: int
    image: str
    votes: tuple[ShownVote, ...]


class RoomFigures(_Shown):
    """How things stand now.

    Attributes
    ----------
    joined
        How many people have come in.
    names
        Who they are, the last one first, where that was asked for.
    rate
        Answers a second, lately.
    answers, labels, images
        Answers of people, images that have a label, and images there are.
    share, known
        The share of all images that is right, 0 to 1, and what that is known from; None where
        nobody knows yet.
    own
        The room's curve; its points are few enough to be drawn.
    others
        What it races against.
    coming
        Whether that is still being worked out.
    matrix, bars
        One of the two at most.
    ink
        Whether images are ink on paper, and no photographs.
    """

    phase: RoomPhase
    joined: int
    names: tuple[str, ...]
    rate: float
    answers: int
    labels: int
    images: int
    share: float | None
    known: str
    own: ShownLine
    others: tuple[ShownLine, ...]
    coming: bool
    matrix: ShownMatrix | None
    bars: ShownBars | None
    disputed: tuple[ShownDispute, ...]
    ink: bool


class RoomWish(BaseModel):
    """What the screen asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    phase: Literal["open", "paused", "ended"]


def own_line(points: tuple[tuple[int, float], ...], colour: ShownColour) -> ShownLine:
    """The curve of the room itself."""
    return ShownLine(
        colour=colour,
        note="",
        labels=tuple(labels for labels, _ in points),
        shares=tuple(share for _, share in points),
        low=(),
        high=(),
        own=True,
    )
