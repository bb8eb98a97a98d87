"""Files of arrays (``.npz``) that may come from anywhere: read with care, or refused in words.

What is shared by all that reads such files is here too: how one is opened, what it says of an
array, and how whatever goes wrong is put into words.

What a file says of itself is compared with what is there before any memory is asked for. Nothing is
unpickled, and nothing is opened that is no regular file: a pipe would be waited for without end.
"""

from __future__ import annotations

import math
import mmap
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Protocol, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.errors import InvalidDatasetError, LabelspreadError

REMEDY: Final = (
    "An image set is an .npz file with an array `images` of grey values, shape (items, height, "
    "width), and an array `labels` or `class_names`."
)

MOST_BYTES: Final = 8 * 2**30
"""The arrays of a set have to fit into memory, together with all that is made of them."""

GZIP: Final = b"\x1f\x8b"
"""How a file that is packed with gzip begins."""

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_MOST_DEFLATED: Final = 1032
"""Bytes that deflating can make one byte of, at the very most."""

_LONGEST_REASON: Final = 120
_AT_A_TIME: Final = 2**22


class Readable(Protocol):
    """What bytes can be read from, one after the other."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; none where it ends."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of one of its arrays.

    Attributes
    ----------
    shape
        No number of it is negative, and so many values are there.
    in_columns
        Whether its first axis is the one that runs fastest, as in Fortran.
    start
        The byte that its values begin at.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    in_columns: bool = False
    start: int = 0

    @property
    def n_bytes(self) -> int:
        """The memory that the array takes."""
        return math.prod(self.shape) * self.dtype.itemsize


class NotPlainError(InvalidDatasetError):
    """An array is neither of numbers nor of text."""


class Archive:
    """The arrays of a file, open until the ``with`` block ends.

    Parameters
    ----------
    path
        Where the file is.
    most_bytes
        How large all arrays that are read may be together.

    Raises
    ------
    InvalidDatasetError
        Here and from each method: if the file is not there, is no such file, or is damaged.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.name = path.name
        self._most_bytes = most_bytes
        self._taken = 0
        with self._in_words():
            self._file = open_regular(path)
            try:
                self._size = os.fstat(self._file.fileno()).st_size
                self._zip = zipfile.ZipFile(self._file)
                self._members = {info.filename: info for info in self._zip.infolist()}
            except BaseException:
                self._file.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
        self._file.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all arrays, in the order of the file."""
        return tuple(name.removesuffix(".npy") for name in self._members if name.endswith(".npy"))

    def head(self, *names: str) -> Head | None:
        """Of the first of these arrays that is there: its shape and dtype; None if none is."""
        name = self._first(names)
        if name is None:
            return None
        member = self._members[f"{name}.npy"]
        with self._in_words():
            self._check_packing(member)
            with self._zip.open(member) as file:
                return read_head(file, member.file_size, self.name, name)

    def array(self, *names: str) -> NDArray[Any] | None:
        """The first of these arrays that is there; None if none is."""
        name, head = self._first(names), self.head(*names)
        if name is None or head is None:
            return None
        self._take(head.n_bytes)
        with self._in_words(), self._zip.open(f"{name}.npy") as file:
            array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
            # The checksum is compared where the array ends.
            file.read(1)
        return array

    def fill(self, name: str, values: NDArray[Any]) -> None:
        """Read an array into one of its shape and dtype, which is contiguous, without a copy.

        The memory is not counted; whoever made room for it has done so.
        """
        with self._in_words(), self._zip.open(f"{name}.npy") as file:
            head = read_head(file, self._members[f"{name}.npy"].file_size, self.name, name)
            fill(file, values, head.n_bytes)
            file.read(1)

    def room(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """An empty array to be filled."""
        self._take(math.prod(shape) * dtype.itemsize)
        with self._in_words():
            return np.empty(shape, dtype)

    def _first(self, names: tuple[str, ...]) -> str | None:
        return next((name for name in names if f"{name}.npy" in self._members), None)

    def _take(self, n_bytes: int) -> None:
        self._taken += n_bytes
        if self._taken > self._most_bytes:
            raise too_large(self.name, self._taken, self._most_bytes)

    def refusal(self, problem: str) -> InvalidDatasetError:
        """An error that says what an image set is."""
        return InvalidDatasetError(problem, REMEDY)

    def _check_packing(self, member: zipfile.ZipInfo) -> None:
        if member.flag_bits & _ENCRYPTED:
            raise InvalidDatasetError(
                f"The file {self.name} is encrypted.", "Save it without a password."
            )
        if member.compress_type not in _METHODS:
            raise InvalidDatasetError(
                f"The file {self.name} is compressed in a way that Labelspread cannot read.",
                "Save it with numpy.savez or numpy.savez_compressed.",
            )
        most = 1 if member.compress_type == zipfile.ZIP_STORED else _MOST_DEFLATED
        if member.file_size > most * min(member.compress_size, self._size):
            raise self.refusal(f"The file {self.name} is cut off, or damaged.")

    def _in_words(self) -> AbstractContextManager[None]:
        return in_words(self.name, REMEDY)


@contextmanager
def in_words(file: str, remedy: str) -> Iterator[None]:
    """Put whatever goes wrong with a file into words.

    Parameters
    ----------
    file
        What it is called.
    remedy
        What to do about a file that cannot be read.
    """
    try:
        yield
    except LabelspreadError:
        raise
    except FileNotFoundError as error:
        raise InvalidDatasetError(
            f"The image set {file} is not there any more.", "Put the file back in its place."
        ) from error
    except PermissionError as error:
        raise InvalidDatasetError(
            f"The file {file} cannot be read: it is not allowed.", "Make it readable for the app."
        ) from error
    except MemoryError as error:
        raise InvalidDatasetError(
            f"There is not enough memory for the file {file}.",
            "Leave out some images, or make them smaller.",
        ) from error
    # Of bytes that make no sense zipfile, numpy and all others raise whatever they come upon.
    except Exception as error:
        raise InvalidDatasetError(
            f"The file {file} cannot be read ({reason(error)}).", remedy
        ) from error


def too_large(file: str, n_bytes: int, most: int) -> InvalidDatasetError:
    """An error about arrays that would take too much memory."""
    return InvalidDatasetError(
        f"The arrays of {file} take {gigabytes(n_bytes)}, and at most {gigabytes(most)} can be "
        "used.",
        "Leave out some images, or make them smaller.",
    )


def read_head(file: IO[bytes], size: int, of: str, name: str = "") -> Head:
    """What a file says of an array in numpy's own format, compared with what is there.

    Parameters
    ----------
    size
        How many bytes the array takes in the file, with its head.
    of, name
        What the file and the array are called in errors.
    """
    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, in_columns, dtype = read(file)
    head = Head(shape, dtype, in_columns, file.tell())
    name = _seen(name)
    array = f"The array “{name}” of {of}" if name else f"The array of {of}"
    if dtype.hasobject:
        raise NotPlainError(
            f"{array} holds no plain values but Python objects, which are never unpacked.",
            f"Save it with plain values, for instance {name or 'array'}.astype(str).",
        )
    if dtype.itemsize == 0:
        raise NotPlainError(f"{array} holds no plain values.", REMEDY)
    if any(n < 0 for n in shape) or head.n_bytes > size - head.start:
        raise InvalidDatasetError(
            f"{array} claims the shape {shown_shape(shape)}, but its values are missing.", REMEDY
        )
    return head


def read_npy_whole(path: Path, most_bytes: int) -> NDArray[Any]:
    """An array in a file of numpy's own format, read into memory."""
    with open_regular(path) as file:
        head = read_head(file, os.fstat(file.fileno()).st_size, path.name)
        if head.n_bytes > most_bytes:
            raise too_large(path.name, head.n_bytes, most_bytes)
        file.seek(0)
        array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
    return array


