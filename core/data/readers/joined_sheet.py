"""Tables whose rows stand one below the other, as programs write a large one in several files."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.archive import MOST_BYTES, too_large
from core.data.classes import shown
from core.data.readers.found import Bad, Limits
from core.data.readers.roles import PARTS
from core.data.readers.sheets import Sheet
from core.errors import InvalidDatasetError

SPLIT: Final = "split"

_REMEDY: Final = "Take it away from the others, or choose a single table."
_WORDS: Final = re.compile(r"[^a-z0-9]+")


class JoinedSheet:
    """Several tables as one.

    A column may be missing in some of them, such as that of the labels, unless it holds images or
    features. Where the names of the files say which part each is, such as ``train``, and no column
    does so, there is a column more, ``split``.

    Parameters
    ----------
    name
        What holds the files, in an error.
    files
        What each is called, and the table.

    Raises
    ------
    InvalidDatasetError
        If columns of one name differ in what they hold.
    """

    def __init__(self, name: str, files: Mapping[str, Sheet], limits: Limits) -> None:
        self._name = name
        self._files = dict(files)
        self._most = min(limits.n_bytes, MOST_BYTES)
        sheets = [*files.values()]
        self.kind = f"{sheets[0].kind} in {len(sheets):,} files"
        self.is_typed = all(sheet.is_typed for sheet in sheets)
        self.types: dict[str, pa.DataType] = {}
        self.class_names: dict[str, tuple[str, ...]] = {}
        for file, sheet in self._files.items():
            self._add(file, sheet)
        self._splits = self._told_splits()
        if self._splits:
            self.types[SPLIT] = pa.string()

    @property
    def n_rows(self) -> int:
        """How many rows can be used."""
        return sum(sheet.n_rows for sheet in self._files.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of them, each sentence once."""
        told = dict.fromkeys(note for sheet in self._files.values() for note in sheet.notes)
        some = sorted(
            column
            for column in self.types
            if column != SPLIT and any(column not in s.types for s in self._files.values())
        )
        lack = tuple(f"Not every file has a column “{shown(column)}”." for column in some)
        return (*told, *lack)

    @property
    def bad(self) -> tuple[Bad, ...]:
        """The rows that cannot be used, by file."""
        return tuple(
            replace(bad, name=f"{shown(file)}, {bad.name}")
            for file, sheet in self._files.items()
            for bad in sheet.bad
        )

    def sample(self, name: str) -> list[Any]:
        """The first values of a column, of the first file that has it."""
        if name == SPLIT and self._splits:
            return [*self._splits.values()]
        return next(sheet.sample(name) for sheet in self._files.values() if name in sheet.types)

    def load(self, numbers: Sequence[str]) -> None:
        """Read what has to be read at once; these columns are numbers."""
        self._need(numbers)
        for sheet in self._files.values():
            sheet.load(numbers)

    def numbers(self, names: Sequence[str]) -> NDArray[Any]:
        """Columns of numbers, one beside the other."""
        self._need(names)
        arrays = []
        taken = 0
        for sheet in self._files.values():
            arrays.append(sheet.numbers(names))
            taken += arrays[-1].nbytes
            if taken > self._most:
                raise too_large(self._name, taken, self._most)
        return np.concatenate(arrays)

    def column(self, name: str) -> pa.ChunkedArray:
        """All values of a column; null where a file does not have it."""
        chunks: list[pa.Array] = []
        for file, sheet in self._files.items():
            if name == SPLIT and self._splits:
                chunks.append(pa.array([self._splits[file]] * sheet.n_rows, pa.string()))
            elif name in sheet.types:
                chunks += sheet.column(name).chunks
            else:
                chunks.append(pa.nulls(sheet.n_rows, self._type_read(name)))
        return pa.chunked_array(chunks, type=None if chunks else self.types[name])

    def cells(self, name: str) -> Callable[[int], Any]:
        """Reads single values of a column."""
        self._need([name])
        ends = list(accumulate(sheet.n_rows for sheet in self._files.values()))
        cells = [sheet.cells(name) for sheet in self._files.values()]

        def cell(index: int) -> Any:  # noqa: ANN401 - whatever is in the table
            place = bisect_right(ends, index)
            return cells[place](index - (ends[place - 1] if place else 0))

        return cell

    def paths(self, name: str) -> list[str]:
        """The paths in a column of images that has them beside the bytes; empty if one has none."""
        self._need([name])
        return [path for sheet in self._files.values() for path in sheet.paths(name)]

    def close(self) -> None:
        """Let go of the files."""
        for sheet in self._files.values():
            sheet.close()

    def _add(self, file: str, sheet: Sheet) -> None:
        """Compare the columns of a file with those of the files before it."""
        for column, kind in sheet.types.items():
            known = self.types.setdefault(column, kind)
            if known == kind:
                continue
            if sheet.is_typed:
                raise InvalidDatasetError(
                    f"The column “{shown(column)}” of {shown(file)} is of the type {kind}, and of "
                    f"the type {known} in other files of {self._name}.",
                    _REMEDY,
                )
            self.types[column] = pa.string()
        for column, names in sheet.class_names.items():
            if self.class_names.setdefault(column, names) != names:
                raise InvalidDatasetError(
                    f"The classes of “{shown(column)}” in {shown(file)} have other names than in "
                    f"other files of {self._name}.",
                    _REMEDY,
                )

    def _need(self, columns: Sequence[str]) -> None:
        """See that each file has these columns."""
        for file, sheet in self._files.items():
            missing = next((column for column in columns if column not in sheet.types), None)
            if missing is not None:
                raise InvalidDatasetError(
                    f"The table {shown(file)} has no column “{shown(missing)}”, and others of "
                    f"{self._name} have one.",
                    _REMEDY,
                )

    def _type_read(self, name: str) -> pa.DataType:
        """What a column comes as; text may have to be read for that."""
        having = next(sheet for sheet in self._files.values() if name in sheet.types)
        return self.types[name] if having.is_typed else having.column(name).type

    def _told_splits(self) -> dict[str, str]:
        """The part that each file is, by its name; empty if they are of one part, or it is told."""
        if any(column.lower() == SPLIT for column in self.types):
            return {}
        told = {file: _part(file) for file in self._files}
        return told if len({*told.values()}) > 1 else {}


def _part(file: str) -> str:
    """The part that the path of a file names; empty if none."""
    words = {*_WORDS.split(file.lower())}
    return next((part for part in PARTS if part in words), "")
