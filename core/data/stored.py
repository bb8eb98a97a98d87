"""Sets that were brought in: kept once, never changed, and read as far as they are looked at.

A set is a folder. ``set.json`` says what it is. The images are as they came: as bytes of image
files in ``originals.arrow``, or as one array in ``originals.bin``; an array that is shown as it is
and small serves as both. What is too large for a screen is in ``screens.arrow`` too, smaller.

Of a set that is too large to copy, landmarks alone are kept, without their images: those are read
where they lie. ``parts.arrow`` tells of the whole, and ``rows.bin`` which of its rows they are.

Beside them are, one row an image, ``pixels.bin``, a small size of all; ``names.bin``, what each is
called by its content; and where there are such, ``truth.bin``, ``features.bin``, and
``table.arrow`` with what the source told of each.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    NonNegativeInt,
    ValidationError,
    model_validator,
)

from core.arrays import UNLABELLED, IntArray, PixelArray
from core.config import Features
from core.data.dataset import INLINE, Dataset, question_for
from core.data.decoding import decode, decode_small
from core.data.fingerprint import Contents
from core.data.looks import Look
from core.data.parts.elsewhere import Elsewhere, read_parts
from core.data.parts.images import ImagesElsewhere
from core.data.parts.kept import KeptFiles
from core.data.parts.parts import Parts
from core.data.pictures import LEAST, screen_of
from core.data.readers.found import Limits, Original
from core.errors import InvalidDatasetError

HEAD: Final = "set.json"
FILES: Final = "originals.arrow"
SCREENS: Final = "screens.arrow"
VALUES: Final = "originals.bin"
PIXELS: Final = "pixels.bin"
NAMES: Final = "names.bin"
TRUTH: Final = "truth.bin"
FEATURES: Final = "features.bin"
TABLE: Final = "table.arrow"
ROWS: Final = "rows.bin"

IMAGE_COLUMN: Final = "image"
NAME_COLUMN: Final = "name"
SPLIT_COLUMN: Final = "split"
ADDRESS_COLUMN: Final = "address"

_COLOUR_AXES: Final = 4
_VERSION: Final = 2
_UNLIMITED: Final = Limits()


class Layout(BaseModel):
    """An array in a file of nothing but its values, row by row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dtype: str
    shape: tuple[NonNegativeInt, ...]


class Judged(BaseModel):
    """What the images of a set are best compared by, as the classes say that came with them.

    Attributes
    ----------
    features
        The best kind.
    n_images
        How many images were looked at.
    shares
        Of an image's nearest others, how many are of its class: the mean of all, 0 to 1, by kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: Features
    n_images: NonNegativeInt
    shares: dict[Features, float]


class Head(BaseModel):
    """What a set is.

    Attributes
    ----------
    v
        The version of the format: 2 of landmarks, which an app that knows 1 alone cannot read.
    title
        What people call it.
    source
        What it was made of, in words: "a ZIP file of images".
    made_at
        When it was brought in.
    originals
        ``files``: bytes of image files; ``values``: an array; ``pixels``: the array of small images
        is what came; ``elsewhere``: they are read where they lie.
    starts
        The first row of each piece of the file of image files.
    has_screens
        Whether there is a smaller size of what is too large for a screen.
    height, width
        Of all images, in pixels; both 0 where they differ in size.
    fingerprint
        A name for all that the set holds.
    n_bytes
        Of all its files, on the disk.
    judged
        What its images are best compared by; None where nothing says.
    owners
        Who has brought it in, by their ids; nobody where that was not noted.
    elsewhere
        Where the whole set lies that these are landmarks of; None where all of it is here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: Literal[1, 2] = 1
    title: str
    source: str
    made_at: AwareDatetime
    n_items: NonNegativeInt
    look: Look
    originals: Literal["files", "values", "pixels", "elsewhere"]
    starts: tuple[NonNegativeInt, ...] = ()
    has_screens: bool = False
    height: NonNegativeInt
    width: NonNegativeInt
    pixels: Layout | None
    values: Layout | None = None
    features: Layout | None = None
    class_names: tuple[str, ...]
    n_known: NonNegativeInt
    has_table: bool
    fingerprint: str
    n_bytes: NonNegativeInt
    judged: Judged | None = None
    owners: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        is_elsewhere = self.elsewhere is not None
        if len({is_elsewhere, self.originals == "elsewhere", self.pixels is None, self.v == 2}) > 1:
            raise ValueError("images are here, or elsewhere")
        return self

    @property
    def is_photo(self) -> bool:
        """Whether the images are photographs: in colour, or large, and no ink on paper."""
        is_colour = self.pixels is None or len(self.pixels.shape) == _COLOUR_AXES
        is_small = 0 < max(self.height, self.width) <= INLINE
        return not self.look.is_ink and (is_colour or not is_small)


