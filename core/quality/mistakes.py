"""Given labels that all other labels contradict, and near-duplicates with different labels.

A label is left out, and what the others say of its item is compared with it. Nothing is fitted
anew: scores are linear in the labels (:mod:`core.learning.influence`). Labels are asked for where
classes meet, so what a score says of one item there is often wrong, and what is predicted around it
is more often right. So the labels that look worst by their own scores are looked at once more, by
what would be predicted of the items around them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import UNLABELLED, FloatArray, IntArray
from core.graph.similarity import SimilarityGraph
from core.learning.influence import Influence

CANDIDATES: Final = 60
"""Labels that are looked at once more, and of which a list can be made."""

_FEWEST: Final = 20
"""Labels that are looked at once more however many images there are."""

_FAINT: Final = 1.0
"""What is added to the scores of an item, spread over all classes, as a share of what labelled
items have at the median: where no label is near, nothing is said for sure."""

_FAINT_AROUND: Final = 0.1
"""The same for the shares of what is predicted around an item, which sum to one."""

_SHARPNESS: Final = 8
"""The power to which the scores around an item are raised: nearly a vote by the class that would be
predicted of each, with less weight where that is open."""

_PLENTY: Final = 3.0
"""Where labelled items have so many times more from others than from themselves, an estimate of the
latter is good enough: it is off by some 12 %."""

_SAMPLE: Final = 10
"""Labels, or some more, from which it is known how large estimates have to be."""

NEAR: Final = 0.4
"""Near-duplicates are nearer each other than this share of the median distance of either one's
neighbours. Of 1,797 digits and 10,000 of MNIST fewer than one in a thousand have such a neighbour;
the copy of an image with faint noise, dimmed or blurred a little, mostly is one."""

_LOCAL: Final = 10
"""Neighbours of an item whose distances say what is near there."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A given label that others contradict.

    Attributes
    ----------
    item
        The index of the item.
    given, other
        Indices of the class that its label names, and of the one that others speak for most.
    score
        The logarithm of how many times more is said for the other class; above zero.
    """

    item: int
    given: int
    other: int
    score: float


@dataclass(frozen=True, slots=True)
class Witness:
    """A label that has a say in what is believed of an item.

    Attributes
    ----------
    item
        The index of the item that has the label.
    label
        The index of its class.
    weight
        What it gives, as a share of what all other labels give.
    """

    item: int
    label: int
    weight: float


@dataclass(frozen=True, slots=True)
class Twins:
    """Two items that are nearly the same and have different labels.

    Attributes
    ----------
    items
        Their indices: first the one whose label is the more doubtful.
    nearness
        Their distance, as a share of the median distance of the neighbours of either one.
    """

    items: tuple[int, int]
    nearness: float


def doubts(influence: Influence) -> tuple[Doubt, ...]:
    """The labels that others contradict, the most suspicious first; ``CANDIDATES`` at most.

    On the labels of simulated projects, see :mod:`tests.benchmarks.mistakes`.

    References
    ----------
    Zhu, Ghahramani, "Learning from labeled and unlabeled data with label propagation", 2002
    (scores without a label, as harmonic functions have them); Northcutt, Jiang, Chuang, "Confident
    learning", 2021 (labels ranked by what a model says that has not seen them; their thresholds
    by class did worse here, .94 instead of .99 on digits with unequal classes).
    """
    order, _ = _ranked(influence)
    others, scores = _closer(influence, order)
    places = influence.given[order]
    best = [at for at in np.argsort(-scores, kind="stable").tolist() if scores[at] > 0]
    classes = _classes(influence)
    return tuple(
        Doubt(
            int(influence.items[order[at]]),
            int(classes[places[at]]),
            int(classes[others[at]]),
            float(scores[at]),
        )
        for at in best
    )


def suspicions(influence: Influence) -> FloatArray:
    """How suspicious each labelled item is, shape (n_labelled,): larger is more so.

    Only their order means something: that of :func:`doubts`, and behind those the order by scores
    alone.
    """
    order, scores = _ranked(influence)
    _, closer = _closer(influence, order)
    ranks = _ranks(scores)
    ranks[order] = len(ranks) + _ranks(closer)
    return ranks


def _ranks(scores: FloatArray) -> FloatArray:
    return np.argsort(np.argsort(scores, kind="stable"), kind="stable").astype(np.float64)


def _closer(influence: Influence, order: IntArray) -> tuple[IntArray, FloatArray]:
    """The same as :func:`_ratios` of what is predicted around candidates."""
    around = _around(influence, order)
    return _ratios(around, influence.given[order], _FAINT_AROUND)


def witnesses(influence: Influence, item: int, label: int, most: int) -> tuple[Witness, ...]:
    """The labels of a class that speak most for it at an item, the weightiest first.

    Parameters
    ----------
    item
        The index of an item. Its own label, if it has one, has no say.
    label
        The index of the class.
    most
        How many at most. Labels of no weight are left out.
    """
    items = influence.items
    (column,) = influence.responses([item])
    given = column[items].astype(np.float64)
    given[items == item] = 0
    whole = given.sum() or 1.0
    named = np.flatnonzero((influence.beliefs.labels[items] == label) & (given > 0))
    best = named[np.argsort(-given[named], kind="stable")][:most]
    return tuple(Witness(int(items[at]), label, float(given[at] / whole)) for at in best)


def twins(
    influence: Influence, features_of: Callable[[IntArray], NDArray[Any]]
) -> tuple[Twins, ...]:
    """Near-duplicates with different labels, the nearest first.

    They are among each other's neighbours, and much nearer than neighbours are there.

    Parameters
    ----------
    features_of
        Gives the features of items by their index, shape (n_some, n_features).
    """
    neighbours: dict[int, IntArray] = {}

    def around(item: int) -> IntArray:
        if item not in neighbours:
            neighbours[item] = _neighbours(influence.graph, item)
        return neighbours[item]

    pairs = [*_pairs(influence, around)]
    if not pairs:
        return ()
    paired = sorted({item for pair in pairs for item in pair})
    known = np.unique(np.concatenate([paired, *map(around, paired)]))
    points = features_of(known).reshape(len(known), -1).astype(np.float64)
    point = dict(zip(known.tolist(), points, strict=True))
    usual = {
        item: float(np.median([math.dist(point[item], point[i]) for i in around(item).tolist()]))
        for item in paired
    }
    rank = dict(zip(influence.items.tolist(), suspicions(influence).tolist(), strict=True))
    found = []
    for one, other in pairs:
        distance, scale = math.dist(point[one], point[other]), min(usual[one], usual[other])
        if distance <= NEAR * scale:
            first, second = sorted((one, other), key=rank.__getitem__, reverse=True)
            found.append(Twins((first, second), distance / scale if scale else 0.0))
    return tuple(sorted(found, key=lambda pair: (pair.nearness, pair.items)))


def _pairs(influence: Influence, around: Callable[[int], IntArray]) -> Iterator[tuple[int, int]]:
    """Labelled items with different labels that are among each other's neighbours."""
    labels = influence.beliefs.labels
    for one in influence.items.tolist():
        near = around(one)
        others = near[(near > one) & (labels[near] != UNLABELLED) & (labels[near] != labels[one])]
        yield from ((one, other) for other in others.tolist() if one in around(other))


