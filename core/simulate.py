"""Simulated labelling: an oracle that knows the truth, to see which strategy needs fewest labels.

Nothing here reads a file or knows a screen, and engines come from whoever calls.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from math import ceil, sqrt
from typing import Final, Literal, NamedTuple, Protocol, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from scipy.stats import t as student_t

from core.config import DIGITS, N_DIGITS, ProjectConfig, complaints, make_config
from core.errors import InvalidConfigError
from core.progress import Progress, silent
from core.types import Beliefs, Dataset, IntArray

MOST_STRATEGIES: Final = 8
MOST_RUNS: Final = 50
MOST_BATCH: Final = 20
MOST_NOISE: Final = 0.5
MOST_POINTS: Final = 100_000
"""Most points that all curves of a comparison may have together: 5 MB."""

LONGEST_NAME: Final = 40
SHRINKING: Final = 0.6
"""How much smaller each class is than the one before, where class sizes differ."""

LEVELS: Final = (0.90, 0.95, 0.98, 0.99)
"""Shares of images predicted right of which is told how many labels they take."""

MILESTONES: Final = (10, 20, 50, 100)
"""Numbers of labels of which is told how much is predicted right after them."""

CONFIDENCE: Final = 0.95

_ORACLE: Final = 1
"""Sets the oracle's random numbers apart from those of the choice, which have the same seed."""

ClassSizes = Literal["as_they_are", "first_largest", "last_largest"]


# ---- what is to be simulated


