"""Label spreading: from a graph and a few labels to a class distribution for every item.

``spread`` is the numerical heart, ``LabelSpreading`` wraps it in scikit-learn's estimator API, and
``believe`` is what the app uses: it also knows what to say where scikit-learn does not (no label
yet, one class only, items that no label reaches, a label that the model contradicts).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Final, Literal, Protocol, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from core.decisions import DECISIONS, DecisionKey
from core.features import Projection
from core.graph import (
    Kernel,
    SimilarityGraph,
    build_graph,
    local_weights,
)
from core.solvers import make_solver
from core.types import (
    UNLABELLED,
    Beliefs,
    Evidence,
    Float32Array,
    FloatArray,
    IntArray,
    Scores,
)

Mode = Literal["exact", "fixed_point"]

DOUBLE_UP_TO: Final = 20_000
"""Most items whose distributions are kept in float64. Those of larger sets take float32, which
holds a probability to 6e-8; what leads to them is computed in float64 all the same."""

_CHUNK: Final = 16_384
_FEW_ROWS: Final = 4_096


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

    def rows(self, rows: slice) -> FloatArray:
        """The scores of some items, shape (n_rows, n_classes)."""
        return self.scores[rows]

    def column(self, number: int) -> FloatArray:
        """The scores of one class, shape (n_items,)."""
        return self.scores[:, number]


class Spreader(Protocol):
    """Anything that spreads labels, shape (n_items,), naming ``classes``, over a fixed graph."""

    def __call__(self, labels: IntArray, classes: IntArray, /) -> Scores:
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


class FixedPoint:
    """The converged solution ``F = (1 - alpha) (I - alpha S)^-1 Y`` over one graph.

    It is what ``spread`` comes to with ``tol=0`` and sweeps without end. An item that no label of a
    class reaches along the edges of the graph has a score of exactly zero in that class.

    Parameters
    ----------
    graph
        S, over n_items items.
    alpha
        Between 0 and 1, both excluded.
    threads
        How many to use in one solution.

    References
    ----------
    Zhou, Bousquet, Lal, Weston, Schölkopf, "Learning with local and global consistency", 2004,
    equation 4.
    """

    def __init__(self, graph: SimilarityGraph, alpha: float, *, threads: int = 1) -> None:
        self.n_items = graph.n_items
        self.alpha = alpha
        self._solver = make_solver(graph, alpha, threads=threads)
        components = graph.components()
        self._components = components if components.any() else None

    def solve(self, sources: FloatArray) -> FloatArray:
        """Spread the columns of Y, shape (n_items, n_columns), none of them negative."""
        scores = self._solver.solve(sources)
        scores *= 1 - self.alpha
        for column, source in zip(scores.T, sources.T, strict=True):
            self.clear_unreached(column, np.flatnonzero(source))
        return scores

    def sketch(self, item: int) -> Float32Array:
        """About what a label on one item gives all, shape (n_items,): good enough to choose by.

        On the graph of the MNIST digits, with alpha .99, it takes a tenth of the time of a whole
        solution, and its correlation with that is .99.
        """
        scores = self._solver.sketch(item)
        scores *= 1 - self.alpha
        self.clear_unreached(scores, [item])
        return scores

    def clear_unreached(self, scores: FloatArray | Float32Array, items: Iterable[int]) -> None:
        """Set to zero, in place, the scores that labels on these items cannot reach."""
        if self._components is not None:
            reached = np.unique(self._components[[*items]])
            scores[~np.isin(self._components, reached)] = 0

    def __call__(self, labels: IntArray, classes: IntArray, /) -> Spread:
        """Spread ``labels``, shape (n_items,); one column of scores a class of ``classes``."""
        return Spread(self.solve(one_hot_labels(labels, classes)), n_iter=1, converged=True)


def believe(
    labels: IntArray, n_classes: int, spreader: Spreader, decision: DecisionKey = "raw"
) -> Beliefs:
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
    decision
        How their scores are weighed against each other; see :mod:`core.decisions`.
    """
    labelled = np.flatnonzero(labels != UNLABELLED)
    seen = np.flatnonzero(np.bincount(labels[labelled], minlength=n_classes))
    n_items = len(labels)
    dtype = np.float64 if n_items <= DOUBLE_UP_TO else np.float32
    # Class by class, as scores come where there are many items.
    probabilities = np.zeros((n_classes, n_items), dtype=dtype).T
    model_class = np.full(n_items, UNLABELLED, dtype=np.int64)
    n_iter, converged, evidence = 0, True, None
    if len(seen):
        scores = spreader(labels, seen)
        n_iter, converged = scores.n_iter, scores.converged
        masses = np.ones(len(seen)) if decision == "raw" else _masses(scores, n_items)
        weights = DECISIONS[decision].weigh(masses)
        evidence = Evidence(scores, seen, weights)
        # All classes most often; then they need not be put in their places one by one.
        places = slice(None) if len(seen) == n_classes else seen
        # Some rows at a time stay in the processor's cache from the first step to the last.
        for start in range(0, n_items, _CHUNK):
            rows = slice(start, start + _CHUNK)
            part = scores.rows(rows)
            if decision != "raw":
                part = part * weights
            best = seen[_largest_column(part)]
            sums = part.sum(axis=1)
            if not sums.all():
                unreached = sums == 0
                sums[unreached] = 1
                best[unreached] = UNLABELLED
            probabilities[rows, places] = part / sums[:, np.newaxis]
            model_class[rows] = best
    predicted = model_class.copy()
    predicted[labelled] = labels[labelled]
    return Beliefs(
        probabilities=probabilities,
        model_class=model_class,
        predicted=predicted,
        labels=labels.copy(),
        n_iter=n_iter,
        converged=converged,
        evidence=evidence,
    )


