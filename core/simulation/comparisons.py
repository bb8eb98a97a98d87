"""Comparisons of strategies, computed in the background one at a time, and kept when they end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.data.dataset import Dataset
from core.engine.building import engine_for
from core.engine.caches import Caches
from core.engine.engine import Engine, policy_of
from core.errors import ComparisonUnderWayError, LabelspreadError
from core.jobs.progress import CancelledError, Progress
from core.jobs.resources import Resources
from core.jobs.work import Work
from core.learning.beliefs import Beliefs
from core.session.events import LOCAL
from core.session.labels import Labels
from core.simulation.kept import LONGEST_TITLE, ComparisonStore, Entry, Kept
from core.simulation.outcome import Outcome
from core.simulation.plan import Plan, shrunken
from core.simulation.run import Build, Choice, Learner, simulate

_LOGGER: Final = logging.getLogger("labelspread.comparisons")

_LINE: Final = 60
"""Letters of a title that fit into one line."""


class Comparison(Work[Kept]):
    """A comparison under way; its result is what came out, and where it is kept.

    Cancelled, it keeps the runs that came to their end, if there are any.

    Parameters
    ----------
    title
        What it is called.
    plan
        What to compute.
    build
        Builds engines on the images of the plan.
    keep
        Stores what came out.
    by
        Who runs it, by the person's id.
    """

    def __init__(
        self,
        title: str,
        plan: Plan,
        build: Build,
        keep: Callable[[Outcome], Kept],
        by: str = LOCAL,
    ) -> None:
        self.title = title
        self.by = by
        self.plan = plan
        self._build = build
        self._keep = keep
        self._outcome: Outcome | None = None
        super().__init__(self._compare, "compare-strategies", by_stage=False)

    @property
    def outcome(self) -> Outcome | None:
        """What there is so far; None before the first round."""
        return self._outcome

    def _compare(self, progress: Progress) -> Kept:
        try:
            return self._keep(self._simulate(progress))
        except LabelspreadError:
            raise
        except Exception as error:
            _LOGGER.exception("The comparison “%s” has failed", self.title)
            raise LabelspreadError("The comparison failed.", "The log says why.") from error

    def _simulate(self, progress: Progress) -> Outcome:
        try:
            return simulate(self.plan, self._build, progress, self._show)
        except CancelledError:
            so_far = self._outcome.finished(cancelled=True) if self._outcome else None
            if so_far is None or not so_far.curves:
                raise
            self._outcome = so_far
            return so_far

    def _show(self, outcome: Outcome) -> None:
        self._outcome = outcome


class Comparisons:
    """All comparisons: the one under way, if any, and those that are kept.

    Parameters
    ----------
    store
        Where they are kept.
    builder
        Gives what builds engines on the images of a plan.
    """

    def __init__(self, store: ComparisonStore, builder: Callable[[Plan], Build]) -> None:
        self._store = store
        self._builder = builder
        self._lock = threading.Lock()
        self._latest: Comparison | None = None

    @property
    def latest(self) -> Comparison | None:
        """The comparison begun last in this process, whether it has ended or not."""
        return self._latest

    @property
    def under_way(self) -> Comparison | None:
        """The comparison that is being computed; None if there is none."""
        latest = self._latest
        return None if latest is None or latest.done else latest

    def start(self, plan: Plan, dataset_title: str, by: str = LOCAL) -> Comparison:
        """Begin a comparison; it gets a title that says on what and of what.

        Parameters
        ----------
        by
            Who runs it, by the person's id.

        Raises
        ------
        ComparisonUnderWayError
            If another one has not ended yet.
        """
        with self._lock:
            other = self.under_way
            if other is not None:
                raise ComparisonUnderWayError(other.title)
            title = title_of(plan, dataset_title)
            self._latest = Comparison(
                title,
                plan,
                self._builder(plan),
                lambda outcome: self._store.add(title, outcome, by),
                by,
            )
            return self._latest

    def entries(self) -> tuple[Entry, ...]:
        """Those that are kept, newest first."""
        return self._store.entries()

    def load(self, comparison_id: str) -> Kept:
        """Open one; raises ``UnknownComparisonError`` if it is not there or damaged."""
        return self._store.load(comparison_id)

    def rename(self, comparison_id: str, title: str) -> None:
        """Give one another title; raises ``InvalidNameError`` if that is none."""
        self._store.rename(comparison_id, title)

    def delete(self, comparison_id: str) -> None:
        """Remove one for good."""
        self._store.delete(comparison_id)


def title_of(plan: Plan, dataset_title: str) -> str:
    """A title such as ``Handwritten digits: Best known, Random``, of one line."""
    names = [strategy.name for strategy in plan.strategies]
    title = dataset_title
    for n_named in range(len(names), 0, -1):
        rest = len(names) - n_named
        title = f"{dataset_title}: {', '.join(names[:n_named])}" + (
            f" and {rest} more" if rest else ""
        )
        if len(title) <= _LINE:
            return title
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


class EngineLearner:
    """An engine, and how a strategy asks it.

    Parameters
    ----------
    engine, config
        The engine, and the settings by which it asks and decides.
    """

    def __init__(self, engine: Engine, config: ProjectConfig) -> None:
        self._engine = engine
        self._policy = policy_of(config)

    @property
    def dataset(self) -> Dataset:
        """The items it learns about."""
        return self._engine.dataset

    def believe(self, labels: Labels, /) -> Beliefs:
        """What it believes of every item."""
        return self._engine.believe(labels)

    def choose(
        self, labels: Labels, excluded: Iterable[int], size: int, random: np.random.Generator
    ) -> Sequence[Choice]:
        """Choose up to ``size`` items to ask about, none of them ``excluded``."""
        return self._engine.choose(self._policy, labels, excluded, size, random)

    def like(self, config: ProjectConfig, /) -> EngineLearner:
        """One that shares all that is solved, and asks and decides as ``config`` says."""
        return EngineLearner(self._engine.like(config), config)


PlanBuilder = Callable[[Plan], Build]
"""Gives what builds the engines of a plan."""


def builder(
    catalogue: Catalogue,
    *,
    resources: Resources | None = None,
    caches: Caches | None = None,
) -> PlanBuilder:
    """What builds engines on the images of a plan, from the data sets there are."""

    def builds(plan: Plan) -> Build:
        def build(config: ProjectConfig, progress: Progress) -> Learner:
            progress("Reading images", 0.0)
            some = shrunken(catalogue.load(config), plan.sizes)
            needs_names = config.uses_embeddings
            contents = catalogue.open(config, progress=progress)[1] if needs_names else None
            engine = engine_for(
                config,
                some,
                resources=resources,
                caches=caches,
                contents=contents,
                progress=progress,
            )
            # Now, so that all strategies share it.
            engine.sample()
            return EngineLearner(engine, config)

        return build

    return builds
