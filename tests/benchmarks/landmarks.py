"""What is lost by spreading labels among landmarks alone, and giving all others theirs from there.

Landmarks are drawn from a set, 100 of them are labelled as the app asks, and all others are told
from them: one by one, from their nearest landmarks, or together, as ``python -m core predict``
does. The accuracy on all items is compared with that of as many labels on the graph of all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.arrays import Float32Array, IntArray
from core.config import recommended
from core.data.dataset import Dataset
from core.engine.engine import Engine, policy_of
from core.graph.neighbours import nearest_neighbours
from core.graph.projection import Projection
from core.graph.shapes import shape_features
from core.graph.similarity import local_weights, symmetric_knn_graph
from core.learning.beliefs import Beliefs
from core.predicting.together import spread_together
from core.session.labels import Labels
from tests.benchmarks.label_sets import mnist_digits
from tests.benchmarks.labels import images_of
from tests.benchmarks.made_up import made_up_items

MNIST: Final = (70_000, (2_000, 7_000, 20_000))
"""Items, and how many of them are landmarks."""

MADE_UP: Final = ((200_000, (20_000,), 2), (2_000_000, (200_000,), 1))
"""Items, landmarks, and runs."""

NOISE: Final = 1.1
"""So much that classes overlap; with less, every label is right whatever is done."""

BUDGET: Final = 100
BATCH: Final = 10
TOGETHER: Final = 4
"""Times as many items as landmarks are told together."""

_PILOT: Final = 1_000
_CHUNK: Final = 2_000

Draw = Callable[[Float32Array, int, np.random.Generator], IntArray]


@dataclass(frozen=True, slots=True)
class Loss:
    """Accuracies after 100 labels, 0 to 1.

    Attributes
    ----------
    whole
        Of all items, on the graph of all.
    landmarks
        Of the landmarks, on theirs.
    one_by_one, together
        Of all items: landmarks by their graph, all others in either way.
    """

    whole: float
    landmarks: float
    one_by_one: float
    together: float


def uniformly(points: Float32Array, n: int, random: np.random.Generator) -> IntArray:
    """Each item is as likely as any other."""
    return np.sort(random.choice(len(points), n, replace=False))


def by_coverage(points: Float32Array, n: int, random: np.random.Generator) -> IntArray:
    """The likelier, the further from the nearest of a thousand others; in one pass.

    Half of an item's weight is the same for all, half grows with the squared distance, as in
    Bachem, Lucic, Krause, "Scalable k-means clustering via lightweight coresets", 2018, with the
    nearest of a pilot in place of the mean. Drawn by keys, as in Efraimidis, Spirakis, "Weighted
    random sampling with a reservoir", 2006.
    """
    pilot = points[random.choice(len(points), _PILOT, replace=False)]
    squared = nearest(pilot, points, 1)[0][:, 0]
    keys = random.exponential(size=len(points)) / (1 + squared / squared.mean())
    return np.sort(np.argpartition(keys, n)[:n])


DRAWN: Final[dict[str, Draw]] = {"uniformly": uniformly, "by coverage": by_coverage}


def nearest(landmarks: Float32Array, points: Float32Array, n: int) -> tuple[Float32Array, IntArray]:
    """Exact squared distances and indices of the nearest landmarks, nearest first."""
    import faiss

    squared, indices = faiss.knn(points, landmarks, n)
    return np.maximum(squared, 0), indices


def losses(
    points: Float32Array, whole: Dataset, sizes: tuple[int, ...], seed: int
) -> Iterator[tuple[int, str, Loss]]:
    """Of each number of landmarks, drawn in each way."""
    assert whole.truth is not None
    full = np.mean(_labelled(points, whole, seed).predicted == whole.truth)
    for n in sizes:
        for name, draw in DRAWN.items():
            places = draw(points, n, np.random.default_rng([seed, n]))
            part = whole.some(places)
            beliefs = _labelled(points[places], part, seed)
            right = int(np.sum(beliefs.predicted == part.truth))
            rest = np.setdiff1d(np.arange(len(points)), places)
            one, together = _told(points[places], beliefs, points[rest], whole.truth[rest])
            yield (
                n,
                name,
                Loss(
                    float(full),
                    right / n,
                    (right + one) / len(points),
                    (right + together) / len(points),
                ),
            )


def _told(
    landmarks: Float32Array, beliefs: Beliefs, others: Float32Array, truth: IntArray
) -> tuple[int, int]:
    """How many others are right, one by one and together."""
    k = recommended().n_neighbors
    one = together = 0
    for start in range(0, len(others), TOGETHER * len(landmarks)):
        rows = slice(start, start + TOGETHER * len(landmarks))
        squared, near = nearest(landmarks, others[rows], k)
        weights = local_weights(squared)
        alone = np.einsum("ij,ijc->ic", weights, beliefs.probabilities[near])
        among = nearest_neighbours(others[rows], k, threads=2)
        said = spread_together(squared, near, among, beliefs.probabilities)
        one += int(np.sum(alone.argmax(axis=1) == truth[rows]))
        together += int(np.sum(said.argmax(axis=1) == truth[rows]))
    return one, together


def _labelled(points: Float32Array, dataset: Dataset, seed: int) -> Beliefs:
    """Label as the app asks, ten at a time, with the truth."""
    config = recommended(dataset="set.npz", n_samples=dataset.n_items)
    graph = symmetric_knn_graph(points, config.n_neighbors, threads=2)
    engine = Engine(config, dataset, graph, features=lambda places: points[places])
    truth, names, policy = dataset.truth, dataset.class_names, policy_of(config)
    assert truth is not None
    labels, random = Labels(), np.random.default_rng(seed)
    while len(labels) < BUDGET:
        for one in engine.choose(policy, labels, labels, BATCH, random):
            (place,) = engine.positions([one.item])
            labels = labels.with_label(one.item, names[truth[place]])
    return engine.believe(labels)


def landmarks_report(mnist: Path | None, seeds: int, *, large: bool) -> str:
    """All of it, as a table: means of some runs, and the spread of what is lost."""
    found: dict[tuple[str, int, str], list[Loss]] = {}
    for name, points, whole, sizes, seed in _sets(mnist, seeds, large):
        for n, drawn, loss in losses(points, whole, sizes, seed):
            found.setdefault((name, n, drawn), []).append(loss)
            print(f"{name}, {n:,} landmarks {drawn}: {loss}", file=sys.stderr, flush=True)
    lines = [
        "| | landmarks | drawn | on the graph of all | landmarks alone | all, one by one | "
        "all, together | lost |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (name, n, drawn), runs in found.items():
        shares = 100 * np.array([astuple(run) for run in runs])
        lost = shares[:, 0] - shares[:, 3]
        means = " | ".join(f"{mean:.2f} %" for mean in shares.mean(axis=0))
        spread = f" ± {lost.std(ddof=1):.2f}" if len(runs) > 1 else ""
        lines.append(f"| {name} | {n:,} | {drawn} | {means} | {lost.mean():.2f}{spread} |")
    return "\n".join(lines)


def _sets(
    mnist: Path | None, seeds: int, large: bool
) -> Iterator[tuple[str, Float32Array, Dataset, tuple[int, ...], int]]:
    if mnist is not None:
        for seed in range(seeds):
            whole = images_of(mnist_digits(mnist, MNIST[0], seed))
            features = shape_features(whole.pixels)
            yield "MNIST", Projection.fit(features).transform(features), whole, MNIST[1], seed
    for n_items, sizes, runs in MADE_UP[: 2 if large else 1]:
        for seed in range(runs):
            whole = _made_up(n_items, seed)
            points = Projection.fit(whole.features).transform(whole.features)
            yield f"made up, {n_items:,}", points, whole, sizes, seed


def _made_up(n_items: int, seed: int) -> Dataset:
    features, classes = made_up_items(n_items, seed, NOISE)
    return Dataset(
        title="made up",
        rows=np.arange(n_items),
        images=np.broadcast_to(np.zeros((), dtype=np.uint8), (n_items, 1, 1)),
        features=features,
        class_names=tuple(map(str, range(int(classes.max()) + 1))),
        truth=classes,
        question="",
        has_own_features=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.landmarks")
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="the MNIST digits, as .npz")
    parser.add_argument("--seeds", type=int, default=3, help="runs on MNIST")
    parser.add_argument("--large", action="store_true", help="two million made-up items as well")
    options = parser.parse_args()
    print(landmarks_report(options.mnist, options.seeds, large=options.large))


if __name__ == "__main__":
    main()
