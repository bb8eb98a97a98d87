"""An outlook on a large set: not all items are looked at after each assumed answer.

Some scores fall wherever an answer reaches. For these all items are scored once, with what is known
at the start; the best of them are a shortlist, and it alone is scored again after each answer.
Should its best item fall below what was left out, the next best join it (lazy evaluation: Minoux,
"Accelerated greedy algorithms for maximizing submodular set functions", 1978).

An answer moves the borders between classes, and so items anywhere become less sure of theirs. For
scores that look for these, some items drawn at random are scored with what is known by then: among
so many, there are always some that lie on a border. The best at the start would not do: they lie
where borders were, and those that did not move would be asked about again and again.

What an answer gives some of the items is known without looking at the others; see
:mod:`core.learning.nearby`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray
from core.learning.beliefs import Beliefs, Evidence, decided
from core.learning.decisions import DECISIONS, DecisionKey
from core.learning.fixed_point import ColumnScores
from core.learning.nearby import Column
from core.querying.openings import Sample, coverage
from core.querying.outlook import Best
from core.querying.queries import QUERIES, QueryKey, Score

SHARE: Final = 0.05
"""How many of all items a shortlist of the best has at first, about."""

LONGEST: Final = 50_000
"""Items that it has at first, at most."""

DRAWN: Final = 0.1
"""How many of all items are drawn at random."""

MOST_DRAWN: Final = 100_000
"""Items that are drawn, at most."""

_BLOCK: Final = 32_768
"""Items that are scored together: what that takes stays in the processor's cache."""

_LOOKED_AT: Final = 16_384
"""Scores that tell about where the best begin."""


