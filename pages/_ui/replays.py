"""What the Replay page and projects that started from a run need of it, computed once a process."""

from __future__ import annotations

from functools import lru_cache

from core.data import catalogue
from core.data.dataset import Dataset
from core.figures.learning_curve import LearningCurve, replay_curve
from core.replay.published import find_run
from core.replay.run import ReplayRound, replay


@lru_cache(maxsize=8)
def rounds_of(run_id: str) -> tuple[ReplayRound, ...]:
    """All rounds of a published run."""
    return tuple(replay(find_run(run_id)))


@lru_cache(maxsize=8)
def dataset_of(run_id: str) -> Dataset:
    """The digits that take part in a run."""
    return catalogue.load(find_run(run_id).config)


def published_curve(run_id: str | None) -> LearningCurve | None:
    """The learning curve of a run; None for a project that started from none."""
    return None if run_id is None else replay_curve(rounds_of(run_id))
