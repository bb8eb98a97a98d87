"""Which items to ask about first, when no label says anything yet.

A label speaks for the items that it spreads to, so the first ones are chosen to stand for as many
as they can, from the features alone. All of it is done on a random sample of the items, with a
graph of its own: that takes the same time whether there are two thousand items or a million.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.cluster import KMeans

from core.arrays import BoolArray, Float32Array, FloatArray, IntArray
from core.graph.similarity import symmetric_knn_graph
from core.learning.inverse import positive_inverse

OpeningKey = Literal["coverage", "k_means", "sigma", "v_optimality", "random"]

SAMPLE: Final = 2_000
"""Most items that the choice is made among and for."""

LEAST: Final = 10
"""Items that an opening is for at least."""

_NEIGHBOURS: Final = 10
_ALPHA: Final = 0.99
_AT_A_TIME: Final = 128
"""Items whose gain is computed together: what that takes stays in the processor's cache."""

_KEPT: Final = 64
"""Rankings kept: of the openings of a few projects, which all begin alike."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A way to choose the first items.

    Attributes
    ----------
    title, explanation
        For people: a name, and one sentence.
    rank
        What each item of the sample is worth, shape (n_sampled,), when those at ``taken`` have been
        chosen before; ``wanted`` items are wanted in all. Given the randomness too, which only
        ``random`` uses.
    repeats
        Whether it ranks alike whenever it is asked.
    """

    title: str
    explanation: str
    rank: Callable[[Sample, Sequence[int], int, np.random.Generator], FloatArray]
    repeats: bool = True


class Sample:
    """Some of the items, and how far a label on each would reach among them.

    Parameters
    ----------
    features : (n_sampled, n_features), any real dtype
    positions : (n_sampled,), int64
        Which items these are, ascending.
    seed
        Of k-means.
    """

    def __init__(self, features: NDArray[Any], positions: IntArray, seed: int = 0) -> None:
        self.features = features
        self.positions = positions
        self.seed = seed
        self._clusters: dict[int, tuple[IntArray, FloatArray]] = {}
        self._ranks: OrderedDict[tuple[OpeningKey, tuple[int, ...], int], FloatArray] = (
            OrderedDict()
        )
        self._lock = threading.Lock()

    @staticmethod
    def draw(n_items: int, random: np.random.Generator) -> IntArray:
        """Positions of a sample of so many items, ascending; all of them where they are few."""
        if n_items <= SAMPLE:
            return np.arange(n_items, dtype=np.int64)
        return np.sort(random.choice(n_items, SAMPLE, replace=False)).astype(np.int64)

    def ranks(
        self, key: OpeningKey, taken: Sequence[int], wanted: int, random: np.random.Generator
    ) -> FloatArray:
        """What each item is worth, shape (n_sampled,), as :attr:`Opening.rank` says; read-only.

        Projects begin alike, so what was ranked before is kept, and who asks for what is being
        ranked waits for it.
        """
        opening = OPENINGS[key]
        if not opening.repeats:
            return opening.rank(self, taken, wanted, random)
        name = key, tuple(taken), wanted
        with self._lock:
            if name not in self._ranks:
                ranks = opening.rank(self, taken, wanted, random)
                ranks.setflags(write=False)
                self._ranks[name] = ranks
            self._ranks.move_to_end(name)
            while len(self._ranks) > _KEPT:
                self._ranks.popitem(last=False)
            return self._ranks[name]

    def places(self, items: Sequence[int] | IntArray) -> list[int]:
        """Where those of some items that were sampled are in the sample."""
        wanted = np.asarray(items, dtype=np.int64)
        places = np.searchsorted(self.positions, wanted)
        places = np.minimum(places, len(self.positions) - 1)
        found: list[int] = places[self.positions[places] == wanted].tolist()
        return found

    @cached_property
    def roots(self) -> FloatArray:
        """The roots of the degrees, shape (n_sampled,)."""
        return self._reach[1]

    @cached_property
    def reach(self) -> FloatArray:
        """``(I - alpha S)^-1`` of the sample's own graph, shape (n_sampled, n_sampled)."""
        return self._reach[0]

    @cached_property
    def similarity(self) -> Float32Array:
        """The reach divided by the roots of its diagonal: 1 for an item and itself."""
        scale = 1 / np.sqrt(np.diag(self.reach))
        return np.asarray(self.reach * np.outer(scale, scale), dtype=np.float32)

    def clusters(self, wanted: int) -> tuple[IntArray, FloatArray]:
        """The cluster of each item, of so many, and its distance from the middle, (n_sampled,)."""
        if wanted not in self._clusters:
            n_clusters = min(wanted, len(np.unique(self.features, axis=0)))
            kmeans = KMeans(n_clusters=n_clusters, n_init=1, random_state=self.seed)
            clusters = kmeans.fit_predict(self.features).astype(np.int64)
            distances = kmeans.transform(self.features)[np.arange(len(clusters)), clusters]
            self._clusters[wanted] = clusters, distances.astype(np.float64)
        return self._clusters[wanted]

    @cached_property
    def _reach(self) -> tuple[FloatArray, FloatArray]:
        graph = symmetric_knn_graph(self.features, _NEIGHBOURS)
        roots = np.ones(graph.n_items) if graph.root_degrees is None else graph.root_degrees
        links = graph.matrix.toarray() if sparse.issparse(graph.matrix) else graph.matrix
        return positive_inverse(np.eye(len(roots)) - _ALPHA * np.asarray(links)), roots


