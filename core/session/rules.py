"""What becomes of answers and of an undo: the decisions, given the state of a log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import (
    IllegalEventError,
    OvertakenError,
    UnknownBatchError,
    UnknownClassError,
    UnknownItemError,
)
from core.session.events import Answer, Answered, AnswerKind, Undone
from core.session.state import State


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a set of answers.

    Attributes
    ----------
    event
        What to append to the log; None when nothing is new.
    stored
        Answers that are new.
    kept
        Items that were answered otherwise before; the first answer stands, or was undone since,
        and the new one was not stored.
    """

    event: Answered | None
    stored: int
    kept: tuple[int, ...]


def submit(
    state: State, batch_id: str, answers: Iterable[Answer], class_names: tuple[str, ...]
) -> Submission:
    """Decide what to store of a batch's answers: each item once, the first answer stands.

    Raises
    ------
    UnknownBatchError, UnknownItemError, UnknownClassError, IllegalEventError
        If any answer is not possible; then none of them is taken.
    """
    batch = state.batches.get(batch_id)
    if batch is None:
        raise UnknownBatchError(batch_id)
    before = state.answered.get(batch_id, {})
    settled = state.settled
    fresh: dict[int, Answer] = {}
    kept: list[int] = []
    for answer in answers:
        if answer.item not in batch.items:
            raise UnknownItemError(answer.item, batch_id)
        _check_label(answer, class_names)
        if answer.item in fresh:
            raise IllegalEventError(f"Item {answer.item} is answered twice in one message.")
        standing = state.standing.get(answer.item)
        if answer.item in before:
            if not _same(before[answer.item], answer):
                kept.append(answer.item)
        elif answer.item in settled:
            if standing is None or not _same(standing.answer, answer):
                kept.append(answer.item)
        else:
            fresh[answer.item] = answer
    event = Answered(batch_id=batch_id, answers=tuple(fresh.values())) if fresh else None
    return Submission(event, len(fresh), tuple(kept))


def undo(state: State, batch_id: str, item: int) -> Undone | None:
    """Decide whether to take back an answer: only the last one, and only once.

    None when it was taken back before.

    Raises
    ------
    UnknownBatchError, UnknownItemError
        If there never was such an answer.
    OvertakenError
        If another answer has come since.
    """
    if batch_id not in state.batches:
        raise UnknownBatchError(batch_id)
    if item not in state.answered.get(batch_id, {}):
        raise UnknownItemError(item, batch_id)
    in_force = [(placed.batch_id, placed.answer.item) for placed in state.placed]
    if (batch_id, item) not in in_force:
        return None
    if in_force[-1] != (batch_id, item):
        raise OvertakenError
    return Undone(batch_id=batch_id, item=item)


def _same(one: Answer, other: Answer) -> bool:
    return (one.kind, one.label) == (other.kind, other.label)


def _check_label(answer: Answer, class_names: tuple[str, ...]) -> None:
    if (answer.label is not None) != (answer.kind is AnswerKind.LABEL):
        raise IllegalEventError(
            f"The answer to item {answer.item} does not fit together.",
            "Nothing of it was stored. Reload the page.",
        )
    if answer.label is not None and answer.label not in class_names:
        raise UnknownClassError(answer.label, class_names)
