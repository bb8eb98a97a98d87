"""What was tried on embeddings of photographs and Fashion-MNIST, beside what the app does.

Features fitted to the set, other questions, a metric learned from the labels, and a model at the
end in place of label spreading. All of it is of one look of the network at each image.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from core.arrays import UNLABELLED, Float32Array, FloatArray, IntArray
from core.config import Features, ProjectConfig, recommended
from core.data.dataset import Dataset
from core.engine.engine import Engine
from core.engine.prepared import prepared
from core.graph.neighbours import nearest_neighbours
from core.graph.projection import N_COMPONENTS
from core.graph.similarity import SimilarityGraph, build_graph, local_weights, normalise
from core.jobs.resources import Resources
from core.learning.beliefs import Beliefs
from core.session.labels import Labels
from core.simulation.comparisons import EngineLearner
from core.simulation.run import run_once
from tests.benchmarks.embedding_peers import logistic_regression
from tests.benchmarks.label_peers import Measured, measure
from tests.benchmarks.label_runs import Row, Run, budget_of
from tests.benchmarks.middle_layers import Looked, Looking, look_at_middles, of_length_one
from tests.benchmarks.photo_sets import FASHION, PHOTOGRAPHS_10, PHOTOGRAPHS_ALL, Drawn, Home

SETS: Final = (PHOTOGRAPHS_10, PHOTOGRAPHS_ALL, FASHION[0])
"""Those that all of it is tried on."""

AT: Final = (10, 20, 50, 100)
BATCH: Final = 10

MOST_OF_FASHION: Final = 3
"""Runs on Fashion-MNIST, which is forty times as large."""

AS_IT_COMES: Final = "as it comes"
WIDTH: Final = 100
NARROW: Final = 30

SHRINKAGE: Final = 0.5
"""How far the covariance within classes is taken to be the same in all directions."""

SOFT_C: Final = 10
"""Of logistic regression on spread labels, of which there are as many as items."""

POWER: Final = 4
"""Of the probabilities of label spreading in products: those of many classes are flat."""

_LEAST: Final = 1e-6
_THREADS: Final = 2

Points = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Features in place of embeddings as they come.

    Attributes
    ----------
    points
        Makes them, (n_items, n_features).
    settings
        Of whose features the recommended settings are.
    changes
        What is set otherwise than recommended.
    as_given
        Whether all of the features count, however many: a graph takes 50 components else.
    """

    name: str
    points: Callable[[Drawn, Looked], Points]
    settings: Features = "embeddings"
    changes: tuple[tuple[str, Any], ...] = ()
    as_given: bool = False


def components(points: Points, n_components: int) -> Float32Array:
    """The first principal components, (n_items, n_components): fewer where items are few."""
    most = min(n_components, *points.shape)
    # Of few items the matrix itself is smaller than the covariances of its features.
    solver = "full" if len(points) <= points.shape[1] else "covariance_eigh"
    found = PCA(most, svd_solver=solver).fit_transform(np.asarray(points, dtype=np.float64))
    return np.asarray(found, dtype=np.float32)


def whitened(points: Points) -> Float32Array:
    """As many components as a graph takes, each with a variance of 1."""
    found = components(points, N_COMPONENTS)
    return np.asarray(found / np.maximum(found.std(axis=0), _LEAST), dtype=np.float32)


def _as_they_come(_: Drawn, looked: Looked) -> Points:
    return looked.embeddings


def _of_kind(features: Features, drawn: Drawn, looked: Looked) -> Points:
    config = drawn.config.model_copy(update={"features": features})
    return prepared(drawn.dataset, config, seen=lambda *_: looked.embeddings)


FITTED: Final = (
    Fitted(AS_IT_COMES, _as_they_come),
    Fitted("without length 1", lambda _, looked: looked.last),
    Fitted("whitened", lambda _, looked: whitened(looked.embeddings)),
    Fitted(f"{NARROW} components", lambda _, looked: components(looked.embeddings, NARROW)),
    Fitted(
        f"{WIDTH} components",
        lambda _, looked: components(looked.embeddings, WIDTH),
        as_given=True,
    ),
    Fitted(
        "middle layers beside the last",
        lambda _, looked: np.hstack([*map(of_length_one, looked.middle), looked.embeddings]),
    ),
    Fitted("pixels and edges", partial(_of_kind, "shapes"), "shapes"),
    Fitted("pixels, edges and embeddings", partial(_of_kind, "both"), "both"),
    Fitted("asked by variance and margin", _as_they_come, changes=(("query", "mixed"),)),
    Fitted("herding without random questions", _as_they_come, changes=(("random_share", 0.0),)),
)
"""What is fitted and what is asked, each of them labelled from nothing; the first is the app's."""


