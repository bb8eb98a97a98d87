"""Each question that was answered: what the model had said, what was answered, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.session.class_list import Meaning
from core.session.events import Answer, AnswerKind
from core.session.state import Shown, State


class Asked(NamedTuple):
    """A question whose answer is in force. Classes are called as they are now.

    Attributes
    ----------
    round, by
        When it was answered, and by whom.
    label
        The class that its answer names now; None where it names none.
    milliseconds
        How long the image was looked at; None where that was not measured.
    is_grid
        Whether it was one of many that were checked at once: its time is its part of theirs.
    predicted
        What the model had said, as noted before the answer; None where nothing.
    agreed
        Whether the first answer was that prediction. Corrections of later do not count.
    hidden
        Whether the prediction was hidden when it was answered; None where that is not known.
    share, lot
        How likely it was to be hidden by lot, 0 to 1, and whether it was.
    truth
        The known class of the image; None where nobody knows.
    stands
        The label that the image has now; None where it has none.
    """

    round: int
    by: str
    label: str | None
    milliseconds: int | None
    is_grid: bool
    predicted: str | None
    agreed: bool
    hidden: bool | None
    share: float
    lot: bool
    truth: str | None
    stands: str | None


def asked(state: State, truth: Mapping[int, str]) -> tuple[Asked, ...]:
    """All questions of a project that were answered, oldest first.

    Answers that were taken back are not among them: what was said in their place is.

    Parameters
    ----------
    truth
        Item to its class, for those of which it is known.
    """
    batches: dict[str, dict[int, tuple[Answer, int]]] = {}
    found = []
    for placed in state.ledger.newest_first():
        batch_id, item = placed.batch_id, placed.answer.item
        batch = state.batches[batch_id]
        if batch_id not in batches:
            places = {one: place for place, one in enumerate(batch.items)}
            batches[batch_id] = {one.item: (one, places[one.item]) for one in batch.answers}
        first, place = batches[batch_id][item]
        predicted = _today(state, batch, batch.predicted[place] if batch.predicted else None)
        lots = batch.hiding
        lot = lots is not None and item in lots.items
        found.append(
            Asked(
                round=placed.round,
                by=placed.by,
                label=placed.answer.label,
                milliseconds=placed.answer.milliseconds,
                is_grid="grid" in batch.reasons,
                predicted=predicted,
                agreed=predicted is not None and _today(state, batch, first.label) == predicted,
                hidden=True if lot else first.hidden,
                share=lots.share if lots else 0.0,
                lot=lot,
                truth=truth.get(item),
                stands=state.labels.get(item),
            )
        )
    return tuple(found[::-1])


def _today(state: State, batch: Shown, name: str | None) -> str | None:
    """What a class is called now that was called so in a batch; None where it is no more."""
    if name is None or not state.class_list.changes:
        return name
    return state.class_list.meaning(Meaning(AnswerKind.LABEL, name), batch.seq).label
