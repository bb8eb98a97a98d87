"""What is taken for true in a project whose people disagree, besides what most of them say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.arrays import UNLABELLED
from core.people.truth import Votes, dawid_skene
from core.session.class_list import Meaning
from core.session.state import State
from core.session.votes import Poll, meaning_of


def votes_of(polls: Mapping[int, Poll]) -> tuple[Votes, list[int], list[str], list[Meaning]]:
    """All votes as arrays, with what items, people and classes stand for; each in its order.

    What people say besides classes, such as that an image is bad, is one of the classes here.
    """
    items = sorted(polls)
    cast = [(place, vote) for place, item in enumerate(items) for vote in polls[item].votes]
    people = sorted({vote.by for _, vote in cast})
    known = [meaning for item in items if (meaning := _certain(polls[item])) is not None]
    said = {*known, *(meaning_of(vote.answer) for _, vote in cast)}
    meanings = sorted(said, key=lambda one: (one.kind, one.label or ""))
    person_of = {name: place for place, name in enumerate(people)}
    class_of = {meaning: place for place, meaning in enumerate(meanings)}
    votes = Votes(
        np.array([place for place, _ in cast], dtype=np.int64),
        np.array([person_of[vote.by] for _, vote in cast], dtype=np.int64),
        np.array([class_of[meaning_of(vote.answer)] for _, vote in cast], dtype=np.int64),
        len(items),
        len(people),
        len(meanings),
    )
    return votes, items, people, meanings


def estimated(state: State) -> dict[int, Meaning]:
    """What is likely true of items with two votes at least, where most votes say something else.

    What was decided, or is known, is certain, and tells how often people are right. Where people
    say different things of no item, nothing has to be estimated.
    """
    if not state.votes.n_split:
        return {}
    polls = {item: poll for item, poll in state.votes.polls.items() if len(poll.votes) > 1}
    votes, items, _, meanings = votes_of(polls)
    class_of = {meaning: place for place, meaning in enumerate(meanings)}
    certain = np.full(len(items), UNLABELLED)
    for place, item in enumerate(items):
        if (meaning := _certain(polls[item])) is not None:
            certain[place] = class_of[meaning]
    sure = dawid_skene(votes, known=certain).sure()
    found = zip(items, sure.tolist(), strict=True)
    return {
        item: meanings[number]
        for item, number in found
        if number != UNLABELLED and meanings[number] != polls[item].outcome
    }


def believing(state: State, others: Mapping[int, Meaning]) -> State:
    """The state with this taken for true of some items, whatever most votes say."""
    if not others:
        return state
    labels, aside, disputed = state.labels, state.set_aside, state.votes.disputed
    for item, meaning in others.items():
        if meaning.label is None:
            labels, aside = labels.without(item), aside.inserted(item, meaning.kind)
        else:
            labels, aside = labels.with_label(item, meaning.label), aside.removed(item)
        disputed = disputed.removed(item)
    votes = replace(state.votes, disputed=disputed)
    return replace(state, labels=labels, set_aside=aside, votes=votes)


def _certain(poll: Poll) -> Meaning | None:
    """What is true of an item for certain; None where that has to be found out."""
    return poll.outcome if poll.is_decided or poll.known is not None else None
