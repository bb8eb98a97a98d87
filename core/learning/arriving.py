"""How one label comes to the other items, sweep by sweep: to be looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import BoolArray, FloatArray, IntArray, freeze
from core.graph.similarity import SimilarityGraph

TRACE: Final = 0.01
"""A label has reached an item once so much of all that it ever gives the item is there."""

_STEPS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384)
"""After how many sweeps one may look."""

_NEARLY_ALL: Final = 0.98
"""Once so many of those that it ever reaches are reached, there is nothing more to be seen."""

_HOPS: Final = 60
_REST: Final = 1e-3
"""Sweeps go on until what is still to come is less than this, from items ``_HOPS`` links away."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """How one label comes to all items.

    Attributes
    ----------
    item
        The index of the item that has the label.
    sweeps
        After how many sweeps one looks, ascending.
    shares : (n_sweeps, n_items), float64
        How much of all that an item ever hears of any label is from this one and has arrived, 0 to
        1; 0 where no label is ever heard.
    heard : (n_sweeps, n_items), bool
        Which items it has reached.
    """

    item: int
    sweeps: tuple[int, ...]
    shares: FloatArray
    heard: BoolArray

    def __post_init__(self) -> None:
        freeze(self)


def arrivals(
    graph: SimilarityGraph, labelled: IntArray, alpha: float, *, most: int
) -> tuple[Arrival, ...]:
    """How each of some labels comes to all items: ``sum of alpha^m S^m e_j`` up to each sweep.

    That is the sum that label spreading converges to, but for a factor that is the same for all.
    It has positive terms alone, so that weights of 1e-100 are as exact as others.

    Parameters
    ----------
    graph
        S, over n_items items.
    labelled : (n_labels,), int64
        Indices of the items that have a label.
    alpha
        Between 0 and 1, both excluded.
    most
        So many moments at most at which one looks.

    References
    ----------
    Zhou, Bousquet, Lal, Weston, Schölkopf, "Learning with local and global consistency", 2004.
    """
    n_sweeps = _HOPS + math.ceil(math.log(_REST) / math.log(alpha))
    now = np.zeros((graph.n_items, len(labelled)))
    now[labelled, np.arange(len(labelled))] = 1
    arrived, seen = now.copy(), {}
    for sweep in range(1, n_sweeps + 1):
        now = alpha * (graph.matrix @ now)
        arrived = arrived + now
        if sweep in _STEPS:
            seen[sweep] = arrived
    total = arrived.sum(axis=1)
    total[total == 0] = 1
    return tuple(
        _arrival(
            int(item),
            {sweep: at[:, place] for sweep, at in seen.items()},
            arrived[:, place],
            total,
            most,
        )
        for place, item in enumerate(labelled)
    )


def _arrival(
    item: int, seen: dict[int, FloatArray], ever: FloatArray, total: FloatArray, most: int
) -> Arrival:
    heard = {sweep: (at >= TRACE * ever) & (ever > 0) for sweep, at in seen.items()}
    enough = _NEARLY_ALL * np.count_nonzero(ever)
    wanted: list[int] = []
    for sweep in seen:
        wanted.append(sweep)
        if np.count_nonzero(heard[sweep]) >= enough:
            break
    sweeps = _thinned(wanted, most)
    return Arrival(
        item,
        sweeps,
        np.stack([seen[sweep] / total for sweep in sweeps]),
        np.stack([heard[sweep] for sweep in sweeps]),
    )


def _thinned(sweeps: Sequence[int], most: int) -> tuple[int, ...]:
    """At most so many of them, the first and the last one in any case."""
    places = np.unique(np.linspace(0, len(sweeps) - 1, min(most, len(sweeps))).round().astype(int))
    return tuple(sweeps[place] for place in places)
