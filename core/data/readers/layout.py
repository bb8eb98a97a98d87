"""How the numbers of an array are images: which axis counts them, and where their colours are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.data.archive import shown_shape
from core.data.classes import shown
from core.data.readers.found import Choice, Limits
from core.errors import InvalidDatasetError

LAYOUT: Final = "layout"
"""The key of the choice."""

REMEDY: Final = (
    "Save images with the shape (images, height, width), or (images, height, width, 3) in colour."
)

_COLOURS: Final = (1, 3, 4)
_FEWEST_PIXELS: Final = 16
"""Of an image in one row; what is shorter is rather a row of features."""

_FEWEST_ITEMS: Final = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to see images in an array.

    Attributes
    ----------
    words
        What it is called in the choice.
    axis
        The axis of the array that counts the images.
    image
        The shape of one image.
    lay
        Makes of the array one of the shape (n_items, height, width) or (n_items, height, width,
        colours): another view of it, no copy.
    """

    words: str
    axis: int
    image: tuple[int, ...]
    lay: Callable[[NDArray[Any]], NDArray[Any]]


def readings(shape: tuple[int, ...], *, in_columns: bool = False) -> tuple[Reading, ...]:
    """All ways to see images in an array of this shape, the likeliest first.

    Parameters
    ----------
    in_columns
        Whether an image in one row is rather written column by column, as MATLAB does.
    """
    if min(shape, default=0) <= 0:
        return ()
    if len(shape) == 2:
        rows = _in_rows(shape[1], 0, in_columns=in_columns)
        return rows + _in_rows(shape[0], 1, in_columns=in_columns)
    if len(shape) == 3:
        found = (_first(shape), _last(shape))
        return found[::-1] if shape[0] == shape[1] != shape[2] else found
    if len(shape) == 4:
        return _in_colours(shape)
    return ()


def is_flat_image(length: int) -> bool:
    """Whether so many numbers in a row are the pixels of a square, grey or in colour."""
    return bool(_in_rows(length, 0, in_columns=False))


def choose(
    file: str,
    shape: tuple[int, ...],
    said: Mapping[str, str],
    *,
    n_labels: int | None = None,
    in_columns: bool = False,
) -> tuple[Reading, tuple[Choice, ...]]:
    """The way to see images in an array that is said, or else the likeliest.

    Parameters
    ----------
    n_labels
        How many labels there are, if any; so many should be the images.

    Returns
    -------
    reading
    choices
        One if it was a guess, otherwise none.

    Raises
    ------
    InvalidDatasetError
        If there is none.
    """
    all_of_them = readings(shape, in_columns=in_columns)
    if not all_of_them:
        raise InvalidDatasetError(_no_images(file, shape), REMEDY)
    fitting = [r for r in all_of_them if shape[r.axis] == n_labels] or list(all_of_them)
    wanted = said.get(LAYOUT)
    if wanted is None:
        reading = fitting[0]
    else:
        known = {r.words: r for r in all_of_them}
        if wanted not in known:
            raise InvalidDatasetError(
                f"The images of {file} cannot be read as “{shown(wanted)}”.",
                f"They could be: {'; '.join(known)}.",
            )
        reading = known[wanted]
    is_plain = len(shape) == 3 and reading.axis == 0 and shape[0] != shape[1] == shape[2]
    if wanted is None and (len(fitting) == 1 or is_plain):
        return reading, ()
    options = tuple(r.words for r in all_of_them)
    return reading, (Choice(LAYOUT, "How images lie in the array", reading.words, options),)


def lay(file: str, array: NDArray[Any], reading: Reading, limits: Limits) -> NDArray[Any]:
    """See the images in an array, if they can be used at all.

    Raises
    ------
    InvalidDatasetError
        If they are too few or too many, too large, or no numbers.
    """
    if array.dtype.kind not in "biuf":
        raise InvalidDatasetError(
            f"The images of {file} are not all numbers.",
            "Save their values as whole or real numbers.",
        )
    check_number(file, array.shape[reading.axis], limits)
    height, width = reading.image[:2]
    if height * width > limits.pixels:
        raise InvalidDatasetError(
            f"The images of {file} have {height:,} × {width:,} pixels, and at most "
            f"{limits.pixels:,} in all can be used.",
            "Make them smaller.",
        )
    images = reading.lay(array)
    return images[..., 0] if images.ndim == 4 and images.shape[-1] == 1 else images


