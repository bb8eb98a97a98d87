"""What a project works on and with, and where it comes from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from core.session.events.base import EventBase

Setting = str | int | FiniteFloat | bool | None
"""What a setting of a project can be."""

ImageName = Annotated[str, Field(min_length=32, max_length=32)]
"""What an image is called by its pixels: 32 hexadecimal digits."""


class Classes(EventBase):
    """What the classes of the project are called, from now on.

    Written when the project is made, and again where they change.
    """

    event: Literal["classes"] = "classes"
    names: tuple[str, ...]


class DataNoted(EventBase):
    """What the data set holds, from now on; written again where that has changed.

    Attributes
    ----------
    name
        What the data set is called, such as the name of its file.
    fingerprint
        A name for all that it holds.
    n_items, height, width
        How many images it has, and their size in pixels.
    images
        Item to the name of its image, for items whose image had no name in the log before.
    gone
        Items of the log whose image the data set does not hold.
    moved
        Whether some image is not at the row of its number, or others take part than the first.
    """

    event: Literal["data"] = "data"
    name: str
    fingerprint: str
    n_items: int
    height: int
    width: int
    images: dict[int, ImageName] = Field(default={})
    gone: tuple[int, ...] = ()
    moved: bool = False


class SettingsNoted(EventBase):
    """How the project learns and asks, from now on.

    Written when the project is made, and again where that has changed; logs of before do not say.

    Attributes
    ----------
    settings
        All of them by name, but for the data set, which ``data`` names.
    """

    event: Literal["settings"] = "settings"
    settings: dict[str, Setting]


class Renamed(EventBase):
    """The project is called otherwise from now on. What it was called first stands in no event."""

    event: Literal["renamed"] = "renamed"
    name: str


class Branched(EventBase):
    """From here on the project goes its own way: all that comes before is another's log.

    Attributes
    ----------
    project, name
        The id of the other project, and what it was called then.
    round
        Its log was taken over up to the end of this round.
    """

    event: Literal["branched"] = "branched"
    project: str
    name: str
    round: int


class Given(EventBase):
    """Labels taken from the known truth when the project was made; no person gave them."""

    event: Literal["given"] = "given"
    labels: dict[int, str]
