"""Files of images in one file, cut into pieces: to read one image, no other piece is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import pyarrow as pa

from core.data.stored import FILES, IMAGE_COLUMN, SCREENS

_BYTES: Final = 2**24
_ROWS: Final = 1024
"""A piece ends with as many bytes or rows."""

_SCHEMA: Final = pa.schema([pa.field(IMAGE_COLUMN, pa.large_binary(), nullable=False)])


class Pieces:
    """The bytes of image files, written in pieces that can be read alone.

    Attributes
    ----------
    starts
        The first row of each piece.
    has_screens
        Whether any image has a smaller size for the screen. If none has, no file says so.
    """

    def __init__(self, folder: Path) -> None:
        self._screens = folder / SCREENS
        self._writers = [pa.ipc.new_file(str(p), _SCHEMA) for p in (folder / FILES, self._screens)]
        self._columns: tuple[list[bytes], list[bytes]] = ([], [])
        self._n_bytes = 0
        self._n_written = 0
        self.starts: list[int] = []
        self.has_screens = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        for writer in self._writers:
            writer.close()
        if not self.has_screens:
            self._screens.unlink()

    def add(self, data: bytes, screen: bytes) -> None:
        """Write one more."""
        for column, value in zip(self._columns, (data, screen), strict=True):
            column.append(value)
        self._n_bytes += len(data) + len(screen)
        self.has_screens |= bool(screen)
        if self._n_bytes >= _BYTES or len(self._columns[0]) >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        n_rows = len(self._columns[0])
        if not n_rows:
            return
        for writer, column in zip(self._writers, self._columns, strict=True):
            values = pa.array(column, pa.large_binary())
            writer.write_batch(pa.record_batch([values], schema=_SCHEMA))
            column.clear()
        self.starts.append(self._n_written)
        self._n_written += n_rows
        self._n_bytes = 0
