"""Many images at once: those that the model predicts as one class, to be checked by a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from core.arrays import UNLABELLED, BoolArray, IntArray
from core.errors import IllegalEventError, UnknownClassError
from core.service.log import Standing
from core.service.looking import Looking
from core.service.view import View
from core.session import rules
from core.session.events import LOCAL, Answer, Event, Reason, Served
from core.session.rules import Submission
from core.session.state import State

Order = Literal["surest", "doubtful"]
"""Which images come first: those that the model is most sure of, or least."""

SIZES: Final = (24, 48, 96, 120)
"""How many images a grid can show."""


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
    """

    name: str | None = None
    order: Order = "surest"
    size: int = SIZES[1]


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
    """

    name: str | None
    items: tuple[int, ...]
    probabilities: tuple[float, ...]
    counts: Mapping[str, int]
    numbering: str


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
        skipped: it is asked about there again.
        """
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
            return [event for event in (decided[0], decided[1].event) if event is not None]

        return self._log.decide(project_id, decide, events)[1]


def grid_of(view: View, wish: GridWish, taken: Collection[int]) -> Grid:
    """The images to check, whatever is on other desks.

    Parameters
    ----------
    taken
        Items that are left out.
    """
    names = view.class_names
    beliefs = view.beliefs
    free = _candidates(view, taken)
    n_of = np.bincount(beliefs.model_class[free], minlength=len(names))
    counts = {name: int(n) for name, n in zip(names, n_of, strict=True) if n}
    numbering = view.state.images.numbering
    if not counts:
        return Grid(None, (), (), {}, numbering)
    name = wish.name if wish.name in counts else names[int(n_of.argmax())]
    places = np.flatnonzero(free & (beliefs.model_class == names.index(name)))
    chosen = _first(beliefs.confidence[places], wish.order, wish.size)
    items = view.dataset.rows[places[chosen]]
    probabilities = np.round(beliefs.confidence[places[chosen]].astype(np.float64), 6)
    return Grid(name, tuple(items.tolist()), tuple(probabilities.tolist()), counts, numbering)


def _candidates(view: View, taken: Collection[int]) -> BoolArray:
    """The items that nobody has answered and of which the model says something."""
    state, beliefs = view.state, view.beliefs
    free: BoolArray = (beliefs.labels == UNLABELLED) & (beliefs.model_class != UNLABELLED)
    skipped = (item for items in state.skipped.values() for item in items)
    free[view.engine.present([*state.settled, *skipped, *taken])] = False
    return free


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


def _require_shown(view: View, state: State, checked: Checked) -> None:
    """See that the images could have been on screen, under these numbers."""
    if state.images.numbering != checked.numbering:
        raise IllegalEventError(
            "The images of this project have changed since they were shown.",
            "None of it was stored. Look at them again.",
        )
    items = checked.items
    if len(view.engine.present(items)) < len(items) or len({*items}) < len(items):
        raise IllegalEventError(
            "The page answered images that are not in this project.",
            "None of it was stored. Reload the page.",
        )


def _served(view: View, state: State, checked: Checked, names: Sequence[str]) -> Served:
    if checked.name not in names and checked.name not in state.class_list.renamed:
        raise UnknownClassError(checked.name, tuple(names))
    size = len(checked.items)
    reason: Reason = "grid"
    last = max([state.round, *(batch.round for batch in state.open_batches)])
    unknown = [item for item in checked.items if item not in state.images.names]
    return Served(
        batch_id=checked.batch_id,
        round=last + 1,
        items=checked.items,
        predicted=(checked.name,) * size,
        confidence=checked.probabilities,
        reasons=(reason,) * size,
        images=view.engine.image_names(unknown),
    )
