"""What presentation mode's component is sent: typed here, and checked there by types from this."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Trend = Literal["", "better", "worse"]


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShownFigure(_Shown):
    """A large figure; ``change`` is since the round before, and empty in the first."""

    value: str
    caption: str
    change: str
    trend: Trend


class ShownQuery(_Shown):
    """An image that the model is unsure of.

    Attributes
    ----------
    image
        An address with the image in it.
    predicted, rival
        What the model says it is; and what else it may be, empty where that is nothing.
    true
        What it is; empty where nobody knows.
    right
        Whether the prediction is right; true where nobody knows.
    alt, told
        The image in words, before and after the truth is told.
    """

    image: str
    predicted: str
    rival: str
    true: str
    right: bool
    alt: str
    told: str


class ShownMatrix(_Shown):
    """The confusion matrix: rows are true classes, columns predicted ones.

    Attributes
    ----------
    levels
        How strong each cell is painted: above zero where the two agree, below zero elsewhere.
    note
        What stands out, in a sentence or none.
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    levels: tuple[tuple[float, ...], ...]
    note: str


class ShownBar(_Shown):
    """A bar, ``share`` of the longest one."""

    name: str
    value: str
    share: float


class ShownBars(_Shown):
    """Bars in the place of a matrix, where there is none."""

    title: str
    about: str
    bars: tuple[ShownBar, ...]
    note: str


class ShownRound(_Shown):
    """One round.

    Attributes
    ----------
    name, headline
        Its name, and what a screen reader says of it.
    labels
        Labels by now, as printed.
    share, right
        Share predicted correctly, 0 to 1, and the same in words; None and empty where the truth is
        not known.
    asked, wrong
        What is said of the images that the model is unsure of; ``wrong`` once the truth is told.
    known_as
        What the truth is here: ``true``, or what a person has ``labelled``.
    matrix, bars
        One of the two at most.
    identical
        Whether every figure is the published one; None where nothing was published.
    """

    name: str
    headline: str
    figures: tuple[ShownFigure, ...]
    labels: int
    share: float | None
    right: str
    asked: str
    wrong: str
    known_as: Literal["true", "labelled"]
    queries: tuple[ShownQuery, ...]
    matrix: ShownMatrix | None
    bars: ShownBars | None
    lesson: str
    identical: bool | None


class ShownColour(_Shown):
    """A name with its colour, on light and on dark pages."""

    name: str
    light: str
    dark: str


class ShownBeliefs(_Shown):
    """What is believed of the items of the graph in one round: a byte an item, in base 64.

    Attributes
    ----------
    classes
        Index of the class of each item; 255 where it has none.
    leads
        By how much that class leads, 0 to 255.
    labelled
        1 where there is a label.
    """

    classes: str
    leads: str
    labelled: str


class ShownSweep(_Shown):
    """How far one label has come after some sweeps.

    Attributes
    ----------
    sweeps
        How many.
    reached
        How many items it has reached.
    shares
        Of each item: how much of all that it ever hears is from this label and has arrived, 0 to
        255, a byte each in base 64.
    heard
        1 for each item that it has reached, a byte each in base 64.
    """

    sweeps: int
    reached: int
    shares: str
    heard: str


class ShownSpread(_Shown):
    """How one label spreads: the item that has it, the index of its class, and sweep by sweep."""

    item: int
    number: int
    sweeps: tuple[ShownSweep, ...]


class ShownGraph(_Shown):
    """Items in two dimensions, and the links between them.

    Attributes
    ----------
    about
        What is shown, in a sentence.
    things
        What its items are called.
    places
        Two numbers of 16 bits an item, low byte first, in base 64: right and down, 0 to 65,535 on
        a sheet that is ``width`` times as wide as high.
    tile
        The side of an item, as a share of the height.
    links
        Two numbers of 16 bits a link, low byte first, in base 64: indices of items.
    atlas, columns
        An address with all images in it, and how many stand in a row.
    rounds
        One for each round of the page.
    spreads
        Some of the first labels, those that reach far first.
    """

    about: str
    things: str
    n_items: int
    width: float
    places: str
    tile: float
    links: str
    atlas: str
    columns: int
    classes: tuple[ShownColour, ...]
    rounds: tuple[ShownBeliefs, ...]
    spreads: tuple[ShownSpread, ...]


class ShownLine(_Shown):
    """A learning curve.

    Attributes
    ----------
    colour, note
        Its name with its colour, and what it stands for in a few words.
    labels, shares
        How many labels there were, and the share of all items that was right then, 0 to 1.
    low, high
        Its 95 % interval; empty where there is none.
    own
        Whether it is that of the run itself.
    """

    colour: ShownColour
    note: str
    labels: tuple[int, ...]
    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    own: bool


class ShownCurve(_Shown):
    """Learning curves side by side, and what they are of."""

    about: str
    lines: tuple[ShownLine, ...]


class StagePage(_Shown):
    """All rounds, and the one to begin with.

    Attributes
    ----------
    run
        A name for what is shown: another one for others.
    ink
        Whether images are ink on paper, and no photographs.
    right_of
        What the shares of the rounds are of.
    coming
        Whether there is still more on its way.
    graph, curve
        None where there is none, or not yet.
    """

    run: str
    title: str
    current: int
    ink: bool
    right_of: str
    rounds: tuple[ShownRound, ...]
    coming: bool
    graph: ShownGraph | None
    curve: ShownCurve | None


class LeaveMessage(_Shown):
    """The presenter has left; ``round`` was on the screen."""

    round: int
