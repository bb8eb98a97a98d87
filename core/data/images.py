"""Images that are read when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from core.arrays import IntArray, PixelArray


class Images(Protocol):
    """A row of images; an array of shape (n_items, height, width) is one."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, index: int, /) -> PixelArray:
        """One image in full size, uint8: (height, width), or (height, width, 3) in colour."""
        ...


@runtime_checkable
class HasScreens(Protocol):
    """Images some of which are kept in a smaller size too."""

    def screen(self, index: int, /) -> bytes | None:
        """A JPEG file of an image that is too large for a screen; None for one that is not."""
        ...


@runtime_checkable
class HasGlances(Protocol):
    """Images that are quicker to be had in a smaller size."""

    def glance(self, index: int, side: int, /) -> PixelArray:
        """An image with no fewer pixels on a side than these, unless it has no more itself."""
        ...


class Origin(Protocol):
    """Where the images of a data set came from, row by row."""

    def column(self, name: str, rows: Sequence[int], /) -> list[str] | None:
        """What was told of some images, under the name of a column; None where nothing was."""
        ...

    def file(self, row: int, /) -> bytes | None:
        """The image file that an image came as; None where it came as values."""
        ...


class Chosen:
    """Some images of others, in an order of their own; none is read before it is asked for."""

    def __init__(self, images: Images, places: IntArray) -> None:
        self._images = images
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: int) -> PixelArray:
        return self._images[int(self._places[index])]

    def screen(self, index: int) -> bytes | None:
        """A JPEG file of an image that is too large for a screen; None for one that is not."""
        return screen_at(self._images, int(self._places[index]))

    def glance(self, index: int, side: int) -> PixelArray:
        """An image with no fewer pixels on a side than these, unless it has no more itself."""
        return glance_at(self._images, int(self._places[index]), side)


def some_of(images: Images, places: IntArray) -> Images:
    """The images at some places, in that order; copied where they are an array already."""
    if isinstance(images, np.ndarray):
        chosen: PixelArray = images[places]
        return chosen
    return Chosen(images, places)


def screen_at(images: Images, index: int) -> bytes | None:
    """A JPEG file of an image that is too large for a screen; None where none is kept."""
    return images.screen(index) if isinstance(images, HasScreens) else None


def glance_at(images: Images, index: int, side: int) -> PixelArray:
    """An image with no fewer pixels on a side than these, unless it has no more itself."""
    return images.glance(index, side) if isinstance(images, HasGlances) else images[index]
