"""Active learners that people use on embeddings today, each with logistic regression on them.

Embeddings are of length 1, as Labelspread keeps them. Between such points the coefficients of a
logistic regression have to be large, and scikit-learn's ``C=1`` holds them back far too much: it
costs 10 to 30 points of accuracy, so all of these are given ``C=100``.

Three of the five keep a number for each pair of items, and the others take minutes a batch of
70,000: all choose among at most 10,000 items, while the classifier says what all of them are.
"""

from __future__ import annotations

from functools import partial
from typing import Final, Literal

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import pairwise_distances

from core.arrays import UNLABELLED, Float32Array, FloatArray, IntArray
from tests.benchmarks.label_peers import Classified, Learner, Rounds, shuffled

CHOSEN_AMONG: Final = 10_000
"""Most items that a strategy chooses among; of more so many are drawn at random."""

_TEMPERATURES: Final = np.geomspace(0.05, 20, 41)
_RADII: Final = np.arange(0.05, 1.45, 0.05)
_FOLDS: Final = 5
_BINS: Final = 15

Query = Literal["TypiClust", "ProbCover", "MaxHerding", "DropQuery"]


def active_learners() -> list[Rounds]:
    """The five that Labelspread is compared with."""
    queries: tuple[Query, ...] = ("TypiClust", "ProbCover", "MaxHerding", "DropQuery")
    return [*map(OnEmbeddings, queries), UHerding()]


def logistic_regression() -> LogisticRegression:
    """The classifier of all of them."""
    return LogisticRegression(C=100, max_iter=1_000)


class LinearProbe(Rounds):
    """The same logistic regression, and items in a random order."""

    name = "logistic regression, random"
    begins_itself = True

    def _begin(self, points: Float32Array, n_classes: int, seed: int) -> Learner:
        return _InOrder(points, n_classes, shuffled(len(points), seed))


class OnEmbeddings(Rounds):
    """One of scikit-activeml's query strategies for embeddings, as it comes but for one radius.

    ProbCover chooses its radius by the purity of as many clusters as there are classes, out of
    steps of .05: its own steps of .2 are coarse where no two points are farther apart than 1.4, and
    need more labels. DropQuery begins before the classifier knows anything, so with the centres of
    clusters, as its authors do.
    """

    begins_itself = True

    def __init__(self, query: Query) -> None:
        self.name = f"scikit-activeml, logistic regression, {query}"
        self._query = query

    def _begin(self, points: Float32Array, n_classes: int, seed: int) -> Learner:
        from skactiveml import pool
        from skactiveml.classifier import SklearnClassifier

        common = {"missing_label": UNLABELLED, "random_state": seed}
        classifier = SklearnClassifier(logistic_regression(), classes=range(n_classes), **common)
        strategy = getattr(pool, self._query)
        if self._query == "ProbCover":
            strategy = partial(strategy, n_classes=n_classes, deltas=_RADII)
        if self._query == "DropQuery":
            # Its clusters begin anywhere if nothing is said of them.
            strategy = partial(strategy, cluster_algo_dict={"random_state": seed})
        return Classified(points, classifier, strategy(**common), _among(points, seed))


class UHerding(Rounds):
    """Uncertainty herding: the items that together cover what the classifier is unsure of.

    Each item in turn is the one that adds most to the sum, over all items, of the uncertainty of an
    item times its similarity to the nearest that is labelled or chosen. Similarity is
    ``exp(-distance^2 / radius^2)``, uncertainty 1 less the margin between the two most probable
    classes.

    Both adapt to how much is known. The radius is the least distance between labelled items, and 1
    before there are two. Scores of the classifier are divided by the temperature that makes its
    confidence come closest to its accuracy, by the expected calibration error on labels held
    out. Here they are held out a fifth at a time, so that all of a few labels count, but for those
    of classes of which no other label is left; where there is none to go by, the temperature is 1.
    As long as a single class is known, the classifier says nothing and all items are equally
    uncertain: that is MaxHerding.

    References
    ----------
    Bae, Oliveira, Sutherland, "Uncertainty herding: one active learning method for all label
    budgets", 2025.
    """

    name = "UHerding, logistic regression"
    begins_itself = True

    def _begin(self, points: Float32Array, n_classes: int, seed: int) -> Learner:
        return _Herding(points, n_classes, seed)


