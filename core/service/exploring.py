"""The map: where the items of a project lie, and what is said of each, as a browser draws them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.arrays import UNLABELLED, IntArray, freeze
from core.engine.keys import learning_settings
from core.engine.layouts import Layouts
from core.errors import InvalidMessageError, OutdatedViewError
from core.graph.layout import Layout
from core.jobs.once import Latest
from core.jobs.work import Work
from core.querying.queries import entropy
from core.service.grid import Chosen
from core.service.looking import Looking
from core.service.view import View
from core.session.events import AnswerKind

STATES: Final = ("unreached", "predicted", "labelled", "given", "unsure", "bad")
"""What an item is, by its number: no label reaches it; a class is predicted; a person has labelled
it; a label came with the project; a person was unsure, or found the image bad."""

NO_CLASS: Final = 65_535
"""Stands where an item is said to be of no class."""

_BYTE: Final = 255
_MOST_ITEMS: Final = 16_000_000
_NUMBER: Final = {state: number for number, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What is said of each item.

    Attributes
    ----------
    name
        Another one once anything of it may be otherwise.
    classes : (n_items,), uint16
        The class a person gave, or else the one predicted; ``NO_CLASS`` where there is none.
    states : (n_items,), uint8
        Indices into ``STATES``.
    leads : (n_items,), uint8
        By how much the most probable class leads, 0 to 255.
    ranks : (n_items,), uint8
        By lead among the items that are predicted: 0 for the most doubtful, 255 for the surest.
    """

    name: str
    classes: NDArray[np.uint16]
    states: NDArray[np.uint8]
    leads: NDArray[np.uint8]
    ranks: NDArray[np.uint8]

    def __post_init__(self) -> None:
        freeze(self)

    def to_bytes(self) -> bytes:
        """All of it, array after array in this order; classes with the low byte first."""
        planes = (self.states, self.leads, self.ranks)
        return b"".join([self.classes.astype("<u2").tobytes(), *(p.tobytes() for p in planes)])


class Exploring(Looking):
    """What can be asked about the map of a project."""

    _layouts: Layouts
    _marks: Latest[str, Marks]

    def layout_name(self, view: View) -> str:
        """The name of the best layout that can be had at once."""
        return self._layouts.name(view.engine)[0]

    def layout(self, view: View) -> Layout:
        """The best layout that can be had at once."""
        return self._layouts.layout(view.engine)

    def layout_work(self, view: View, *, anew: bool = False) -> Work[Layout] | None:
        """The work on a better layout, begun now if need be; None where there is none.

        Parameters
        ----------
        anew
            Whether a person wants it although it was stopped, or has failed.
        """
        return self._layouts.work(view.engine, anew=anew)

    def can_improve_layout(self, view: View) -> bool:
        """Whether there could be a better layout than the one that is there."""
        return self.is_layout_plain(view) and self._layouts.can_improve(view.engine)

    def is_layout_plain(self, view: View) -> bool:
        """Whether the best layout is that by principal components."""
        return self._layouts.name(view.engine)[1] == "principal"

    def stop_layout(self, view: View) -> None:
        """Stop working on a better layout."""
        self._layouts.cancel(view.engine)

    def marks(self, view: View) -> Marks:
        """What is said of each item now; the last few are kept."""
        name = marks_name(view)
        return self._marks.get(name, lambda: marks_of(view, name))


def marks_name(view: View) -> str:
    """A name for what is said of the items now."""
    settings = learning_settings(view.project.config).model_dump_json()
    told = f"{view.project.project_id} {view.state.seq} {view.dataset.n_items} {settings}"
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def marks_of(view: View, name: str) -> Marks:
    """What is said of each item."""
    beliefs, state, engine = view.beliefs, view.state, view.engine
    classes = np.where(beliefs.predicted == UNLABELLED, NO_CLASS, beliefs.predicted)
    states = np.where(beliefs.reached, _NUMBER["predicted"], _NUMBER["unreached"]).astype(np.uint8)
    states[beliefs.labelled] = _NUMBER["labelled"]
    given = [item for item in state.given if state.answer_to(item) is None]
    came = np.zeros(len(states), dtype=np.bool_)
    came[engine.present(given)] = True
    states[came & beliefs.labelled] = _NUMBER["given"]
    for kind in (AnswerKind.UNSURE, AnswerKind.BAD):
        aside = [item for item, found in state.set_aside.items() if found is kind]
        states[engine.present(aside)] = _NUMBER[kind.value]
    leads = beliefs.lead
    return Marks(
        name,
        classes.astype(np.uint16),
        states,
        np.round(_BYTE * leads).astype(np.uint8),
        _ranks(leads, states == _NUMBER["predicted"]),
    )


