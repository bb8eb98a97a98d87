"""What each label gives the items, one by one: what is left of a score without a label.

Scores are linear in the labels, ``F = K Y``, and K depends on the graph alone. So what is said of a
labelled item by all other labels is its score less what its own label gives it, ``F_i - K_ii y_i``,
and the labels that say so are the largest entries of its row of K, which is its column too where
the graph is symmetric. K_ii is known of every item whose column was ever solved, as those of the
images that people are asked about are. Of the others it is sketched, or estimated. Where less is
left than such a number may be off, as among near-duplicates and on small islands, columns are
solved to the end, and where that takes too long nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from scipy import sparse

from core.arrays import UNLABELLED, BoolArray, Float32Array, FloatArray, IntArray
from core.graph.similarity import SimilarityGraph
from core.learning.beliefs import Beliefs
from core.learning.solvers import SWEEPS_UP_TO

_SKETCHED: Final = 20_000_000
"""Entries of columns that are sketched at one time, at most: a second or two on one processor."""

_LOST: Final = 1e-6
"""What is left of a score has few digits where it is a smaller part of it."""

_LOST_IN_SKETCH: Final = 2e-2
"""The same where what is taken away was sketched: to .05 % of it at the median, .2 % at most."""

_LOST_IN_ESTIMATE: Final = 0.12
"""The same where it was estimated."""

TO_THE_END: Final = 10
"""Columns that are sketched in the time in which one is solved to the end."""

_DENSE: Final = 500
"""Entries of a dense graph that are gone through in the time of one entry of a sketched column."""

_USUAL: Final = 1.15
"""How much larger an entry on the diagonal is than three steps along the graph make it: measured on
digits and MNIST, where it is 1.05 to 1.4."""


class Responder(Protocol):
    """Anything that tells what a label on one item gives to others: a spreader."""

    def own(self, items: IntArray, n_iter: int, /) -> FloatArray:
        """What a label on each of some items gives that item itself; NaN where it is not known."""
        ...

    def responses(
        self, items: Iterable[int], n_iter: int, /
    ) -> Iterator[FloatArray | Float32Array]:
        """What a label on each item gives all, shape (n_items,), in the time a sketch takes."""
        ...

    def sketched(self, items: IntArray, /) -> BoolArray:
        """Of which items what :meth:`own` tells comes from a sketch, shape (n_some,)."""
        ...

    def kept(self, items: IntArray, n_iter: int, /) -> BoolArray:
        """Of which items :meth:`solved` takes no time, shape (n_some,)."""
        ...

    def solved(self, items: Iterable[int], n_iter: int, /) -> Iterator[FloatArray | Float32Array]:
        """The same as :meth:`responses`, none of them a sketch."""
        ...


@dataclass(frozen=True)
class Influence:
    """The labels behind some beliefs, one by one.

    Attributes
    ----------
    graph
        S, over n_items items.
    responder
        Solves for columns of K.
    alpha
        How much of an item's scores comes from its neighbours.
    beliefs
        What the labels came to together.
    """

    graph: SimilarityGraph
    responder: Responder
    alpha: float
    beliefs: Beliefs

    @cached_property
    def items(self) -> IntArray:
        """The labelled items, ascending, shape (n_labelled,)."""
        return np.flatnonzero(self.beliefs.labels != UNLABELLED)

    def responses(self, items: Iterable[int]) -> Iterator[FloatArray | Float32Array]:
        """What a label on each of some items gives all, shape (n_items,) each, to be read only."""
        return self.responder.responses(items, self.beliefs.n_iter)

    def known(self) -> FloatArray:
        """What is known of :meth:`own` without any work; NaN where nothing is."""
        return self.responder.own(self.items, self.beliefs.n_iter)

    def own(self, first: IntArray | None = None) -> FloatArray:
        """What the label of each labelled item gives that item, shape (n_labelled,).

        Where that is not known yet it is sketched, as far as there is time, and else estimated: to
        some 12 % of it, which matters the less the more labels there are.

        Parameters
        ----------
        first : (n_some,), int64
            Places in ``items`` that may be sketched, in the order in which it is worth it; none for
            None.
        """
        known = self.known()
        if first is not None:
            missing = first[np.isnan(known[first])][: self.affordable]
            items = self.items[missing].tolist()
            for place, item, column in zip(missing, items, self.responses(items), strict=True):
                known[place] = column[item]
        is_missing = np.isnan(known)
        return np.where(is_missing, self._estimated(known), known) if is_missing.any() else known

    @property
    def affordable(self) -> int:
        """How many columns can be sketched while a person waits."""
        cost = n_items = self.graph.n_items
        if not sparse.issparse(self.graph.matrix):
            cost = max(n_items, n_items**2 * self.beliefs.n_iter // _DENSE)
        return _SKETCHED // cost

    def _estimated(self, known: FloatArray) -> FloatArray:
        """About what :meth:`own` gives, from three steps along the graph; shape (n_labelled,).

        ``(1 - alpha) (1 + alpha^2 (S^2)_ii + alpha^3 (S^3)_ii)``, times what is missing of that on
        the average where entries are known.

        Parameters
        ----------
        known : (n_labelled,), float64
            What is known, and NaN elsewhere.
        """
        alpha, matrix = self.alpha, self.graph.matrix
        rows, back = matrix[self.items], matrix[:, self.items].T
        second, third = _diagonal(rows, back), _diagonal(rows @ matrix, back)
        steps = (1 - alpha) * (1 + alpha**2 * second + alpha**3 * third)
        ratios = (known / steps)[~np.isnan(known)]
        return np.asarray(steps * (np.median(ratios) if len(ratios) else _USUAL))

    def without_own(self, own: FloatArray, *, guess: bool = False) -> FloatArray:
        """The scores of each labelled item without its own label, shape (n_labelled, n_seen).

        A row is NaN where others say less in all than is known of what the label itself says, and
        it would take too long to know more.

        Parameters
        ----------
        own : (n_labelled,), float64
            What each label gives its own item.
        guess
            Whether a difference stands also where ``own`` was only estimated.
        """
        scores = self.scores_of(self.items)
        rows, places = np.arange(len(self.items)), self.given
        whole = scores[rows, places]
        scores[rows, places] = left = np.maximum(whole - own, 0)
        limits = whole * np.where(self.responder.sketched(self.items), _LOST_IN_SKETCH, _LOST)
        is_estimated = np.isnan(self.known())
        limits[is_estimated] = -1 if guess else _LOST_IN_ESTIMATE * whole[is_estimated]
        lost = np.flatnonzero(left <= limits)
        unknown = self._add_up(lost[np.argsort((scores.sum(axis=1) - limits)[lost])], scores)
        scores[unknown[scores[unknown].sum(axis=1) <= limits[unknown]]] = np.nan
        return scores

    def n_unsolved(self) -> int:
        """How many columns :meth:`without_own` would solve to the end now, were there time.

        None where alpha is small: there that takes no longer than a sketch.
        """
        if self.alpha <= SWEEPS_UP_TO:
            return 0
        whole = self.scores_of(self.items)[np.arange(len(self.items)), self.given]
        part = np.where(self.responder.sketched(self.items), _LOST_IN_SKETCH, _LOST)
        lost = np.flatnonzero(whole - self.known() <= part * whole)
        if not len(lost):
            return 0
        is_kept = self.responder.kept(self.items[lost], self.beliefs.n_iter)
        return int(np.count_nonzero(~is_kept & ~self._alone()[lost]))

    def lost_of(self, items: IntArray) -> FloatArray:
        """The part of a column of :meth:`responses` that what is left has to be more than.

        Parameters
        ----------
        items : (n_some,), int64
            The column is that of a label on each.
        """
        is_solved = self.responder.kept(items, self.beliefs.n_iter) | (self.alpha <= SWEEPS_UP_TO)
        return np.where(is_solved, _LOST, _LOST_IN_SKETCH)

    def _add_up(self, lost: IntArray, scores: FloatArray) -> IntArray:
        """Add up what others of its class give an item where a difference has no digits left.

        Where alpha is small, labels that are not near give many orders of magnitude less than an
        item's own one, and decide all the same. Where it is large, others give as little only where
        no other label of the class is on an item's island, or all its like is near it.

        Parameters
        ----------
        lost : (n_lost,), int64
            Places among the labelled items, in the order in which it is worth it.
        scores : (n_labelled, n_seen), float64
            Changed in place.

        Returns
        -------
        (n_some,), int64
            Those of which it would take too long.
        """
        if not len(lost):
            return lost
        is_alone = self._alone()[lost]
        scores[lost[is_alone], self.given[lost[is_alone]]] = 0
        lost = lost[~is_alone]
        most = self.affordable // (TO_THE_END if self.alpha > SWEEPS_UP_TO else 1)
        is_kept = self.responder.kept(self.items[lost], self.beliefs.n_iter)
        is_soon = is_kept | (np.cumsum(~is_kept) <= most)
        soon = lost[is_soon]
        columns = self.responder.solved(self.items[soon].tolist(), self.beliefs.n_iter)
        for place, column in zip(soon.tolist(), columns, strict=True):
            number, item = self.given[place], self.items[place]
            others = self.given == number
            if self.graph.symmetric:
                others[place] = False
                scores[place, number] = column[self.items[others]].sum()
            else:
                whole = self.scores_of(self.items[[place]])[0, number]
                scores[place, number] = max(whole - column[item], 0)
        return lost[~is_soon]

    def _alone(self) -> BoolArray:
        """Which labels no other one of their class can reach, shape (n_labelled,)."""
        pairs = np.column_stack([self.graph.components()[self.items], self.given])
        _, places, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
        return np.asarray(counts[places] == 1)

    @cached_property
    def given(self) -> IntArray:
        """The class of each label, as its column of the scores, shape (n_labelled,)."""
        evidence = self.beliefs.evidence
        classes = evidence.classes if evidence else np.empty(0, dtype=np.int64)
        return np.searchsorted(classes, self.beliefs.labels[self.items])

    def scores_of(self, items: IntArray) -> FloatArray:
        """What all labels give to some items, shape (n_some, n_seen), a copy."""
        evidence = self.beliefs.evidence
        if evidence is None:
            return np.zeros((len(items), 0))
        seen = range(len(evidence.classes))
        return np.stack([evidence.scores.column(number)[items] for number in seen], axis=1)

    @cached_property
    def masses(self) -> FloatArray:
        """What the labels of each class give to all items together, shape (n_seen,)."""
        evidence = self.beliefs.evidence
        if evidence is None:
            return np.empty(0)
        seen = range(len(evidence.classes))
        return np.array([evidence.scores.column(number).sum() for number in seen])


def _diagonal(rows: Any, others: Any) -> FloatArray:  # noqa: ANN401 - dense or sparse
    """The inner product of each row with the same row of another matrix."""
    if isinstance(rows, np.ndarray):
        return np.asarray(np.einsum("ij,ij->i", rows, others))
    return np.asarray(rows.multiply(others).sum(axis=1)).ravel()
