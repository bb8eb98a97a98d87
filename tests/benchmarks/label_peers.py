"""Other tools that choose what to ask a person: how accurate they are after so many labels.

Every one labels the same items from nothing, one or several at a time, and is told the truth. Where
there are several ways to use a tool, it is used in those that need the fewest labels.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Literal, Protocol, TypeVar

import numpy as np
from scipy import sparse
from scipy.special import entr
from threadpoolctl import threadpool_limits

from core.arrays import UNLABELLED, Float32Array, FloatArray, IntArray
from core.graph.neighbours import nearest_neighbours
from core.graph.similarity import Kernel, SimilarityGraph, build_graph
from core.learning.sweeps import normalise_rows, one_hot_labels, spread

FIRST: Final = 10
"""Items of the first set, unless a batch is larger."""

PIXELS_UP_TO: Final = 2_000
"""Most items that scikit-learn's recipe takes with the RBF kernel, on raw pixels."""

_THREADS: Final = 2

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a tool knows after a number of labels.

    Attributes
    ----------
    labels
        Labels given so far.
    accuracy
        Share of *all* items predicted correctly; given labels are correct.
    macro_recall
        The same share within each class of the truth, averaged over the classes.
    classes_found
        Different classes among the labels given.
    """

    labels: int
    accuracy: float
    macro_recall: float
    classes_found: int


class Peer(Protocol):
    """A tool, the model and the way to ask that its own documentation shows.

    Attributes
    ----------
    name
        As it stands in a table.
    takes_pixels
        Whether it is to be given the raw pixels instead of the points that the others get.
    """

    name: str
    takes_pixels: bool

    def run(
        self,
        points: Float32Array,
        truth: IntArray,
        n_classes: int,
        *,
        budget: int,
        batch_size: int,
        seed: int,
        at: Collection[int],
    ) -> list[Measured]:
        """Label items until the budget is spent; the same for the same seed.

        Parameters
        ----------
        points : (n_items, n_features), float32
            What all peers get alike, such as at most 50 principal components. Only a peer that
            ``takes_pixels`` gets those: as they are, 0 to 16, for its gamma is made for them.
        truth : (n_items,), int64
            Classes below ``n_classes``.
        n_classes
            The number of classes a person can choose from.
        budget
            Labels in all; no more than there are items.
        batch_size
            Items asked about at a time. The last batch is cut to what is left.
        seed
            Of all that is drawn at random.
        at
            Numbers of labels to measure at. One that falls within a batch is measured when so many
            of the batch have been answered; the batch stays as it was chosen.
        """
        ...


def peers(n_items: int) -> list[Peer]:
    """All of them, as they are used on so many items."""
    kernel: Literal["rbf", "knn"] = "rbf" if n_items <= PIXELS_UP_TO else "knn"
    return [
        ScikitLearn("entropy", kernel),
        ScikitLearn("random", kernel),
        GraphLearning("margin"),
        GraphLearning("norm"),
        GraphLearning("model change"),
        ScikitActiveML("margin"),
        ScikitActiveML("TypiClust"),
    ]


def measure(labels: IntArray, believed: IntArray, truth: IntArray) -> Measured:
    """Compare what is believed with the truth; ``labels`` are ``UNLABELLED`` where none is given.

    Parameters
    ----------
    labels, believed, truth : (n_items,), int64
    """
    labelled = labels != UNLABELLED
    right = np.where(labelled, labels, believed) == truth
    sizes = np.bincount(truth)
    hits = np.bincount(truth, weights=right)
    return Measured(
        labels=int(labelled.sum()),
        accuracy=float(right.mean()),
        macro_recall=float(np.mean(hits[sizes > 0] / sizes[sizes > 0])),
        classes_found=len(np.unique(labels[labelled])),
    )


class Learner(Protocol):
    """A tool at work on one set of items."""

    def tell(self, items: IntArray, classes: IntArray, /) -> None:
        """Give the classes of some items."""
        ...

    def believed(self) -> IntArray:
        """The class of every item, shape (n_items,)."""
        ...

    def ask(self, size: int, /) -> IntArray:
        """Choose items to ask about, all of them unlabelled."""
        ...


class Rounds(ABC):
    """A peer that is asked for a batch, told its classes, and asked again.

    The first set, ``max(batch_size, FIRST)`` items, is drawn at random, uniformly and with the
    seed: the same for all peers that need one.
    """

    name: str
    takes_pixels = False
    begins_itself = False

    @abstractmethod
    def _begin(self, points: Float32Array, n_classes: int, seed: int) -> Learner:
        """A learner that has no label yet."""

    def run(
        self,
        points: Float32Array,
        truth: IntArray,
        n_classes: int,
        *,
        budget: int,
        batch_size: int,
        seed: int,
        at: Collection[int],
    ) -> list[Measured]:
        """See :meth:`Peer.run`."""
        # One thread for BLAS, lest sums are added up in another order on another machine. Tools
        # also warn of what is usual here, such as classes that no label has named yet.
        with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            learner = self._begin(points, n_classes, seed)
            labels = np.full(len(points), UNLABELLED, dtype=np.int64)
            budget = min(budget, len(points))
            given = 0
            found = []
            while given < budget:
                if given or self.begins_itself:
                    batch = learner.ask(min(batch_size, budget - given))
                else:
                    batch = shuffled(len(points), seed)[: min(max(batch_size, FIRST), budget)]
                for items in _parts(batch, given, at):
                    learner.tell(items, truth[items])
                    labels[items] = truth[items]
                    given += len(items)
                    if given in at:
                        found.append(measure(labels, learner.believed(), truth))
        return found


def shuffled(n_items: int, seed: int) -> IntArray:
    """All items in a random order, the same for all peers that take one."""
    return np.random.default_rng(seed).permutation(n_items)


def _parts(batch: IntArray, given: int, at: Collection[int]) -> list[IntArray]:
    """The batch, cut wherever the number of labels is one to measure at."""
    return np.split(batch, [end for end in range(1, len(batch)) if given + end in at])


class _Kept(Generic[Result]):
    """Makes something of points, and keeps it for those who come next with the same points."""

    def __init__(self, make: Callable[[Float32Array], Result]) -> None:
        self._make = make
        self._latest: tuple[Float32Array, Result] | None = None

    def __call__(self, points: Float32Array) -> Result:
        if self._latest is None or self._latest[0] is not points:
            self._latest = None
            self._latest = points, self._make(points)
        return self._latest[1]


# ---- scikit-learn


class ScikitLearn(Rounds):
    """``LabelSpreading``, and the largest entropies of its ``label_distributions_``.

    This is scikit-learn's example "Label propagation digits: active learning", with gamma 0.25, or
    7 neighbours, alpha 0.2 and at most 30 sweeps. ``random`` has the same model, but items come in
    a random order. It needs a first set.

    scikit-learn builds its graph anew at every fit, 20 seconds of 70,000 items. Here it is built
    once, and the labels are spread by :func:`core.learning.sweeps.spread`, which gives the
    distributions of scikit-learn's estimator to 1e-12. As there, an item that no label reaches is
    of the first class seen, and its entropy, not a number, comes before all others.

    Parameters
    ----------
    query
        What to ask about.
    kernel
        ``rbf`` is for the raw pixels of digits, and memory grows with n_items squared.
    """

    def __init__(self, query: Literal["entropy", "random"], kernel: Literal["rbf", "knn"]) -> None:
        self.name = f"scikit-learn, label spreading, {query}"
        self.takes_pixels = kernel == "rbf"
        self._query = query
        self._kernel = kernel

    def _begin(self, points: Float32Array, n_classes: int, seed: int) -> Learner:
        del n_classes  # as many as there are labels of
        graph = _similarity_graphs[self._kernel](points)
        return _Spreading(graph, None if self._query == "entropy" else seed)


def _similarity_graph(kernel: Kernel, points: Float32Array) -> SimilarityGraph:
    return build_graph(points.astype(np.float64), kernel, gamma=0.25, n_neighbors=7)


_similarity_graphs: Final = {
    kernel: _Kept(partial(_similarity_graph, kernel)) for kernel in ("rbf", "knn")
}


class _Spreading:
    """Asks about the largest entropies, or at random if there is a seed."""

    def __init__(self, graph: SimilarityGraph, seed: int | None) -> None:
        self._graph = graph
        self._order = None if seed is None else shuffled(graph.n_items, seed)
        self._labels = np.full(graph.n_items, UNLABELLED, dtype=np.int64)
        self._fitted: tuple[IntArray, FloatArray] | None = None

    def tell(self, items: IntArray, classes: IntArray) -> None:
        self._labels[items] = classes
        self._fitted = None

    def believed(self) -> IntArray:
        seen, distributions = self._fit()
        return np.asarray(seen[distributions.argmax(axis=1)])

    def ask(self, size: int) -> IntArray:
        order = self._order
        if order is None:
            _, distributions = self._fit()
            uncertainty = entr(distributions).sum(axis=1)
            uncertainty[~distributions.any(axis=1)] = np.nan
            # Not a number comes last, and so first the other way round.
            order = np.argsort(uncertainty)[::-1]
        return np.asarray(order[self._labels[order] == UNLABELLED][:size])

    def _fit(self) -> tuple[IntArray, FloatArray]:
        """The classes seen, and the distributions over them."""
        if self._fitted is None:
            seen = np.unique(self._labels[self._labels != UNLABELLED])
            one_hot = one_hot_labels(self._labels, seen)
            found = spread(self._graph, one_hot, alpha=0.2, max_iter=30, tol=1e-3)
            self._fitted = seen, normalise_rows(found.scores)
        return self._fitted


# ---- graphlearning


@dataclass(frozen=True, slots=True)
class _Acquisition:
    """One of graphlearning's acquisition functions, and what it is used with.

    Attributes
    ----------
    function
        Its name there.
    method
        How uncertain an item is, by its name there.
    tau
        Pulls the scores of the model to zero, the more so the farther from labels.
    sharpness
        How strongly a batch is to prefer large values. None where it is chosen item by item, by a
        covariance matrix.
    """

    function: str
    method: str
    tau: float = 0.0
    sharpness: float | None = None


_ACQUISITIONS: Final = {
    "margin": _Acquisition("unc_sampling", "smallest_margin", sharpness=20),
    "norm": _Acquisition("unc_sampling", "unc_2norm", tau=0.001, sharpness=5),
    "model change": _Acquisition("model_change_var_opt", "smallest_margin"),
}


class GraphLearning(Rounds):
    """Poisson-reweighted Laplace learning, and an ``active_learner`` of graphlearning.

    Its graph, of 10 neighbours, has its own weights; the neighbours are ours, for its own search
    needs a package that is not maintained. They are more only where 10 do not connect the graph, of
    which the reweighting is not defined. It needs a first set.

    A single item is that of the largest acquisition value, but the items of the ten largest are
    much alike. A batch is therefore drawn by the library's policy ``prop``, in proportion to
    ``exp(sharpness * value)``, though no item twice. Model change does not need an answer to know
    what the next item of a batch would add: it takes the largest value, updates its covariance, and
    so on. Both need far fewer labels than the ten largest values do.

    Parameters
    ----------
    acquisition
        ``margin`` is the library's default. ``norm``, with tau 0.001, is what its authors propose
        for very few labels. ``model change`` is their model change variance optimisation, with the
        50 eigenvectors of the library's documentation.

    References
    ----------
    Miller, Calder, "Poisson reweighted Laplacian uncertainty sampling for graph-based active
    learning", 2023; Miller, Bertozzi, "Model-change active learning in graph-based semi-supervised
    learning", 2021.
    """

    def __init__(self, acquisition: Literal["margin", "norm", "model change"]) -> None:
        self.name = f"graphlearning, reweighted Laplace, {acquisition}"
        self._acquisition = _ACQUISITIONS[acquisition]

    def _begin(self, points: Float32Array, n_classes: int, seed: int) -> Learner:
        import graphlearning as gl

        del n_classes  # as many as there are labels of
        chosen = self._acquisition
        options: dict[str, Any] = {"unc_method": chosen.method}
        if chosen.sharpness is None:
            values, vectors = _eigenvectors(points)
            options |= {"C": np.diag(1 / (values + 1e-11)), "V": vectors}
        make = partial(
            gl.active_learning.active_learner,
            gl.ssl.laplace(_weights(points), reweighting="poisson", tau=chosen.tau),
            getattr(gl.active_learning, chosen.function),
            **options,
        )
        return _ActiveLearner(make, chosen.sharpness, seed)


def _connected_weights(points: Float32Array) -> Any:
    import graphlearning as gl

    n_items, n_neighbors = len(points), 10
    own = np.arange(n_items)[:, np.newaxis]
    while True:
        found = nearest_neighbours(points, n_neighbors, threads=_THREADS)
        distances = np.sqrt(found.squared.astype(np.float64))
        # There an item is its own first neighbour.
        known = np.hstack([own, found.indices]), np.hstack([np.zeros((n_items, 1)), distances])
        graph = gl.graph(gl.weightmatrix.knn(None, n_neighbors, knn_data=known))
        if graph.isconnected():
            return graph
        n_neighbors += 5


def _first_eigenvectors(points: Float32Array) -> tuple[FloatArray, FloatArray]:
    """What ``eigen_decomp`` of the graph gives, which begins elsewhere every time it is called."""
    graph = _weights(points)
    scale = graph.degree_matrix(p=-0.5)
    start = np.random.default_rng(0).normal(size=len(points))
    values, vectors = sparse.linalg.eigsh(
        scale @ graph.weight_matrix @ scale, k=50, which="LA", v0=start
    )
    return 1 - values[::-1], vectors[:, ::-1]


_weights: Final = _Kept(_connected_weights)
_eigenvectors: Final = _Kept(_first_eigenvectors)


class _ActiveLearner:
    """An ``active_learner``, made as soon as there are labels.

    There classes are numbered without a gap, so they are in the order in which they are found.
    """

    def __init__(self, make: Callable[..., Any], sharpness: float | None, seed: int) -> None:
        self._make = make
        self._sharpness = sharpness
        self._random = np.random.default_rng([seed, 1])
        self._numbers: dict[int, int] = {}
        self._learner: Any = None

    def tell(self, items: IntArray, classes: IntArray) -> None:
        numbers = np.array(
            [self._numbers.setdefault(c, len(self._numbers)) for c in classes.tolist()]
        )
        if self._learner is None:
            self._learner = self._make(items, numbers)
        else:
            self._learner.update(items, numbers)

    def believed(self) -> IntArray:
        return np.asarray(np.array([*self._numbers])[self._learner.u.argmax(axis=1)])

    def ask(self, size: int) -> IntArray:
        if len(self._numbers) == 1:
            # Of a single class there is neither a margin nor a change.
            return self._random.permutation(self._learner.unlabeled_ind)[:size]
        if self._sharpness is None:
            return self._one_by_one(size)
        policy = "max" if size == 1 else partial(self._draw, self._sharpness)
        return np.asarray(self._learner.select_queries(size, policy=policy))

    def _draw(
        self, sharpness: float, candidates: IntArray, values: FloatArray, size: int
    ) -> IntArray:
        """Draw in proportion to ``exp(sharpness * value)``: the largest, with Gumbel's noise."""
        noisy = sharpness * values + self._random.gumbel(size=len(values))
        return candidates[np.argsort(-noisy)[:size]]

    def _one_by_one(self, size: int) -> IntArray:
        function = self._learner.acq_function
        covariance = function.C.copy()
        found: list[int] = []
        for _ in range(size):
            candidates = np.setdiff1d(self._learner.unlabeled_ind, found)
            found += self._learner.select_queries(candidate_ind=candidates).tolist()
            function.update(found[-1:], None)
        # Once the answers are there, they update it again.
        function.C = covariance
        return np.array(found)


