"""The images of landmarks, each read where it lies when somebody looks at it."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import IntArray
from core.data.classes import shown
from core.data.parts.kept import KeptFiles
from core.data.parts.landmarks import name_of
from core.data.parts.parts import PartFile, Parts
from core.data.parts.places import Place, in_words, place_of, version_of
from core.data.parts.reach import fetch, host_of
from core.data.readers.found import BadImageError
from core.errors import InvalidDatasetError

_PATIENCE: Final = 3.0
"""Seconds in vain after which a place is left alone, for as long as ``_REST``."""

_REST: Final = 15.0
_MOST_SILENT: Final = 1_000
_ROWS: Final = 64
"""Rows of a part that are unpacked at once on the way to one of them."""


class ImagesElsewhere:
    """Image files of landmarks. Safe to use from several threads.

    Parameters
    ----------
    parts
        The set, as it was when they were drawn.
    rows : (n_items,), int64
        Where each stands in the set.
    names : (n_items, 2), uint64
        What each is called by its content.
    address_of
        The address of an image as it stood in the set; None where images are in the set itself.
    kept
        Where those are kept that were looked at; None: nowhere.
    fetch
        Reads the file at an address, as :func:`core.data.parts.reach.fetch` does.
    clock
        Tells seconds.
    """

    def __init__(
        self,
        parts: Parts,
        rows: IntArray,
        names: NDArray[np.uint64],
        address_of: Callable[[int], str] | None,
        kept: KeptFiles | None = None,
        *,
        fetch: Callable[[Place, str], bytes] = fetch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = parts
        self._rows = rows
        self._names = names
        self._address_of = address_of
        self._kept = kept
        self._fetch = fetch
        self._clock = clock
        self._silent: dict[str, float] = {}

    def file(self, index: int) -> bytes:
        """The bytes of an image file.

        Raises
        ------
        BadImageError
            If it cannot be read, or is another one by now.
        """
        # The same name in another set may not open what only this one may read.
        told = self._parts.url.encode() + b"\0" + self._names[index].tobytes()
        name = blake2b(told, digest_size=16).hexdigest()
        content = None if self._kept is None else self._kept.get(name)
        if content is None:
            content = self._fetched(index)
            if self._kept is not None:
                self._kept.put(name, content)
        return content

    def _fetched(self, index: int) -> bytes:
        """An image file; what did not answer for long is not asked again for a moment.

        A page or a report has many images: it would wait as long for each.
        """
        root = place_of(self._parts.url)
        address = "" if self._address_of is None else self._address_of(index)
        where = host_of(root, address)
        begun = self._clock()
        if self._silent.get(where, 0.0) > begun:
            raise BadImageError(
                f"{shown(where)} does not answer.", "Its images are asked for again in a moment."
            )
        try:
            return self._read(root, address, index)
        except BadImageError:
            if self._clock() - begun > _PATIENCE:
                if len(self._silent) > _MOST_SILENT:
                    self._silent.clear()
                self._silent[where] = self._clock() + _REST
            raise

    def _read(self, root: Place, address: str, index: int) -> bytes:
        if self._address_of is not None:
            if not address:
                raise BadImageError("The set tells no address of this image.", "Skip it.")
            return self._fetch(root, address)
        try:
            cell = self._cell(index)
        except BadImageError:
            raise
        except InvalidDatasetError as error:
            raise BadImageError(error.problem, error.remedy) from error
        if isinstance(cell, dict):
            # As Hugging Face has it: the bytes of a file, or where it is.
            content = cell.get("bytes")
            path = cell.get("path")
            cell = self._fetch(root, path) if content is None and path else content
        if not isinstance(cell, bytes):
            raise BadImageError("The set has no image in this row.", "Skip it.")
        return cell

    def _cell(self, index: int) -> Any:  # noqa: ANN401 - whatever is in the table
        """What stands in the column of images, in the row of a landmark."""
        parts = self._parts
        part = int(np.searchsorted(parts.starts, self._rows[index], side="right")) - 1
        file = parts.files[part]
        row = np.array([self._rows[index] - parts.starts[part]])
        columns = parts.columns
        assert columns.images is not None
        has_changed = self._version(file) != file.version
        identity = [columns.ids] if columns.ids else []
        needed = [*columns.features, *identity] if has_changed else []
        try:
            _, batch = next(parts.take(file, row, [columns.images, *needed], _ROWS))
        except InvalidDatasetError as error:
            if has_changed:
                raise self._changed(file) from error
            raise
        if has_changed:
            told = batch.column(columns.ids)[0].as_py() if columns.ids else ""
            name = name_of(parts.features(batch)[0], "" if told is None else str(told))
            if name != self._names[index].tobytes():
                raise self._changed(file)
        return batch.column(columns.images)[0].as_py()

    def _version(self, file: PartFile) -> str:
        address = self._parts.address(file)
        place = place_of(address)
        with in_words(address):
            files = place.files()
            files.invalidate_cache()
            return version_of(place, files.info(place.path))

    def _changed(self, file: PartFile) -> BadImageError:
        return BadImageError(
            f"The part {self._parts.address(file)} has changed since landmarks were drawn from it, "
            "and another image stands in this row.",
            "Put the part back in its place, or draw landmarks anew.",
        )
