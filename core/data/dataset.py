"""The items to label, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray, PixelArray, freeze


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
        Indices into ``class_names``, ``UNLABELLED`` where an item's class is not known; None where
        that of no item is.
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
    def n_known(self) -> int:
        """Of how many items the true class is known."""
        return 0 if self.truth is None else int(np.count_nonzero(self.truth != UNLABELLED))

    def some(self, positions: IntArray) -> Self:
        """The items at these indices alone, in their order."""
        images = self.images[positions]
        # Pixels that serve as features are not copied twice.
        same = np.may_share_memory(self.features, self.images)
        truth = None if self.truth is None else self.truth[positions]
        return replace(
            self,
            rows=self.rows[positions],
            images=images,
            features=images.reshape(len(images), -1) if same else self.features[positions],
            truth=None if truth is None or (truth == UNLABELLED).all() else truth,
        )

    @property
    def n_classes(self) -> int:
        """The number of classes a person can choose from."""
        return len(self.class_names)
