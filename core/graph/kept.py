"""Graphs and layouts on disk: a restart need not make them again. They are a cache, and no more.

A file is written under another name and moved into place when it is whole and on the disk, so
a reader never sees half of one. When it is read, the checksums of all its arrays and the sense of
their indices are checked; a file that fails is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import sparse

from core.data.dataset import Dataset
from core.graph.layout import Layout, Method
from core.graph.similarity import SimilarityGraph
from core.jobs.files import write_whole

FORMAT: Final = 2
"""Part of every fingerprint: raise it when a graph of the same data comes out differently."""

_KEPT: Final = 20
# The last is what zipfile says of a file whose version it does not know, such as a damaged one.
_UNREADABLE: Final = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    zipfile.BadZipFile,
    NotImplementedError,
)
_LOGGER: Final = logging.getLogger("labelspread.graphs")


def fingerprint(dataset: Dataset, settings: Mapping[str, Any]) -> str:
    """A name for the graph of these features and settings: 32 hexadecimal digits.

    Images of another height and width are others, though their pixels be the same in a row.
    """
    features = np.ascontiguousarray(dataset.features)
    told = {
        "format": FORMAT,
        "dtype": str(features.dtype),
        "shape": features.shape,
        "images": dataset.pixels.shape[1:] if dataset.has_pixels else (),
        **settings,
    }
    digest = hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16)
    digest.update(features.data)
    return digest.hexdigest()


class GraphStore:
    """Sparse graphs in files of a folder, the latest ``20`` of them.

    Parameters
    ----------
    folder
        Made when the first graph is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str) -> SimilarityGraph | None:
        """The graph saved under a fingerprint; None if there is none, or none that is sound."""
        path = self._path(name)
        try:
            # Opened here, for numpy leaves open what it cannot read.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                graph = _graph(arrays, name)
            os.utime(path)
        except FileNotFoundError:
            return None
        except _UNREADABLE as error:
            _LOGGER.warning("The graph in %s is damaged and is built anew: %s", path, error)
            return None
        return graph

    def save(self, name: str, graph: SimilarityGraph) -> bool:
        """Save a graph under a fingerprint; False, and a line in the log, if that cannot be."""
        matrix = graph.matrix
        if not sparse.issparse(matrix):
            return False
        head = json.dumps({"name": name, "symmetric": graph.symmetric, "n_items": graph.n_items})
        arrays = {
            "head": np.frombuffer(head.encode(), dtype=np.uint8),
            "data": matrix.data,
            "indices": matrix.indices,
            "indptr": matrix.indptr,
        }
        if graph.root_degrees is not None:
            arrays["root_degrees"] = graph.root_degrees
        try:
            write_whole(self._path(name), lambda file: np.savez(file, allow_pickle=False, **arrays))
            _forget_oldest(self._folder)
        except OSError as error:
            _LOGGER.warning("The graph could not be kept in %s: %s", self._folder, error)
            return False
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npz"


class LayoutStore:
    """Layouts in files of a folder, the latest ``20`` of them.

    Parameters
    ----------
    folder
        Made when the first layout is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str, method: Method, n_items: int) -> Layout | None:
        """The layout saved under a name; None if there is none. One that is damaged goes."""
        path = self._path(name)
        try:
            with path.open("rb") as file:
                places = np.load(file, allow_pickle=False)
            if places.shape != (n_items, 2) or places.dtype != np.uint16:
                raise ValueError("it is the layout of something else")
            os.utime(path)
        except FileNotFoundError:
            return None
        except _UNREADABLE as error:
            _LOGGER.warning("The layout in %s is damaged and is made anew: %s", path, error)
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        return Layout(name, method, places)

    def has(self, name: str) -> bool:
        """Whether there is a layout of this name, sound or not."""
        return self._path(name).exists()

    def save(self, layout: Layout) -> bool:
        """Save a layout; False, and a line in the log, if that cannot be."""
        try:
            path = self._path(layout.name)
            write_whole(path, lambda file: np.save(file, layout.places, allow_pickle=False))
            _forget_oldest(self._folder)
        except OSError as error:
            _LOGGER.warning("The layout could not be kept in %s: %s", self._folder, error)
            return False
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npy"


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.np[yz]"), key=lambda file: file.stat().st_mtime)
    for file in files[:-_KEPT]:
        file.unlink(missing_ok=True)


def _graph(arrays: Any, name: str) -> SimilarityGraph:  # noqa: ANN401 - numpy's file
    head = json.loads(bytes(arrays["head"]).decode())
    n_items = int(head["n_items"])
    # Reading an array to its end compares it with its checksum.
    data, indices, indptr = arrays["data"], arrays["indices"], arrays["indptr"]
    matrix = sparse.csr_array((data, indices, indptr), shape=(n_items, n_items))
    matrix.check_format(full_check=True)
    roots = arrays.get("root_degrees")
    if head["name"] != name or not np.isfinite(data).all():
        raise ValueError("it is the graph of something else")
    if roots is not None and (roots.shape != (n_items,) or not (roots > 0).all()):
        raise ValueError("its degrees make no sense")
    return SimilarityGraph(matrix, bool(head["symmetric"]), roots)
