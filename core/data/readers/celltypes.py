"""What the types of Arrow's columns are, as far as it matters to images."""

from __future__ import annotations

from typing import TypeVar

import pyarrow as pa

Column = TypeVar("Column", pa.Array, pa.ChunkedArray)


def is_number(kind: pa.DataType) -> bool:
    """Whether values are whole or real numbers, or yes and no."""
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def is_binary(kind: pa.DataType) -> bool:
    """Whether values are bytes."""
    types = pa.types
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def is_list(kind: pa.DataType) -> bool:
    """Whether values are lists."""
    types = pa.types
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def storage(kind: pa.DataType) -> pa.DataType:
    """The type that a type of someone's own is kept as."""
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def is_list_of_numbers(kind: pa.DataType) -> bool:
    """Whether values are lists of numbers, or lists of such lists."""
    kind = storage(kind)
    if not is_list(kind):
        return False
    while is_list(kind):
        kind = kind.value_type
    return is_number(kind)


def values_of(kind: pa.DataType) -> pa.DataType:
    """The type of the values, where they are kept as numbers that stand for them."""
    kind = storage(kind)
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def is_text(kind: pa.DataType) -> bool:
    """Whether values are texts, in whichever of two lengths, or kept as numbers for them."""
    kind = values_of(kind)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def without_codes(column: Column) -> Column:
    """A column as its values, where it is kept as numbers that stand for them."""
    is_coded = pa.types.is_dictionary(column.type)
    plain: Column = column.cast(column.type.value_type) if is_coded else column
    return plain