# ---- scikit-activeml


class ScikitActiveML(Rounds):
    """A logistic regression in scikit-activeml, with one of its query strategies.

    The classifier is that of its first page and of its tutorial on images. ``margin`` is its
    uncertainty sampling. ``TypiClust`` is made for few labels: it clusters all items anew for every
    query, and asks about a typical item of each cluster without a label. Neither needs a first set:
    as long as the model knows nothing, uncertainty sampling asks at random.

    Points are taken as they are. To standardise each of their features makes the last principal
    components as large as the first, and the model worse: by about ten points of accuracy after
    100 labels, on 10,000 digits of MNIST.
    """

    begins_itself = True

    def __init__(self, query: Literal["margin", "TypiClust"]) -> None:
        self.name = f"scikit-activeml, logistic regression, {query}"
        self._query = query

    def _begin(self, points: Float32Array, n_classes: int, seed: int) -> Learner:
        from skactiveml.classifier import SklearnClassifier
        from skactiveml.pool import TypiClust, UncertaintySampling
        from sklearn.linear_model import LogisticRegression

        common = {"missing_label": UNLABELLED, "random_state": seed}
        classifier = SklearnClassifier(LogisticRegression(), classes=range(n_classes), **common)
        if self._query == "margin":
            return Classified(
                points, classifier, UncertaintySampling(method="margin_sampling", **common)
            )
        return Classified(points, classifier, TypiClust(**common))


