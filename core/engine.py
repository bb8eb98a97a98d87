"""All that can be rebuilt from a project's settings and labels, kept so that it need not be."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import numpy as np

from core import datasets, metrics
from core.config import ProjectConfig
from core.graph import build_graph
from core.queries import choose_batch
from core.responses import ResponseSpreader
from core.spreading import believe
from core.types import UNLABELLED, Beliefs, BoolArray, IntArray

_KEPT_BELIEFS: Final = 32
_KEPT_ACCURACIES: Final = 4096
_KEPT_ENGINES: Final = 4

Labels = frozenset[tuple[int, str]]
"""Pairs of an item (its row in the data set) and the name of its class."""


class Engine:
    """Data set, graph and beliefs of one configuration. Safe to use from several threads.

    Items are named by their row in the data set, classes by their name, as in the event log.

    Parameters
    ----------
    config
        What to load and how to learn.
    """

    def __init__(self, config: ProjectConfig) -> None:
        self.dataset = datasets.load(config)
        self._position = {int(row): i for i, row in enumerate(self.dataset.rows)}
        self._class = {name: i for i, name in enumerate(self.dataset.class_names)}
        graph = build_graph(
            self.dataset.features,
            config.kernel,
            gamma=config.gamma,
            n_neighbors=config.n_neighbors,
        )
        self._spreader = ResponseSpreader(
            graph, alpha=config.alpha, max_iter=config.max_iter, tol=config.tol
        )
        self._believe = lru_cache(_KEPT_BELIEFS)(self._fit)
        self._accuracy = lru_cache(_KEPT_ACCURACIES)(self._measure)

    def believe(self, labels: Labels) -> Beliefs:
        """What the model believes of every item, given these labels."""
        return self._believe(labels)

    def accuracy(self, labels: Labels) -> float | None:
        """Share of all items predicted right, 0 to 1; None where the truth is not known."""
        return self._accuracy(labels)

    def prepare(self, items: Iterable[int]) -> None:
        """Solve ahead what labels on these items will change, so that the next fit is quick."""
        self._spreader.prepare(self.positions(items))

    def choose(self, labels: Labels, excluded: Iterable[int], size: int) -> tuple[int, ...]:
        """Choose up to ``size`` items to ask about, none of them ``excluded``."""
        candidates = np.ones(self.dataset.n_items, dtype=np.bool_)
        candidates[self.positions(excluded)] = False
        chosen = choose_batch(self.believe(labels), self.dataset.features, candidates, size)
        return tuple(int(row) for row in self.dataset.rows[chosen])

    def positions(self, items: Iterable[int]) -> list[int]:
        """Indices into the data set's arrays of items named by their row."""
        return [self._position[item] for item in items]

    def mask(self, items: Iterable[int]) -> BoolArray:
        """True for these items, shape (n_items,)."""
        mask = np.zeros(self.dataset.n_items, dtype=np.bool_)
        mask[self.positions(items)] = True
        return mask

    def labels_array(self, labels: Iterable[tuple[int, str]]) -> IntArray:
        """Class indices, shape (n_items,); ``UNLABELLED`` where none is given."""
        array = np.full(self.dataset.n_items, UNLABELLED, dtype=np.int64)
        for item, name in labels:
            array[self._position[item]] = self._class[name]
        return array

    def _fit(self, labels: Labels) -> Beliefs:
        return believe(self.labels_array(labels), self.dataset.n_classes, self._spreader)

    def _measure(self, labels: Labels) -> float | None:
        truth = self.dataset.truth
        return None if truth is None else metrics.accuracy(truth, self.believe(labels).predicted)


class Engines:
    """The engines in use, at most a few; projects with the same settings share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._build = lru_cache(_KEPT_ENGINES)(Engine)

    def get(self, config: ProjectConfig) -> Engine:
        """The engine of a configuration, built if need be; one build at a time."""
        same = {"n_given": 0, "batch_size": 1, "replays": None}
        with self._lock:
            return self._build(config.model_copy(update=same))


def labels_key(labels: Mapping[int, str] | Iterable[tuple[int, str]]) -> Labels:
    """Labels in the form that engines take."""
    return frozenset(labels.items() if isinstance(labels, Mapping) else labels)