class _Probe:
    """A logistic regression, and the labels that it is fitted to."""

    def __init__(self, points: Float32Array, n_classes: int) -> None:
        self.points = points
        self.labels = np.full(len(points), UNLABELLED, dtype=np.int64)
        self._n_classes = n_classes
        self._scores: FloatArray | None = None

    def tell(self, items: IntArray, classes: IntArray) -> None:
        self.labels[items] = classes
        self._scores = None

    def believed(self) -> IntArray:
        return np.asarray(self.scores().argmax(axis=1))

    def scores(self) -> FloatArray:
        """Of all items, (n_items, n_classes): what the classifier is sure of if it is large."""
        if self._scores is None:
            self._scores = self.scores_of(self.labelled(), self.points)
        return self._scores

    def labelled(self) -> IntArray:
        return np.flatnonzero(self.labels != UNLABELLED)

    def scores_of(self, known: IntArray, points: Float32Array) -> FloatArray:
        """Scores of points, as the labels of some items alone would give them.

        They are minus infinity where a class has none, and all alike where only one has some.
        """
        classes = np.unique(self.labels[known])
        scores = np.full((len(points), self._n_classes), -np.inf)
        scores[:, classes] = 0.0
        if len(classes) > 1:
            model = logistic_regression().fit(self.points[known], self.labels[known])
            found = model.decision_function(points)
            # Of two classes there is one score, for the second.
            scores[:, classes] = found if found.ndim > 1 else np.outer(found, [-0.5, 0.5])
        return scores


class _InOrder(_Probe):
    """Asks about items in a given order."""

    def __init__(self, points: Float32Array, n_classes: int, order: IntArray) -> None:
        super().__init__(points, n_classes)
        self._order = order

    def ask(self, size: int) -> IntArray:
        return np.asarray(self._order[self.labels[self._order] == UNLABELLED][:size])


class _Herding(_Probe):
    """Asks as :class:`UHerding` says."""

    def __init__(self, points: Float32Array, n_classes: int, seed: int) -> None:
        super().__init__(points, n_classes)
        self._random = np.random.default_rng([seed, 1])
        self._among = _among(points, seed)
        self._squared = np.square(_distances(points[self._among]))

    def ask(self, size: int) -> IntArray:
        squared, is_known = self._squared, self.labels[self._among] != UNLABELLED
        similar = np.exp(squared / np.float32(-(self._radius() ** 2)))
        unsure = self._uncertainty().astype(np.float32)
        covered = similar[is_known].max(axis=0, initial=0)
        found: list[int] = []
        for _ in range(size):
            gained = np.maximum(similar - covered, 0) @ unsure
            gained[is_known] = -1
            found.append(int(gained.argmax()))
            is_known[found[-1]] = True
            covered = np.maximum(covered, similar[found[-1]])
        return np.asarray(self._among[found])

    def _radius(self) -> float:
        """The least distance between labelled items that are not the same."""
        labelled = self.labelled()
        if len(labelled) < 2:
            return 1.0
        distances = _distances(self.points[labelled])
        apart = distances[distances > 0]
        return float(apart.min()) if len(apart) else 1.0

    def _uncertainty(self) -> FloatArray:
        """1 less the margin, (n_among,)."""
        labelled = self.labelled()
        if len(np.unique(self.labels[labelled])) < 2:
            return np.ones(len(self._among))
        shares = _shares(self.scores()[self._among] / self._temperature(labelled))
        two = np.partition(shares, -2, axis=1)[:, -2:]
        return np.asarray(1 - (two[:, 1] - two[:, 0]))

    def _temperature(self, labelled: IntArray) -> float:
        """Which one makes the confidence of the classifier right."""
        scores, truth = [], []
        for held_out in np.array_split(self._random.permutation(labelled), _FOLDS):
            known = np.setdiff1d(labelled, held_out)
            told = held_out[np.isin(self.labels[held_out], self.labels[known])]
            if len(told):
                scores.append(self.scores_of(known, self.points[told]))
                truth.append(self.labels[told])
        if not truth:
            return 1.0
        all_scores, all_truth = np.concatenate(scores), np.concatenate(truth)
        errors = [calibration_error(_shares(all_scores / t), all_truth) for t in _TEMPERATURES]
        return float(_TEMPERATURES[np.argmin(errors)])


def _among(points: Float32Array, seed: int) -> IntArray:
    """The items that a strategy chooses among: the same for all of them."""
    return np.sort(shuffled(len(points), seed)[:CHOSEN_AMONG])


def calibration_error(shares: FloatArray, truth: IntArray) -> float:
    """The expected calibration error: how far confidence is from accuracy, mean over items.

    Parameters
    ----------
    shares : (n_items, n_classes)
        Probabilities. Items are taken together whose largest is in the same of 15 equal bins.
    truth : (n_items,), int64
    """
    confidence = shares.max(axis=1)
    gaps = (shares.argmax(axis=1) == truth) - confidence
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return float(np.abs(np.bincount(bins, weights=gaps)).sum() / len(truth))


def _shares(scores: FloatArray) -> FloatArray:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _distances(points: Float32Array) -> Float32Array:
    return np.asarray(pairwise_distances(points), dtype=np.float32)
