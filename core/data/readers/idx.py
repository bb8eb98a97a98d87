"""IDX files, the format of MNIST: images in one file and their labels in another beside it."""

from __future__ import annotations

import gzip
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from core.data.archive import (
    GZIP,
    MOST_BYTES,
    Head,
    fill,
    in_words,
    mapped,
    open_regular,
    shown_shape,
    too_large,
)
from core.data.classes import shown
from core.data.readers.arrays import found_as
from core.data.readers.found import Choice, Found, Limits
from core.data.readers.layout import check_number, choose, lay
from core.data.readers.mapping import SEPARATORS, mapped_classes, read_mapping
from core.data.readers.values import joined_labels, one_each
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

REMEDY: Final = (
    "Get the file anew: IDX files have names such as train-images-idx3-ubyte and "
    "train-labels-idx1-ubyte, and may be packed with gzip."
)
TURNED: Final = "turned"
"""The key of a choice: whether rows and columns of the images have changed places."""

_ANSWERS: Final = ("no", "yes")
_TYPES: Final = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST_AXES: Final = 8
_MOST_DEFLATED: Final = 1032
"""Bytes that deflating can make one byte of, at the very most."""

_CALLED_SO: Final = re.compile(r"idx|ubyte")
_IMAGES: Final = re.compile(r"images?|imgs")
_LABELS: Final = re.compile(r"labels?")
_PART: Final = re.compile(r"train|t10k|test|valid|val")
_OTHER: Final = re.compile(r"(idx\d?|ubyte|byte|images?|imgs|labels?|train|t10k|test|valid|val)")
_SPLITS: Final = {"train": "train", "valid": "val", "val": "val", "t10k": "test", "test": "test"}


@dataclass(frozen=True, slots=True)
class IdxPart:
    """The files of one part of a set.

    Attributes
    ----------
    base
        What the set is called by the names of its files: "emnist letters"; may be empty.
    split
        "train", "test", "val", or empty.
    images, labels
        Names of files; no labels may be there.
    """

    base: str
    split: str
    images: str
    labels: str | None


def find_idx(names: Iterable[str]) -> tuple[IdxPart, ...]:
    """The images among the files of a folder that are called as IDX files are, with their labels.

    Parameters
    ----------
    names
        Of the files, without folders.
    """
    images: dict[tuple[str, str], str] = {}
    labels: dict[tuple[str, str], str] = {}
    for name in sorted(names):
        lower = name.lower().removesuffix(".gz")
        if not _CALLED_SO.search(lower):
            continue
        part = _PART.search(lower)
        base = SEPARATORS.sub(" ", _OTHER.sub("", lower)).strip()
        key = base, _SPLITS[part[0]] if part else ""
        if _LABELS.search(lower):
            labels.setdefault(key, name)
        elif _IMAGES.search(lower):
            images.setdefault(key, name)
    order = [*dict.fromkeys(_SPLITS.values()), ""]
    parts = [IdxPart(*key, name, labels.get(key)) for key, name in images.items()]
    return tuple(sorted(parts, key=lambda part: (part.base, order.index(part.split))))


def is_idx(start: bytes) -> bool:
    """Whether a file that begins with these bytes is an IDX file."""
    return (
        len(start) >= 4
        and start[:2] == b"\0\0"
        and start[2] in _TYPES
        and 1 <= start[3] <= _MOST_AXES
    )