@dataclass(eq=False)
class ShortlistOutlook:
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
    column
        About what a label on an item adds to all scores.
    sample
        Gives the items that coverage is measured among, when it is.
    share, drawn
        How many of all items the best at first are, and how many are drawn.
    """

    labels: IntArray
    start: Beliefs
    n_classes: int
    decision: DecisionKey
    scale: FloatArray | float
    column: Callable[[int], Column]
    sample: Callable[[], Sample]
    share: float = SHARE
    drawn: float = DRAWN
    n_labels: int = field(init=False)
    _labelled: IntArray = field(init=False)
    _unreached: IntArray = field(init=False)
    _reached: list[IntArray] = field(init=False, default_factory=list)
    _assumed: list[int] = field(init=False, default_factory=list)
    _given: dict[int, FloatArray] = field(init=False, default_factory=dict)
    _added: dict[int, list[Column]] = field(init=False, default_factory=dict)
    _masses: dict[int, float] = field(init=False, default_factory=dict)
    _ranked: dict[Score, FloatArray] = field(init=False, default_factory=dict)
    _shortlists: dict[Score, _Shortlist] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._labelled = np.flatnonzero(self.labels != UNLABELLED)
        self._unreached = np.flatnonzero(~self.start.reached)
        self.n_labels = len(self._labelled)
        if self.start.evidence is not None:
            scores = self.start.evidence.scores
            classes = enumerate(self.start.evidence.classes.tolist())
            self._given = {label: scores.column(place) for place, label in classes}
            self._masses = {label: float(given.sum()) for label, given in self._given.items()}

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.labels)

    @property
    def taken(self) -> IntArray:
        """The items that are labelled, or assumed to be, ascending."""
        return np.sort(np.concatenate([self._labelled, np.array(self._assumed, dtype=np.int64)]))

    def best(self, query: QueryKey, candidates: BoolArray, random: np.random.Generator) -> Best:
        """The candidate that a query would ask about.

        Parameters
        ----------
        candidates : (n_items,), bool
            The items that may be asked about; one at least.
        random
            For the random query, and for items that are drawn.
        """
        score = QUERIES[query].turn(self.n_labels)
        unknown = self._unreached[candidates[self._unreached]]
        if score.is_open and len(unknown):
            is_unknown = np.zeros(self.n_items, dtype=bool)
            is_unknown[unknown] = True
            return Best(int(unknown[0]), is_unknown)
        if (score.is_open and not self._assumed) or not score.repeats:
            if score not in self._ranked:
                self._ranked[score] = self._rated_at_start(score, candidates, random)
            ranked = np.where(candidates, self._ranked[score], -np.inf)
            return Best(int(ranked.argmax()), None)
        if score not in self._shortlists:
            self._shortlists[score] = self._shortlist(score, candidates, random)
        return Best(self._shortlists[score].best(candidates), None)

    def assume(self, item: int) -> None:
        """Take the item for answered as predicted; where nothing is, as a class not seen yet."""
        label, column = self._predicted(item), self.column(item)
        self._masses[label] = self._masses.get(label, 0.0) + column.total
        self._added.setdefault(label, []).append(column)
        for shortlist in self._shortlists.values():
            for part in shortlist.parts:
                part.add(label, column)
        if len(self._unreached):
            self._reach(column)
        self._ranked.clear()
        self._assumed.append(item)
        self.n_labels += 1

    def part(self, items: IntArray, *, unreached: bool = False) -> Part:
        """What is believed of some items.

        Parameters
        ----------
        items : (n_some,), int64, ascending
        unreached
            Whether no label reached them at the start.
        """
        given = {} if unreached else self._given
        part = Part(self, items, {label: scores[items] for label, scores in given.items()})
        for label, columns in self._added.items():
            for column in columns:
                part.add(label, column)
        return part

    def weights(self, classes: IntArray) -> FloatArray:
        """What some classes count in the decision."""
        return DECISIONS[self.decision].weigh(np.array([self._masses[c] for c in classes.tolist()]))

    def _predicted(self, item: int) -> int:
        columns = self.part(np.array([item])).columns
        seen = np.array(list(columns), dtype=np.int64)
        if len(seen):
            weighed = np.concatenate(list(columns.values())) * self.weights(seen)
            if weighed.any():
                return int(seen[weighed.argmax()])
        unseen = [label for label in range(self.n_classes) if label not in columns]
        return unseen[0] if unseen else 0

    def _at_start(self, start: int, stop: int) -> Part:
        """Items from one to another, before any answer was assumed."""
        rows, whole = slice(start, stop), self.start
        known = Beliefs(
            probabilities=whole.probabilities[rows],
            model_class=whole.model_class[rows],
            predicted=whole.predicted[rows],
            labels=whole.labels[rows],
            n_iter=whole.n_iter,
            converged=whole.converged,
        )
        given = {label: scores[rows] for label, scores in self._given.items()}
        return Part(self, np.arange(start, stop), given, known)

    def _rated_at_start(
        self, score: Score, candidates: BoolArray, random: np.random.Generator
    ) -> FloatArray:
        """What all candidates were worth then; minus infinity of others."""
        rated = np.empty(self.n_items)
        for start in range(0, self.n_items, _BLOCK):
            stop = min(start + _BLOCK, self.n_items)
            rated[start:stop] = score.rate(self._at_start(start, stop), random)
        rated[~candidates] = -np.inf
        return rated

    def _shortlist(
        self, score: Score, candidates: BoolArray, random: np.random.Generator
    ) -> _Shortlist:
        if score.falls:
            rated = self._rated_at_start(score, candidates, random)
            shortlist = _Shortlist(self, score, random, rated)
            for reached in self._reached:
                shortlist.look_again(reached)
            return shortlist
        items = self.sample().positions if score.of_sample else self._drawn(candidates, random)
        # Only should none of these be left, others come.
        rated = np.where(candidates, -1.0, -np.inf)
        rated[items] = -np.inf
        return _Shortlist(self, score, random, rated, [self.part(items)])

    def _drawn(self, candidates: BoolArray, random: np.random.Generator) -> IntArray:
        """Some of the candidates, each as likely as the others, ascending."""
        items = np.flatnonzero(candidates)
        wanted = min(MOST_DRAWN, max(1, round(self.drawn * self.n_items)))
        if len(items) <= wanted:
            return items
        is_drawn = np.zeros(len(items), dtype=bool)
        is_drawn[random.integers(len(items), size=wanted)] = True
        return items[is_drawn]

    def _reach(self, column: Column) -> None:
        """Take note of what had been reached by no label, and is now."""
        is_reached = column.at(self._unreached) > 0
        reached, self._unreached = self._unreached[is_reached], self._unreached[~is_reached]
        if len(reached):
            self._reached.append(reached)
            for score, shortlist in self._shortlists.items():
                if score.falls:
                    shortlist.look_again(reached)


@dataclass(eq=False)
class Part:
    """What is believed of some of the items of an outlook, as scores ask for it.

    Attributes
    ----------
    whole
        That outlook.
    items : (n_some,), int64
        Which ones, ascending.
    columns
        The scores of each class at these items; not to be written to.
    known
        What is believed of them, where that is known.
    """

    whole: ShortlistOutlook
    items: IntArray
    columns: dict[int, FloatArray]
    known: Beliefs | None = None
    _totals: tuple[FloatArray, FloatArray] | None = field(init=False, default=None)

    @property
    def n_items(self) -> int:
        """How many they are."""
        return len(self.items)

    @property
    def n_labels(self) -> int:
        """Labels given, and answers assumed."""
        return self.whole.n_labels

    def add(self, label: int, column: Column) -> None:
        """Add what one more label gives."""
        added, before = column.at(self.items), self.columns.get(label)
        if self._totals is not None:
            total, squares = self._totals
            more = added * self._scale
            total += more
            squares += more * (more if before is None else 2 * before * self._scale + more)
        self.columns[label] = added.astype(np.float64) if before is None else before + added
        self.known = None

    def beliefs(self) -> Beliefs:
        """Distributions over the classes."""
        if self.known is None:
            labels, classes = self.whole.labels[self.items], np.array(sorted(self.columns))
            scores = ColumnScores(tuple(self.columns[c] for c in classes.tolist()), converged=False)
            weights = self.whole.weights(classes)
            evidence = Evidence(scores, classes, weights) if len(classes) else None
            self.known = decided(evidence, labels, self.whole.n_classes)
        return self.known

    def evidence(self) -> tuple[FloatArray, FloatArray, int]:
        """Totals and squares of the evidence of each item, and the number of classes."""
        if self._totals is None:
            total, squares = self._totals = np.zeros(self.n_items), np.zeros(self.n_items)
            for column in self.columns.values():
                evidence = column * self._scale
                total += evidence
                squares += np.square(evidence, out=evidence)
        return *self._totals, self.whole.n_classes

    @cached_property
    def _scale(self) -> FloatArray | float:
        scale = self.whole.scale
        return scale[self.items] if isinstance(scale, np.ndarray) else scale

    def coverage(self, weights: FloatArray, /) -> FloatArray:
        """How much of some weights a label on each item would cover anew, shape (n_items,).

        Nothing, if these are other items than those that were sampled.
        """
        sample = self.whole.sample()
        if self.items is not sample.positions:
            return np.zeros(self.n_items)
        taken = sample.places(self.whole.taken)
        return coverage(sample, taken, weights.astype(np.float32))


@dataclass(eq=False)
class _Shortlist:
    """Those items that a score looks at.

    Attributes
    ----------
    whole
        The outlook.
    score
        How they are rated.
    random
        Handed to the score.
    rated : (n_items,), float64
        What all others were worth when they were looked at; minus infinity of those that are
        listed, or are no candidates.
    parts
        Those that are listed, as they came.
    """

    whole: ShortlistOutlook
    score: Score
    random: np.random.Generator
    rated: FloatArray
    parts: list[Part] = field(default_factory=list)
    _left_out: float = field(init=False)

    def __post_init__(self) -> None:
        self._left_out = float(self.rated.max())

    def best(self, candidates: BoolArray) -> int:
        """The best candidate."""
        item, worth, seen = -1, -np.inf, 0
        while True:
            for part in self.parts[seen:]:
                rated = self.score.rate(part, self.random)
                rated = np.where(candidates[part.items], rated, -np.inf)
                place = int(rated.argmax())
                if item < 0 or rated[place] > worth:
                    item, worth = int(part.items[place]), float(rated[place])
            seen = len(self.parts)
            if item >= 0 and worth >= self._left_out:
                return item
            self._lengthen()

    def look_again(self, items: IntArray) -> None:
        """See what some items are worth now that were reached by no label at the start.

        They were worth most then, as long as nothing was known of them.
        """
        items = items[self.rated[items] > -np.inf]
        if len(items):
            part = self.whole.part(items, unreached=True)
            self.rated[items] = self.score.rate(part, self.random)
            self._left_out = float(self.rated.max())

    def _lengthen(self) -> None:
        """List as many again, of those that were worth most when they were looked at."""
        listed = sum(part.n_items for part in self.parts)
        first = min(LONGEST, max(1, round(self.whole.share * self.whole.n_items)))
        items = best_of(self.rated, listed or first)
        self.parts.append(self.whole.part(items))
        self.rated[items] = -np.inf
        self._left_out = float(self.rated.max())


def best_of(rated: FloatArray, wanted: int) -> IntArray:
    """The best of some items, ascending: about as many as are wanted, or all that are left.

    Of those that are worth the same the first ones are taken.

    Parameters
    ----------
    rated : (n_items,)
        What each is worth; minus infinity of those that are not to be taken.
    """
    wanted = min(wanted, len(rated))
    some = np.sort(rated[:: max(1, len(rated) // _LOOKED_AT)])
    border = some[max(0, len(some) - 1 - round(wanted * len(some) / len(rated)))]
    items = np.flatnonzero(rated >= border)
    if not wanted <= 2 * len(items) <= 4 * wanted:
        # The items that were looked at say too little, as where many are worth the same.
        above = np.flatnonzero(rated > border)
        if not len(above) <= wanted <= len(items):
            border = np.partition(rated, -wanted)[-wanted]
            above = np.flatnonzero(rated > border)
        alike = np.flatnonzero(rated == border)[: wanted - len(above)]
        items = np.sort(np.concatenate([above, alike]))
    return items[rated[items] > -np.inf]
