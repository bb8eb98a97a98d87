"""Landmarks: the items of a large set that the graph is built on, drawn in one pass over it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.arrays import BoolArray, IntArray
from core.data.parts.opening import changed_since
from core.data.parts.parts import PartFile, Parts, changed, usable_rows
from core.data.parts.places import LOCAL, place_of
from core.data.parts.sampling import Sampler, uniform
from core.data.readers.celltypes import without_codes
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

DEFAULT: Final = 500_000
MOST: Final = 2_000_000
SEED: Final = 0

_STAGE: Final = "Reading landmarks"
_ROWS: Final = 8192
_REMOTE_THREADS: Final = 8
_LOOK_EVERY: Final = 0.2
"""Seconds between two looks at whether the work is still wanted."""

_NAME_BYTES: Final = 16
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The landmarks of a set, their features aside.

    Attributes
    ----------
    rows : (n_items,), int64
        Where each stands in the set: a row's number counts through all parts.
    names : (n_items, 2), uint64
        What each is called by its content.
    told
        What the set tells of each, by column: names, addresses, labels.
    n_left_out
        How many more would be, if their features could be used.
    """

    rows: IntArray
    names: NDArray[np.uint64]
    told: dict[str, pa.ChunkedArray]
    n_left_out: int


def draw(
    parts: Parts,
    n_landmarks: int,
    features: Path,
    progress: Progress,
    *,
    seed: int = SEED,
    sampler: Sampler = uniform,
    threads: int = 1,
) -> Drawn:
    """Draw landmarks, and write their features, row by row, into a file.

    No more of the set is read than the columns of features, names, addresses and labels, and no
    more is in memory than what is told of the landmarks.

    Parameters
    ----------
    n_landmarks
        How many; all items where there are no more.
    features
        A file that is not there yet.
    threads
        How many parts are read at the same time; of those on other machines some more.

    Raises
    ------
    InvalidDatasetError
        If the set cannot be read, or hardly any features can be used.
    OSError
        If they cannot be written.
    CancelledError
        If ``progress`` says so.
    """
    rows = sampler(parts, n_landmarks, seed, progress)
    layout = (len(rows), parts.n_features)
    if place_of(parts.url).scheme != LOCAL:
        threads = max(threads, _REMOTE_THREADS)
    array = np.memmap(features, parts.dtype, "w+", shape=layout)
    told = _filled(parts, rows, array, threads, progress)
    if changed_parts := changed_since(parts):
        raise changed(parts.address_of(changed_parts[0]))
    is_good = _usable(array)
    n_good = int(is_good.sum())
    if n_good < _FEWEST:
        raise InvalidDatasetError(
            f"Of {len(rows):,} rows of {parts.url} that were read, {n_good:,} have features that "
            "can be used.",
            "Choose another column of features, or make them anew.",
        )
    if n_good < len(rows):
        _close_ranks(array, is_good)
        told = {name: column.filter(pa.array(is_good)) for name, column in told.items()}
    kept = array[:n_good]
    names = _names(kept, _identities(parts, told), progress)
    array.flush()
    del array, kept
    with features.open("r+b") as file:
        file.truncate(n_good * parts.n_features * np.dtype(parts.dtype).itemsize)
    return Drawn(rows[is_good], names, told, len(rows) - n_good)


def _filled(
    parts: Parts, rows: IntArray, array: NDArray[Any], threads: int, progress: Progress
) -> dict[str, pa.ChunkedArray]:
    """Read the features of landmarks into an array; what is told of each, in the same order."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    starts = parts.starts
    bounds = np.searchsorted(ordered, starts)
    columns = [*parts.columns.features, *parts.columns.told]
    is_over = threading.Event()
    n_read = [0] * len(parts.files)

    def read(index: int, file: PartFile) -> list[pa.RecordBatch]:
        first, last = int(bounds[index]), int(bounds[index + 1])
        some = ordered[first:last] - starts[index]
        told = []
        for which, batch in parts.take(file, some, columns, _ROWS):
            if is_over.is_set():
                break
            places = order[first + which.start : first + which.stop]
            array[places] = parts.features(batch)
            told.append(batch.select(list(parts.columns.told)))
            n_read[index] += batch.num_rows
        return told

    with ThreadPoolExecutor(threads, "reading landmarks") as pool:
        work = [
            pool.submit(read, index, file)
            for index, file in enumerate(parts.files)
            if bounds[index + 1] > bounds[index]
        ]
        try:
            _wait(work, lambda: progress(_STAGE, sum(n_read) / max(1, len(rows))))
        except BaseException:
            is_over.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    batches = [batch for future in work for batch in future.result()]
    if not parts.columns.told:
        return {}
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    # A part whose rows tell nothing in a column may have no type for it, and others have codes.
    tables = [pa.table([*map(without_codes, one.columns)], one.schema.names) for one in batches]
    table = pa.concat_tables(tables, promote_options="permissive").take(pa.array(back))
    return {name: table.column(name) for name in table.column_names}


def _wait(work: Sequence[Future[Any]], look: Any) -> None:  # noqa: ANN401
    left: Iterable[Future[Any]] = work
    while left:
        look()
        done, left = wait(left, _LOOK_EVERY, FIRST_EXCEPTION)
        for future in done:
            future.result()


def _usable(array: NDArray[Any]) -> BoolArray:
    return np.concatenate(
        [usable_rows(array[start : start + _ROWS]) for start in range(0, len(array), _ROWS)]
    )


def _close_ranks(array: NDArray[Any], is_good: BoolArray) -> None:
    """Move the rows that are good to the front, some at a time."""
    good = np.flatnonzero(is_good)
    for start in range(0, len(good), _ROWS):
        some = good[start : start + _ROWS]
        array[start : start + len(some)] = array[some]


def _identities(parts: Parts, told: dict[str, pa.ChunkedArray]) -> list[str] | None:
    """The id of each landmark, or its address; None where there is neither."""
    columns = parts.columns
    name = columns.ids or (columns.images if columns.are_addresses else None)
    if name is None:
        return None
    return ["" if value is None else str(value) for value in told[name].to_pylist()]


def _names(
    features: NDArray[Any], identities: Sequence[str] | None, progress: Progress
) -> NDArray[np.uint64]:
    names = bytearray()
    for place, row in enumerate(features):
        if place % _ROWS == 0:
            progress("Naming landmarks", place / len(features))
        names += name_of(row, "" if identities is None else identities[place])
    return np.frombuffer(bytes(names), dtype=np.uint64).reshape(-1, 2)


def name_of(features: NDArray[Any], identity: str) -> bytes:
    """What an item is called by its content: its features, and its id or address; 16 bytes."""
    digest = blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=_NAME_BYTES)
    digest.update(b"\0")
    digest.update(features.astype(features.dtype.newbyteorder("<"), copy=False).tobytes())
    return digest.digest()
