"""What people have done in a project, how far they agree, and how often they are right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from core.arrays import UNLABELLED, IntArray
from core.people.agreement import (
    Agreement,
    by_class,
    by_pair,
    counts_of,
    fleiss_kappa,
    krippendorff_alpha,
)
from core.people.believing import votes_of
from core.quality.proportions import Counted
from core.querying.hiding import by_lot
from core.service.view import View
from core.session.class_list import Meaning
from core.session.events import AnswerKind
from core.session.state import State
from core.session.votes import meaning_of

_WORDS: Final = {AnswerKind.UNSURE: "unsure", AnswerKind.BAD: "bad image"}


@dataclass(frozen=True, slots=True)
class PersonTold:
    """What a person has done.

    Attributes
    ----------
    answers, labels
        Answers in force, and those of them that name a class.
    seconds
        Their median; None where none was timed.
    agreed
        Of the images that others have answered too and whose label is known, those whose label is
        what this person says.
    right
        Of the images whose answer was known beforehand.
    """

    person: str
    name: str
    answers: int
    labels: int
    seconds: float | None
    agreed: Counted
    right: Counted


@dataclass(frozen=True)
class PeopleTold:
    """What people have done in a project.

    Attributes
    ----------
    persons
        Those with most answers first.
    n_shared, n_split, n_disputed, n_waiting
        Images that two people or more have answered; those of them of which they say different
        things; those without a label for that; and those that others are still to answer.
    n_known
        Images whose answer is known, and that everybody is asked about.
    names
        What people are called, by their id.
    """

    persons: tuple[PersonTold, ...]
    n_shared: int
    n_split: int
    n_disputed: int
    n_waiting: int
    n_known: int
    names: dict[str, str]
    people: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    answers: IntArray

    @cached_property
    def _counts(self) -> IntArray:
        return counts_of(self.answers, len(self.meanings))

    @property
    def alpha(self) -> Agreement:
        """Krippendorff's alpha over all shared images."""
        return krippendorff_alpha(self._counts)

    @property
    def fleiss(self) -> Agreement:
        """Fleiss' kappa over all shared images."""
        return fleiss_kappa(self._counts)

    @property
    def pairs(self) -> tuple[tuple[str, str, Agreement], ...]:
        """Cohen's kappa of each two people with images in common, by their names."""
        found = by_pair(self.answers, len(self.meanings))
        names = [self.names[person] for person in self.people]
        return tuple((names[one], names[other], value) for (one, other), value in found.items())

    @property
    def classes(self) -> tuple[tuple[str, Agreement], ...]:
        """Alpha of each class against all others; classes that nobody named are left out."""
        told = zip(self.meanings, by_class(self._counts), strict=True)
        return tuple((in_words(meaning), value) for meaning, value in told if value.n_items)


def in_words(meaning: Meaning) -> str:
    """A class, or what else people say of an image."""
    return meaning.label if meaning.label is not None else _WORDS[meaning.kind]


def name_of(state: State, person: str) -> str:
    """What a person is called; their id where they have no role in the project any more."""
    member = state.members.get(person)
    return (member.name or person) if member else person


def people_of(view: View) -> PeopleTold:
    """What people have done; goes through all answers."""
    state = view.state
    polls = {item: poll for item, poll in state.votes.polls.items() if len(poll.votes) > 1}
    votes, _, people, meanings = votes_of(polls)
    answers = np.full((votes.n_items, votes.n_people), UNLABELLED)
    answers[votes.items, votes.people] = votes.classes
    names = {p.by: name_of(state, p.by) for p in state.ledger.placed.values()}
    return PeopleTold(
        persons=_persons(state, names),
        n_shared=len(polls),
        n_split=state.votes.n_split,
        n_disputed=len(state.votes.disputed),
        n_waiting=len(state.votes.places),
        n_known=len(state.votes.known),
        names=names,
        people=tuple(people),
        meanings=tuple(meanings),
        answers=answers,
    )


def knowable(view: View, number: int) -> dict[int, str]:
    """So many items whose answer is known for certain, drawn by lot, and what it is.

    Those that the data set names the class of; else those that a reviewer has decided, and those
    that several people agree on.
    """
    state, dataset = view.state, view.dataset
    found: dict[int, str] = {}
    if dataset.truth is not None:
        known = np.flatnonzero(dataset.truth != UNLABELLED)
        items = dataset.rows[known].tolist()
        classes = dataset.truth[known].tolist()
        names = view.class_names
        found = {item: names[i] for item, i in zip(items, classes, strict=True)}
    else:
        for item, poll in state.votes.polls.items():
            agree = len({meaning_of(vote.answer) for vote in poll.votes}) == 1
            if poll.is_decided or (agree and len(poll.votes) > 1):
                said = poll.outcome
                if said is not None and said.label is not None:
                    found[item] = said.label
    # Those that nobody has answered can be asked of everybody.
    first = [item for item in found if state.answer_to(item) is None]
    chosen = [*_in_order(view, first), *_in_order(view, found.keys() - {*first})][:number]
    return {item: found[item] for item in sorted(chosen)}


def _in_order(view: View, items: Iterable[int]) -> list[int]:
    """Items as lots have it, in the same order whoever asks."""
    left = sorted(items)
    ordered: list[int] = []
    for share in (0.001, 0.01, 0.1, 1.0):
        drawn = by_lot(view.project.project_id, left, share, purpose=b"known")
        ordered += drawn
        left = [item for item in left if item not in {*drawn}]
    return ordered


def _persons(state: State, names: dict[str, str]) -> tuple[PersonTold, ...]:
    answers: dict[str, int] = defaultdict(int)
    labels: dict[str, int] = defaultdict(int)
    times: dict[str, list[int]] = defaultdict(list)
    for placed in state.ledger.placed.values():
        answers[placed.by] += 1
        labels[placed.by] += placed.answer.kind is AnswerKind.LABEL
        if placed.answer.milliseconds is not None:
            times[placed.by].append(placed.answer.milliseconds)
    agreed: dict[str, Counted] = defaultdict(lambda: Counted(0, 0))
    right: dict[str, Counted] = defaultdict(lambda: Counted(0, 0))
    for item, poll in state.votes.polls.items():
        label, aside = state.labels.get(item), state.set_aside.get(item)
        if poll.known is not None:
            since = state.votes.known[item]
            for number, placed in state.ledger.numbered(item):
                if number > since and poll.vote_of(placed.by) == placed:
                    hit = placed.answer.label == poll.known
                    right[placed.by] += Counted(int(hit), 1)
        elif len(poll.votes) > 1 and (label is not None or aside is not None):
            true = Meaning(AnswerKind.LABEL if aside is None else aside, label)
            for vote in poll.votes:
                agreed[vote.by] += Counted(int(meaning_of(vote.answer) == true), 1)
    people = sorted(answers, key=lambda person: (-answers[person], names[person]))
    return tuple(
        PersonTold(
            person=person,
            name=names[person],
            answers=answers[person],
            labels=labels[person],
            seconds=float(np.median(times[person])) / 1000 if times[person] else None,
            agreed=agreed[person],
            right=right[person],
        )
        for person in people
    )
