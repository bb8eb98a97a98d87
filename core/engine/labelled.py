"""Labels of named items and classes as an array of indices, kept up to date label by label."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

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
            If the data set has no such item: it is not the one that was labelled.
        """
        rows = np.fromiter(items, dtype=np.int64)
        found = self._position.take(rows, mode="clip")
        if (self._rows[found] != rows).any():
            raise _no_longer(f"{self._title} has changed since its images were labelled.")
        return found

    def of(self, labels: Labels) -> IntArray:
        """Class indices, shape (n_items,), read-only; ``UNLABELLED`` where none is given.

        Raises
        ------
        InvalidDatasetError
            If the data set has no such item or class: it is not the one that was labelled.
        """
        with self._lock:
            kept = list(reversed(self._kept.items()))
        for digest, known in kept:
            changes = labels.changes_since(digest)
            if changes is not None:
                array = self._with(known, dict(changes)) if changes else known
                break
        else:
            array = self._with(self._nothing, labels)
        with self._lock:
            self._kept[labels.digest] = array
            self._kept.move_to_end(labels.digest)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return array

    def _with(self, array: IntArray, changes: Mapping[int, str | None]) -> IntArray:
        positions = self.positions(changes)
        try:
            classes = [
                UNLABELLED if name is None else self._class[name] for name in changes.values()
            ]
        except KeyError:
            told = f"{self._title} has other classes than when its images were labelled."
            raise _no_longer(told) from None
        changed = array.copy()
        changed[positions] = classes
        changed.setflags(write=False)
        return changed


def _no_longer(told: str) -> InvalidDatasetError:
    return InvalidDatasetError(told, "Put the old file back in its place.")