class Classified:
    """A classifier and a query strategy of scikit-activeml.

    Parameters
    ----------
    among
        Which items the strategy chooses from and knows of, in their order; None for all of them.
        The classifier knows all.
    """

    def __init__(
        self,
        points: Float32Array,
        classifier: Any,
        strategy: Any,
        among: IntArray | None = None,
    ) -> None:
        self._points = points
        self._classifier = classifier
        self._strategy = strategy
        self._among = np.arange(len(points)) if among is None else among
        self._seen = points if among is None else points[among]
        self._labels = np.full(len(points), UNLABELLED, dtype=np.int64)
        self._fitted = False

    def tell(self, items: IntArray, classes: IntArray) -> None:
        self._labels[items] = classes
        self._fitted = False

    def believed(self) -> IntArray:
        return np.asarray(self._fit().predict(self._points), dtype=np.int64)

    def ask(self, size: int) -> IntArray:
        from skactiveml.utils import call_func

        # Not every strategy looks at the classifier.
        items = call_func(
            self._strategy.query,
            X=self._seen,
            y=self._labels[self._among],
            clf=self._fit(),
            fit_clf=False,
            batch_size=size,
        )
        return np.asarray(self._among[items], dtype=np.int64)

    def _fit(self) -> Any:
        if not self._fitted:
            self._classifier.fit(self._points, self._labels)
            self._fitted = True
        return self._classifier
