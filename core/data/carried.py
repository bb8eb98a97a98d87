"""A set that goes along with a project: its files taken away, and taken in again.

What is taken in may come from anywhere. Its images are named anew, and all that it says has to make
the name that it claims; only then it has a place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.config import DIGITS
from core.data.archive import reason
from core.data.catalogue import Catalogue
from core.data.classes import MOST_CLASSES, shown
from core.data.fingerprint import contents_of, file_name, image_names
from core.data.npz import read_arrays
from core.data.sets import content_of
from core.data.stored import (
    FEATURES,
    FILES,
    HEAD,
    NAMES,
    PIXELS,
    SCREENS,
    TABLE,
    TRUTH,
    VALUES,
    Layout,
    StoredSet,
)
from core.errors import InvalidDatasetError, LabelspreadError
from core.jobs.files import unfinished_beside
from core.jobs.progress import Progress, silent
from core.session.events import LOCAL

Kind = Literal["set", "npz"]
"""A set that was brought in, of several files; or a file of the user's own, in the data folder."""

SET_FILES: Final = frozenset({HEAD, FILES, SCREENS, VALUES, PIXELS, NAMES, TRUTH, FEATURES, TABLE})
"""What the files of a set that was brought in can be called."""

_STAGE: Final = "Checking images"
_AT_A_TIME: Final = 2**22
"""Values that are looked at at once."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The files of a set.

    Attributes
    ----------
    files
        What each is called, and where it is.
    """

    kind: Kind
    files: tuple[tuple[str, Path], ...]

    @property
    def n_bytes(self) -> int:
        """Of all files together."""
        return sum(path.stat().st_size for _, path in self.files)


def carried_of(catalogue: Catalogue, key: str) -> Carried | None:
    """The files of a data set; None for the digits, which are everywhere.

    Raises
    ------
    InvalidDatasetError
        If it is not there, or damaged.
    """
    if key == DIGITS:
        return None
    if catalogue.is_stored(key):
        assert catalogue.sets is not None
        stored = catalogue.sets.open(key)
        if stored.head.elsewhere is not None:
            raise InvalidDatasetError(
                f"“{shown(stored.head.title)}” is too large to be copied, so its images stay where "
                "they are.",
                "Export the project without its images. Whoever draws as many landmarks from the "
                "same set can bring it back.",
            )
        folder = stored.folder
        names = sorted(path.name for path in folder.iterdir() if path.name in SET_FILES)
        # What a set is comes first: who reads it sees that before all else.
        names.sort(key=lambda name: name != HEAD)
        return Carried("set", tuple((name, folder / name) for name in names))
    path = catalogue.path(key)
    if not path.is_file():
        raise InvalidDatasetError(
            f"The image set {key} is not there any more.",
            "Put the file back in its place, or export the project without its images.",
        )
    return Carried("npz", ((key, path),))


def take_in(
    catalogue: Catalogue,
    kind: Kind,
    key: str,
    fingerprint: str,
    fill: Callable[[Path], None],
    progress: Progress = silent,
    *,
    owner: str = LOCAL,
) -> str:
    """Give a set its place here; the key that it has from now on.

    Parameters
    ----------
    key
        What it was called where it comes from.
    fingerprint
        The name that its content has to have.
    fill
        Writes its files into a folder: of a file of the user's own, that one, under its key.
    owner
        Whose it is here, by a person's id.

    Raises
    ------
    InvalidDatasetError
        If it is not what it claims to be, or cannot be stored; nothing of it is kept then.
    CancelledError
        If ``progress`` says so.
    """
    if kind == "npz":
        return _take_in_file(catalogue, key, fingerprint, fill, progress)
    if catalogue.sets is None:
        raise InvalidDatasetError("There is no place for sets of images.", "Set LABELSPREAD_HOME.")

    def fill_and_check(folder: Path) -> None:
        fill(folder)
        _check(StoredSet(folder), fingerprint, progress)

    return catalogue.sets.adopt(key, fill_and_check, owner)


def _take_in_file(
    catalogue: Catalogue,
    key: str,
    fingerprint: str,
    fill: Callable[[Path], None],
    progress: Progress,
) -> str:
    place = catalogue.path(key)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with unfinished_beside(place) as unfinished:
            unfinished.file.close()
            fill(unfinished.path)
            whole = read_arrays(unfinished.path)
            if contents_of(whole, progress).fingerprint != fingerprint:
                raise _another()
            number = 2
            while place.exists():
                place = place.with_name(f"{Path(key).stem} ({number}).npz")
                number += 1
            unfinished.move_to(place)
    except OSError as error:
        raise InvalidDatasetError(
            f"The image set {key} cannot be stored ({error.strerror or error}).",
            "Free some disk space, or check LABELSPREAD_HOME.",
        ) from error
    return place.name


