"""Tables as they lie in files: what their columns are, and how some of them are read."""

from __future__ import annotations

import json
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import ipc, parquet

from core.data.archive import MOST_BYTES, open_regular, too_large
from core.data.classes import shown
from core.data.readers.found import Bad, Limits
from core.errors import InvalidDatasetError

REMEDY: Final = "Write the table anew, for instance with pyarrow.parquet.write_table."
ARROW: Final = b"ARROW1"
STREAM: Final = b"\xff\xff\xff\xff"

_SAMPLE_ROWS: Final = 200
_AT_A_TIME: Final = 4096
_KEPT: Final = 2
"""Groups of rows whose images are kept in memory, of the last that were asked for."""


class Sampled(Protocol):
    """A table of which the first rows can be looked at."""

    @property
    def types(self) -> Mapping[str, pa.DataType]:
        """The type of each column; text in which all is text has only texts and numbers."""
        ...

    def sample(self, name: str) -> list[Any]:
        """The first values of a column."""
        ...


class Sheet(Sampled, Protocol):
    """A table that can be read column by column."""

    @property
    def kind(self) -> str:
        """What it is, for the preview."""
        ...

    @property
    def is_typed(self) -> bool:
        """Whether the file says what its columns are."""
        ...

    @property
    def n_rows(self) -> int:
        """How many rows can be used; of text this is known once it is loaded."""
        ...

    @property
    def class_names(self) -> Mapping[str, tuple[str, ...]]:
        """The names that the whole numbers of a column count, so far as they are told."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of it."""
        ...

    @property
    def bad(self) -> tuple[Bad, ...]:
        """The rows that cannot be used; of text they are known once it is loaded."""
        ...

    def load(self, numbers: Sequence[str]) -> None:
        """Read what has to be read at once; these columns are numbers."""
        ...

    def numbers(self, names: Sequence[str]) -> NDArray[Any]:
        """Columns of numbers, one beside the other."""
        ...

    def column(self, name: str) -> pa.ChunkedArray:
        """All values of a column."""
        ...

    def cells(self, name: str) -> Callable[[int], Any]:
        """Reads single values of a column, when they are asked for."""
        ...

    def paths(self, name: str) -> list[str]:
        """The paths in a column of images that has them beside the bytes; empty if one has none."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def told_names(schema: pa.Schema) -> dict[str, tuple[str, ...]]:
    """The class names that Hugging Face's datasets keep beside the columns."""
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = told["info"]["features"]
        return {
            str(name): tuple(str(one) for one in feature["names"])
            for name, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    # Whoever wrote it may have meant something else.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def check_names(file: str, schema: pa.Schema) -> None:
    """See that no two columns have one name."""
    twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
    if twice is not None:
        raise InvalidDatasetError(
            f"Two columns of {file} have the name “{shown(twice)}”.",
            "Give each column a name of its own.",
        )


class _Binary:
    """What Parquet and Arrow files have in common."""

    kind: str
    n_rows: int
    is_typed = True

    def __init__(self, path: Path, schema: pa.Schema, limits: Limits) -> None:
        self.name = path.name
        check_names(self.name, schema)
        self._most = min(limits.n_bytes, MOST_BYTES)
        self.types: dict[str, pa.DataType] = {field.name: field.type for field in schema}
        self.class_names = told_names(schema)
        self.notes: tuple[str, ...] = ()
        self.bad: tuple[Bad, ...] = ()

    def paths(self, name: str) -> list[str]:
        """The paths in a column of images that has them beside the bytes; empty if one has none."""
        return ["" if path is None else str(path) for path in self._paths(name).to_pylist()]

    def _paths(self, name: str) -> pa.ChunkedArray:
        raise NotImplementedError

    def load(self, _numbers: Sequence[str]) -> None:
        """Nothing has to be read before it is asked for."""

    def column(self, name: str) -> pa.ChunkedArray:
        raise NotImplementedError

    def numbers(self, names: Sequence[str]) -> NDArray[Any]:
        """Columns of numbers, one beside the other; nan where there is none."""
        types = [self.types[name].to_pandas_dtype() for name in names]
        dtype = np.result_type(*types)
        columns = [self.column(name) for name in names]
        if any(column.null_count for column in columns):
            dtype = np.result_type(dtype, np.float32)
        if len(names) * self.n_rows * dtype.itemsize > self._most:
            raise too_large(self.name, len(names) * self.n_rows * dtype.itemsize, self._most)
        numbers = np.empty((self.n_rows, len(names)), dtype)
        for place, column in enumerate(columns):
            numbers[:, place] = column.to_numpy()
        return numbers


class ParquetSheet(_Binary):
    """A Parquet file; of large columns only some rows are in memory at a time."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.kind = "a Parquet table"
        self._raw = open_regular(path)
        try:
            self._file = parquet.ParquetFile(self._raw)
            super().__init__(path, self._file.schema_arrow, limits)
        except BaseException:
            self._raw.close()
            raise
        meta = self._file.metadata
        self.n_rows: int = meta.num_rows
        groups = [meta.row_group(index).num_rows for index in range(meta.num_row_groups)]
        self._ends = list(accumulate(groups))
        self._lock = threading.Lock()

    def sample(self, name: str) -> list[Any]:
        """The first values of a column."""
        with self._lock:
            for batch in self._file.iter_batches(_SAMPLE_ROWS, columns=[name]):
                return list(batch.column(0).to_pylist())
        return []

    def column(self, name: str) -> pa.ChunkedArray:
        """All values of a column."""
        with self._lock:
            return self._read(name, None)

    def cells(self, name: str) -> Callable[[int], Any]:
        """Reads single values of a column, together with those of the rows around."""
        kept: dict[int, pa.ChunkedArray] = {}

        def cell(index: int) -> Any:  # noqa: ANN401 - whatever is in the table
            group = bisect_right(self._ends, index)
            with self._lock:
                if group not in kept:
                    while len(kept) >= _KEPT:
                        kept.pop(next(iter(kept)))
                    kept[group] = self._read(name, [group])
                return kept[group][index - (self._ends[group - 1] if group else 0)].as_py()

        return cell

    def _paths(self, name: str) -> pa.ChunkedArray:
        with self._lock:
            struct = self._read(f"{name}.path", None)
        return pa.chunked_array([chunk.field("path") for chunk in struct.chunks], pa.string())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        self._raw.close()

    def _read(self, name: str, groups: list[int] | None) -> pa.ChunkedArray:
        """A column, some rows at a time, so that no more is read than fits into memory."""
        chunks: list[pa.Array] = []
        taken = 0
        for batch in self._file.iter_batches(_AT_A_TIME, row_groups=groups, columns=[name]):
            chunks.append(batch.column(0))
            taken += chunks[-1].nbytes
            if taken > self._most:
                raise too_large(self.name, taken, self._most)
        return pa.chunked_array(chunks, type=None if chunks else self.types[name])


class ArrowSheet(_Binary):
    """An Arrow or Feather file; what is not packed stays on the disk."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.kind = "an Arrow table"
        # It is a regular file, or this says that it is not.
        open_regular(path).close()
        self._map = pa.memory_map(str(path))
        try:
            self._table = self._open(path, limits)
            self._table.validate(full=True)
            super().__init__(path, self._table.schema, limits)
        except BaseException:
            self._map.close()
            raise
        self.n_rows: int = self._table.num_rows

    def sample(self, name: str) -> list[Any]:
        """The first values of a column."""
        return list(self._table.column(name).slice(0, _SAMPLE_ROWS).to_pylist())

    def column(self, name: str) -> pa.ChunkedArray:
        """All values of a column."""
        return self._table.column(name)

    def cells(self, name: str) -> Callable[[int], Any]:
        """Reads single values of a column."""
        column = self._table.column(name)
        return lambda index: column[index].as_py()

    def _paths(self, name: str) -> pa.ChunkedArray:
        chunks = self._table.column(name).chunks
        return pa.chunked_array([chunk.field("path") for chunk in chunks], pa.string())

    def close(self) -> None:
        """Let go of the file."""
        self._table = None
        self._map.close()

    def _open(self, path: Path, limits: Limits) -> pa.Table:
        start = self._map.read(len(ARROW))
        self._map.seek(0)
        if start == ARROW:
            file = ipc.open_file(self._map)
            batches = (file.get_batch(index) for index in range(file.num_record_batches))
        else:
            file = ipc.open_stream(self._map)
            batches = iter(file)
        found = []
        taken = 0
        for batch in batches:
            batch.validate(full=True)
            found.append(batch)
            taken += batch.nbytes
            if taken > limits.n_bytes:
                raise too_large(path.name, taken, limits.n_bytes)
        return pa.Table.from_batches(found, file.schema)
