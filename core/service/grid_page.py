"""What the grid's component is sent, as :mod:`core.service.page` is for the label page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from core.learning.beliefs import lead_of
from core.quality.calibration import Calibration
from core.service.conversation import Receipt, named, shown_classes
from core.service.grid import NOT_REACHED, SIZES, Among, Chosen, Grid, GridWish, Order
from core.service.page import LastAnswer, Shown, ShownClass, ShownReceipt
from core.service.pictures import PictureAddress, addresses
from core.service.protocol import VERSION
from core.service.view import View
from core.session.events import LOCAL
from core.session.state import State
from core.wording import counted


class GridItem(Shown):
    """An image to check.

    Attributes
    ----------
    smooth, pixels, full
        As of an image to label.
    probability
        What the model gives the class it is shown as, 0 to 1.
    chance
        How likely that is right, 0 to 1; None while labels have not said.
    answer
        The answer it has, where answered images are shown to be corrected.
    """

    id: int
    smooth: str
    pixels: str
    full: str | None
    probability: float
    chance: float | None
    answer: LastAnswer | None


class ShownChoice(Shown):
    """The images that a person has chosen elsewhere, of which some are shown.

    Attributes
    ----------
    said
        What they are, such as "chosen on the map".
    n_items, n_open, n_answered
        All of them; those to be checked; and those with an answer, to be corrected.
    """

    said: str
    n_items: int
    n_open: int
    n_answered: int


class ToCheck(Shown):
    """How many images are predicted as a class and to be checked."""

    name: str
    count: int


class CheckedBatch(Shown):
    """A grid that was answered last, of which answers are in force.

    Attributes
    ----------
    said
        What it was, in a few words.
    """

    batch_id: str
    said: str


class GridPage(Shown):
    """Everything the grid's component shows.

    Attributes
    ----------
    v
        The protocol's version.
    name
        The class whose images are shown; None where there is nothing to check, and empty where no
        label reaches them.
    sizes
        How many images can be shown at once.
    batch_id
        What the answers to these images are to be called.
    numbering, named
        Go back with the answers: which number each image has, and what classes are called.
    to_check
        Classes with images to check, in the order of all classes.
    n_to_check
        Images to check, of all classes.
    answered
        Images with an answer in force, and ``n_items`` there are in all.
    nothing_yet
        Why there is nothing to check, in a sentence; empty where there is something.
    last
        What an undo would take back; None where there is nothing.
    receipts
        The last ones, oldest first.
    among
        What alone is shown; None where that is all images.
    corrects
        Whether images with an answer are shown, to be corrected.
    """

    v: int
    project: str
    ink: bool
    classes: tuple[ShownClass, ...]
    named: int
    numbering: str
    name: str | None
    order: Order
    size: int
    sizes: tuple[int, ...]
    batch_id: str
    items: tuple[GridItem, ...]
    to_check: tuple[ToCheck, ...]
    n_to_check: int
    answered: int
    n_items: int
    nothing_yet: str
    last: CheckedBatch | None
    receipts: tuple[ShownReceipt, ...]
    among: ShownChoice | None
    corrects: bool


class _Wished(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None
    order: Order
    size: int
    corrects: bool = False
    is_all: bool = False
    seen: str | None = None


class Wished(NamedTuple):
    """What a browser asks to be shown.

    Attributes
    ----------
    wish
        It is for the page to say among which images.
    is_all
        Whether that is to be all images from now on.
    seen
        A grid whose images a person has been through; None where there is none.
    """

    wish: GridWish
    is_all: bool
    seen: str | None


def parse_wish(raw: Any) -> Wished | None:  # noqa: ANN401 - anything may come from a browser
    """What a browser asks to be shown; None where that makes no sense."""
    try:
        wished = _Wished.model_validate(raw)
    except ValidationError:
        return None
    if wished.size not in SIZES:
        return None
    wish = GridWish(wished.name, wished.order, wished.size, corrects=wished.corrects)
    return Wished(wish, wished.is_all, wished.seen)


def describe_grid(
    view: View,
    wish: GridWish,
    grid: Grid,
    receipts: Sequence[Receipt],
    *,
    batch_id: str,
    by: str = LOCAL,
    at: PictureAddress | None = None,
    calibration: Calibration | None = None,
) -> GridPage:
    """Everything the component shows.

    Parameters
    ----------
    batch_id
        What the answers to this grid are to be called: another one for other images.
    by
        Whose page it is.
    at
        Where pictures are sent from; None where they have to be within their address.
    calibration
        How likely predictions are right; None where that is not known.
    """
    state = view.state
    n_to_check = sum(grid.counts.values())
    return GridPage(
        v=VERSION,
        project=view.project.project_id,
        ink=view.dataset.is_ink,
        classes=shown_classes(view),
        named=state.class_list.seq,
        numbering=grid.numbering,
        name=grid.name,
        order=wish.order,
        size=wish.size,
        sizes=SIZES,
        batch_id=batch_id,
        items=_items(view, grid, at, calibration),
        to_check=tuple(ToCheck(name=name, count=n) for name, n in grid.counts.items()),
        n_to_check=n_to_check,
        answered=len(state.settled),
        n_items=view.dataset.n_items,
        nothing_yet="" if grid.items else _why_nothing(view, wish, grid),
        last=_last(state, by),
        receipts=tuple(receipt.shown() for receipt in receipts),
        among=_choice(wish.among, grid),
        corrects=wish.corrects,
    )


def _choice(chosen: Chosen | None, grid: Grid) -> ShownChoice | None:
    if chosen is None or grid.among is None:
        return None
    n_items, n_open, n_answered = grid.among
    return ShownChoice(said=chosen.said, n_items=n_items, n_open=n_open, n_answered=n_answered)


def _items(
    view: View, grid: Grid, at: PictureAddress | None, calibration: Calibration | None
) -> tuple[GridItem, ...]:
    positions = view.engine.positions(grid.items)
    chances: list[float | None] = [None] * len(positions)
    if calibration is not None and grid.name != NOT_REACHED:
        lead = lead_of(view.beliefs.probabilities[positions])
        chances = np.round(calibration.probability(lead), 4).tolist()
    shown = [addresses(view, *pair, at) for pair in zip(grid.items, positions, strict=True)]
    answers = {placed.answer.item: named(placed) for placed in grid.answers}
    return tuple(
        GridItem(
            id=item,
            smooth=one.smooth,
            pixels=one.pixels,
            full=one.full,
            probability=probability,
            chance=chance,
            answer=answers.get(item),
        )
        for item, one, probability, chance in zip(
            grid.items, shown, grid.probabilities, chances, strict=True
        )
    )


def _why_nothing(view: View, wish: GridWish, grid: Grid) -> str:
    if not view.labels:
        return "The model knows nothing yet. Label a few images first."
    if grid.among is not None:
        return _why_nothing_among(wish, grid.among)
    return "Nothing is left to check: all images that labels reach are answered."


def _why_nothing_among(wish: GridWish, among: Among) -> str:
    n_items, _, n_answered = among
    if wish.corrects and n_answered:
        return "You have been through all of these that are answered."
    if wish.seen:
        return "You have been through all of these."
    if not wish.corrects and n_answered == n_items:
        return "All of these are answered. They can be looked at and corrected: choose “answered”."
    if not wish.corrects and n_answered:
        return "Nothing else is left to check here; what is answered can still be corrected."
    return "There is nothing to check among these: their labels came with the project."


def _last(state: State, by: str) -> CheckedBatch | None:
    """The last answers of a person, where they were given in a grid."""
    last = state.last_of(by)
    if last is None or "grid" not in state.batches[last.batch_id].reasons:
        return None
    answers = [
        placed.answer
        for answer in state.batches[last.batch_id].answers
        if (placed := state.ledger.find(last.batch_id, answer.item)) is not None
    ]
    names = Counter(answer.label for answer in answers if answer.label is not None)
    told = [f"{counted(n, 'image')} as {name}" for name, n in names.most_common(1)]
    others = len(answers) - sum(n for _, n in names.most_common(1))
    told += [f"{others:,} otherwise"] if others and told else []
    return CheckedBatch(batch_id=last.batch_id, said=", ".join(told) or "skipped")
