"""From images to points whose neighbours are alike in shape, not only pixel by pixel.

An image is described by its pixels together with histograms of oriented gradients, in large cells
and in small ones. Where strokes and edges are a little shifted, thicker or fainter, gradients
change less than pixels do: more of an item's neighbours are of its class.

References
----------
Dalal, Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, zoom
from threadpoolctl import threadpool_limits

from core.arrays import Float32Array, IntArray, PixelArray
from core.data.looks import BRIGHTNESS
from core.graph.projection import Projection
from core.jobs.progress import Progress, silent

LONGEST: Final = 32
"""No side of an image is looked at with more pixels than this."""

SHORTEST: Final = 16
"""Gradients are those of images with no fewer pixels than this on either side."""

SCALES: Final = (4, 7)
"""Cells are as large as fit into a side this many times: large ones first, then small ones."""

_ORIENTATIONS: Final = 9
_CLIP: Final = 0.2
_EPSILON: Final = 1e-5

_STAGE: Final = "Reading shapes"
_SAMPLE: Final = 10_000
_SEED: Final = 0
_CHUNK: Final = 2**18
"""Pixels that are worked on at once: so few that what is computed of them stays in the cache."""


def shape_features(images: PixelArray, *, progress: Progress = silent) -> Float32Array:
    """Points whose nearest neighbours are images of like shapes.

    The three parts of :func:`description` are centred and weighted so that each has rows of a mean
    squared length of 1, and are reduced together to their first principal components. Means,
    weights and components are those of at most 10,000 images, drawn at random with a fixed seed.
    Images are read some at a time, so that beyond the points no more memory is needed for many
    images than for 10,000.

    In samples of 10,000 MNIST digits the nearest other is of the same class for 97.4 %, and for
    95.6 % where pixels alone are reduced.

    Parameters
    ----------
    images : (n_items, height, width) or (n_items, height, width, 3), uint8
        At least one.

    Returns
    -------
    (n_items, n_components), float32
        Up to 50 components, and no more than there are items. Where all images are alike there is
        one, which is 0.

    Raises
    ------
    ValueError
        If there is no image, or none with a pixel.
    CancelledError
        If ``progress`` says so.
    """
    if images.shape[3:] not in {(), (3,)} or images.ndim < 3 or not images.size:
        raise ValueError(f"images must be (n_items, height, width[, 3]), not {images.shape}")
    random = np.random.default_rng(_SEED)
    chosen = np.sort(random.choice(len(images), min(_SAMPLE, len(images)), replace=False))
    n_read, n_to_read = 0, len(chosen) + len(images)

    def read(n_more: int) -> None:
        nonlocal n_read
        n_read += n_more
        progress(_STAGE, n_read / n_to_read)

    read(0)
    # The threads of BLAS get in each other's way here: one is quicker than two.
    with threadpool_limits(1, user_api="blas"):
        widths = [part.shape[1] for part in description(images[:1])]
        sample = np.empty((len(chosen), sum(widths)), dtype=np.float32)
        for rows in _chunks(len(chosen), images):
            sample[rows] = np.hstack(description(images[chosen[rows]]))
            read(rows.stop - rows.start)
        mean, matrix = _reduction(sample, widths, lambda *_: read(0))
        points = np.empty((len(images), matrix.shape[1]), dtype=np.float32)
        for rows in _chunks(len(images), images):
            points[rows] = (np.hstack(description(images[rows])) - mean) @ matrix
            read(rows.stop - rows.start)
    return points


def description(images: PixelArray) -> tuple[Float32Array, ...]:
    """Pixels, gradients in large cells and gradients in small cells, each a row an item.

    Pixels are those of the images, shrunk to ``LONGEST`` on the longer side where that is more.
    Gradients are of the same, enlarged to ``SHORTEST`` on the shorter side where that is less (but
    to no more than ``LONGEST`` on the longer one, even if the proportions change). Of images in
    colour, pixels are those of all three colours, and gradients those of their brightness.

    As in scikit-image's ``hog``, the length of each pixel's gradient counts for one of 9
    orientations in its cell, and each block of 2 × 2 cells is normalized, clipped at 0.2 and
    normalized again (L2-Hys). Other than there, gradients at the border are those of an image
    that goes on beyond it unchanged, and cells that do not fill the image lie in its middle.
    ``hog`` itself normalizes block by block in Python, which takes over twenty times as long.

    Parameters
    ----------
    images : (n_items, height, width) or (n_items, height, width, 3), uint8

    Returns
    -------
    (n_items, n_pixels), (n_items, 324) and (n_items, n_blocks * 36), float32
        The last two are within 0 and 1, and all 0 of an image that is all of one grey. Of 28 × 28
        pixels there are 784, 324 and 1296 features.
    """
    pixels = _shrunk(images)
    bins, lengths = _gradients(_enlarged(_brightness(pixels)))
    histograms = (_histograms(bins, lengths, scale) for scale in SCALES)
    return (
        pixels.reshape(len(pixels), -1).astype(np.float32),
        *(_normalized_blocks(some) for some in histograms),
    )


def _chunks(n_items: int, images: PixelArray) -> Iterator[slice]:
    """Rows of so many items, some at a time."""
    height, width = images.shape[1:3]
    step = max(1, _CHUNK // max(height * width, LONGEST**2))
    for start in range(0, n_items, step):
        yield slice(start, min(start + step, n_items))


# ---- one size for all


def _shrunk(images: PixelArray) -> PixelArray:
    longer = max(images.shape[1:3])
    if longer <= LONGEST:
        return images
    height, width = (max(1, round(side * LONGEST / longer)) for side in images.shape[1:3])
    if images.ndim == 3:
        return _resized(images, height, width)
    return np.stack([_resized(images[..., c], height, width) for c in range(3)], axis=-1)


def _brightness(images: PixelArray) -> PixelArray:
    """Images in grey, as they are seen."""
    if images.ndim == 3:
        return images
    return np.asarray(images @ BRIGHTNESS + 0.5, dtype=np.uint8)


def _enlarged(images: PixelArray) -> PixelArray:
    shorter = min(images.shape[1:])
    if shorter >= SHORTEST:
        return images
    height, width = (min(round(side * SHORTEST / shorter), LONGEST) for side in images.shape[1:])
    return _resized(images, height, width)


def _resized(images: PixelArray, height: int, width: int) -> PixelArray:
    down, across = resizing(images.shape[1], height), resizing(images.shape[2], width)
    resized = down @ images.astype(np.float32) @ across.T
    # In whole numbers, or rounding errors would give even areas gradients in some direction. Half a
    # grey goes up, a little less included, so that they do not decide it either.
    return np.asarray(resized + 0.501, dtype=np.uint8)


@lru_cache(maxsize=8)
def resizing(before: int, after: int) -> Float32Array:
    """What a side of an image is multiplied by to be resized.

    Resizing is linear in the pixels, and is done along one side and then along the other. So what
    becomes of single pixels tells all, and a product with that is much faster than to resize many
    images one by one.

    It is the ``resize`` of scikit-image, with anti-aliasing where the side shrinks: a blur that
    takes away what the smaller image cannot show, and then linear interpolation.

    Parameters
    ----------
    before, after
        Pixels along the side.

    Returns
    -------
    (after, before), float32
        Not to be written to, since it is kept. Each row sums up to 1.
    """
    unit = np.eye(before)
    if after < before:
        unit = gaussian_filter1d(unit, (before / after - 1) / 2, axis=0, mode="mirror")
    resized = zoom(unit, (after / before, 1), order=1, mode="mirror", grid_mode=True)
    matrix = np.asarray(resized, dtype=np.float32)
    matrix.setflags(write=False)
    return matrix


# ---- histograms of oriented gradients


def _gradients(images: PixelArray) -> tuple[IntArray, Float32Array]:
    """Bin of the orientation, and length, of each pixel's gradient; both like the images."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge").astype(np.float32)
    down = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
    across = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    turns = np.arctan2(down, across) * np.float32(_ORIENTATIONS / np.pi)
    # An orientation and its opposite are the same.
    turns[turns < 0] += _ORIENTATIONS
    bins = turns.astype(np.int64)
    bins[bins == _ORIENTATIONS] = 0
    return bins, np.sqrt(down * down + across * across)


