"""The bytes of an image file, as the values that people see; or in words why there are none.

The content tells what kind of file it is, never its name. What a file says of its size is compared
with what is allowed before any memory is asked for.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ExifTags import Base
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    PHOTOMETRIC_INTERPRETATION,
    SAMPLEFORMAT,
    TiffImageFile,
)
from PIL.WebPImagePlugin import WebPImageFile

from core.data.archive import reason
from core.data.classes import shown
from core.data.readers.found import BadImageError, Limits
from core.data.seeming import seeming

# What is odd in a file is either told by an error or does not matter.
warnings.filterwarnings("ignore", module=r"PIL\.")

_KINDS: Final[tuple[tuple[bytes, type[ImageFile]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
    (b"\xff\xd8\xff", JpegImageFile),
    (b"GIF87a", GifImageFile),
    (b"GIF89a", GifImageFile),
    (b"BM", BmpImageFile),
    (b"II*\0", TiffImageFile),
    (b"MM\0*", TiffImageFile),
    (b"II+\0", TiffImageFile),
    (b"MM\0+", TiffImageFile),
)
_WHITE_IS_ZERO: Final = 0
_WHOLE: Final = 1
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By the number that a camera writes for how it was held."""

_ACROSS: Final = frozenset(_TURNS[number] for number in (5, 6, 7, 8))
"""Height and width change places."""

_FEW_ROWS: Final = 16
_NOT_SUPPORTED: Final = ("unknown pixel mode", "not supported", "not yet supported", "unsupported")
_AGAIN: Final = "Copy or download it again, or leave it out."
_ANOTHER_KIND: Final = "Save it as PNG or JPEG."


class Decoded(NamedTuple):
    """An image, and how large it is in its file."""

    values: NDArray[Any]
    size: tuple[int, int]
    """Height and width as it is meant to be seen; those of ``values``, or larger."""


def decode(data: bytes, name: str, limits: Limits) -> NDArray[Any]:
    """The values of an image file as it is meant to be seen: turned, and on white.

    Parameters
    ----------
    data
        A PNG, JPEG, GIF, BMP, TIFF or WebP file; of several images in it, the first.
    name
        What the file is called in errors.

    Returns
    -------
    values : (height, width) or (height, width, 3)
        Of dtype uint8; uint16, int32, uint32 or float32 if grey with more than 8 bits. An image
        in colour that is grey everywhere is grey.

    Raises
    ------
    BadImageError
        And nothing else: if it is no such file, is damaged, or is too large.
    """
    return _decoded(data, name, limits, None).values


def decode_small(data: bytes, name: str, limits: Limits, side: int) -> Decoded:
    """The values of an image file, maybe of fewer pixels where those are quicker to be had.

    Parameters
    ----------
    side
        Neither height nor width is less, unless it is so in the file.

    Raises
    ------
    BadImageError
        And nothing else, as ``decode`` does.
    """
    return _decoded(data, name, limits, max(1, side))


