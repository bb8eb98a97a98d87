"""What a project calls the items and the classes of a data set that has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from core.arrays import UNLABELLED, IntArray, freeze
from core.data.dataset import Dataset, question_for


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """The names that a project has known items and classes by, whatever its data set calls them.

    Attributes
    ----------
    items : (n_rows,), int64, or None
        The number of the item at each row of the source; None where the row is its number.
    class_names
        The classes a person can choose from.
    called
        Classes of the data set that the project calls otherwise, and how; None where images of
        such a class belong to none of the project, so that their true class is not known.
    """

    items: IntArray | None
    class_names: tuple[str, ...]

    called: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self)

    def applied(self, dataset: Dataset) -> Dataset:
        """A data set with these numbers in place of its rows, and these classes."""
        rows = dataset.rows if self.items is None else self.items[dataset.rows]
        question = dataset.question
        if question == question_for(dataset.class_names):
            question = question_for(self.class_names)
        return replace(
            dataset,
            rows=rows,
            class_names=self.class_names,
            truth=self._truth_of(dataset),
            question=question,
        )

    def _truth_of(self, dataset: Dataset) -> IntArray | None:
        truth = dataset.truth
        called = tuple(self.called.get(name, name) for name in dataset.class_names)
        if truth is None or self.class_names[: dataset.n_classes] == called:
            return truth
        place = {name: index for index, name in enumerate(self.class_names)}
        index = [UNLABELLED if name is None else place[name] for name in called]
        # UNLABELLED is -1, and so finds the last one.
        truth = np.array([*index, UNLABELLED], dtype=np.int64)[truth]
        return truth if (truth != UNLABELLED).any() else None
