"""All that a writer needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.data.dataset import Dataset
from core.export.rows import IMAGES_AT_A_TIME, Choice, Counts, Labelled, Some
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
        n_rows, done = max(1, self.counts.rows), 0
        for some in self.labelled.some(self.choice):
            yield some
            done += len(some.rows)
            self.progress("Writing rows", min(1.0, done / n_rows))

    def places(self, positions: Sequence[int]) -> Iterator[int]:
        """Where some images are in the data set, one after the other.

        Raises
        ------
        CancelledError
            If that was asked for.
        """
        for number, place in enumerate(positions):
            if number % IMAGES_AT_A_TIME == 0:
                self.progress("Writing images", number / len(positions))
            yield place
