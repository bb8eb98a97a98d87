"""Image sets in files of arrays (``.npz``), as numpy writes them with ``numpy.savez``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import PixelArray
from core.data.archive import MOST_BYTES, REMEDY, Archive, Head
from core.data.classes import read_classes
from core.data.dataset import Dataset
from core.errors import InvalidDatasetError

IMAGES: Final = ("images", "X", "x")
LABELS: Final = ("labels", "y", "target")
CLASSES: Final = ("class_names",)
FEATURES: Final = ("features", "embeddings")

_FEWEST: Final = 2
_COLOURS: Final = (3, 4)
_AT_A_TIME: Final = 2**22
"""Pixels that are turned into grey values at once."""

_LARGEST_FEATURE: Final = 1e15
"""Squares of distances stay far from the end of 32-bit numbers, 3.4e38."""


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
        features = _features(path.name, archive.array(*FEATURES), len(images))
    class_names, truth = read_classes(path.name, labels, names, len(images))
    is_digits = set(class_names) <= set("0123456789")
    return Dataset(
        title=path.stem,
        rows=np.arange(len(images), dtype=np.int64),
        images=images,
        features=images.reshape(len(images), -1) if features is None else features,
        class_names=class_names,
        truth=truth,
        question="Which digit is this?" if is_digits else "Which class is this?",
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


def _features(file: str, features: NDArray[Any] | None, n_items: int) -> NDArray[Any] | None:
    if features is None:
        return None
    if features.ndim != 2 or len(features) != n_items or features.shape[1] == 0:
        raise InvalidDatasetError(
            f"{file} holds {n_items:,} images and features of the shape {features.shape}.",
            "Each image needs one row of features.",
        )
    if features.dtype.kind not in "iuf":
        raise InvalidDatasetError(f"The features of {file} are not all numbers.", REMEDY)
    features = np.ascontiguousarray(features, dtype=_usual(features.dtype))
    most, least = features.max(axis=1).astype(float), features.min(axis=1).astype(float)
    odd = np.flatnonzero(~((most <= _LARGEST_FEATURE) & (least >= -_LARGEST_FEATURE)))
    if len(odd):
        raise InvalidDatasetError(
            f"The features of {file} are not all numbers of a usual size: those of image "
            f"{odd[0]:,} are not, and {len(odd):,} of {n_items:,} in all.",
            "Leave these images out, or make their features anew.",
        )
    return features


def _usual(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The same numbers as this machine has them, with the 32 or 64 bits of most programs."""
    if dtype.kind == "f" and dtype.itemsize not in {4, 8}:
        return np.dtype(np.float32 if dtype.itemsize < 4 else np.float64)
    return dtype.newbyteorder("=")
