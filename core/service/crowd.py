"""In a crowd that learns as it goes, a desk goes on with what it has for some answers.

Where few people label, the model chooses anew after each answer. Where many do, each answer is a
smaller part of what the model learns meanwhile, and choosing for all of them would take all there
is of a server: so the more there are, the more answers go by before a desk gets something new.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from core.people.leases import Desks
from core.session.events import Served
from core.session.state import State

_DESKS_AN_ANSWER: Final = 10
"""Among so many desks each goes on for an answer, among twice as many for two, and so forth: so a
project is chosen for as often as among so many desks, however many there are."""

_LEAST: Final = 3
"""Images that are left on a desk at least: the next one is loaded before it is looked at."""

_REMEMBERED: Final = 10_000


class Crowd:
    """What each desk has got last. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._got: OrderedDict[tuple[str, str], Served] = OrderedDict()

    def put(self, project_id: str, desk: str, batch: Served) -> None:
        """Remember what has come to a desk."""
        with self._lock:
            self._got[project_id, desk] = batch
            self._got.move_to_end((project_id, desk))
            if len(self._got) > _REMEMBERED:
                self._got.popitem(last=False)

    def rest(
        self, project_id: str, desk: str, state: State, desks: Desks, by: str
    ) -> Served | None:
        """What is left on a desk of the batch that came there last; None if it is to be another.

        Parameters
        ----------
        by
            Who sits there.
        """
        with self._lock:
            batch = self._got.get((project_id, desk))
        n_answers = desks.n_occupied // _DESKS_AN_ANSWER
        if batch is None or n_answers < 2 or batch.batch_id not in state.batches:
            return None
        if desks.left(desk, batch.batch_id) <= 0 or batch.again or state.reopened:
            return None
        if state.checks_wanted and set(batch.reasons) != {"random"}:
            return None
        items = state.upcoming(batch.batch_id, by)
        n_answered = len(batch.items) - len(items)
        return _only(batch, items) if n_answered < n_answers and len(items) >= _LEAST else None


def _only(batch: Served, items: tuple[int, ...]) -> Served:
    """A batch with some of its items."""
    places = [batch.items.index(item) for item in items]
    return batch.model_copy(
        update={
            "items": items,
            "predicted": tuple(batch.predicted[place] for place in places),
            "confidence": tuple(batch.confidence[place] for place in places),
            "reasons": tuple(batch.reasons[place] for place in places),
        }
    )
