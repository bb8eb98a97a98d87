"""What a label on one item gives all, kept small: item by item near it, by aggregates elsewhere.

Of a large graph a whole column takes long, and most of that for items that are far from the label,
where it is smooth. So the column is looked for among those that are anything at all on the items
near the label, and the same, up to the weights of the items, in each aggregate of the coarse
picture (:mod:`core.learning.coarse`). The best of these, by the energy of the error, solves a small
system (Galerkin's condition). It takes as long on a graph of ten million items as on one of a
hundred thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import BoolArray, Float32Array, FloatArray, Int32Array, IntArray

NEAR: Final = 4_000
"""Items near a label that are looked at one by one, at most. Columns are then about as close as
those that conjugate gradients come to on the whole graph, stopped at a residual of .02."""

LEAST: Final = np.float32(1e-30)
"""What a label gives at least to what it reaches: next to nothing, but not nothing."""

SEVERAL: Final = -1
"""Stands for the component of an aggregate whose items are in several ones."""

TOLERANCE: Final = 0.01
"""What is left of the source, as a share of it, when what is near is solved well enough to choose
items by."""

_MOST_ITERATIONS: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The coarse picture of a graph, item by item.

    Attributes
    ----------
    aggregate : (n_items,), int32
        Where each item belongs.
    weights : (n_items,), float32
        What it stands for there.
    sums : (n_aggregates,), float64
        The weights in each aggregate, added up.
    component : (n_aggregates,), int32
        The connected component that the items of an aggregate are in, or ``SEVERAL``: no label
        reaches another one.
    """

    aggregate: Int32Array
    weights: Float32Array
    sums: FloatArray
    component: Int32Array

    @staticmethod
    def of(
        aggregate: Int32Array, weights: Float32Array, place: IntArray, component: Int32Array | None
    ) -> Picture:
        """Of items that a solver keeps in an order of its own.

        Parameters
        ----------
        aggregate, weights : (n_items,)
            In the order of the solver, which has the items of an aggregate one after the other.
        place : (n_items,), int64
            Where each item is in it.
        component : (n_items,), int32, or None
            The connected component of each item, in their own order; None where there is only one.
        """
        sums = np.bincount(aggregate, weights=weights).astype(np.float64)
        of = np.zeros(len(sums), dtype=np.int32)
        if component is not None:
            starts = np.searchsorted(aggregate, np.arange(len(sums)))
            ordered = np.empty_like(component)
            ordered[place] = component
            of = np.minimum.reduceat(ordered, starts)
            of[of != np.maximum.reduceat(ordered, starts)] = SEVERAL
        return Picture(aggregate[place], weights[place], sums, of)

    def column(self, near: IntArray, solved: Solved, scale: float) -> NearbyColumn:
        """What a solution comes to, item by item.

        Parameters
        ----------
        near : (n_near,), int64
            The items that the solution has nodes for, the label's own first.
        solved
            The solution, but for its scale.
        """
        home = self.component[self.aggregate[near[0]]]
        # None is below zero in truth; and where items have nothing in common but that no seed of
        # an aggregate reached them, what is not near is not reached.
        far = np.maximum(np.float32(scale) * solved.far, LEAST)
        far[(self.component != home) | (self.component == SEVERAL)] = 0
        ascending = np.argsort(near)
        near, values = near[ascending], np.float32(scale) * solved.values[ascending]
        of, weights = self.aggregate[near], self.weights[near]
        excess = values + (np.float32(scale) * solved.far - far)[of] * weights
        total = float(far @ self.sums) + float(excess.sum(dtype=np.float64))
        return NearbyColumn(self, far, near, excess, total)


