"""Whatever a person brings is opened by the reader that its content asks for."""

from __future__ import annotations

import gzip
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from core.data.archive import GZIP, in_words, open_regular
from core.data.classes import shown
from core.data.readers.array_files import read_arrays
from core.data.readers.arrays import read_npy, read_npz
from core.data.readers.beside import is_image_name
from core.data.readers.folder import read_folder
from core.data.readers.found import Found, Limits, Reader
from core.data.readers.groups import Group, files_inside, group_among
from core.data.readers.idx import is_idx, read_idx
from core.data.readers.inside import read_inside
from core.data.readers.matlab import read_mat
from core.data.readers.sheets import ARROW, STREAM
from core.data.readers.table import OLD_FEATHER, PARQUET, read_table, read_tables
from core.data.readers.zipped import read_zip
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

TAKEN: Final = (
    "Labelspread takes folders and ZIP files of images, tables (CSV, TSV, Parquet, Arrow), NumPy "
    "files (.npz, .npy), MATLAB files (.mat) and IDX files."
)

_START: Final = 4096
_OF_A_PROJECT: Final = frozenset({"project.json", "events.jsonl"})
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
    """A folder of images, unless it holds none but arrays, tables or IDX files."""
    names = files_inside(path)
    group = None if names is None else group_among(path.name, names)
    return read_folder if group is None else partial(_read_group, name=path.name, group=group)


def _read_group(
    folder: Path,
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
    *,
    name: str,
    group: Group,
) -> Found:
    """Read files in a folder that are a set together; it is called by a name in an error."""
    root = folder / group.root
    match group.kind:
        case "one":
            return open_source(root / group.inner[0], said, limits, progress)
        case "IDX":
            return read_idx(root, said, limits, progress)
        case "arrays":
            files = {inner: root / inner for inner in group.inner}
            return read_arrays(name, files, said, limits, progress)
        case "tables":
            return read_tables(root, name, group.inner, said, limits, progress)


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
        return _reader_of_packed(path, name)
    if is_idx(start):
        return read_idx
    if _is_text(start):
        return _read_export if path.suffix.lower() in _EXPORTS else read_table
    raise InvalidDatasetError(f"The file {name} is of a kind that is not known.", TAKEN)


def _reader_of_packed(path: Path, name: str) -> Reader:
    with open_regular(path) as packed, gzip.GzipFile(fileobj=packed) as file:
        start = file.read(_START)
    if is_idx(start):
        return read_idx
    if start and _is_text(start):
        return read_table
    raise InvalidDatasetError(
        f"The file {name} is packed with gzip, and holds neither a table of text nor images in "
        "IDX files.",
        "Unpack it first.",
    )


def _is_text(start: bytes) -> bool:
    is_wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return is_wide or not any(sign < 9 or 13 < sign < 32 for sign in start)


def _read_export(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read a file that tells of the images beside it, together with these."""
    found = read_folder(path.absolute().parent, said, limits, progress)
    return replace(found, title=path.stem)


def _reader_of_zip(path: Path, name: str) -> Reader:
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        names = [info.filename for info in archive.infolist()]
    names = [name for name in names if not name.endswith("/")]
    if "xl/workbook.xml" in names:
        raise InvalidDatasetError(f"The file {name} is an Excel file.", "Save it as a CSV file.")
    if {*names} >= _OF_A_PROJECT:
        raise InvalidDatasetError(
            f"The file {name} is a whole project, and no set of images.",
            "Bring it back on the Projects page.",
        )
    if path.suffix.lower() == ".npz" or (names and all(_is_array(member) for member in names)):
        return read_npz
    if any(is_image_name(member) for member in names):
        return read_zip
    tidied = {member.replace("\\", "/").removeprefix("./"): member for member in names}
    group = group_among(name, [*tidied])
    if group is None:
        return read_zip
    unpacked = Group(group.kind, group.inner)
    places = {tidied[n]: inner for n, inner in zip(group.names, unpacked.names, strict=True)}
    return partial(
        read_inside, places=places, opens=partial(_read_group, name=name, group=unpacked)
    )


def _is_array(member: str) -> bool:
    """Whether a file in an archive is one as ``numpy.savez`` writes it."""
    return member.endswith(".npy") and "/" not in member


_READERS: Final[tuple[tuple[tuple[bytes, ...], Reader], ...]] = (
    ((b"\x93NUMPY",), read_npy),
    ((b"MATLAB",), read_mat),
    ((PARQUET, ARROW, STREAM, OLD_FEATHER), read_table),
)
