"""The graph on the stage: items in two dimensions, and how one label comes to all the others."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray
from core.data.dataset import Dataset
from core.data.pictures import atlas_url
from core.engine.engine import Engine
from core.figures.palette import DARK, LIGHT, class_colours
from core.figures.presented import (
    ShownBeliefs,
    ShownColour,
    ShownGraph,
    ShownSpread,
    ShownSweep,
)
from core.graph.layout import can_lay_out, links_of, neighbour_points, principal_points
from core.graph.similarity import SimilarityGraph, symmetric_knn_graph
from core.graph.tiles import in_cells
from core.jobs.progress import Progress, silent
from core.learning.arriving import Arrival, arrivals
from core.learning.beliefs import Beliefs
from core.querying.queries import margin
from core.session.events import Colour

MOST: Final = 600
"""Items that can be told apart on a screen."""

WIDTH: Final = 1.62
"""Of the sheet, its height being 1."""

_LABELS: Final = 150
"""Labelled items in a sample at most: it is to have some, and not to consist of them."""

_SWEEPS: Final = 6
_SPREADS: Final = 6
_LINKS: Final = 3
"""Links of each item that are drawn, the strongest ones."""

_FILLED: Final = 0.34
"""How much of the sheet all items fill together."""

_LARGEST: Final = 0.052
_NEIGHBOURS: Final = 10
_SIDE: Final = 36
_COLUMNS: Final = 25
_NO_CLASS: Final = 255
_STEPS: Final = 65_535
_SURE: Final = 0.9
"""What leads by as much as this quantile in the last round is drawn in its full colour."""

_SEED: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is drawn.

    Attributes
    ----------
    dataset
        All items.
    positions : (n_some,), int64
        Indices of those that are drawn, ascending.
    graph
        S over these alone.
    features : (n_some, n_features)
        What similarity is measured on.
    alpha
        As label spreading has it.
    things
        What items are called.
    marks
        What a person has marked each class with; empty where nobody has.
    """

    dataset: Dataset
    positions: IntArray
    graph: SimilarityGraph
    features: NDArray[Any]
    alpha: float
    things: str
    marks: tuple[Colour | None, ...] = ()

    @property
    def is_sample(self) -> bool:
        """Whether others are left out."""
        return len(self.positions) < self.dataset.n_items


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is believed of the items that are drawn, in one round.

    Attributes
    ----------
    classes : (n_some,), int64
        The class of each, a given label first; ``UNLABELLED`` where no label reaches.
    leads : (n_some,), float64
        By how much the most probable class leads, 0 to 1; 0 where no label reaches.
    labels : (n_some,), int64
        The labels there are; ``UNLABELLED`` elsewhere.
    """

    classes: IntArray
    leads: FloatArray
    labels: IntArray


def subject_of(
    engine: Engine,
    labelled: IntArray,
    alpha: float,
    things: str,
    marks: tuple[Colour | None, ...],
) -> Subject:
    """What is drawn of a project: all of it, or a sample with a graph of its own.

    Parameters
    ----------
    labelled : (n_labels,), int64
        Indices of labelled items, some of which are to be in a sample.
    """
    n_items = engine.dataset.n_items
    if n_items <= MOST:
        everything = np.arange(n_items)
        features = engine.features_of(everything)
        return Subject(engine.dataset, everything, engine.graph, features, alpha, things, marks)
    random = np.random.default_rng(_SEED)
    some = labelled
    if len(some) > _LABELS:
        some = random.choice(labelled, _LABELS, replace=False)
    others = np.setdiff1d(np.arange(n_items), labelled)
    n_others = min(len(others), MOST - len(some))
    drawn = random.choice(others, n_others, replace=False)
    positions = np.sort(np.concatenate([some, drawn]))
    features = engine.features_of(positions)
    graph = symmetric_knn_graph(features, _NEIGHBOURS)
    return Subject(engine.dataset, positions, graph, features, alpha, things, marks)


def seen_of(subject: Subject, beliefs: Beliefs) -> Seen:
    """What is believed of the items that are drawn."""
    leads = np.where(beliefs.reached, np.maximum(1 - margin(beliefs), 0), 0.0)
    return Seen(
        np.where(beliefs.reached, beliefs.predicted, UNLABELLED)[subject.positions],
        leads[subject.positions],
        beliefs.labels[subject.positions],
    )


def graph_data(subject: Subject, rounds: Sequence[Seen], progress: Progress = silent) -> ShownGraph:
    """Everything that is drawn of a graph, round by round.

    Parameters
    ----------
    rounds
        What is believed of its items in each round; at least one.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    progress("Laying out the graph", 0.0)
    n_items = len(subject.positions)
    tile = min(_LARGEST, float(np.sqrt(_FILLED * WIDTH / n_items)))
    places = in_cells(_points(subject), WIDTH, 1.0, tile) / [WIDTH, 1.0]
    names = subject.dataset.class_names[:_NO_CLASS]
    marks = subject.marks[:_NO_CLASS] or (None,) * len(names)
    colours = zip(names, class_colours(marks, LIGHT), class_colours(marks, DARK), strict=True)
    progress("Following labels", 0.6)
    return ShownGraph(
        about=_about(subject),
        things=subject.things,
        n_items=n_items,
        width=WIDTH,
        places=_words(np.round(places * _STEPS)),
        tile=tile,
        links=_words(_strongest(subject.graph)),
        atlas=atlas_url(subject.dataset, subject.positions, _SIDE, _COLUMNS),
        columns=_COLUMNS,
        classes=tuple(ShownColour(name=n, light=one, dark=two) for n, one, two in colours),
        rounds=_rounds(rounds),
        spreads=_spreads(subject, rounds),
    )


