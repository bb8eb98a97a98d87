"""Simulated labelling: an oracle that knows the truth, to see which strategy needs fewest labels.

Nothing here reads a file or knows a screen, and engines come from whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol

import numpy as np

from core.arrays import IntArray
from core.config import ProjectConfig
from core.data.dataset import Dataset
from core.errors import InvalidConfigError
from core.jobs.progress import Progress, silent
from core.learning.beliefs import Beliefs
from core.session.labels import Labels
from core.simulation.outcome import Curve, Outcome, Point
from core.simulation.plan import Plan, truth_of

_ORACLE: Final = 1
"""Sets the oracle's random numbers apart from those of the choice, which have the same seed."""


class Choice(Protocol):
    """An item that an engine asks about."""

    @property
    def item(self) -> int:
        """Its row in the data set."""
        ...


class Learner(Protocol):
    """What is used of an engine: see :class:`core.engine.engine.Engine`."""

    @property
    def dataset(self) -> Dataset:
        """The items it learns about."""
        ...

    def believe(self, labels: Labels, /) -> Beliefs:
        """What it believes of every item, given labels."""
        ...

    def choose(
        self,
        labels: Labels,
        excluded: Iterable[int],
        size: int,
        random: np.random.Generator,
    ) -> Sequence[Choice]:
        """Choose up to ``size`` items to ask about, none of them ``excluded``."""
        ...

    def like(self, config: ProjectConfig, /) -> Learner:
        """One that shares all that is solved, and asks and decides as ``config`` says."""
        ...


def answers(dataset: Dataset, noise: float, seed: int) -> IntArray:
    """What the oracle of a run says of each item, shape (n_items,): class indices.

    It says the same of an item whoever asks and whenever, so strategies meet the same oracle.

    Raises
    ------
    InvalidConfigError
        If the true classes are not known.
    """
    truth, n_classes = truth_of(dataset), dataset.n_classes
    random = np.random.default_rng([seed, _ORACLE])
    is_wrong = random.random(len(truth)) < noise
    others = (truth + random.integers(1, max(n_classes, 2), len(truth))) % n_classes
    return np.where(is_wrong, others, truth)


def run_once(
    learner: Learner,
    *,
    budget: int,
    batch_size: int,
    noise: float,
    seed: int,
) -> Iterator[Point]:
    """Label from nothing, as a person would who goes by what the strategy asks: a point a round.

    Parameters
    ----------
    budget, batch_size, noise
        As in a :class:`Plan`.
    seed
        Of the choice, where that draws lots, and of the oracle.
    """
    dataset = learner.dataset
    truth, said = truth_of(dataset), answers(dataset, noise, seed)
    position = {int(row): i for i, row in enumerate(dataset.rows)}
    random = np.random.default_rng(seed)
    labels = Labels()
    found: set[int] = set()
    while len(labels) < budget:
        size = min(batch_size, budget - len(labels))
        chosen = learner.choose(labels, labels, size, random)
        if not chosen:
            return
        for choice in chosen:
            i = position[choice.item]
            labels = labels.with_label(choice.item, dataset.class_names[said[i]])
            if said[i] == truth[i]:
                found.add(int(truth[i]))
        predicted = learner.believe(labels).predicted
        yield _point(truth, predicted, len(labels), len(found))


def _point(truth: IntArray, predicted: IntArray, n_labels: int, n_found: int) -> Point:
    is_right = predicted == truth
    counts = np.bincount(truth)
    right = np.bincount(truth[is_right], minlength=len(counts))
    recalls = right[counts > 0] / counts[counts > 0]
    return Point(n_labels, float(is_right.mean()), float(recalls.mean()), n_found)


Build = Callable[[ProjectConfig, Progress], Learner]
"""Builds an engine on the data of a plan."""


def simulate(
    plan: Plan,
    build: Build,
    progress: Progress = silent,
    keep: Callable[[Outcome], None] = lambda _: None,
) -> Outcome:
    """Run each strategy once with each seed.

    All strategies take their first run, then their second, and so on, so that what there is in
    between compares.

    Parameters
    ----------
    build
        Called once for all strategies that learn alike.
    progress
        Called with how far it has come; ``CancelledError`` from there ends it.
    keep
        Given after each round what there is so far.

    Raises
    ------
    InvalidConfigError
        If the truth is not known, or there are fewer images than labels.
    CancelledError
        If ``progress`` says so.
    """
    learners = _learners(plan, build, progress)
    dataset = learners[0].dataset
    truth = truth_of(dataset)
    if plan.budget > dataset.n_items:
        raise InvalidConfigError(
            f"{plan.budget:,} labels cannot be given to the {dataset.n_items:,} images of known "
            "class that these class sizes leave.",
            "Give fewer labels.",
        )
    outcome = Outcome(
        plan=plan, title=dataset.title, n_items=dataset.n_items, n_classes=len(np.unique(truth))
    )
    n_runs = plan.seeds * len(plan.strategies)
    for number in range(n_runs):
        seed, which = divmod(number, len(plan.strategies))
        name = plan.strategies[which].name
        stage = f"{name}, run {seed + 1} of {plan.seeds}"
        progress(stage, number / n_runs)
        points: tuple[Point, ...] = ()
        for point in run_once(
            learners[which],
            budget=plan.budget,
            batch_size=plan.batch_size,
            noise=plan.noise,
            seed=seed,
        ):
            points = (*points, point)
            keep(_with(outcome, Curve(strategy=name, seed=seed, points=points, finished=False)))
            progress(stage, (number + point.labels / plan.budget) / n_runs)
        outcome = _with(outcome, Curve(strategy=name, seed=seed, points=points))
        keep(outcome)
    return outcome


def _with(outcome: Outcome, curve: Curve) -> Outcome:
    return outcome.model_copy(update={"curves": (*outcome.curves, curve)})


def _learners(plan: Plan, build: Build, progress: Progress) -> list[Learner]:
    """A learner for each strategy; those that learn alike share all that is solved."""
    built: dict[ProjectConfig, Learner] = {}
    learners = []
    for strategy in plan.strategies:
        config = plan.config_of(strategy)
        key = learns_like(config)
        if key not in built:
            built[key] = build(config, progress)
        learners.append(built[key].like(config))
    return learners


def learns_like(config: ProjectConfig) -> ProjectConfig:
    """The settings without those that say how to ask and how to decide."""
    plain = ProjectConfig()
    asking = ("query", "opening", "random_share", "assume_answers", "decision")
    return config.model_copy(update={name: getattr(plain, name) for name in asking})
