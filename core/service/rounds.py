"""What each round brought: the learning curve and the table of rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from core.session.state import State


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """One round of labelling, as it stands after all undoing.

    Attributes
    ----------
    round
        From 1; 0 stands for the labels that came with the project.
    n_labels
        Labels there were, in all, when the round ended.
    labelled, skipped, unsure, bad
        Answers of each kind in this round, late ones included.
    accuracy
        Share of all items predicted right when the round ended, 0 to 1; None where the truth is
        not known, or not measured yet.
    change
        Difference to the accuracy of the round before; None in the first one.
    seconds
        Median seconds an answer took; None where none was measured.
    """

    round: int
    n_labels: int
    labelled: int
    skipped: int
    unsure: int
    bad: int
    accuracy: float | None
    change: float | None
    seconds: float | None


def rounds(
    state: State, accuracies: Mapping[int, float], numbers: Iterable[int] | None = None
) -> tuple[RoundRecord, ...]:
    """The rounds of a state, in order.

    Parameters
    ----------
    accuracies
        Accuracy by the digest of the labels; what is not there is not known.
    numbers
        Of which rounds; None stands for all.
    """
    records: list[RoundRecord] = []
    before: float | None = None
    for number in sorted(state.rounds if numbers is None else numbers):
        summary = state.rounds[number]
        reached = accuracies.get(summary.digest)
        records.append(
            RoundRecord(
                round=number,
                n_labels=summary.n_labels,
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