def _histograms(bins: IntArray, lengths: Float32Array, scale: int) -> Float32Array:
    """Histogram of each cell, shape (n_items, n_rows, n_columns, 9)."""
    n_items, *sides = bins.shape
    cell = [side // scale for side in sides]
    counts = [side // size for side, size in zip(sides, cell, strict=True)]
    rows, columns = (
        slice(side % size // 2, side % size // 2 + count * size)
        for side, size, count in zip(sides, cell, counts, strict=True)
    )
    cells = np.arange(n_items * counts[0] * counts[1]).reshape(n_items, counts[0], 1, counts[1], 1)
    inner = bins[:, rows, columns].reshape(n_items, counts[0], cell[0], counts[1], cell[1])
    places = (_ORIENTATIONS * cells + inner).ravel()
    weights = lengths[:, rows, columns].ravel()
    sums = np.bincount(places, weights, minlength=_ORIENTATIONS * cells.size)
    means = sums.reshape(n_items, *counts, _ORIENTATIONS) / (cell[0] * cell[1])
    return np.asarray(means, dtype=np.float32)


def _normalized_blocks(histograms: Float32Array) -> Float32Array:
    """All blocks of 2 × 2 cells, normalized, shape (n_items, n_blocks * 36)."""
    n_items, n_rows, n_columns, n_bins = histograms.shape
    blocks = np.empty((n_items, n_rows - 1, n_columns - 1, 4, n_bins), dtype=np.float32)
    for place, (row, column) in enumerate(product((0, 1), repeat=2)):
        cells = histograms[:, row : row + n_rows - 1, column : column + n_columns - 1]
        blocks[:, :, :, place] = cells
    blocks = blocks.reshape(n_items, -1, 4 * n_bins)
    _normalize(blocks)
    np.minimum(blocks, _CLIP, out=blocks)
    _normalize(blocks)
    return blocks.reshape(n_items, -1)


def _normalize(blocks: Float32Array) -> None:
    """Divide each block by its length, in place."""
    lengths = np.sqrt(np.einsum("ijk,ijk->ij", blocks, blocks) + _EPSILON**2)
    blocks /= lengths[:, :, np.newaxis]


# ---- few features of many


def _reduction(
    sample: Float32Array, widths: list[int], progress: Progress
) -> tuple[Float32Array, Float32Array]:
    """What to subtract from features, and what to multiply them by then.

    Parameters
    ----------
    sample : (n_items, sum(widths)), float32
        Features to learn from; they are overwritten.
    widths
        How many features each part has.
    """
    mean = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
    sample -= mean
    weights = part_weights(sample, widths)
    if not weights.any():
        return mean, np.zeros((len(mean), 1), dtype=np.float32)
    sample *= weights
    projection = Projection.fit(sample, progress)
    assert projection.components is not None, "gradients alone are more than a few features"
    # The sample is centred already: all that the projection has left to do is to multiply.
    matrix = weights[:, np.newaxis] * projection.components / np.float32(projection.scale)
    return mean, matrix


def part_weights(centred: Float32Array, widths: list[int]) -> Float32Array:
    """Weights that give the rows of each part a mean squared length of 1, shape (n_features,).

    They are 0 for a part that is all 0.

    Parameters
    ----------
    centred : (n_items, sum(widths)), float32
        Parts side by side.
    widths
        How many features each part has.
    """
    weights = []
    for part in np.split(centred, np.cumsum(widths)[:-1], axis=1):
        squares = np.einsum("ij,ij->", part, part, dtype=np.float64)
        weights.append(np.sqrt(len(centred) / squares) if squares else 0.0)
    return np.repeat(np.array(weights, dtype=np.float32), widths)
