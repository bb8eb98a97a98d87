"""What each round brought: the learning curve and the table of rounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from core.session.events import Answer, AnswerKind
from core.session.labels import Labels
from core.session.state import State


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """One round of labelling, as it stands after all undoing.

    Attributes
    ----------
    round
        From 1; 0 stands for the labels that came with the project.
    n_labels
        Labels there were at the end of the round, those of earlier rounds included.
    labelled, skipped, unsure, bad
        Answers of each kind in this round.
    accuracy
        Share of all items predicted right, 0 to 1; None where the truth is not known.
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


def rounds(state: State, accuracy: Callable[[Labels], float | None]) -> tuple[RoundRecord, ...]:
    """Go through the rounds of a state.

    Parameters
    ----------
    accuracy
        Gives the accuracy after a set of labels; it is asked once a round, so it should remember.
    """
    answers: dict[int, list[Answer]] = {0: []} if state.given else {}
    for placed in state.placed:
        answers.setdefault(placed.round, []).append(placed.answer)
    labels = Labels(state.given)
    records: list[RoundRecord] = []
    for number in sorted(answers):
        for answer in answers[number]:
            if answer.label is not None:
                labels = labels.with_label(answer.item, answer.label)
        reached = accuracy(labels)
        before = records[-1].accuracy if records else None
        kinds = [answer.kind for answer in answers[number]]
        records.append(
            RoundRecord(
                round=number,
                n_labels=len(labels),
                labelled=kinds.count(AnswerKind.LABEL),
                skipped=kinds.count(AnswerKind.SKIP),
                unsure=kinds.count(AnswerKind.UNSURE),
                bad=kinds.count(AnswerKind.BAD),
                accuracy=reached,
                change=None if reached is None or before is None else reached - before,
                seconds=median_seconds(answers[number]),
            )
        )
    return tuple(records)


def median_seconds(answers: list[Answer]) -> float | None:
    """Median seconds of the answers that were timed; None where none was."""
    times = [a.milliseconds / 1000 for a in answers if a.milliseconds is not None]
    return median(times) if times else None
