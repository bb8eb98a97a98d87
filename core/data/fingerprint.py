"""Names for contents: what an image is called by its pixels, and a set by all that is in it.

An image has the same name in whichever file and at whichever place it stands. Features, labels and
class names are no part of it: made anew, they leave the image what it was.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import PixelArray, freeze
from core.data.dataset import Dataset
from core.jobs.progress import Progress, silent

_BYTES: Final = 16
_AT_A_TIME: Final = 20_000
"""Images between two looks at whether the work is still wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What a data set holds, by name: small enough to be kept when the set itself is not.

    Attributes
    ----------
    fingerprint
        A name for all that the set says, and the order it says it in: 32 hexadecimal digits.
    names : (n_items, 2), uint64
        The name of each image, in the order of the set.
    height, width
        Of all images, in pixels; both 0 where they differ in size.
    class_names
        As the set has them.
    """

    fingerprint: str
    names: NDArray[np.uint64]
    height: int
    width: int
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def n_items(self) -> int:
        """The number of images."""
        return len(self.names)

    def name(self, row: int) -> str:
        """The name of the image at a row of the set, as :func:`image_name` gives it."""
        return _spelled(self.names[row])


def image_name(image: PixelArray) -> str:
    """The name of an image, shape (height, width): 32 hexadecimal digits.

    The same bytes in another shape are another image.
    """
    return _spelled(image_names(image[np.newaxis]))


def as_array(names: Iterable[str]) -> NDArray[np.uint64]:
    """Names of images as :class:`Contents` keeps them, shape (n_names, 2)."""
    return np.frombuffer(bytes.fromhex("".join(names)), dtype=np.uint64).reshape(-1, 2)


def contents_of(dataset: Dataset, progress: Progress = silent) -> Contents:
    """Name all that a whole data set holds. A second or two for a million images.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    names = image_names(dataset.pixels, progress)
    features = dataset.features if dataset.has_own_features else None
    fingerprint = fingerprint_of(dataset.class_names, names, features, dataset.truth)
    height, width = dataset.pixels.shape[1:3]
    return Contents(fingerprint, names, height, width, dataset.class_names)


def fingerprint_of(class_names: Iterable[str], *arrays: NDArray[Any] | None) -> str:
    """A name for some classes and arrays: 32 hexadecimal digits."""
    digest = blake2b(json.dumps(list(class_names)).encode(), digest_size=_BYTES)
    for array in arrays:
        if array is None:
            digest.update(b"none")
        else:
            digest.update(f"{array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def file_name(content: bytes) -> bytes:
    """The name of an image by the bytes of its file: 16 bytes."""
    return blake2b(content, digest_size=_BYTES).digest()


def image_names(images: PixelArray, progress: Progress = silent) -> NDArray[np.uint64]:
    """The names of images by their pixels, shape (n_items, 2).

    Parameters
    ----------
    images : (n_items, height, width) or (n_items, height, width, 3), uint8
    """
    n_items, *sides = images.shape
    size = math.prod(sides)
    pixels = np.ascontiguousarray(images).reshape(-1).data
    begun = blake2b(repr(tuple(sides)).encode(), digest_size=_BYTES)
    names = bytearray()
    for start in range(0, n_items, _AT_A_TIME):
        progress("Reading images", start / n_items)
        for item in range(start, min(start + _AT_A_TIME, n_items)):
            digest = begun.copy()
            digest.update(pixels[item * size : (item + 1) * size])
            names += digest.digest()
    return np.frombuffer(bytes(names), dtype=np.uint64).reshape(-1, 2)


def _spelled(name: NDArray[np.uint64]) -> str:
    spelled: str = name.tobytes().hex()
    return spelled
