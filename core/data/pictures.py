"""Images as a browser takes them: PNG in a data address."""

from __future__ import annotations

import struct
import zlib
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
    buffer = BytesIO()
    picture.save(buffer, format="PNG")
    return _url(buffer.getvalue())


@lru_cache(maxsize=2048)
def _ink_url(pixels: bytes, shape: tuple[int, int], smooth: bool) -> str:
    return _url(_png(_drawn(np.frombuffer(pixels, dtype=np.uint8).reshape(shape), smooth=smooth)))


def _drawn(image: PixelArray, *, smooth: bool) -> PixelArray:
    # A margin of paper lets strokes that touch the border end in a curve instead of a cut.
    height, width = image.shape
    ink = np.zeros((height + 2, width + 2), dtype=np.uint8)
    ink[1:-1, 1:-1] = image
    return _SHARPENED[_enlarged(ink)] if smooth and max(image.shape) < _SMALL else ink


def _enlarged(ink: PixelArray) -> PixelArray:
    height, width = ink.shape
    scale = _SMOOTH_SIDE / max(height, width)
    size = (round(width * scale), round(height * scale))
    return np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC))


def _sharpened(ink: PixelArray) -> PixelArray:
    """Steepen grey values around the middle with the cubic ``3 x^2 - 2 x^3``."""
    x = np.clip((ink / 255 - 0.2) / 0.75, 0, 1)
    return np.round(255 * x * x * (3 - 2 * x)).astype(np.uint8)


_SHARPENED: Final[PixelArray] = _sharpened(np.arange(256, dtype=np.uint8))
"""What becomes of each grey value."""


def _png(ink: PixelArray) -> bytes:
    """Write black ink of this opacity as PNG, grey with alpha.

    A batch shows twenty pictures that nobody has seen before. Pillow takes six times as long for
    one, mostly to try filters and to compress better than a data address needs.
    """
    height, width = ink.shape
    # Each line begins with the number of its filter, which is none; grey and alpha take turns.
    lines = np.zeros((height, 1 + 2 * width), dtype=np.uint8)
    lines[:, 2::2] = ink
    header = struct.pack(">IIBBBBB", width, height, 8, 4, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(lines.tobytes(), level=1)),
            (b"IEND", b""),
        )
    )


def _url(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode("ascii")
