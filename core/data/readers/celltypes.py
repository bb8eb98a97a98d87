"""What the types of Arrow's columns are, as far as it matters to images."""

from __future__ import annotations

import pyarrow as pa


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
    """Whether values are texts, however they are kept."""
    kind, types = values_of(kind), pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def without_codes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as its values, where it is kept as numbers that stand for them."""
    is_coded = pa.types.is_dictionary(column.type)
    return column.cast(column.type.value_type) if is_coded else column
