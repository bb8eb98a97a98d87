"""Images as a browser takes them: PNG in a data address."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image

from core.arrays import PixelArray

_SMALL: Final = 32
"""Images with fewer pixels a side are hard to read for a person unless they are smoothed."""

_SMOOTH_SIDE: Final = 80
_THUMBNAIL_SIDE: Final = 80


def ink_url(image: PixelArray, *, smooth: bool) -> str:
    """Encode one image as black ink on nothing, so that a page can lay it on any ground.

    Parameters
    ----------
    image : (height, width), uint8
        0 is paper, 255 is full ink.
    smooth
        Interpolate an image of few pixels and sharpen its outline, which a person reads far
        better than squares; an image that is large enough stays as it is.
    """
    return _ink_url(image.tobytes(), image.shape, smooth)


def thumbnail_url(image: PixelArray, *, ink: str, paper: str) -> str:
    """Encode one image, smoothed and small, in these colours; for a place that has no ground.

    Parameters
    ----------
    image : (height, width), uint8
        0 is paper, 255 is full ink.
    ink, paper
        Colours, as CSS writes them.
    """
    mask = Image.fromarray(_drawn(image, smooth=True))
    mask.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
    picture = Image.new("RGB", mask.size, paper)
    picture.paste(ink, mask=mask)
    return _url(picture)


@lru_cache(maxsize=2048)
def _ink_url(pixels: bytes, shape: tuple[int, int], smooth: bool) -> str:
    drawn = _drawn(np.frombuffer(pixels, dtype=np.uint8).reshape(shape), smooth=smooth)
    return _url(Image.fromarray(np.stack([np.zeros_like(drawn), drawn], axis=2)))


def _drawn(image: PixelArray, *, smooth: bool) -> PixelArray:
    # A margin of paper lets strokes that touch the border end in a curve instead of a cut.
    ink = np.pad(image, 1)
    return _sharpened(_enlarged(ink)) if smooth and max(image.shape) < _SMALL else ink


def _enlarged(ink: PixelArray) -> PixelArray:
    height, width = ink.shape
    scale = _SMOOTH_SIDE / max(height, width)
    size = (round(width * scale), round(height * scale))
    return np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC))


def _sharpened(ink: PixelArray) -> PixelArray:
    """Steepen grey values around the middle with the cubic ``3 x^2 - 2 x^3``."""
    x = np.clip((ink / 255 - 0.2) / 0.75, 0, 1)
    return np.round(255 * x * x * (3 - 2 * x)).astype(np.uint8)


def _url(picture: Image.Image) -> str:
    buffer = BytesIO()
    picture.save(buffer, format="PNG")
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode("ascii")
