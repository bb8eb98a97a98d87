"""Files of the output, wherever it lies: each is there whole, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from pyarrow import parquet

from core.data.parts.places import LOCAL, in_words, place_of
from core.errors import FileNotWrittenError, InvalidDatasetError, LabelspreadError
from core.jobs.files import unfinished_beside

KEPT: Final = "_labelspread"
"""The folder for what is no part of the output; readers of Parquet pass over such names."""

NOTE: Final = b"labelspread"
"""The key under which a file of the output says what it is."""

_READ_ONLY: Final = frozenset({"http", "https"})


class Output:
    """The folder that predictions are written to.

    Parameters
    ----------
    url
        A path on this machine, or an address such as ``s3://bucket/folder``.

    Raises
    ------
    InvalidDatasetError
        If it is no address that can be written to.
    """

    def __init__(self, url: str) -> None:
        place = place_of(url)
        if place.scheme in _READ_ONLY:
            raise InvalidDatasetError(
                f"Nothing can be written to {place.url}.",
                "Choose a folder on this machine, or in a bucket.",
            )
        self._place = place

    @property
    def url(self) -> str:
        """Where it is, in full."""
        return self._place.url

    def folder(self, name: str) -> Path | None:
        """A folder in it as a path on this machine; None where it is elsewhere."""
        return Path(self._place.path, name) if self._place.scheme == LOCAL else None

    def names(self) -> tuple[str, ...]:
        """All files that are there, by their paths inside."""
        with in_words(self.url):
            try:
                found = self._files.find(self._place.path)
            except FileNotFoundError:
                return ()
        root = _plain(self._place.path)
        return tuple(sorted(_plain(path).removeprefix(root).strip("/") for path in found))

    def read(self, name: str) -> bytes | None:
        """What is in a file; None if there is none."""
        with in_words(self._address(name)):
            try:
                content: bytes = self._files.cat_file(self._path(name))
            except FileNotFoundError:
                return None
        return content

    def note(self, name: str) -> dict[str, Any] | None:
        """What a Parquet file says of itself; None if there is none, or none of ours."""
        try:
            with (
                in_words(self._address(name)),
                self._files.open(self._path(name), "rb") as file,
            ):
                told = parquet.ParquetFile(file).metadata.metadata or {}
                note: dict[str, Any] = json.loads(told[NOTE])
        except (InvalidDatasetError, KeyError, ValueError):
            return None
        return note

    def write(self, name: str, content: bytes) -> None:
        """Write a file. What was there stays until the new one is whole.

        Buckets take a file whole or not at all; on this machine it is moved into place.

        Raises
        ------
        FileNotWrittenError
            If it cannot be written.
        """
        with self._writing(name):
            if self._place.scheme == LOCAL:
                with self._unfinished(name) as file:
                    file.write(content)
            else:
                self._files.pipe_file(self._path(name), content)

    def upload(self, file: Path, name: str) -> None:
        """Write a file with what is in one on this machine, as :meth:`write` does.

        Raises
        ------
        FileNotWrittenError
            If it cannot be written.
        """
        with self._writing(name):
            if self._place.scheme == LOCAL:
                with file.open("rb") as source, self._unfinished(name) as target:
                    shutil.copyfileobj(source, target)
            else:
                self._files.put_file(str(file), self._path(name))

    def fetch(self, name: str, to: Path) -> None:
        """Copy one of its files to this machine.

        Raises
        ------
        InvalidDatasetError
            If it is not there.
        """
        with in_words(self._address(name)):
            self._files.get_file(self._path(name), str(to))

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that is in it."""
        with self._writing(name):
            self._files.rm(self._path(name), recursive=True)

    @contextmanager
    def _unfinished(self, name: str) -> Iterator[IO[bytes]]:
        """A file on this machine, moved into place once it is whole and on the disk.

        Until then it is where readers of Parquet do not look; so is what a killed worker leaves.
        """
        place = Path(self._path(name))
        kept = Path(self._path(KEPT))
        for folder in (place.parent, kept):
            folder.mkdir(parents=True, exist_ok=True)
        with unfinished_beside(kept / place.name) as unfinished:
            yield unfinished.file
            unfinished.file.flush()
            os.fsync(unfinished.file.fileno())
            unfinished.move_to(place)

    @property
    def _files(self) -> Any:  # noqa: ANN401 - fsspec has no types
        return self._place.files()

    def _path(self, name: str) -> str:
        return f"{self._place.path.rstrip('/')}/{name}"

    def _address(self, name: str) -> str:
        return f"{self.url}/{name}"

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            yield
        except LabelspreadError:
            raise
        # Each library of a kind of bucket has errors of its own.
        except Exception as error:
            detail = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise FileNotWrittenError(
                f"{self._address(name)} cannot be written ({detail.splitlines()[0]}).",
                "See that there is room and that it may be written to; then run the same command "
                "again, which goes on where this one stopped.",
            ) from error


def _plain(path: str) -> str:
    return str(path).replace("\\", "/").strip("/")
