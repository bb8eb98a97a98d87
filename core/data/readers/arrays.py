"""Arrays in files: NumPy's ``.npz`` and ``.npy``, and whatever else holds arrays by name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.data.archive import (
    MOST_BYTES,
    REMEDY,
    Archive,
    Head,
    NotPlainError,
    in_words,
    mapped,
    open_regular,
    read_head,
    too_large,
)
from core.data.features import usable_features
from core.data.readers.found import Choice, Found, Limits
from core.data.readers.layout import Reading, choose, lay
from core.data.readers.roles import Part, Roles, find_roles, is_usual
from core.data.readers.values import joined_labels, one_each, told_classes, usable_values
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress


class Source(Protocol):
    """A file with arrays that have names."""

    @property
    def name(self) -> str:
        """What the file is called."""
        ...

    @property
    def heads(self) -> Mapping[str, Head]:
        """All arrays that can be read."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out."""
        ...

    def array(self, name: str) -> NDArray[Any]:
        """Read one."""
        ...

    def joined(self, names: Sequence[str], axis: int) -> NDArray[Any]:
        """Read several that fit together, as one that is joined along an axis."""
        ...


def read_npz(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read arrays that ``numpy.savez`` has written.

    Raises
    ------
    InvalidDatasetError
        If it is no such file, is damaged, or holds no images.
    """
    with Archive(path, most_bytes=min(limits.n_bytes, MOST_BYTES)) as archive:
        source = _Npz(archive)
        return found_in(source, path, "a NumPy file (.npz)", said, limits, progress)


def read_npy(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read one array that ``numpy.save`` has written; it stays on the disk.

    Raises
    ------
    InvalidDatasetError
        If it is no such file, is damaged, or holds no images.
    """
    with in_words(path.name, REMEDY), open_regular(path) as file:
        head = read_head(file, os.fstat(file.fileno()).st_size, path.name)
        if head.n_bytes > limits.n_bytes:
            raise too_large(path.name, head.n_bytes, limits.n_bytes)
        reading, choices = choose(path.name, head.shape, said)
        images = lay(path.name, mapped(file, head), reading, limits)
    return found_as(path, "an array of NumPy (.npy)", images, progress, choices=choices)


def found_as(
    path: Path,
    kind: str,
    images: NDArray[Any],
    progress: Progress,
    *,
    choices: tuple[Choice, ...] = (),
    labels: NDArray[Any] | None = None,
    names: NDArray[Any] | None = None,
    splits: Sequence[str] | None = None,
) -> Found:
    """What is found in one array of images and its labels."""
    with in_words(path.name, REMEDY):
        values = usable_values(path.name, images, progress)
        class_names, truth = told_classes(path.name, labels, names, len(images))
    return Found(
        title=path.stem,
        kind=kind,
        n_items=len(images),
        original=values.original,
        array=values.array,
        class_names=class_names,
        truth=truth,
        splits=splits,
        choices=choices,
        notes=values.notes,
    )


def found_in(
    source: Source,
    path: Path,
    kind: str,
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
    *,
    in_columns: bool = False,
) -> Found:
    """What is found in arrays that have names.

    Parameters
    ----------
    in_columns
        Whether an image in one row is rather written column by column.

    Raises
    ------
    InvalidDatasetError
        If none of them are images, or the others do not fit them.
    """
    file, heads = source.name, source.heads
    with in_words(file, REMEDY):
        roles = find_roles(file, heads, said)
        parts = roles.parts
        reading, choices = _reading(file, heads, parts, said, in_columns=in_columns)
        numbers = [heads[part.images].shape[reading.axis] for part in parts]
        progress("Reading the images", 0.0)
        array = source.joined([part.images for part in parts], reading.axis)
        images = lay(file, array, reading, limits)
        values = usable_values(file, images, progress)
        labels = joined_labels(
            [
                (None if part.labels is None else one_each(file, source.array(part.labels), n), n)
                for part, n in zip(parts, numbers, strict=True)
            ]
        )
        names = None if roles.class_names is None else source.array(roles.class_names)
        class_names, truth = told_classes(file, labels, names, len(images))
        features = _features(source, parts, len(images))
        columns = _columns(source, roles, len(images))
    return Found(
        title=path.stem,
        kind=kind,
        n_items=len(images),
        original=values.original,
        array=values.array,
        class_names=class_names,
        truth=truth,
        splits=_splits(parts, numbers),
        columns=columns,
        features=features,
        choices=roles.choices + choices,
        notes=source.notes + roles.notes + values.notes,
    )


def _reading(
    file: str,
    heads: Mapping[str, Head],
    parts: Sequence[Part],
    said: Mapping[str, str],
    *,
    in_columns: bool,
) -> tuple[Reading, tuple[Choice, ...]]:
    """How images lie in the arrays of all parts."""
    first = parts[0]
    n_labels = None
    if first.labels is not None:
        shape = heads[first.labels].shape
        n_labels = max(shape, default=0) if 1 in shape else next(iter(shape), 0)
    shape = heads[first.images].shape
    reading, choices = choose(file, shape, said, n_labels=n_labels, in_columns=in_columns)
    for part in parts[1:]:
        other = heads[part.images].shape
        if _without(other, reading.axis) != _without(shape, reading.axis):
            raise InvalidDatasetError(
                f"The images of {file} differ from part to part: “{first.images}” has the shape "
                f"{shape}, and “{part.images}” {other}.",
                "Make all images the same size.",
            )
    return reading, choices


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[:axis] + shape[axis + 1 :]


def _splits(parts: Sequence[Part], numbers: Sequence[int]) -> list[str] | None:
    if not any(part.split for part in parts):
        return None
    return [part.split for part, n in zip(parts, numbers, strict=True) for _ in range(n)]


def _features(source: Source, parts: Sequence[Part], n_items: int) -> NDArray[Any] | None:
    names = [part.features for part in parts if part.features is not None]
    if len(names) != len(parts):
        return None
    arrays = [source.array(name) for name in names]
    features = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    return usable_features(source.name, features, n_items)


def _columns(source: Source, roles: Roles, n_items: int) -> dict[str, list[str]]:
    """Whatever else has one value an image, as text."""
    taken = {roles.class_names, *(part.labels for part in roles.parts)}
    return {
        name: [_text(value) for value in source.array(name).reshape(-1).tolist()]
        for name, head in source.heads.items()
        if head.shape in {(n_items,), (n_items, 1), (1, n_items)}
        and head.dtype.kind in "biufUS"
        and name not in taken
    }


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


class _Npz:
    """The arrays of an archive; those that need unpickling are left out if they can be."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.name = archive.name
        self.heads: dict[str, Head] = {}
        self.notes: tuple[str, ...] = ()
        for name in archive.names:
            try:
                head = archive.head(name)
            except NotPlainError as error:
                if is_usual(name):
                    raise
                self.notes += (f"{error.problem} It was left out.",)
            else:
                assert head is not None, "it is one of the names"
                self.heads[name] = head

    def array(self, name: str) -> NDArray[Any]:
        array = self._archive.array(name)
        assert array is not None, "its head has been read"
        return array

    def joined(self, names: Sequence[str], axis: int) -> NDArray[Any]:
        if len(names) == 1:
            return self.array(names[0])
        heads = [self.heads[name] for name in names]
        shape = list(heads[0].shape)
        shape[axis] = sum(head.shape[axis] for head in heads)
        room = self._archive.room(tuple(shape), np.result_type(*(head.dtype for head in heads)))
        at = 0
        for name, head in zip(names, heads, strict=True):
            n = head.shape[axis]
            if axis == 0 and not head.in_columns and head.dtype == room.dtype:
                self._archive.fill(name, room[at : at + n])
            else:
                room[(slice(None),) * axis + (slice(at, at + n),)] = self.array(name)
            at += n
        return room
