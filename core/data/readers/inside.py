"""A ZIP file that holds no images but arrays or a table: unpacked for as long as it is needed."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.data.archive import in_words, open_regular, too_large
from core.data.classes import shown
from core.data.readers.found import Found, Limits, Reader
from core.data.readers.groups import REMEDY
from core.data.readers.zipped import leads_out
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_AT_A_TIME: Final = 2**22


def read_inside(
    path: Path,
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
    *,
    places: Mapping[str, str],
    opens: Reader,
) -> Found:
    """Unpack some members of a ZIP file into a folder that is gone afterwards, and read them.

    Parameters
    ----------
    places
        Where each of them goes in that folder, with ``/``.
    opens
        Reads the folder.

    Raises
    ------
    InvalidDatasetError
        If they are damaged, too large, or cannot be read.
    """
    # It is cleaned up by whoever closes what is found, or else with the last use of it.
    folder = TemporaryDirectory(prefix="labelspread-", ignore_cleanup_errors=True)
    try:
        with in_words(path.name, REMEDY):
            _unpack(path, places, Path(folder.name), limits, progress)
        found = opens(Path(folder.name), said, limits, progress)
    except BaseException:
        folder.cleanup()
        raise

    def close() -> None:
        found.close()
        folder.cleanup()

    return replace(found, title=path.stem, kind=f"{found.kind} in a ZIP file", close=close)


def _unpack(
    path: Path, places: Mapping[str, str], folder: Path, limits: Limits, progress: Progress
) -> None:
    done = 0
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        infos = {archive.getinfo(name): place for name, place in places.items()}
        n_bytes = sum(info.file_size for info in infos)
        for info, inner in infos.items():
            if leads_out(inner):
                raise InvalidDatasetError(
                    f"The path {shown(inner)} leads out of the ZIP file {path.name}.",
                    "Pack it anew.",
                )
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
        for info, inner in infos.items():
            place = folder / inner
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as source, place.open("xb") as target:
                while part := source.read(_AT_A_TIME):
                    done += len(part)
                    if done > n_bytes:
                        raise ValueError("it holds more than it says")
                    target.write(part)
                    progress("Unpacking", min(1.0, done / max(1, n_bytes)))
