"""Items by the million, made up: they lie as images do, close to a few curved sheets."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.arrays import Float32Array, IntArray

N_FEATURES: Final = 64
N_CLASSES: Final = 10
_N_LATENT: Final = 10


def made_up_items(
    n_items: int, seed: int = 0, noise: float = 0.02
) -> tuple[Float32Array, IntArray]:
    """Features, shape (n_items, 64), and classes: each class a sheet of ten dimensions.

    Parameters
    ----------
    noise
        How far items lie from their sheet, as a standard deviation in each dimension.
    """
    random = np.random.default_rng(seed)
    classes = random.integers(N_CLASSES, size=n_items)
    features = np.empty((n_items, N_FEATURES), dtype=np.float32)
    for number in range(N_CLASSES):
        inner = random.normal(size=(_N_LATENT, N_FEATURES)) / np.sqrt(_N_LATENT)
        outer = random.normal(size=(N_FEATURES, N_FEATURES)) / np.sqrt(N_FEATURES)
        centre = 0.6 * random.normal(size=N_FEATURES)
        rows = np.flatnonzero(classes == number)
        latent = random.normal(size=(len(rows), _N_LATENT))
        apart = noise * random.normal(size=(len(rows), N_FEATURES))
        features[rows] = np.tanh(1.5 * latent @ inner) @ outer + centre + apart
    return features, classes
