"""Which classes a set has, and the true class of each item where it is known."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from math import isnan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray
from core.config import LONGEST_CLASS_NAME
from core.data.archive import REMEDY
from core.errors import InvalidDatasetError
from core.wording import is_hidden

MOST_CLASSES: Final = 1_000
"""A distribution over all classes is kept for each item."""

_NOT_KNOWN: Final = frozenset({"", "-1", "nan"})
"""How files say that nobody knows the class of an item."""

_TYPED: Final = "the list"

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


def read_classes(
    file: str, labels: NDArray[Any] | None, names: NDArray[Any] | None, n_items: int
) -> tuple[tuple[str, ...], IntArray | None]:
    """Make sense of a set's labels and class names.

    Parameters
    ----------
    file
        What the set is called in errors.
    labels : (n_items,) or (n_items, 1)
        Names; or whole numbers, which count the names if there are any. ``-1``, an empty name and
        nan say that the class is not known.
    names : (n_classes,)
        None or empty: the classes are all that occur among the labels.

    Returns
    -------
    class_names
        At most 1,000, none of them twice.
    truth : (n_items,), int64, or None
        Indices into the names, ``UNLABELLED`` where the class is not known; None if none is.

    Raises
    ------
    InvalidDatasetError
        If they do not fit together, or a name cannot be used.
    """
    class_names = (
        () if names is None or names.size == 0 else _texts(file, "class names", names.ravel())
    )
    _check_number(file, len(class_names))
    _check_names(file, class_names)
    if labels is None:
        if not class_names:
            raise InvalidDatasetError(f"{file} does not say which classes there are.", REMEDY)
        return class_names, None
    values, which = _distinct(file, labels, n_items)
    _check_number(file, len(values))
    told = _texts(file, "labels", values)
    if class_names and values.dtype.kind in "iuf":
        return class_names, _known(_counting(file, told, class_names)[which])
    known = [text for text in told if text in class_names or is_known(text)]
    if not class_names:
        if not known:
            raise InvalidDatasetError(f"{file} does not say which classes there are.", REMEDY)
        _check_names(file, dict.fromkeys(known))
        class_names = tuple(sorted(dict.fromkeys(known), key=_in_order))
    strangers = sorted(set(known) - set(class_names))
    if strangers:
        raise InvalidDatasetError(
            f"“{shown(strangers[0])}” is a label of {file} and not one of its class names.",
            "Add it to the class names.",
        )
    place = {name: index for index, name in enumerate(class_names)}
    indices = np.array([place.get(text, UNLABELLED) for text in told], dtype=np.int64)
    return class_names, _known(indices[which])


def is_known(name: str) -> bool:
    """Whether a label in a file says what an item is, where no class there is called like that."""
    return name.strip() not in _NOT_KNOWN


def typed_classes(lines: Iterable[str]) -> tuple[str, ...]:
    """Class names that a person has typed, without spaces around them and without empty ones.

    Raises
    ------
    InvalidDatasetError
        If one cannot be used, is there twice, or there are too many.
    """
    names = tuple(name for line in lines if (name := " ".join(line.split())))
    _check_number(_TYPED, len(names))
    _check_names(_TYPED, names)
    return names


def shown(name: str) -> str:
    """A name in an error: not all of a long one, and none of the signs that cannot be seen."""
    seen = "".join(sign for sign in name if sign.isprintable())
    return seen if len(seen) <= 40 else f"{seen[:40]}…"


def _distinct(
    file: str, labels: NDArray[Any], n_items: int
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The values that occur, and the index of each item's."""
    if labels.shape not in {(n_items,), (n_items, 1)}:
        raise InvalidDatasetError(
            f"{file} holds {n_items:,} images and labels of the shape {labels.shape}.",
            "Each image needs one label.",
        )
    kind = labels.dtype.kind
    if kind not in "iufUS" or (kind == "f" and not _are_whole(labels[~np.isnan(labels)])):
        raise InvalidDatasetError(
            f"The labels of {file} are neither whole numbers nor names.", REMEDY
        )
    values, which = np.unique(labels.ravel(), return_inverse=True)
    return values, which


def _are_whole(numbers: NDArray[Any]) -> bool:
    return bool(np.isfinite(numbers).all() and (np.trunc(numbers) == numbers).all())


def _texts(file: str, what: str, values: NDArray[Any]) -> tuple[str, ...]:
    """Each value as text; whole numbers of a real type are written as whole numbers."""
    if values.dtype.kind not in "iufUS" or (what != "labels" and values.dtype.kind == "f"):
        raise InvalidDatasetError(f"The {what} of {file} are not names.", REMEDY)
    try:
        return tuple(_text(value) for value in values.tolist())
    # Of numbers that stand for no letter at all.
    except (ValueError, SystemError) as error:
        raise InvalidDatasetError(f"The {what} of {file} are not text.", REMEDY) from error


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(int(value)) if isinstance(value, float) and not isnan(value) else str(value)


def _counting(file: str, told: Sequence[str], class_names: Sequence[str]) -> IntArray:
    """Labels that count the class names."""
    numbers = [UNLABELLED if text in _NOT_KNOWN else int(text) for text in told]
    least, most = min(numbers), max(numbers)
    if least < UNLABELLED or most >= len(class_names):
        raise InvalidDatasetError(
            f"The labels of {file} go from {least} to {most}, and there are "
            f"{len(class_names)} class names.",
            "Labels count the class names from 0; -1 stands for a class that is not known.",
        )
    return np.array(numbers, dtype=np.int64)


def _known(truth: IntArray) -> IntArray | None:
    return truth if (truth != UNLABELLED).any() else None


def _in_order(name: str) -> tuple[bool, int, str]:
    """Numbers by their size, before all other names."""
    is_number = name.removeprefix("-").isdecimal() and name.isascii()
    return not is_number, int(name) if is_number else 0, name


def _check_number(file: str, n_classes: int) -> None:
    if n_classes > MOST_CLASSES:
        raise InvalidDatasetError(
            f"{file} has {n_classes:,} classes, and there can be {MOST_CLASSES:,}.",
            "Merge similar classes.",
        )


def _check_names(file: str, names: Iterable[str]) -> None:
    """See that each name can be read, told from the others, and sent by a browser."""
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        if all(unicodedata.category(sign) in _UNSEEN for sign in name):
            raise InvalidDatasetError(
                f"Class name {number} of {file} is empty.", "Give it a name, or leave it out."
            )
        odd = next((sign for sign in name if is_hidden(sign)), "")
        if odd:
            raise InvalidDatasetError(
                f"Class name {number} of {file}, “{shown(name)}”, contains a character "
                f"that cannot be seen (U+{ord(odd):04X}).",
                "Take it out of the name.",
            )
        if len(name) > LONGEST_CLASS_NAME:
            raise InvalidDatasetError(
                f"Class name {number} of {file}, “{shown(name)}”, has {len(name):,} characters.",
                f"Shorten it to {LONGEST_CLASS_NAME}.",
            )
        # Two that look the same are the same to a person.
        alike = unicodedata.normalize("NFC", name)
        if alike in seen:
            raise InvalidDatasetError(
                f"Two classes of {file} have the name “{shown(name)}”.",
                "Give each class a name of its own.",
            )
        seen.add(alike)
