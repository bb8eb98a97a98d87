"""Images as a browser takes them: files of a size that a screen needs, or data addresses."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from core.arrays import IntArray, PixelArray
from core.data.dataset import INLINE, Dataset
from core.data.images import screen_at
from core.errors import InvalidDatasetError

_SMALL: Final = 32
"""Images with fewer pixels a side are hard to read for a person unless they are smoothed."""

_SMOOTH_SIDE: Final = 80
_THUMBNAIL_SIDE: Final = 80


SCREEN: Final = 768
"""No side of an image is shown with more pixels, unless a person looks closer."""

_QUALITY: Final = 88

_READ_SIDE: Final = 40
_SMALL_QUALITY: Final = 80
_GREY: Final = 128
_BLANK: Final[PixelArray] = np.full((1, 1), _GREY, dtype=np.uint8)


LEAST: Final = SCREEN // 2
"""Pixels of the shorter side that are enough for a screen: no more of it are read of a large photo,
which takes a quarter of the time."""


class Picture(NamedTuple):
    """A file that a browser shows, and its media type."""

    content: bytes
    media_type: str


def screen_of(image: PixelArray, size: tuple[int, int]) -> bytes:
    """A JPEG file of a photograph that is too large for a screen; empty for one that is not.

    Parameters
    ----------
    image
        Of no fewer pixels than are shown.
    size
        Its own height and width, which may be larger.
    """
    if max(size) <= SCREEN:
        return b""
    picture = Image.fromarray(image)
    picture.thumbnail((SCREEN, SCREEN), Image.Resampling.HAMMING, reducing_gap=2.0)
    buffer = BytesIO()
    picture.save(buffer, format="JPEG", quality=_QUALITY)
    return buffer.getvalue()


def picture_of(image: PixelArray, *, is_ink: bool, side: int | None = SCREEN) -> Picture:
    """An image as a file.

    Parameters
    ----------
    image
        As people see it: (height, width), or (height, width, 3).
    is_ink
        Drawn as black ink on nothing, so that a page can lay it on any ground.
    side
        Pixels that no side has more of; None leaves it as it is.
    """
    picture = Image.fromarray(image)
    if side is not None and max(picture.size) > side:
        picture.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    if is_ink:
        return Picture(_png(np.asarray(picture)), "image/png")
    buffer = BytesIO()
    if max(picture.size) > INLINE:
        picture.save(buffer, format="JPEG", quality=_QUALITY)
        return Picture(buffer.getvalue(), "image/jpeg")
    picture.save(buffer, format="PNG")
    return Picture(buffer.getvalue(), "image/png")


def picture_at(dataset: Dataset, position: int, *, is_full: bool = False) -> Picture:
    """The image of an item as a file: as large as a screen needs, or in full size."""
    screen = None if is_full else screen_at(dataset.images, position)
    if screen is not None:
        return Picture(screen, "image/jpeg")
    side = None if is_full else SCREEN
    return picture_of(dataset.images[position], is_ink=dataset.is_ink, side=side)


def smooth_at(dataset: Dataset, position: int) -> Picture:
    """The image of an item as a file, smoothed as :func:`url_at` does where it has few pixels."""
    if dataset.is_ink and dataset.is_inline:
        return Picture(_png(_drawn(dataset.images[position], smooth=True)), "image/png")
    return picture_at(dataset, position)


def url_at(dataset: Dataset, position: int, *, smooth: bool) -> str:
    """The image of an item within an address."""
    if dataset.is_ink and dataset.is_inline:
        return ink_url(dataset.images[position], smooth=smooth)
    picture = picture_at(dataset, position)
    return _url(picture.content, picture.media_type)


def thumbnail_at(dataset: Dataset, position: int, *, ink: str, paper: str) -> str:
    """The image of an item as :func:`thumbnail_url` gives it."""
    image = _seen(dataset, position)
    return thumbnail_url(image, ink=ink, paper=paper, is_ink=dataset.is_ink)


def small_at(dataset: Dataset, position: int, *, side: int = 2 * _READ_SIDE) -> str:
    """The image of an item within an address, in a few thousand letters: for a file of many.

    Ink is black on nothing; a photograph is a JPEG.

    Parameters
    ----------
    side
        Pixels that no side has more of.
    """
    image = _seen(dataset, position)
    buffer = BytesIO()
    if not dataset.is_ink:
        picture = Image.fromarray(image)
        picture.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
        picture.save(buffer, format="JPEG", quality=_SMALL_QUALITY)
        return _url(buffer.getvalue(), "image/jpeg")
    mask = Image.fromarray(_drawn(image, smooth=True))
    mask.thumbnail((side, side))
    # Sixteen shades are enough for an outline, and take half the room.
    levels = np.asarray(mask.quantize(16, dither=Image.Dither.NONE).convert("L"))
    drawn = Image.merge("LA", (Image.new("L", mask.size, 0), Image.fromarray(levels)))
    drawn.save(buffer, format="PNG", optimize=True)
    return _url(buffer.getvalue())


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


def thumbnail_url(
    image: PixelArray, *, ink: str, paper: str, is_ink: bool = True, side: int = _THUMBNAIL_SIDE
) -> str:
    """Encode one image, smoothed and small; for a place that has no ground of its own.

    Parameters
    ----------
    image
        As people see it: (height, width), or (height, width, 3).
    ink, paper
        Colours of ink on paper, as CSS writes them.
    is_ink
        Whether it is that; a photograph has its own colours.
    side
        Pixels that no side has more of.
    """
    if not is_ink:
        picture = picture_of(image, is_ink=False, side=side)
        return _url(picture.content, picture.media_type)
    mask = Image.fromarray(_drawn(image, smooth=True))
    mask.thumbnail((side, side))
    drawn = Image.new("RGB", mask.size, paper)
    drawn.paste(ink, mask=mask)
    buffer = BytesIO()
    drawn.save(buffer, format="PNG")
    return _url(buffer.getvalue())


def atlas_url(dataset: Dataset, positions: IntArray, side: int, columns: int) -> str:
    """The images of some items in one, row by row: each a square of so many pixels.

    Ink is drawn as black on nothing, so that a page can colour it. Photographs are taken in the
    size that similarity is measured on, for no file is to be read for each of them; where there is
    none, squares are grey.

    Parameters
    ----------
    positions : (n_some,), int64
        At least one.
    """
    rows = -(-len(positions) // columns)
    ink = dataset.is_ink
    sheet = Image.new("L" if ink else "RGB", (columns * side, rows * side))
    for place, position in enumerate(positions.tolist()):
        pixels = dataset.pixels[position] if dataset.has_pixels else _BLANK
        tile = Image.fromarray(_drawn(pixels, smooth=True) if ink else pixels)
        row, column = divmod(place, columns)
        sheet.paste(
            tile.resize((side, side), Image.Resampling.BICUBIC).convert(sheet.mode),
            (column * side, row * side),
        )
    if ink:
        return _url(_png(np.asarray(sheet)))
    buffer = BytesIO()
    sheet.save(buffer, format="JPEG", quality=_QUALITY)
    return _url(buffer.getvalue(), "image/jpeg")


def tile_at(dataset: Dataset, position: int, side: int) -> str:
    """The image of an item within an address, smoothed where it has few pixels, else made small.

    Parameters
    ----------
    side
        Pixels that no side of a photograph has more of.
    """
    if dataset.is_ink and dataset.is_inline:
        return ink_url(dataset.images[position], smooth=True)
    image = _seen(dataset, position)
    picture = picture_of(image, is_ink=dataset.is_ink, side=side)
    return _url(picture.content, picture.media_type)


def _seen(dataset: Dataset, position: int) -> PixelArray:
    """An image as a screen has it; where it cannot be read, an empty one among the others."""
    try:
        screen = screen_at(dataset.images, position)
        if screen is None:
            return dataset.images[position]
        return np.asarray(Image.open(BytesIO(screen)))
    except InvalidDatasetError:
        return np.full((SCREEN // 4, SCREEN // 4), 0 if dataset.is_ink else _GREY, dtype=np.uint8)


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


def _url(content: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{b64encode(content).decode('ascii')}"
