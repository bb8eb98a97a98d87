"""A project at one moment, as pages see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from core.data.dataset import Dataset
from core.engine.engine import Engine
from core.learning import metrics
from core.learning.beliefs import Beliefs
from core.learning.metrics import LabelCheck, Report
from core.service import rounds
from core.service.rounds import RoundRecord
from core.session.labels import Labels
from core.session.state import State
from core.storage.base import Project


@dataclass(frozen=True)
class View:
    """A project at one moment: nothing in it changes, whatever others do meanwhile."""

    project: Project
    state: State
    engine: Engine

    @property
    def dataset(self) -> Dataset:
        """The items of the project."""
        return self.engine.dataset

    @cached_property
    def labels(self) -> Labels:
        """All labels, in the form that engines take."""
        return Labels(self.state.labels)

    @cached_property
    def beliefs(self) -> Beliefs:
        """What the model believes."""
        return self.engine.believe(self.labels)

    @cached_property
    def rounds(self) -> tuple[RoundRecord, ...]:
        """What each round brought."""
        return rounds.rounds(self.state, self.engine.accuracy)

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
        by_person = self.engine.mask(item for item in self.state.labels if item in self.answered)
        return metrics.check_labels(truth, self.beliefs.labels, by_person)

    @cached_property
    def answered(self) -> frozenset[int]:
        """Items that a person has answered."""
        return frozenset(self.state.standing)

    @property
    def seconds_per_answer(self) -> float | None:
        """Median seconds of all answers in force."""
        return rounds.median_seconds([placed.answer for placed in self.state.placed])