def check_number(file: str, n_items: int, limits: Limits) -> None:
    """See that there are neither too few images nor too many."""
    if n_items < 1:
        raise InvalidDatasetError(f"The file {file} holds no images.", "Choose another file.")
    if n_items < _FEWEST_ITEMS:
        raise InvalidDatasetError(
            f"The file {file} holds one image only.", "A set has two images or more."
        )
    if n_items > limits.items:
        raise InvalidDatasetError(
            f"The file {file} holds {n_items:,} images, and there can be {limits.items:,}.",
            "Leave out some images.",
        )


def _no_images(file: str, shape: tuple[int, ...]) -> str:
    if len(shape) == 2 and min(shape) > 0:
        return (
            f"The file {file} holds {shape[0]:,} rows of {shape[1]:,} numbers, and "
            f"{shape[1]:,} pixels make no square: these may be features, but images are needed."
        )
    if 0 in shape:
        return f"The file {file} holds no images: its array has the shape {shown_shape(shape)}."
    return f"The images of {file} have the shape {shown_shape(shape)}."


def _first(shape: tuple[int, ...]) -> Reading:
    return Reading("images × height × width", 0, shape[1:], _as_it_is)


def _last(shape: tuple[int, ...]) -> Reading:
    return Reading("height × width × images", 2, shape[:2], _last_first)


def _in_colours(shape: tuple[int, ...]) -> tuple[Reading, ...]:
    n, a, b, c = shape
    found = []
    if c in _COLOURS:
        words = "images × height × width × colours"
        found.append(Reading(words, 0, (a, b, c), _as_it_is))
    if a in _COLOURS:
        words = "images × colours × height × width"
        found.append(Reading(words, 0, (b, c, a), _colours_last))
    if b in _COLOURS:
        words = "height × width × colours × images"
        found.append(Reading(words, 3, (n, a, b), _last_first))
    return tuple(sorted(found, key=lambda reading: reading.image[0] != reading.image[1]))


def _in_rows(length: int, axis: int, *, in_columns: bool) -> tuple[Reading, ...]:
    """Ways to see an image in each row, or in each column where the images run along axis 1."""
    start = "" if axis == 0 else "one image a column, "
    side = isqrt(length)
    if length >= _FEWEST_PIXELS and side * side == length:
        ways = [("row by row", (side, side), (0, 1)), ("column by column", (side, side), (1, 0))]
        return tuple(
            Reading(f"{start}{side} × {side}, {words}", axis, (side, side), _Split(axis, *how))
            for words, *how in (reversed(ways) if in_columns else ways)
        )
    side = isqrt(length // 3)
    if length >= 3 * _FEWEST_PIXELS and 3 * side * side == length:
        apart, together = (3, side, side), (side, side, 3)
        return tuple(
            Reading(
                f"{start}{side} × {side} in colour, {words}",
                axis,
                (side, side, 3),
                _Split(axis, parts, order),
            )
            for words, parts, order in (
                ("one colour after the other", apart, (1, 2, 0)),
                ("the colours of each pixel together", together, (0, 1, 2)),
                ("one colour after the other, column by column", apart, (2, 1, 0)),
            )
        )
    return ()


@dataclass(frozen=True, slots=True)
class _Split:
    """Makes an image of each row: first into parts, whose order is then another."""

    axis: int
    parts: tuple[int, ...]
    order: tuple[int, ...]

    def __call__(self, array: NDArray[Any]) -> NDArray[Any]:
        rows = array if self.axis == 0 else array.T
        images = rows.reshape(len(rows), *self.parts)
        return images.transpose(0, *(place + 1 for place in self.order))


def _as_it_is(array: NDArray[Any]) -> NDArray[Any]:
    return array


def _last_first(array: NDArray[Any]) -> NDArray[Any]:
    return np.moveaxis(array, -1, 0)


def _colours_last(array: NDArray[Any]) -> NDArray[Any]:
    return np.moveaxis(array, 1, -1)
