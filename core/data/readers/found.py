"""What a reader finds in what a person brings: images as they came, and all that is told of them.

A reader does not decide how an image is shown, nor does it look at more images than it has to.
It says what is there, what it has guessed, and what of it cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from numpy.typing import NDArray

from core.arrays import IntArray
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

Original = bytes | NDArray[Any]
"""An image as it came: the bytes of an image file, or an array of values, shape (height, width) or
(height, width, colours) with 1, 3 or 4 colours, of any real dtype or Boolean."""


class BadImageError(InvalidDatasetError):
    """One image of a source cannot be used; the others may be."""


@dataclass(frozen=True, slots=True)
class Bad:
    """Something in a source that cannot be used while the rest can.

    Attributes
    ----------
    name
        The file or the row it is about, as the source names it.
    problem, remedy
        A sentence each: what is wrong, and what to do.
    """

    name: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that was guessed and that a person can say otherwise.

    Attributes
    ----------
    key
        Names it in what a person says: ``said={"labels": "species"}``.
    title
        What it is, in words: "Column of labels".
    value
        What it is taken for now.
    options
        All it could be, the present value among them.
    """

    key: str
    title: str
    value: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is taken from a source; more is refused in words.

    Attributes
    ----------
    items
        Images.
    n_bytes
        Of all that is unpacked or read into memory or onto the disk, together.
    pixels
        Of one image.
    """

    items: int = 10_000_000
    n_bytes: int = 64 * 2**30
    pixels: int = 100_000_000


@dataclass(frozen=True, eq=False)
class Found:
    """What there is in a source. It may hold files open: use it in a ``with`` block.

    Everything that has one value an image is in the order of the images.

    Attributes
    ----------
    title
        What the set could be called: the name of the file or folder without its ending.
    kind
        What was found, for the preview: "a ZIP file of images", "a NumPy file (.npz)".
    n_items
        How many images there are, good and bad.
    original
        Reads one image, by its index. Raises a ``BadImageError`` if it cannot be used; anything
        that ends the whole work is another error. May be called from several threads.
    array : (n_items, height, width) or (n_items, height, width, colours), or None
        All images where they are one array, in memory or mapped; ``original`` gives its rows.
    names
        What each image is called in the source, such as the path of its file inside the folder,
        with ``/``; no name twice. None where images are but rows.
    class_names
        The classes that the source tells of, in order of display; empty where it tells of none.
    truth : (n_items,), int64, or None
        Indices into ``class_names``, ``UNLABELLED`` where none is told; None where none is at all.
    splits
        The part that each image is in, such as "train"; empty text where it is in none.
    columns
        Whatever else is told of each image, by the name of its column; as text.
    features : (n_items, n_features), or None
        Features that came with the images, such as embeddings; finite.
    choices
        What was guessed.
    notes
        What was found out or left out on the way, a sentence each, for the preview.
    bad
        What could not even be listed. It is not counted in ``n_items``.
    close
        Lets go of whatever is open.
    """

    title: str
    kind: str
    n_items: int
    original: Callable[[int], Original]
    array: NDArray[Any] | None = None
    names: Sequence[str] | None = None
    class_names: tuple[str, ...] = ()
    truth: IntArray | None = None
    splits: Sequence[str] | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    features: NDArray[Any] | None = None
    choices: tuple[Choice, ...] = ()
    notes: tuple[str, ...] = ()
    bad: tuple[Bad, ...] = ()
    close: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def name(self, index: int) -> str:
        """What an image is called in the source; its row, from 0, where it has no name."""
        return str(index) if self.names is None else self.names[index]


class Reader(Protocol):
    """What reads a file or a folder of some kind."""

    def __call__(
        self, path: Path, said: Mapping[str, str], limits: Limits, progress: Progress, /
    ) -> Found:
        """Read it."""
        ...
