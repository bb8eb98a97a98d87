"""Each item's nearest neighbours: exact where that is quick enough, approximate beyond.

Three ways, by the number of items:

- few: scikit-learn's search;
- up to ``EXACT_UP_TO``: exact, in blocks (:func:`exact_neighbours`). Every pair is looked at once
  and serves both of its items, and a bound found beforehand sifts out nearly all pairs by one
  comparison, so no item's distances are ever sorted;
- beyond: an inverted file, which looks as far as a random sample of items needs to find nearly all
  of its true neighbours. Items are asked for list by list, so that what one
  looks through is still in the processor's cache for the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Final

import numpy as np
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from core.arrays import BoolArray, Float32Array, Int32Array, IntArray, freeze
from core.graph.inverted_file import InvertedFile, squared_distances
from core.jobs.progress import CancelledError, Progress, silent

FEW: Final = 4_000
"""Up to as many items scikit-learn searches at once."""

EXACT_UP_TO: Final = 150_000
"""More items than this are searched approximately, unless the caller says otherwise."""

_STAGE: Final = "Finding neighbours"
_SEED: Final = 0
_LEAF: Final = 1_400
_ROWS, _COLUMNS = 512, 512
_ROUNDING: Final = 1e-5
"""Bound on the rounding error of a squared distance from inner products in float32, as a share of
the squared lengths of both vectors; of about 50 features, 6e-6."""
_CHUNK: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The nearest neighbours of every item, itself left out.

    Attributes
    ----------
    indices : (n_items, n_neighbors), int32
        Nearest first.
    squared : (n_items, n_neighbors), float32
        Squared Euclidean distances.
    recall
        Share of the true neighbours that were found, in a random sample; 1 for an exact search.
    """

    indices: Int32Array
    squared: Float32Array
    recall: float = 1.0

    def __post_init__(self) -> None:
        freeze(self)


