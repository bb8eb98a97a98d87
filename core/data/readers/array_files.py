"""Arrays of NumPy in files of their own (``.npy``): images in one, labels in another."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.data.archive import (
    MOST_BYTES,
    Head,
    NotPlainError,
    in_words,
    mapped,
    open_regular,
    read_head,
    read_npy_whole,
    too_large,
)
from core.data.classes import shown
from core.data.readers.arrays import found_in
from core.data.readers.found import Found, Limits
from core.data.readers.roles import is_usual
from core.jobs.progress import Progress

REMEDY: Final = "Save each array with numpy.save."

_ENDING: Final = ".npy"


def read_arrays(
    name: str,
    files: Mapping[str, Path],
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
) -> Found:
    """Read arrays that ``numpy.save`` has written one by one; the images stay on the disk.

    Parameters
    ----------
    name
        What holds the files, in an error.
    files
        What each is called inside, and where it is.

    Raises
    ------
    InvalidDatasetError
        If one is no such file or damaged, or none holds images.
    """
    source = _Files(name, files, limits)
    kind = f"{len(files):,} arrays of NumPy (.npy)"
    return found_in(source, Path(name), kind, said, limits, progress)


class _Files:
    """The arrays by the names of their files; those that need unpickling are left out."""

    def __init__(self, name: str, files: Mapping[str, Path], limits: Limits) -> None:
        self.name = name
        self.heads: dict[str, Head] = {}
        self.notes: tuple[str, ...] = ()
        self._paths = {file.removesuffix(_ENDING): path for file, path in files.items()}
        self._most = min(limits.n_bytes, MOST_BYTES)
        self._on_disk = limits.n_bytes
        for array, path in self._paths.items():
            with in_words(shown(path.name), REMEDY), open_regular(path) as file:
                try:
                    size = os.fstat(file.fileno()).st_size
                    self.heads[array] = read_head(file, size, path.name)
                except NotPlainError as error:
                    if is_usual(array):
                        raise
                    self.notes += (f"{error.problem} It was left out.",)

    def array(self, name: str) -> NDArray[Any]:
        """Read one."""
        path = self._paths[name]
        with in_words(shown(path.name), REMEDY):
            return read_npy_whole(path, self._most)

    def joined(self, names: Sequence[str], axis: int) -> NDArray[Any]:
        """Read several as one; a single one is mapped."""
        if len(names) == 1:
            head, path = self.heads[names[0]], self._paths[names[0]]
            if head.n_bytes > self._on_disk:
                raise too_large(path.name, head.n_bytes, self._on_disk)
            with in_words(shown(path.name), REMEDY), open_regular(path) as file:
                return mapped(file, head)
        n_bytes = sum(self.heads[name].n_bytes for name in names)
        if n_bytes > self._most:
            raise too_large(self.name, n_bytes, self._most)
        return np.concatenate([self.array(name) for name in names], axis=axis)
