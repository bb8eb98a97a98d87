"""What the Replay page and projects that started from a run need of it, computed once a process."""

from __future__ import annotations

from typing import Final

from core.data import catalogue
from core.data.dataset import Dataset
from core.figures.learning_curve import LearningCurve, replay_curve
from core.jobs.once import Latest
from core.replay.published import find_run
from core.replay.run import ReplayRound, replay

_MOST: Final = 8
"""Runs to keep: more than there are."""

_ROUNDS: Final[Latest[str, tuple[ReplayRound, ...]]] = Latest(_MOST)
_DATASETS: Final[Latest[str, Dataset]] = Latest(_MOST)


def rounds_of(run_id: str) -> tuple[ReplayRound, ...]:
    """All rounds of a published run."""
    return _ROUNDS.get(run_id, lambda: tuple(replay(find_run(run_id))))


def dataset_of(run_id: str) -> Dataset:
    """The digits that take part in a run."""
    return _DATASETS.get(run_id, lambda: catalogue.load(find_run(run_id).config))


def published_curve(run_id: str | None) -> LearningCurve | None:
    """The learning curve of a run; None for a project that started from none."""
    return None if run_id is None else replay_curve(rounds_of(run_id))
