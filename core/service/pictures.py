"""Pictures of a project's images, each at an address of its own that always shows the same."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from core.data.pictures import Picture, picture_at
from core.errors import InvalidDatasetError
from core.service.view import View


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