class Column(Protocol):
    """What a label on one item gives to others, however it is kept."""

    @property
    def total(self) -> float:
        """What it gives to all items together."""
        ...

    def at(self, items: IntArray, /) -> FloatArray | Float32Array:
        """What it gives to some items, in their order: shape (n_some,), none below zero.

        Parameters
        ----------
        items : (n_some,), int64, ascending
            One at least.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class WholeColumn:
    """One that is kept item by item.

    Attributes
    ----------
    scores : (n_items,)
    """

    scores: FloatArray | Float32Array

    @property
    def total(self) -> float:
        """What it gives to all items together."""
        return float(self.scores.sum(dtype=np.float64))

    def at(self, items: IntArray, /) -> FloatArray | Float32Array:
        """What it gives to some items, shape (n_some,); to be read only."""
        return self.scores[items]


@dataclass(frozen=True, slots=True, eq=False)
class NearbyColumn:
    """One that is kept item by item near the label, and by aggregates elsewhere.

    Attributes
    ----------
    picture
        Of the graph.
    far : (n_aggregates,), float32
        What it gives the items of each aggregate, for a weight of one; above zero where it reaches.
    near : (n_near,), int64
        Items near the label, ascending.
    excess : (n_near,), float32
        What it gives these beyond that.
    total
        What it gives to all items together.
    """

    picture: Picture
    far: Float32Array
    near: IntArray
    excess: Float32Array
    total: float

    def at(self, items: IntArray, /) -> Float32Array:
        """What it gives to some items, shape (n_some,)."""
        found = self.far[self.picture.aggregate[items]]
        found *= self.picture.weights[items]
        places = np.searchsorted(items, self.near)
        places[places == len(items)] = 0
        is_there = items[places] == self.near
        places, excess = places[is_there], self.excess[is_there]
        found[places] = np.maximum(found[places] + excess, LEAST)
        return found


class Solved(NamedTuple):
    """What :class:`NearbySolver` comes to, in the order of its system.

    Attributes
    ----------
    far : (n_aggregates,), float32
        The solution far from the source, for a weight of one.
    nodes : (n_near,), int64
        What is near, the source first.
    values : (n_near,), float32
        What the solution has there beyond that.
    """

    far: Float32Array
    nodes: IntArray
    values: Float32Array


class _Rows(NamedTuple):
    """Some rows of a system, one after the other: as a sparse matrix keeps them."""

    starts: IntArray
    columns: Int32Array
    entries: Float32Array


class NearbySolver:
    """Solves a system for a source of one at one place: exactly near it, coarsely elsewhere.

    Parameters
    ----------
    system : (n_items, n_items), float32
        ``I - alpha S``, the items of each aggregate one after the other.
    sizes : (n_aggregates,), int64
        Of the aggregates.
    weights : (n_items,), float32
        What an item stands for in its aggregate; squares add up to one in each.
    coarse : (n_aggregates, n_aggregates), float32
        The inverse of the system on the aggregates.
    near
        Places that are looked at one by one, at most.
    tolerance
        What may be left of the source, as a share of it.
    """

    def __init__(
        self,
        system: sparse.csr_array,
        sizes: IntArray,
        weights: Float32Array,
        coarse: Float32Array,
        near: int = NEAR,
        tolerance: float = TOLERANCE,
    ) -> None:
        self.system = system
        self.sizes = sizes
        self.weights = weights
        self.coarse = coarse
        self._near = near
        self._tolerance = tolerance
        self.aggregate = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    def solve(self, place: int) -> Solved:
        """About the solution for a source of one at a place."""
        nodes, number, rows = self._around(place)
        # What these places and aggregates have to do with each other: the system's entries are
        # either among the places, or from one of them to an aggregate.
        among = _among(rows, number)
        of = self.aggregate[rows.columns]
        touched = np.flatnonzero(np.bincount(of, minlength=len(self.coarse)))
        renumbered = np.empty(len(self.coarse), dtype=np.int32)
        renumbered[touched] = np.arange(len(touched), dtype=np.int32)
        links = sparse.csr_array(
            (rows.entries * self.weights[rows.columns], renumbered[of], rows.starts),
            shape=(len(nodes), len(touched)),
        )
        back = links.T
        inverse = self.coarse[np.ix_(touched, touched)]
        # The source, as seen on the aggregates.
        seen = np.zeros(len(touched), dtype=np.float32)
        seen[renumbered[self.aggregate[place]]] = self.weights[place]

        def reduced(values: Float32Array) -> Float32Array:
            """The system on the places alone, aggregates being solved for (Schur complement)."""
            coarse = np.einsum("ij,j->i", inverse, back @ values)
            return np.asarray(among @ values - links @ coarse)

        source = links @ -np.einsum("ij,j->i", inverse, seen)
        source[0] += 1
        values = _conjugate_gradients(reduced, source, self._tolerance)
        far = np.einsum("i,ij->j", seen - back @ values, self.coarse[touched])
        return Solved(far, nodes, values)

    def _around(self, place: int) -> tuple[IntArray, Int32Array, _Rows]:
        """The places that are fewest steps away, their numbers plus one, and their rows.

        Numbers are one more than where a place is among them, and zero of all others.
        """
        # Pages of memory that are not written to cost nothing.
        number = np.zeros(self.system.shape[0], dtype=np.int32)
        nodes = np.array([place], dtype=np.int64)
        number[place] = 1
        layers, parts = [nodes], []
        n_nodes = 1
        while len(nodes):
            rows = _rows(self.system, nodes)
            parts.append(rows)
            new = rows.columns[number[rows.columns] == 0]
            # Each once: the last one that is written stays.
            number[new] = np.arange(len(new), dtype=np.int32)
            is_last = number[new] == np.arange(len(new), dtype=np.int32)
            number[new] = 0
            nodes = new[is_last][: self._near - n_nodes].astype(np.int64)
            number[nodes] = np.arange(n_nodes + 1, n_nodes + 1 + len(nodes), dtype=np.int32)
            layers.append(nodes)
            n_nodes += len(nodes)
        joined = _Rows(
            np.concatenate([[0], *(np.diff(part.starts) for part in parts)]).cumsum(),
            np.concatenate([part.columns for part in parts]),
            np.concatenate([part.entries for part in parts]),
        )
        return np.concatenate(layers), number, joined


def _rows(system: sparse.csr_array, places: IntArray) -> _Rows:
    """Some rows of a sparse matrix, in their order; several times as quick as scipy's."""
    begins = system.indptr[places].astype(np.int64)
    starts = np.zeros(len(places) + 1, dtype=np.int64)
    np.cumsum(system.indptr[places + 1] - begins, out=starts[1:])
    entries = np.arange(starts[-1]) + np.repeat(begins - starts[:-1], np.diff(starts))
    return _Rows(starts, system.indices[entries], system.data[entries])