def tried_runs(folder: Path, keys: dict[str, str], seeds: Sequence[int]) -> list[Run]:
    """All runs on sets that were brought in, the longest first."""
    return [
        partial(run_tried, folder, key, name, seed)
        for name, key in [*keys.items()][::-1]
        for seed in _seeds_of(name, seeds)
    ]


def look_at_all_middles(folder: Path, keys: dict[str, str], seeds: Sequence[int]) -> None:
    """Look at all images that will be needed, once, on as many threads as there are."""
    home = Home(folder, _THREADS)
    for name, key in keys.items():
        for seed in _seeds_of(name, seeds):
            look_at_middles(folder, home.draw(key, name, seed), _THREADS)


def run_tried(folder: Path, key: str, name: str, seed: int) -> list[Row]:
    """Try everything on one set, with one seed."""
    with threadpool_limits(1):
        drawn = Home(folder).draw(key, name, seed)
        return [*_run_all(drawn, Looking(folder).at(drawn), seed)]


def _seeds_of(name: str, seeds: Sequence[int]) -> Sequence[int]:
    return seeds[:MOST_OF_FASHION] if name in FASHION else seeds


def _run_all(drawn: Drawn, looked: Looked, seed: int) -> Iterator[Row]:
    for fitted in FITTED:
        config = recommended(
            dataset="set.npz",
            n_samples=drawn.dataset.n_items,
            features=fitted.settings,
            **dict(fitted.changes),
        )
        learner = _Noting(
            engine_on(drawn.dataset, fitted.points(drawn, looked), config, fitted.as_given), config
        )
        budget = budget_of(drawn.dataset)
        for point in run_once(learner, budget=budget, batch_size=BATCH, noise=0.0, seed=seed):
            if point.labels in AT:
                yield Row(drawn.dataset.title, fitted.name, BATCH, seed, Measured(*point))
        if fitted.name != AS_IT_COMES:
            continue
        for n_labels in AT:
            if n_labels in learner.given:
                labels = learner.given[n_labels]
                end = End(drawn.dataset, looked.embeddings, config, labels, learner.believe(labels))
                for name, model in ENDS.items():
                    measured = end.measured(model(end))
                    yield Row(drawn.dataset.title, name, BATCH, seed, measured)


def engine_on(
    dataset: Dataset, points: Points, config: ProjectConfig, as_given: bool = False
) -> Engine:
    """An engine that compares items by these points."""
    own = replace(dataset, features=points, has_own_features=True)
    n_neighbors = min(config.n_neighbors, dataset.n_items - 1)
    graph = (
        graph_as_given(points, n_neighbors)
        if as_given
        else build_graph(points, config.kernel, gamma=config.gamma, n_neighbors=n_neighbors)
    )
    return Engine(config, own, graph, resources=Resources(threads=1))


def graph_as_given(points: Points, n_neighbors: int) -> SimilarityGraph:
    """The graph of :func:`~core.graph.similarity.symmetric_knn_graph`, of all of the features."""
    found = nearest_neighbours(np.ascontiguousarray(points, np.float32), n_neighbors, threads=1)
    n_items = len(points)
    ends = np.arange(0, found.indices.size + 1, n_neighbors, dtype=np.int32)
    weights = local_weights(found.squared).astype(np.float64)
    one_way = sparse.csr_array(
        (weights.ravel(), found.indices.ravel().copy(), ends), shape=(n_items, n_items)
    )
    return normalise(one_way.maximum(one_way.T.tocsr()).tocsr(), symmetric=True)


class _Noting(EngineLearner):
    """Notes the labels that it has been given, by their number."""

    def __init__(self, engine: Engine, config: ProjectConfig) -> None:
        super().__init__(engine, config)
        self.given: dict[int, Labels] = {}

    def believe(self, labels: Labels, /) -> Beliefs:
        self.given[len(labels)] = labels
        return super().believe(labels)


