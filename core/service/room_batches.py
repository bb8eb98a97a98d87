"""What everybody in a room is asked next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import numpy as np

from core.engine.engine import policy_of
from core.service.room_desk import RoomDesk
from core.service.sharing import shared_by_lot
from core.service.view import View
from core.session.events import Served

_QUEUES: Final = ((30, 6), (10_000, 4))
"""How many images a phone holds, by how many people there are: the more, the fewer, for what is on
phones was chosen before the model knew what others say meanwhile."""

LEAST: Final = 10
"""Images that are chosen at a time, at least."""

_MOST: Final = 200


def queue_for(n_present: int) -> int:
    """How many images a phone holds where so many people are there."""
    return next(size for most, size in _QUEUES if n_present <= most)


def next_batch(view: View, desk: RoomDesk, batch_id: str, number: int) -> Served | None:
    """What is asked next; None where nothing is left that nobody was asked.

    Parameters
    ----------
    desk
        What waits for answers: it counts as answered as predicted, so that nothing like it comes.
    number
        The round of the batch.
    """
    config, state, engine = view.project.config, view.state, view.engine
    n_present, waiting = desk.n_present, desk.items
    size = int(np.clip(-(-n_present * queue_for(n_present) // config.overlap), LEAST, _MOST))
    not_now = {*waiting, *_asked(view)} - state.settled
    choices = engine.choose(
        policy_of(config),
        state.labels,
        state.settled | not_now,
        size,
        _chance(batch_id),
        waiting[-_MOST:],
    )
    if not choices:
        return None
    items = tuple(choice.item for choice in choices)
    draws = {choice.item: choice.draw for choice in choices if choice.draw is not None}
    beliefs, positions = view.beliefs, engine.positions(items)
    names = view.class_names
    return Served(
        batch_id=batch_id,
        round=number,
        items=items,
        predicted=tuple(names[i] if i >= 0 else None for i in beliefs.model_class[positions]),
        confidence=tuple(float(c) for c in np.round(beliefs.confidence[positions], 6)),
        reasons=tuple(choice.reason for choice in choices),
        images=engine.image_names([item for item in items if item not in state.images.names]),
        draws=draws,
        undrawable=tuple(sorted(not_now)) if draws else (),
        votes=shared_by_lot(view.project, state, items),
    )


def _asked(view: View) -> Iterable[int]:
    """Images about which somebody is asked already, maybe by another process."""
    polls = view.state.votes.polls
    waiting = (item for batch in view.state.open_batches for item in batch.items)
    return [*polls, *waiting] if polls else [*waiting]


def _chance(batch_id: str) -> np.random.Generator:
    seed = int.from_bytes(hashlib.blake2b(batch_id.encode(), digest_size=8).digest())
    return np.random.default_rng(seed)