def _neighbours(graph: SimilarityGraph, item: int) -> IntArray:
    """The items that one is linked with most strongly, ten at most."""
    near, links = _row(graph.matrix, item)
    near, links = near[near != item], _unscaled(graph, near, links)[near != item]
    return np.asarray(near[np.argsort(-links, kind="stable")[:_LOCAL]])


def _classes(influence: Influence) -> IntArray:
    evidence = influence.beliefs.evidence
    return evidence.classes if evidence else np.empty(0, dtype=np.int64)


def _ranked(influence: Influence) -> tuple[IntArray, FloatArray]:
    """Places of the candidates, the first first, and the score of each labelled item."""
    n_labelled = len(influence.items)
    own = influence.own(np.arange(0, n_labelled, max(1, n_labelled // _SAMPLE)))
    scores = _by_scores(influence, own)
    order = np.argsort(-scores, kind="stable")
    if np.isnan(influence.known()).any() and not _is_plenty(influence, own):
        scores = _by_scores(influence, influence.own(order))
        order = np.argsort(-scores, kind="stable")
    return order[: min(CANDIDATES, max(_FEWEST, influence.affordable))], scores


def _is_plenty(influence: Influence, own: FloatArray) -> bool:
    """Whether so much is said by others that it matters little what is not known for sure."""
    others = _without_own(influence, own).sum(axis=1)
    return bool(np.median(others) > _PLENTY * np.median(own))


def _by_scores(influence: Influence, own: FloatArray) -> FloatArray:
    """How many times more others say for another class, as logarithms, shape (n_labelled,)."""
    if not len(influence.items):
        return np.empty(0)
    weighed = _without_own(influence, own) / np.sqrt(influence.masses)
    sums = weighed.sum(axis=1)
    faint = _FAINT * float(np.median(sums[sums > 0])) if sums.any() else 1.0
    return _ratios(weighed, influence.given, faint)[1]


def _without_own(influence: Influence, own: FloatArray) -> FloatArray:
    """Scores without an item's own label; zero where they are not known, which speaks for none."""
    return np.nan_to_num(influence.without_own(own, guess=True))


def _ratios(scores: FloatArray, given: IntArray, faint: float) -> tuple[IntArray, FloatArray]:
    """The best class but the given one, and the logarithm of its score by that of the given one.

    Parameters
    ----------
    scores : (n_some, n_seen), float64
    given : (n_some,), int64
        Columns.
    faint
        Added to the scores of each row, in equal parts.
    """
    n_some, n_seen = scores.shape
    if n_seen < 2:
        return np.zeros(n_some, dtype=np.int64), np.full(n_some, -np.inf)
    rows = np.arange(n_some)
    with_faint = scores + faint / n_seen
    own = with_faint[rows, given]
    with_faint[rows, given] = -1
    others = with_faint.argmax(axis=1)
    return others, np.log(with_faint[rows, others] / own)


def _around(influence: Influence, order: IntArray) -> FloatArray:
    """What is predicted around some labelled items without their labels, by the class.

    Parameters
    ----------
    order : (n_some,), int64
        Places among the labelled items.

    Returns
    -------
    (n_some, n_seen), float64
        Shares: rows sum to one, or to zero where nothing is linked.
    """
    weights = 1 / np.sqrt(influence.masses)
    shares = np.zeros((len(order), len(weights)))
    items = influence.items[order]
    around = _two_steps(influence.graph, items)
    lost, responses = influence.lost_of(items), influence.responses(items.tolist())
    each = zip(influence.given[order].tolist(), around, lost.tolist(), responses, strict=True)
    for row, (given, (near, links), part, response) in enumerate(each):
        if not len(near):
            continue
        scores = influence.scores_of(near)
        scores[:, given] = np.maximum(scores[:, given] - response[near], 0)
        scores[scores.sum(axis=1) <= part * response[near]] = 0
        scores *= weights
        largest = scores.max(axis=1, keepdims=True)
        votes = np.power(scores / np.where(largest > 0, largest, 1), _SHARPNESS)
        sums = votes.sum(axis=1, keepdims=True)
        shares[row] = links @ (votes / np.where(sums > 0, sums, 1)) / links.sum()
    return shares


def _two_steps(graph: SimilarityGraph, items: IntArray) -> Iterator[tuple[IntArray, FloatArray]]:
    """For each item the others within two steps, and how strongly they are linked with it.

    Of a dense graph, where links may sink by a hundred orders of magnitude from one neighbour to
    the next, the steps are those to the ten nearest, and all count alike.
    """
    if isinstance(graph.matrix, np.ndarray):
        for item in items.tolist():
            first = _neighbours(graph, item)
            steps = np.concatenate([first, *(_neighbours(graph, one) for one in first.tolist())])
            near, times = np.unique(steps[steps != item], return_counts=True)
            yield near, times.astype(np.float64)
        return
    start = graph.matrix[items]
    reach = sparse.csr_array(start + start @ graph.matrix)
    for row, item in enumerate(items.tolist()):
        near, links = _row(reach, row)
        is_other = near != item
        yield near[is_other], _unscaled(graph, near, links)[is_other]


def _row(matrix: FloatArray | sparse.csr_array, number: int) -> tuple[IntArray, FloatArray]:
    """The entries of a row above zero: their columns, and what they are."""
    if isinstance(matrix, np.ndarray):
        near = np.flatnonzero(matrix[number] > 0)
        return near, matrix[number][near]
    part = slice(int(matrix.indptr[number]), int(matrix.indptr[number + 1]))
    kept = matrix.data[part] > 0
    return matrix.indices[part][kept].astype(np.int64), matrix.data[part][kept]


def _unscaled(graph: SimilarityGraph, near: IntArray, links: FloatArray) -> FloatArray:
    """Links of an item as they were before they were divided by the roots of degrees."""
    return links if graph.root_degrees is None else links * graph.root_degrees[near]
