"""Label spreading: from a graph and a few labels to a class distribution for every item.

``spread`` is the numerical heart, ``LabelSpreading`` wraps it in scikit-learn's estimator API, and
``believe`` is what the app uses: it also knows what to say where scikit-learn does not (no label
yet, one class only, items that no label reaches, a label that the model contradicts).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from core.graph import Kernel, SimilarityGraph, build_graph
from core.types import UNLABELLED, Beliefs, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Distributions before they are divided by their sums, and how they were reached.

    Attributes
    ----------
    scores : (n_items, n_classes), float64
    n_iter
        Sweeps made.
    converged
        Whether the last sweep changed less than the tolerance.
    """

    scores: FloatArray
    n_iter: int
    converged: bool


class Spreader(Protocol):
    """Anything that spreads labels, shape (n_items,), naming ``classes``, over a fixed graph."""

    def __call__(self, labels: IntArray, classes: IntArray, /) -> Spread:
        """Give the scores, one column a class of ``classes``."""
        ...


def spread(
    graph: SimilarityGraph, one_hot: FloatArray, *, alpha: float, max_iter: int, tol: float
) -> Spread:
    """Iterate ``F <- alpha S F + (1 - alpha) Y`` from ``F = Y``, as scikit-learn does.

    Stops when the summed absolute change of all distributions is below ``tol``, or after
    ``max_iter`` sweeps.

    Parameters
    ----------
    graph
        S, over n_items items.
    one_hot : (n_items, n_classes), float64
        Y: a row with a single one for each labelled item, zeros elsewhere.
    alpha
        Between 0 and 1, both excluded.

    References
    ----------
    Zhou, Bousquet, Lal, Weston, Schölkopf, "Learning with local and global consistency", 2004.
    """
    source = (1 - alpha) * one_hot
    scores = one_hot
    previous = np.zeros_like(one_hot)
    for n_iter in range(max_iter):
        if np.abs(scores - previous).sum() < tol:
            return Spread(scores, n_iter, converged=True)
        previous = scores
        scores = alpha * (graph.matrix @ scores) + source
    return Spread(scores, max_iter, converged=False)


def spread_legacy(
    graph: SimilarityGraph, one_hot: FloatArray, *, alpha: float, max_iter: int, tol: float
) -> Spread:
    """Spread as scikit-learn did before 0.19, from ``F = Y``.

    A sweep is ``F <- S F + (1 - alpha) Y`` in labelled rows, which thus hear their neighbours in
    full, and ``F <- alpha S F`` in the others. It stops when the summed absolute change is at most
    ``tol``, or after ``max_iter - 1`` sweeps.

    There a row that stays zero became nan when it was divided by its sum: class 0 of those seen,
    and most uncertain of all. Here it stays zero, which :func:`believe` reads as not reached.

    Parameters
    ----------
    graph
        S, over n_items items.
    one_hot : (n_items, n_classes), float64
        Y: a row with a single one for each labelled item, zeros elsewhere.
    alpha
        Between 0 and 1, both excluded.

    References
    ----------
    ``BaseLabelPropagation.fit`` in scikit-learn 0.18; replaced in 0.19 because it is not the
    algorithm of the paper (https://github.com/scikit-learn/scikit-learn/pull/9239).
    """
    weight = np.where(one_hot.any(axis=1, keepdims=True), 1.0, alpha)
    source = (1 - alpha) * one_hot
    scores = one_hot
    previous = np.zeros_like(one_hot)
    for n_iter in range(max_iter - 1):
        if np.abs(scores - previous).sum() <= tol:
            return Spread(scores, n_iter, converged=True)
        previous = scores
        scores = weight * (graph.matrix @ scores) + source
    return Spread(scores, max_iter - 1, converged=False)


def normalise_rows(scores: FloatArray) -> FloatArray:
    """Divide each row by its sum; a row of zeros stays as it is. Shape (n_items, n_classes)."""
    sums = scores.sum(axis=1, keepdims=True)
    sums[sums == 0] = 1
    return np.asarray(scores / sums)


def one_hot_labels(labels: IntArray, classes: IntArray) -> FloatArray:
    """Y: one column a class of ``classes``, one row an item, zeros where unlabelled."""
    return np.asarray(labels[:, np.newaxis] == classes[np.newaxis, :], dtype=np.float64)


def believe(labels: IntArray, n_classes: int, spreader: Spreader) -> Beliefs:
    """Fit the model to the labels, and say of every item what is believed of it.

    Parameters
    ----------
    labels : (n_items,), int64
        Class indices below ``n_classes``; ``UNLABELLED`` where none is given. There may be none
        at all, or only some of the classes.
    n_classes
        The number of classes of the data set, seen or not.
    spreader
        Spreads the labels, given the classes that occur among them.
    """
    seen = np.unique(labels[labels != UNLABELLED])
    probabilities = np.zeros((len(labels), n_classes))
    n_iter, converged = 0, True
    if len(seen):
        result = spreader(labels, seen)
        probabilities[:, seen] = normalise_rows(result.scores)
        n_iter, converged = result.n_iter, result.converged
    reached = probabilities.any(axis=1)
    model_class = np.where(reached, probabilities.argmax(axis=1), UNLABELLED)
    return Beliefs(
        probabilities=probabilities,
        model_class=model_class,
        predicted=np.where(labels != UNLABELLED, labels, model_class),
        labels=labels.copy(),
        n_iter=n_iter,
        converged=converged,
    )


