"""Label spreading with scikit-learn's estimator API."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, Final, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from core.arrays import UNLABELLED, FloatArray
from core.graph.projection import Projection
from core.graph.similarity import Kernel, build_graph, local_weights
from core.learning.fixed_point import FixedPoint
from core.learning.sweeps import normalise_rows, spread

Mode = Literal["exact", "fixed_point"]


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
        ``symmetric_knn`` is :func:`core.graph.similarity.symmetric_knn_graph`, which scikit-learn
        does not have; it makes sparse features dense.
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

    Examples
    --------
    Three points to the left and three to the right, one label on each side:

    >>> from core import LabelSpreading
    >>> X = [[0.0], [1.0], [2.0], [7.0], [8.0], [9.0]]
    >>> model = LabelSpreading(gamma=0.5).fit(X, [0, -1, -1, -1, -1, 1])
    >>> model.transduction_.tolist()
    [0, 0, 0, 1, 1, 1]
    >>> model.predict([[1.5], [7.5]]).tolist()
    [0, 1]

    Other labels for the same points; the graph stays:

    >>> model.refit([-1, -1, 1, 0, -1, -1]).transduction_.tolist()
    [1, 1, 1, 0, 0, 0]

    What the sweeps converge to, over the weighted graph:

    >>> exact = LabelSpreading("symmetric_knn", n_neighbors=2, mode="fixed_point", alpha=0.99)
    >>> exact.fit(X, [0, -1, -1, -1, -1, 1]).transduction_.tolist()
    [0, 0, 0, 1, 1, 1]
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
            result = self.fixed_point_.spread(one_hot)
            problem = (
                f"The fixed point was not reached with alpha={self.alpha!r}, and the "
                "distributions are less exact: choose a lower alpha."
            )
        else:
            result = spread(
                self.graph_, one_hot, alpha=self.alpha, max_iter=self.max_iter, tol=self.tol
            )
            problem = f"max_iter={self.max_iter} was reached without convergence."
        if not result.converged:
            warnings.warn(problem, category=ConvergenceWarning, stacklevel=3)
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
