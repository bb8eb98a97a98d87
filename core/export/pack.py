"""All that a writer needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.data.dataset import Dataset
from core.export.rows import Choice, Counts, Labelled, Some
from core.jobs.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class Pack:
    """What is taken away of a project, and what is told of it.

    Attributes
    ----------
    counts
        Of the rows that are taken.
    about
        What goes with them, as JSON takes it.
    progress
        Is told how far writing has come, and may stop it.
    """

    labelled: Labelled
    choice: Choice
    counts: Counts
    about: dict[str, Any]
    progress: Progress = silent

    @property
    def dataset(self) -> Dataset:
        """The items of the project."""
        return self.labelled.engine.dataset

    def some(self) -> Iterator[Some]:
        """The rows, some at a time.

        Raises
        ------
        CancelledError
            If that was asked for.
        """
        n_items, done = self.dataset.n_items, 0
        for some in self.labelled.some(self.choice):
            yield some
            done = min(done + len(some.rows), n_items)
            self.progress("Writing rows", done / n_items)
