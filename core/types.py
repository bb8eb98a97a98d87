"""Array aliases and the frozen values that travel between the rooms of ``core``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
PixelArray = NDArray[np.uint8]

UNLABELLED: Final = -1
"""Stands in an array of class indices where no class is known, as in scikit-learn."""


class _DataclassInstance(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


def freeze(value: _DataclassInstance) -> None:
    """Make every array held by a dataclass instance read-only, in place."""
    for name in value.__dataclass_fields__:
        array = getattr(value, name)
        if isinstance(array, np.ndarray):
            array.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Items to label, with all that is known of them beforehand.

    Attributes
    ----------
    title
        The name shown to people.
    rows : (n_items,)
        The number of each item in its source. It names the item in the event log, so it never
        changes for a given source.
    images : (n_items, height, width), uint8
        One grey value a pixel; 0 is paper, 255 is full ink.
    features : (n_items, n_features), any real dtype
        What the similarity graph is built from.
    class_names
        The classes a person can choose from, in order of display.
    truth : (n_items,), int64, or None
        Indices into ``class_names``; None where nobody knows the truth.
    question
        What the label page asks, such as "Which digit is this?".
    has_own_features
        Whether the features came with the data, such as embeddings of the images. Otherwise they
        are the pixels.

    Raises
    ------
    ValueError
        If the arrays do not describe the same items.
    """

    title: str
    rows: IntArray
    images: PixelArray
    features: NDArray[Any]
    class_names: tuple[str, ...]
    truth: IntArray | None
    question: str
    has_own_features: bool = False

    def __post_init__(self) -> None:
        lengths = {len(self.rows), len(self.images), len(self.features)}
        if self.truth is not None:
            lengths.add(len(self.truth))
        if len(lengths) != 1:
            raise ValueError(f"rows, images, features and truth differ in length: {lengths}")
        if len(set(self.class_names)) != len(self.class_names):
            raise ValueError("class names must differ from one another")
        freeze(self)

    @property
    def n_items(self) -> int:
        """The number of items."""
        return len(self.rows)

    @property
    def n_classes(self) -> int:
        """The number of classes a person can choose from."""
        return len(self.class_names)


class Scores(Protocol):
    """The outcome of spreading, however it is kept."""

    @property
    def n_iter(self) -> int:
        """Sweeps made."""
        ...

    @property
    def converged(self) -> bool:
        """Whether the scores are settled."""
        ...

    def rows(self, rows: slice, /) -> FloatArray:
        """The scores of some items, shape (n_rows, n_classes)."""
        ...

    def column(self, number: int, /) -> FloatArray:
        """The scores of one class, shape (n_items,); not to be written to."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the labels of each class have spread, before anything is decided from it.

    Attributes
    ----------
    scores
        One column a class of ``classes``.
    classes : (n_seen,), int64
        Indices of the classes that some label names, ascending.
    weights : (n_seen,), float64
        What each of them counts in the decision.
    """

    scores: Scores
    classes: IntArray
    weights: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What the model believes of every item, given the labels so far.

    Attributes
    ----------
    probabilities : (n_items, n_classes), float64, or float32 of more than 20,000 items
        Rows sum to one, or to zero where no label reaches the item. Columns are *all* classes of
        the data set, not only those that some label has named.
    model_class : (n_items,), int64
        The most probable class, also for labelled items; ``UNLABELLED`` where nothing reaches.
    predicted : (n_items,), int64
        The same, but a given label always wins over the model.
    labels : (n_items,), int64
        The labels the model was fitted to; ``UNLABELLED`` elsewhere.
    n_iter
        Sweeps made until the model settled, 0 when there was nothing to spread.
    converged
        Whether it settled within the allowed number of sweeps.
    evidence
        What they were made from; None without a label.
    """

    probabilities: NDArray[np.float64] | NDArray[np.float32]
    model_class: IntArray
    predicted: IntArray
    labels: IntArray
    n_iter: int
    converged: bool
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def reached(self) -> BoolArray:
        """Which items a label reaches, shape (n_items,)."""
        return np.not_equal(self.model_class, UNLABELLED)

    @property
    def labelled(self) -> BoolArray:
        """Which items have a given label, shape (n_items,)."""
        return np.not_equal(self.labels, UNLABELLED)

    @property
    def confidence(self) -> FloatArray:
        """The probability of the most probable class, 0 where nothing reaches, shape (n_items,)."""
        return np.asarray(self.probabilities.max(axis=1, initial=0.0), dtype=np.float64)