def _points(subject: Subject) -> NDArray[np.float64]:
    """Where items lie before they are moved apart."""
    start = principal_points(subject.features)
    if not can_lay_out() or len(start) < _NEIGHBOURS:
        return start.astype(np.float64)
    points = neighbour_points(links_of(subject.graph), start)
    # The longer way goes along the sheet.
    return points if np.ptp(points[:, 0]) >= np.ptp(points[:, 1]) else points[:, ::-1]


def _about(subject: Subject) -> str:
    n_items = subject.dataset.n_items
    things = subject.things
    if subject.is_sample:
        return (
            f"A sample of {len(subject.positions)} of the {n_items:,} {things}, "
            "each linked with those of the sample most like it."
        )
    return f"{n_items:,} {things}, each linked with those most like it."


def _strongest(graph: SimilarityGraph) -> IntArray:
    """The strongest links of each item, shape (n_links, 2): each once."""
    weights = graph.matrix
    dense = weights if isinstance(weights, np.ndarray) else weights.toarray()
    n_links = min(_LINKS, len(dense) - 1)
    others = np.argsort(-dense, axis=1, kind="stable")[:, :n_links]
    rows = np.repeat(np.arange(len(dense)), n_links)
    columns = others.ravel()
    some = dense[rows, columns] > 0
    pairs = np.sort(np.stack([rows[some], columns[some]], axis=1), axis=1)
    return np.unique(pairs, axis=0)


def _rounds(rounds: Sequence[Seen]) -> tuple[ShownBeliefs, ...]:
    last = rounds[-1]
    open_ones = last.leads[(last.labels == UNLABELLED) & (last.classes != UNLABELLED)]
    full = float(np.quantile(open_ones, _SURE)) if len(open_ones) else 1.0
    return tuple(
        ShownBeliefs(
            classes=_bytes(np.where(_is_named(seen.classes), seen.classes, _NO_CLASS)),
            leads=_bytes(255 * np.minimum(seen.leads / (full or 1.0), 1)),
            labelled=_bytes(seen.labels != UNLABELLED),
        )
        for seen in rounds
    )


def _is_named(classes: IntArray) -> BoolArray:
    """Which of some classes have a number that can be sent."""
    return np.asarray((classes != UNLABELLED) & (classes < _NO_CLASS))


def _spreads(subject: Subject, rounds: Sequence[Seen]) -> tuple[ShownSpread, ...]:
    """How some labels spread, of the first round that has any: of each class the farthest."""
    labels = next((one.labels for one in rounds if (one.labels != UNLABELLED).any()), None)
    if labels is None:
        return ()
    labelled = np.flatnonzero(labels != UNLABELLED)
    found = arrivals(subject.graph, labelled, subject.alpha, most=_SWEEPS)
    far = sorted(found, key=lambda one: -float(one.shares[-1].sum()))
    of_class: dict[int, Arrival] = {}
    for arrival in far:
        of_class.setdefault(int(labels[arrival.item]), arrival)
    return tuple(
        ShownSpread(item=one.item, number=number, sweeps=_sweeps(one))
        for number, one in list(of_class.items())[:_SPREADS]
        if number < _NO_CLASS
    )


def _sweeps(arrival: Arrival) -> tuple[ShownSweep, ...]:
    return tuple(
        ShownSweep(
            sweeps=sweeps,
            reached=int(np.count_nonzero(heard)),
            shares=_bytes(255 * np.minimum(shares, 1)),
            heard=_bytes(heard),
        )
        for sweeps, shares, heard in zip(arrival.sweeps, arrival.shares, arrival.heard, strict=True)
    )


def _bytes(values: NDArray[Any]) -> str:
    return b64encode(np.round(values).astype(np.uint8).tobytes()).decode("ascii")


def _words(values: NDArray[Any]) -> str:
    return b64encode(values.astype("<u2").tobytes()).decode("ascii")
