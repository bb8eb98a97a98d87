"""Images that are in a set twice, and those that look nearly alike."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import IntArray, PixelArray
from core.jobs.progress import Progress, silent

MOST_PAIRS: Final = 200
"""Near duplicates that are listed."""

_ROWS, _COLUMNS = 8, 9
_AT_A_TIME: Final = 4_096
_MOST_ALIKE: Final = 64
"""Of images of one hash, those that are compared with one another."""

_NEAR: Final = 0.05
"""The mean difference of two images that are nearly alike, as a share of how much one varies."""

_ROUNDED: Final = 0.5
"""Half a grey value: differences of the mean up to this do not count."""


def repeats_of(names: NDArray[np.uint64]) -> IntArray:
    """For each image the first one of the same content; itself where there is none before it.

    Parameters
    ----------
    names : (n_items, 2), uint64
        What each image is called by its content.
    """
    _, first, which = np.unique(names, axis=0, return_index=True, return_inverse=True)
    return np.asarray(first[which.ravel()], dtype=np.int64)


def near_duplicates(
    pixels: PixelArray, first: IntArray, progress: Progress = silent
) -> tuple[tuple[int, int], ...]:
    """Pairs of images that are not the same and can hardly be told apart; the first 200.

    Candidates have the same difference hash: whether each of 8 x 8 areas is darker than the one
    beside it (Krawetz, "Kind of Like That", 2013). Their pixels then differ by a twentieth of how
    much one of the two varies at most: of the mean distance of its pixels from their mean.

    Parameters
    ----------
    pixels : (n_items, height, width) or (n_items, height, width, 3), uint8
    first
        As :func:`repeats_of` gives it: repeats are no near duplicates.
    """
    hashes = np.empty(len(pixels), dtype=np.uint64)
    for start in range(0, len(pixels), _AT_A_TIME):
        progress("Looking for duplicates", start / len(pixels))
        rows = slice(start, min(start + _AT_A_TIME, len(pixels)))
        hashes[rows] = _hashes(pixels[rows])
    originals = np.flatnonzero(first == np.arange(len(first)))
    _, which, counts = np.unique(hashes[originals], return_inverse=True, return_counts=True)
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for place in np.flatnonzero(counts[which] > 1).tolist():
        alike[int(which[place])].append(int(originals[place]))
    pairs: list[tuple[int, int]] = []
    for rows_alike in alike.values():
        some = rows_alike[:_MOST_ALIKE]
        values = pixels[some].astype(np.float32).reshape(len(some), -1)
        varies = np.abs(values - values.mean(axis=1, keepdims=True)).mean(axis=1)
        for i in range(1, len(some)):
            differences = np.abs(values[:i] - values[i]).mean(axis=1)
            nearest = int(differences.argmin())
            if differences[nearest] <= _NEAR * varies[i] + _ROUNDED:
                pairs.append((some[nearest], some[i]))
        if len(pairs) >= MOST_PAIRS:
            break
    return tuple(pairs[:MOST_PAIRS])


def _hashes(images: PixelArray) -> NDArray[np.uint64]:
    """The difference hash of each image."""
    grey = images.astype(np.float32)
    if grey.ndim == 4:
        grey = grey.mean(axis=3)
    areas = _areas(grey.shape[1], _ROWS) @ grey @ _areas(grey.shape[2], _COLUMNS).T
    darker = (areas[:, :, 1:] < areas[:, :, :-1] - 0.5).reshape(len(images), -1)
    return np.packbits(darker, axis=1).view(np.uint64).ravel()


def _areas(side: int, n_areas: int) -> NDArray[np.float32]:
    """What a side is multiplied by to get the means of so many areas, (n_areas, side)."""
    ends = np.linspace(0, side, n_areas + 1)
    low, high = ends[:-1, np.newaxis], ends[1:, np.newaxis]
    pixel = np.arange(side)
    shares = np.clip(np.minimum(high, pixel + 1) - np.maximum(low, pixel), 0, 1)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)
