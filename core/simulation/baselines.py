"""What a run or a project is compared with: random questions, no spreading, the best settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.config import (
    Features,
    ProjectConfig,
    classic,
    recommended,
    recommended_settings,
)
from core.data import catalogue
from core.data.dataset import Dataset
from core.engine.building import engine_for
from core.engine.engine import Engine
from core.jobs.progress import Progress, silent
from core.learning import metrics
from core.learning.supervised import logistic
from core.replay.baselines import Course, at_random, course_of, supervised
from core.replay.published import Run
from core.replay.run import ReplayRound
from core.session.labels import Labels
from core.simulation.comparisons import EngineLearner
from core.simulation.outcome import Interval, interval
from core.simulation.run import Learner, learns_like, run_once

SEEDS: Final = 5
"""Runs over which one takes a mean."""

MOST_ITEMS: Final = 20_000
"""Of more items no baseline is worked out: that would take minutes."""

_FEW_ITEMS: Final = 5_000
_FEWER_SEEDS: Final = 2
"""Runs where there are more items than those."""

_MOST_LABELS: Final = 300
"""A strategy that asks in rounds is followed up to so many labels."""

_MOST_ROUNDS: Final = 20

_STAGE: Final = "Comparing with other ways"

_BEST_TITLE: Final = "The app’s best settings"
_BEST: Final = "no label to begin with"
_PLAIN_TITLE: Final = "Supervised only"
_RANDOM_TITLE: Final = "Random questions"
RECIPE_TITLE: Final = "scikit-learn’s recipe"
_RECIPE: Final = "pixels alone, and what it is least sure of"
_RANDOM: Final = "the same settings"
_SUPERVISED: Final = "logistic regression on the same labels"


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to learn, and what came of it.

    Attributes
    ----------
    title, note
        Its name, and what it does, in a few words.
    labels
        Labels there were.
    accuracies
        The share of all items that was right then, labelled ones included: over all runs.
    """

    title: str
    note: str
    labels: tuple[int, ...]
    accuracies: tuple[Interval, ...]


def own_of_run(rounds: Sequence[ReplayRound]) -> Contender:
    """The published run itself."""
    asks = "asks about what it is least sure of" if len(rounds) > 1 else "as it was published"
    return _contender("This run", asks, [course_of(rounds)])


def own_of_project(points: Sequence[tuple[int, float]]) -> Contender:
    """A project itself: how many labels there were, and the share of all items right then."""
    return _contender("This project", "labelled by people", [Course(*zip(*points, strict=True))])