def _decoded(data: bytes, name: str, limits: Limits, side: int | None) -> Decoded:
    name = shown(name)
    kind = _kind(data)
    if kind is None:
        raise BadImageError(*seeming(data, name))
    try:
        size = _webp_size(data) if kind is WebPImageFile else None
        if size is not None:
            _check_size(size, name, limits)
        # `Image.open` would warn of large ones, and ask more kinds than these.
        with kind(BytesIO(data)) as image:
            _check_size(image.size, name, limits)
            width, height = image.size
            if side is not None and kind is JpegImageFile:
                image.draft(None, (side, side))
            image.load()
            turn = None if isinstance(image, TiffImageFile) else _turn(image)
            values = _values(image if turn is None else image.transpose(turn), image)
        if turn in _ACROSS:
            width, height = height, width
    except BadImageError:
        raise
    except MemoryError as error:
        raise BadImageError(
            f"There is not enough memory for the image {name}.", "Make it smaller."
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_large(name, limits) from error
    # Of bytes that make no sense Pillow raises whatever it comes upon.
    except Exception as error:
        raise _unread(error, name) from error
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise BadImageError(
            f"The image {name} has values that are no numbers (nan or inf).",
            "Save it without such values, or leave it out.",
        )
    return Decoded(values, (height, width))


def _kind(data: bytes) -> type[ImageFile] | None:
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImageFile
    return next((kind for start, kind in _KINDS if data.startswith(start)), None)


def _turn(image: ImageFile) -> Image.Transpose | None:
    """How the camera was held; a damaged note of it is none."""
    try:
        return _TURNS.get(image.getexif().get(Base.Orientation, 1))
    except Exception:
        return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height, for which its decoder would ask memory at once."""
    kind, head = data[12:16], data[20:30]
    if len(head) < 10:
        return None
    if kind == b"VP8X":
        return _number(head[4:7]) + 1, _number(head[7:10]) + 1
    if kind == b"VP8L":
        bits = _number(head[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _number(head[6:8]) & 0x3FFF, _number(head[8:10]) & 0x3FFF


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _check_size(size: tuple[int, int], name: str, limits: Limits) -> None:
    width, height = size
    if width * height > limits.pixels:
        raise _too_large(name, limits, f"{height:,} × {width:,} pixels")


def _too_large(name: str, limits: Limits, size: str = "too many pixels") -> BadImageError:
    return BadImageError(
        f"The image {name} has {size}, and at most {limits.pixels:,} in all can be used.",
        "Make it smaller.",
    )


def _unread(error: Exception, name: str) -> BadImageError:
    text = reason(error)
    if any(words in text.lower() for words in _NOT_SUPPORTED):
        return BadImageError(
            f"The image {name} is saved in a way that Labelspread cannot read ({text}).",
            _ANOTHER_KIND,
        )
    return BadImageError(f"The image {name} is damaged, or cut off.", _AGAIN)


def _values(image: Image.Image, file: ImageFile) -> NDArray[Any]:
    """The values of an image that was read and turned.

    Parameters
    ----------
    file
        What it was read from.
    """
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        return _deep_values(image, file)
    if image.has_transparency_data:
        image = _on_white(image)
    if image.mode in {"1", "L"}:
        return np.array(image.convert("L"))
    colours = np.array(image.convert("RGB"))
    return np.ascontiguousarray(colours[..., 0]) if _is_grey(colours) else colours


def _deep_values(image: Image.Image, file: ImageFile) -> NDArray[Any]:
    """The values of a grey image that has more than 8 bits."""
    values = np.array(image)
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    if isinstance(file, TiffImageFile):
        tags = file.tag_v2
        is_signed = tags.get(SAMPLEFORMAT, (_WHOLE,))[0] != _WHOLE
        if values.dtype.kind == "i" and tags.get(BITSPERSAMPLE) == (32,) and not is_signed:
            values = values.view(np.uint32)
        if values.dtype.kind == "u" and tags.get(PHOTOMETRIC_INTERPRETATION) == _WHITE_IS_ZERO:
            values = np.iinfo(values.dtype).max - values
    clear = file.info.get("transparency")
    if isinstance(clear, int) and values.dtype == np.uint16:
        values[values == clear] = np.iinfo(np.uint16).max
    return values


def _on_white(image: Image.Image) -> Image.Image:
    full = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
    ground = Image.new("RGB", full.size, "white")
    ground.paste(full, mask=full.getchannel("A"))
    return ground


def _is_grey(colours: NDArray[Any]) -> bool:
    """Whether all three channels are equal; a few rows mostly tell that they are not."""
    step = max(1, len(colours) // _FEW_ROWS)
    return all(
        bool((part[..., 0] == part[..., 1]).all() and (part[..., 0] == part[..., 2]).all())
        for part in (colours[::step], colours)
    )
