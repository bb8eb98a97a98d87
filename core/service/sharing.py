"""Which items several people are to answer, and who is asked about which of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import numpy as np

from core.people.leases import Desks
from core.querying.choosing import Choice
from core.querying.hiding import by_lot
from core.session.events import Served
from core.session.state import State
from core.storage.base import Project

KNOWN_SHARE: Final = 0.1
"""The share of questions whose answer is known, where there are such: few enough to cost little,
and enough that a person has twenty of them in two hundred."""


def shared_by_lot(project: Project, state: State, items: Iterable[int]) -> dict[int, int]:
    """How many people are to answer each item that more than one is to, where that is not noted."""
    config = project.config
    if config.overlap == 1:
        return {}
    drawn = by_lot(project.project_id, items, config.overlap_share, purpose=b"vote")
    return {item: config.overlap for item in drawn if state.poll(item) is None}


def due(
    state: State,
    by: str,
    most: int,
    taken: tuple[Collection[int], Collection[int]],
    random: np.random.Generator,
) -> tuple[Choice, ...]:
    """What a person is asked because others have answered it, or because the answer is known.

    Parameters
    ----------
    most
        So many at most.
    taken
        Items of the person's own next batch, and items that others are about to answer:
        :func:`about_to_be_answered`.
    random
        Draws how many of the questions have a known answer, and which.
    """
    if not state.votes.polls:
        return ()
    own, elsewhere = taken
    not_now = {*own, *elsewhere, *state.resting, *state.gone}
    known: list[int] = []
    if state.votes.known:
        left = sorted(
            item
            for item in state.votes.known
            if item not in not_now and not state.is_done_by(item, by)
        )
        number = min(len(left), int(random.binomial(most, KNOWN_SHARE)))
        known = [left[place] for place in random.permutation(len(left))[:number]]
    others = state.votes.due(by, most - len(known), not_now)
    chosen = np.array([*known, *others], dtype=np.int64)
    # In no order that says which is which.
    return tuple(Choice(int(item), "vote") for item in random.permutation(chosen))


def slots_of(state: State, items: Iterable[int]) -> tuple[int, ...]:
    """Which of the people who are to answer it whoever gets an item now is, from 0.

    What somebody has answered stays on that desk for a moment longer, and is the next one's to
    answer already.
    """
    return tuple(_n_votes(state, item) for item in items)


def about_to_be_answered(state: State, desks: Desks, desk: str) -> set[int]:
    """Items on other desks than this one, but for those that were answered there."""
    return {
        one.item
        for one in desks.leases
        if one.is_live and one.desk != desk and one.slot >= _n_votes(state, one.item)
    }


def _n_votes(state: State, item: int) -> int:
    poll = state.poll(item)
    return len(poll.votes) if poll else 0


def is_for(state: State, batch: Served, by: str) -> bool:
    """Whether a batch can be put before a person, who is asked nothing twice."""
    if not state.votes.polls:
        return True
    polls = (state.poll(item) for item in batch.items)
    return all(poll is None or poll.vote_of(by) is None for poll in polls)


def hides_answers(project: Project, state: State) -> bool:
    """Whether people are not to see what others say: several answer an image, or some are known."""
    return project.config.overlap > 1 or bool(state.votes.polls)


def is_blind(state: State, item: int) -> bool:
    """Whether what is predicted of an item tells what others have said of it, or what is known."""
    poll = state.poll(item)
    return poll is not None and (bool(poll.votes) or poll.known is not None)
