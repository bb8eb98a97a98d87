"""The formats there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final, Literal, get_args

from core.export.pack import Pack
from core.export.pictures import write_folders, write_label_studio, write_npz
from core.export.tables import write_csv, write_jsonl, write_parquet

FormatKey = Literal["csv", "jsonl", "parquet", "npz", "zip", "label-studio"]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    title, explanation
        For people: a name, and a sentence.
    ending, mime
        Of the file.
    write
        Writes it.
    tells
        Whether what is told of an export is in the file itself; else it needs one of its own.
    """

    title: str
    explanation: str
    ending: str
    mime: str
    write: Callable[[Pack, IO[bytes]], None]
    tells: bool = False


FORMATS: Final[dict[FormatKey, Format]] = {
    "csv": Format("CSV", "A table for spreadsheets and pandas.", "csv", "text/csv", write_csv),
    "jsonl": Format(
        "JSON lines", "One JSON object a line.", "jsonl", "application/x-ndjson", write_jsonl
    ),
    "parquet": Format(
        "Parquet",
        "A table with types, for pandas, Arrow and DuckDB.",
        "parquet",
        "application/vnd.apache.parquet",
        write_parquet,
        tells=True,
    ),
    "npz": Format(
        "NPZ",
        "Images and labels as NumPy arrays.",
        "npz",
        "application/octet-stream",
        write_npz,
        tells=True,
    ),
    "zip": Format(
        "Images in folders",
        "A ZIP file with a folder of PNG images for each class, as ImageFolder reads it.",
        "zip",
        "application/zip",
        write_folders,
        tells=True,
    ),
    "label-studio": Format(
        "Label Studio",
        "Tasks with annotations by people and predictions by the model.",
        "json",
        "application/json",
        write_label_studio,
    ),
}
assert set(FORMATS) == set(get_args(FormatKey))
