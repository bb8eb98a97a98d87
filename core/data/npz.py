"""Image sets in files of arrays (``.npz``), as numpy writes them with ``numpy.savez``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import PixelArray
from core.data.archive import MOST_BYTES, REMEDY, Archive, Head
from core.data.classes import read_classes
from core.data.dataset import Dataset, question_for
from core.data.features import usable_features
from core.errors import InvalidDatasetError

IMAGES: Final = ("images", "X", "x")
LABELS: Final = ("labels", "y", "target")
CLASSES: Final = ("class_names",)
FEATURES: Final = ("features", "embeddings")

_FEWEST: Final = 2
_COLOURS: Final = (3, 4)
_AT_A_TIME: Final = 2**22
"""Pixels that are turned into grey values at once."""


def read_arrays(path: Path, *, most_bytes: int = MOST_BYTES) -> Dataset:
    """Read a whole image set.

    The file holds ``images`` (or ``X``), shape (n_items, height, width), grey values: whole numbers
    from 0 to 255, or real ones from 0 to 1; 0 is paper. It may hold ``labels`` (or ``y``), the
    true class of each item, as numbers or names; ``-1``, nan and an empty name stand where it is
    not known. The classes a person can choose from are those of ``class_names``, or else all that
    occur among the labels. It may hold ``features`` (or ``embeddings``), shape (n_items,
    n_features), numbers such as those a network has made of the images; similarity is then measured
    by these, and otherwise by the pixels.

    Parameters
    ----------
    most_bytes
        How large its arrays may be together.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, or is not such a set.
    """
    with Archive(path, most_bytes=most_bytes) as archive:
        _head_of(archive)
        images = _images(path.name, archive.array(*IMAGES))
        labels = archive.array(*LABELS)
        names = archive.array(*CLASSES)
        told = archive.array(*FEATURES)
        features = None if told is None else usable_features(path.name, told, len(images))
    class_names, truth = read_classes(path.name, labels, names, len(images))
    return Dataset(
        title=path.stem,
        rows=np.arange(len(images), dtype=np.int64),
        images=images,
        features=images.reshape(len(images), -1) if features is None else features,
        class_names=class_names,
        truth=truth,
        question=question_for(class_names),
        has_own_features=features is not None,
    )


def measure(path: Path) -> tuple[int, int]:
    """The number of items, and the bytes of their images, read from the head of the file alone.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, or has no images.
    """
    with Archive(path) as archive:
        head = _head_of(archive)
        return head.shape[0], head.n_bytes


def _head_of(archive: Archive) -> Head:
    """The head of the images, if there are any to speak of."""
    head = archive.head(*IMAGES)
    if head is None:
        raise archive.refusal(f"The file {archive.name} holds no images.")
    shape = head.shape
    if len(shape) == 4 and shape[-1] == 1:
        shape = shape[:-1]
    if len(shape) == 4 and shape[-1] in _COLOURS and min(shape) > 0:
        raise InvalidDatasetError(
            f"The images of {archive.name} are in colour: they have the shape {head.shape}.",
            "Make them grey, for instance with images.mean(axis=-1).",
        )
    if len(shape) != 3 or min(shape) == 0:
        raise archive.refusal(f"The images of {archive.name} have the shape {head.shape}.")
    if shape[0] < _FEWEST:
        raise InvalidDatasetError(
            f"The file {archive.name} holds one image only.", "A set has two images or more."
        )
    return head


def _images(file: str, images: NDArray[Any] | None) -> PixelArray:
    assert images is not None, "its head has been read"
    if images.ndim == 4:
        images = images[..., 0]
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images)
    if images.dtype.kind == "b":
        return images.astype(np.uint8) * np.uint8(255)
    if images.dtype.kind not in "iuf":
        raise InvalidDatasetError(f"The images of {file} are not all numbers.", REMEDY)
    least, most = images.min(), images.max()
    if not (np.isfinite(least) and np.isfinite(most)):
        raise InvalidDatasetError(f"The images of {file} are not all numbers.", REMEDY)
    full = 1 if images.dtype.kind == "f" and most <= 1 else 255
    if least < 0 or most > full:
        raise InvalidDatasetError(
            f"The images of {file} have values from {least} to {most}.",
            "Grey values go from 0 to 255, or from 0 to 1.",
        )
    grey = np.empty(images.shape, dtype=np.uint8)
    step = max(1, _AT_A_TIME // (images.shape[1] * images.shape[2]))
    for start in range(0, len(images), step):
        some = images[start : start + step].astype(np.float64)
        grey[start : start + step] = np.round(some * (255 / full))
    return grey
