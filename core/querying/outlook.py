"""What would be believed if the items chosen so far were answered as predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from core.arrays import UNLABELLED, BoolArray, Float32Array, FloatArray, IntArray
from core.learning.beliefs import Beliefs, believe
from core.learning.decisions import DECISIONS, DecisionKey
from core.learning.fixed_point import ColumnScores
from core.querying.openings import Sample, coverage
from core.querying.queries import QUERIES, QueryKey


class Best(NamedTuple):
    """The candidate that is most worth asking about.

    Attributes
    ----------
    item
        Its index.
    unknown : (n_items,), bool, or None
        If nothing is known of it: all candidates of which nothing is.
    """

    item: int
    unknown: BoolArray | None


@dataclass(eq=False)
class Outlook:
    """What would be believed if the items chosen so far were answered as predicted.

    Parameters
    ----------
    labels : (n_items,), int64
        Class indices; ``UNLABELLED`` where none is given.
    start
        The beliefs that these labels lead to.
    n_classes
        The number of classes of the data set.
    decision
        How they were decided.
    scale : (n_items,) or a number
        Turns scores into evidence, in labels.
    sketch
        What a label on an item adds to all scores, shape (n_items,).
    sample
        Gives the items that coverage is measured among, when it is.
    """

    labels: IntArray
    start: Beliefs
    n_classes: int
    decision: DecisionKey
    scale: FloatArray | float
    sketch: Callable[[int], FloatArray | Float32Array]
    sample: Callable[[], Sample]
    n_labels: int = field(init=False)
    _columns: dict[int, FloatArray] = field(init=False, default_factory=dict)
    _masses: dict[int, float] = field(init=False, default_factory=dict)
    _evidence: tuple[FloatArray, FloatArray] | None = field(init=False, default=None)
    _beliefs: Beliefs | None = field(init=False)
    _ranked: FloatArray | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.labels = self.labels.copy()
        self.n_labels = int(np.count_nonzero(self.labels != UNLABELLED))
        self._beliefs = self.start
        if self.start.evidence is not None:
            scores = self.start.evidence.scores
            classes = enumerate(self.start.evidence.classes.tolist())
            self._columns = {label: scores.column(place) for place, label in classes}

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.labels)

    @property
    def taken(self) -> IntArray:
        """The items that are labelled, or assumed to be, ascending."""
        return np.flatnonzero(self.labels != UNLABELLED)

    def best(self, query: QueryKey, candidates: BoolArray, random: np.random.Generator) -> Best:
        """The candidate that a query would ask about; always by the same one.

        Parameters
        ----------
        candidates : (n_items,), bool
            The items that may be asked about; one at least.
        random
            Only the random query uses it.
        """
        if self._ranked is None:
            self._ranked = QUERIES[query].score(self, random)
        scores = np.where(candidates, self._ranked, -np.inf)
        item = int(scores.argmax())
        return Best(item, np.isposinf(scores) if np.isinf(scores[item]) else None)

    def beliefs(self) -> Beliefs:
        """Distributions over the classes."""
        if self._beliefs is None:
            self._beliefs = believe(self.labels, self.n_classes, self._scores, self.decision)
        return self._beliefs

    def evidence(self) -> tuple[FloatArray, FloatArray, int]:
        """Totals and squares of the evidence of each item, and the number of classes."""
        if self._evidence is None:
            total, squares = np.zeros(len(self.labels)), np.zeros(len(self.labels))
            for column in self._columns.values():
                evidence = column * self.scale
                total += evidence
                squares += np.square(evidence)
            self._evidence = total, squares
        return *self._evidence, self.n_classes

    def coverage(self, weights: FloatArray, /) -> FloatArray:
        """How much of some weights a label on each item would cover anew, shape (n_items,).

        Nothing of items that were not sampled.
        """
        sample = self.sample()
        taken = sample.places(self.taken)
        gains = np.zeros(len(self.labels))
        gains[sample.positions] = coverage(
            sample, taken, weights[sample.positions].astype(np.float32)
        )
        return gains

    def assume(self, item: int) -> None:
        """Take the item for answered as predicted; where nothing is, as a class not seen yet."""
        label = self._predicted(item)
        added = self.sketch(item)
        before = self._columns.get(label)
        self._masses.pop(label, None)
        after = added.astype(np.float64) if before is None else before + added
        self._columns[label] = after
        if self._evidence is not None:
            total, squares = self._evidence
            more = added * self.scale
            total += more
            squares += (
                np.square(more) if before is None else more * (2 * before * self.scale + more)
            )
        self.labels[item] = label
        self.n_labels += 1
        self._beliefs = self._ranked = None

    def _predicted(self, item: int) -> int:
        seen = [*self._columns]
        if seen:
            masses = np.array([self._mass(label) for label in seen])
            scores = np.array([column[item] for column in self._columns.values()])
            scores *= DECISIONS[self.decision].weigh(masses)
            if scores.any():
                return seen[int(scores.argmax())]
        unseen = [label for label in range(self.n_classes) if label not in self._columns]
        return unseen[0] if unseen else 0

    def _mass(self, label: int) -> float:
        if label not in self._masses:
            self._masses[label] = float(self._columns[label].sum())
        return self._masses[label]

    def _scores(self, _: IntArray, classes: IntArray, /) -> ColumnScores:
        columns = tuple(self._columns[label] for label in classes.tolist())
        return ColumnScores(columns, converged=False)
