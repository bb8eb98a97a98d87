"""Which files are a set together: IDX files, arrays in files of their own, a table in pieces."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from core.data.classes import shown
from core.data.readers.beside import is_image_name
from core.data.readers.idx import find_idx
from core.data.readers.listing import ending, is_junk
from core.data.readers.roles import is_usual
from core.errors import InvalidDatasetError

Kind = Literal["one", "IDX", "arrays", "tables"]

REMEDY: Final = "Unpack it, and choose one of its files."

_TABLES: Final = (".csv", ".tsv", ".parquet", ".arrow", ".feather")
_ARRAYS: Final = ".npy"
_KNOWN: Final = frozenset({*_TABLES, _ARRAYS, ".npz", ".mat"})
_PACKED: Final = ".gz"
_MOST_ARRAYS: Final = 30
_MOST_FILES: Final = 10_000
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are read together.

    Attributes
    ----------
    kind
        A single file of whatever kind; IDX files; arrays of NumPy (``.npy``); or tables whose
        rows stand one below the other.
    names
        Their paths inside of what holds them, with ``/``.
    """

    kind: Kind
    names: tuple[str, ...]

    @property
    def root(self) -> str:
        """The folder that all of them are in; empty for that in which they were looked for."""
        return posixpath.commonpath([name.rpartition("/")[0] for name in self.names])

    @property
    def inner(self) -> tuple[str, ...]:
        """Their paths from there."""
        root = self.root
        return tuple(name.removeprefix(f"{root}/") if root else name for name in self.names)


def files_inside(path: Path) -> list[str] | None:
    """The paths of all files in a folder and in those inside, sorted.

    Links that lead out of it are left out, and so is what systems leave behind.

    Returns
    -------
    names
        None if one of them is an image, if there are very many, or if some cannot be listed.
    """
    real = os.path.realpath(path)
    names: list[str] = []
    ways = [""]
    while ways:
        folder = ways.pop()
        try:
            with os.scandir(path / folder) as entries:
                for entry in entries:
                    name = f"{folder}{entry.name}"
                    if is_junk(entry.name) or (entry.is_symlink() and not _is_ours(entry, real)):
                        continue
                    if entry.is_dir():
                        ways.append(f"{name}/")
                    elif is_image_name(entry.name) or len(names) == _MOST_FILES:
                        return None
                    else:
                        names.append(name)
        except OSError:
            if not folder:
                raise
            return None
    return sorted(names)


def _is_ours(link: os.DirEntry[str], real: str) -> bool:
    """Whether a link leads to a file in the folder."""
    try:
        is_file = stat.S_ISREG(link.stat().st_mode)
    except OSError:
        return False
    return is_file and os.path.commonpath((real, os.path.realpath(link.path))) == real


def group_among(name: str, names: Sequence[str]) -> Group | None:
    """The files among some that are a set together.

    Parameters
    ----------
    name
        What holds them, in an error.
    names
        Their paths, with ``/``; none is an image.

    Returns
    -------
    group
        None if there are none.

    Raises
    ------
    InvalidDatasetError
        If there are several sets.
    """
    names = [one for one in dict.fromkeys(names) if not is_junk(one)]
    parts = find_idx(names)
    if parts:
        others = [part.labels for part in parts if part.labels is not None]
        mappings = [other for other in names if other.lower().endswith("mapping.txt")]
        return Group("IDX", (*(part.images for part in parts), *others, *mappings))
    known = tuple(one for one in names if _ending(one) in _KNOWN)
    if len(known) < 2:
        return Group("one", known) if known else None
    endings = {_ending(one) for one in known}
    if len(endings) == 1 and endings <= {*_TABLES}:
        return Group("tables", known)
    if endings == {_ARRAYS} and _are_arrays_of_one(known):
        return Group("arrays", known)
    told = ", ".join(shown(PurePosixPath(one).name) for one in known[:_NAMED])
    more = ", …" if len(known) > _NAMED else ""
    raise InvalidDatasetError(
        f"{shown(name)} holds {len(known):,} files that could be the set: {told}{more}.", REMEDY
    )


def _ending(name: str) -> str:
    end = ending(name)
    packed = ending(name[: -len(_PACKED)]) if end == _PACKED else ""
    return packed if packed in {".csv", ".tsv"} else end


def _are_arrays_of_one(names: tuple[str, ...]) -> bool:
    """Whether arrays are images, labels and so on, rather than an image each."""
    inner = Group("arrays", names).inner
    usual = sum(is_usual(name.removesuffix(_ARRAYS)) for name in inner)
    return len(names) == 2 or (usual > 0 and len(names) <= _MOST_ARRAYS)