def nearest_neighbours(
    points: Float32Array,
    n_neighbors: int,
    *,
    threads: int = 1,
    exact_up_to: int = EXACT_UP_TO,
    progress: Progress = silent,
) -> Neighbours:
    """Find each item's nearest others.

    Parameters
    ----------
    points : (n_items, n_features), float32
        Finite numbers, best centred: the rounding grows with the distance from the origin.
    n_neighbors
        At least 1 and less than n_items.
    threads
        How many to use.
    exact_up_to
        The most items that are searched exactly.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    progress(_STAGE, 0.0)
    if len(points) <= FEW:
        return _few_neighbours(points, n_neighbors)
    # faiss has no wheel for Macs with an Intel processor: there the exact search has to do.
    if len(points) <= exact_up_to or find_spec("faiss") is None:
        return exact_neighbours(points, n_neighbors, threads=threads, progress=progress)
    return approximate_neighbours(points, n_neighbors, threads=threads, progress=progress)


def _few_neighbours(points: Float32Array, n_neighbors: int) -> Neighbours:
    search = NearestNeighbors(n_neighbors=n_neighbors).fit(points.astype(np.float64))
    distances, indices = search.kneighbors()
    return Neighbours(indices.astype(np.int32), np.square(distances).astype(np.float32))


# ---- exact, in blocks


def exact_neighbours(
    points: Float32Array, n_neighbors: int, *, threads: int = 1, progress: Progress = silent
) -> Neighbours:
    """Search all pairs, each once.

    In a group of close items each finds an upper bound for the distance of its last neighbour.
    With the items in the order of their bounds, the larger bound of a pair is that of the later
    item, so one comparison a pair tells whether it matters to either: of 70,000 handwritten digits
    about 70 others an item remain.

    Parameters
    ----------
    points : (n_items, n_features), float32
    """
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        groups = _groups(points)
        bounds = np.empty(len(points), dtype=np.float32)
        bounds_of = partial(_bounds, points, n_neighbors)
        for group, found_bounds in zip(groups, pool.map(bounds_of, groups), strict=True):
            bounds[group] = found_bounds
        order = np.argsort(bounds)
        ordered, bounds = points[order], bounds[order]
        lengths = np.einsum("ij,ij->i", ordered, ordered)
        # The inner product of a row of each is the least that their squared distance can be.
        least = (1 - _ROUNDING) * lengths[:, np.newaxis]
        ones = np.ones_like(least)
        left = np.ascontiguousarray(np.hstack([-2 * ordered, least, ones]), dtype=np.float32)
        right = np.ascontiguousarray(np.hstack([ordered, ones, least]), dtype=np.float32)
        sift = _Sift(left, right, bounds, n_neighbors)
        found = []
        firsts = range(0, len(points), _ROWS)
        # A panel further down has fewer columns: its share of the work is smaller.
        done, whole = 0, sum(len(points) - first for first in firsts)
        try:
            for first, pairs in zip(firsts, pool.map(sift.panel, firsts), strict=True):
                found.append(pairs)
                done += len(points) - first
                progress(_STAGE, 0.95 * done / whole)
        except CancelledError:
            # Or leaving the pool would wait for all panels that nobody wants any more.
            pool.shutdown(cancel_futures=True)
            raise
    closest, squared = _closest(ordered, found, n_neighbors)
    indices = np.empty_like(closest)
    indices[order] = order[closest]
    distances = np.empty_like(squared)
    distances[order] = squared
    return Neighbours(indices, distances)


def _groups(points: Float32Array) -> list[IntArray]:
    """Halve the items again and again, along a line through two of them, into small groups."""
    random = np.random.default_rng(_SEED)
    waiting = [np.arange(len(points))]
    groups = []
    while waiting:
        group = waiting.pop()
        if len(group) <= _LEAF:
            groups.append(group)
            continue
        one, other = points[random.choice(group, 2, replace=False)]
        half = len(group) // 2
        along = np.argpartition(points[group] @ (one - other), half)
        waiting += [group[along[:half]], group[along[half:]]]
    return groups


def _bounds(points: Float32Array, n_neighbors: int, group: IntArray) -> Float32Array:
    """No less than the squared distance of each item's last neighbour, shape (len(group),)."""
    if n_neighbors >= len(group):
        return np.full(len(group), np.inf, dtype=np.float32)
    members = points[group]
    lengths = np.einsum("ij,ij->i", members, members)
    both = lengths[:, np.newaxis] + lengths
    squared = (1 + _ROUNDING) * both - 2 * members @ members.T
    np.fill_diagonal(squared, np.inf)
    last = np.partition(squared, n_neighbors - 1, axis=1)[:, n_neighbors - 1]
    # Above zero, or items without any distance would not find each other.
    return np.asarray(np.maximum(last, np.finfo(np.float32).tiny))


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs that may be neighbours: an item, the other, and about their squared distance."""

    owners: Int32Array
    others: Int32Array
    squared: Float32Array


class _Sift:
    """Looks at the pairs of one panel of rows with all columns from there on."""

    def __init__(
        self, left: Float32Array, right: Float32Array, bounds: Float32Array, n_neighbors: int
    ) -> None:
        self._left = left
        self._right = right
        self._bounds = bounds
        self._most = n_neighbors

    def panel(self, first: int) -> _Pairs:
        return _joined(list(self._blocks(first)))

    def _blocks(self, first: int) -> Iterator[_Pairs]:
        n_items = len(self._left)
        end = min(first + _ROWS, n_items)
        values_space = np.empty(_ROWS * _COLUMNS, dtype=np.float32)
        mask_space = np.empty(_ROWS * _COLUMNS, dtype=np.bool_)
        for start in range(first, n_items, _COLUMNS):
            stop = min(start + _COLUMNS, n_items)
            shape = (end - first, stop - start)
            squared = values_space[: shape[0] * shape[1]].reshape(shape)
            is_near = mask_space[: shape[0] * shape[1]].reshape(shape)
            np.matmul(self._left[first:end], self._right[start:stop].T, out=squared)
            if start == first:
                # Here each pair occurs twice, and each item with itself: leave one of the two.
                squared[np.tril_indices(shape[0], 0, shape[1])] = np.inf
            np.less(squared, self._bounds[start:stop], out=is_near)
            rows, columns = _where(is_near)
            if len(rows) > 4 * self._most * max(shape):
                # As where many items coincide: no more than the nearest of each can count.
                yield _few(squared, self._most, first, start)
                yield _few(squared.T, self._most, start, first)
                continue
            values = squared[rows, columns]
            yield _Pairs(columns + start, rows + first, values)
            both = values < self._bounds[first:end][rows]
            yield _Pairs(rows[both] + first, columns[both] + start, values[both])


def _few(squared: Float32Array, most: int, first_owner: int, first_other: int) -> _Pairs:
    """The pairs of each row with its nearest columns; rows and columns are numbered from firsts."""
    most = min(most, squared.shape[1])
    columns = np.argpartition(squared, most - 1, axis=1)[:, :most].astype(np.int32).ravel()
    rows = np.repeat(np.arange(len(squared), dtype=np.int32), most)
    values = squared[rows, columns]
    real = values < np.inf
    rows, columns = rows[real], columns[real]
    return _Pairs(rows + first_owner, columns + first_other, values[real])


def _where(mask: BoolArray) -> tuple[Int32Array, Int32Array]:
    """Rows and columns that are true; quicker than ``np.nonzero`` where few are."""
    flat = np.flatnonzero(mask.ravel()).astype(np.int32)
    rows, columns = np.divmod(flat, np.int32(mask.shape[1]))
    return rows, columns


def _joined(pairs: list[_Pairs]) -> _Pairs:
    return _Pairs(
        np.concatenate([some.owners for some in pairs]),
        np.concatenate([some.others for some in pairs]),
        np.concatenate([some.squared for some in pairs]),
    )


def _closest(
    points: Float32Array, found: list[_Pairs], n_neighbors: int
) -> tuple[Int32Array, Float32Array]:
    """Of all pairs found, the closest of each item, by distances that are not rounded so much."""
    pairs = _joined(found)
    found.clear()
    order = _by_owner(pairs.owners, pairs.squared)
    owners = pairs.owners[order]
    place = np.arange(len(owners)) - _starts(owners, len(points))[owners]
    # A few more than wanted, since the rounding may have moved some.
    first = order[place < n_neighbors + 6]
    owners, others = pairs.owners[first], pairs.others[first]
    squared = np.empty(len(first), dtype=np.float32)
    for start in range(0, len(first), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        difference = points[owners[chunk]] - points[others[chunk]]
        squared[chunk] = np.einsum("ij,ij->i", difference, difference)
    order = _by_owner(owners, squared)
    chosen = order[_starts(owners, len(points))[:, np.newaxis] + np.arange(n_neighbors)]
    return others[chosen], squared[chosen]


def _by_owner(owners: Int32Array, squared: Float32Array) -> IntArray:
    """Order pairs by their owner, and by distance within.

    The bits of floats that are not negative are in the order of the floats, so one integer holds
    both: numpy sorts that ten times faster than two keys.
    """
    bits = np.maximum(squared, np.float32(0)).view(np.int32).astype(np.int64)
    return np.argsort((owners.astype(np.int64) << 32) | bits)


def _starts(owners: Int32Array, n_items: int) -> IntArray:
    """Where each owner's pairs begin, once they are ordered by owner, shape (n_items,)."""
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=n_items))[:-1]])