def read_idx(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read images and the labels beside them; or of a folder, all parts of a set.

    Parameters
    ----------
    path
        The file of the images, or of their labels; or the folder of both.

    Raises
    ------
    InvalidDatasetError
        If a file is missing, damaged, or no such file.
    """
    with in_words(path.name, REMEDY):
        folder = path if path.is_dir() else path.parent
        parts = find_idx(entry.name for entry in folder.iterdir())
        parts, choices, notes = (
            _one_set(path.name, parts, said) if folder == path else _of_file(path, parts)
        )
        heads = [_head(folder / part.images) for part in parts]
        numbers = [head.shape[0] for head in heads]
        shape = _shape(parts, heads)
        check_number(path.name, shape[0], limits)
        reading, layouts = choose(path.name, shape, said, n_labels=shape[0])
        labels, names = _classes(folder, parts, numbers, limits)
        progress("Reading the images", 0.0)
        images = lay(path.name, _joined(folder, parts, heads, limits), reading, limits)
        turned = said.get(TURNED, "yes" if "emnist" in parts[0].images.lower() else "no")
        if turned not in _ANSWERS:
            raise InvalidDatasetError(
                f"Images of {path.name} lie on their side, or they do not.", "Say yes or no."
            )
    splits = [part.split for part, n in zip(parts, numbers, strict=True) for _ in range(n)]
    found = found_as(
        path,
        "images in IDX files",
        images.swapaxes(1, 2) if turned == "yes" else images,
        progress,
        choices=(
            *choices,
            *layouts,
            Choice(TURNED, "Images lie on their side", turned, _ANSWERS),
        ),
        labels=labels,
        names=names,
        splits=splits if any(splits) else None,
    )
    return replace(found, notes=notes + found.notes)


def _one_set(
    folder: str, parts: tuple[IdxPart, ...], said: Mapping[str, str]
) -> tuple[tuple[IdxPart, ...], tuple[Choice, ...], tuple[str, ...]]:
    """Of all sets in a folder the one that is said, or else the first."""
    if not parts:
        raise InvalidDatasetError(f"The folder {folder} holds no images in IDX files.", REMEDY)
    bases = tuple(dict.fromkeys(part.base for part in parts))
    wanted = said.get("images", bases[0])
    if wanted not in bases:
        raise InvalidDatasetError(
            f"The folder {folder} holds no set “{shown(wanted)}”.",
            f"Its sets are: {', '.join(shown(base) for base in bases)}.",
        )
    choices = (Choice("images", "Set of images", wanted, bases),) if len(bases) > 1 else ()
    return tuple(part for part in parts if part.base == wanted), choices, ()


def _of_file(
    path: Path, parts: tuple[IdxPart, ...]
) -> tuple[tuple[IdxPart, ...], tuple[Choice, ...], tuple[str, ...]]:
    """The part that a file belongs to, and what is to be said of the others."""
    part = next((part for part in parts if path.name in {part.images, part.labels}), None)
    if part is None:
        if len(_head(path).shape) == 1:
            other = re.sub("label", "image", path.name, flags=re.IGNORECASE).replace("idx1", "idx3")
            missing = f"the file {shown(other)}" if other != path.name else "that of the images"
            raise InvalidDatasetError(
                f"{path.name} holds labels only, and {missing} is not beside it.",
                "Put the images and their labels into one folder.",
            )
        part = IdxPart("", "", path.name, None)
    others = [other.images for other in parts if other.base == part.base and other != part]
    notes = tuple(f"{shown(o)} lies beside it: open the folder to take both." for o in others)
    return (part,), (), notes


def _shape(parts: Sequence[IdxPart], heads: Sequence[Head]) -> tuple[int, ...]:
    """The shape of the images of all parts together."""
    first = heads[0]
    for part, head in zip(parts, heads, strict=True):
        if len(head.shape) < 2:
            raise InvalidDatasetError(f"{part.images} holds labels and no images.", REMEDY)
        if (head.shape[1:], head.dtype) != (first.shape[1:], first.dtype):
            raise InvalidDatasetError(
                f"The images of {part.images} have the shape {shown_shape(head.shape)}, and those "
                f"of {parts[0].images} {shown_shape(first.shape)}.",
                "Use files of the same set.",
            )
    return sum(head.shape[0] for head in heads), *first.shape[1:]


def _classes(
    folder: Path, parts: Sequence[IdxPart], numbers: Sequence[int], limits: Limits
) -> tuple[NDArray[Any] | None, NDArray[Any] | None]:
    """The labels of all parts, and the class names that they count if they are told."""
    told = []
    for part, n in zip(parts, numbers, strict=True):
        labels = None
        if part.labels is not None:
            labels = one_each(part.labels, _values(folder / part.labels, limits), n)
        told.append((labels, n))
    labels = joined_labels(told)
    mapping = read_mapping(folder, parts[0].base)
    if labels is None or mapping is None:
        return labels, None
    return mapped_classes(parts[0].labels or parts[0].images, labels, mapping)


def _joined(
    folder: Path, parts: Sequence[IdxPart], heads: Sequence[Head], limits: Limits
) -> NDArray[Any]:
    """The images of all parts; those of a single file that is not packed stay on the disk."""
    if len(parts) == 1:
        return _values(folder / parts[0].images, limits)
    n_bytes = sum(head.n_bytes for head in heads)
    most = min(MOST_BYTES, limits.n_bytes)
    if n_bytes > most:
        raise too_large(folder.name, n_bytes, most)
    room = np.empty((sum(h.shape[0] for h in heads), *heads[0].shape[1:]), heads[0].dtype)
    at = 0
    for part, head in zip(parts, heads, strict=True):
        _fill(folder / part.images, head, room[at : at + head.shape[0]])
        at += head.shape[0]
    return room


def _values(path: Path, limits: Limits) -> NDArray[Any]:
    head = _head(path)
    most = limits.n_bytes if _is_raw(path) else min(MOST_BYTES, limits.n_bytes)
    if head.n_bytes > most:
        raise too_large(path.name, head.n_bytes, most)
    if _is_raw(path):
        with in_words(path.name, REMEDY), open_regular(path) as file:
            return mapped(file, head)
    values: NDArray[Any] = np.empty(head.shape, head.dtype)
    _fill(path, head, values)
    return values


def _fill(path: Path, head: Head, values: NDArray[Any]) -> None:
    with _opened(path) as file:
        file.seek(head.start)
        fill(file, values, head.n_bytes)
        # The checksum of a packed file is compared where it ends.
        if file.read(1):
            raise ValueError("it holds more than it says")


def _is_raw(path: Path) -> bool:
    with in_words(path.name, REMEDY), open_regular(path) as file:
        return file.read(2) != GZIP


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, and unpack it on the way if it is packed."""
    with in_words(path.name, REMEDY), open_regular(path) as raw:
        if raw.read(2) != GZIP:
            raw.seek(0)
            yield raw
            return
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) as file:
            yield cast("IO[bytes]", file)


def _head(path: Path) -> Head:
    """What a file says of its values, compared with what is there."""
    with _opened(path) as file:
        size = path.stat().st_size
        start = file.read(4)
        if not is_idx(start):
            raise InvalidDatasetError(f"The file {path.name} is no IDX file.", REMEDY)
        numbers = file.read(4 * start[3])
        shape = struct.unpack(f">{start[3]}I", numbers)
        head = Head(shape, np.dtype(_TYPES[start[2]]), start=4 + len(numbers))
        most = size - head.start if _is_raw(path) else _MOST_DEFLATED * size
    if head.n_bytes > most:
        raise InvalidDatasetError(
            f"The file {path.name} claims the shape {shown_shape(shape)}, but its values are "
            "missing.",
            REMEDY,
        )
    if most == size - head.start > head.n_bytes:
        raise InvalidDatasetError(
            f"The file {path.name} is longer than its shape {shown_shape(shape)} says.", REMEDY
        )
    return head
