"""The items to label, as a frozen value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray, PixelArray, freeze
from core.data.images import Images, Origin, some_of

INLINE: Final = 64
"""Images of no longer sides are sent within the page's message: a kilobyte or so each."""


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
    images
        One for each item, as people see it: an array of shape (n_items, height, width), or images
        that are read when they are looked at and that may differ in size.
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
    small : (n_items, height, width) or (n_items, height, width, 3), uint8, or None
        The images in one small size, which similarity is measured on; None where ``images`` is such
        an array itself, and where the features came with the data and images lie elsewhere.
    is_ink
        Whether each image is ink on paper: one grey value a pixel; 0 is paper, 255 is full ink.
        Otherwise they are photographs, grey or in colour, and are shown as they are.
    size
        Height and width of all images, in pixels; None where they differ.
    origin
        Where the images came from, by the rows of the source; None where that tells nothing.
    n_whole
        How many items there are in all, where these were drawn from them uniformly at random; None
        where these are all.

    Raises
    ------
    ValueError
        If the arrays do not describe the same items.
    """

    title: str
    rows: IntArray
    images: Images
    features: NDArray[Any]
    class_names: tuple[str, ...]
    truth: IntArray | None
    question: str
    has_own_features: bool = False
    small: PixelArray | None = None
    is_ink: bool = True
    size: tuple[int, int] | None = None
    origin: Origin | None = None
    n_whole: int | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.rows), len(self.images), len(self.features)}
        lengths |= {len(array) for array in (self.truth, self.small) if array is not None}
        if len(lengths) != 1:
            raise ValueError(f"rows, images, features and truth differ in length: {lengths}")
        if len(set(self.class_names)) != len(self.class_names):
            raise ValueError("class names must differ from one another")
        is_array = isinstance(self.images, np.ndarray)
        if self.small is None and not (is_array or self.has_own_features):
            raise ValueError("images that are no array need a small size of them, or features")
        if self.small is None and is_array:
            object.__setattr__(self, "size", self.pixels.shape[1:3])
        freeze(self)

    @property
    def n_items(self) -> int:
        """The number of items."""
        return len(self.rows)

    @property
    def has_pixels(self) -> bool:
        """Whether all images are at hand in one size; those that lie elsewhere are not."""
        return self.small is not None or isinstance(self.images, np.ndarray)

    @property
    def pixels(self) -> PixelArray:
        """All images in one size, which similarity is measured on: as ``small``, or ``images``."""
        if self.small is not None:
            return self.small
        assert isinstance(self.images, np.ndarray), "see has_pixels"
        return self.images

    @property
    def is_inline(self) -> bool:
        """Whether all images are so small that they are sent within the page's message."""
        return self.size is not None and max(self.size) <= INLINE

    @property
    def n_known(self) -> int:
        """Of how many items the true class is known."""
        return 0 if self.truth is None else int(np.count_nonzero(self.truth != UNLABELLED))

    def some(self, positions: IntArray) -> Self:
        """The items at these indices alone, in their order."""
        truth = None if self.truth is None else self.truth[positions]
        images = some_of(self.images, positions)
        small = None if self.small is None else self.small[positions]
        # Pixels that serve as features are not copied twice.
        features = None
        if self.has_pixels and np.may_share_memory(self.features, self.pixels):
            pixels = images if small is None else small
            assert isinstance(pixels, np.ndarray)
            features = pixels.reshape(len(pixels), -1)
        return replace(
            self,
            rows=self.rows[positions],
            images=images,
            features=self.features[positions] if features is None else features,
            small=small,
            truth=None if truth is None or (truth == UNLABELLED).all() else truth,
        )

    @property
    def n_classes(self) -> int:
        """The number of classes a person can choose from."""
        return len(self.class_names)


def question_for(class_names: Sequence[str]) -> str:
    """What the label page asks."""
    is_digits = bool(class_names) and set(class_names) <= set("0123456789")
    return "Which digit is this?" if is_digits else "Which class is this?"
