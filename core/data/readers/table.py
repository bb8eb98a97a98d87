"""Tables of images: CSV and TSV, Parquet, Arrow and Feather."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray
from core.data.archive import GZIP, in_words, open_regular, reason, too_large
from core.data.classes import shown
from core.data.features import usable_features
from core.data.readers.beside import read_beside, reads_beside, tidy
from core.data.readers.celltypes import without_codes
from core.data.readers.columns import Grouped, find_images, find_told
from core.data.readers.found import BadImageError, Choice, Found, Limits, Original
from core.data.readers.joined_sheet import JoinedSheet
from core.data.readers.layout import check_number, choose, lay
from core.data.readers.nested import stacked
from core.data.readers.sheets import ARROW, REMEDY, STREAM, ArrowSheet, ParquetSheet, Sheet
from core.data.readers.text import is_number, look_at
from core.data.readers.text_sheet import TextSheet
from core.data.readers.values import told_classes, usable_values
from core.errors import InvalidDatasetError, LabelspreadError
from core.jobs.progress import Progress

PARQUET: Final = b"PAR1"
OLD_FEATHER: Final = b"FEA1"

_AT_A_TIME: Final = 2**22


def read_table(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read a table with an image in each row; one of text may be packed with gzip.

    Raises
    ------
    InvalidDatasetError
        If it is no table, is damaged, or holds no images.
    """
    with in_words(path.name, REMEDY):
        sheet = _opened(path, limits, progress)
        return _found_or_closed(path, sheet, said, limits, progress)


def read_tables(
    folder: Path,
    name: str,
    files: Sequence[str],
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
) -> Found:
    """Read tables whose rows stand one below the other.

    Parameters
    ----------
    folder
        What holds them.
    name
        What it is called, in an error.
    files
        Their paths inside, with ``/``.

    Raises
    ------
    InvalidDatasetError
        If one is no table or damaged, their columns differ, or they hold no images.
    """
    sheets: dict[str, Sheet] = {}
    try:
        with in_words(name, REMEDY):
            for file in files:
                sheets[file] = open_sheet(folder / file, limits, progress)
            # The folder stands for a table in it, beside which images may lie.
            at = folder / name
            return _found_or_closed(at, JoinedSheet(name, sheets, limits), said, limits, progress)
    except BaseException:
        for sheet in sheets.values():
            sheet.close()
        raise


def _found_or_closed(
    path: Path, sheet: Sheet, said: Mapping[str, str], limits: Limits, progress: Progress
) -> Found:
    try:
        return _found(path, sheet, said, limits, progress)
    except BaseException:
        sheet.close()
        raise


def open_sheet(path: Path, limits: Limits, progress: Progress) -> Sheet:
    """Open a table of whatever kind, to be read by columns."""
    with in_words(path.name, REMEDY):
        return _opened(path, limits, progress)


def _opened(path: Path, limits: Limits, progress: Progress) -> Sheet:
    with open_regular(path) as file:
        start = file.read(8)
    if start.startswith(GZIP):
        return _unpacked(path, limits, progress)
    if start.startswith(PARQUET):
        return ParquetSheet(path, limits)
    if start.startswith((ARROW, STREAM)):
        return ArrowSheet(path, limits)
    if start.startswith(OLD_FEATHER):
        raise InvalidDatasetError(
            f"{path.name} is a Feather file of version 1, which is no longer read.",
            "Save it as Feather 2, as Parquet or as CSV.",
        )
    if not start:
        raise InvalidDatasetError(f"The table {path.name} is empty.", REMEDY)
    return TextSheet(look_at(path, limits, progress), limits, progress)


def _unpacked(path: Path, limits: Limits, progress: Progress) -> Sheet:
    """A table of text that is packed with gzip; what is unpacked is gone with the table."""
    # It is cleaned up by whoever closes the table, or else with the last use of it.
    folder = TemporaryDirectory(prefix="labelspread-", ignore_cleanup_errors=True)
    try:
        place = Path(folder.name) / path.name.removesuffix(".gz")
        size = path.stat().st_size
        done = 0
        with (
            open_regular(path) as packed,
            gzip.GzipFile(fileobj=packed) as file,
            place.open("xb") as target,
        ):
            while part := file.read(_AT_A_TIME):
                done += len(part)
                if done > limits.n_bytes:
                    raise too_large(path.name, done, limits.n_bytes)
                target.write(part)
                progress("Unpacking", min(1.0, packed.tell() / max(1, size)))
        text = look_at(place, limits, progress)
        return TextSheet(text, limits, progress, close=folder.cleanup)
    except BaseException:
        folder.cleanup()
        raise


