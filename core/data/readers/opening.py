"""Whatever a person brings is opened by the reader that its content asks for."""

from __future__ import annotations

import gzip
import os
import stat
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from core.data.archive import in_words, open_regular
from core.data.classes import shown
from core.data.readers.arrays import read_npy, read_npz
from core.data.readers.beside import is_image_name
from core.data.readers.folder import read_folder
from core.data.readers.found import Found, Limits
from core.data.readers.idx import GZIP, is_idx, read_idx
from core.data.readers.inside import read_inside, set_among
from core.data.readers.matlab import read_mat
from core.data.readers.sheets import ARROW, STREAM
from core.data.readers.table import OLD_FEATHER, PARQUET, read_table
from core.data.readers.zipped import read_zip
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

TAKEN: Final = (
    "Labelspread takes folders and ZIP files of images, tables (CSV, TSV, Parquet, Arrow), NumPy "
    "files (.npz, .npy), MATLAB files (.mat) and IDX files."
)

Reader = Callable[[Path, Mapping[str, str], Limits, Progress], Found]

_START: Final = 4096
_EXPORTS: Final = (".json", ".jsonl")
_KINDS: Final = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)
_OTHERS: Final[tuple[tuple[tuple[bytes, ...], str, str], ...]] = (
    (
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"),
        "a single image",
        "Choose the folder that it is in.",
    ),
    ((b"\x89HDF",), "an HDF5 file", "Save its arrays with numpy.savez."),
    (
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        "a pickle of Python, which could run any program",
        "Save its arrays with numpy.savez.",
    ),
    ((b"%PDF",), "a PDF file", "Save its pages as images."),
    (
        (b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"),
        "a packed file",
        "Unpack it and choose its folder, or pack it as a ZIP file.",
    ),
    ((b"SQLite format 3",), "a database", "Export its table as a CSV file."),
    ((b"\xd0\xcf\x11\xe0",), "an Office file", "Save it as a CSV file."),
    ((b"version https://git-lfs",), "a note of Git LFS in place of the file", "Run git lfs pull."),
    (
        (b"<!DOCTYPE", b"<!doctype", b"<html", b"<HTML", b"<?xml"),
        "a web page or XML file",
        "Download the file itself.",
    ),
)


def open_source(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read what is at a path, whatever it is.

    Parameters
    ----------
    said
        What a person has chosen, by the keys of the choices.

    Raises
    ------
    InvalidDatasetError
        If nothing is there, or nothing that Labelspread can read.
    """
    name = shown(path.name or str(path))
    with in_words(name, TAKEN):
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            reader = _reader_of_folder(path)
        else:
            reader = _reader_of_file(path, name, _start(path, name, mode))
        return reader(path, said, limits, progress)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidDatasetError(
            f"There is no file or folder “{shown(path.name or str(path))}”.",
            "See that its path is right.",
        ) from error


def _start(path: Path, name: str, mode: int) -> bytes:
    """The first bytes of a file, if it is one and there are some."""
    if not stat.S_ISREG(mode):
        what = next((words for fits, words in _KINDS if fits(mode)), "no regular file")
        raise InvalidDatasetError(f"“{name}” is {what}.", TAKEN)
    with open_regular(path) as file:
        start = file.read(_START)
    if not start:
        raise InvalidDatasetError(f"The file {name} is empty.", TAKEN)
    return start


def _reader_of_folder(path: Path) -> Reader:
    """A folder of images, unless it holds no more than a file of arrays, a table or IDX files."""
    names = []
    with os.scandir(path) as entries:
        for entry in entries:
            # One image or folder says enough.
            if entry.is_dir() or is_image_name(entry.name):
                return read_folder
            names.append(entry.name)
    members = set_among(path.name, sorted(names))
    if not members:
        return read_folder
    return partial(_read_member, member=members[0]) if len(members) == 1 else read_idx


def _read_member(
    path: Path, said: Mapping[str, str], limits: Limits, progress: Progress, *, member: str
) -> Found:
    return open_source(path / member, said, limits, progress)


def _reader_of_file(path: Path, name: str, start: bytes) -> Reader:
    for begins, what, remedy in _OTHERS:
        if start.startswith(begins):
            raise InvalidDatasetError(f"The file {name} is {what}.", remedy)
    if start.startswith(b"PK"):
        return _reader_of_zip(path, name)
    for begins, reader in _READERS:
        if start.startswith(begins):
            return reader
    if path.suffix.lower() == ".mat":
        return read_mat
    if start.startswith(GZIP):
        with open_regular(path) as packed, gzip.GzipFile(fileobj=packed) as file:
            if is_idx(file.read(4)):
                return read_idx
        raise InvalidDatasetError(
            f"The file {name} is packed with gzip, and what is in it is no IDX file.",
            "Unpack it first.",
        )
    if is_idx(start):
        return read_idx
    if _is_text(start):
        return _read_export if path.suffix.lower() in _EXPORTS else read_table
    raise InvalidDatasetError(f"The file {name} is of a kind that is not known.", TAKEN)


def _is_text(start: bytes) -> bool:
    is_wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return is_wide or not any(sign < 9 or 13 < sign < 32 for sign in start)


def _read_export(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read a file that tells of the images beside it, together with these."""
    found = read_folder(path.absolute().parent, said, limits, progress)
    return replace(found, title=path.stem)


def _reader_of_zip(path: Path, name: str) -> Reader:
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if "xl/workbook.xml" in names:
        raise InvalidDatasetError(f"The file {name} is an Excel file.", "Save it as a CSV file.")
    if path.suffix.lower() == ".npz" or (names and all(n.endswith(".npy") for n in names)):
        return read_npz
    if any(is_image_name(member) for member in names):
        return read_zip
    members = set_among(name, names)
    return partial(_read_inside, members=members) if members else read_zip


def _read_inside(
    path: Path,
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
    *,
    members: tuple[str, ...],
) -> Found:
    opens = open_source if len(members) == 1 else read_idx
    return read_inside(path, members, opens, said, limits, progress)


_READERS: Final[tuple[tuple[tuple[bytes, ...], Reader], ...]] = (
    ((b"\x93NUMPY",), read_npy),
    ((b"MATLAB",), read_mat),
    ((PARQUET, ARROW, STREAM, OLD_FEATHER), read_table),
)
