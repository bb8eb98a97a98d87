"""The data sets that are labelled: digits and MNIST, balanced, and with ever smaller classes.

Another seed gives the same items in another order, and other items wherever there are more to take
them from.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np

from core.arrays import IntArray, PixelArray
from core.data.digits import load_digits

ALL_DIGITS: Final = 1_797
EXAMPLE_DIGITS: Final = 330
MNIST_SIZES: Final = (10_000, 70_000)

SHRINKAGE: Final = 0.6
"""The size of a class, as a share of that of the class before it."""

LEAST: Final = 3
"""Items that the smallest classes have."""


class LabelSet(NamedTuple):
    """Items to label.

    Attributes
    ----------
    name
        As it stands in a table.
    images : (n_items, height, width), uint8
        Grey values as in the source: 0 to 16 in digits, 0 to 255 in MNIST.
    truth : (n_items,), int64
        Classes, numbered from 0.
    """

    name: str
    images: PixelArray
    truth: IntArray


def label_sets(seed: int, mnist: Path | None = None) -> Iterator[LabelSet]:
    """All of them, small ones first; those of MNIST only if there is its file."""
    yield digits(EXAMPLE_DIGITS, seed)
    yield digits(ALL_DIGITS, seed)
    yield from _both_ways(digits(ALL_DIGITS, seed), seed)
    if mnist is not None:
        for n_items in MNIST_SIZES:
            yield mnist_digits(mnist, n_items, seed)
        yield from _both_ways(mnist_digits(mnist, max(MNIST_SIZES), seed), seed)


def digits(n_items: int, seed: int) -> LabelSet:
    """The digits that scikit-learn ships, or the 330 of its examples of label spreading.

    Parameters
    ----------
    n_items
        ``ALL_DIGITS`` or ``EXAMPLE_DIGITS``.
    seed
        Of the order alone.
    """
    found = load_digits(n_samples=n_items, shuffle_seed=2)
    assert found.truth is not None
    images = found.features.reshape(found.pixels.shape).astype(np.uint8)
    order = np.random.default_rng(seed).permutation(n_items)
    return LabelSet(f"digits, {n_items:,}", images[order], found.truth[order])


def mnist_digits(path: Path, n_items: int, seed: int) -> LabelSet:
    """Some or all of the MNIST digits.

    Parameters
    ----------
    path
        An .npz with images ``X`` or ``images``, as rows of pixels or squares, and classes ``y``.
    n_items
        So many are drawn at random.
    seed
        Of the items and their order.
    """
    with np.load(path) as arrays:
        images, truth = arrays["X" if "X" in arrays else "images"], arrays["y"]
    order = np.random.default_rng(seed).permutation(len(truth))[:n_items]
    side = round(np.sqrt(images[0].size))
    chosen = images[order].reshape(-1, side, side).astype(np.uint8)
    return LabelSet(f"MNIST, {len(order):,}", chosen, truth[order].astype(np.int64))


def unbalanced(whole: LabelSet, largest: Literal["first", "last"], seed: int) -> LabelSet:
    """Leave items out at random, so that each class has 0.6 times as many as the one before.

    The largest class keeps all of its items, and each keeps three at least.

    Parameters
    ----------
    whole
        Items of all classes.
    largest
        Whether it is the first class that is the largest and the last one the smallest, or the
        other way round.
    seed
        Of the items and their order.
    """
    random = np.random.default_rng(seed)
    classes = np.unique(whole.truth)
    members = [random.permutation(np.flatnonzero(whole.truth == c)) for c in classes]
    if largest == "last":
        members.reverse()
    sizes = len(members[0]) * SHRINKAGE ** np.arange(len(members))
    kept = [some[: max(LEAST, round(size))] for some, size in zip(members, sizes, strict=True)]
    order = random.permutation(np.concatenate(kept))
    name = f"{whole.name.partition(',')[0]}, {len(order):,}, {largest} class largest"
    return LabelSet(name, whole.images[order], whole.truth[order])


def _both_ways(whole: LabelSet, seed: int) -> Iterator[LabelSet]:
    yield unbalanced(whole, "first", seed)
    yield unbalanced(whole, "last", seed)
