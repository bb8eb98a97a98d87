"""What is to be simulated: strategies, images, and how their class sizes are changed."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Final, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.arrays import UNLABELLED, IntArray
from core.config import DIGITS, N_DIGITS, ProjectConfig, complaints, make_config
from core.data.dataset import Dataset
from core.errors import InvalidConfigError

MOST_STRATEGIES: Final = 8


MOST_RUNS: Final = 50


MOST_BATCH: Final = 20


MOST_NOISE: Final = 0.5


MOST_POINTS: Final = 100_000
"""Most points that all curves of a comparison may have together: 5 MB."""


LONGEST_NAME: Final = 40


SHRINKING: Final = 0.6
"""How much smaller each class is than the one before, where class sizes differ."""


ClassSizes = Literal["as_they_are", "first_largest", "last_largest"]


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
    """The items whose class is known, with class sizes that shrink by .6 from class to class.

    As many images as possible are left, the first ones of each class; no class goes empty. Where
    sizes are to be as they are, all of them are.

    Raises
    ------
    InvalidConfigError
        If no true class is known.
    """
    truth = truth_of(dataset)
    known = np.flatnonzero(truth != UNLABELLED)
    if sizes == "as_they_are":
        return dataset if len(known) == dataset.n_items else dataset.some(known)
    counts = np.bincount(truth[known], minlength=dataset.n_classes)
    present = np.flatnonzero(counts)
    shares = SHRINKING ** np.arange(len(present))
    if sizes == "last_largest":
        shares = shares[::-1]
    # The largest class is as large as all others allow.
    largest = (counts[present] / shares).min()
    wanted = np.maximum(np.round(largest * shares), 1).astype(np.int64)
    kept = [np.flatnonzero(truth == k)[:n] for k, n in zip(present, wanted, strict=True)]
    return dataset.some(np.sort(np.concatenate(kept)))


def truth_of(dataset: Dataset) -> IntArray:
    """The true classes, shape (n_items,); ``UNLABELLED`` where one is not known.

    Raises
    ------
    InvalidConfigError
        If none is known.
    """
    if dataset.truth is None:
        raise InvalidConfigError(
            f"The true classes of {dataset.title} are not known, so nobody can answer in your "
            "place.",
            "Choose images whose classes are known.",
        )
    return dataset.truth
