"""What a set in an array tells: images that are numbers, and the classes of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, BoolArray, IntArray
from core.data.classes import MOST_CLASSES, read_classes
from core.data.readers.found import BadImageError
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress
from core.wording import counted

LABELS_REMEDY: Final = (
    "Give each image one label: its class as a whole number or a name, or a row with a single 1."
)
_AT_A_TIME: Final = 2**22
_UNKNOWN: Final = frozenset({"", "-1", "nan"})


@dataclass(frozen=True, slots=True)
class Values:
    """Images in an array, of which some may be no numbers.

    Attributes
    ----------
    array
        None if some cannot be used.
    original
        Reads one image.
    notes
        How many cannot be used, if any.
    """

    array: NDArray[Any] | None
    original: Callable[[int], NDArray[Any]]
    notes: tuple[str, ...] = ()


def usable_values(file: str, images: NDArray[Any], progress: Progress) -> Values:
    """Look for images with values that are no numbers.

    Raises
    ------
    InvalidDatasetError
        If all have some.
    """
    if images.dtype.kind != "f":
        return Values(images, images.__getitem__)
    is_good = _finite(images, progress)
    n_bad = int((~is_good).sum())
    if n_bad == 0:
        return Values(images, images.__getitem__)
    if n_bad == len(images):
        raise InvalidDatasetError(
            f"All images of {file} have values that are no numbers (nan or inf).",
            "Save them without such values.",
        )

    def original(index: int) -> NDArray[Any]:
        if not is_good[index]:
            raise BadImageError(
                f"Image {index:,} of {file} has values that are no numbers (nan or inf).",
                "Save it without such values, or leave it out.",
            )
        image: NDArray[Any] = images[index]
        return image

    note = f"{counted(n_bad, 'image')} with values that are no numbers cannot be used."
    return Values(None, original, (note,))


def told_classes(
    file: str, labels: NDArray[Any] | None, names: NDArray[Any] | None, n_items: int
) -> tuple[tuple[str, ...], IntArray | None]:
    """Which classes there are, and that of each image, if anything is told at all.

    Parameters
    ----------
    labels : (n_items,), (n_items, 1) or (n_items, n_classes)
        Whole numbers or names; or rows with a single 1 among zeros.

    Raises
    ------
    InvalidDatasetError
        If it makes no sense.
    """
    has_names = names is not None and names.size > 0
    if labels is not None:
        labels = one_each(file, labels, n_items)
        if labels.dtype.kind == "b":
            labels = labels.astype(np.int64) if has_names else labels.astype(str)
        if not _any_known(labels) and not has_names:
            labels = None
    if labels is None and not has_names:
        return (), None
    return read_classes(file, labels, names, n_items)


def one_each(file: str, labels: NDArray[Any], n_items: int) -> NDArray[Any]:
    """Labels as one row of values, whatever shape they came in."""
    if labels.ndim == 2 and labels.shape in {(n_items, 1), (1, n_items)}:
        return labels.reshape(-1)
    if labels.ndim == 2 and len(labels) == n_items and labels.shape[1] > 1:
        return _from_rows(file, labels)
    if labels.shape != (n_items,):
        raise InvalidDatasetError(
            f"{file} holds {n_items:,} images and labels of the shape {labels.shape}.",
            "Each image needs one label.",
        )
    return labels


def joined_labels(parts: Sequence[tuple[NDArray[Any] | None, int]]) -> NDArray[Any] | None:
    """The labels of several parts, each None or so many; unknown where a part has none."""
    known = [labels for labels, _ in parts if labels is not None]
    if not known:
        return None
    is_text = any(labels.dtype.kind in "US" for labels in known)
    if is_text:
        return np.concatenate(
            [np.full(n, "") if labels is None else _as_text(labels) for labels, n in parts]
        )
    unknown = np.int64(UNLABELLED)
    return np.concatenate(
        [np.full(n, unknown) if labels is None else labels for labels, n in parts]
    )


def _as_text(labels: NDArray[Any]) -> NDArray[Any]:
    return (
        np.char.decode(labels, "utf-8", "replace")
        if labels.dtype.kind == "S"
        else (labels.astype(str))
    )


def _from_rows(file: str, rows: NDArray[Any]) -> NDArray[Any]:
    """The places of the ones in rows that hold a single 1 each."""
    if rows.shape[1] > MOST_CLASSES:
        raise InvalidDatasetError(
            f"{file} has {rows.shape[1]:,} columns of labels, and there can be "
            f"{MOST_CLASSES:,} classes.",
            LABELS_REMEDY,
        )
    if rows.dtype.kind not in "biuf" or not ((rows == 0) | (rows == 1)).all():
        raise InvalidDatasetError(
            f"{file} has labels of the shape {rows.shape}, which are not rows of 0 and 1.",
            LABELS_REMEDY,
        )
    ones = (rows == 1).sum(axis=1)
    if (ones != 1).any():
        odd = int(np.flatnonzero(ones != 1)[0])
        raise InvalidDatasetError(
            f"{file} has several labels for an image, or none: image {odd:,} has "
            f"{int(ones[odd]):,}.",
            LABELS_REMEDY,
        )
    places: IntArray = np.argmax(rows == 1, axis=1).astype(np.int64)
    return places


def _any_known(labels: NDArray[Any]) -> bool:
    if labels.dtype.kind in "US":
        return any(str(text).strip() not in _UNKNOWN for text in np.unique(_as_text(labels)))
    if labels.dtype.kind == "f":
        return bool((~np.isnan(labels) & (labels != UNLABELLED)).any())
    return labels.dtype.kind not in "iu" or bool((labels != UNLABELLED).any())


def _finite(images: NDArray[Any], progress: Progress) -> BoolArray:
    is_good = np.empty(len(images), dtype=np.bool_)
    step = max(1, _AT_A_TIME // max(1, images[0].size))
    for start in range(0, len(images), step):
        some = images[start : start + step]
        is_good[start : start + step] = np.isfinite(some.reshape(len(some), -1)).all(axis=1)
        progress("Looking at the values", min(1.0, (start + step) / len(images)))
    return is_good
