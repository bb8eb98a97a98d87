"""One label's effect on all items, solved ahead of time.

Spreading is linear in the labels, so a label on item j adds one column to the scores of its class,
and that column does not depend on which class a person will choose. It is solved while the person
looks at the item; when the answer comes, a refit only adds it.

In fixed-point mode (``FixedPointSpreader``) the scores are ``(1 - alpha) (I - alpha S)^-1 Y`` and
the column is that of the matrix in front of Y. In exact mode (``ResponseSpreader``), after ``t``
sweeps, with ``Y`` the one-hot labels,

    F_t = (1 - alpha) * (Y + alpha S Y + ... + alpha^(t-1) S^(t-1) Y) + alpha^t S^t Y

so a label on item j adds the columns ``S^k e_j``. The sums, and so the sweeps, the stopping rule
and the result, are those of :func:`core.learning.sweeps.spread`, to rounding.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from core.arrays import BoolArray, Float32Array, FloatArray, IntArray
from core.graph.similarity import SimilarityGraph
from core.learning.sweeps import Spread, one_hot_labels, spread

DEFAULT_MEMORY: Final = 256 * 2**20
"""Bytes of solved columns kept for one graph."""


_SKETCH_SWEEPS: Final = 20
"""Sweeps for a sketch at most."""


_TOGETHER: Final = 30
"""Columns that are swept together."""


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
        As in :func:`core.learning.sweeps.spread`.
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
        # By the number of sweeps: what a label on an item gives the item itself.
        self._own: dict[int, dict[int, float]] = {}
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
        if np.count_nonzero(np.isin(labels, classes)) > self._capacity:
            return spread(
                self._graph,
                one_hot_labels(labels, classes),
                alpha=self._alpha,
                max_iter=self._max_iter,
                tol=self._tol,
            )
        members = [frozenset(np.flatnonzero(labels == label).tolist()) for label in classes]
        with self._lock:
            self._solve(frozenset().union(*members))
            powers = [
                self._class_powers(int(label), items)
                for label, items in zip(classes, members, strict=True)
            ]
        return self._sweep(np.stack(powers, axis=2))

    def sketch(self, item: int) -> Float32Array:
        """About what a label on one item gives all, shape (n_items,): good enough to choose by."""
        with self._lock:
            known = self._columns.get(item)
        if known is not None:
            return self._sweep(known[:, :, np.newaxis]).scores[:, 0].astype(np.float32)
        source = np.zeros((self._graph.n_items, 1))
        source[item] = 1
        sweeps = min(self._max_iter, _SKETCH_SWEEPS)
        spread_out = spread(self._graph, source, alpha=self._alpha, max_iter=sweeps, tol=self._tol)
        return spread_out.scores[:, 0].astype(np.float32)

    def quick_columns(self) -> None:
        """There are none: of each column all is swept."""

    def own(self, items: IntArray, n_iter: int) -> FloatArray:
        """What a label on each of some items gives that item; NaN where no column is kept.

        Parameters
        ----------
        items : (n_some,), int64
        n_iter
            Sweeps made.

        Returns
        -------
        (n_some,), float64
        """
        with self._lock:
            own = self._own.get(n_iter, {})
            columns = [(item, self._columns.get(item)) for item in items.tolist()]
            return np.array(
                [
                    own.get(item, np.nan)
                    if powers is None or n_iter > self._depth
                    else _after(powers[:, item], self._alpha, n_iter)
                    for item, powers in columns
                ],
                dtype=np.float64,
            )

    def sketched(self, items: IntArray) -> BoolArray:
        """Of which items what :meth:`own` tells comes from a sketch: of none."""
        return np.zeros(len(items), dtype=np.bool_)

    def kept(self, items: IntArray, n_iter: int) -> BoolArray:
        """Of which items a column is kept that has so many sweeps, shape (n_some,)."""
        with self._lock:
            found = [n_iter <= self._depth and item in self._columns for item in items.tolist()]
        return np.array(found, dtype=np.bool_)

    def solved(self, items: Iterable[int], n_iter: int) -> Iterator[FloatArray]:
        """The same as :meth:`responses`: all sweeps are made."""
        return self.responses(items, n_iter)

    def responses(self, items: Iterable[int], n_iter: int) -> Iterator[FloatArray]:
        """What a label on each of some items gives all after some sweeps, shape (n_items,) each."""
        waiting = list(items)
        while waiting:
            block, waiting = waiting[:_TOGETHER], waiting[_TOGETHER:]
            yield from self._after_sweeps(block, n_iter)

    def _after_sweeps(self, items: Sequence[int], n_iter: int) -> list[FloatArray]:
        with self._lock:
            kept = {item: self._columns.get(item) for item in items}
        if n_iter <= self._depth:
            known = {item: powers for item, powers in kept.items() if powers is not None}
        else:
            known = {}
        missing = [item for item in kept if item not in known]
        one_hot = np.zeros((self._graph.n_items, len(missing)))
        one_hot[missing, np.arange(len(missing))] = 1
        scores = spread(self._graph, one_hot, alpha=self._alpha, max_iter=n_iter, tol=0).scores
        found = dict(zip(missing, np.ascontiguousarray(scores.T), strict=True))
        with self._lock:
            if n_iter not in self._own:
                # With other labels there are other sweeps, and what was known is of no use.
                self._own = {n_iter: {}}
            self._own[n_iter].update({item: float(found[item][item]) for item in missing})
        for item, powers in known.items():
            found[item] = np.asarray(_after(powers, self._alpha, n_iter))
        return [found[item] for item in items]

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


def _after(powers: FloatArray, alpha: float, n_iter: int) -> FloatArray | float:
    """``(1 - alpha) * sum(alpha^k P_k, k < n_iter) + alpha^n_iter P_n_iter``, P_k being ``S^k e``.

    Parameters
    ----------
    powers : (depth + 1, ...)
        As many as ``n_iter + 1`` at least.
    """
    shares = (1 - alpha) * alpha ** np.arange(n_iter + 1)
    shares[n_iter] = alpha**n_iter
    return np.tensordot(shares, powers[: n_iter + 1], axes=1)


def _sweeps_needed(alpha: float, max_iter: int, tol: float, n_items: int) -> int:
    """Sweeps after which the change of ``n_items`` labels has usually sunk below ``tol``.

    A label's change shrinks by ``alpha`` a sweep. The two sweeps more are for rows of S that sum
    to more than one.
    """
    if tol <= 0:
        return max_iter
    sweeps = (math.log(tol) - math.log(n_items)) / math.log(alpha)
    return min(max_iter, max(1, math.ceil(sweeps)) + 2)
