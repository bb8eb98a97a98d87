"""Image files that a table names: they lie beside it or below, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from core.data.archive import open_regular, reason
from core.data.classes import shown
from core.data.readers.found import BadImageError, Limits
from core.errors import InvalidDatasetError

_ENDINGS: Final = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm"),
    *(".ppm", ".pbm", ".pnm", ".jp2", ".avif", ".heic"),
)
_MOST_BYTES: Final = 2**30
_LOOKED_AT: Final = 200
_REMEDY: Final = (
    "Put the table into the folder of its images, and name each by its path from there."
)


def is_image_name(text: str) -> bool:
    """Whether a text could be the path of an image file."""
    return PurePosixPath(text.strip().replace("\\", "/")).suffix.lower() in _ENDINGS


def tidy(text: str) -> str:
    """A path as a person has written it, with ``/`` and without ``./`` at its start."""
    return text.strip().replace("\\", "/").removeprefix("./")


def reads_beside(table: Path, names: Sequence[str], limits: Limits) -> Callable[[int], bytes]:
    """Look for the files that a table names; they are read when they are asked for.

    Raises
    ------
    InvalidDatasetError
        If none of them is there.
    """
    folder = table.parent.resolve()
    step = max(1, len(names) // _LOOKED_AT)
    first: InvalidDatasetError | None = None
    for name in names[::step]:
        try:
            _place(folder, name)
        except BadImageError as error:
            first = first or error
        else:
            break
    else:
        problem = first.problem if first is not None else "It names none."
        raise InvalidDatasetError(
            f"None of the images that {table.name} names can be read. {problem}", _REMEDY
        )

    def original(index: int) -> bytes:
        return read_beside(folder, names[index], limits)

    return original


def read_beside(folder: Path, name: str, limits: Limits) -> bytes:
    """The bytes of a file inside of a folder.

    Raises
    ------
    BadImageError
        If it is not there, lies outside or cannot be read.
    """
    place = _place(folder, name)
    most = min(_MOST_BYTES, limits.n_bytes)
    try:
        with open_regular(place) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise BadImageError(
            f"The image {shown(name)} cannot be read ({reason(error)}).", "Replace the file."
        ) from error
    if len(data) > most:
        raise BadImageError(f"The image {shown(name)} is too large.", "Make it smaller.")
    return data


def _place(folder: Path, name: str) -> Path:
    """Where a file is; links are followed, so far as they stay inside of the folder."""
    if "://" in name:
        raise BadImageError(
            f"The image {shown(name)} is on the web, where Labelspread does not go.",
            "Download it, and name it by its path.",
        )
    try:
        place = (folder / tidy(name)).resolve()
        is_there = place.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise BadImageError(f"“{shown(name)}” is no path of a file.", _REMEDY) from error
    if not place.is_relative_to(folder):
        raise BadImageError(
            f"The image {shown(name)} lies outside of the folder of its table.", _REMEDY
        )
    if not is_there:
        raise BadImageError(f"There is no image {shown(name)}.", _REMEDY)
    return place
