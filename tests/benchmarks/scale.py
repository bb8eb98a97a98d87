"""The engine from 330 items to a million, and its peers on the same features in the same run.

Every size runs in a process of its own, and so do its peers, so that the peak of memory is that of
this size alone: ``python -m tests.benchmarks.scale ours 1797`` prints what was measured as JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, Float32Array, FloatArray, IntArray
from core.data.dataset import Dataset
from core.engine.engine import Engine, policy_of
from core.graph.kept import GraphStore, fingerprint
from core.graph.neighbours import nearest_neighbours
from core.graph.projection import Projection
from core.graph.similarity import SimilarityGraph, symmetric_knn_graph
from core.learning.beliefs import believe
from core.learning.decisions import DecisionKey
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.querying.choosing import WHOLE_UP_TO, Policy, choose_batch
from core.querying.openings import Sample
from core.querying.outlook import Outlook
from core.querying.queries import margin
from core.querying.shortlist import ShortlistOutlook
from core.session.labels import Labels

K: Final = 10
ALPHA: Final = 0.99
BATCH: Final = 10
THREADS: Final = 2
RBF_UP_TO: Final = 10_000
PEERS_UP_TO: Final = 70_000
FEW: Final = 1_797

Result = TypeVar("Result")


@dataclass
class Ours:
    """What one size takes of our engine; seconds, unless the name says otherwise.

    Attributes
    ----------
    points
        From features to the points that neighbours are searched among.
    neighbours, recall
        The search, and the share of true neighbours it found.
    graph
        From features to the graph, all in all.
    solver
        Getting the solver ready.
    column_ms
        One solved column, a batch of ten at a time, a column.
    single_ms
        One solved column on its own.
    refit_us
        From a label, its column being ready, to the distribution of every item.
    ranking_us
        The same, until the ten most uncertain items are known.
    choice
        Choosing a batch of ten by the best known settings, beliefs being ready.
    whole_choice
        The same when all items are looked at after each assumed answer.
    restart
        From the graph on disk to the first batch.
    peak_mb
        The most memory the process had at any time, data included, in MB.
    """

    n_items: int
    points: float = 0
    neighbours: float = 0
    recall: float = 1
    graph: float = 0
    solver: float = 0
    column_ms: float = 0
    single_ms: float = 0
    refit_us: float = 0
    ranking_us: float = 0
    choice: float = 0
    whole_choice: float = 0
    restart: float = 0
    peak_mb: float = 0


@dataclass
class Peers:
    """Seconds that others take on the same features; None where they cannot.

    Attributes
    ----------
    neighbours
        scikit-learn's search for the same neighbours among the same points.
    rbf, knn
        scikit-learn's ``LabelSpreading.fit``, which is also its refit.
    poisson, laplace
        graphlearning's fit on a graph that is there: of our neighbours, with its own weights.
    """

    neighbours: float | None = None
    rbf: float | None = None
    knn: float | None = None
    poisson: float | None = None
    laplace: float | None = None
    peak_mb: float = 0


@dataclass
class Size:
    """One size, measured."""

    ours: Ours
    peers: Peers = field(default_factory=Peers)


def measure(n_items: int, mnist: Path | None) -> Size:
    """Measure one size and its peers, one after the other."""
    size = Size(Ours(**_process("ours", n_items, mnist)))
    if n_items <= PEERS_UP_TO:
        size.peers = Peers(**_process("peers", n_items, mnist))
    return size


def _process(what: str, n_items: int, mnist: Path | None) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.scale", what, str(n_items)]
    printed = subprocess.run(
        [*command, *(["--mnist", str(mnist)] if mnist else [])],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def data(n_items: int, mnist: Path | None) -> tuple[NDArray[Any], IntArray]:
    """Features and classes: digits, then MNIST if it is there, else made-up items."""
    if n_items <= FEW:
        from sklearn.datasets import load_digits

        digits = load_digits()
        return digits.data[:n_items], digits.target[:n_items].astype(np.int64)
    if mnist is not None and n_items <= PEERS_UP_TO:
        with np.load(mnist) as arrays:
            order = np.random.default_rng(0).permutation(len(arrays["y"]))[:n_items]
            images, truth = arrays["X"][order], arrays["y"][order]
        return images.reshape(n_items, -1), truth.astype(np.int64)
    from tests.benchmarks.made_up import made_up_items

    return made_up_items(n_items)


def ours(n_items: int, mnist: Path | None) -> Ours:
    """Measure our engine."""
    found = Ours(n_items)
    features, truth = data(n_items, mnist)
    with _timed(found, "points"):
        points = Projection.fit(features).transform(features)
    with _timed(found, "neighbours"):
        neighbours = nearest_neighbours(points, K, threads=THREADS)
    found.recall = neighbours.recall
    del points, neighbours
    with _timed(found, "graph"):
        graph = symmetric_knn_graph(features, K, threads=THREADS)
    with _timed(found, "solver"):
        fixed_point = FixedPoint(graph, ALPHA, threads=THREADS)
    spreader = FixedPointSpreader(fixed_point)
    several = 3 if n_items <= PEERS_UP_TO else 1
    order = np.random.default_rng(1).permutation(n_items)[: several * (BATCH + 1)].tolist()
    batches = [order[several + BATCH * i :][:BATCH] for i in range(several)]
    found.single_ms = 1e3 * _best(several, _preparation(spreader, [[i] for i in order[:several]]))
    found.column_ms = 1e3 / BATCH * _best(several, _preparation(spreader, batches))
    found.refit_us, found.ranking_us = _refits(spreader, truth, order)
    roots = graph.root_degrees
    assert roots is not None
    scale = roots.mean() / roots / (1 - ALPHA)
    choices = [choice_times(spreader, scale, truth, order, seed) for seed in range(3)]
    found.choice, found.whole_choice = map(float, np.median(choices, axis=0))
    del spreader, fixed_point
    if n_items > FEW:
        found.restart = _restart(features, truth, graph)
    found.peak_mb = _peak_mb()
    return found


def _preparation(spreader: FixedPointSpreader, batches: list[list[int]]) -> Callable[[int], None]:
    return lambda number: spreader.prepare(batches[number])


def _refits(spreader: FixedPointSpreader, truth: IntArray, items: IntArray) -> tuple[float, float]:
    """Medians in microseconds over labels whose columns are ready: refit, and with ranking."""
    n_classes = int(truth.max()) + 1
    labels = np.full(len(truth), UNLABELLED, dtype=np.int64)
    refits, rankings = [], []
    for item in items:
        labels = labels.copy()
        labels[item] = truth[item]
        begun = time.perf_counter()
        beliefs = believe(labels, n_classes, spreader)
        fitted = time.perf_counter()
        np.argpartition(np.where(labels == UNLABELLED, margin(beliefs), -np.inf), -BATCH)
        refits.append(fitted - begun)
        rankings.append(time.perf_counter() - begun)
    # The first labels find no label before them, which is quicker.
    half = len(items) // 2
    return 1e6 * float(np.median(refits[half:])), 1e6 * float(np.median(rankings[half:]))


def choice_times(
    spreader: FixedPointSpreader, scale: FloatArray, truth: IntArray, items: list[int], seed: int
) -> tuple[float, float]:
    """Seconds to choose ten items when some are labelled: as the app does, and looking at all."""
    n_classes = int(truth.max()) + 1
    labels = np.full(len(truth), UNLABELLED, dtype=np.int64)
    labels[items] = truth[items]
    beliefs = believe(labels, n_classes, spreader, "estimated")
    unused = Sample(np.zeros((1, 1)), np.zeros(1, dtype=np.int64))
    decision: DecisionKey = "estimated"
    given = labels, beliefs, n_classes, decision, scale

    def seconds(outlook: Callable[[], Outlook | ShortlistOutlook]) -> float:
        begun = time.perf_counter()
        random = np.random.default_rng(seed)
        choose_batch(Policy(), outlook(), labels == UNLABELLED, BATCH, random)
        return time.perf_counter() - begun

    whole = seconds(lambda: Outlook(*given, spreader.sketch, lambda: unused))
    columns = spreader.quick_columns() if len(truth) > WHOLE_UP_TO else None
    if columns is None:
        return whole, whole
    return seconds(lambda: ShortlistOutlook(*given, columns, lambda: unused)), whole


def _restart(features: NDArray[Any], truth: IntArray, graph: SimilarityGraph) -> float:
    from core.config import ProjectConfig

    n_items = len(features)
    dataset = Dataset(
        title="",
        rows=np.arange(n_items, dtype=np.int64),
        images=np.zeros((n_items, 1, 1), dtype=np.uint8),
        features=features,
        class_names=tuple(map(str, range(int(truth.max()) + 1))),
        truth=truth,
        question="",
    )
    config = ProjectConfig(
        dataset="some.npz",
        n_samples=n_items,
        kernel="symmetric_knn",
        mode="fixed_point",
        alpha=ALPHA,
    )
    with tempfile.TemporaryDirectory() as folder:
        store = GraphStore(Path(folder))
        store.save(fingerprint(dataset, {}), graph)
        begun = time.perf_counter()
        kept = store.load(fingerprint(dataset, {}))
        assert kept is not None
        Engine(config, dataset, kept).choose(
            policy_of(config), Labels(), [], BATCH, np.random.default_rng(0)
        )
        return time.perf_counter() - begun


def peers(n_items: int, mnist: Path | None) -> Peers:
    """Measure the others, as they are used: with one label in ten of the first thousand."""
    from sklearn.neighbors import NearestNeighbors

    features, truth = data(n_items, mnist)
    points = Projection.fit(features).transform(features)
    found = Peers()
    begun = time.perf_counter()
    search = NearestNeighbors(n_neighbors=K).fit(points.astype(np.float64))
    distances, indices = search.kneighbors()
    found.neighbours = time.perf_counter() - begun
    items = np.random.default_rng(2).permutation(n_items)[:100]
    found.knn = _sklearn("knn", points, truth, items)
    if n_items <= RBF_UP_TO:
        found.rbf = _sklearn("rbf", points, truth, items)
    found.poisson, found.laplace = _graphlearning(distances, indices, truth, items)
    found.peak_mb = _peak_mb()
    return found


def _sklearn(kernel: str, points: Float32Array, truth: IntArray, items: IntArray) -> float:
    from sklearn.semi_supervised import LabelSpreading

    y = np.full(len(points), UNLABELLED)
    y[items] = truth[items]
    model = LabelSpreading(kernel=kernel, gamma=0.5, n_neighbors=K, alpha=0.2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _best(1, lambda _: model.fit(points.astype(np.float64), y))


def _graphlearning(
    distances: NDArray[Any], indices: NDArray[Any], truth: IntArray, items: IntArray
) -> tuple[float, float]:
    import graphlearning as gl

    # There an item is its own first neighbour.
    n_items = len(distances)
    own = np.arange(n_items)[:, np.newaxis]
    known = np.hstack([own, indices]), np.hstack([np.zeros((n_items, 1)), distances])
    weights = gl.weightmatrix.knn(None, K, knn_data=known)
    poisson, laplace = gl.ssl.poisson(weights), gl.ssl.laplace(weights)
    # Twice: what it keeps of the graph for later fits is made in the first one.
    return (
        _best(2, lambda _: poisson.fit_predict(items, truth[items])),
        _best(2, lambda _: laplace.fit_predict(items, truth[items])),
    )


def _best(times: int, work: Callable[[int], object]) -> float:
    """Seconds of the quickest of several runs, each with a number of its own."""
    taken = []
    for number in range(times):
        begun = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - begun)
    return min(taken)


@contextmanager
def _timed(found: Ours, name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    setattr(found, name, time.perf_counter() - begun)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    """Measure one size in this process, and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("what", choices=["ours", "peers"])
    parser.add_argument("n_items", type=int)
    parser.add_argument("--mnist", type=Path)
    options = parser.parse_args()
    work = ours if options.what == "ours" else peers
    print(json.dumps(asdict(work(options.n_items, options.mnist))))


if __name__ == "__main__":
    main()
