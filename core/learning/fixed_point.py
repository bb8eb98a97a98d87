"""The fixed point of label spreading: solved directly, or added up from columns that are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from core.arrays import UNLABELLED, Float32Array, FloatArray, IntArray
from core.graph.similarity import SimilarityGraph
from core.learning.beliefs import DOUBLE_UP_TO
from core.learning.columns import DEFAULT_MEMORY
from core.learning.solvers import SWEEPS_UP_TO, make_solver
from core.learning.sweeps import Spread, one_hot_labels

REFRESH_AFTER: Final = 1_000
"""Additions to the scores of a class until they are solved anew. Each leaves an error of 1e-16."""


_FEW_CHANGES: Final = 32
"""Labels that may differ from those spread before, for the rest to be taken as it was."""


_LEAST_KEPT: Final = 20
"""Columns, and sums of them, that are kept however little memory there is: those of a batch."""


_LOOKED_AT: Final = 16
"""Sums made lately that are looked at for one that is close to what is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnScores:
    """Scores kept column by column, one array a class: what did not change is not copied.

    Attributes
    ----------
    columns
        One array of shape (n_items,), float64, a class.
    """

    columns: tuple[FloatArray, ...]
    n_iter: int = 1
    converged: bool = True

    def rows(self, rows: slice) -> FloatArray:
        """The scores of some items, shape (n_rows, n_classes), stored class by class."""
        return np.stack([column[rows] for column in self.columns]).T

    def column(self, number: int) -> FloatArray:
        """The scores of one class, shape (n_items,)."""
        return self.columns[number]


@dataclass(slots=True, eq=False)
class _Sum:
    """The scores that labels on some items give to one class, and the additions that made them."""

    items: frozenset[int]
    scores: FloatArray | None = None
    additions: int = 0


