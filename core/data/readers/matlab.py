"""MATLAB files (``.mat``) of versions 4 to 7; EMNIST's and SVHN's are such."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.data.archive import MOST_BYTES, Head, in_words, open_regular, too_large
from core.data.classes import shown
from core.data.readers.arrays import found_as, found_in
from core.data.readers.found import Found, Limits
from core.data.readers.layout import choose, lay
from core.data.readers.mapping import mapped_classes
from core.data.readers.matfile import Variable, variables
from core.data.readers.roles import CLASSES, LABELS, is_usual
from core.data.readers.values import joined_labels, one_each
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

REMEDY: Final = 'Save it in MATLAB with save("images.mat", "images", "labels", "-v7").'
KIND: Final = "a MATLAB file (.mat)"

_HDF: Final = b"\x89HDF"
_START: Final = 128
_EMNIST: Final = ("train", "test")


def read_mat(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read the arrays of a MATLAB file.

    Raises
    ------
    InvalidDatasetError
        If it is no such file or one of version 7.3, is damaged, or holds no images.
    """
    most = min(limits.n_bytes, MOST_BYTES)
    with in_words(path.name, REMEDY), open_regular(path) as file:
        start = file.read(_START)
        if start[:4] == _HDF or b"MATLAB 7.3" in start:
            raise InvalidDatasetError(
                f"{path.name} is a MATLAB file of version 7.3, which Labelspread cannot read.",
                REMEDY,
            )
        listed = variables(file)
        dataset = next((v for v in listed if v.name == "dataset" and v.kind == "struct"), None)
        if dataset is not None:
            if dataset.n_bytes > most:
                raise too_large(path.name, dataset.n_bytes, most)
            return _emnist(path, dataset, said, limits, progress)
        source = _Mat(path.name, listed, most)
        return found_in(source, path, KIND, said, limits, progress, in_columns=True)


class _Mat:
    """The arrays of a MATLAB file."""

    def __init__(self, name: str, listed: Sequence[Variable], most: int) -> None:
        self.name = name
        self.heads: dict[str, Head] = {}
        self.notes: tuple[str, ...] = ()
        self._variables = {variable.name: variable for variable in listed}
        taken = 0
        for one in listed:
            is_text = one.kind == "char"
            taken += one.n_bytes
            if one.dtype is not None:
                shape = one.shape[:1] if is_text else one.shape
                self.heads[one.name] = Head(shape, one.dtype, in_columns=True)
            elif one.kind == "cell" and one.name.lower() in {*CLASSES, *LABELS}:
                self.heads[one.name] = Head((math.prod(one.shape),), np.dtype("U1"))
            elif is_usual(one.name):
                raise InvalidDatasetError(
                    f"The array “{shown(one.name)}” of {name} is a {one.kind} and no plain array.",
                    REMEDY,
                )
            else:
                self.notes += (f"“{shown(one.name)}”, a {one.kind}, was left out.",)
        if taken > most:
            raise too_large(name, taken, most)

    def array(self, name: str) -> NDArray[Any]:
        """Read one array; of cells of text, the text."""
        variable = self._variables[name]
        if variable.kind != "cell":
            return variable.values()
        texts = [one.values().reshape(-1) for one in variable.inner()]
        return np.array([str(text[0]) if len(text) else "" for text in texts])

    def joined(self, names: Sequence[str], axis: int) -> NDArray[Any]:
        """Read several arrays as one."""
        arrays = [self.array(name) for name in names]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=axis)


def _emnist(
    path: Path, dataset: Variable, said: Mapping[str, str], limits: Limits, progress: Progress
) -> Found:
    """Read the one structure that EMNIST's files hold."""
    inner = {one.name: one for one in dataset.inner()}
    parts = [part for part in _EMNIST if part in inner and inner[part].kind == "struct"]
    if not parts:
        raise InvalidDatasetError(
            f"The structure “dataset” of {path.name} has no “train” with “images” and “labels”.",
            REMEDY,
        )
    arrays, told, splits = [], [], []
    taken = 0
    for part in parts:
        fields = {one.name: one for one in inner[part].inner()}
        if "images" not in fields:
            raise InvalidDatasetError(f"The part “{part}” of {path.name} has no images.", REMEDY)
        taken += fields["images"].n_bytes
        if taken > min(limits.n_bytes, MOST_BYTES):
            raise too_large(path.name, taken, min(limits.n_bytes, MOST_BYTES))
        images = fields["images"].values()
        labels = None
        if "labels" in fields:
            labels = one_each(path.name, fields["labels"].values(), len(images))
        arrays.append(images)
        told.append((labels, len(images)))
        splits += [part] * len(images)
    array = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    reading, choices = choose(path.name, array.shape, said, n_labels=len(array), in_columns=True)
    labels, names = joined_labels(told), None
    if labels is not None and "mapping" in inner:
        labels, names = mapped_classes(path.name, labels, inner["mapping"].values())
    return found_as(
        path,
        "EMNIST's MATLAB file (.mat)",
        lay(path.name, array, reading, limits),
        progress,
        choices=choices,
        labels=labels,
        names=names,
        splits=splits,
    )
