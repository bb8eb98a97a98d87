"""The refit after each round, against scikit-learn's fit on the same data in the same run."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from sklearn.semi_supervised import LabelSpreading

from core.arrays import FloatArray, IntArray
from core.config import ProjectConfig, make_config
from core.data.catalogue import Catalogue
from core.engine.building import build_engine
from core.engine.engine import Engine
from core.session.labels import Labels
from tests.benchmarks.timing import Times, timed, times

ROUND: Final = 10
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Refit:
    """One configuration, measured.

    Attributes
    ----------
    sklearn
        ``LabelSpreading.fit``, which builds its graph each time.
    ready
        Our refit when the columns of the new labels were solved while a person looked.
    cold
        Our refit when they were not.
    """

    n_items: int
    kernel: str
    sklearn: Times
    ready: Times
    cold: Times


def refit(n_items: int, kernel: str, repeats: int) -> Refit:
    """Measure all rounds up to 100 labels, several times, with other labels each time."""
    config = make_config({"n_samples": n_items, "kernel": kernel})
    rounds = [time for seed in range(repeats) for time in _rounds(config, seed)]
    return Refit(n_items, kernel, *map(times, zip(*rounds, strict=True)))


def _rounds(config: ProjectConfig, seed: int) -> Iterator[tuple[float, float, float]]:
    """Milliseconds of the three in each round."""
    ready, cold = (build_engine(config, Catalogue()) for _ in range(2))
    order = np.random.default_rng(seed).permutation(ready.dataset.rows)[:MOST].tolist()
    for end in range(ROUND, MOST + 1, ROUND):
        labels = _true_labels(ready, order[:end])
        ready.prepare(order[end - ROUND : end])
        work: tuple[Callable[[], Any], ...] = (
            partial(_fit, ready, config, ready.labels_array(labels)),
            partial(ready.believe, labels),
            partial(cold.believe, labels),
        )
        # Whoever comes first may find colder caches: all take turns.
        turns = np.roll(range(3), seed + end // ROUND).tolist()
        taken = {turn: timed(work[turn]) for turn in turns}
        fitted = taken[0][1]
        for turn in (1, 2):
            np.testing.assert_allclose(taken[turn][1].probabilities, fitted, rtol=0, atol=1e-12)
        yield taken[0][0], taken[1][0], taken[2][0]


def _true_labels(engine: Engine, items: list[int]) -> Labels:
    dataset = engine.dataset
    assert dataset.truth is not None
    classes = dataset.truth[engine.positions(items)]
    return Labels({i: dataset.class_names[c] for i, c in zip(items, classes, strict=True)})


def _fit(engine: Engine, config: ProjectConfig, y: IntArray) -> FloatArray:
    model = LabelSpreading(
        kernel=config.kernel,
        gamma=config.gamma,
        n_neighbors=config.n_neighbors,
        alpha=config.alpha,
        max_iter=config.max_iter,
        tol=config.tol,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(engine.dataset.features, y)
    # Classes that nobody has named yet have no column there.
    distributions = np.zeros((len(y), engine.dataset.n_classes))
    distributions[:, model.classes_] = model.label_distributions_
    return distributions
