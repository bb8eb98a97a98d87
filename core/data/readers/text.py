"""Tables that are text: in which code they are written, and what stands between their columns."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Final

from core.data.archive import open_regular, too_large
from core.data.classes import shown
from core.data.readers.beside import is_image_name
from core.data.readers.found import Limits
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

SEPARATORS: Final = ",;\t|"
REMEDY: Final = (
    "A table has a row for each image and a column of paths, or columns of pixels, between which "
    "stand commas, semicolons, tabs or vertical bars."
)

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_AT_A_TIME: Final = 2**20
_SAMPLE_CHARACTERS: Final = 2**20
_SAMPLE_ROWS: Final = 200
_SEPARATING_ROWS: Final = 30


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of a table before it is read.

    Attributes
    ----------
    names
        Of all columns, none twice; "column 1" and so on if the file names none.
    skipped
        The lines before the first row.
    rows
        The first rows, each with one text a column.
    most_rows
        There are no more rows than this.
    is_quoted
        Whether a text may be in quotes, and have lines of its own.
    """

    path: Path
    encoding: str
    separator: str
    names: tuple[str, ...]
    has_header: bool
    skipped: int
    rows: tuple[tuple[str, ...], ...]
    most_rows: int
    is_quoted: bool
    notes: tuple[str, ...]


def look_at(path: Path, limits: Limits, progress: Progress) -> Text:
    """Find out how a table is written.

    Raises
    ------
    InvalidDatasetError
        If it is no text, has no rows, or names a column twice.
    """
    with open_regular(path) as file:
        start = file.read(4)
    marked = next((code for mark, code in _MARKS if start.startswith(mark)), None)
    notes: tuple[str, ...] = ()
    for encoding in (marked,) if marked else ("utf-8", "cp1252", "latin-1"):
        try:
            lines, quotes = _walk(path, encoding, limits, progress)
        except UnicodeError:
            continue
        break
    else:
        raise InvalidDatasetError(
            f"The file {path.name} is not text in {marked}.", "Save it as UTF-8."
        )
    if encoding in {"cp1252", "latin-1"}:
        notes = ("It is not written in UTF-8; its letters may be others than were meant.",)
    sample = _sample(path, encoding)
    separator = _separator(sample)
    if quotes % 2:
        _check_quotes(path, encoding, separator)
    return _with_names(path, encoding, separator, sample, (lines, quotes > 0, notes))


def rows_of(text: Text) -> Iterator[tuple[int, list[str]]]:
    """All rows with the number of the line that each ends in, one by one and slowly.

    The header is among them; empty lines are not.
    """
    with _opened(text.path, text.encoding) as file:
        reader = csv.reader(file, delimiter=text.separator)
        for row in reader:
            if row:
                yield reader.line_num, row


def _walk(path: Path, encoding: str, limits: Limits, progress: Progress) -> tuple[int, int]:
    """How many lines and quotes a file has."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = quotes = done = 0
    with open_regular(path) as file:
        size = path.stat().st_size
        if size > limits.n_bytes:
            raise too_large(path.name, size, limits.n_bytes)
        while part := file.read(_AT_A_TIME):
            text = decoder.decode(part)
            if "\0" in text:
                raise InvalidDatasetError(
                    f"The file {path.name} is no text: it holds zero bytes.",
                    "Save the table as CSV in UTF-8.",
                )
            lines += max(text.count("\n"), text.count("\r"))
            quotes += text.count('"')
            done += len(part)
            progress("Looking at the table", min(1.0, done / max(1, size)))
        decoder.decode(b"", final=True)
    return lines + 1, quotes


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    with open_regular(path) as raw, TextIOWrapper(raw, encoding=encoding, newline="") as text:
        yield text


def _sample(path: Path, encoding: str) -> list[str]:
    """The first lines, whole ones only."""
    with _opened(path, encoding) as file:
        text = file.read(_SAMPLE_CHARACTERS)
        is_cut = bool(file.read(1))
    lines = text.splitlines(keepends=True)
    return lines[:-1] if is_cut and len(lines) > 1 else lines


def _separator(lines: list[str]) -> str:
    """The sign that makes most rows the same number of columns, more than one."""
    best, separator = (0.0, 0), ","
    for sign in SEPARATORS:
        lengths = Counter(len(row) for row in _parsed(lines, sign)[0][:_SEPARATING_ROWS])
        several = [(n, length) for length, n in lengths.items() if length > 1]
        if several:
            n, length = max(several)
            score = (n / lengths.total(), length)
            if score > best:
                best, separator = score, sign
    return separator


def _parsed(lines: list[str], separator: str) -> tuple[list[list[str]], list[int]]:
    """The first rows, and the line that each ends in."""
    reader = csv.reader(lines, delimiter=separator)
    rows, ends = [], []
    try:
        for row in reader:
            if row:
                rows.append(row)
                ends.append(reader.line_num)
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:
        # What is wrong with it is told by whatever reads all of it.
        pass
    return rows, ends


def _with_names(
    path: Path,
    encoding: str,
    separator: str,
    sample: list[str],
    known: tuple[int, bool, tuple[str, ...]],
) -> Text:
    rows, ends = _parsed(sample, separator)
    if not rows:
        raise InvalidDatasetError(f"The table {path.name} is empty.", REMEDY)
    has_header = _is_header(rows[0])
    if has_header:
        names = tuple(name.strip() or "(unnamed)" for name in rows[0])
    else:
        names = tuple(f"column {number}" for number in range(1, len(rows[0]) + 1))
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise InvalidDatasetError(
            f"Two columns of {path.name} have the name “{shown(twice[0])}”.",
            "Give each column a name of its own.",
        )
    body = rows[1:] if has_header else rows
    if not body:
        raise InvalidDatasetError(
            f"The table {path.name} has a row of names and no other rows.", REMEDY
        )
    most_rows, is_quoted, notes = known
    kept = tuple(tuple(row) for row in body if len(row) == len(names))
    skipped = ends[0] if has_header else 0
    return Text(
        path, encoding, separator, names, has_header, skipped, kept, most_rows, is_quoted, notes
    )


def _is_header(row: list[str]) -> bool:
    """Whether a first row names the columns: by words, or by numbers that count them."""
    if all(is_number(cell) for cell in row):
        return len(row) > 2 and row in (
            [str(number) for number in range(len(row))],
            [str(number) for number in range(1, len(row) + 1)],
        )
    return not any(is_image_name(cell) for cell in row)


def is_number(text: str) -> bool:
    """Whether a text is a number as a program writes it."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _check_quotes(path: Path, encoding: str, separator: str) -> None:
    """See that each quote that opens a text is closed."""
    with _opened(path, encoding) as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        line = 0
        try:
            for _ in reader:
                line = reader.line_num
        except csv.Error as error:
            if "expected after" in str(error):
                return
            raise InvalidDatasetError(
                f"A quote that is opened in line {line + 1:,} of {path.name} is never closed.",
                "Close it, or take it out.",
            ) from error