def _found(
    path: Path, sheet: Sheet, said: Mapping[str, str], limits: Limits, progress: Progress
) -> Found:
    file = path.name
    if sheet.is_typed:
        check_number(file, sheet.n_rows, limits)
    grouped = find_images(file, sheet, said)
    images = grouped.images
    numbers = [*(images.names if images.kind == "pixels" else ())]
    numbers += [name for name in grouped.features if not sheet.is_typed and name not in numbers]
    sheet.load(numbers)
    n_items = sheet.n_rows
    check_number(file, n_items, limits)
    used = {*images.names, *grouped.features}
    rest = [name for name in sheet.types if name not in used]
    told = find_told(file, sheet, rest, said)
    array, original, names, extra = _images(path, sheet, grouped, said, limits, progress)
    class_names, truth = _classes(file, sheet, told.labels, n_items)
    ids = None if told.ids is None else _texts(sheet.column(told.ids))
    if names is None and ids is not None:
        names = ids
    columns = {
        name: _texts(sheet.column(name))
        for name in rest
        if name not in {told.labels, told.split} and not (name == told.ids and names is ids)
    }
    if names is not None and len(set(names)) < len(names):
        columns = {images.names[0]: names, **columns} if names is not ids else columns
        names = None
    return Found(
        title=path.stem,
        kind=sheet.kind,
        n_items=n_items,
        original=original,
        array=array,
        names=names,
        class_names=class_names,
        truth=truth,
        splits=None if told.split is None else _texts(sheet.column(told.split)),
        columns=columns,
        features=features_in(file, sheet, grouped.features, n_items),
        choices=grouped.choices + extra[0] + told.choices,
        notes=sheet.notes + grouped.notes + told.notes + extra[1],
        bad=sheet.bad,
        close=sheet.close,
    )


_Read = tuple[
    NDArray[Any] | None,
    Callable[[int], Original],
    list[str] | None,
    tuple[tuple[Choice, ...], tuple[str, ...]],
]


def _images(
    path: Path,
    sheet: Sheet,
    grouped: Grouped,
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
) -> _Read:
    """The images as an array if they are one; how one is read; their names; what was guessed."""
    images = grouped.images
    name = images.names[0]
    if images.kind == "paths":
        names = [tidy(text) for text in _texts(sheet.column(name))]
        return None, reads_beside(path, names, limits), names, ((), ())
    if images.kind == "bytes":
        return None, _file_of(path, sheet, name, limits), _paths(sheet, name), ((), ())
    if images.kind == "pixels":
        array = sheet.numbers(images.names)
    else:
        array = stacked(path.name, name, sheet.column(name), limits)
    reading, choices = choose(path.name, array.shape, said, n_labels=len(array))
    values = usable_values(path.name, lay(path.name, array, reading, limits), progress)
    return values.array, values.original, None, (choices, values.notes)


def _file_of(path: Path, sheet: Sheet, name: str, limits: Limits) -> Callable[[int], bytes]:
    """Reads the bytes of an image file out of a row; or the file whose path is there."""
    cell = sheet.cells(name)
    folder = path.parent.resolve()

    def original(index: int) -> bytes:
        try:
            value: Any = cell(index)
        except LabelspreadError:
            raise
        # The rows around it are damaged.
        except Exception as error:
            raise BadImageError(
                f"Row {index:,} of {path.name} cannot be read ({reason(error)}).", REMEDY
            ) from error
        place: object = None
        if isinstance(value, dict):
            value, place = value.get("bytes"), value.get("path")
        if value:
            return bytes(value)
        if isinstance(place, str) and place:
            return read_beside(folder, place, limits)
        raise BadImageError(
            f"Row {index:,} of {path.name} holds no image.", "Fill it in, or leave the row out."
        )

    return original


def _paths(sheet: Sheet, name: str) -> list[str] | None:
    """What the images in a column of bytes are called, if each has a name."""
    if not pa.types.is_struct(sheet.types[name]):
        return None
    if all(field.name != "path" for field in sheet.types[name]):
        return None
    names = sheet.paths(name)
    return [tidy(text) for text in names] if all(names) else None


def _classes(
    file: str, sheet: Sheet, name: str | None, n_items: int
) -> tuple[tuple[str, ...], IntArray | None]:
    if name is None:
        return (), None
    kind = sheet.types[name]
    if pa.types.is_nested(kind):
        raise InvalidDatasetError(
            f"The column “{shown(name)}” of {file} has several labels for an image.",
            "Give each image one label.",
        )
    texts = _texts(sheet.column(name))
    names = sheet.class_names.get(name)
    if names and pa.types.is_integer(kind):
        numbers = np.array([int(text or UNLABELLED) for text in texts], dtype=np.int64)
        return told_classes(file, numbers, np.array(names), n_items)
    if pa.types.is_floating(kind):
        whole = {text: _whole(text) for text in set(texts)}
        if all(whole.values()):
            texts = [whole[text] or text for text in texts]
    return told_classes(file, np.array(texts), None, n_items)


def _whole(text: str) -> str | None:
    """A number without its zeros after the point; what is none as it is; None if it is broken."""
    if not is_number(text) or not isfinite(float(text)):
        return text or "nan"
    return str(int(float(text))) if float(text).is_integer() else None


def _texts(column: pa.ChunkedArray) -> list[str]:
    return [_text(value) for value in without_codes(column).to_pylist()]


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def features_in(file: str, sheet: Sheet, names: Sequence[str], n_items: int) -> NDArray[Any] | None:
    """The features in some columns of numbers, or in one of lists."""
    if not names:
        return None
    if len(names) == 1:
        lists = stacked(file, names[0], sheet.column(names[0]), Limits())
        return usable_features(file, lists, n_items)
    return usable_features(file, sheet.numbers(names), n_items)