def of_run(
    run: Run, rounds: Sequence[ReplayRound], progress: Progress = silent
) -> tuple[Contender, ...]:
    """What a published run is compared with.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    found = [_contender(_PLAIN_TITLE, _SUPERVISED, [supervised(run, rounds)])]
    if len(rounds) > 1:
        courses = []
        for seed in range(SEEDS):
            progress(_STAGE, seed / SEEDS / 2)
            courses.append(at_random(run, seed))
        found.append(_contender(_RANDOM_TITLE, _told(_RANDOM, SEEDS), courses))
    progress(_STAGE, 0.5)
    config = recommended(
        dataset=run.config.dataset,
        n_samples=run.config.n_samples,
        shuffle_seed=run.config.shuffle_seed,
    )
    learner = EngineLearner(engine_for(config, catalogue.load(config)), config)
    budget = course_of(rounds).labels[-1]
    found.append(_asking(_BEST_TITLE, _BEST, learner, budget, min(5, run.config.batch_size), SEEDS))
    return tuple(found)


def of_project(
    engine: Engine, config: ProjectConfig, steps: Sequence[Labels], progress: Progress = silent
) -> tuple[Contender, ...]:
    """What a project is compared with; nothing where it has too many items.

    Parameters
    ----------
    engine, config
        Those of the project, whose truth is known for all items.
    steps
        The labels after each of some rounds, more and more of them; at least one label each.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    dataset = engine.dataset
    if not can_compare(dataset) or not steps:
        return ()
    seeds = SEEDS if dataset.n_items <= _FEW_ITEMS else _FEWER_SEEDS
    progress(_STAGE, 0.1)
    found = [_contender(_PLAIN_TITLE, _SUPERVISED, [_supervised(engine, steps, progress)])]
    budget = min(len(steps[-1]), _MOST_LABELS)
    size = max(config.batch_size, -(-budget // _MOST_ROUNDS))
    for place, (title, note, learner) in enumerate(_strategies(engine, config)):
        progress(_STAGE, 0.4 + 0.3 * place)
        found.append(_asking(title, note, learner(), budget, size, seeds))
    return tuple(found)


def race_of(
    engine: Engine, config: ProjectConfig, progress: Progress = silent
) -> tuple[Contender, ...]:
    """What a room races against, on the same images: scikit-learn's recipe, and random questions.

    Each is answered without a mistake. Nothing where the truth is not known of all items, or there
    are too many.

    Parameters
    ----------
    engine, config
        Those of the room.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    dataset = engine.dataset
    if not can_compare(dataset):
        return ()
    seeds = SEEDS if dataset.n_items <= _FEW_ITEMS else _FEWER_SEEDS
    budget = min(dataset.n_items, _MOST_LABELS)
    recipe = classic(dataset=config.dataset, n_samples=config.n_samples)
    random = config.model_copy(update={"query": "random", "opening": "random", "random_share": 0.0})
    racing: tuple[tuple[str, str, ProjectConfig, Callable[[], Engine]], ...] = (
        (RECIPE_TITLE, _RECIPE, recipe, lambda: engine_for(recipe, dataset)),
        (_RANDOM_TITLE, _RANDOM, random, lambda: engine.like(random)),
    )
    found = []
    for place, (title, note, settings, make) in enumerate(racing):
        progress(_STAGE, place / len(racing))
        learner = EngineLearner(make(), settings)
        found.append(_asking(title, note, learner, budget, config.batch_size, seeds))
    return tuple(found)


def can_compare(dataset: Dataset) -> bool:
    """Whether there is a truth to compare with, and not too many items."""
    return dataset.n_known == dataset.n_items <= MOST_ITEMS


def _strategies(
    engine: Engine, config: ProjectConfig
) -> Iterator[tuple[str, str, Callable[[], Learner]]]:
    random = config.model_copy(update={"query": "random", "opening": "random", "random_share": 0.0})
    yield _RANDOM_TITLE, _RANDOM, lambda: EngineLearner(engine.like(random), random)
    features: Features = "shapes" if config.features == "plain" else config.features
    best = config.model_copy(update=recommended_settings(features))
    if learns_like(best) == learns_like(config):
        yield _BEST_TITLE, _BEST, lambda: EngineLearner(engine.like(best), best)
    elif not best.uses_embeddings:
        yield _BEST_TITLE, _BEST, lambda: EngineLearner(engine_for(best, engine.dataset), best)


def _supervised(engine: Engine, steps: Sequence[Labels], progress: Progress) -> Course:
    truth = engine.dataset.truth
    assert truth is not None
    features = engine.features_of(np.arange(engine.dataset.n_items))
    counts, accuracies = [], []
    for place, labels in enumerate(steps):
        progress(_STAGE, 0.1 + 0.3 * place / len(steps))
        said = logistic(features, engine.labels_array(labels))
        counts.append(len(labels))
        accuracies.append(metrics.accuracy(truth, said))
    return Course(tuple(counts), tuple(accuracies))


def _asking(
    title: str, note: str, learner: Learner, budget: int, batch_size: int, seeds: int
) -> Contender:
    courses = []
    for seed in range(seeds):
        points = tuple(run_once(learner, budget=budget, batch_size=batch_size, noise=0, seed=seed))
        courses.append(Course(*zip(*((p.labels, p.accuracy) for p in points), strict=True)))
    return _contender(title, _told(note, seeds), courses)


def _contender(title: str, note: str, courses: Sequence[Course]) -> Contender:
    accuracies = zip(*(course.accuracies for course in courses), strict=True)
    return Contender(title, note, courses[0].labels, tuple(interval(some) for some in accuracies))


def _told(note: str, seeds: int) -> str:
    return f"{note}; mean of {seeds} runs"