class Strategy(BaseModel):
    """A way of learning and asking, under a name.

    Attributes
    ----------
    config
        Its settings. Those that say on what it learns, and how many labels a round brings, are
        overruled by the plan.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    config: ProjectConfig


class Plan(BaseModel):
    """What is simulated: all strategies on the same images, with the same wrong answers.

    Attributes
    ----------
    dataset, n_samples, shuffle_seed
        The images, as in a project's settings.
    sizes
        How many images each class has: as they are, or shrinking by .6 from class to class, the
        first class or the last one being the largest.
    strategies
        1 to 8, with different names.
    seeds
        Runs of each strategy, 1 to 50; run number k has seed k.
    budget
        Labels given in a run.
    batch_size
        Labels given between two fits, 1 to 20.
    noise
        Share of wrong answers, 0 to 0.5; a wrong answer is any of the other classes, equally
        likely.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = DIGITS
    n_samples: int = N_DIGITS
    shuffle_seed: int | None = None
    sizes: ClassSizes = "as_they_are"
    strategies: tuple[Strategy, ...]
    seeds: int = 10
    budget: int = 100
    batch_size: int = 10
    noise: float = Field(default=0.0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        wrong = list(self._complaints())
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def n_points(self) -> int:
        """How many points all curves have together."""
        return len(self.strategies) * self.seeds * ceil(self.budget / self.batch_size)

    def config_of(self, strategy: Strategy) -> ProjectConfig:
        """The settings of a strategy on the images of this plan.

        Raises
        ------
        InvalidConfigError
            If it does not work on them.
        """
        return make_config(
            strategy.config.model_dump()
            | {
                "dataset": self.dataset,
                "n_samples": self.n_samples,
                "shuffle_seed": self.shuffle_seed,
                "batch_size": self.batch_size,
                "n_given": 0,
                "refit": "round",
                "replays": None,
            }
        )

    def _complaints(self) -> Iterator[str]:
        names = [strategy.name.strip() for strategy in self.strategies]
        if not 1 <= len(names) <= MOST_STRATEGIES:
            yield f"choose 1 to {MOST_STRATEGIES} strategies, not {len(names)}"
        if any(not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() for name in names):
            yield f"a strategy's name has 1 to {LONGEST_NAME} letters, digits and signs"
        if len({name.casefold() for name in names}) < len(names):
            yield "two strategies have the same name"
        if not 1 <= self.seeds <= MOST_RUNS:
            yield f"there can be 1 to {MOST_RUNS} runs, not {self.seeds:,}"
        if not 1 <= self.batch_size <= MOST_BATCH:
            yield f"1 to {MOST_BATCH} labels can be given at a time, not {self.batch_size:,}"
            return
        if self.budget < 1:
            yield "at least 1 label has to be given"
        elif self.budget > self.n_samples:
            yield f"{self.budget:,} labels cannot be given to {self.n_samples:,} images"
        if not 0 <= self.noise <= MOST_NOISE:
            yield f"0 to {100 * MOST_NOISE:.0f} % of the answers can be wrong"
        if self.n_points > MOST_POINTS:
            yield (
                f"{self.n_points:,} rounds are more than the {MOST_POINTS:,} that can be kept: "
                "take fewer runs or labels, or more labels at a time"
            )
        for strategy in self.strategies:
            try:
                self.config_of(strategy)
            except InvalidConfigError as error:
                yield f"{strategy.name} does not work here ({error.problem})"


def make_plan(**values: object) -> Plan:
    """Check a plan that came from a form or from the command line.

    Raises
    ------
    InvalidConfigError
        With one sentence that names all that is wrong.
    """
    try:
        return Plan.model_validate(values)
    except ValidationError as error:
        raise InvalidConfigError(
            f"This cannot be simulated: {complaints(error)}.", "Correct it and try again."
        ) from error


def shrunken(dataset: Dataset, sizes: ClassSizes) -> Dataset:
    """The data set with class sizes that shrink by .6 from class to class.

    As many images as possible are left, the first ones of each class; no class goes empty.

    Raises
    ------
    InvalidConfigError
        If the true classes are not known.
    """
    if sizes == "as_they_are":
        return dataset
    truth = _truth_of(dataset)
    counts = np.bincount(truth, minlength=dataset.n_classes)
    present = np.flatnonzero(counts)
    shares = SHRINKING ** np.arange(len(present))
    if sizes == "last_largest":
        shares = shares[::-1]
    # The largest class is as large as all others allow.
    largest = (counts[present] / shares).min()
    wanted = np.maximum(np.round(largest * shares), 1).astype(np.int64)
    kept = np.sort(
        np.concatenate(
            [np.flatnonzero(truth == k)[:n] for k, n in zip(present, wanted, strict=True)]
        )
    )
    return replace(
        dataset,
        rows=dataset.rows[kept],
        images=dataset.images[kept],
        features=dataset.features[kept],
        truth=truth[kept],
    )


def _truth_of(dataset: Dataset) -> IntArray:
    if dataset.truth is None:
        raise InvalidConfigError(
            f"The true classes of {dataset.title} are not known, so nobody can answer in your "
            "place.",
            "Choose images whose classes are known.",
        )
    return dataset.truth


# ---- one run


class Choice(Protocol):
    """An item that an engine asks about."""

    @property
    def item(self) -> int:
        """Its row in the data set."""
        ...


class Learner(Protocol):
    """What is used of an engine: see :class:`core.engine.Engine`."""

    @property
    def dataset(self) -> Dataset:
        """The items it learns about."""
        ...

    def believe(self, labels: frozenset[tuple[int, str]], /) -> Beliefs:
        """What it believes of every item, given labels: pairs of item and class."""
        ...

    def choose(
        self,
        labels: frozenset[tuple[int, str]],
        excluded: Iterable[int],
        size: int,
        random: np.random.Generator,
    ) -> Sequence[Choice]:
        """Choose up to ``size`` items to ask about, none of them ``excluded``."""
        ...

    def like(self, config: ProjectConfig, /) -> Learner:
        """One that shares all that is solved, and asks and decides as ``config`` says."""
        ...


class Point(NamedTuple):
    """What was known after some labels.

    Attributes
    ----------
    accuracy
        Share of all items that is right, 0 to 1. A given label counts as it was given, so a wrong
        one is wrong.
    macro_recall
        Mean over classes of the share of their items that is right.
    classes_found
        Classes of which some item has been asked about and answered rightly.
    """

    labels: int
    accuracy: float
    macro_recall: float
    classes_found: int


class Curve(BaseModel):
    """One run of one strategy, a point a round.

    Attributes
    ----------
    finished
        Whether the run came to its end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: str
    seed: int
    points: tuple[Point, ...]
    finished: bool = True


def answers(dataset: Dataset, noise: float, seed: int) -> IntArray:
    """What the oracle of a run says of each item, shape (n_items,): class indices.

    It says the same of an item whoever asks and whenever, so strategies meet the same oracle.

    Raises
    ------
    InvalidConfigError
        If the true classes are not known.
    """
    truth, n_classes = _truth_of(dataset), dataset.n_classes
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
    truth, said = _truth_of(dataset), answers(dataset, noise, seed)
    position = {int(row): i for i, row in enumerate(dataset.rows)}
    random = np.random.default_rng(seed)
    labels: dict[int, str] = {}
    found: set[int] = set()
    while len(labels) < budget:
        size = min(batch_size, budget - len(labels))
        chosen = learner.choose(frozenset(labels.items()), set(labels), size, random)
        if not chosen:
            return
        for choice in chosen:
            i = position[choice.item]
            labels[choice.item] = dataset.class_names[said[i]]
            if said[i] == truth[i]:
                found.add(int(truth[i]))
        predicted = learner.believe(frozenset(labels.items())).predicted
        yield _point(truth, predicted, len(labels), len(found))


def _point(truth: IntArray, predicted: IntArray, n_labels: int, n_found: int) -> Point:
    is_right = predicted == truth
    counts = np.bincount(truth)
    right = np.bincount(truth[is_right], minlength=len(counts))
    recalls = right[counts > 0] / counts[counts > 0]
    return Point(n_labels, float(is_right.mean()), float(recalls.mean()), n_found)


# ---- all runs


class Outcome(BaseModel):
    """All curves there are of a plan.

    Attributes
    ----------
    title
        Of the data set.
    n_items, n_classes
        Images that took part, and classes that occur among them.
    cancelled
        Whether it was stopped, so that runs are missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: Plan
    title: str
    n_items: int
    n_classes: int
    curves: tuple[Curve, ...] = ()
    cancelled: bool = False

    def finished(self, *, cancelled: bool = False) -> Outcome:
        """The runs that came to their end, without the one that was under way."""
        curves = tuple(curve for curve in self.curves if curve.finished)
        return self.model_copy(update={"curves": curves, "cancelled": cancelled})

    def curves_of(self, strategy: str) -> tuple[Curve, ...]:
        """The finished runs of a strategy; the one under way if there is no other."""
        own = [curve for curve in self.curves if curve.strategy == strategy]
        return tuple(curve for curve in own if curve.finished) or tuple(own)


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
        Told how far it has come; ``CancelledError`` from there ends it.
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
    truth = _truth_of(dataset)
    if plan.budget > dataset.n_items:
        raise InvalidConfigError(
            f"{plan.budget:,} labels cannot be given to the {dataset.n_items:,} images that these "
            "class sizes leave.",
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


# ---- what came out


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over runs, and how sure it is.

    Attributes
    ----------
    half
        Half the width of its 95 % interval, by Student's t; None where there is one run only.
    """

    mean: float
    half: float | None


@dataclass(frozen=True, slots=True)
class Needed:
    """How many labels a level takes.

    Attributes
    ----------
    level
        Share of all items that is to be right.
    reached, runs
        How many of the runs reached it.
    labels
        How many labels it took them; None unless all of them reached it.
    """

    level: float
    reached: int
    runs: int
    labels: Interval | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A strategy's curve, over its runs.

    Attributes
    ----------
    labels
        Numbers of labels, one a round.
    accuracy, macro_recall
        After each of them.
    runs
        How many runs got there.
    """

    labels: tuple[int, ...]
    accuracy: tuple[Interval, ...]
    macro_recall: tuple[Interval, ...]
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What came out for one strategy.

    Attributes
    ----------
    runs
        How many of its runs count.
    needed
        One for each of ``LEVELS``.
    right_after
        Share of items that is right after each of ``MILESTONES``; None where labels ended sooner.
    classes_found
        At the end of a run; None where there is no run yet.
    """

    strategy: str
    runs: int
    curve: Stretch
    needed: tuple[Needed, ...]
    right_after: tuple[Interval | None, ...]
    classes_found: Interval | None


def interval(values: Sequence[float]) -> Interval:
    """The mean of some values, and its 95 % interval by Student's t."""
    mean, n = float(np.mean(values)), len(values)
    if n == 1:
        return Interval(mean, None)
    if min(values) == max(values):
        # Rounding would leave a trace of width.
        return Interval(float(values[0]), 0.0)
    quantile = float(student_t.ppf((1 + CONFIDENCE) / 2, n - 1))
    return Interval(mean, quantile * float(np.std(values, ddof=1)) / sqrt(n))


def labels_needed(points: Sequence[Point], level: float) -> int | None:
    """The first number of labels at which a curve reaches a level; None if it never does."""
    return next((point.labels for point in points if point.accuracy >= level), None)


def needed(curves: Sequence[Curve], level: float) -> Needed:
    """How many labels a level takes, over runs."""
    found = [labels_needed(curve.points, level) for curve in curves]
    reached = [labels for labels in found if labels is not None]
    everywhere = interval(reached) if reached and len(reached) == len(curves) else None
    return Needed(level, len(reached), len(curves), everywhere)


def right_after(curves: Sequence[Curve], n_labels: int) -> Interval | None:
    """Share that is right once there are so many labels; None where they end sooner.

    Between two rounds it is that of the one before, for the model is as it was.
    """
    shares = []
    for curve in curves:
        before = [point.accuracy for point in curve.points if point.labels <= n_labels]
        if not before or curve.points[-1].labels < n_labels:
            return None
        shares.append(before[-1])
    return interval(shares) if shares else None


def summarise(outcome: Outcome) -> tuple[Summary, ...]:
    """What came out, strategy by strategy in the order of the plan."""
    return tuple(_summary(outcome, strategy.name) for strategy in outcome.plan.strategies)


def _summary(outcome: Outcome, strategy: str) -> Summary:
    curves = outcome.curves_of(strategy)
    return Summary(
        strategy=strategy,
        runs=len(curves),
        curve=_stretch(curves),
        needed=tuple(needed(curves, level) for level in LEVELS),
        right_after=tuple(right_after(curves, n) for n in MILESTONES),
        classes_found=interval([c.points[-1].classes_found for c in curves]) if curves else None,
    )


def _stretch(curves: Sequence[Curve]) -> Stretch:
    at: dict[int, list[Point]] = {}
    for curve in curves:
        for point in curve.points:
            at.setdefault(point.labels, []).append(point)
    labels = tuple(sorted(at))
    return Stretch(
        labels=labels,
        accuracy=tuple(interval([point.accuracy for point in at[n]]) for n in labels),
        macro_recall=tuple(interval([point.macro_recall for point in at[n]]) for n in labels),
        runs=tuple(len(at[n]) for n in labels),
    )


def outcome_csv(outcome: Outcome) -> str:
    """All points as CSV, one a line, in full precision."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("strategy", "seed", *Point._fields))
    for curve in outcome.curves:
        writer.writerows((curve.strategy, curve.seed, *point) for point in curve.points)
    return buffer.getvalue()
