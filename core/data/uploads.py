"""Files that a browser sent, on the disk until they are brought in or dropped."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Final

from core.errors import InvalidDatasetError
from core.jobs.files import DAY

_TOGETHER: Final = "images"
"""What the folder of several files is called."""

_AT_A_TIME: Final = 2**20


def save_uploads(folder: Path, files: Sequence[tuple[str, IO[bytes]]]) -> Path:
    """Write files that were sent into a folder of their own.

    Parameters
    ----------
    folder
        Where all uploads are; made if need be.
    files
        Name and content of each; a name may tell of folders.

    Returns
    -------
    Path
        The file, or the folder of several; its parent holds nothing else.

    Raises
    ------
    InvalidDatasetError
        If they cannot be stored.
    """
    place = folder / token_hex(8)
    try:
        place.mkdir(parents=True)
        paths = [_inside(place, name, is_alone=len(files) == 1) for name, _ in files]
        for path, (_, content) in zip(_unlike(paths), files, strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                shutil.copyfileobj(content, file, _AT_A_TIME)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise InvalidDatasetError(
            f"What was sent cannot be stored ({error.strerror or error}).",
            "Free some disk space, or check LABELSPREAD_HOME.",
        ) from error
    return paths[0] if len(paths) == 1 else place / _TOGETHER


def clear_uploads(folder: Path) -> None:
    """Remove what an earlier process has left for more than a day."""
    with suppress(OSError):
        for place in folder.iterdir():
            if time.time() - place.stat().st_mtime > DAY:
                shutil.rmtree(place, ignore_errors=True)


def _inside(place: Path, name: str, *, is_alone: bool) -> Path:
    """Where a file goes; never anywhere else, whatever its name says."""
    parts = [part for part in name.replace("\\", "/").split("/") if _is_plain(part)]
    parts = parts or ["file"]
    return place / parts[-1] if is_alone else place.joinpath(_TOGETHER, *parts)


def _is_plain(part: str) -> bool:
    return part not in {"", ".", ".."} and "\0" not in part and not part.endswith(":")


def _unlike(paths: Sequence[Path]) -> Iterable[Path]:
    """The paths, those that were there before with a number."""
    seen: set[Path] = set()
    for path in paths:
        other, number = path, 2
        while other in seen:
            other = path.with_name(f"{path.stem}-{number}{path.suffix}")
            number += 1
        seen.add(other)
        yield other
