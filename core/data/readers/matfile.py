"""The format of MATLAB's files, versions 4 to 7, read with care.

SciPy's own reader is written for files that are in order: some damaged ones end the whole program.
Here each length that a file claims is compared with what is there.
"""

from __future__ import annotations

import math
import mmap
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

PLAIN: Final = {
    4: "char",
    6: "double",
    7: "single",
    8: "int8",
    9: "uint8",
    10: "int16",
    11: "uint16",
    12: "int32",
    13: "uint32",
    14: "int64",
    15: "uint64",
}
"""Classes of arrays by their number; those of plain values."""

_OTHERS: Final = {1: "cell", 2: "struct", 3: "object", 5: "sparse array", 16: "function"}
_DTYPES: Final = {
    "double": "f8",
    "single": "f4",
    "char": "U1",
    **{f"int{8 * n}": f"i{n}" for n in (1, 2, 4, 8)},
    **{f"uint{8 * n}": f"u{n}" for n in (1, 2, 4, 8)},
}
_STORED: Final = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
    16: "u1",
    17: "u2",
    18: "u4",
}
_OLD: Final = ("f8", "f4", "i4", "i2", "u2", "u1")
_UTF_8: Final = 16
_MATRIX: Final = 14
_COMPRESSED: Final = 15
_LOGICAL: Final = 0x200
_COMPLEX: Final = 0x800
_HEAD: Final = 128
_PEEKED: Final = 4096
_MOST_DEFLATED: Final = 1032
_MOST_AXES: Final = 32
_DEEPEST: Final = 4
_MOST_INNER: Final = 100_000
_MOST_SIGNS: Final = 2**24


@dataclass(frozen=True, slots=True)
class Variable:
    """An array, a structure or a row of cells.

    Attributes
    ----------
    kind
        What MATLAB calls it, such as "double" or "cell".
    n_bytes
        What it takes in memory while it is read.
    values
        Reads plain values.
    inner
        Reads what is inside of a structure or of cells; the names of cells are empty.
    """

    name: str
    shape: tuple[int, ...]
    kind: str
    dtype: np.dtype[Any] | None
    n_bytes: int
    values: Callable[[], NDArray[Any]]
    inner: Callable[[], list[Variable]]


def variables(file: IO[bytes]) -> list[Variable]:
    """All variables of a file.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if bytes(data[:6]) == b"MATLAB":
        return list(_elements(data))
    return list(_old(data))


def _elements(data: memoryview) -> Iterator[Variable]:
    order = ">" if bytes(data[126:128]) == b"MI" else "<"
    at = _HEAD
    while at < len(data):
        kind, part, at = _element(data, at, order, is_top=True)
        if kind == _MATRIX:
            yield _variable(part, partial(_as_it_is, part), order)
        elif kind == _COMPRESSED:
            start = zlib.decompressobj().decompress(part, _PEEKED)
            inner, length = struct.unpack_from(f"{order}II", start)
            if inner != _MATRIX or length > _MOST_DEFLATED * len(part):
                raise ValueError("a part of it is damaged")
            whole = _Unpacked(part, length)
            found = _variable(memoryview(start)[8:], whole, order)
            yield replace(found, n_bytes=max(length, found.n_bytes))


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """Unpacks an element when it is asked for."""

    part: memoryview
    length: int

    def __call__(self) -> memoryview:
        packer = zlib.decompressobj()
        found = packer.decompress(self.part, self.length + 8)
        rest = packer.decompress(packer.unconsumed_tail, 1)
        if len(found) != self.length + 8 or rest or not packer.eof:
            raise ValueError("a part of it is cut off")
        return memoryview(found)[8:]


def _as_it_is(part: memoryview) -> memoryview:
    return part


def _element(
    data: memoryview, at: int, order: str, *, is_top: bool = False
) -> tuple[int, memoryview, int]:
    """The kind and the content of what begins here, and where the next begins."""
    if at + 8 > len(data):
        raise ValueError("it is cut off")
    kind, length = struct.unpack_from(f"{order}II", data, at)
    if kind >> 16:
        # A short one: its length is in the upper half, and the content follows at once.
        kind, length = kind & 0xFFFF, kind >> 16
        if length > 4:
            raise ValueError("a part of it is damaged")
        return kind, data[at + 4 : at + 4 + length], at + 8
    end = at + 8 + length
    if end > len(data):
        raise ValueError("it is cut off")
    is_packed = is_top and kind == _COMPRESSED
    return kind, data[at + 8 : end], end if is_packed else end + -length % 8


def _numbers(kind: int, part: memoryview, order: str) -> NDArray[Any]:
    if kind not in _STORED:
        raise ValueError("a part of it is of an unknown kind")
    dtype = np.dtype(f"{order}{_STORED[kind]}")
    return np.frombuffer(part[: len(part) // dtype.itemsize * dtype.itemsize], dtype)


def _variable(
    start: memoryview, whole: Callable[[], memoryview], order: str, depth: int = 0
) -> Variable:
    """A variable whose head is in the first bytes of what is told of it."""
    flags, at = _part(start, 0, order)
    dims, at = _part(start, at, order)
    name, at = _part(start, at, order)
    if len(flags) < 1 or not 2 <= len(dims) <= _MOST_AXES or dims.min() < 0:
        raise ValueError("a shape in it makes no sense")
    number = int(flags[0]) & 0xFF
    shape = tuple(int(n) for n in dims)
    kind = PLAIN.get(number) or _OTHERS.get(number, "value of an unknown kind")
    if int(flags[0]) & _COMPLEX:
        kind = "complex array"
    dtype = np.dtype(_DTYPES[kind]) if kind in _DTYPES else None
    if dtype is not None and int(flags[0]) & _LOGICAL:
        dtype = np.dtype(np.bool_)
    return Variable(
        name=name.astype(np.uint8).tobytes().decode("utf-8", "replace"),
        shape=shape,
        kind=kind,
        dtype=dtype,
        n_bytes=math.prod(shape) * (dtype.itemsize if dtype is not None else 1),
        values=lambda: _values(whole(), at, order, shape, dtype),
        inner=lambda: _inner(whole(), at, order, (kind, math.prod(shape), depth)),
    )


def _part(data: memoryview, at: int, order: str) -> tuple[NDArray[Any], int]:
    kind, part, at = _element(data, at, order)
    return _numbers(kind, part, order), at


def _values(
    data: memoryview, at: int, order: str, shape: tuple[int, ...], dtype: np.dtype[Any] | None
) -> NDArray[Any]:
    """Plain values in MATLAB's order: the first axis runs fastest."""
    if dtype is None:
        raise ValueError("what is in it is no plain array")
    kind, part, _ = _element(data, at, order)
    n = math.prod(shape)
    if dtype.kind == "U":
        if n > _MOST_SIGNS:
            raise ValueError("a text in it is too long")
        codes = _numbers(kind, part, order)
        if kind == _UTF_8:
            codes = np.array([ord(sign) for sign in bytes(part).decode("utf-8", "replace")])
        signs = np.array([chr(int(code) % 0x110000) for code in codes[:n]], dtype="U1")
        rows = signs.reshape(shape, order="F").reshape(shape[0], -1)
        return np.array(["".join(row).rstrip() for row in rows.tolist()], dtype=np.str_)
    numbers = _numbers(kind, part, order)
    if len(numbers) < n:
        raise ValueError("its values are missing")
    return numbers[:n].reshape(shape, order="F").astype(dtype, copy=False)