@dataclass(frozen=True)
class End:
    """What there is to learn from in the end: the same labels for whatever learns from them.

    Attributes
    ----------
    points : (n_items, n_features)
        Embeddings of length 1.
    labels
        Those that were given.
    beliefs
        What label spreading makes of them.
    """

    dataset: Dataset
    points: Float32Array
    config: ProjectConfig
    labels: Labels
    beliefs: Beliefs

    def measured(self, predicted: IntArray) -> Measured:
        """How good it is, with labels counted as they were given."""
        assert self.dataset.truth is not None
        return measure(self.beliefs.labels, predicted, self.dataset.truth)

    @cached_property
    def on_given(self) -> FloatArray:
        """Probabilities of logistic regression on the labels given, (n_items, n_classes)."""
        given = self.beliefs.labelled
        model = logistic_regression()
        return self._probabilities(model, given, self.beliefs.labels, np.ones(len(given)))

    @cached_property
    def on_spread(self) -> FloatArray:
        """Those of logistic regression on the spread labels, each weighted by its margin."""
        probabilities = np.asarray(self.beliefs.probabilities, dtype=np.float64)
        two = np.partition(probabilities, -2, axis=1)[:, -2:]
        weights = np.where(self.beliefs.labelled, 1.0, two[:, 1] - two[:, 0])
        model = LogisticRegression(C=SOFT_C, max_iter=1_000)
        return self._probabilities(model, self.beliefs.reached, self.beliefs.predicted, weights)

    def times_spreading(self, probabilities: FloatArray) -> IntArray:
        """The class of the largest product with what label spreading says."""
        spread = np.log(self.beliefs.probabilities + _LEAST)
        return np.asarray((np.log(probabilities + _LEAST) + POWER * spread).argmax(axis=1))

    def by_metric(self, *, beside: bool) -> IntArray:
        """What is predicted where items are compared by what sets the labelled classes apart.

        Parameters
        ----------
        beside
            Whether that counts beside the components that it is made of, as much as all of those;
            or in their place.
        """
        given = np.flatnonzero(self.beliefs.labelled)
        classes = self.beliefs.labels[given]
        if not 1 < len(np.unique(classes)) < len(given):
            # Nothing is known of how items of the same class differ.
            return self.beliefs.predicted
        points = self._components
        metric = LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINKAGE)
        with warnings.catch_warnings():
            # Classes with a single label differ in nothing, and it says so.
            warnings.simplefilter("ignore", UserWarning)
            metric.fit(points[given], classes)
        found = metric.transform(points)
        if beside:
            found = np.hstack([_of_mean_length_one(points), _of_mean_length_one(found)])
        return engine_on(self.dataset, found, self.config).believe(self.labels).predicted

    @cached_property
    def _components(self) -> Float32Array:
        return components(self.points, N_COMPONENTS)

    def _probabilities(
        self,
        model: LogisticRegression,
        known: NDArray[np.bool_],
        classes: IntArray,
        weights: FloatArray,
    ) -> FloatArray:
        """What a model says of all items; nothing of classes that it does not know."""
        found = np.zeros((len(self.points), self.dataset.n_classes))
        its = np.unique(classes[known & (classes != UNLABELLED)])
        if len(its) < 2:
            found[:, its] = 1.0
            return found
        model.fit(self.points[known], classes[known], sample_weight=weights[known])
        found[:, its] = model.predict_proba(self.points)
        return found


ENDS: Final[dict[str, Callable[[End], IntArray]]] = {
    "metric of the labels in place of them": lambda end: end.by_metric(beside=False),
    "metric of the labels beside them": lambda end: end.by_metric(beside=True),
    "logistic regression on labels given": lambda end: end.on_given.argmax(axis=1),
    "logistic regression on spread labels": lambda end: end.on_spread.argmax(axis=1),
    "spreading times regression on labels given": lambda end: end.times_spreading(end.on_given),
    "spreading times regression on spread labels": lambda end: end.times_spreading(end.on_spread),
}
"""What is done in the end with the labels that the app asked for."""


def _of_mean_length_one(points: Points) -> Float32Array:
    """Centred, and with rows of a mean squared length of 1."""
    centred = np.asarray(points, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    length = float(np.sqrt(np.square(centred).sum(axis=1).mean()))
    return np.asarray(centred / (length or 1.0), dtype=np.float32)
