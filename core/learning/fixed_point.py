"""The fixed point of label spreading: solved directly, or added up from columns that are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from core.arrays import BoolArray, Float32Array, FloatArray, IntArray
from core.graph.similarity import SimilarityGraph
from core.learning.beliefs import DOUBLE_UP_TO
from core.learning.columns import DEFAULT_MEMORY
from core.learning.members import NOTHING, Members, Membership
from core.learning.nearby import Column, NearbyColumn, Picture, WholeColumn
from core.learning.solvers import (
    SWEEPS_UP_TO,
    ConjugateGradientSolver,
    Solution,
    make_solver,
)
from core.learning.sweeps import Spread, one_hot_labels

REFRESH_AFTER: Final = 1_000
"""Additions to the scores of a class until they are solved anew. Each leaves an error of 1e-16."""


_LEAST_KEPT: Final = 20
"""Columns, and sums of them, that are kept however little memory there is: those of a batch."""


_MOST_SUMS: Final = 1_000
"""Sums that are kept however much memory there is: those of a hundred rounds of ten classes. What
an older one would save is saved by the columns too."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnScores:
    """Scores kept column by column, one array a class: what did not change is not copied.

    Attributes
    ----------
    columns
        One array of shape (n_items,), float64, a class.
    converged
        Whether all that they are made of was solved to the end.
    """

    columns: tuple[FloatArray, ...]
    converged: bool
    n_iter: int = 1

    def rows(self, rows: slice) -> FloatArray:
        """The scores of some items, shape (n_rows, n_classes), stored class by class."""
        return np.stack([column[rows] for column in self.columns]).T

    def column(self, number: int) -> FloatArray:
        """The scores of one class, shape (n_items,)."""
        return self.columns[number]


class _Solved(NamedTuple):
    """The scores that labels on some items give, shape (n_items,), and if they are settled."""

    scores: FloatArray
    converged: bool


class _Column(NamedTuple):
    """What a label on one item gives all, as it is kept."""

    scores: FloatArray | Float32Array
    converged: bool


class _Sum(NamedTuple):
    """The scores that labels on some items give to one class, and the additions that made them.

    It has ``converged`` if all that was added or taken away has.
    """

    scores: FloatArray
    converged: bool = True
    additions: int = 0


