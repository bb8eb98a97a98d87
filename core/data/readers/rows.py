"""The rows of a small table beside images, all as text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from math import isnan
from typing import Any, Final

Row = dict[str, str]

TABLES: Final = frozenset({".csv", ".tsv", ".jsonl", ".parquet"})
"""The endings of tables that are read, in small letters."""

_MOST_VALUES: Final = 2**26
_SEPARATORS: Final = ",;\t|"


def read_rows(data: bytes, end: str) -> list[Row]:
    """Read a table.

    Parameters
    ----------
    end
        The ending of its file.

    Raises
    ------
    Exception
        Of any kind, if it makes no sense.
    """
    if end == ".parquet":
        return list(_from_parquet(data))
    text = _text(data)
    if end == ".jsonl":
        return list(_from_lines(text))
    first = text.partition("\n")[0]
    separator = "\t" if end == ".tsv" else max(_SEPARATORS, key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return [
        {column: value or "" for column, value in row.items() if isinstance(column, str)}
        for row in reader
    ]


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _from_lines(text: str) -> Iterator[Row]:
    for line in text.split("\n"):
        if line.strip():
            yield {column: _as_text(value) for column, value in json.loads(line).items()}


def _from_parquet(data: bytes) -> Iterator[Row]:
    import pyarrow as pa
    from pyarrow import parquet

    file = parquet.ParquetFile(pa.BufferReader(data))
    if file.metadata.num_rows * file.metadata.num_columns > _MOST_VALUES:
        raise ValueError("it is too large")
    for batch in file.iter_batches():
        for row in batch.to_pylist():
            yield {column: _as_text(value) for column, value in row.items()}


def _as_text(value: Any) -> str:  # noqa: ANN401 - whatever a table holds
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if isnan(value) else str(int(value) if value.is_integer() else value)
    if isinstance(value, dict | list):
        return json.dumps(value, default=str)
    return str(value)