def _among(rows: _Rows, number: Int32Array) -> sparse.csr_array:
    """What rows say of the places that they are of, whose numbers plus one are given."""
    columns = number[rows.columns]
    inside: BoolArray = columns > 0
    counts = np.concatenate([[0], np.cumsum(inside)])
    n_places = len(rows.starts) - 1
    return sparse.csr_array(
        (rows.entries[inside], columns[inside] - 1, counts[rows.starts]),
        shape=(n_places, n_places),
    )


def _conjugate_gradients(
    apply: Callable[[Float32Array], Float32Array], source: Float32Array, tolerance: float
) -> Float32Array:
    """The solution of a positive definite system, of which its product with a vector is given."""
    solution, residual = np.zeros_like(source), source
    direction = residual
    length = _dot(residual, residual)
    enough = tolerance**2 * length
    for _ in range(_MOST_ITERATIONS):
        if length <= enough:
            break
        product = apply(direction)
        curvature = _dot(direction, product)
        if not curvature > 0:
            # Places that make up whole aggregates leave nothing to be solved for.
            break
        step = length / curvature
        solution = solution + step * direction
        residual = residual - step * product
        before, length = length, _dot(residual, residual)
        direction = residual + length / before * direction
    return solution


def _dot(left: NDArray[Any], right: NDArray[Any]) -> Any:  # noqa: ANN401 - a number of their kind
    return np.einsum("i,i->", left, right)