class _Plan(NamedTuple):
    """How the scores of a class come about: from a sum there is, or from all its items anew.

    ``added`` and ``removed`` are columns; where one of them is not there yet, ``missing`` is its
    item, and it is to be added if ``adds_missing`` says so.
    """

    base: _Sum | None
    added: tuple[_Column, ...] = ()
    removed: tuple[_Column, ...] = ()
    missing: int | None = None
    adds_missing: bool = True

    @property
    def is_ready(self) -> bool:
        """Whether the base is what is wanted."""
        return self.base is not None and self.missing is None and not (self.added or self.removed)


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
        Bytes to keep at most, half of them for columns and half for sums of columns.
    """

    def __init__(self, fixed_point: FixedPoint, *, memory: int = DEFAULT_MEMORY) -> None:
        self._fixed_point = fixed_point
        n_items = fixed_point.n_items
        self._is_double = n_items <= DOUBLE_UP_TO
        column_bytes = (8 if self._is_double else 4) * n_items
        self._most_columns = max(_LEAST_KEPT, memory // 2 // column_bytes)
        self._most_sums = min(_MOST_SUMS, max(_LEAST_KEPT, memory // 2 // (8 * n_items)))
        # A difference of positive numbers loses the digits of small ones. For a small alpha scores
        # sink by many orders of magnitude within a few steps, so nothing is subtracted there.
        self._may_subtract = fixed_point.alpha > SWEEPS_UP_TO
        # As many columns at a time as take a third of a second, but one for each of two threads.
        self._block = max(2, min(10, 700_000 // n_items))
        self._columns: OrderedDict[int, _Column] = OrderedDict()
        # What a label on an item gives the item itself, wherever that was ever solved for.
        self._own: dict[int, float] = {}
        # The items of which that comes from a sketch.
        self._sketched: set[int] = set()
        self._sums: OrderedDict[int, _Sum] = OrderedDict()
        self._nothing = _Sum(np.zeros(n_items))
        self._membership = Membership(n_items)
        self._lock = threading.Lock()

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
            solved = self._solve([np.array([item]) for item in block])
            with self._lock:
                self._keep(block, solved)

    def sketch(self, item: int) -> FloatArray | Float32Array:
        """About what a label on one item gives all, shape (n_items,): good enough to choose by."""
        with self._lock:
            known = self._columns.get(item)
        return self._fixed_point.sketch(item) if known is None else known.scores

    def quick_columns(self) -> Callable[[int], Column] | None:
        """About what a label on one item gives, wherever it is asked for; see :mod:`nearby`.

        None where the graph, or alpha, does not allow it.
        """
        return self._quick_column if self._fixed_point.picture else None

    def _quick_column(self, item: int) -> Column:
        with self._lock:
            known = self._columns.get(item)
        return self._fixed_point.nearby(item) if known is None else WholeColumn(known.scores)

    def own(self, items: IntArray, n_iter: int) -> FloatArray:
        """What a label on each of some items gives that item; NaN where no column was solved yet.

        Parameters
        ----------
        items : (n_some,), int64
        n_iter
            Of no effect here: there is one fixed point.

        Returns
        -------
        (n_some,), float64
            To some 1e-3 of each where only a sketch was made.
        """
        del n_iter
        with self._lock:
            found = [self._own.get(item, np.nan) for item in items.tolist()]
        return np.array(found, dtype=np.float64)

    def sketched(self, items: IntArray) -> BoolArray:
        """Of which items what :meth:`own` tells comes from a sketch, shape (n_some,)."""
        with self._lock:
            return np.array([item in self._sketched for item in items.tolist()], dtype=np.bool_)

    def kept(self, items: IntArray, n_iter: int) -> BoolArray:
        """Of which items a column is kept, solved to the end, shape (n_some,)."""
        del n_iter
        with self._lock:
            return np.array([item in self._columns for item in items.tolist()], dtype=np.bool_)

    def solved(self, items: Iterable[int], n_iter: int) -> Iterator[FloatArray | Float32Array]:
        """The same as :meth:`responses`, solved to the end, which takes ten times as long."""
        del n_iter
        waiting = list(items)
        while waiting:
            block, waiting = waiting[: self._block], waiting[self._block :]
            with self._lock:
                kept = {item: self._columns[item].scores for item in block if self._touch(item)}
            missing = [item for item in block if item not in kept]
            new = self._solve([np.array([item]) for item in missing])
            with self._lock:
                self._keep(missing, new)
            kept |= {item: column.scores for item, column in zip(missing, new, strict=True)}
            yield from (kept[item] for item in block)

    def responses(self, items: Iterable[int], n_iter: int) -> Iterator[FloatArray | Float32Array]:
        """What a label on each of some items gives all, shape (n_items,) each, to be read only.

        A column that is not kept is sketched where alpha is large. The entry at the item itself is
        good to the square of a sketch's error, for the energy of the error is what conjugate
        gradients make small (Strakoš, Tichý, "On error estimation in the conjugate gradient
        method", 2002). Where alpha is small it is solved to the end: scores of others are smaller
        there than what a sketch leaves out.

        Parameters
        ----------
        n_iter
            Of no effect here: there is one fixed point.
        """
        del n_iter
        for item in items:
            with self._lock:
                known = self._columns.get(item)
            yield known.scores if known else self._solved_or_sketched(item)

    def _solved_or_sketched(self, item: int) -> FloatArray | Float32Array:
        column: FloatArray | Float32Array = (
            self._fixed_point.sketch(item)
            if self._may_subtract
            else self._solve([np.array([item])])[0].scores
        )
        with self._lock:
            if item not in self._own:
                self._own[item] = float(column[item])
                if self._may_subtract:
                    self._sketched.add(item)
        return column

    def __call__(self, labels: IntArray, classes: IntArray, /) -> ColumnScores:
        """Spread ``labels``, shape (n_items,); one column of scores a class of ``classes``.

        Whatever has to be solved is solved together, and others may spread meanwhile.
        """
        if labels.flags.writeable:
            labels = labels.copy()
        with self._lock:
            members = self._membership.follow(labels)
            wanted = [members[label] for label in classes.tolist()]
            plans = [self._plan(one) for one in wanted]
        unsolved = [
            (number, np.flatnonzero(labels == label) if plan.base is None else [plan.missing])
            for number, (label, plan) in enumerate(zip(classes.tolist(), plans, strict=True))
            if plan.base is None or plan.missing is not None
        ]
        solved = self._solve([np.asarray(items) for _, items in unsolved])
        new = dict(zip((number for number, _ in unsolved), solved, strict=True))
        sums = [
            self._made(plan, new.get(number), labels, label)
            for number, (label, plan) in enumerate(zip(classes.tolist(), plans, strict=True))
        ]
        with self._lock:
            for number, plan in enumerate(plans):
                if plan.missing is not None:
                    self._keep([plan.missing], [new[number]])
            for one, found in zip(wanted, sums, strict=True):
                self._sums[one.name] = found
                self._sums.move_to_end(one.name)
            while len(self._sums) > self._most_sums:
                self._sums.popitem(last=False)
        return ColumnScores(
            tuple(found.scores for found in sums), converged=all(found.converged for found in sums)
        )

    def _plan(self, members: Members) -> _Plan:
        """From the same sum, or one that is a few columns away of which one may be missing."""
        known = self._sums.get(members.name)
        if known is not None:
            return _Plan(known)
        for way in members.ways():
            base = self._nothing if way.start == NOTHING else self._sums.get(way.start)
            if base is None or (way.removed and not self._may_subtract):
                continue
            if base.additions + len(way.added) + len(way.removed) > REFRESH_AFTER:
                continue
            missing = [i for i in (*way.added, *way.removed) if i not in self._columns]
            if len(missing) > 1:
                # As many solutions as a new sum takes, or more.
                continue
            return _Plan(
                base,
                tuple(self._columns[i] for i in way.added if i not in missing),
                tuple(self._columns[i] for i in way.removed if i not in missing),
                missing[0] if missing else None,
                adds_missing=not missing or missing[0] in way.added,
            )
        return _Plan(None)

    def _made(self, plan: _Plan, solved: _Solved | None, labels: IntArray, label: int) -> _Sum:
        """The sum that a plan leads to, given the solution it needs."""
        if plan.base is None:
            assert solved is not None
            return _Sum(solved.scores, solved.converged)
        if plan.is_ready:
            return plan.base
        added: list[_Column | _Solved] = list(plan.added)
        removed: list[_Column | _Solved] = list(plan.removed)
        if solved is not None:
            (added if plan.adds_missing else removed).append(solved)
        scores = plan.base.scores.copy()
        for column in added:
            scores += column.scores
        for column in removed:
            scores -= column.scores
        if removed:
            # What is left of a column taken away may be rounding, on either side of zero.
            np.maximum(scores, 0, out=scores)
            self._fixed_point.clear_unreached(scores, np.flatnonzero(labels == label))
        changes = (*added, *removed)
        converged = plan.base.converged and all(column.converged for column in changes)
        return _Sum(scores, converged, plan.base.additions + len(changes))

    def _touch(self, item: int) -> bool:
        known = item in self._columns
        if known:
            self._columns.move_to_end(item)
        return known

    def _keep(self, items: Sequence[int], columns: Sequence[_Solved]) -> None:
        for item, column in zip(items, columns, strict=True):
            kept = column.scores if self._is_double else column.scores.astype(np.float32)
            self._columns[item] = _Column(kept, column.converged)
            self._own[item] = float(kept[item])
            self._sketched.discard(item)
        while len(self._columns) > self._most_columns:
            self._columns.popitem(last=False)

    def _solve(self, groups: Sequence[IntArray]) -> list[_Solved]:
        """The scores that labels on each group of items give, shape (n_items,) each."""
        if not groups:
            return []
        sources = np.zeros((self._fixed_point.n_items, len(groups)))
        for column, items in enumerate(groups):
            sources[items, column] = 1
        solution = self._fixed_point.solve(sources)
        solved = np.ascontiguousarray(solution.columns.T)
        return [
            _Solved(scores.copy(), converged)
            for scores, converged in zip(solved, solution.converged.tolist(), strict=True)
        ]


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

    def solve(self, sources: FloatArray) -> Solution:
        """Spread the columns of Y, shape (n_items, n_columns), none of them negative."""
        scores, converged = self._solver.solve(sources)
        scores *= 1 - self.alpha
        for column, source in zip(scores.T, sources.T, strict=True):
            self.clear_unreached(column, np.flatnonzero(source))
        return Solution(scores, converged)

    def sketch(self, item: int) -> Float32Array:
        """About what a label on one item gives all, shape (n_items,): good enough to choose by.

        On the graph of the MNIST digits, with alpha .99, it takes a tenth of the time of a whole
        solution, and its correlation with that is .99.
        """
        scores = self._solver.sketch(item)
        scores *= 1 - self.alpha
        self.clear_unreached(scores, np.array([item]))
        return scores

    @cached_property
    def picture(self) -> Picture | None:
        """The coarse picture of the graph, item by item; None where the solver has none."""
        solver = self._solver
        if not isinstance(solver, ConjugateGradientSolver):
            return None
        nearby = solver.nearby
        return Picture.of(nearby.aggregate, nearby.weights, solver.place, self._components)

    def nearby(self, item: int) -> NearbyColumn:
        """About what a label on one item gives: item by item near it, coarsely elsewhere.

        Only where there is a coarse picture of the graph.
        """
        solver, picture = self._solver, self.picture
        assert isinstance(solver, ConjugateGradientSolver)
        assert picture is not None
        solved = solver.nearby.solve(int(solver.place[item]))
        near = solver.order[solved.nodes]
        return picture.column(near, solved, 1 - self.alpha)

    def clear_unreached(self, scores: FloatArray | Float32Array, items: IntArray) -> None:
        """Set to zero, in place, the scores that labels on these items cannot reach."""
        if self._components is not None:
            reached = np.unique(self._components[items])
            scores[~np.isin(self._components, reached)] = 0

    def __call__(self, labels: IntArray, classes: IntArray, /) -> Spread:
        """Spread ``labels``, shape (n_items,); one column of scores a class of ``classes``."""
        return self.spread(one_hot_labels(labels, classes))

    def spread(self, one_hot: FloatArray) -> Spread:
        """Spread Y, shape (n_items, n_classes): a row with a single one for each labelled item."""
        scores, converged = self.solve(one_hot)
        return Spread(scores, n_iter=1, converged=bool(converged.all()))
