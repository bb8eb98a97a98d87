"""Many images at once: those that the model predicts as one class, to be checked by a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray, freeze
from core.errors import IllegalEventError, UnknownClassError
from core.service.log import Standing
from core.service.looking import Looking
from core.service.view import View
from core.session import rules
from core.session.events import LOCAL, Answer, Corrected, Decided, Event, Reason, Served
from core.session.ledger import Placed
from core.session.rules import Submission
from core.session.state import State

Order = Literal["surest", "doubtful"]
"""Which images come first: those that the model is most sure of, or least."""

SIZES: Final = (24, 48, 96, 120)
"""How many images a grid can show."""


NOT_REACHED: Final = ""
"""Stands for a class where no label reaches an image. Such images are shown where they were chosen;
what is marked of them is answered, and nothing else."""


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Images that a person has chosen elsewhere, such as on the map.

    Attributes
    ----------
    said
        What they are, in a few words that go on from a number of images: "chosen on the map".
    items : (n_chosen,), int64
        Their numbers.
    """

    said: str
    items: IntArray

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True)
class GridWish:
    """What a person wants to check.

    Attributes
    ----------
    name
        The class that is predicted; None, or one of which there is nothing left, stands for the
        class with most images to check.
    size
        How many images at once.
    among
        The only images that are shown; None stands for all.
    corrects
        Whether those are shown that have an answer, to be corrected; only of ``among``.
    seen
        Images that a person has been through: they are not shown again, but as one of a class.
    """

    name: str | None = None
    order: Order = "surest"
    size: int = SIZES[1]
    among: Chosen | None = None
    corrects: bool = False
    seen: frozenset[int] = frozenset()


class Among(NamedTuple):
    """What a person has chosen, by what can be done about it.

    Attributes
    ----------
    n_items
        All of them that are there.
    n_open
        Those that nobody has answered and that have no label.
    n_answered
        Those with an answer, which can be corrected.
    """

    n_items: int
    n_open: int
    n_answered: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Images of one predicted class.

    Attributes
    ----------
    name
        The class; None where there is nothing to check.
    items
        The images, in the order in which they are shown.
    probabilities
        What the model says of each, 0 to 1.
    counts
        How many images there are to check, by class.
    numbering
        Names the numbers that images have (``Images.numbering``).
    answers
        The answers to the images, where such are shown; empty where none has one.
    among
        Where only chosen ones are shown: how many there are, and what of them.
    """

    name: str | None
    items: tuple[int, ...]
    probabilities: tuple[float, ...]
    counts: Mapping[str, int]
    numbering: str
    answers: tuple[Placed, ...] = ()
    among: Among | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A grid as a person had it on screen.

    Attributes
    ----------
    batch_id
        Unique among all batches; the same where it is sent again.
    """

    batch_id: str
    name: str
    items: tuple[int, ...]
    probabilities: tuple[float, ...]
    numbering: str


