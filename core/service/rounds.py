"""What each round brought: the learning curve and the table of rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Final

from core.session.state import State
from core.wording import ordinal

MOST: Final = 200
"""Rounds that are shown all of them."""

BEGINNING: Final = 10
"""Rounds from the first that are shown however many there are: there the curve is steep."""


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """One round of labelling, as it stands after all undoing.

    Attributes
    ----------
    round
        From 1; 0 stands for the labels that came with the project.
    n_labels, n_answers
        Labels and answers there were, in all, when the round ended. Answers only grow as people go
        on; labels become fewer where several people answer an image and come to disagree.
    labelled, skipped, unsure, bad
        Answers of each kind in this round, late ones included.
    accuracy
        Accuracy over all items when the round ended, 0 to 1; None where the truth is
        not known, or not measured yet.
    change
        Difference to the accuracy of the round shown before; None in the first one.
    seconds
        Median seconds an answer took; None where none was measured.
    """

    round: int
    n_labels: int
    n_answers: int
    labelled: int
    skipped: int
    unsure: int
    bad: int
    accuracy: float | None
    change: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of very many rounds are shown.

    Attributes
    ----------
    numbers
        In order.
    total
        How many rounds there are.
    step
        One in so many is shown: a power of two, so that what is shown once stays for long.
    """

    numbers: tuple[int, ...]
    total: int
    step: int

    @property
    def is_thinned(self) -> bool:
        """Whether some are not shown."""
        return len(self.numbers) < self.total

    def __str__(self) -> str:
        """What is shown, in words."""
        return (
            f"Of {self.total:,} rounds: the first {BEGINNING}, every {ordinal(self.step)}, "
            "and the last two."
        )


def select(state: State) -> Selection:
    """Choose the rounds to show: all while they are few."""
    total = len(state.rounds)
    if total <= MOST:
        return Selection(tuple(sorted(state.rounds)), total, 1)
    step = 1
    while state.round // step > MOST - BEGINNING:
        step *= 2
    # Of what cannot be said without going through all of them, nothing is asked.
    first = range(BEGINNING + 1)
    now_and_then = range(0, state.round, step)
    last = range(state.round, 0, -1)
    latest = islice((number for number in last if number in state.rounds), 2)
    wanted = {*first, *now_and_then, *latest}
    return Selection(tuple(sorted(n for n in wanted if n in state.rounds)), total, step)


def rounds(
    state: State, accuracies: Mapping[int, float], numbers: Iterable[int] | None = None
) -> tuple[RoundRecord, ...]:
    """The rounds of a state, in order.

    Parameters
    ----------
    accuracies
        Accuracy by the number of the round; what is not there is not known.
    numbers
        Of which rounds; None stands for all.
    """
    records: list[RoundRecord] = []
    before: float | None = None
    for number in sorted(state.rounds if numbers is None else numbers):
        summary = state.rounds[number]
        reached = accuracies.get(number)
        records.append(
            RoundRecord(
                round=number,
                n_labels=summary.n_labels,
                n_answers=summary.n_answers,
                labelled=summary.labelled,
                skipped=summary.skipped,
                unsure=summary.unsure,
                bad=summary.bad,
                accuracy=reached,
                change=None if reached is None or before is None else reached - before,
                seconds=median(summary.times) / 1000 if summary.times else None,
            )
        )
        before = reached
    return tuple(records)
