"""A set in Parquet parts: what it is, and its rows, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute, parquet

from core.arrays import BoolArray, IntArray
from core.data.features import are_usual
from core.data.parts.columns import Columns
from core.data.parts.places import in_words, place_of
from core.data.readers.celltypes import is_list, is_number, storage
from core.data.readers.found import Choice
from core.errors import InvalidDatasetError

_BUFFERED: Final = 2**26
"""Bytes of all columns together that are read ahead."""

_LEAST, _MOST = 2**16, 2**22
"""Bytes that are asked for at once, of each column."""


@dataclass(frozen=True, slots=True)
class PartFile:
    """One Parquet file of a set.

    Attributes
    ----------
    path
        Inside of the set, with ``/``; empty where the set is this file.
    version
        Differs for each content that the file has had.
    """

    path: str
    n_rows: int
    n_bytes: int
    version: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A set that lies in Parquet parts. It holds nothing open, and can be sent to other processes.

    Attributes
    ----------
    url
        Where it lies: a path on this machine, or a URL.
    files
        Its parts, in the order of their paths; a row's number counts through all of them.
    dtype
        Of features as they are computed with: float32 or float64.
    class_names
        The names that the whole numbers in the column of labels count; empty where none are told.
    choices
        What was guessed of the columns.
    """

    url: str
    files: tuple[PartFile, ...]
    columns: Columns
    n_features: int
    dtype: str
    class_names: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()

    @property
    def n_rows(self) -> int:
        """Of all parts."""
        return sum(file.n_rows for file in self.files)

    @property
    def n_bytes(self) -> int:
        """Of all parts."""
        return sum(file.n_bytes for file in self.files)

    @property
    def starts(self) -> IntArray:
        """The number of the first row of each part, and after them that of all rows."""
        return np.cumsum([0, *(file.n_rows for file in self.files)], dtype=np.int64)

    def address(self, file: PartFile) -> str:
        """Where a part lies."""
        return self.address_of(file.path)

    def address_of(self, path: str) -> str:
        """Where a part of this path lies."""
        return f"{self.url}/{path}" if path else self.url

    def read(
        self, file: PartFile, columns: Sequence[str], rows_at_a_time: int
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a part in order, some columns of them.

        Parameters
        ----------
        columns
            Their names; a field of a column is ``image.path``.

        Raises
        ------
        InvalidDatasetError
            If the part cannot be read, or is another one by now.
        """
        n_rows = 0
        with self._opened(file, columns) as table:
            for batch in table.iter_batches(rows_at_a_time, columns=list(columns)):
                n_rows += batch.num_rows
                batch.validate(full=True)
                yield batch
        if n_rows != file.n_rows:
            raise changed(self.address(file))

    def take(
        self, file: PartFile, rows: IntArray, columns: Sequence[str], rows_at_a_time: int
    ) -> Iterator[tuple[slice, pa.RecordBatch]]:
        """Some rows of a part, some columns of them; groups of rows without any are not read.

        Parameters
        ----------
        rows : (n_taken,)
            Numbers within the part, ascending.

        Yields
        ------
        which
            The place in ``rows`` of what comes with it.
        batch
            Those rows alone.

        Raises
        ------
        InvalidDatasetError
            As with ``read``.
        """
        with self._opened(file, columns) as table:
            meta = table.metadata
            sizes = [meta.row_group(group).num_rows for group in range(meta.num_row_groups)]
            ends = np.cumsum(sizes)
            group_of = np.searchsorted(ends, rows, side="right")
            groups = np.unique(group_of)
            read_sizes = np.asarray(sizes, dtype=np.int64)[groups]
            read_starts = np.cumsum(read_sizes) - read_sizes
            shift = (read_starts - (ends[groups] - read_sizes))[np.searchsorted(groups, group_of)]
            wanted = rows + shift
            start, first = 0, 0
            for batch in table.iter_batches(
                rows_at_a_time, row_groups=groups.tolist(), columns=list(columns)
            ):
                end = int(np.searchsorted(wanted, start + batch.num_rows))
                if end > first:
                    # Of a damaged file texts may be none, and lists lead out of it.
                    batch.validate(full=True)
                    yield slice(first, end), batch.take(pa.array(wanted[first:end] - start))
                start, first = start + batch.num_rows, end
                if first == len(rows):
                    break

    @contextmanager
    def _opened(self, file: PartFile, columns: Sequence[str]) -> Iterator[parquet.ParquetFile]:
        address = self.address(file)
        place = place_of(address)
        with in_words(address), place.files().open(place.path, "rb", cache_type="none") as raw:
            # No more of a column is in memory than is worked on, however its rows are grouped.
            ahead = min(max(_BUFFERED // max(1, len(columns)), _LEAST), _MOST)
            table = parquet.ParquetFile(raw, buffer_size=ahead)
            if table.metadata.num_rows != file.n_rows:
                raise changed(address)
            yield table

    def features(self, batch: pa.RecordBatch) -> NDArray[Any]:
        """The features in some rows of a part.

        Returns
        -------
        (n_rows, n_features), of ``dtype``
            Of a row that has none, or another number of them, or such as are no numbers of a usual
            size, all are nan.

        Raises
        ------
        InvalidDatasetError
            If the columns do not hold what they did when the set was opened.
        """
        names = self.columns.features
        with in_words(self.url):
            columns = [_stored(batch.column(name)) for name in names]
            is_one = len(names) == 1 and is_list(columns[0].type)
            features = (
                _of_lists(columns[0], self.n_features, self.dtype)
                if is_one
                else _of_columns(columns, self.dtype)
            )
        features[~are_usual(features)] = np.nan
        return features


def usable_rows(features: NDArray[Any]) -> BoolArray:
    """Which rows have features, as :meth:`Parts.features` gives them."""
    are: BoolArray = ~np.isnan(features[:, 0])
    return are


def changed(address: str) -> InvalidDatasetError:
    """A part is another one than it was when the set was opened."""
    return InvalidDatasetError(
        f"The part {address} has changed while the set was read.",
        "Begin again once it is written.",
    )


def float_type_of(kinds: Sequence[pa.DataType]) -> str:
    """What the features in columns of these types are computed with.

    Raises
    ------
    InvalidDatasetError
        If they are not all numbers.
    """
    stored = [storage(kind) for kind in kinds]
    numbers = [kind.value_type if is_list(kind) else kind for kind in stored]
    if not all(is_number(kind) for kind in numbers):
        raise InvalidDatasetError("The features are not all numbers.", "Choose other columns.")
    return str(np.result_type(*(_float_type(kind) for kind in numbers)))


def _float_type(kind: pa.DataType) -> np.dtype[Any]:
    """What numbers of a type are computed with: 32 bits where nothing is lost by it."""
    fits = pa.types.is_floating(kind) or pa.types.is_boolean(kind) or kind.bit_width <= 16
    is_wide = pa.types.is_float64(kind) or not fits
    return np.dtype(np.float64 if is_wide else np.float32)


def _of_lists(lists: pa.Array, n_features: int, dtype: str) -> NDArray[Any]:
    fits = compute.fill_null(compute.equal(compute.list_value_length(lists), n_features), False)
    is_good = fits.to_numpy(zero_copy_only=False)
    values = lists if is_good.all() else lists.filter(fits)
    numbers = values.flatten().to_numpy(zero_copy_only=False)
    rows: NDArray[Any] = numbers.astype(dtype).reshape(-1, n_features)
    if is_good.all():
        return rows
    features = np.full((len(lists), n_features), np.nan, dtype)
    features[is_good] = rows
    return features


def _of_columns(columns: Sequence[pa.Array], dtype: str) -> NDArray[Any]:
    features = np.empty((len(columns[0]), len(columns)), dtype)
    for place, column in enumerate(columns):
        features[:, place] = column.to_numpy(zero_copy_only=False)
    return features


def _stored(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column, pa.ExtensionArray) else column