class Grids(Looking):
    """What can be done with many images at once."""

    def grid(self, view: View, wish: GridWish, *, desk: str = "") -> Grid:
        """The images that the model predicts as one class and that nobody has answered yet.

        Images that wait on the label page, on whatever desk, are left to that, and so is what was
        skipped: it is asked about there again. What a person has chosen is shown, though.
        """
        if wish.among is not None:
            return grid_among(view, wish, wish.among)
        state = view.state
        on_desks = {item for batch in state.open_batches for item in batch.items}
        elsewhere = self._leases.elsewhere(view.project.project_id, desk)
        return grid_of(view, wish, on_desks.union(elsewhere))

    def check_many(
        self,
        project_id: str,
        checked: Checked,
        answers: Sequence[Answer],
        *,
        by: str = LOCAL,
        since: Mapping[int, int] | None = None,
    ) -> Submission:
        """Store the answers to a grid; when this returns they are safe. Again changes nothing.

        Parameters
        ----------
        since
            As of :meth:`submit`.

        Raises
        ------
        IllegalEventError
            If they do not fit what was shown, or the images have other numbers by now; nothing is
            stored then.
        InvalidDatasetError
            If the images are not there; it may be sent again.
        StoreError
            If they could not be stored; they may be sent again.
        """
        view = self.view(project_id)

        def decide(now: Standing) -> tuple[Served | None, Submission]:
            state = now.state
            if checked.batch_id not in state.batches:
                _require_shown(view, state, checked)
            names = self._classes(now)
            shown = _served(view, state, checked, names)
            return rules.check_many(state, shown, answers, names, by, since)

        def events(decided: tuple[Served | None, Submission]) -> list[Event]:
            shown, submission = decided
            return [*([shown] if shown else []), *submission.events]

        return self._log.decide(project_id, decide, events)[1]

    def correct_many(
        self,
        project_id: str,
        numbering: str,
        corrections: Sequence[tuple[str, Answer]],
        *,
        by: str = LOCAL,
        since: Mapping[int, int] | None = None,
    ) -> int:
        """Give earlier answers another content, all or none; how many that has changed.

        Parameters
        ----------
        numbering
            Names the numbers that images had where they were shown (``Images.numbering``).
        corrections
            What each answer was given in, and what it is to be.
        since
            As of :meth:`submit`.

        Raises
        ------
        IllegalEventError
            If one of them is not in force or not possible, or images have other numbers by now.
        StoreError
            If they could not be stored; they may be sent again.
        """
        known = since or {}

        def decide(now: Standing) -> list[Corrected | Decided]:
            state, names = now.state, self._classes(now)
            _require_numbering(state, numbering)
            decided: list[Corrected | Decided | None] = []
            for batch_id, answer in corrections:
                last = known.get(answer.item)
                if state.poll(answer.item) is not None:
                    # What people say of it stays: what is true is decided.
                    decided.append(rules.decide(state, answer, names, by, last))
                else:
                    decided.append(rules.correct(state, batch_id, answer, names, by, last))
            return [event for event in decided if event is not None]

        return len(self._log.decide(project_id, decide, lambda events: events))


def grid_of(view: View, wish: GridWish, taken: Collection[int]) -> Grid:
    """The images to check, whatever is on other desks.

    Parameters
    ----------
    taken
        Items that are left out.
    """
    skipped = (item for items in view.state.skipped.values() for item in items)
    free = _unanswered(view)
    free[view.engine.present([*skipped, *taken])] = False
    return _grid(view, wish, free, view.beliefs.model_class)


def grid_among(view: View, wish: GridWish, chosen: Chosen) -> Grid:
    """The images to check, or to correct, among those that a person has chosen.

    An answered image is shown with its class, or else with the one that is predicted. A label that
    came with the project is no answer, and stays.
    """
    state, rows = view.state, view.dataset.rows
    are_chosen: BoolArray = np.zeros(len(rows), dtype=np.bool_)
    are_chosen[view.engine.present(chosen.items.tolist())] = True
    answered = [item for item in rows[are_chosen].tolist() if state.answer_to(item) is not None]
    have_answer: BoolArray = np.zeros(len(rows), dtype=np.bool_)
    have_answer[view.engine.present(item for item in answered if item in state.settled)] = True
    unanswered = (_unanswered(view) | _unreached(view)) & are_chosen
    counts = (int(np.count_nonzero(kind)) for kind in (are_chosen, unanswered, have_answer))
    among = Among(*counts)
    if not wish.corrects:
        been_through = np.zeros_like(are_chosen)
        been_through[view.engine.present(wish.seen)] = True
        unanswered &= view.beliefs.reached | ~been_through
        return replace(_grid(view, wish, unanswered, view.beliefs.model_class), among=among)
    have_answer[view.engine.present(wish.seen)] = False
    have_answer &= view.beliefs.predicted != UNLABELLED
    grid = _grid(view, wish, have_answer, view.beliefs.predicted)
    answers = (state.answer_to(item) for item in grid.items)
    given = tuple(placed for placed in answers if placed is not None)
    return replace(grid, answers=given, among=among)


