"""A ZIP file that holds no images but arrays or a table: unpacked for as long as it is needed."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final, Protocol

from core.data.archive import in_words, open_regular, too_large
from core.data.classes import shown
from core.data.readers.found import Found, Limits
from core.data.readers.idx import find_idx
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

REMEDY: Final = "Unpack it, and choose one of its files."

_KNOWN: Final = frozenset(
    {".npz", ".npy", ".mat", ".csv", ".tsv", ".parquet", ".arrow", ".feather"}
)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_AT_A_TIME: Final = 2**22


class Opens(Protocol):
    """What reads the file that was inside."""

    def __call__(
        self, path: Path, said: Mapping[str, str], limits: Limits, progress: Progress, /
    ) -> Found:
        """Read a file or a folder."""
        ...


def set_among(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """The files among some that are a set together: one of arrays or a table, or IDX files.

    Parameters
    ----------
    name
        What holds them, in an error.
    names
        Their paths; none is an image.

    Returns
    -------
    names
        Empty if there are none.

    Raises
    ------
    InvalidDatasetError
        If there are several sets.
    """
    parts = find_idx(names)
    if parts:
        others = [part.labels for part in parts if part.labels is not None]
        mappings = [other for other in names if other.lower().endswith("mapping.txt")]
        return (*(part.images for part in parts), *others, *mappings)
    known = [n for n in names if PurePosixPath(n).suffix.lower() in _KNOWN]
    if len(known) > 1:
        told = ", ".join(shown(PurePosixPath(n).name) for n in known[:3])
        more = ", …" if len(known) > 3 else ""
        raise InvalidDatasetError(
            f"{shown(name)} holds {len(known):,} files that could be the set: {told}{more}.", REMEDY
        )
    return tuple(known)


def read_inside(
    path: Path,
    members: Sequence[str],
    opens: Opens,
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
) -> Found:
    """Unpack some members of a ZIP file into a folder that is gone afterwards, and read them.

    Raises
    ------
    InvalidDatasetError
        If they are damaged, too large, or cannot be read.
    """
    # It is cleaned up by whoever closes what is found, or else with the last use of it.
    folder = TemporaryDirectory(prefix="labelspread-", ignore_cleanup_errors=True)
    try:
        with in_words(path.name, REMEDY):
            _unpack(path, members, Path(folder.name), limits, progress)
        inner = Path(folder.name)
        if len(members) == 1:
            inner /= PurePosixPath(members[0]).name
        found = opens(inner, said, limits, progress)
    except BaseException:
        folder.cleanup()
        raise

    def close() -> None:
        found.close()
        folder.cleanup()

    return replace(found, title=path.stem, kind=f"{found.kind} in a ZIP file", close=close)


def _unpack(
    path: Path, members: Sequence[str], folder: Path, limits: Limits, progress: Progress
) -> None:
    done = 0
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        infos = [archive.getinfo(name) for name in members]
        n_bytes = sum(info.file_size for info in infos)
        for info in infos:
            if info.flag_bits & _ENCRYPTED:
                raise InvalidDatasetError(
                    f"The file {path.name} is encrypted.", "Save it without a password."
                )
            if info.compress_type not in _METHODS:
                raise InvalidDatasetError(
                    f"The file {path.name} is compressed in a way that Labelspread cannot read.",
                    "Pack it anew as an ordinary ZIP file.",
                )
        if n_bytes > limits.n_bytes:
            raise too_large(path.name, n_bytes, limits.n_bytes)
        for info in infos:
            place = folder / PurePosixPath(info.filename.replace("\\", "/")).name
            with archive.open(info) as source, place.open("xb") as target:
                while part := source.read(_AT_A_TIME):
                    done += len(part)
                    if done > n_bytes:
                        raise ValueError("it holds more than it says")
                    target.write(part)
                    progress("Unpacking", min(1.0, done / max(1, n_bytes)))
