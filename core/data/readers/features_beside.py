"""Features in a file of their own, beside the images: by the order of its rows, or by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.arrays import IntArray
from core.data.archive import MOST_BYTES, REMEDY, Archive, in_words, open_regular, read_npy_whole
from core.data.classes import shown
from core.data.features import usable_features
from core.data.readers.beside import tidy
from core.data.readers.celltypes import without_codes
from core.data.readers.columns import find_features
from core.data.readers.found import Found, Limits
from core.data.readers.roles import FEATURES
from core.data.readers.sheets import Sheet
from core.data.readers.table import features_in, open_sheet
from core.errors import InvalidDatasetError
from core.jobs.progress import silent

_ZIP: Final = b"PK"
_NPY: Final = b"\x93NUMPY"
_NAMED: Final = 3


def attach_features(found: Found, path: Path, limits: Limits) -> Found:
    """The same images with the features of a file.

    Parameters
    ----------
    path
        A file of NumPy with a row for each image, in their order; or a table, in which a column
        with the names of the images says which row is whose. A table without names is taken in
        the order of its rows.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, does not fit the images, or holds no usual numbers.
    """
    with in_words(path.name, REMEDY):
        with open_regular(path) as file:
            start = file.read(len(_NPY))
        if start.startswith((_ZIP, _NPY)):
            features = _from_arrays(path, limits, is_archive=start.startswith(_ZIP))
        else:
            features = _from_table(found, path, limits)
        features = usable_features(path.name, features, found.n_items)
    return replace(found, features=features)


def _from_arrays(path: Path, limits: Limits, *, is_archive: bool) -> NDArray[Any]:
    most = min(limits.n_bytes, MOST_BYTES)
    if not is_archive:
        return read_npy_whole(path, most)
    with Archive(path, most_bytes=most) as archive:
        names = [*FEATURES, *archive.names] if len(archive.names) == 1 else FEATURES
        features = archive.array(*names)
        if features is None:
            told = ", ".join(shown(name) for name in archive.names[:_NAMED])
            raise InvalidDatasetError(
                f"The file {path.name} has no array “features”; its arrays are {told}.",
                "Give the array of features this name.",
            )
    return features


def _from_table(found: Found, path: Path, limits: Limits) -> NDArray[Any]:
    sheet = open_sheet(path, limits, silent)
    try:
        names = find_features(sheet)
        if not names:
            raise InvalidDatasetError(
                f"The table {path.name} has no columns of features.",
                "Call them f0, f1 and so on, or put them into one column of lists.",
            )
        is_one = len(names) == 1
        sheet.load(() if is_one and pa.types.is_nested(sheet.types[names[0]]) else names)
        features = features_in(path.name, sheet, names, sheet.n_rows)
        assert features is not None, "there are columns of them"
        rows = _by_name(found, sheet, path.name, [n for n in sheet.types if n not in names])
    finally:
        sheet.close()
    if rows is not None:
        return features[rows]
    if sheet.bad:
        raise InvalidDatasetError(
            f"Some rows of {path.name} cannot be used: {sheet.bad[0].name}. {sheet.bad[0].problem}",
            sheet.bad[0].remedy,
        )
    return features


def _by_name(found: Found, sheet: Sheet, file: str, columns: Sequence[str]) -> IntArray | None:
    """The row of each image, by the column that names most of them; None if none does."""
    if found.names is None:
        return None
    wanted = [tidy(name) for name in found.names]
    known: dict[str, int] = {}
    for column in columns:
        values = without_codes(sheet.column(column)).to_pylist()
        places = {tidy(str(value)): row for row, value in enumerate(values)}
        if sum(name in places for name in wanted) > sum(name in known for name in wanted):
            known = places
    if not known:
        last = [name.rpartition("/")[2] for name in wanted]
        if columns and len(set(last)) == len(last) and wanted != last:
            return _by_name(replace(found, names=last), sheet, file, columns)
        return None
    missing = [name for name in wanted if name not in known]
    if missing:
        told = ", ".join(shown(name) for name in missing[:_NAMED])
        more = ", …" if len(missing) > _NAMED else ""
        raise InvalidDatasetError(
            f"{file} has no features for {len(missing):,} of {len(wanted):,} images: {told}{more}.",
            "Add a row for each of them.",
        )
    return np.array([known[name] for name in wanted], dtype=np.int64)
