"""How the values of images are to be seen: what is dark, and whether it is ink or a photograph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, FiniteFloat

from core.arrays import PixelArray

Kind = Literal["ink", "photo"]
Paper = Literal["dark", "light"]

SCALES: Final = ((0.0, 1.0), (0.0, 16.0), (0.0, 255.0), (0.0, 4095.0), (0.0, 65535.0))
"""Ranges that values usually have."""

BRIGHTNESS: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""What each colour adds to the grey that is seen, by ITU-R BT.601."""

_SIGNED: Final = (-1.0, 1.0)
_LARGEST_INK: Final = 128
"""Drawings and digits are small; what has more pixels on its longer side is a photograph."""

_MARGIN: Final = 0.2
"""How far from the end of the scale a border may be that is paper."""

_MOST_PAPER: Final = 0.8
"""Share of the images whose border is paper, where all are ink on it."""


class Look(BaseModel):
    """How values become what people see.

    Attributes
    ----------
    kind
        ``ink`` is drawn in the colour of the page's text, on the colour of the page; a ``photo`` is
        shown as it is.
    paper
        Which end of the scale is paper, where it is ink.
    low, high
        The values that become black and white of a photograph, or the other way round.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    paper: Paper = "dark"
    low: FiniteFloat = 0.0
    high: FiniteFloat = 255.0

    @property
    def is_ink(self) -> bool:
        """Whether images are ink on paper."""
        return self.kind == "ink"

    def keeps_colours(self, shape: tuple[int, ...]) -> bool:
        """Whether images of a shape, (height, width[, colours]), are shown in colour."""
        return not self.is_ink and shape[2:] in {(3,), (4,)}

    @property
    def is_plain(self) -> bool:
        """Whether bytes are shown as they are."""
        return (self.low, self.high) == (0.0, 255.0) and not (self.is_ink and self.paper == "light")

    def shown(self, values: NDArray[Any], *, many: bool = False) -> PixelArray:
        """Values as people see them.

        Of ink, 0 is paper and 255 is full ink; of a photograph, 0 is black and 255 is white. Bytes
        beside deeper values have a scale of their own.

        Parameters
        ----------
        values : (height, width) or (height, width, 1 to 4)
        many
            Whether there are several images, along an axis before these.

        Returns
        -------
        (height, width) or (height, width, 3)
            Of each image; ink has no colours.
        """
        if values.dtype == np.uint8 and self.low == 0 and self.high >= 255:
            pixels: PixelArray = values
        else:
            grey = (values.astype(np.float64) - self.low) * (255 / ((self.high - self.low) or 1.0))
            pixels = np.rint(np.clip(grey, 0, 255)).astype(np.uint8)
        if pixels.ndim == 3 + many:
            pixels = _laid_flat(pixels, in_grey=self.is_ink)
        return 255 - pixels if self.is_ink and self.paper == "light" else pixels


def _laid_flat(pixels: PixelArray, *, in_grey: bool) -> PixelArray:
    """Pixels without a lone colour, laid on white where they are see-through."""
    if pixels.shape[-1] == 1:
        return pixels[..., 0]
    if pixels.shape[-1] == 4:
        opacity = pixels[..., 3:].astype(np.float32) / 255
        on_white = pixels[..., :3] * opacity + 255 * (1 - opacity)
        pixels = np.rint(on_white).astype(np.uint8)
    return np.rint(pixels @ BRIGHTNESS).astype(np.uint8) if in_grey else pixels


def guess_look(
    images: Sequence[NDArray[Any]], least: float, most: float, *, longest: int = 0
) -> Look:
    """How images are likely to be meant.

    Parameters
    ----------
    images
        Some of them, spread over all: each of shape (height, width) or (height, width, colours).
    least, most
        Of all values there are.
    longest
        The longest side of an image, in pixels, where these are smaller than they were.

    Returns
    -------
    Look
        Ink, if all are grey and small and have a border that is nearly all of one end of the scale;
        that end is the paper.
    """
    low, high = guess_scale(least, most)
    longest = max(longest, *(max(image.shape[:2]) for image in images))
    if any(image.shape[2:] not in {(), (1,)} for image in images) or longest > _LARGEST_INK:
        return Look(kind="photo", low=low, high=high)
    borders = [_border(image, low, high) for image in images]
    n_dark = sum(border < _MARGIN for border in borders)
    n_light = sum(border > 1 - _MARGIN for border in borders)
    if max(n_dark, n_light) < _MOST_PAPER * len(images):
        return Look(kind="photo", low=low, high=high)
    return Look(kind="ink", paper="dark" if n_dark >= n_light else "light", low=low, high=high)


def guess_scale(least: float, most: float) -> tuple[float, float]:
    """The values that are the ends of the scale, where the least and the largest are these."""
    if least < 0:
        return _SIGNED if least >= _SIGNED[0] and most <= _SIGNED[1] else (least, most)
    for low, high in SCALES:
        if most <= high:
            return low, high
    return least, most


def _border(image: NDArray[Any], low: float, high: float) -> float:
    """The median of the outermost pixels, 0 to 1 on the scale."""
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]).astype(np.float64)
    return float((np.median(edge) - low) / ((high - low) or 1.0))