# ---- approximate


def approximate_neighbours(
    points: Float32Array, n_neighbors: int, *, threads: int = 1, progress: Progress = silent
) -> Neighbours:
    """Search with an inverted file, as wide as a sample of the items shows to be needed.

    Parameters
    ----------
    points : (n_items, n_features), float32
    """
    n_items = len(points)
    lists = InvertedFile.build(points, n_neighbors, threads=threads, progress=progress)
    order = lists.by_list()
    indices = np.empty((n_items, n_neighbors), dtype=np.int32)
    squared = np.empty((n_items, n_neighbors), dtype=np.float32)
    for start in range(0, n_items, _CHUNK):
        chunk = order[start : start + _CHUNK]
        some = points[chunk]
        _, found = lists.search(some, n_neighbors + 1)
        others = _without_self(chunk, found)
        distances = squared_distances(some, points, others)
        # By what is exact: two that are as good as equally far away may change places.
        nearest = np.argsort(distances, axis=1, kind="stable")
        indices[chunk] = np.take_along_axis(others, nearest, axis=1)
        squared[chunk] = np.take_along_axis(distances, nearest, axis=1)
        progress(_STAGE, 0.2 + 0.8 * (start + len(chunk)) / n_items)
    return Neighbours(indices, squared, lists.recall)


def _without_self(items: IntArray, found: IntArray) -> Int32Array:
    """Leave out each item itself, or the last one found where duplicates have crowded it out."""
    is_self = found == items[:, np.newaxis]
    is_self[~is_self.any(axis=1), -1] = True
    others = found[~is_self].reshape(len(items), found.shape[1] - 1).astype(np.int32)
    # A search that came back with too few names no item for the rest: the nearest stands in.
    return np.asarray(np.where(others < 0, others[:, :1], others))
