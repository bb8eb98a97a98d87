"""Features that come with images, such as embeddings: numbers of a usual size, one row an image."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import BoolArray
from core.data.archive import REMEDY
from core.errors import InvalidDatasetError

_LARGEST: Final = 1e15
"""Squares of distances stay far from the end of 32-bit numbers, 3.4e38."""


def usable_features(file: str, features: NDArray[Any], n_items: int) -> NDArray[Any]:
    """Features as this machine computes with them.

    Parameters
    ----------
    file
        What the set is called in errors.
    features : (n_items, n_features)
        As they were read.

    Raises
    ------
    InvalidDatasetError
        If they do not fit the images, or are not all numbers of a usual size.
    """
    if features.ndim != 2 or len(features) != n_items or features.shape[1] == 0:
        raise InvalidDatasetError(
            f"{file} holds {n_items:,} images and features of the shape {features.shape}.",
            "Each image needs one row of features.",
        )
    if features.dtype.kind not in "iuf":
        raise InvalidDatasetError(f"The features of {file} are not all numbers.", REMEDY)
    features = np.ascontiguousarray(features, dtype=_usual(features.dtype))
    odd = np.flatnonzero(~are_usual(features))
    if len(odd):
        raise InvalidDatasetError(
            f"The features of {file} are not all numbers of a usual size: those of image "
            f"{odd[0]:,} are not, and {len(odd):,} of {n_items:,} in all.",
            "Leave these images out, or make their features anew.",
        )
    return features


def are_usual(features: NDArray[Any]) -> BoolArray:
    """Which rows of features are all numbers of a usual size, (n_items,)."""
    most, least = features.max(axis=1).astype(float), features.min(axis=1).astype(float)
    are: BoolArray = (most <= _LARGEST) & (least >= -_LARGEST)
    return are


def _usual(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The same numbers as this machine has them, with the 32 or 64 bits of most programs."""
    if dtype.kind == "f" and dtype.itemsize not in {4, 8}:
        return np.dtype(np.float32 if dtype.itemsize < 4 else np.float64)
    return dtype.newbyteorder("=")
