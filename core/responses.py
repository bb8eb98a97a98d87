"""One label's effect on all items, solved ahead of time.

Spreading is linear in the labels, so a label on item j adds one column to the scores of its class,
and that column does not depend on which class a person will choose. It is solved while the person
looks at the item; when the answer comes, a refit only adds it.

In fixed-point mode (``FixedPointSpreader``) the scores are ``(1 - alpha) (I - alpha S)^-1 Y`` and
the column is that of the matrix in front of Y. In exact mode (``ResponseSpreader``), after ``t``
sweeps, with ``Y`` the one-hot labels,

    F_t = (1 - alpha) * (Y + alpha S Y + ... + alpha^(t-1) S^(t-1) Y) + alpha^t S^t Y

so a label on item j adds the columns ``S^k e_j``. The sums, and so the sweeps, the stopping rule
and the result, are those of :func:`core.spreading.spread`, to rounding.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from scipy import sparse

from core.graph import SimilarityGraph
from core.solvers import SWEEPS_UP_TO
from core.spreading import DOUBLE_UP_TO, FixedPoint, Spread, one_hot_labels, spread
from core.types import UNLABELLED, Float32Array, FloatArray, IntArray

DEFAULT_MEMORY: Final = 256 * 2**20
"""Bytes of solved columns kept for one graph."""

REFRESH_AFTER: Final = 1_000
"""Additions to the scores of a class until they are solved anew. Each leaves an error of 1e-16."""

_FEW_CHANGES: Final = 32
"""Labels that may differ from those spread before, for the rest to be taken as it was."""

_LEAST_KEPT: Final = 20
"""Columns, and sums of them, that are kept however little memory there is: those of a batch."""

_LOOKED_AT: Final = 16
"""Sums made lately that are looked at for one that is close to what is asked for."""

_SKETCH_SWEEPS: Final = 20
"""Sweeps for a sketch at most."""

_DEEPEST: Final = 16
"""Powers kept for one item at most; an alpha that needs more is spread sweep by sweep."""


@dataclass(frozen=True, slots=True, eq=False)
class _ClassSum:
    """The columns of one class's labelled items, added up: (depth + 1, n_items)."""

    items: frozenset[int]
    powers: FloatArray


class ResponseSpreader:
    """Spreads labels over one graph with one setting, from columns it keeps.

    Safe to use from several threads. Where columns cannot help (a sparse graph, whose sweeps cost
    next to nothing, an alpha that needs many sweeps, more labels than memory for them) it spreads
    directly.

    Parameters
    ----------
    graph
        S, over n_items items.
    alpha, max_iter, tol
        As in :func:`core.spreading.spread`.
    memory
        Bytes of columns to keep.
    """

    def __init__(
        self,
        graph: SimilarityGraph,
        *,
        alpha: float,
        max_iter: int,
        tol: float,
        memory: int = DEFAULT_MEMORY,
    ) -> None:
        self._graph = graph
        self._alpha = alpha
        self._max_iter = max_iter
        self._tol = tol
        self._depth = _sweeps_needed(alpha, max_iter, tol, graph.n_items)
        helps = self._depth <= _DEEPEST and not sparse.issparse(graph.matrix)
        column_bytes = 8 * (self._depth + 1) * graph.n_items
        self._capacity = memory // column_bytes if helps else 0
        self._columns: OrderedDict[int, FloatArray] = OrderedDict()
        self._sums: dict[int, _ClassSum] = {}
        self._lock = threading.Lock()

    def prepare(
        self, items: Iterable[int], still_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Solve the columns of these items now, so that a label on them costs an addition."""
        wanted = set(items)
        if wanted and len(wanted) <= self._capacity and still_wanted():
            with self._lock:
                self._solve(wanted)

    def __call__(self, labels: IntArray, classes: IntArray, /) -> Spread:
        """Spread ``labels``, shape (n_items,); one column of scores a class of ``classes``."""
        members = [frozenset(np.flatnonzero(labels == label).tolist()) for label in classes]
        if sum(map(len, members)) > self._capacity:
            return spread(
                self._graph,
                one_hot_labels(labels, classes),
                alpha=self._alpha,
                max_iter=self._max_iter,
                tol=self._tol,
            )
        with self._lock:
            self._solve(frozenset().union(*members))
            powers = [
                self._class_powers(int(label), items)
                for label, items in zip(classes, members, strict=True)
            ]
        return self._sweep(np.stack(powers, axis=2))

    def sketch(self, item: int) -> Float32Array:
        """About what a label on one item gives all, shape (n_items,): good enough to choose by."""
        source = np.zeros((self._graph.n_items, 1))
        source[item] = 1
        sweeps = min(self._max_iter, _SKETCH_SWEEPS)
        spread_out = spread(self._graph, source, alpha=self._alpha, max_iter=sweeps, tol=self._tol)
        return spread_out.scores[:, 0].astype(np.float32)

    def _sweep(self, powers: FloatArray) -> Spread:
        """Run the sweeps from ``S^k Y``, shape (depth + 1, n_items, n_classes).

        Should the sweeps outlast the powers, the rest are made over the graph.
        """
        alpha = self._alpha
        source = (1 - alpha) * powers[0]
        settled = np.zeros_like(source)
        scores = powers[0]
        previous = np.zeros_like(source)
        for n_iter in range(self._max_iter):
            if np.abs(scores - previous).sum() < self._tol:
                return Spread(scores, n_iter, converged=True)
            previous = scores
            if n_iter < self._depth:
                settled = settled + (1 - alpha) * alpha**n_iter * powers[n_iter]
                scores = settled + alpha ** (n_iter + 1) * powers[n_iter + 1]
            else:
                scores = alpha * (self._graph.matrix @ scores) + source
        return Spread(scores, self._max_iter, converged=False)

    def _class_powers(self, label: int, items: frozenset[int]) -> FloatArray:
        """Add what is new to the sum of a class; start again where something was taken away.

        Subtracting would leave rounding errors of the size of what was subtracted, and rows far
        from every label are smaller than that by many orders of magnitude.
        """
        known = self._sums.get(label)
        if known is not None and known.items == items:
            return known.powers
        if known is None or not known.items <= items:
            shape = (self._depth + 1, self._graph.n_items)
            known = _ClassSum(frozenset(), np.zeros(shape))
        powers = known.powers.copy()
        for item in sorted(items - known.items):
            powers += self._columns[item]
        self._sums[label] = _ClassSum(items, powers)
        return powers

    def _solve(self, items: Iterable[int]) -> None:
        missing = []
        for item in items:
            if item in self._columns:
                self._columns.move_to_end(item)
            else:
                missing.append(item)
        if not missing:
            return
        start = np.zeros((self._graph.n_items, len(missing)))
        start[missing, np.arange(len(missing))] = 1
        powers = [start]
        for _ in range(self._depth):
            powers.append(self._graph.matrix @ powers[-1])
        solved = np.ascontiguousarray(np.stack(powers).transpose(2, 0, 1))
        for item, column in zip(missing, solved, strict=True):
            self._columns[item] = column.copy()
        while len(self._columns) > self._capacity:
            self._columns.popitem(last=False)


def _sweeps_needed(alpha: float, max_iter: int, tol: float, n_items: int) -> int:
    """Sweeps after which the change of ``n_items`` labels has usually sunk below ``tol``.

    A label's change shrinks by ``alpha`` a sweep. The two sweeps more are for rows of S that sum
    to more than one.
    """
    if tol <= 0:
        return max_iter
    sweeps = (math.log(tol) - math.log(n_items)) / math.log(alpha)
    return min(max_iter, max(1, math.ceil(sweeps)) + 2)


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
