"""Columns of lists of numbers, all as long as each other, as one array."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
from numpy.typing import NDArray

from core.data.archive import MOST_BYTES, too_large
from core.data.classes import shown
from core.data.readers.found import Limits
from core.errors import InvalidDatasetError


def stacked(file: str, name: str, column: pa.ChunkedArray, limits: Limits) -> NDArray[Any]:
    """All lists of a column, or lists of lists, one below the other.

    Raises
    ------
    InvalidDatasetError
        If one is missing, or they differ in length.
    """
    kind = column.type
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], kind)
    shape = [len(array)]
    if isinstance(kind, pa.BaseExtensionType):
        inner = getattr(kind, "shape", None)
        array = array.storage
        shape += list(inner) if inner is not None else []
    lengths: list[int] = []
    while pa.types.is_nested(array.type):
        length = _length(array)
        if array.null_count or length is None:
            raise InvalidDatasetError(
                f"The lists in column “{shown(name)}” of {file} differ in length, or some are "
                "missing.",
                "Give each image a list of the same length.",
            )
        lengths.append(length)
        array = array.flatten()
    shape = shape if len(shape) > 1 else [*shape, *lengths]
    if array.null_count:
        raise InvalidDatasetError(
            f"Numbers are missing in the lists of column “{shown(name)}” of {file}.",
            "Fill them in.",
        )
    values: NDArray[Any] = array.to_numpy(zero_copy_only=False)
    most = min(MOST_BYTES, limits.n_bytes)
    if values.nbytes > most:
        raise too_large(file, values.nbytes, most)
    if math.prod(shape) != values.size:
        raise InvalidDatasetError(
            f"The lists in column “{shown(name)}” of {file} do not have the shape that they claim.",
            "Write the table anew.",
        )
    return values.reshape(shape)


def _length(array: pa.Array) -> int | None:
    """The length of all lists; None if they differ."""
    if pa.types.is_fixed_size_list(array.type):
        return int(array.type.list_size)
    if len(array) == 0:
        return 0
    lengths = array.value_lengths().to_numpy(zero_copy_only=False)
    return int(lengths[0]) if (lengths == lengths[0]).all() else None