def _check(stored: StoredSet, fingerprint: str, progress: Progress) -> None:
    """See that a set is sound, and that its content has the name that it says it has."""
    head = stored.head
    try:
        if head.n_items < 2 or len(set(head.class_names)) != len(head.class_names):
            raise ValueError("it is no set")
        if len(head.class_names) > MOST_CLASSES:
            raise ValueError("it has too many classes")
        # What comes from anywhere may not say where this machine is to read.
        if head.pixels is None:
            raise ValueError("its images are elsewhere")
        _check_layout(head.pixels, "u", (3, 4))
        if head.values is not None:
            _check_layout(head.values, "buif", (3, 4))
        if head.features is not None:
            _check_layout(head.features, "uif", (2,))
        _check_finite(stored.features)
        if head.has_table:
            for batch in _batches(stored.folder / TABLE, None):
                if not all(pa.types.is_large_string(kind) for kind in batch.schema.types):
                    raise ValueError("its table holds no texts")
        stored.check()
        _check_names(stored, progress)
        found = content_of(
            stored.folder,
            head.class_names,
            head.look,
            stored.names,
            stored.features,
            stored.truth,
        )
    except LabelspreadError:
        raise
    # Of bytes that make no sense numpy and Arrow raise whatever they come upon.
    except Exception as error:
        raise InvalidDatasetError(
            f"The set “{shown(head.title)}” is damaged ({reason(error)}).", "Export it again."
        ) from error
    if not found == head.fingerprint == fingerprint:
        raise _another()


def _another() -> InvalidDatasetError:
    return InvalidDatasetError(
        "The images in the file are not those that the project was labelled on: their content "
        "does not fit its name.",
        "Export the project again.",
    )


def _check_layout(layout: Layout, kinds: str, dimensions: tuple[int, ...]) -> None:
    """See that an array is one of plain numbers, before any of it is looked at."""
    dtype = np.dtype(layout.dtype)
    if dtype.kind not in kinds or dtype.hasobject or len(layout.shape) not in dimensions:
        raise ValueError("an array of it holds no plain values")


def _check_finite(features: NDArray[Any] | None) -> None:
    if features is None:
        return
    step = max(1, _AT_A_TIME // max(1, features.shape[1]))
    for start in range(0, len(features), step):
        if not np.isfinite(features[start : start + step]).all():
            raise ValueError("it has features that are no numbers")


def _check_names(stored: StoredSet, progress: Progress) -> None:
    """See that each image is called as its content says."""
    head, start = stored.head, 0
    for names in _names(stored):
        progress(_STAGE, start / head.n_items)
        if not np.array_equal(names, stored.names[start : start + len(names)]):
            raise _another()
        start += len(names)
    if start != head.n_items:
        raise _another()


def _names(stored: StoredSet) -> Iterator[NDArray[np.uint64]]:
    """What images are called by their content, some at a time."""
    head = stored.head
    if head.originals == "files":
        lengths = []
        for batch in _batches(stored.folder / FILES, pa.large_binary()):
            lengths.append(len(batch))
            names = b"".join(file_name(data.as_buffer()) for data in batch.column(0))
            yield np.frombuffer(names, dtype=np.uint64).reshape(-1, 2)
        screens = lengths
        if head.has_screens:
            screens = [len(b) for b in _batches(stored.folder / SCREENS, pa.large_binary())]
        if screens != lengths or head.starts != tuple(accumulate(lengths, initial=0))[:-1]:
            raise ValueError("its pieces do not fit together")
        return
    values = stored.pixels if head.values is None else stored.values
    step = max(1, _AT_A_TIME // max(1, math.prod(values.shape[1:])))
    for start in range(0, head.n_items, step):
        some = values[start : start + step]
        yield image_names(some if head.values is None else head.look.shown(some, many=True))


def _batches(path: Path, kind: pa.DataType | None) -> Iterator[pa.RecordBatch]:
    """The pieces of an Arrow file, each sound; of one column of a kind, or of any."""
    with pa.memory_map(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            batch.validate(full=True)
            if kind is not None and batch.schema.types != [kind]:
                raise ValueError("its pieces hold no images")
            yield batch