def mapped(file: IO[bytes], head: Head) -> NDArray[Any]:
    """The values of an array where they lie on the disk, to be read only."""
    pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    values = np.frombuffer(pages, head.dtype, math.prod(head.shape), head.start)
    return values.reshape(head.shape, order="F" if head.in_columns else "C")


def fill(file: Readable, values: NDArray[Any], n_bytes: int) -> None:
    """Read the values of a contiguous array out of a file, some at a time."""
    if n_bytes != values.nbytes:
        raise ValueError("it has changed")
    view = values.reshape(-1).view(np.uint8)
    at = 0
    while at < n_bytes:
        part = file.read(min(_AT_A_TIME, n_bytes - at))
        if not part:
            raise EOFError("it is cut off")
        view[at : at + len(part)] = np.frombuffer(part, np.uint8)
        at += len(part)


def open_regular(path: Path) -> IO[bytes]:
    """Open a file for reading, if it is one; a device is not even touched."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is not a regular file")
    # It may have been replaced since by a pipe, which would be waited for without this flag.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise OSError("it is not a regular file")
    return file


def reason(error: Exception) -> str:
    """What an error says, without what else of the file's bytes it may quote."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _seen(text.partition("\n")[0]) or type(error).__name__


def _seen(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:_LONGEST_REASON]


def shown_shape(shape: tuple[int, ...]) -> str:
    """A shape in an error: not all of a long one."""
    return f"({', '.join(f'{n:,}' for n in shape[:4])}{', …' if len(shape) > 4 else ''})"


def gigabytes(n_bytes: int) -> str:
    """A size in words."""
    return f"{n_bytes / 2**30:,.1f} GB"