def _masses(scores: Scores, n_items: int) -> FloatArray:
    """The summed scores of each class, shape (n_seen,); a label's own item keeps it above zero."""
    parts = (scores.rows(slice(i, i + _CHUNK)).sum(axis=0) for i in range(0, n_items, _CHUNK))
    return np.asarray(sum(parts), dtype=np.float64)


def _largest_column(scores: FloatArray) -> IntArray:
    """``scores.argmax(axis=1)``; of many rows, a few columns are gone through one by one."""
    if len(scores) <= _FEW_ROWS:
        return np.asarray(scores.argmax(axis=1))
    largest = scores[:, 0].copy()
    best = np.zeros(len(scores), dtype=np.int64)
    further = np.empty_like(best)
    for number in range(1, scores.shape[1]):
        column = scores[:, number]
        # Plain sums are several times quicker than writing where a mask is true.
        np.multiply(number - best, column > largest, out=further)
        best += further
        np.maximum(largest, column, out=largest)
    return best


class LabelSpreading(ClassifierMixin, BaseEstimator):
    """Drop-in for :class:`sklearn.semi_supervised.LabelSpreading` that keeps its graph.

    ``fit`` builds the graph and gives the same results as scikit-learn's. ``refit`` takes new
    labels for the same items and costs only the spreading.

    It differs from scikit-learn's estimator where that one is not defined: fitting without any
    label is refused. It passes ``sklearn.utils.estimator_checks.check_estimator`` in both modes and
    with all kernels.

    Parameters
    ----------
    kernel : {"rbf", "knn", "symmetric_knn"}
        ``symmetric_knn`` is :func:`core.graph.symmetric_knn_graph`, which scikit-learn does not
        have; it makes sparse features dense.
    gamma : float
        RBF only: the kernel is ``exp(-gamma * ||a - b||^2)``.
    n_neighbors : int
        kNN only: neighbours of an item, for ``knn`` itself included.
    alpha : float
        Share of an item's distribution that comes from its neighbours, between 0 and 1.
    max_iter : int
        The most sweeps; unused in mode ``fixed_point``.
    tol : float
        Summed absolute change below which the distributions are settled; unused in mode
        ``fixed_point``.
    mode : {"exact", "fixed_point"}
        ``exact`` sweeps as scikit-learn does, ``fixed_point`` gives what the sweeps converge to.
    threads : int
        How many to use for building the graph ``symmetric_knn`` and for solving.

    Attributes
    ----------
    X_ : (n_items, n_features)
    classes_ : (n_seen_classes,)
        Only the classes that some label names.
    label_distributions_ : (n_items, n_seen_classes), float64
    transduction_ : (n_items,)
    n_iter_ : int
        Sweeps made; 1 in mode ``fixed_point``.
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
        mode: Mode = "exact",
        threads: int = 1,
    ) -> None:
        self.kernel = kernel
        self.gamma = gamma
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.max_iter = max_iter
        self.tol = tol
        self.mode = mode
        self.threads = threads

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
        if self.kernel == "symmetric_knn":
            features = _dense(features)
            self.projection_ = Projection.fit(features)
        self.graph_ = build_graph(
            features,
            self.kernel,
            gamma=self.gamma,
            n_neighbors=self.n_neighbors,
            threads=self.threads,
        )
        if self.mode == "fixed_point":
            self.fixed_point_ = FixedPoint(self.graph_, self.alpha, threads=self.threads)
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
        match self.kernel:
            case "knn":
                neighbours = NearestNeighbors(n_neighbors=self.n_neighbors).fit(self.X_)
                nearest = neighbours.kneighbors(features, return_distance=False)
                scores = self.label_distributions_[nearest].sum(axis=1)
            case "symmetric_knn":
                scores = self._scores_by_weight(features)
            case _:
                kernel = rbf_kernel(features, self.X_, gamma=self.gamma)
                scores = kernel @ self.label_distributions_
        with np.errstate(invalid="ignore"):
            return np.asarray(scores / scores.sum(axis=1, keepdims=True))

    def _scores_by_weight(self, X: NDArray[Any]) -> FloatArray:
        """Of new items, by their nearest fitted ones, weighted as in the graph."""
        fitted = self.projection_.transform(_dense(self.X_))
        search = NearestNeighbors(n_neighbors=min(self.n_neighbors, len(fitted))).fit(fitted)
        distances, nearest = search.kneighbors(self.projection_.transform(_dense(X)))
        weights = local_weights(np.square(distances).astype(np.float32))
        return np.asarray(np.einsum("ij,ijk->ik", weights, self.label_distributions_[nearest]))

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
        one_hot = np.asarray(y[:, np.newaxis] == self.classes_[np.newaxis, :], dtype=np.float64)
        if self.mode == "fixed_point":
            result = Spread(self.fixed_point_.solve(one_hot), n_iter=1, converged=True)
        else:
            result = spread(
                self.graph_, one_hot, alpha=self.alpha, max_iter=self.max_iter, tol=self.tol
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
        whole = ("n_neighbors", "max_iter", "threads")
        for name in (*whole, "gamma", "alpha", "tol"):
            value: object = getattr(self, name)
            kind = Integral if name in whole else Real
            if isinstance(value, bool) or not isinstance(value, kind):
                raise ValueError(f"{name} must be a {kind.__name__.lower()} number, not {value!r}")
        for name, kinds in (("kernel", get_args(Kernel)), ("mode", get_args(Mode))):
            if getattr(self, name) not in kinds:
                expected = " or ".join(map(repr, kinds))
                raise ValueError(f"{name} must be {expected}, not {getattr(self, name)!r}")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie between 0 and 1, both excluded, not {self.alpha!r}")
        for name, least in _LEAST.items():
            if not getattr(self, name) >= least:  # so that nan is refused too
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)!r}")


_LEAST: Final = {"gamma": 0, "tol": 0, "n_neighbors": 1, "max_iter": 1, "threads": 1}


def _dense(features: Any) -> NDArray[Any]:  # noqa: ANN401 - an array, or one of scipy's sparse ones
    return np.asarray(features.toarray() if hasattr(features, "toarray") else features)


def _require_labels(y: np.ndarray) -> None:
    if np.all(y == UNLABELLED):
        raise ValueError("y has no label at all: give at least one item a class other than -1")
