"""What a project calls the items and the classes of a data set that has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.arrays import IntArray, freeze
from core.data.dataset import Dataset


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """The names that a project has known items and classes by, whatever its data set calls them.

    Attributes
    ----------
    items : (n_rows,), int64, or None
        The number of the item at each row of the source; None where the row is its number.
    class_names
        The classes a person can choose from: those of the data set, then any others.
    renamed
        What classes are called now that labels name otherwise.
    """

    items: IntArray | None
    class_names: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self)

    def applied(self, dataset: Dataset) -> Dataset:
        """A data set with these numbers in place of its rows, and these classes."""
        rows = dataset.rows if self.items is None else self.items[dataset.rows]
        return replace(dataset, rows=rows, class_names=self.class_names)