def coverage(
    sample: Sample, taken: Sequence[int], weights: Float32Array | None = None
) -> FloatArray:
    """How much nearer to a chosen item all would be: greedy facility location.

    Each item is worth what its most alike chosen item covers of it. The sum is submodular, so
    taking the best item again and again comes to at least 63 % of the best there is.

    Parameters
    ----------
    taken
        Places of those chosen so far in the sample.
    weights : (n_sampled,)
        What each item counts; None: all alike.

    References
    ----------
    Nemhauser, Wolsey, Fisher, "An analysis of approximations for maximizing submodular set
    functions", 1978; the similarity is that of the labels' own reach.
    """
    # It is symmetric, so the column of an item is its row, and that lies in one piece.
    similarity = sample.similarity
    covered = similarity[taken].max(axis=0, initial=0.0) if taken else np.float32(0)
    gains = np.empty(len(similarity))
    for start in range(0, len(similarity), _AT_A_TIME):
        gain = similarity[start : start + _AT_A_TIME] - covered
        np.maximum(gain, 0, out=gain)
        part = slice(start, start + _AT_A_TIME)
        gains[part] = gain.sum(axis=1, dtype=np.float64) if weights is None else gain @ weights
    return gains


def _posterior(sample: Sample, taken: Sequence[int]) -> FloatArray:
    """The covariance of all when the values at the chosen ones are known, (n_sampled, n_sampled).

    That of a Gaussian field whose covariance is the reach.
    """
    covariance = sample.reach.copy()
    for item in taken:
        column = covariance[:, item].copy()
        covariance -= np.outer(column, column / max(column[item], np.finfo(np.float64).tiny))
    return covariance


def _ratio(gain: FloatArray, covariance: FloatArray) -> FloatArray:
    """Gain divided by variance; nothing where nothing is left to learn."""
    variance = np.diag(covariance)
    known = variance <= np.finfo(np.float64).eps * np.abs(gain).max(initial=1.0)
    return np.where(known, 0.0, gain / np.where(known, 1.0, variance))


def sigma_optimality(sample: Sample, taken: Sequence[int]) -> FloatArray:
    """How much less uncertain the average of all items becomes (sigma-optimality).

    References
    ----------
    Ma, Garnett, Schneider, "Sigma-optimality for active learning on Gaussian random fields", 2013.
    """
    covariance = _posterior(sample, taken)
    return _ratio(np.square(covariance @ sample.roots), covariance)


def v_optimality(sample: Sample, taken: Sequence[int]) -> FloatArray:
    """How much less uncertain the items become on average (V-optimality).

    References
    ----------
    Ji, Han, "A variance minimization criterion to active learning on graphs", 2012.
    """
    covariance = _posterior(sample, taken)
    return _ratio(np.square(covariance / sample.roots[:, np.newaxis]).sum(axis=0), covariance)


def k_means(sample: Sample, taken: Sequence[int], wanted: int) -> FloatArray:
    """Nearest a k-means centre, the largest cluster without a chosen item first."""
    clusters, distances = sample.clusters(wanted)
    sizes = np.bincount(clusters)
    visits = np.bincount(clusters[list(taken)], minlength=len(sizes))
    # By visits, then by size, then by distance: sorted from the last key to the first.
    order = np.lexsort((distances, clusters, -sizes[clusters], visits[clusters]))
    ranks = np.empty(len(order))
    ranks[order] = np.arange(len(order), 0, -1)
    return ranks


OPENINGS: Final[dict[OpeningKey, Opening]] = {
    "coverage": Opening(
        "Coverage",
        "Begins with images from which labels reach all others best; the best known.",
        lambda sample, taken, _wanted, _random: coverage(sample, taken),
    ),
    "k_means": Opening(
        "Cluster centres",
        "Begins with the image in the middle of each cluster of similar images (k-means).",
        lambda sample, taken, wanted, _random: k_means(sample, taken, wanted),
    ),
    "sigma": Opening(
        "Sigma-optimality",
        "Begins with images that say most about the average of all.",
        lambda sample, taken, _wanted, _random: sigma_optimality(sample, taken),
    ),
    "v_optimality": Opening(
        "V-optimality",
        "Begins with images that make all others less uncertain on average.",
        lambda sample, taken, _wanted, _random: v_optimality(sample, taken),
    ),
    "random": Opening(
        "Random",
        "Begins with images drawn at random.",
        lambda sample, _taken, _wanted, random: random.random(len(sample.positions)),
        repeats=False,
    ),
}
"""The openings there are, the best known first."""


def first_item(
    key: OpeningKey,
    sample: Sample,
    labelled: Sequence[int] | IntArray,
    candidates: BoolArray,
    wanted: int,
    random: np.random.Generator,
) -> int | None:
    """The next item of an opening; None if the sample has no candidate left.

    Parameters
    ----------
    labelled
        Items labelled or chosen before.
    candidates : (n_items,), bool
        The items that may be asked about.
    wanted
        How many the opening is to choose in all.
    """
    allowed = candidates[sample.positions]
    if not allowed.any():
        return None
    taken = sample.places(labelled)
    ranks = np.where(allowed, sample.ranks(key, taken, wanted, random), -np.inf)
    return int(sample.positions[int(ranks.argmax())])
