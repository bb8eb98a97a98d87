"""Networks as ONNX files, written without the library: a few kinds of messages are all it takes.

A message is a row of fields. Each begins with its number and its kind: whole numbers of seven bits
a byte, or bytes after their length, which are texts, floats in a row, or messages again.

References
----------
onnx.proto3, https://github.com/onnx/onnx; Protocol Buffers, "Encoding".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Attribute = int | float | Sequence[int]

_IR_VERSION: Final = 8
_OPSET: Final = 13
_FLOAT: Final = 1
_INT64: Final = 7
_TYPES: Final = {np.dtype("<f4"): _FLOAT, np.dtype("<i8"): _INT64}
_AS_INT, _AS_FLOAT, _AS_INTS = 2, 1, 7
"""The kinds of an attribute."""

Dimension = int | str


@dataclass
class Graph:
    """A network that is being put together: one input, one output, one operation after another.

    Attributes
    ----------
    name
        Of the network.
    input, output
        Name and shape; a text stands for a number that is not known before.
    """

    name: str
    input: tuple[str, tuple[Dimension, ...]]
    output: tuple[str, tuple[Dimension, ...]]
    _nodes: list[bytes] = field(default_factory=list)
    _tensors: list[bytes] = field(default_factory=list)

    def tensor(self, name: str, values: NDArray[Any]) -> str:
        """Add values that operations use, float32 or int64; their name."""
        values = np.ascontiguousarray(values)
        self._tensors.append(
            b"".join(_number(1, n) for n in values.shape)
            + _number(2, _TYPES[values.dtype.newbyteorder("<")])
            + _bytes(8, name.encode())
            + _bytes(9, values.tobytes())
        )
        return name

    def node(
        self,
        kind: str,
        inputs: Sequence[str],
        output: str,
        attributes: Mapping[str, Attribute] | None = None,
    ) -> str:
        """Add an operation; the name of what comes out of it."""
        self._nodes.append(
            b"".join(_bytes(1, name.encode()) for name in inputs)
            + _bytes(2, output.encode())
            + _bytes(4, kind.encode())
            + b"".join(_bytes(5, _attribute(*one)) for one in (attributes or {}).items())
        )
        return output

    def to_bytes(self, notes: Mapping[str, str] | None = None) -> bytes:
        """The file.

        Parameters
        ----------
        notes
            What else is to be said of the network, by name.
        """
        graph = (
            b"".join(_bytes(1, node) for node in self._nodes)
            + _bytes(2, self.name.encode())
            + b"".join(_bytes(5, tensor) for tensor in self._tensors)
            + _bytes(11, _value(*self.input))
            + _bytes(12, _value(*self.output))
        )
        told = (
            _bytes(1, name.encode()) + _bytes(2, value.encode())
            for name, value in (notes or {}).items()
        )
        return (
            _number(1, _IR_VERSION)
            + _bytes(2, b"labelspread")
            + _bytes(7, graph)
            + _bytes(8, _bytes(1, b"") + _number(2, _OPSET))
            + b"".join(_bytes(14, note) for note in told)
        )


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, int):
        told, kind = _number(3, value), _AS_INT
    elif isinstance(value, float):
        told, kind = _key(2, 5) + np.float32(value).tobytes(), _AS_FLOAT
    else:
        told, kind = b"".join(_number(8, one) for one in value), _AS_INTS
    return _bytes(1, name.encode()) + told + _number(20, kind)


def _value(name: str, shape: tuple[Dimension, ...]) -> bytes:
    """An input or output: floats in a shape."""
    sides = b"".join(
        _bytes(1, _number(1, side) if isinstance(side, int) else _bytes(2, side.encode()))
        for side in shape
    )
    tensor = _number(1, _FLOAT) + _bytes(2, sides)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor))


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _number(number: int, value: int) -> bytes:
    return _key(number, 0) + _varint(value)


def _bytes(number: int, data: bytes) -> bytes:
    return _key(number, 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    """A number that is not negative, its lowest seven bits first."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
