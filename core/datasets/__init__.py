"""The data sets a project can be made on: one reader a kind of source, each gives a Dataset."""

from __future__ import annotations

from core.config import ProjectConfig
from core.datasets.digits import load_digits
from core.types import Dataset

__all__ = ["load"]

_READERS = {"digits": load_digits}


def load(config: ProjectConfig) -> Dataset:
    """Read the items that take part in a project, in the project's order."""
    return _READERS[config.dataset](n_samples=config.n_samples, shuffle_seed=config.shuffle_seed)