class LabelSpreading(ClassifierMixin, BaseEstimator):
    """Drop-in for :class:`sklearn.semi_supervised.LabelSpreading` that keeps its graph.

    ``fit`` builds the graph and gives the same results as scikit-learn's. ``refit`` takes new
    labels for the same items and costs only the spreading.

    Parameters
    ----------
    kernel : {"rbf", "knn"}
    gamma : float
        RBF only: the kernel is ``exp(-gamma * ||a - b||^2)``.
    n_neighbors : int
        kNN only: neighbours of an item, itself included.
    alpha : float
        Share of an item's distribution that comes from its neighbours, between 0 and 1.
    max_iter : int
        The most sweeps.
    tol : float
        Summed absolute change below which the distributions are settled.

    Attributes
    ----------
    X_ : (n_items, n_features)
    classes_ : (n_seen_classes,)
        Only the classes that some label names.
    label_distributions_ : (n_items, n_seen_classes), float64
    transduction_ : (n_items,)
    n_iter_ : int
    """

    def __init__(
        self,
        kernel: Kernel = "rbf",
        *,
        gamma: float = 20,
        n_neighbors: int = 7,
        alpha: float = 0.2,
        max_iter: int = 30,
        tol: float = 1e-3,
    ) -> None:
        self.kernel = kernel
        self.gamma = gamma
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Build the graph of ``X`` and spread the labels ``y`` over it.

        Parameters
        ----------
        X : (n_items, n_features)
        y : (n_items,)
            Classes; -1 where unlabelled.

        Raises
        ------
        ValueError
            If a parameter is out of range, the data do not fit, or no item has a label.
        """
        self._check_parameters()
        features, targets = validate_data(self, X, y, accept_sparse=["csr", "csc"])
        check_classification_targets(targets)
        _require_labels(targets)
        self.X_ = features
        self.graph_ = build_graph(
            features, self.kernel, gamma=self.gamma, n_neighbors=self.n_neighbors
        )
        return self._spread(targets)

    def refit(self, y: ArrayLike) -> Self:
        """Spread other labels over the graph that ``fit`` built.

        Parameters
        ----------
        y : (n_items,)
            Classes; -1 where unlabelled.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If ``fit`` was not called before.
        ValueError
            If ``y`` does not have one entry an item, or no item has a label.
        """
        check_is_fitted(self)
        targets = check_array(y, ensure_2d=False, dtype=None)
        if targets.shape != (self.graph_.n_items,):
            raise ValueError(
                f"y has shape {targets.shape}, the graph has {self.graph_.n_items} items"
            )
        check_classification_targets(targets)
        _require_labels(targets)
        return self._spread(targets)

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Distributions of new items, shape (n_new_items, n_seen_classes).

        A new item takes the kernel-weighted mean of the fitted items' distributions. Where no
        fitted item is within reach the row is nan, as in scikit-learn.
        """
        check_is_fitted(self)
        features = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        if self.kernel == "knn":
            neighbours = NearestNeighbors(n_neighbors=self.n_neighbors).fit(self.X_)
            nearest = neighbours.kneighbors(features, return_distance=False)
            scores = self.label_distributions_[nearest].sum(axis=1)
        else:
            scores = rbf_kernel(features, self.X_, gamma=self.gamma) @ self.label_distributions_
        with np.errstate(invalid="ignore"):
            return np.asarray(scores / scores.sum(axis=1, keepdims=True))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Classes of new items, shape (n_new_items,)."""
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def __sklearn_tags__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204 - sklearn's Tags
        """Tell scikit-learn what input this estimator takes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _spread(self, y: np.ndarray) -> Self:
        classes = np.unique(y)
        self.classes_ = classes[classes != UNLABELLED]
        result = spread(
            self.graph_,
            np.asarray(y[:, np.newaxis] == self.classes_[np.newaxis, :], dtype=np.float64),
            alpha=self.alpha,
            max_iter=self.max_iter,
            tol=self.tol,
        )
        if not result.converged:
            warnings.warn(
                f"max_iter={self.max_iter} was reached without convergence.",
                category=ConvergenceWarning,
                stacklevel=3,
            )
        self.n_iter_ = result.n_iter
        self.label_distributions_ = normalise_rows(result.scores)
        self.transduction_ = self.classes_[self.label_distributions_.argmax(axis=1)]
        return self

    def _check_parameters(self) -> None:
        whole = ("n_neighbors", "max_iter")
        for name in (*whole, "gamma", "alpha", "tol"):
            value: object = getattr(self, name)
            kind = Integral if name in whole else Real
            if isinstance(value, bool) or not isinstance(value, kind):
                raise ValueError(f"{name} must be a {kind.__name__.lower()} number, not {value!r}")
        if self.kernel not in ("rbf", "knn"):
            raise ValueError(f"kernel must be 'rbf' or 'knn', not {self.kernel!r}")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie between 0 and 1, both excluded, not {self.alpha!r}")
        for name, least in (("gamma", 0), ("tol", 0), ("n_neighbors", 1), ("max_iter", 1)):
            if not getattr(self, name) >= least:  # so that nan is refused too
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)!r}")


def _require_labels(y: np.ndarray) -> None:
    if np.all(y == UNLABELLED):
        raise ValueError("y has no label at all: give at least one item a class other than -1")
