"""Files of arrays (``.npz``) that may come from anywhere: read with care, or refused in words.

What a file says of itself is compared with what is there before any memory is asked for. Nothing is
unpickled, and nothing is opened that is no regular file: a pipe would be waited for without end.
"""

from __future__ import annotations

import math
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

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

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_MOST_DEFLATED: Final = 1032
"""Bytes that deflating can make one byte of, at the very most."""

_LONGEST_REASON: Final = 120


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of one of its arrays.

    Attributes
    ----------
    shape
        No number of it is negative, and so many values are there.
    """

    member: zipfile.ZipInfo
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def n_bytes(self) -> int:
        """The memory that the array takes."""
        return math.prod(self.shape) * self.dtype.itemsize


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
            self._file = _open_regular(path)
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

    def head(self, *names: str) -> Head | None:
        """Of the first of these arrays that is there: its shape and dtype; None if none is."""
        inside = (f"{name}.npy" for name in names)
        name = next((name for name in inside if name in self._members), None)
        if name is None:
            return None
        member = self._members[name]
        with self._in_words():
            self._check_packing(member)
            with self._zip.open(member) as file:
                version = npy.read_magic(file)
                read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                shape, _, dtype = read(file)
                head = Head(member, shape, dtype)
                left = member.file_size - file.tell()
        if dtype.hasobject or dtype.itemsize == 0:
            raise self.refusal(f"The array “{name[:-4]}” of {self.name} holds no plain values.")
        if any(n < 0 for n in shape) or head.n_bytes > left:
            raise self.refusal(
                f"The array “{name[:-4]}” of {self.name} claims the shape "
                f"{_shown(shape)}, but its values are missing."
            )
        return head

    def array(self, *names: str) -> NDArray[Any] | None:
        """The first of these arrays that is there; None if none is."""
        head = self.head(*names)
        if head is None:
            return None
        self._taken += head.n_bytes
        if self._taken > self._most_bytes:
            raise InvalidDatasetError(
                f"The arrays of {self.name} take {_gigabytes(self._taken)}, and at most "
                f"{_gigabytes(self._most_bytes)} can be used.",
                "Leave out some images, or make them smaller.",
            )
        with self._in_words(), self._zip.open(head.member) as file:
            array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
            # The checksum is compared where the array ends.
            file.read(1)
        return array

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

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except LabelspreadError:
            raise
        except FileNotFoundError as error:
            raise InvalidDatasetError(
                f"The image set {self.name} is not there any more.",
                "Put the file back in its place.",
            ) from error
        except MemoryError as error:
            raise InvalidDatasetError(
                f"There is not enough memory for the file {self.name}.",
                "Leave out some images, or make them smaller.",
            ) from error
        # Of bytes that make no sense zipfile and numpy raise whatever they come upon.
        except Exception as error:
            raise self.refusal(
                f"The file {self.name} cannot be read ({_reason(error)})."
            ) from error


def _open_regular(path: Path) -> IO[bytes]:
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


def _reason(error: Exception) -> str:
    """What an error says, without what else of the file's bytes it may quote."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = "".join(sign for sign in text.partition("\n")[0] if sign.isprintable())
    return line[:_LONGEST_REASON] or type(error).__name__


def _shown(shape: tuple[int, ...]) -> str:
    return f"({', '.join(f'{n:,}' for n in shape[:4])}{', …' if len(shape) > 4 else ''})"


def _gigabytes(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:,.1f} GB"