def _ranks(leads: NDArray[np.float64], counted_in: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Where each item stands among some of them, 0 to 255; 255 for all others."""
    ranks = np.full(len(leads), _BYTE, dtype=np.uint8)
    places = np.flatnonzero(counted_in)
    order = places[np.argsort(leads[places], kind="stable")]
    ranks[order] = np.linspace(0, _BYTE, len(order)).astype(np.uint8)
    return ranks


class MapChoice(BaseModel):
    """Some items, chosen on a map that a browser has drawn.

    Attributes
    ----------
    bits
        One for each item in the order of the data set, low bits first, in base 64.
    numbering
        That of the page.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    numbering: str = Field(max_length=64)
    n_items: int = Field(ge=1, le=_MOST_ITEMS)
    bits: str = Field(max_length=_MOST_ITEMS // 6 + 4)


def chosen_of(view: View, raw: Any) -> Chosen:  # noqa: ANN401 - anything may come from a browser
    """The images that a person has chosen on the map.

    Parameters
    ----------
    raw
        What the browser says, which is to be a :class:`MapChoice`.

    Raises
    ------
    InvalidMessageError
        If it is not that.
    OutdatedViewError
        If the images have changed since the map was drawn.
    """
    try:
        choice = MapChoice.model_validate(raw)
        packed = np.frombuffer(base64.b64decode(choice.bits, validate=True), dtype=np.uint8)
    except (ValidationError, binascii.Error) as error:
        raise InvalidMessageError("what was chosen on the map") from error
    n_items = view.dataset.n_items
    if (choice.numbering, choice.n_items) != (view.state.images.numbering, n_items):
        raise OutdatedViewError
    if len(packed) != -(-n_items // 8):
        raise InvalidMessageError("what was chosen on the map")
    bits = np.unpackbits(packed, count=n_items, bitorder="little")
    items: IntArray = view.dataset.rows[np.flatnonzero(bits)]
    return Chosen("chosen on the map", items)


def confused(view: View, true: int, predicted: int, *, is_all: bool = True) -> Chosen:
    """The images of one class that are predicted as one, as a cell of the matrix counts them.

    Parameters
    ----------
    true, predicted
        Indices of classes; a ``predicted`` that is no class stands for what no label reaches.
    is_all
        Whether labelled ones count too.
    """
    truth, names = view.dataset.truth, view.class_names
    assert truth is not None
    number = predicted if predicted < len(names) else UNLABELLED
    found = (truth == true) & (view.beliefs.predicted == number)
    if not is_all:
        found &= ~view.beliefs.labelled
    items = view.dataset.rows[found]
    said = names[predicted] if number != UNLABELLED else "nothing"
    return Chosen(f"that are {names[true]} and predicted as {said}", items)


Figure = Literal["precision", "recall", "all"]


def behind(view: View, number: int, figure: Figure) -> Chosen:
    """The images that speak for or against a figure of one class.

    Parameters
    ----------
    number
        Index of the class.
    figure
        ``precision``: predicted as the class, and not of it; ``recall``: of the class, and not
        predicted as it; ``all``: all that are of it.
    """
    truth, name = view.dataset.truth, view.class_names[number]
    assert truth is not None
    is_it, is_said = truth == number, view.beliefs.predicted == number
    found, said = {
        "precision": (
            is_said & ~is_it & (truth != UNLABELLED),
            f"predicted as {name} that are not {name}",
        ),
        "recall": (is_it & ~is_said, f"that are {name} and not predicted as it"),
        "all": (is_it, f"that are {name}"),
    }[figure]
    return Chosen(said, view.dataset.rows[found])


def unreached(view: View) -> Chosen:
    """The unlabelled images that no label reaches."""
    beliefs = view.beliefs
    items = view.dataset.rows[~beliefs.labelled & ~beliefs.reached]
    return Chosen("that no label reaches", items)


def by_entropy(view: View, low: float, high: float) -> Chosen:
    """The unlabelled images of which the model is so unsure, as a bar of the histogram counts them.

    Parameters
    ----------
    low, high
        Entropy in nats; ``high`` is not counted in, unless it is the largest there can be.
    """
    beliefs = view.beliefs
    values = entropy(beliefs)
    most = float(np.log(beliefs.probabilities.shape[1]))
    below = values < high if high < most else np.isfinite(values)
    items = view.dataset.rows[~beliefs.labelled & (values >= low) & below]
    return Chosen(f"with an entropy of {low:.2f} to {high:.2f} nats", items)
