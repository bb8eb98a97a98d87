"""The items to label, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from core.arrays import IntArray, PixelArray, freeze


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
