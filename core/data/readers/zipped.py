"""A ZIP file of image files. Nothing of it is ever unpacked to the disk.

What a ZIP file says of itself is compared with what is there; one that says the impossible is
refused.
"""

from __future__ import annotations

import os
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Final

from core.data.archive import in_words, open_regular
from core.data.classes import shown
from core.data.readers.found import Bad, BadImageError, Found, Limits
from core.data.readers.image_files import found_images
from core.data.readers.listing import File, Listing, is_junk
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress
from core.wording import counted

_REMEDY: Final = "Download or pack it again."

_ENCRYPTED: Final = 0x1
_UTF8: Final = 0x800
_MOST_DEFLATED: Final = 1032
"""Bytes that deflating can make one byte of, at the very most."""

_HEAD: Final = struct.Struct("<4s5H3I2H")
_MAGIC: Final = b"PK\x03\x04"
_DRIVE: Final = 2


def read_zip(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read the image files in a ZIP file.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, or holds too few images or too many.
    """
    with in_words(shown(path.name), _REMEDY):
        progress("Looking for files", 0.0)
        packed = _Packed(open_regular(path))
        try:
            return found_images(_listing(path, packed), said, limits, progress)
        except BaseException:
            packed.close()
            raise


class _Packed:
    """Reads members of a ZIP file from several threads at once, with no search for each."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.n_bytes = os.fstat(file.fileno()).st_size

    @property
    def file(self) -> IO[bytes]:
        """The ZIP file itself."""
        return self._file

    def close(self) -> None:
        """Let go of the file, once nobody reads it."""
        with self._lock:
            self._file.close()

    def read(self, member: zipfile.ZipInfo, name: str) -> bytes:
        """The bytes of a member, unpacked, as many as were promised."""
        damaged = BadImageError(f"The file {shown(name)} is damaged in the ZIP file.", _REMEDY)
        try:
            start = self._at(member.header_offset, _HEAD.size)
            if len(start) < _HEAD.size:
                raise damaged
            magic, *_, n_name, n_extra = _HEAD.unpack(start)
            at = member.header_offset + _HEAD.size + n_name + n_extra
            data = self._at(at, member.compress_size)
            if magic != _MAGIC or len(data) != member.compress_size:
                raise damaged
            if member.compress_type == zipfile.ZIP_DEFLATED:
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, member.file_size + 1)
        except (OSError, ValueError, zlib.error) as error:
            raise damaged from error
        if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
            raise damaged
        return data

    def _at(self, offset: int, n_bytes: int) -> bytes:
        with self._lock:
            self._file.seek(offset)
            return self._file.read(n_bytes)


def _listing(path: Path, packed: _Packed) -> Listing:
    members: dict[str, zipfile.ZipInfo] = {}
    folders: list[str] = []
    bad: list[Bad] = []
    n_links = n_twice = n_junk = 0
    infos = zipfile.ZipFile(packed.file).infolist()
    check_whole(path.name, infos, packed.n_bytes)
    for info in infos:
        name = _name(info)
        if is_junk(name.strip("/")):
            n_junk += 1
            continue
        if name.endswith("/"):
            if not leads_out(name.rstrip("/")):
                folders.append(name.rstrip("/"))
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            n_links += 1
            continue
        problem = problem_of(info, name, packed.n_bytes)
        if problem is not None:
            bad.append(problem)
            continue
        if name in members:
            n_twice += 1
            name = _another(name, members)
        members[name] = info
    files = sorted(File(name, info.file_size) for name, info in members.items())
    in_order = [members[file.name] for file in files]

    def read(index: int) -> bytes:
        return packed.read(in_order[index], files[index].name)

    return Listing(
        path.name,
        path.stem,
        "ZIP file",
        files,
        folders,
        read,
        tuple(bad),
        tuple(_notes(n_links, n_twice)),
        n_junk,
        packed.close,
    )


def check_whole(file: str, infos: Iterable[zipfile.ZipInfo], n_bytes: int) -> None:
    """See that no two members of a ZIP file are made of the same bytes, and all are inside.

    Parameters
    ----------
    file
        What it is called.
    n_bytes
        How large it is.

    Raises
    ------
    InvalidDatasetError
        If that is not so.
    """
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise InvalidDatasetError(
                f"The ZIP file {shown(file)} is damaged, or made to do harm: files in it overlap.",
                _REMEDY,
            )
        end = info.header_offset + _HEAD.size + len(info.orig_filename) + info.compress_size
    if end > n_bytes:
        raise InvalidDatasetError(f"The ZIP file {shown(file)} is cut off, or damaged.", _REMEDY)


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member: often UTF-8 although it is not said, sometimes with backslashes."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.orig_filename
    return name.replace("\\", "/").removeprefix("./")


def leads_out(name: str) -> bool:
    """Whether a path inside of a ZIP file, with forward slashes, may be one outside of it."""
    parts = name.split("/")
    has_drive = len(parts[0]) == _DRIVE and parts[0].endswith(":")
    return has_drive or any(part in {"", ".", ".."} for part in parts)


def problem_of(info: zipfile.ZipInfo, name: str, n_bytes: int) -> Bad | None:
    """Why a member of a ZIP file cannot be used; None if nothing is wrong with it.

    Parameters
    ----------
    name
        What it is called, with forward slashes.
    n_bytes
        How large the ZIP file is.
    """
    most = 1 if info.compress_type == zipfile.ZIP_STORED else _MOST_DEFLATED
    if leads_out(name):
        why = "Its path leads out of the ZIP file.", "Rename it."
    elif info.flag_bits & _ENCRYPTED:
        why = "It is encrypted.", "Pack it without a password."
    elif info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        why = (
            "It is compressed in a way that Labelspread cannot read.",
            "Pack it in the usual way (Deflate).",
        )
    elif info.file_size > most * min(info.compress_size, n_bytes):
        why = "It claims to be larger than it can be.", _REMEDY
    else:
        return None
    return Bad(shown(name), *why)


def _another(name: str, taken: Mapping[str, object]) -> str:
    """A name for a second member of the same name."""
    stem, dot, end = name.rpartition(".")
    number = 2
    while (other := f"{stem} ({number}){dot}{end}") in taken:
        number += 1
    return other


def _notes(n_links: int, n_twice: int) -> Iterable[str]:
    if n_links:
        yield f"{counted(n_links, 'link')} {'was' if n_links == 1 else 'were'} left out."
    if n_twice:
        has = "file has" if n_twice == 1 else "files have"
        yield f"{n_twice:,} {has} the name of another, and a number was added to the name."
