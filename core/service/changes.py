"""Two rounds side by side: what the model said after each, and what has changed in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from core.arrays import UNLABELLED, IntArray, freeze
from core.config import ProjectConfig
from core.learning import metrics
from core.learning.beliefs import Beliefs
from core.learning.metrics import Report
from core.service.auditing import Audit
from core.session.labels import Labels

NOT_REACHED: Final = "not reached"
"""Stands where no label reaches an image, so that nothing is predicted of it."""


_AT_A_TIME: Final = 3
"""Images of one pair of classes that are shown before those of other pairs."""

_LOOKED_AT: Final = 10_000
"""So many of the surest are looked at for that."""

Foreseen = Callable[[Collection[int]], Mapping[int, str]]


class Move(NamedTuple):
    """How many images went from one class to another.

    Attributes
    ----------
    before, after
        Indices of classes; ``UNLABELLED`` where nothing was predicted.
    """

    before: int
    after: int
    n_images: int


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """Images without a label of which something else is predicted, the surest of now first.

    Attributes
    ----------
    items : (n_changed,), int64
        Their numbers.
    before, after : (n_changed,), int64
        Indices of classes; ``UNLABELLED`` where nothing was predicted.
    """

    items: IntArray
    before: IntArray
    after: IntArray

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def moves(self) -> tuple[Move, ...]:
        """From which class to which, the most images first."""
        # One number a pair: no class is below UNLABELLED.
        width = int(max(self.before.max(initial=0), self.after.max(initial=0))) + 2
        pairs = (self.before - UNLABELLED) * width + (self.after - UNLABELLED)
        kinds, counts = np.unique(pairs, return_counts=True)
        moves = (
            Move(pair // width + UNLABELLED, pair % width + UNLABELLED, n)
            for pair, n in zip(kinds.tolist(), counts.tolist(), strict=True)
        )
        return tuple(sorted(moves, key=lambda move: (-move.n_images, move)))

    def examples(self, most: int) -> tuple[int, ...]:
        """Places of some images: the surest few of each pair of classes, then the next ones.

        Of the surest alone, all could be of one pair.
        """
        seen: Counter[tuple[int, int]] = Counter()
        turns = []
        before, after = self.before[:_LOOKED_AT].tolist(), self.after[:_LOOKED_AT].tolist()
        for pair in zip(before, after, strict=True):
            turns.append(seen[pair] // _AT_A_TIME)
            seen[pair] += 1
        return tuple(np.argsort(turns, kind="stable")[:most].tolist())

    def of(self, move: Move) -> Changed:
        """Those that went from one class to one other."""
        those = (self.before == move.before) & (self.after == move.after)
        return Changed(self.items[those], self.before[those], self.after[those])


@dataclass(frozen=True, slots=True)
class LabelChanges:
    """How the labels of two rounds differ, with classes called as they are today.

    Attributes
    ----------
    added
        How many images have a label in the later one alone, by its class.
    taken
        How many have one in the earlier one alone.
    other
        How many have another one.
    n_unforeseen
        How many of those added differ from what was predicted before.
    """

    added: Mapping[str, int]
    taken: int
    other: int
    n_unforeseen: int


@dataclass(frozen=True, slots=True)
class Side:
    """One of two rounds.

    Attributes
    ----------
    n_labels
        Labels there were, in all, when it ended.
    seconds
        Median seconds an answer took; None where none was measured.
    settings
        What was in force when it ended; None where that was not noted.
    report
        Metrics over all items when it ended; None where the truth is not known.
    audit
        What was known then of how good the labels are; None where that would take long, or classes
        mean something else by now.
    """

    round: int
    n_labels: int
    seconds: float | None
    settings: ProjectConfig | None
    report: Report | None
    audit: Audit | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two rounds side by side.

    Attributes
    ----------
    model
        Whose models they are, in a sentence.
    righted, spoiled
        How many of the changed predictions are right now, and were right before; None where the
        truth is not known.
    """

    before: Side
    after: Side
    model: str
    labels: LabelChanges
    changed: Changed
    righted: int | None
    spoiled: int | None


def changed_of(rows: IntArray, before: Beliefs, after: Beliefs) -> Changed:
    """The images without a label in the later round of which something else is predicted.

    Parameters
    ----------
    rows : (n_items,), int64
        The number of each item.
    """
    places = np.flatnonzero((before.predicted != after.predicted) & ~after.labelled)
    places = places[np.argsort(-after.lead[places], kind="stable")]
    return Changed(rows[places], before.predicted[places], after.predicted[places])


def label_changes(before: Labels, after: Labels, foreseen: Foreseen) -> LabelChanges:
    """How labels differ.

    Parameters
    ----------
    foreseen
        Gives the class that was predicted of some items in the earlier round.
    """
    added = {item: name for item, name in after.items() if item not in before}
    said = foreseen(added)
    unforeseen = (said.get(item, name) != name for item, name in added.items())
    return LabelChanges(
        added=dict(Counter(added.values()).most_common()),
        taken=sum(item not in after for item in before),
        other=sum(after.get(item, name) != name for item, name in before.items()),
        n_unforeseen=sum(unforeseen),
    )


def righted_and_spoiled(
    truth: IntArray | None, before: Beliefs, after: Beliefs
) -> tuple[int | None, int | None]:
    """How many predictions of unlabelled images have become right, and how many wrong."""
    if truth is None:
        return None, None
    open_ = ~after.labelled & (truth != UNLABELLED)
    was, now = before.predicted == truth, after.predicted == truth
    return int(np.count_nonzero(open_ & now & ~was)), int(np.count_nonzero(open_ & was & ~now))


def report_of(truth: IntArray | None, beliefs: Beliefs, n_classes: int) -> Report | None:
    """Metrics over all items; None where the truth is not known."""
    return None if truth is None else metrics.report_all(truth, beliefs, n_classes)
