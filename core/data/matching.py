"""Images found again in a file that has changed: by what they show, never by where they stand.

In the log an item is named by a number, which was its row when it was first asked about. Here the
numbers are worked out from a file's rows, in one place.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray, freeze
from core.data.fingerprint import as_array

_UNSEEN: Final = "0" * 32


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Which item each image of a file is.

    Attributes
    ----------
    items : (n_items,), int64
        The number of the item that each row of the file shows; no number twice.
    rows : (n_found,), int64
        The rows that show a known item, in ascending order.
    gone
        Known items that the file does not show, in ascending order.
    """

    items: IntArray
    rows: IntArray
    gone: tuple[int, ...]

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def moved(self) -> bool:
        """Whether some item is not at the row of its number."""
        return bool((self.items != np.arange(len(self.items))).any())


def match(known: Mapping[int, str | None], names: NDArray[np.uint64]) -> Matched:
    """Find known items again among the images of a file.

    Images with the same pixels have the same name. One that stands where it stood is the item it
    was; of the others the first item is the first image, and so on. An image that was never known
    gets the number of its row if no known item has it, else the lowest one that is free.

    Parameters
    ----------
    known
        The names of images by item, for all that have ever been asked about or given; None for
        one whose image was never seen, which is not found.
    names : (n_items, 2), uint64
        The name of each image of the file, in its order, as
        :class:`~core.data.fingerprint.Contents` has them.
    """
    numbers = sorted(known)
    ours = np.array(numbers, dtype=np.int64)
    seen = np.array([known[item] is not None for item in numbers], dtype=np.bool_)
    wanted = as_array(known[item] or _UNSEEN for item in numbers)
    items = np.full(len(names), UNLABELLED, dtype=np.int64)
    stays = seen & (ours < len(names))
    stays[stays] = (names[ours[stays]] == wanted[stays]).all(axis=1)
    items[ours[stays]] = ours[stays]
    moved = seen & ~stays
    _place(ours[moved], wanted[moved], names, items)
    rows = np.flatnonzero(items != UNLABELLED)
    gone = np.setdiff1d(ours, items[rows])
    _number(items, ours)
    return Matched(items, rows, tuple(gone.tolist()))


def pick(order: IntArray, n_wanted: int, always: IntArray) -> IntArray:
    """The first rows of an order, so that some rows are among them; as many as there are.

    Parameters
    ----------
    order
        All rows, each once.
    always
        Rows that are picked wherever they stand in the order.

    Returns
    -------
    rows : (min(n_wanted, n_rows),), or more if more are to be there
        In the order.
    """
    is_picked = np.zeros(len(order), dtype=np.bool_)
    is_picked[always] = True
    others = order[~is_picked[order]]
    is_picked[others[: max(0, n_wanted - len(always))]] = True
    return order[is_picked[order]]


def _place(
    moved: IntArray, wanted: NDArray[np.uint64], names: NDArray[np.uint64], items: IntArray
) -> None:
    """Give items that have moved the first rows that show them."""
    # Half of a name leaves few rows over to be looked at one by one.
    likely = np.flatnonzero((items == UNLABELLED) & np.isin(names[:, 0], wanted[:, 0]))
    rows: defaultdict[bytes, deque[int]] = defaultdict(deque)
    for row, name in zip(likely.tolist(), _bytes(names[likely]), strict=True):
        rows[name].append(row)
    for item, name in zip(moved.tolist(), _bytes(wanted), strict=True):
        if rows[name]:
            items[rows[name].popleft()] = item


def _bytes(names: NDArray[np.uint64]) -> Iterable[bytes]:
    return (name.tobytes() for name in names)


def _number(items: IntArray, known: IntArray) -> None:
    """Number the images that are not known."""
    new = np.flatnonzero(items == UNLABELLED)
    is_taken = np.isin(new, known)
    items[new[~is_taken]] = new[~is_taken]
    left = new[is_taken]
    candidates = np.arange(len(items), len(items) + len(known) + len(left))
    items[left] = np.setdiff1d(candidates, known)[: len(left)]
