"""Labels looked at once more: contradicted ones, unsure and bad images, and near-duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from core.arrays import UNLABELLED
from core.quality.mistakes import CANDIDATES, doubts, twins, witnesses
from core.service.log import Standing
from core.service.looking import Looking
from core.service.view import View
from core.session import rules
from core.session.events import LOCAL, Answer, AnswerKind, Event, LabelKept, Served
from core.session.state import State

ReviewList = Literal["contradicted", "aside", "near", "disputed"]
"""Labels that others contradict, unsure and bad images, near-duplicates with different labels, and
images that people disagree about."""

FEWEST_LABELS: Final = 10
"""With fewer labels, of two classes at least, one says little of another."""

_MUCH: Final = 1.0
"""A label that was kept comes up again once its score is larger by so much: once others speak
nearly three times as strongly for the other class as they did then, by that of the given one."""

_WITNESSES: Final = 5
"""Labels that are shown to speak for a class."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of an image: a label, unsure or bad; ``skip`` where nothing is."""

    kind: AnswerKind
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What a person is asked to look at.

    Attributes
    ----------
    items
        An image, or two near-duplicates: the one to be asked about, and the one beside it.
    said
        What was said of each of them when the list was made.
    other
        The class that others speak for; None where nothing is known.
    score
        How suspicious its label is, as in :mod:`core.quality.mistakes`; 0 where that was not asked.
    """

    items: tuple[int, ...]
    said: tuple[Said, ...]
    other: str | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Review:
    """A list of cases, as it was when it was made.

    Attributes
    ----------
    cases
        The most suspicious, the newest or the nearest first; some at most.
    total
        How many there are in all.
    n_kept
        How many more there would be if nobody had kept their labels.
    """

    cases: tuple[Case, ...]
    total: int
    n_kept: int = 0


@dataclass(frozen=True, slots=True)
class Reasons:
    """The labelled images that say most of an image, the weightiest first.

    Attributes
    ----------
    for_other, for_given
        Items that are labelled as the class that others speak for, and as its own.
    """

    for_other: tuple[int, ...]
    for_given: tuple[int, ...]


class Reviewing(Looking):
    """What can be done with labels that were given."""

    def judge(
        self,
        project_id: str,
        batch_id: str,
        answer: Answer,
        *,
        by: str = LOCAL,
        since: int | None = None,
    ) -> bool:
        """Say of an image on the review page what it is; False if that stands already.

        To skip it takes back what was said of it: it may be asked about again.

        Parameters
        ----------
        batch_id
            What its answer is noted under where it has none that could be corrected, such as a
            label that came with the project; unique among all batches.
        since
            As of :meth:`correct`.

        Raises
        ------
        IllegalEventError
            If the answer is not possible.
        StoreError
            If it could not be stored; it may be sent again.
        """

        def decide(now: Standing) -> tuple[Event, ...]:
            names = self._classes(now) if answer.kind is AnswerKind.LABEL else ()
            shown = _shown(now.state, batch_id, answer.item)
            return rules.judge(now.state, shown, answer, names, by, since)

        return bool(self._log.decide(project_id, decide, list))

    def keep(self, project_id: str, kept: LabelKept) -> bool:
        """Note that a label is kept though others contradict it; False if that was done before.

        Raises
        ------
        IllegalEventError
            If the image has another label by now, or others speak for no class of the project.
        StoreError
            If it could not be stored; it may be sent again.
        """
        return self._do(project_id, lambda now: rules.keep(now.state, kept, self._classes(now)))

    def take_back_keep(
        self, project_id: str, item: int, beside: int | None = None, *, by: str = LOCAL
    ) -> bool:
        """Take back that a label is kept; False if that was done before.

        Raises
        ------
        StoreError
            If it could not be stored; it may be sent again.
        """
        return self._do(project_id, lambda now: rules.take_back_keep(now.state, item, beside, by))


def review(view: View, which: ReviewList) -> Review:
    """What there is to look at now, in one of the lists."""
    make = {
        "contradicted": _contradicted,
        "aside": _aside,
        "near": _near,
        "disputed": _disputed,
    }
    return make[which](view)


def reasons(view: View, case: Case) -> Reasons:
    """The labelled images that say most of the image of a case; none of two near-duplicates."""
    (position,) = view.engine.present(case.items[:1]) or (None,)
    if position is None or len(case.items) > 1 or not has_enough(view):
        return Reasons((), ())
    influence = view.engine.influence(view.labels)
    rows, names = view.dataset.rows, view.class_names

    def items(name: str | None) -> tuple[int, ...]:
        if name not in names:
            return ()
        found = witnesses(influence, position, names.index(name), _WITNESSES)
        return tuple(int(rows[one.item]) for one in found)

    return Reasons(items(case.other), items(case.said[0].label))


def said_of(state: State, item: int) -> Said:
    """What is said of an image now."""
    label = state.labels.get(item)
    if label is not None:
        return Said(AnswerKind.LABEL, label)
    return Said(state.set_aside.get(item, AnswerKind.SKIP))


def has_enough(view: View) -> bool:
    """Whether there are labels enough to compare each with all others."""
    labels = view.beliefs.labels
    given = labels[labels != UNLABELLED]
    return len(given) >= FEWEST_LABELS and len(np.unique(given)) > 1


def _contradicted(view: View) -> Review:
    if not has_enough(view):
        return Review((), 0)
    state, rows, names = view.state, view.dataset.rows, view.class_names
    cases = []
    found = doubts(view.engine.influence(view.labels))
    for doubt in found:
        item, other = int(rows[doubt.item]), names[doubt.other]
        kept = state.kept(item)
        if kept is None or kept.against != other or doubt.score > kept.score + _MUCH:
            cases.append(Case((item,), (said_of(state, item),), other, doubt.score))
    return Review(tuple(cases), len(cases), len(found) - len(cases))


def _aside(view: View) -> Review:
    state, numbers = view.state, view.state.ledger.top
    items = [item for item in state.set_aside if view.engine.present([item])]
    items.sort(key=lambda item: -numbers.get(item, 0))
    beliefs, names = view.beliefs, view.class_names
    cases = []
    for item in items[:CANDIDATES]:
        (position,) = view.engine.positions([item])
        model = int(beliefs.model_class[position])
        other = names[model] if model != UNLABELLED else None
        cases.append(Case((item,), (said_of(state, item),), other))
    return Review(tuple(cases), len(items))


def _near(view: View) -> Review:
    state, rows = view.state, view.dataset.rows
    found = twins(view.engine.influence(view.labels), view.engine.features_of)
    cases = []
    n_kept = 0
    for pair in found:
        one, other = (int(rows[item]) for item in pair.items)
        if state.kept(one, other) or state.kept(other, one):
            n_kept += 1
            continue
        said = (said_of(state, one), said_of(state, other))
        cases.append(Case((one, other), said, said[1].label, pair.nearness))
    return Review(tuple(cases[:CANDIDATES]), len(cases), n_kept)


def _disputed(view: View) -> Review:
    state = view.state
    items = [item for item in state.votes.in_dispute() if view.engine.present([item])]
    cases = []
    for item in items[:CANDIDATES]:
        (position,) = view.engine.positions([item])
        model = int(view.beliefs.model_class[position])
        other = view.class_names[model] if model != UNLABELLED else None
        cases.append(Case((item,), (said_of(state, item),), other))
    return Review(tuple(cases), len(items))


def _shown(state: State, batch_id: str, item: int) -> Served:
    """An image as it was shown, should its answer need a batch."""
    return Served(
        batch_id=batch_id,
        round=max(state.round, 1),
        items=(item,),
        predicted=(None,),
        confidence=(0.0,),
        reasons=("grid",),
    )