def _grid(view: View, wish: GridWish, shown: BoolArray, class_of: IntArray) -> Grid:
    """Some images of one class.

    Parameters
    ----------
    shown : (n_items,), bool
        Which images there are to choose from.
    class_of : (n_items,), int64
        The class that each of them is shown as; ``UNLABELLED`` where no label reaches it.
    """
    # What no label reaches stands behind all classes.
    names, numbering = (*view.class_names, NOT_REACHED), view.state.images.numbering
    class_of = np.where(class_of == UNLABELLED, len(view.class_names), class_of)
    n_of = np.bincount(class_of[shown], minlength=len(names))
    counts = {name: int(n) for name, n in zip(names, n_of, strict=True) if n}
    if not counts:
        return Grid(None, (), (), {}, numbering)
    name = (
        wish.name
        if wish.name in counts
        else max(counts, key=lambda one: (one != NOT_REACHED, counts[one]))
    )
    number = names.index(name)
    places = np.flatnonzero(shown & (class_of == number))
    if name != NOT_REACHED:
        chosen = _first(_ahead(view, places, number), wish.order, wish.size)
        share = view.beliefs.probabilities[places[chosen], number]
        told = np.round(share.astype(np.float64), 6)
    else:
        chosen = np.arange(min(len(places), wish.size))
        told = np.zeros(len(chosen))
    items = view.dataset.rows[places[chosen]]
    return Grid(name, tuple(items.tolist()), tuple(told.tolist()), counts, numbering)


def _unanswered(view: View) -> BoolArray:
    """The items that nobody has answered and of which the model says something."""
    beliefs = view.beliefs
    free: BoolArray = (beliefs.labels == UNLABELLED) & (beliefs.model_class != UNLABELLED)
    free[view.engine.present(view.state.settled)] = False
    return free


def _unreached(view: View) -> BoolArray:
    """The items that nobody has answered and that no label reaches, once there are labels."""
    free: BoolArray = ~view.beliefs.reached & bool(view.labels)
    free[view.engine.present(view.state.settled)] = False
    return free


def _ahead(view: View, places: IntArray, number: int) -> FloatArray:
    """How far one class is ahead of all others, shape (n_some,): that says how likely it is right.

    Where another one is best, which a person has corrected, it is behind that.
    """
    beliefs = view.beliefs
    behind = beliefs.probabilities[places, number] - beliefs.confidence[places]
    return np.where(beliefs.model_class[places] == number, beliefs.lead[places], behind)


def _first(confidence: np.ndarray, order: Order, size: int) -> IntArray:
    """The indices of the first ones, in their order; of equal ones, as they stand."""
    keys = -confidence if order == "surest" else confidence
    if len(keys) > size:
        # All that can be among the first, so that equal ones are told apart by where they stand.
        last = np.partition(keys, size - 1)[size - 1]
        among = np.flatnonzero(keys <= last)
    else:
        among = np.arange(len(keys))
    return among[np.argsort(keys[among], kind="stable")][:size]


def _require_numbering(state: State, numbering: str) -> None:
    if state.images.numbering != numbering:
        raise IllegalEventError(
            "The images of this project have changed since they were shown.",
            "None of it was stored. Look at them again.",
        )


def _require_shown(view: View, state: State, checked: Checked) -> None:
    """See that the images could have been on screen, under these numbers."""
    _require_numbering(state, checked.numbering)
    items = checked.items
    if len(view.engine.present(items)) < len(items) or len({*items}) < len(items):
        raise IllegalEventError(
            "The page answered images that are not in this project.",
            "None of it was stored. Reload the page.",
        )


def _served(view: View, state: State, checked: Checked, names: Sequence[str]) -> Served:
    known = checked.name in names or checked.name in state.class_list.renamed
    if checked.name != NOT_REACHED and not known:
        raise UnknownClassError(checked.name, tuple(names))
    size = len(checked.items)
    reason: Reason = "grid"
    last = max([state.round, *(batch.round for batch in state.open_batches)])
    unknown = [item for item in checked.items if item not in state.images.names]
    return Served(
        batch_id=checked.batch_id,
        round=last + 1,
        items=checked.items,
        predicted=(checked.name or None,) * size,
        confidence=checked.probabilities,
        reasons=(reason,) * size,
        images=view.engine.image_names(unknown),
    )
