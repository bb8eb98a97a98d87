"""Choosing the items of the next batch, by an opening, a query, and at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.arrays import UNLABELLED, BoolArray, Float32Array, FloatArray, IntArray
from core.learning.beliefs import Beliefs, believe
from core.learning.decisions import DECISIONS, DecisionKey
from core.learning.fixed_point import ColumnScores
from core.querying.drawing import draw
from core.querying.openings import LEAST, OpeningKey, Sample, coverage, first_item
from core.querying.queries import QUERIES, QueryKey, margin
from core.session.events import Draw, Reason

RANDOM_SHARE: Final = 0.2
"""Share of items asked about at random, so that there is a sample to judge the result by."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How to choose.

    Attributes
    ----------
    opening
        For the first ``max(10, n_classes)`` labels.
    query
        From then on.
    random_share
        From then on, the share of items that are drawn from all the others, 0 to 1.
    assume_answers
        Whether each item of a batch is chosen as if those before it had been answered as predicted.
        Otherwise it is one ranking, whose first items are much alike.
    """

    opening: OpeningKey = "coverage"
    query: QueryKey = "mixed"
    random_share: float = RANDOM_SHARE
    assume_answers: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """An item to ask about, and why; and how it was drawn, if it was drawn at random."""

    item: int
    reason: Reason
    draw: Draw | None = None


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

    def __post_init__(self) -> None:
        self.labels = self.labels.copy()
        self.n_labels = int(np.count_nonzero(self.labels != UNLABELLED))
        self._beliefs = self.start
        if self.start.evidence is not None:
            scores = self.start.evidence.scores
            classes = enumerate(self.start.evidence.classes.tolist())
            self._columns = {label: scores.column(place) for place, label in classes}

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
        taken = sample.places(np.flatnonzero(self.labels != UNLABELLED))
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
        self._beliefs = None

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


def choose_batch(
    policy: Policy,
    outlook: Outlook,
    candidates: BoolArray,
    size: int,
    random: np.random.Generator,
    assumed: Sequence[int] = (),
) -> tuple[Choice, ...]:
    """Choose the items of the next batch, in the order in which to ask.

    Parameters
    ----------
    outlook
        What is believed now. It is used up: afterwards it holds the assumed answers.
    candidates : (n_items,), bool
        The items that may be asked about.
    size
        Items wanted; fewer come back when there are fewer candidates.
    random
        All randomness comes from here: the same state gives the same batch.
    assumed
        Items that somebody has before him already, in their order: they count as answered as
        predicted, whatever the policy assumes of the batch itself, and never chosen.
    """
    candidates = candidates.copy()
    for item in assumed:
        candidates[item] = False
        outlook.assume(item)
    batch = _Batch(policy, outlook, candidates, random)
    n_given, n_wanted = outlook.n_labels, min(size, int(np.count_nonzero(candidates)))
    opens_until = max(LEAST, outlook.n_classes, 0 if n_given else size)
    opens = [n_given + place < opens_until for place in range(n_wanted)]
    by_lot = [not first and random.random() < policy.random_share for first in opens]
    # Lots are drawn before anything else is chosen: from all there are, so that they speak for all.
    drawn = batch.draw(sum(by_lot))
    others = [batch.next(opens_until if first else 0) for first in opens[: n_wanted - len(drawn)]]
    return tuple(drawn.pop(0) if lot else others.pop(0) for lot in by_lot)


@dataclass(eq=False)
class _Batch:
    """A batch while it is chosen; never seen outside this module."""

    policy: Policy
    outlook: Outlook
    candidates: BoolArray
    random: np.random.Generator
    chosen: list[Choice] = field(default_factory=list)
    _labelled: IntArray = field(init=False)
    _assumed: int = field(init=False, default=0)
    _scores: FloatArray | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._labelled = np.flatnonzero(self.outlook.labels != UNLABELLED)

    def draw(self, wanted: int) -> list[Choice]:
        """So many items at random."""
        uncertainty = margin(self.outlook.start) if wanted else np.empty(0)
        drawn = []
        for _ in range(wanted):
            item, how = draw(uncertainty, self.candidates, self.random)
            drawn.append(self._take(Choice(item, "random", how)))
        return drawn

    def next(self, opens_until: int) -> Choice:
        """The next item that is not drawn at random.

        Parameters
        ----------
        opens_until
            How many items are wanted to begin with; 0 once there are as many.
        """
        first = self.first(self.candidates, opens_until) if opens_until else None
        if first is not None:
            return self._take(Choice(first, "opening"))
        return self._take(Choice(self.best(), "query"))

    def _take(self, choice: Choice) -> Choice:
        self.chosen.append(choice)
        self.candidates[choice.item] = False
        if self._scores is not None:
            self._scores[choice.item] = -np.inf
        return choice

    def first(self, candidates: BoolArray, wanted: int) -> int | None:
        """The best of the candidates to begin with."""
        chosen = [choice.item for choice in self.chosen]
        taken = np.concatenate([self._labelled, np.array(chosen, dtype=np.int64)])
        key = self.policy.opening
        return first_item(key, self.outlook.sample(), taken, candidates, wanted, self.random)

    def best(self) -> int:
        """The candidate that is most worth asking about."""
        scores = self._current_scores()
        best = int(scores.argmax())
        if np.isinf(scores[best]):
            # Nothing is known of several, which makes them alike: they are covered as at first.
            unknown = np.isposinf(scores)
            first = self.first(unknown, LEAST)
            return best if first is None else first
        return best

    def _current_scores(self) -> FloatArray:
        """Of the candidates, minus infinity of others."""
        if self.policy.assume_answers:
            for choice in self.chosen[self._assumed :]:
                self.outlook.assume(choice.item)
                self._scores = None
            self._assumed = len(self.chosen)
        if self._scores is None:
            scores = QUERIES[self.policy.query].score(self.outlook, self.random)
            self._scores = np.where(self.candidates, scores, -np.inf)
        return self._scores
