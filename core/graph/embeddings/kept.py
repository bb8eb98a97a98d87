"""Features of images as a network sees them, computed once and kept on the disk.

They are a cache, and no more. Of each set and network there is one file, to which images are added
as they are looked at: whatever stops it, what was computed is not computed again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.arrays import BoolArray, Float32Array, IntArray
from core.data.dataset import Dataset
from core.data.fingerprint import Contents
from core.data.images import glance_at
from core.errors import InvalidDatasetError
from core.graph.embeddings.network import Network
from core.jobs.progress import Progress, silent

Seen = Callable[[Dataset, IntArray, Progress], NDArray[Any]]
"""Gives the features of some images of a data set, by their indices: (n_images, n_features)."""

Given = TypeVar("Given")
Made = TypeVar("Made")

STAGE: Final = "Looking at images"

_BATCH: Final = 8
_CHUNK: Final = 4_096
_MOST_AT_ONCE: Final = 2**28
"""Bytes of features that may be in memory as a whole; more are read when they are looked at."""

_KEPT: Final = 20
_SUFFIX: Final = ".vectors"
_LOGGER: Final = logging.getLogger("labelspread.embeddings")


class Embeddings:
    """Features of images in files of a folder, those of the latest ``20`` sets.

    Safe to use from several threads and processes: two that look at the same find the same.

    Parameters
    ----------
    folder
        Made when the first are kept.
    network
        Gives the network of a key, once it is needed; that of an empty one comes with the app.
    threads
        How many look at images at the same time.
    """

    def __init__(
        self, folder: Path, network: Callable[[str], Network], *, threads: int = 1
    ) -> None:
        self._folder = folder
        self._network = network
        self._threads = threads

    def of_source(
        self, contents: Contents, network: str = "", *, threads: int | None = None
    ) -> Seen:
        """Gives the features of images of a set, as :meth:`of` does.

        Parameters
        ----------
        network
            The key of the network that looks at them.
        threads
            How many look at images at the same time; None: as many as there may be.
        """
        # A set with other labels has the same images.
        source = hashlib.blake2b(contents.names.tobytes(), digest_size=16).hexdigest()

        def seen(dataset: Dataset, positions: IntArray, progress: Progress) -> NDArray[Any]:
            return self.of(dataset, source, positions, progress, network=network, threads=threads)

        return seen

    def of(
        self,
        dataset: Dataset,
        source: str,
        positions: IntArray,
        progress: Progress = silent,
        *,
        network: str = "",
        threads: int | None = None,
    ) -> NDArray[Any]:
        """Features of some images, (n_positions, n_features), float16; mapped if they can be.

        Parameters
        ----------
        dataset
            Its rows are those of the set that the items come from.
        source
            A name for all images of that set, in their order.
        positions
            Indices into the arrays of the data set.
        network, threads
            As of :meth:`of_source`.

        Raises
        ------
        InvalidDatasetError
            If an image cannot be read, or the network that comes with the app.
        InvalidNetworkError
            If another network is not there, is damaged or fails.
        CancelledError
            If ``progress`` says so. What is computed by then is kept.
        """
        looking = self._network(network)
        file = _File(self._path(looking, source), looking.n_features)
        rows = dataset.rows[positions]
        missing = positions[~file.has(rows)]
        if len(missing):
            batches = [missing[start : start + _BATCH] for start in range(0, len(missing), _BATCH)]
            looked = _ahead(partial(_look, looking, dataset), batches, threads or self._threads)
            n_done = len(positions) - len(missing)
            progress(STAGE, n_done / len(positions))
            _forget_oldest(self._folder)
            with file.adding() as add:
                for its_rows, vectors in looked:
                    add(its_rows, vectors)
                    n_done += len(its_rows)
                    progress(STAGE, n_done / len(positions))
        return file.of(rows)

    def _path(self, network: Network, source: str) -> Path:
        told = f"{network.name} {source}".encode()
        return self._folder / f"{hashlib.blake2b(told, digest_size=16).hexdigest()}{_SUFFIX}"


def _look(network: Network, dataset: Dataset, places: IntArray) -> tuple[IntArray, Float32Array]:
    """The rows of some images, and their features."""
    images = [
        network.prepared(glance_at(dataset.images, place, max(network.side)), is_ink=dataset.is_ink)
        for place in places.tolist()
    ]
    return dataset.rows[places], network.features(np.stack(images))


class _File:
    """Rows of features in a file, one after the other as they came, each with a checksum."""

    def __init__(self, path: Path, n_features: int) -> None:
        self._path = path
        self._dtype = np.dtype([("row", "<u4"), ("check", "<u4"), ("vector", "<f2", (n_features,))])
        self._in_memory: list[NDArray[Any]] = []
        self._records, self._places = self._read()

    def has(self, rows: IntArray) -> BoolArray:
        """Which of some rows are there."""
        return np.asarray(self._place_of(rows) >= 0)

    def of(self, rows: IntArray) -> NDArray[Any]:
        """The features of rows, all of which are there; mapped if they are in order, or many."""
        places = self._place_of(rows)
        if (places < 0).any():
            raise InvalidDatasetError(
                "The embeddings that are kept have just been changed by something else.",
                "Try again.",
            )
        vectors: NDArray[Any] = self._records["vector"]
        if np.array_equal(places, np.arange(len(vectors))):
            return vectors
        if len(places) * vectors.shape[1] * vectors.itemsize > _MOST_AT_ONCE:
            try:
                return self._gathered(vectors, places)
            except OSError as error:
                self._warn(error)
        return vectors[places]

    def _gathered(self, vectors: NDArray[Any], places: IntArray) -> NDArray[Any]:
        """The vectors at some places, in a file that goes with the array."""
        with TemporaryFile(dir=self._path.parent) as file:
            # Written, not mapped and filled: a full disk is an error then, and not the end.
            for start in range(0, len(places), _CHUNK):
                file.write(vectors[places[start : start + _CHUNK]].tobytes())
            file.flush()
            shape = len(places), vectors.shape[1]
            found: NDArray[Any] = np.memmap(file, vectors.dtype, "r", shape=shape)
            return found

    @contextmanager
    def adding(self) -> Iterator[Callable[[IntArray, Float32Array], None]]:
        """Gives what adds rows; what cannot be written is kept in memory."""
        with ExitStack() as stack:
            file: IO[bytes] | None = None
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                opened = stack.enter_context(self._path.open("ab", buffering=0))
                # What a killed process has left half would put all after it out of place.
                size = os.fstat(opened.fileno()).st_size
                opened.truncate(size - size % self._dtype.itemsize)
                file = opened
            except OSError as error:
                self._warn(error)

            def add(rows: IntArray, vectors: Float32Array) -> None:
                nonlocal file
                records = np.empty(len(rows), self._dtype)
                records["row"], records["vector"] = rows, vectors
                records["check"] = [_check(record) for record in records]
                try:
                    if file is not None:
                        _append(file, records.tobytes())
                        return
                except OSError as error:
                    self._warn(error)
                    file = None
                self._in_memory.append(records)

            try:
                yield add
            finally:
                self._records, self._places = self._read()

    def _read(self) -> tuple[NDArray[Any], IntArray]:
        """All records that are whole, and the place of each row among them."""
        try:
            n_records = self._path.stat().st_size // self._dtype.itemsize
        except OSError:
            n_records = 0
        records: NDArray[Any] = np.empty(0, self._dtype)
        if n_records:
            os.utime(self._path)
            records = np.memmap(self._path, self._dtype, "r", shape=(n_records,))
        if self._in_memory:
            records = np.concatenate([records, *self._in_memory])
        sound = np.array([record["check"] == _check(record) for record in records], dtype=np.bool_)
        rows = records["row"][sound].astype(np.int64)
        places = np.full(int(rows.max(initial=-1)) + 1, -1)
        places[rows] = np.flatnonzero(sound)
        return records, places

    def _place_of(self, rows: IntArray) -> IntArray:
        is_known = rows < len(self._places)
        places = np.full(len(rows), -1)
        places[is_known] = self._places[rows[is_known]]
        return places

    def _warn(self, error: OSError) -> None:
        _LOGGER.warning("Embeddings cannot be kept in %s: %s", self._path.parent, error)


def _check(record: np.void) -> int:
    """The checksum of a record, which a row of zeros does not have."""
    return zlib.crc32(record["vector"].tobytes(), int(record["row"]) + 1)


def _append(file: IO[bytes], data: bytes) -> None:
    """Write all of it or nothing."""
    start = os.fstat(file.fileno()).st_size
    if file.write(data) != len(data):
        file.truncate(start)
        raise OSError("there is no room for it")


def _ahead(do: Callable[[Given], Made], all_given: Iterable[Given], threads: int) -> Iterator[Made]:
    """What comes out of each, in order; a few are worked on before they are asked for."""
    with ThreadPoolExecutor(threads, "embedding") as pool:
        waiting: deque[Future[Made]] = deque()
        try:
            for given in all_given:
                waiting.append(pool.submit(do, given))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            # Or leaving the pool would wait for what nobody wants any more.
            pool.shutdown(wait=False, cancel_futures=True)


def _forget_oldest(folder: Path) -> None:
    try:
        files = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime)
        for file in files[: 1 - _KEPT]:
            file.unlink(missing_ok=True)
    except OSError as error:
        _LOGGER.warning("Old embeddings cannot be removed from %s: %s", folder, error)
