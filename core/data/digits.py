"""The 1,797 handwritten digits that scikit-learn ships: 8 x 8 pixels, grey values 0 to 16."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits as load_sklearn_digits

from core.data.dataset import Dataset

_DARKEST = 16


def load_digits(*, n_samples: int, shuffle_seed: int | None) -> Dataset:
    """Read the first ``n_samples`` digits, in the source's order or shuffled.

    Shuffling follows scikit-learn's digits examples: ``RandomState(seed).shuffle`` of all indices,
    then the first ``n_samples``. Features are the 64 pixel values, unscaled, as there.
    """
    bunch = load_sklearn_digits()
    rows = np.arange(len(bunch.target), dtype=np.int64)
    if shuffle_seed is not None:
        np.random.RandomState(shuffle_seed).shuffle(rows)
    rows = rows[:n_samples]
    return Dataset(
        title="Handwritten digits",
        rows=rows,
        images=np.round(bunch.images[rows] * (255 / _DARKEST)).astype(np.uint8),
        features=np.ascontiguousarray(bunch.data[rows], dtype=np.float64),
        class_names=tuple(str(name) for name in bunch.target_names),
        truth=bunch.target[rows].astype(np.int64),
        question="Which digit is this?",
    )