def read_head(folder: Path) -> Head:
    """What the set in a folder is.

    Raises
    ------
    InvalidDatasetError
        If it is not there or cannot be read.
    """
    told = b""
    try:
        told = (folder / HEAD).read_bytes()
        return Head.model_validate_json(told)
    except FileNotFoundError as error:
        raise InvalidDatasetError(
            f"There is no data set “{folder.name}”.", "Choose one of those on the Data page."
        ) from error
    except (OSError, ValidationError) as error:
        if _is_newer(told):
            raise InvalidDatasetError(
                f"The data set “{folder.name}” was brought in by a newer version of Labelspread.",
                "Update the app.",
            ) from error
        raise InvalidDatasetError(
            f"The data set “{folder.name}” is damaged: its {HEAD} cannot be read.",
            "Bring the images in again.",
        ) from error


def _is_newer(told: bytes) -> bool:
    """Whether a head has a version that this program does not know yet."""
    try:
        head = json.loads(told)
    except (ValueError, RecursionError):
        return False
    version = head.get("v") if isinstance(head, dict) else None
    return isinstance(version, int) and version > _VERSION


class StoredSet:
    """A set that was brought in. Safe to use from several threads.

    Parameters
    ----------
    folder
        Where it is.
    fetched
        Where images that lie elsewhere are kept once they were looked at; None: nowhere.

    Raises
    ------
    InvalidDatasetError
        If it is not there or damaged; here and from each method.
    """

    def __init__(self, folder: Path, fetched: KeptFiles | None = None) -> None:
        self.folder = folder
        self.head = read_head(folder)
        self._fetched = fetched
        self._far: tuple[int, ImagesElsewhere] | None = None
        self._lock = threading.Lock()

    @property
    def key(self) -> str:
        """What projects call it."""
        return self.folder.name

    @cached_property
    def pixels(self) -> PixelArray:
        """All images in a small size, (n_items, height, width[, 3]); mapped, not read."""
        assert self.head.pixels is not None, "of images that lie elsewhere there is none"
        return self._mapped(PIXELS, self.head.pixels)

    @cached_property
    def rows(self) -> IntArray:
        """Which row of the whole set each landmark is, counted through all parts, (n_items,)."""
        rows = self._mapped(ROWS, Layout(dtype="<i8", shape=(self.head.n_items,)))
        return rows.astype(np.int64, copy=False)

    @cached_property
    def parts(self) -> Parts | None:
        """The whole set that these are landmarks of, as it was when they were drawn."""
        if self.head.elsewhere is None:
            return None
        with self._in_words():
            return read_parts(self.folder, self.head.elsewhere)

    @cached_property
    def names(self) -> NDArray[np.uint64]:
        """What each image is called by its content, (n_items, 2)."""
        return self._mapped(NAMES, Layout(dtype="<u8", shape=(self.head.n_items, 2)))

    @cached_property
    def truth(self) -> IntArray | None:
        """The classes that came with the images, (n_items,); None where none did."""
        if not self.head.n_known:
            return None
        truth = self._mapped(TRUTH, Layout(dtype="<i4", shape=(self.head.n_items,)))
        with self._in_words():
            if truth.max() >= len(self.head.class_names) or truth.min() < UNLABELLED:
                raise ValueError("it names classes that are not there")
        return truth.astype(np.int64)

    @cached_property
    def features(self) -> NDArray[Any] | None:
        """Features that came with the images, (n_items, n_features); mapped, not read."""
        layout = self.head.features
        return None if layout is None else self._mapped(FEATURES, layout)

    def original(self, row: int) -> Original:
        """An image as it came: the bytes of its file, or its values."""
        content = self.file(row)
        if content is not None:
            return content
        values: NDArray[Any] = self.values[row]
        return values.copy()

    def image(self, row: int) -> PixelArray:
        """An image as people see it, in full size: (height, width), or (height, width, 3)."""
        original = self.original(row)
        if self.head.originals == "pixels":
            assert not isinstance(original, bytes)
            return original
        if isinstance(original, bytes):
            original = decode(original, self.name(row), _UNLIMITED)
        return self.head.look.shown(original)

    def glance(self, row: int, side: int) -> PixelArray:
        """An image as people see it, with no side much longer than so many pixels if it can be."""
        if self.head.originals not in {"files", "elsewhere"}:
            return self.image(row)
        screen = self.screen(row) if self.head.has_screens else None
        if screen is not None:
            return decode_small(screen, self.name(row), _UNLIMITED, side).values
        original = self.original(row)
        assert isinstance(original, bytes)
        return self.head.look.shown(decode_small(original, self.name(row), _UNLIMITED, side).values)

    def screen(self, row: int) -> bytes | None:
        """A JPEG file of an image that is too large for a screen; None for all others."""
        if self.head.originals == "elsewhere":
            decoded = decode_small(self._elsewhere.file(row), self.name(row), _UNLIMITED, LEAST)
            return screen_of(self.head.look.shown(decoded.values), decoded.size) or None
        return (self._bytes_of(self._screens, row) or None) if self.head.has_screens else None

    def name(self, row: int) -> str:
        """What an image was called in its source; its row where it had no name."""
        told = self.told(row)
        return told.get(NAME_COLUMN) or str(row)

    def told(self, row: int) -> dict[str, str]:
        """All that the source told of an image, by column."""
        if not self.head.has_table:
            return {}
        with self._in_words():
            row_of = self._table.slice(row, 1)
            return {name: row_of.column(name)[0].as_py() or "" for name in row_of.column_names}

    def column(self, name: str, rows: Sequence[int]) -> list[str] | None:
        """What the source told of some images, under the name of a column; None for no such."""
        if not self.head.has_table:
            return None
        with self._in_words():
            if name not in self._table.column_names:
                return None
            some = self._table.column(name).take(pa.array(rows, pa.int64()))
            return list(some.to_pylist())

    def file(self, row: int) -> bytes | None:
        """The image file that an image came as; None where it came as values."""
        if self.head.originals == "elsewhere":
            return self._elsewhere.file(row)
        return self._bytes_of(self._files, row) if self.head.originals == "files" else None

    @property
    def contents(self) -> Contents:
        """What the set holds, by name."""
        head = self.head
        return Contents(head.fingerprint, self.names, head.height, head.width, head.class_names)

    def check(self) -> None:
        """See that all files of the set are there and fit together; few images are read."""
        last = self.head.n_items - 1
        self.dataset()
        self.contents.name(last)
        self.told(last)
        if self.head.elsewhere is None:
            self.image(last)
            self.screen(last)
        elif self.parts is None or not 0 <= self.rows.min() <= self.rows.max() < self.parts.n_rows:
            raise self._damaged()

    def dataset(self) -> Dataset:
        """All items of the set; its images are read when they are looked at."""
        with self._in_words():
            return self._dataset()

    def _dataset(self) -> Dataset:
        head, own = self.head, self.features
        pixels = None if head.pixels is None else self.pixels
        features = own
        if features is None:
            assert pixels is not None, "landmarks have features"
            features = pixels.reshape(len(pixels), -1)
        images = pixels if head.originals == "pixels" else None
        drawn_from = head.elsewhere if head.elsewhere and head.elsewhere.drawn != "all" else None
        return Dataset(
            title=head.title,
            rows=np.arange(head.n_items, dtype=np.int64),
            images=_StoredImages(self) if images is None else images,
            features=features,
            class_names=head.class_names,
            truth=self.truth,
            question=question_for(head.class_names),
            has_own_features=own is not None,
            small=None if head.originals == "pixels" else pixels,
            is_ink=head.look.is_ink,
            size=(head.height, head.width) if head.height else None,
            origin=self,
            n_whole=None if drawn_from is None else drawn_from.n_rows,
        )

    @cached_property
    def values(self) -> NDArray[Any]:
        """All images as they came, where they came as values; mapped, not read."""
        if self.head.values is None:
            return self.pixels
        return self._mapped(VALUES, self.head.values)

    def _bytes_of(self, file: pa.RecordBatchFileReader, row: int) -> bytes:
        piece = int(np.searchsorted(self.head.starts, row, side="right")) - 1
        with self._lock, self._in_words():
            column = file.get_batch(piece).column(0)
            data: bytes = column[row - self.head.starts[piece]].as_py()
        return data

    @property
    def _elsewhere(self) -> ImagesElsewhere:
        """Where images are read now: a set that has moved since is read from there at once."""
        with self._in_words():
            changed = (self.folder / HEAD).stat().st_mtime_ns
            far = self._far
            if far is None or far[0] != changed:
                far = self._far = changed, self._pointed()
        return far[1]

    def _pointed(self) -> ImagesElsewhere:
        elsewhere = read_head(self.folder).elsewhere
        assert elsewhere is not None
        parts = read_parts(self.folder, elsewhere)
        has_addresses = parts.columns.are_addresses
        return ImagesElsewhere(
            parts,
            self.rows,
            self.names,
            (lambda row: self.told(row).get(ADDRESS_COLUMN, "")) if has_addresses else None,
            self._fetched,
        )

    @cached_property
    def _files(self) -> pa.RecordBatchFileReader:
        with self._in_words():
            return pa.ipc.open_file(pa.memory_map(str(self.folder / FILES)))

    @cached_property
    def _screens(self) -> pa.RecordBatchFileReader:
        with self._in_words():
            return pa.ipc.open_file(pa.memory_map(str(self.folder / SCREENS)))

    @cached_property
    def _table(self) -> pa.Table:
        with pa.memory_map(str(self.folder / TABLE)) as file:
            return pa.ipc.open_file(file).read_all()

    def _mapped(self, name: str, layout: Layout) -> NDArray[Any]:
        """The array in a file, mapped: what is not looked at takes no memory."""
        with self._in_words():
            dtype = np.dtype(layout.dtype)
            path = self.folder / name
            if path.stat().st_size != math.prod(layout.shape) * dtype.itemsize:
                raise ValueError("it is cut off")
            if layout.shape[0] != self.head.n_items:
                raise ValueError("it is of another set")
            if not math.prod(layout.shape):
                return np.empty(layout.shape, dtype)
            return np.memmap(path, dtype, "r", shape=layout.shape)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, TypeError, KeyError, IndexError, pa.ArrowException) as error:
            raise self._damaged() from error

    def _damaged(self) -> InvalidDatasetError:
        return InvalidDatasetError(
            f"The data set “{self.head.title}” is damaged: its files cannot be read.",
            "Bring the images in again.",
        )


class _StoredImages:
    """The images of a set, each read when it is looked at."""

    def __init__(self, stored: StoredSet) -> None:
        self._stored = stored

    def __len__(self) -> int:
        return self._stored.head.n_items

    def __getitem__(self, index: int) -> PixelArray:
        return self._stored.image(index)

    def screen(self, index: int) -> bytes | None:
        """A JPEG file of an image that is too large for a screen; None for one that is not."""
        return self._stored.screen(index)

    def glance(self, index: int, side: int) -> PixelArray:
        """An image with no fewer pixels on a side than these, unless it has no more itself."""
        return self._stored.glance(index, side)
