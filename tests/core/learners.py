"""Strategies that need no engine, and what comes out of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.arrays import UNLABELLED
from core.config import ProjectConfig, recommended
from core.data.dataset import Dataset
from core.learning.beliefs import Beliefs
from core.session.labels import Labels
from core.simulation.outcome import Curve, Outcome, Point
from core.simulation.plan import Plan, Strategy, make_plan
from core.simulation.run import Build

TRUTH = [0, 0, 0, 1, 1, 2]


def dataset(truth: list[int] | None = None, n_classes: int = 3) -> Dataset:
    truth = TRUTH if truth is None else truth
    return Dataset(
        title="Shapes",
        rows=np.arange(10, 10 + len(truth)),
        images=np.zeros((len(truth), 1, 1), dtype=np.uint8),
        features=np.zeros((len(truth), 1)),
        class_names=tuple("abcdefghij"[:n_classes]),
        truth=np.array(truth),
        question="Which?",
    )


@dataclass(frozen=True)
class Asked:
    item: int


class Fake:
    """Asks in the order of the rows, or by lot; believes that all others are like the last label.

    It notes what it was asked.
    """

    def __init__(self, data: Dataset, config: ProjectConfig | None = None) -> None:
        self.dataset = data
        self.config = config or ProjectConfig()
        self.sizes: list[int] = []

    def believe(self, labels: Labels) -> Beliefs:
        data = self.dataset
        given = np.full(data.n_items, UNLABELLED)
        last = UNLABELLED
        for item, name in sorted(labels.items()):
            last = data.class_names.index(name)
            given[item - 10] = last
        predicted = np.where(given == UNLABELLED, last, given)
        shares = np.zeros((data.n_items, data.n_classes))
        return Beliefs(shares, np.full(data.n_items, last), predicted, given, 0, True)

    def choose(
        self,
        labels: Labels,
        excluded: Iterable[int],
        size: int,
        random: np.random.Generator,
    ) -> list[Asked]:
        settled = set(excluded)
        assert settled == set(labels)
        self.sizes.append(size)
        rest = [int(row) for row in self.dataset.rows if int(row) not in settled]
        if self.config.query == "random":
            rest = list(random.permutation(rest))
        return [Asked(int(item)) for item in rest[:size]]

    def like(self, config: ProjectConfig) -> Fake:
        return Fake(self.dataset, config)


def strategy(name: str = "One", **settings: object) -> Strategy:
    return Strategy(name=name, config=recommended(**settings))


def plan(*strategies: Strategy, **values: object) -> Plan:
    return make_plan(**{"strategies": strategies or (strategy(),), "n_samples": 100, **values})


def builds(built: list[ProjectConfig] | None = None, data: Dataset | None = None) -> Build:
    def build(config: ProjectConfig, _progress: object) -> Fake:
        if built is not None:
            built.append(config)
        return Fake(data or dataset([0, 1, 2, 2] * 25), config)

    return build


class Gate(Fake):
    """A learner that goes on when it is let, one choice at a time."""

    def __init__(self, config: ProjectConfig, let: threading.Semaphore) -> None:
        super().__init__(dataset([0, 1, 2, 2] * 25), config)
        self.let = let

    def choose(
        self,
        labels: Labels,
        excluded: Iterable[int],
        size: int,
        random: np.random.Generator,
    ) -> list[Asked]:
        assert self.let.acquire(timeout=30)
        return super().choose(labels, excluded, size, random)

    def like(self, config: ProjectConfig) -> Gate:
        return Gate(config, self.let)


class Gates:
    def __init__(self) -> None:
        self.let = threading.Semaphore(0)

    def __call__(self, _plan: Plan) -> Build:
        return lambda config, _: Gate(config, self.let)

    def open(self, times: int = 1_000) -> None:
        self.let.release(times)


def curve(seed: int, *accuracies: float, step: int = 10, finished: bool = True) -> Curve:
    points = tuple(
        Point(step * (i + 1), accuracy, accuracy / 2, i + 1)
        for i, accuracy in enumerate(accuracies)
    )
    return Curve(strategy="One", seed=seed, points=points, finished=finished)


def outcome_of(*curves: Curve, **values: object) -> Outcome:
    return Outcome(
        plan=plan(**values), title="Shapes", n_items=100, n_classes=3, curves=tuple(curves)
    )
