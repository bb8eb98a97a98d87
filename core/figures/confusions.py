"""The most frequent confusions: what stands for a matrix that has too many classes to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.learning.metrics import Report
from core.wording import counted, percent

MOST_CLASSES: Final = 40
"""With more of them a list is shown instead of the matrix."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Images of one class that are predicted as another.

    Attributes
    ----------
    true, predicted
        Indices of the classes.
    n_images
        How many there are.
    share
        Of all images of the true class, 0 to 1.
    """

    true: int
    predicted: int
    n_images: int
    share: float

    def told(self, class_names: Sequence[str]) -> str:
        """How often that happens: ``12 images, 4.0 % of all 3s``."""
        name = class_names[self.true]
        whole = f"all {name}s" if name.isdigit() else "the class"
        return f"{counted(self.n_images, 'image')}, {percent(self.share)} of {whole}"


@dataclass(frozen=True, slots=True)
class Confusions:
    """The most frequent ones, and what else there is.

    Attributes
    ----------
    listed
        The most frequent first; of those equally frequent, the one with the larger share.
    n_pairs
        How many there are in all.
    n_wrong
        Images that are predicted as another class.
    n_unreached, n_items
        Images that no label reaches, of so many.
    """

    listed: tuple[Confusion, ...]
    n_pairs: int
    n_wrong: int
    n_unreached: int
    n_items: int

    @property
    def unreached(self) -> str:
        """How many images have no prediction, in a sentence; empty where all have one."""
        if not self.n_unreached:
            return ""
        return f"No label reaches {self.n_unreached:,} of {counted(self.n_items, 'image')}."

    @property
    def summary(self) -> str:
        """What of all confusions is listed, in a sentence."""
        if not self.n_pairs:
            return "No image is predicted as another class."
        wrong = f"{counted(self.n_wrong, 'image')} predicted as another class"
        if len(self.listed) == self.n_pairs:
            return f"{wrong}."
        n_listed = sum(one.n_images for one in self.listed)
        return f"The first {len(self.listed)} of {self.n_pairs:,}: {n_listed:,} of {wrong}."


def confusions(report: Report, most: int) -> Confusions:
    """Find the most frequent confusions of a report.

    Parameters
    ----------
    most
        How many to list.
    """
    n_classes = len(report.support)
    wrong = report.confusion[:, :n_classes].copy()
    np.fill_diagonal(wrong, 0)
    true, predicted = np.nonzero(wrong)
    counts = wrong[true, predicted]
    shares = counts / report.support[true]
    # The last key counts most; where all are equal, classes in their order.
    order = np.lexsort((predicted, true, -shares, -counts))[:most]
    listed = tuple(
        Confusion(int(true[i]), int(predicted[i]), int(counts[i]), float(shares[i])) for i in order
    )
    return Confusions(
        listed,
        n_pairs=len(counts),
        n_wrong=int(counts.sum()),
        n_unreached=int(report.confusion[:, n_classes].sum()),
        n_items=report.n_items,
    )
