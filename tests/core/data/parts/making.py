"""Sets in Parquet parts to read: of the digits, with whatever is needed beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import fsspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from tests.core.data.readers.making import DIGITS, NAMES, TARGET, png

FEATURES = DIGITS.reshape(len(DIGITS), -1).astype(np.float32)


def lists(features: NDArray[Any], *, is_fixed: bool = True) -> pa.Array:
    values = pa.array(features.reshape(-1))
    if is_fixed:
        return pa.FixedSizeListArray.from_arrays(values, features.shape[1])
    ends = np.arange(len(features) + 1, dtype=np.int32) * features.shape[1]
    return pa.ListArray.from_arrays(pa.array(ends), values)


def table_of(rows: slice, *, is_fixed: bool = True) -> pa.Table:
    """Digits as on Hugging Face, with a name and with features."""
    places = range(len(DIGITS))[rows]
    image = pa.array(
        [{"bytes": png(DIGITS[place]), "path": f"{place}.png"} for place in places],
        pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
    )
    return pa.table(
        {
            "image": image,
            "id": [f"digit {place}" for place in places],
            "embedding": lists(FEATURES[rows], is_fixed=is_fixed),
            "label": [NAMES[TARGET[place]] for place in places],
        }
    )


def write(url: str, tables: Sequence[pa.Table], row_group_size: int = 5) -> str:
    """Write parts at an address; it is returned."""
    for number, table in enumerate(tables):
        write_part(url, number, table, row_group_size)
    return url


def write_part(url: str, number: int, table: pa.Table, row_group_size: int = 5) -> None:
    with fsspec.open(f"{url}/part-{number:03}.parquet", "wb") as file:
        parquet.write_table(table, file, row_group_size=row_group_size)
