"""Tables that are text, read in one go: some columns as numbers, all others as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from core.data.archive import MOST_BYTES, open_regular, too_large
from core.data.classes import shown
from core.data.readers.found import Bad, Limits
from core.data.readers.text import REMEDY, Text, is_number, rows_of
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

_BLOCK: Final = 2**24
_MOST_TOLD: Final = 1_000
_MISSING: Final = ("", " ", "nan", "NaN", "NAN", "NA", "N/A", "null", "NULL", "None")
_DTYPES: Final = (np.uint8, np.int32, np.float64)


class TextSheet:
    """A CSV file or the like.

    Rows with another number of columns, and those in which a number is missing, are left out and
    told of, as long as most rows are good.

    Parameters
    ----------
    close
        Lets go of what was unpacked for it.
    """

    is_typed = False

    def __init__(
        self,
        text: Text,
        limits: Limits,
        progress: Progress,
        *,
        close: Callable[[], object] = lambda: None,
    ) -> None:
        self.kind = {"\t": "a table of text (TSV)"}.get(text.separator, "a table of text (CSV)")
        self.types: dict[str, pa.DataType] = {}
        for place, name in enumerate(text.names):
            values = [row[place] for row in text.rows]
            self.types[name] = _type(values)
        self.class_names: dict[str, tuple[str, ...]] = {}
        self.notes = text.notes
        self.bad: tuple[Bad, ...] = ()
        self.n_rows = 0
        self._text = text
        self._close = close
        self._most = min(limits.n_bytes, MOST_BYTES)
        self._progress = progress
        self._places: dict[str, int] = {}
        self._numbers: NDArray[Any] = np.empty((0, 0), np.uint8)
        self._columns: dict[str, pa.ChunkedArray] = {}

    def sample(self, name: str) -> list[Any]:
        """The first values of a column."""
        place = self._text.names.index(name)
        return [row[place] for row in self._text.rows]

    def load(self, numbers: Sequence[str]) -> None:
        """Read all of it, these columns as numbers."""
        self._places = {name: place for place, name in enumerate(numbers)}
        ragged: list[tuple[int, int]] = []
        whole: type[np.generic] | None = None
        for dtype in _DTYPES:
            ragged.clear()
            try:
                if self._read(np.dtype(dtype), ragged):
                    break
                whole = whole or dtype
            except pa.ArrowInvalid as error:
                if "straddling" in str(error):
                    raise InvalidDatasetError(
                        f"A row of {self._text.path.name} is longer than {_BLOCK / 2**20:.0f} MB.",
                        "See that each quote is closed; name large images by their paths.",
                    ) from error
                if "conversion error" not in str(error):
                    raise
                if dtype == _DTYPES[-1]:
                    raise self._no_number(numbers) from error
        self._tell(ragged)
        if len(numbers):
            self._drop(ragged)
        if whole is not None:
            self._shorten(np.dtype(whole))

    def numbers(self, names: Sequence[str]) -> NDArray[Any]:
        """Columns of numbers, one beside the other."""
        places = [self._places[name] for name in names]
        first = places[0]
        if places == list(range(first, first + len(places))):
            return self._numbers[:, first : first + len(places)]
        return self._numbers[:, places]

    def column(self, name: str) -> pa.ChunkedArray:
        """All values of a column."""
        if name in self._places:
            return pa.chunked_array([pa.array(self._numbers[:, self._places[name]])])
        return self._columns[name]

    def cells(self, name: str) -> Callable[[int], Any]:
        """Reads single values of a column."""
        column = self._columns[name]
        return lambda index: column[index].as_py()

    def paths(self, _name: str) -> list[str]:
        """No column has bytes."""
        return []

    def close(self) -> None:
        """Let go of what was unpacked for it."""
        self._close()

    def _read(self, dtype: np.dtype[Any], ragged: list[tuple[int, int]]) -> bool:
        """Read all rows; not if numbers are missing, and these have no room for that."""
        text = self._text
        size = text.most_rows * len(self._places) * dtype.itemsize
        if size > self._most:
            raise too_large(text.path.name, size, self._most)
        room = np.empty((text.most_rows, len(self._places)), dtype)
        others = [name for name in text.names if name not in self._places]
        columns: dict[str, list[pa.Array]] = {name: [] for name in others}
        at = 0
        with open_regular(text.path) as file:
            for batch in self._reader(file, dtype, ragged):
                n = batch.num_rows
                for name, place in self._places.items():
                    column = batch.column(name)
                    if column.null_count and dtype.kind != "f":
                        return False
                    room[at : at + n, place] = column.to_numpy(zero_copy_only=False)
                for name in others:
                    columns[name].append(batch.column(name))
                at += n
                self._progress("Reading the table", min(1.0, at / text.most_rows))
        self.n_rows = at
        self._numbers = room[:at]
        self._columns = {n: pa.chunked_array(c, type=pa.string()) for n, c in columns.items()}
        return True

    def _reader(self, file: Any, dtype: np.dtype[Any], ragged: list[tuple[int, int]]) -> Any:  # noqa: ANN401 - pyarrow has no types
        def skip(row: Any) -> str:  # noqa: ANN401
            ragged.append((row.number, row.actual_columns))
            return "skip"

        text = self._text
        number = pa.from_numpy_dtype(dtype)
        return csv.open_csv(
            file,
            read_options=csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK,
                column_names=list(text.names),
                skip_rows=text.skipped,
                encoding="utf8" if text.encoding.startswith("utf-8") else text.encoding,
            ),
            parse_options=csv.ParseOptions(
                delimiter=text.separator,
                newlines_in_values=text.is_quoted,
                invalid_row_handler=skip,
            ),
            convert_options=csv.ConvertOptions(
                column_types={
                    name: number if name in self._places else pa.string() for name in text.names
                },
                null_values=list(_MISSING),
            ),
        )

    def _tell(self, ragged: Sequence[tuple[int, int]]) -> None:
        """Say which rows have another number of columns."""
        if not ragged:
            return
        name, expected = self._text.path.name, len(self._text.names)
        lines = self._lines([number for number, _ in ragged[:_MOST_TOLD]])
        if len(ragged) >= self.n_rows:
            raise InvalidDatasetError(
                f"Most rows of {name} have another number of columns than the first, which has "
                f"{expected:,}: the row in line {lines[0]:,} has {ragged[0][1]:,}.",
                REMEDY,
            )
        self.bad += tuple(
            Bad(
                f"line {line}",
                f"It has {actual:,} columns, and the table has {expected:,}.",
                "Correct the line.",
            )
            for line, (_, actual) in zip(lines, ragged, strict=False)
        )
        if len(ragged) > _MOST_TOLD:
            self.notes += (f"{len(ragged):,} rows have another number of columns.",)

    def _drop(self, ragged: Sequence[tuple[int, int]]) -> None:
        """Leave out the rows in which a number is missing, or is none."""
        if self._numbers.dtype.kind != "f":
            return
        is_good = np.isfinite(self._numbers).all(axis=1)
        if is_good.all():
            return
        name = self._text.path.name
        rows = np.flatnonzero(~is_good)
        if len(rows) == len(is_good):
            raise InvalidDatasetError(
                f"In each row of {name} a number is missing, or is none (nan or inf).", REMEDY
            )
        odd = {number for number, _ in ragged}
        wanted = self._physical(rows[:_MOST_TOLD].tolist(), odd)
        self.bad += tuple(
            Bad(f"line {line}", "A number is missing in it, or is none.", "Fill it in.")
            for line in self._lines(wanted)
        )
        self.notes += (f"{len(rows):,} rows in which numbers are missing were left out.",)
        keep = pa.array(is_good)
        self._numbers = self._numbers[is_good]
        self._columns = {name: column.filter(keep) for name, column in self._columns.items()}
        self.n_rows = int(is_good.sum())

    def _shorten(self, dtype: np.dtype[Any]) -> None:
        """Numbers that are all whole as such, now that none is missing any more."""
        limits = np.iinfo(dtype)
        numbers = self._numbers
        if ((numbers >= limits.min) & (numbers <= limits.max) & (numbers % 1 == 0)).all():
            self._numbers = numbers.astype(dtype)

    def _physical(self, rows: Sequence[int], odd: set[int]) -> list[int]:
        """The numbers of rows as they stand in the file, from 1, its header among them."""
        wanted, found = iter(rows), []
        number, kept = int(self._text.has_header), -1
        row = next(wanted, None)
        while row is not None:
            number += 1
            if number in odd:
                continue
            kept += 1
            if kept == row:
                found.append(number)
                row = next(wanted, None)
        return found

    def _lines(self, numbers: Sequence[int]) -> list[int]:
        """The lines of rows, whose numbers ascend."""
        wanted, found = set(numbers), []
        for number, (line, _) in enumerate(rows_of(self._text), start=1):
            if number in wanted:
                found.append(line)
            if len(found) == len(wanted):
                break
        return found

    def _no_number(self, numbers: Sequence[str]) -> InvalidDatasetError:
        """An error about the first value that is no number."""
        text = self._text
        places = [text.names.index(name) for name in numbers]
        for number, (line, row) in enumerate(rows_of(text)):
            if len(row) != len(text.names) or (number == 0 and text.has_header):
                continue
            for place in places:
                if row[place] not in _MISSING and not is_number(row[place]):
                    return InvalidDatasetError(
                        f"Line {line:,} of {text.path.name} has “{shown(row[place])}” in column "
                        f"“{shown(text.names[place])}”, which is no number.",
                        "Pixels and features are numbers; correct the line, or take it out.",
                    )
        return InvalidDatasetError(f"Some values of {text.path.name} are no numbers.", REMEDY)


def _type(values: Sequence[str]) -> pa.DataType:
    """What a column of texts holds, by the first of them."""
    told = [value for value in values if value not in _MISSING]
    # 01 and 1 are two names, and one number.
    if any(value[:1] == "0" and value[1:2].isdigit() for value in told):
        return pa.string()
    # One that is no number among many is more likely a mistake than a name.
    n_numbers = sum(is_number(value) for value in told)
    return pa.float64() if n_numbers >= 0.9 * len(told) else pa.string()
