"""Pictures of a project's images, each at an address of its own that always shows the same."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from core.data.pictures import Picture, picture_at, smooth_at, url_at
from core.errors import InvalidDatasetError
from core.service.view import View
from core.wording import visible


class Pictured(NamedTuple):
    """What a picture shows.

    Attributes
    ----------
    name
        What the image is called by its content: another one has another address.
    is_full
        In full size; otherwise as large as a screen needs.
    """

    project_id: str
    item: int
    name: str
    is_full: bool = False


class PictureAddress(Protocol):
    """Tells where a picture is sent from."""

    def __call__(self, pictured: Pictured, /) -> str:
        """The address of a picture."""
        ...


def draw(view: View, pictured: Pictured) -> Picture:
    """A picture as a file.

    Raises
    ------
    InvalidDatasetError
        If the project has no such image, or has another one there by now.
    """
    (position,) = view.engine.positions([pictured.item])
    if view.engine.image_names([pictured.item]).get(pictured.item) != pictured.name:
        raise InvalidDatasetError("This image is not in the project any more.", "Reload the page.")
    return picture_at(view.dataset, position, is_full=pictured.is_full)


_BROKEN: Final = "data:,"
"""The address of an image that cannot be read."""


class Addresses(NamedTuple):
    """Where an image is found.

    Attributes
    ----------
    smooth, pixels
        Smoothed and as it is, in the size that a screen needs.
    full
        In full size, where it is larger.
    """

    smooth: str
    pixels: str
    full: str | None


def addresses(view: View, item: int, position: int, at: PictureAddress | None) -> Addresses:
    """Where a browser finds the image of an item.

    Parameters
    ----------
    position
        The item's index in the data set.
    at
        Where pictures are sent from; None where they have to be within their address.
    """
    dataset = view.dataset
    name = view.engine.image_names([item]).get(item)
    if dataset.is_inline or at is None or name is None:
        try:
            smooth = url_at(dataset, position, smooth=True)
            return Addresses(smooth, url_at(dataset, position, smooth=False), None)
        except InvalidDatasetError:
            # The others can be labelled; the browser tells of this one.
            return Addresses(_BROKEN, _BROKEN, None)
    where = Pictured(view.project.project_id, item, name)
    screen = at(where)
    return Addresses(screen, screen, at(where._replace(is_full=True)))


def glance(view: View, position: int) -> tuple[Picture, str]:
    """A picture for a quick look, and what the image is called.

    Parameters
    ----------
    position
        The item's index in the data set.

    Raises
    ------
    InvalidDatasetError
        If there is no such image, or it cannot be read.
    """
    dataset = view.dataset
    if not 0 <= position < dataset.n_items:
        raise InvalidDatasetError("This image is not in the project any more.", "Reload the page.")
    told = f"Image {dataset.rows[position]}"
    row = int(view.engine.sources[position])
    names = dataset.origin.column("name", [row]) if dataset.origin else None
    if names and names[0]:
        told += f", {visible(str(names[0]))}"
    return smooth_at(dataset, position), told
