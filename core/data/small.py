"""The one small size that all images of a set get, which similarity is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from PIL import Image

from core.arrays import PixelArray
from core.data.looks import Look

SIDE: Final = 32
"""No side of the small size of an image has more pixels."""


@dataclass(frozen=True, slots=True)
class Small:
    """The small size that all images of a set get.

    Attributes
    ----------
    is_exact
        Whether images of the expected size stay what they are.
    """

    height: int
    width: int
    is_colour: bool
    is_exact: bool
    is_ink: bool

    @classmethod
    def of(cls, size: tuple[int, ...], *, is_colour: bool, look: Look) -> Self:
        """For images of a size, which others may not have."""
        height, width = size
        share = min(1.0, SIDE / max(height, width))
        return cls(
            max(1, round(height * share)),
            max(1, round(width * share)),
            is_colour,
            share == 1.0,
            look.is_ink,
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Of each image: (height, width) or (height, width, 3)."""
        return (self.height, self.width, 3) if self.is_colour else (self.height, self.width)

    def all_of(self, images: PixelArray) -> PixelArray:
        """Images of one size, (n_items, height, width[, 3])."""
        if images.shape[1:] == self.shape:
            return images
        return np.stack([self.one_of(image) for image in images])

    def one_of(self, image: PixelArray) -> PixelArray:
        """An image of any size. Ink keeps its proportions; a photograph fills the small size."""
        if image.ndim == 2 and self.is_colour:
            image = np.repeat(image[:, :, np.newaxis], 3, axis=2)
        elif image.ndim == 3 and not self.is_colour:
            image = np.asarray(Image.fromarray(image).convert("L"))
        height, width = image.shape[:2]
        if (height, width) == (self.height, self.width):
            return image
        if not self.is_ink:
            return _resized(image, self.height, self.width)
        share = min(self.height / height, self.width / width)
        drawn = _resized(image, max(1, round(height * share)), max(1, round(width * share)))
        paper = np.zeros(self.shape, dtype=np.uint8)
        top, left = (self.height - drawn.shape[0]) // 2, (self.width - drawn.shape[1]) // 2
        paper[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
        return paper


def _resized(image: PixelArray, height: int, width: int) -> PixelArray:
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BOX)
    return np.asarray(resized)
