"""Labels of named items and classes as an array of indices, kept up to date label by label."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray
from core.data.dataset import Dataset
from core.errors import InvalidDatasetError
from core.session.labels import Labels

_KEPT: Final = 8
"""Arrays that others are made from: of a few projects that take turns on one data set."""


class LabelArrays:
    """Class indices of all items of a data set. Safe to use from several threads.

    Labels that differ in a few places from others asked about lately cost a copy, however many
    they are.

    Parameters
    ----------
    dataset
        Its rows name the items.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._title = dataset.title
        self._rows = dataset.rows
        self._position = np.full(int(dataset.rows.max(initial=-1)) + 1, -1, dtype=np.int64)
        self._position[dataset.rows] = np.arange(dataset.n_items)
        self._class = {name: i for i, name in enumerate(dataset.class_names)}
        nothing = np.full(dataset.n_items, UNLABELLED, dtype=np.int64)
        nothing.setflags(write=False)
        self._nothing = nothing
        self._kept: OrderedDict[int, IntArray] = OrderedDict()
        self._lock = threading.Lock()

    def positions(self, items: Iterable[int]) -> IntArray:
        """Indices of items named by their row, shape (n_items_named,).

        Raises
        ------
        InvalidDatasetError
            If the data set has no such item.
        """
        rows = np.fromiter(items, dtype=np.int64)
        found, is_there = self._find(rows)
        if not is_there.all():
            raise InvalidDatasetError(
                f"Image {rows[~is_there][0]:,} is not in {self._title} any more.",
                "Put the old file back in its place.",
            )
        return found

    def present(self, items: Iterable[int]) -> IntArray:
        """Indices of those of some items that the data set has, in their order."""
        found, is_there = self._find(np.fromiter(items, dtype=np.int64))
        return found[is_there]

    def of(self, labels: Labels) -> IntArray:
        """Class indices, shape (n_items,), read-only; ``UNLABELLED`` where none is given.

        Labels of items, or of classes, that the data set does not have are left out.
        """
        with self._lock:
            kept = list(reversed(self._kept.items()))
        for digest, known in kept:
            changes = labels.changes_since(digest)
            if changes is not None:
                array = self._with(known, dict(changes)) if changes else known
                break
        else:
            array = self._with(self._nothing, dict(labels.items()))
        with self._lock:
            self._kept[labels.digest] = array
            self._kept.move_to_end(labels.digest)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return array

    def _with(self, array: IntArray, changes: Mapping[int, str | None]) -> IntArray:
        positions, is_there = self._find(np.fromiter(changes, dtype=np.int64, count=len(changes)))
        classes = np.fromiter(
            (UNLABELLED if name is None else self._of_name(name) for name in changes.values()),
            dtype=np.int64,
            count=len(changes),
        )
        changed = array.copy()
        changed[positions[is_there]] = classes[is_there]
        changed.setflags(write=False)
        return changed

    def _of_name(self, name: str) -> int:
        return self._class.get(name, UNLABELLED)

    def _find(self, rows: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
        """Indices of items named by their row, and which of them are there."""
        found = self._position.take(rows, mode="clip")
        return found, self._rows[found] == rows
