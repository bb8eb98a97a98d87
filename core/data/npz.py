"""Image sets in files of arrays (``.npz``), as numpy writes them with ``numpy.savez``."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.arrays import IntArray, PixelArray
from core.data.dataset import Dataset
from core.errors import InvalidDatasetError

IMAGES: Final = ("images", "X", "x")
LABELS: Final = ("labels", "y", "target")
CLASSES: Final = "class_names"
FEATURES: Final = ("features", "embeddings")

_UNREADABLE: Final = (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error)
_REMEDY: Final = (
    "An image set is an .npz file with an array `images` of grey values, shape (items, height, "
    "width), and an array `labels` or `class_names`."
)


def read_arrays(path: Path) -> Dataset:
    """Read a whole image set.

    The file holds ``images`` (or ``X``), shape (n_items, height, width), grey values: whole numbers
    from 0 to 255, or real ones from 0 to 1; 0 is paper. It may hold ``labels`` (or ``y``), the
    true class of each item, as numbers or names. The classes a person can choose from are those of
    ``class_names``, or else all that occur among the labels. It may hold ``features`` (or
    ``embeddings``), shape (n_items, n_features), numbers such as those a network has made of the
    images; likeness is then judged by these, and otherwise by the pixels.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, or is not such a set.
    """
    try:
        # Never unpickled: a file may come from anywhere. Opened here, for numpy leaves open what it
        # cannot read.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            images = _images(path, _one_of(arrays, IMAGES))
            labels = _one_of(arrays, LABELS)
            names = _one_of(arrays, (CLASSES,))
            features = _features(path, _one_of(arrays, FEATURES), len(images))
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error
    class_names, truth = _classes(path, labels, names, len(images))
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


def count_items(path: Path) -> int:
    """The number of items, read from the head of the file alone.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, or has no images.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
            name = next((f"{one}.npy" for one in IMAGES if f"{one}.npy" in inside), None)
            if name is None:
                raise InvalidDatasetError(f"The file {path.name} holds no images.", _REMEDY)
            with archive.open(name) as member:
                version = npy.read_magic(member)
                read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                shape, _, _ = read(member)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error
    return int(shape[0]) if shape else 0


def _unreadable(path: Path, error: Exception) -> InvalidDatasetError:
    if isinstance(error, FileNotFoundError):
        return InvalidDatasetError(
            f"The image set {path.name} is not there any more.", "Put the file back in its place."
        )
    return InvalidDatasetError(f"The file {path.name} cannot be read ({error}).", _REMEDY)


def _one_of(arrays: Any, names: tuple[str, ...]) -> NDArray[Any] | None:  # noqa: ANN401 - numpy's file
    return next((np.asarray(arrays[name]) for name in names if name in arrays), None)


def _images(path: Path, images: NDArray[Any] | None) -> PixelArray:
    if images is None:
        raise InvalidDatasetError(f"The file {path.name} holds no images.", _REMEDY)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or min(images.shape) == 0:
        raise InvalidDatasetError(
            f"The images of {path.name} have the shape {images.shape}.", _REMEDY
        )
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind not in "iuf" or not np.isfinite(images).all():
        raise InvalidDatasetError(f"The images of {path.name} are not all numbers.", _REMEDY)
    most = 1 if images.dtype.kind == "f" and images.max() <= 1 else 255
    if images.min() < 0 or images.max() > most:
        raise InvalidDatasetError(
            f"The images of {path.name} have values from {images.min()} to {images.max()}.",
            "Grey values go from 0 to 255, or from 0 to 1.",
        )
    return np.round(images * (255 / most)).astype(np.uint8)


def _features(path: Path, features: NDArray[Any] | None, n_items: int) -> NDArray[Any] | None:
    if features is None:
        return None
    if features.ndim != 2 or len(features) != n_items or features.shape[1] == 0:
        raise InvalidDatasetError(
            f"{path.name} holds {n_items:,} images and features of the shape {features.shape}.",
            "Each image needs one row of features.",
        )
    if features.dtype.kind not in "iuf":
        raise InvalidDatasetError(f"The features of {path.name} are not all numbers.", _REMEDY)
    return features


def _classes(
    path: Path, labels: NDArray[Any] | None, names: NDArray[Any] | None, n_items: int
) -> tuple[tuple[str, ...], IntArray | None]:
    if labels is not None and labels.shape != (n_items,):
        raise InvalidDatasetError(
            f"{path.name} holds {n_items:,} images and labels of the shape {labels.shape}.",
            "Each image needs one label.",
        )
    if labels is not None and labels.dtype.kind not in "iuUS":
        raise InvalidDatasetError(
            f"The labels of {path.name} are neither whole numbers nor names.", _REMEDY
        )
    if names is None and labels is None:
        raise InvalidDatasetError(f"{path.name} does not say which classes there are.", _REMEDY)
    told = None if labels is None else np.array([_text(label) for label in labels.tolist()])
    if names is not None:
        class_names = tuple(_text(name) for name in names.ravel().tolist())
        # Whole numbers are indices into the names.
        if labels is not None and labels.dtype.kind in "iu":
            if labels.min() < 0 or labels.max() >= len(class_names):
                raise InvalidDatasetError(
                    f"The labels of {path.name} go from {labels.min()} to {labels.max()}, and "
                    f"there are {len(class_names)} class names.",
                    "Labels count the class names from 0.",
                )
            return class_names, labels.astype(np.int64)
    else:
        assert labels is not None
        class_names = tuple(_text(label) for label in np.unique(labels).tolist())
    if told is None:
        return class_names, None
    place = {name: index for index, name in enumerate(class_names)}
    strangers = sorted(set(told.tolist()) - set(place))
    if strangers:
        raise InvalidDatasetError(
            f"“{strangers[0]}” is a label of {path.name} and not one of its class names.",
            "Add it to the class names.",
        )
    return class_names, np.array([place[name] for name in told.tolist()], dtype=np.int64)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