def _inner(data: memoryview, at: int, order: str, known: tuple[str, int, int]) -> list[Variable]:
    """What is in a structure or in cells."""
    kind, n, depth = known
    names = [""]
    if kind == "struct":
        lengths, at = _part(data, at, order)
        told, at = _part(data, at, order)
        length = int(lengths[0]) if len(lengths) else 0
        if length < 1:
            raise ValueError("a structure in it is damaged")
        text = told.astype(np.uint8).tobytes()
        names = [
            text[i : i + length].split(b"\0")[0].decode("utf-8", "replace")
            for i in range(0, len(text), length)
        ]
    if depth >= _DEEPEST or n * len(names) > _MOST_INNER or kind not in {"struct", "cell"}:
        raise ValueError("what is in it is too deep, or too much")
    found = []
    for index in range(n * len(names)):
        inner, part, at = _element(data, at, order)
        if inner != _MATRIX or len(part) == 0:
            continue
        one = _variable(part, partial(_as_it_is, part), order, depth + 1)
        found.append(replace(one, name=names[index % len(names)]))
    return found


def _old(data: memoryview) -> Iterator[Variable]:
    """The variables of a file of version 4: a head, a name and the values of each."""
    at = 0
    while at < len(data):
        if at + 20 > len(data):
            raise ValueError("it is cut off")
        order = "<" if 0 <= struct.unpack_from("<i", data, at)[0] < 1000 else ">"
        told, rows, columns, is_complex, length = struct.unpack_from(f"{order}5i", data, at)
        number, kind = told // 10 % 10, told % 10
        if not 0 <= told < 5000 or told // 100 % 10 or number >= len(_OLD):
            raise ValueError("it is no MATLAB file")
        if min(rows, columns) < 0 or not 0 < length <= _PEEKED:
            raise ValueError("a shape in it makes no sense")
        dtype = np.dtype(f"{order}{_OLD[number]}")
        start = at + 20 + length
        at = start + rows * columns * dtype.itemsize * (2 if is_complex else 1)
        if at > len(data):
            raise ValueError("its values are missing")
        name = bytes(data[start - length : start]).split(b"\0")[0].decode("latin-1")
        words = ("complex array" if is_complex else "double", "char", "sparse array")
        values = _OldValues(data[start:at], (rows, columns), dtype, is_text=kind == 1)
        is_plain = kind in {0, 1} and not is_complex
        own = np.dtype("U1") if kind == 1 else dtype
        yield Variable(
            name,
            (rows, columns),
            words[min(kind, 2)],
            own if is_plain else None,
            rows * columns * own.itemsize,
            values,
            list,
        )


@dataclass(frozen=True, slots=True)
class _OldValues:
    part: memoryview
    shape: tuple[int, int]
    dtype: np.dtype[Any]
    is_text: bool

    def __call__(self) -> NDArray[Any]:
        values = np.frombuffer(self.part, self.dtype).reshape(self.shape, order="F")
        if not self.is_text:
            return values
        if values.size > _MOST_SIGNS:
            raise ValueError("a text in it is too long")
        codes = np.nan_to_num(values).clip(0, 0x10FFFF).astype(np.int64)
        return np.array(["".join(map(chr, row)).rstrip() for row in codes.tolist()], dtype=np.str_)
