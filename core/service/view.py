"""A project at one moment, as pages see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from core.arrays import UNLABELLED
from core.data.dataset import Dataset
from core.engine.engine import Engine
from core.jobs.work import Work
from core.learning import metrics
from core.learning.beliefs import Beliefs
from core.learning.metrics import LabelCheck, Report
from core.service import rounds
from core.service.curve import Curves
from core.service.log import Standing
from core.service.rounds import RoundRecord, Selection
from core.service.sources import news_of
from core.session.labels import Labels
from core.session.state import State
from core.storage.base import Project

NOT_SOLVED: Final = (
    "The model was not solved to the end, so its predictions are less exact. "
    "Try a new project with a lower alpha."
)
"""What a person is told where a view is not ``is_solved``."""


@dataclass(frozen=True)
class View:
    """A project at one moment: nothing in it changes, whatever others do meanwhile."""

    standing: Standing
    engine: Engine
    curves: Curves

    @property
    def project(self) -> Project:
        """The project itself."""
        return self.standing.project

    @property
    def state(self) -> State:
        """What its log amounts to."""
        return self.standing.state

    @property
    def dataset(self) -> Dataset:
        """The items of the project."""
        return self.engine.dataset

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes of the project are called."""
        return self.dataset.class_names

    @property
    def labels(self) -> Labels:
        """All labels."""
        return self.state.labels

    @property
    def n_learned(self) -> int:
        """How many labels the model learns from: those whose image and class are there."""
        return int(np.count_nonzero(self.beliefs.labels != UNLABELLED))

    @cached_property
    def beliefs(self) -> Beliefs:
        """What the model believes."""
        return self.engine.believe(self.labels)

    @property
    def news(self) -> str:
        """What has changed in the data set, in sentences; empty where nothing has, or long ago."""
        return news_of(self.state)

    @property
    def is_solved(self) -> bool:
        """Whether beliefs are as exact as they were to be.

        Sweeps always are: they end after as many as were asked for, as in scikit-learn.
        """
        return self.beliefs.converged or self.project.config.mode == "exact"

    @cached_property
    def selection(self) -> Selection:
        """Which rounds are shown."""
        return rounds.select(self.state)

    @cached_property
    def rounds(self) -> tuple[RoundRecord, ...]:
        """What each round brought, of those that are shown."""
        numbers = self.selection.numbers
        project_id = self.project.project_id
        accuracies = self.curves.accuracies(project_id, self.state, self.engine, numbers)
        return rounds.rounds(self.state, accuracies, numbers)

    @property
    def measuring(self) -> Work[int] | None:
        """What measures the accuracy of earlier rounds in the background, if anything does."""
        return self.curves.measuring(self.project.project_id)

    @cached_property
    def report_all(self) -> Report | None:
        """Metrics over all items; None where the truth is not known."""
        truth = self.dataset.truth
        if truth is None:
            return None
        return metrics.report_all(truth, self.beliefs, self.dataset.n_classes)

    @cached_property
    def report_unlabelled(self) -> Report | None:
        """Metrics over the items still unlabelled; None where the truth is not known."""
        truth = self.dataset.truth
        if truth is None:
            return None
        return metrics.report_unlabelled(truth, self.beliefs, self.dataset.n_classes)

    @cached_property
    def label_check(self) -> LabelCheck | None:
        """How the person's labels compare with the truth; None where it is not known."""
        truth = self.dataset.truth
        if truth is None:
            return None
        by_person = self.beliefs.labels != UNLABELLED
        given = [item for item in self.state.given if self.state.answer_to(item) is None]
        by_person[self.engine.present(given)] = False
        return metrics.check_labels(truth, self.beliefs.labels, by_person)

    @property
    def seconds_per_answer(self) -> float | None:
        """Median seconds of all answers in force."""
        milliseconds = self.state.tallies.median_milliseconds
        return None if milliseconds is None else milliseconds / 1000
