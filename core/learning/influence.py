"""What each label gives the items, one by one: what is left of a score without a label.

Scores are linear in the labels, ``F = K Y``, and K depends on the graph alone. So what is said of a
labelled item by all other labels is its score less what its own label gives it, ``F_i - K_ii y_i``,
and the labels that say so are the largest entries of its row of K, which is its column too where
the graph is symmetric. K_ii is known of every item whose column was ever solved, as those of the
images that people are asked about are. Of the others it is sketched, or estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from scipy import sparse

from core.arrays import UNLABELLED, Float32Array, FloatArray, IntArray
from core.graph.similarity import SimilarityGraph
from core.learning.beliefs import Beliefs
from core.learning.solvers import SWEEPS_UP_TO

_SKETCHED: Final = 20_000_000
"""Entries of columns that are sketched at one time, at most: a second or two on one processor."""

_LOST: Final = 1e-6
"""What is left of a score has few digits where it is a smaller part of it."""

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

    def without_own(self, own: FloatArray) -> FloatArray:
        """The scores of each labelled item without its own label, shape (n_labelled, n_seen).

        Parameters
        ----------
        own : (n_labelled,), float64
            What each label gives its own item.
        """
        scores = self.scores_of(self.items)
        rows, places = np.arange(len(self.items)), self.given
        whole = scores[rows, places]
        scores[rows, places] = left = np.maximum(whole - own, 0)
        self._add_up(np.flatnonzero(left <= _LOST * whole), scores)
        return scores

    def _add_up(self, lost: IntArray, scores: FloatArray) -> None:
        """Add up what others of its class give an item where a difference has no digits left.

        Where alpha is small, labels that are not near give many orders of magnitude less than an
        item's own one, and decide all the same. Where it is large nothing is that small, and
        columns may be sketches.

        Parameters
        ----------
        lost : (n_lost,), int64
            Places among the labelled items.
        scores : (n_labelled, n_seen), float64
            Changed in place.
        """
        if self.alpha > SWEEPS_UP_TO or not self.graph.symmetric:
            return
        lost = lost[: self.affordable]
        columns = self.responses(self.items[lost].tolist())
        for place, column in zip(lost.tolist(), columns, strict=True):
            others = self.given == self.given[place]
            others[place] = False
            scores[place, self.given[place]] = column[self.items[others]].sum()

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