class FixedPointSpreader:
    """Spreads labels to the fixed point, by adding and taking away columns that it keeps.

    Safe to use from several threads; sets of labels that differ, as those of two projects on one
    graph, may take turns. Of more than ``DOUBLE_UP_TO`` items columns are kept in float32, which
    loses 6e-8 of each entry; sums are float64. After ``REFRESH_AFTER`` additions a class is solved
    anew, so errors do not grow with the length of a session.

    Parameters
    ----------
    fixed_point
        Solves for columns.
    memory
        Bytes to keep, half of them for columns and half for sums of columns.
    """

    def __init__(self, fixed_point: FixedPoint, *, memory: int = DEFAULT_MEMORY) -> None:
        self._fixed_point = fixed_point
        n_items = fixed_point.n_items
        self._is_double = n_items <= DOUBLE_UP_TO
        column_bytes = (8 if self._is_double else 4) * n_items
        self._most_columns = max(_LEAST_KEPT, memory // 2 // column_bytes)
        self._most_sums = max(_LEAST_KEPT, memory // 2 // (8 * n_items))
        # A difference of positive numbers loses the digits of small ones. For a small alpha scores
        # sink by many orders of magnitude within a few steps, so nothing is subtracted there.
        self._may_subtract = fixed_point.alpha > SWEEPS_UP_TO
        # As many columns at a time as take a third of a second, but one for each of two threads.
        self._block = max(2, min(10, 700_000 // n_items))
        self._columns: OrderedDict[int, FloatArray | Float32Array] = OrderedDict()
        self._sums: OrderedDict[frozenset[int], _Sum] = OrderedDict()
        self._latest: dict[int, _Sum] = {}
        self._nothing = _Sum(frozenset(), np.zeros(n_items))
        self._labels = np.full(n_items, UNLABELLED, dtype=np.int64)
        self._members: dict[int, frozenset[int]] = {}
        self._lock = threading.RLock()

    def prepare(
        self, items: Iterable[int], still_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Solve the columns of these items now, in this order, a few at a time.

        Parameters
        ----------
        still_wanted
            Asked now and then; when it says no, the rest is left.
        """
        waiting = list(dict.fromkeys(items))[: self._most_columns]
        while waiting and still_wanted():
            with self._lock:
                missing = [item for item in waiting if not self._touch(item)]
            block, waiting = missing[: self._block], missing[self._block :]
            # Without the lock: an answer that comes meanwhile is not to wait for all of these.
            self._keep(block, self._solve([frozenset([item]) for item in block]))

    def sketch(self, item: int) -> FloatArray | Float32Array:
        """About what a label on one item gives all, shape (n_items,): good enough to choose by."""
        with self._lock:
            known = self._columns.get(item)
        return self._fixed_point.sketch(item) if known is None else known

    def __call__(self, labels: IntArray, classes: IntArray, /) -> ColumnScores:
        """Spread ``labels``, shape (n_items,); one column of scores a class of ``classes``."""
        with self._lock:
            self._follow(labels)
            sums = [self._known(label) for label in classes.tolist()]
            unknown = [known for known in sums if known.scores is None]
            solved = self._solve([known.items for known in unknown])
            for known, scores in zip(unknown, solved, strict=True):
                known.scores = scores
            return ColumnScores(tuple(s.scores for s in sums if s.scores is not None))

    def _follow(self, labels: IntArray) -> None:
        """Note which items each class has now; most often one label is new."""
        changed = np.flatnonzero(labels != self._labels)
        if len(changed) > _FEW_CHANGES:
            labelled = np.flatnonzero(labels != UNLABELLED)
            named = labels[labelled]
            self._members = {
                int(label): frozenset(labelled[named == label].tolist())
                for label in np.unique(named)
            }
        else:
            for item in changed.tolist():
                before, now = int(self._labels[item]), int(labels[item])
                if before != UNLABELLED:
                    self._members[before] -= {item}
                if now != UNLABELLED:
                    self._members[now] = self._members.get(now, frozenset()) | {item}
        if len(changed):
            self._labels = labels.copy()

    def _known(self, label: int) -> _Sum:
        """The scores of a class, from those it had before; without scores if they are too few."""
        items = self._members[label]
        latest = self._latest.get(label)
        if latest is not None and latest.items is items:
            return latest
        found = self._sums.get(items) or self._from_close_one(latest, items) or _Sum(items)
        self._latest[label] = found
        self._sums[items] = found
        self._sums.move_to_end(items)
        while len(self._sums) > self._most_sums:
            self._sums.popitem(last=False)
        return found

    def _from_close_one(self, latest: _Sum | None, items: frozenset[int]) -> _Sum | None:
        """Add to, or take from, a sum that is few items away, if there is one."""
        closest = latest
        if closest is None or len(closest.items ^ items) > 1:
            made_lately = islice(reversed(self._sums.values()), _LOOKED_AT)
            known = (self._nothing, *made_lately, *([] if latest is None else [latest]))
            closest = min(known, key=lambda one: len(items ^ one.items))
        if closest.scores is None:
            return None
        added, removed = items - closest.items, closest.items - items
        additions = closest.additions + len(added) + len(removed)
        if additions > REFRESH_AFTER or (removed and not self._may_subtract):
            return None
        missing = [item for item in (*added, *removed) if item not in self._columns]
        if len(missing) > 1:
            # As many solutions as a new sum takes, or more.
            return None
        # Taken out before what is missing is kept, which may push the oldest of them out.
        columns = {item: self._columns[item] for item in (added | removed) - {*missing}}
        solved = self._solve([frozenset([item]) for item in missing])
        columns.update(zip(missing, solved, strict=True))
        self._keep(missing, solved)
        scores = closest.scores.copy()
        for item in added:
            scores += columns[item]
        for item in removed:
            scores -= columns[item]
        if removed:
            # What is left of a column taken away may be rounding, on either side of zero.
            np.maximum(scores, 0, out=scores)
            self._fixed_point.clear_unreached(scores, items)
        return _Sum(items, scores, additions)

    def _touch(self, item: int) -> bool:
        known = item in self._columns
        if known:
            self._columns.move_to_end(item)
        return known

    def _keep(self, items: Sequence[int], columns: Sequence[FloatArray]) -> None:
        with self._lock:
            for item, column in zip(items, columns, strict=True):
                self._columns[item] = column if self._is_double else column.astype(np.float32)
            while len(self._columns) > self._most_columns:
                self._columns.popitem(last=False)

    def _solve(self, groups: Sequence[frozenset[int]]) -> list[FloatArray]:
        """The scores that labels on each group of items give, shape (n_items,) each."""
        if not groups:
            return []
        sources = np.zeros((self._fixed_point.n_items, len(groups)))
        for column, items in enumerate(groups):
            sources[list(items), column] = 1
        solved = np.ascontiguousarray(self._fixed_point.solve(sources).T)
        return [scores.copy() for scores in solved]


class FixedPoint:
    """The converged solution ``F = (1 - alpha) (I - alpha S)^-1 Y`` over one graph.

    It is what ``spread`` comes to with ``tol=0`` and sweeps without end. An item that no label of a
    class reaches along the edges of the graph has a score of exactly zero in that class.

    Parameters
    ----------
    graph
        S, over n_items items.
    alpha
        Between 0 and 1, both excluded.
    threads
        How many to use in one solution.

    References
    ----------
    Zhou, Bousquet, Lal, Weston, Schölkopf, "Learning with local and global consistency", 2004,
    equation 4.
    """

    def __init__(self, graph: SimilarityGraph, alpha: float, *, threads: int = 1) -> None:
        self.n_items = graph.n_items
        self.alpha = alpha
        self._solver = make_solver(graph, alpha, threads=threads)
        components = graph.components()
        self._components = components if components.any() else None

    def solve(self, sources: FloatArray) -> FloatArray:
        """Spread the columns of Y, shape (n_items, n_columns), none of them negative."""
        scores = self._solver.solve(sources)
        scores *= 1 - self.alpha
        for column, source in zip(scores.T, sources.T, strict=True):
            self.clear_unreached(column, np.flatnonzero(source))
        return scores

    def sketch(self, item: int) -> Float32Array:
        """About what a label on one item gives all, shape (n_items,): good enough to choose by.

        On the graph of the MNIST digits, with alpha .99, it takes a tenth of the time of a whole
        solution, and its correlation with that is .99.
        """
        scores = self._solver.sketch(item)
        scores *= 1 - self.alpha
        self.clear_unreached(scores, [item])
        return scores

    def clear_unreached(self, scores: FloatArray | Float32Array, items: Iterable[int]) -> None:
        """Set to zero, in place, the scores that labels on these items cannot reach."""
        if self._components is not None:
            reached = np.unique(self._components[[*items]])
            scores[~np.isin(self._components, reached)] = 0

    def __call__(self, labels: IntArray, classes: IntArray, /) -> Spread:
        """Spread ``labels``, shape (n_items,); one column of scores a class of ``classes``."""
        return Spread(self.solve(one_hot_labels(labels, classes)), n_iter=1, converged=True)
