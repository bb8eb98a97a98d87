"""How the input is shared out: one file of the output for each piece of a part of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from pyarrow import parquet

from core.data.parts.parts import PartFile, Parts
from core.data.parts.places import in_words, place_of

ROWS: Final = 400_000
"""About so many rows are a partition: a minute or so of one core, and half a gigabyte. The more of
them are told together, the better."""

_WHOLE_UP_TO: Final = 600_000
_SHARES: Final = 40_000_000
"""Shares that a partition may have: with many classes it has fewer rows, and no more memory."""

_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Partition:
    """Rows of one part that are predicted together.

    Attributes
    ----------
    file
        The part.
    first_row, n_rows
        Which of its rows.
    name
        Of its file, inside of the output.
    """

    file: PartFile
    first_row: int
    n_rows: int
    name: str


def rows_for(n_classes: int) -> int:
    """About how many rows are to be in a partition where so many classes are told apart."""
    return max(1, min(ROWS, _SHARES // max(1, n_classes)))


def partitions_of(parts: Parts, rows: int = ROWS) -> tuple[Partition, ...]:
    """Share a set out, by whole groups of rows: part of a group cannot be read by itself.

    Parameters
    ----------
    rows
        About how many are to be in each partition.

    Raises
    ------
    InvalidDatasetError
        If a part cannot be read any more.
    """
    whole_up_to = rows * _WHOLE_UP_TO // ROWS
    large = [file for file in parts.files if file.n_rows > whole_up_to]
    with ThreadPoolExecutor(_AT_ONCE, "looking at parts") as pool:
        sizes = dict(
            zip(
                (file.path for file in large),
                pool.map(lambda file: _group_sizes(parts, file), large),
                strict=True,
            )
        )
    return tuple(
        Partition(file, first, n_rows, _name(file, number))
        for file in parts.files
        if file.n_rows
        for number, (first, n_rows) in enumerate(_spans(sizes.get(file.path, (file.n_rows,)), rows))
    )


def _group_sizes(parts: Parts, file: PartFile) -> tuple[int, ...]:
    address = parts.address(file)
    place = place_of(address)
    with in_words(address), place.files().open(place.path, "rb", cache_type="none") as raw:
        head = parquet.ParquetFile(raw).metadata
        return tuple(head.row_group(group).num_rows for group in range(head.num_row_groups))


def _spans(sizes: Sequence[int], rows: int) -> Iterator[tuple[int, int]]:
    """First row and number of rows of each partition: groups together until they are enough."""
    first = n_rows = 0
    for size in sizes:
        if n_rows and n_rows + size > rows:
            yield first, n_rows
            first, n_rows = first + n_rows, 0
        n_rows += size
    if n_rows:
        yield first, n_rows


def _name(file: PartFile, number: int) -> str:
    """No two partitions share a name, and it stays when other parts are added."""
    stem = file.path or "part"
    return f"{stem.removesuffix('.parquet')}-{number:05}.parquet"
