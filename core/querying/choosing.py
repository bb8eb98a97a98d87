"""Choosing the items of the next batch, by an opening, a query, and at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.arrays import BoolArray, IntArray
from core.querying.drawing import draw, draw_several
from core.querying.openings import LEAST, OpeningKey, first_item
from core.querying.outlook import Outlook
from core.querying.queries import QueryKey, margin
from core.querying.shortlist import ShortlistOutlook
from core.session.events import Draw, Reason

RANDOM_SHARE: Final = 0.2
"""Share of items asked about at random, so that there is a sample to judge the result by."""

WHOLE_UP_TO: Final = 100_000
"""Most items of which all are looked at after each assumed answer; of more, a shortlist is."""


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
    whole_up_to
        Most items of which all are looked at after each of those.
    whole_until
        With fewer labels all are looked at, however many they are: there each question matters.
    """

    opening: OpeningKey = "coverage"
    query: QueryKey = "mixed"
    random_share: float = RANDOM_SHARE
    assume_answers: bool = True
    whole_up_to: int = WHOLE_UP_TO
    whole_until: int = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """An item to ask about, and why; and how it was drawn, if it was drawn at random."""

    item: int
    reason: Reason
    draw: Draw | None = None


def choose_batch(
    policy: Policy,
    outlook: Outlook | ShortlistOutlook,
    candidates: BoolArray,
    size: int,
    random: np.random.Generator,
    assumed: Sequence[int] = (),
) -> tuple[Choice, ...]:
    """Choose the items of the next batch, in the order in which to ask.

    Parameters
    ----------
    outlook
        What is believed now; of large sets one that looks at a shortlist. It is used up: afterwards
        it holds the assumed answers.
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
    outlook: Outlook | ShortlistOutlook
    candidates: BoolArray
    random: np.random.Generator
    chosen: list[Choice] = field(default_factory=list)
    _taken: IntArray = field(init=False)
    _assumed: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._taken = self.outlook.taken

    def draw(self, wanted: int) -> list[Choice]:
        """So many items at random."""
        if not wanted:
            return []
        uncertainty = margin(self.outlook.start)
        if len(uncertainty) > self.policy.whole_up_to:
            drawn = draw_several(uncertainty, self.candidates, wanted, self.random)
            return [self._take(Choice(item, "random", how)) for item, how in drawn]
        choices = []
        for _ in range(wanted):
            item, how = draw(uncertainty, self.candidates, self.random)
            choices.append(self._take(Choice(item, "random", how)))
        return choices

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
        return choice

    def first(self, candidates: BoolArray, wanted: int) -> int | None:
        """The best of the candidates to begin with."""
        chosen = [choice.item for choice in self.chosen]
        taken = np.concatenate([self._taken, np.array(chosen, dtype=np.int64)])
        key = self.policy.opening
        return first_item(key, self.outlook.sample(), taken, candidates, wanted, self.random)

    def best(self) -> int:
        """The candidate that is most worth asking about."""
        if self.policy.assume_answers:
            for choice in self.chosen[self._assumed :]:
                self.outlook.assume(choice.item)
            self._assumed = len(self.chosen)
        best = self.outlook.best(self.policy.query, self.candidates, self.random)
        if best.unknown is None:
            return best.item
        # Nothing is known of several, which makes them alike: they are covered as at first.
        first = self.first(best.unknown, LEAST)
        return best.item if first is None else first
