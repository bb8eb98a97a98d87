"""The formats there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final, Literal, get_args

from core.data.dataset import INLINE
from core.export.pack import Pack
from core.export.pictures import write_folders, write_label_studio, write_npz
from core.export.rows import LEAST, Choice, Wanted
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
    unit
        What a row is, for people.
    with_image, with_label
        What it can take: of a :class:`~core.export.rows.Choice`.
    """

    title: str
    explanation: str
    ending: str
    mime: str
    write: Callable[[Pack, IO[bytes]], None]
    tells: bool = False
    unit: Literal["row", "image"] = "row"
    with_image: bool = False
    with_label: bool = False


FORMATS: Final[dict[FormatKey, Format]] = {
    "csv": Format("CSV", "A table, for spreadsheets and pandas.", "csv", "text/csv", write_csv),
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
        "Images as NumPy arrays, with labels by people and predictions by the model.",
        "npz",
        "application/octet-stream",
        write_npz,
        tells=True,
        unit="image",
        with_image=True,
    ),
    "zip": Format(
        "Images in folders",
        "A ZIP file with a folder of images for each class, as torchvision’s ImageFolder "
        "reads it, and a table of them.",
        "zip",
        "application/zip",
        write_folders,
        tells=True,
        unit="image",
        with_image=True,
        with_label=True,
    ),
    "label-studio": Format(
        "Label Studio",
        "Tasks with annotations by people and predictions by the model. The labelling interface "
        "there needs an Image called image, and Choices called class.",
        "json",
        "application/json",
        write_label_studio,
        unit="image",
        with_image=True,
    ),
}


_MANY_ROWS: Final = 100_000
_MANY_IMAGES: Final = 5_000
_MANY_PHOTOS: Final = 500
"""What is written in about a second: rows of a table, small images, and large ones."""


def takes_long(key: FormatKey, pack: Pack) -> bool:
    """Whether a person would wait for a file without a word for longer than a second or so."""
    if not FORMATS[key].with_image:
        return pack.counts.rows > _MANY_ROWS
    size = pack.dataset.size
    is_small = size is not None and max(size) <= INLINE
    return pack.counts.rows > (_MANY_IMAGES if is_small else _MANY_PHOTOS)


def choice_for(key: FormatKey, wanted: Wanted = "all", least: float = LEAST) -> Choice:
    """A choice of rows that a format can take."""
    kind = FORMATS[key]
    return Choice(wanted, least, with_image=kind.with_image, with_label=kind.with_label)


assert set(FORMATS) == set(get_args(FormatKey))
