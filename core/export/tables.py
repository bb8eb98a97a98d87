"""Rows as tables: CSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import IO, Final

from core.export.pack import Pack
from core.export.rows import EXPLAINED, Row
from core.wording import spreadsheet

_TEXTS: Final = frozenset(
    {
        "label",
        "human_label",
        "given_label",
        "model_label",
        "true_label",
        "annotator",
        "file",
        "split",
        "votes",
        "decided_by",
    }
)
"""Columns of what people have called something."""


def write_csv(pack: Pack, file: IO[bytes]) -> None:
    """Comma-separated values, UTF-8. What a spreadsheet would run as a formula is text there."""
    text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(EXPLAINED)
        for some in pack.some():
            writer.writerows(cells(row) for row in some.rows)
    finally:
        # The file is whoever's who gave it.
        text.flush()
        text.detach()


def write_jsonl(pack: Pack, file: IO[bytes]) -> None:
    """A JSON object a line; null where there is nothing."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_as_json).encode
    for some in pack.some():
        lines = "".join(f"{encode(row._asdict())}\n" for row in some.rows)
        file.write(lines.encode("utf-8", errors="replace"))


def write_parquet(pack: Pack, file: IO[bytes]) -> None:
    """A Parquet file; what is told of the export is in its metadata, under ``labelspread``."""
    # Large, and of use here only.
    import pyarrow as pa
    from pyarrow import parquet

    text = pa.string()
    types = {
        "number": pa.int64(),
        "row": pa.int64(),
        "model_probability": pa.float64(),
        "reviewed": pa.bool_(),
        "answered_at": pa.timestamp("us", tz="UTC"),
        "round": pa.int64(),
        "seconds": pa.float64(),
    }
    schema = pa.schema([(name, types.get(name, text)) for name in EXPLAINED]).with_metadata(
        {"labelspread": json.dumps(pack.about, ensure_ascii=False)}
    )
    with parquet.ParquetWriter(file, schema) as writer:
        for some in pack.some():
            columns = list(zip(*some.rows, strict=True)) or [()] * len(EXPLAINED)
            arrays = [
                pa.array(column, type=field.type)
                for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_table(pa.table(arrays, schema=schema))


def cells(row: Row) -> list[str | int | float]:
    """A row for a table that a spreadsheet may open; empty texts where there is nothing."""
    return [_cell(name, value) for name, value in zip(EXPLAINED, row, strict=True)]


def _cell(name: str, value: str | float | datetime | None) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _moment(value)
    return spreadsheet(value) if name in _TEXTS and isinstance(value, str) else value


def _moment(time: datetime) -> str:
    """A time with a fraction of a second, always: some readers take only one form in a column."""
    return time.isoformat(timespec="microseconds")


def _as_json(value: object) -> str:
    if isinstance(value, datetime):
        return _moment(value)
    raise TypeError(f"{value!r} cannot be written as JSON")
