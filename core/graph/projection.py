"""From the features of a data set to the points that neighbours are searched among."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from core.arrays import Float32Array, FloatArray, freeze
from core.errors import InvalidFeaturesError
from core.jobs.progress import Progress, silent

FEW_FEATURES: Final = 64
"""Up to as many features are taken as they are."""

N_COMPONENTS: Final = 50
"""Principal components that stand for more features. Neighbours among 50 components of the MNIST
digits are better than among all 784 pixels, and far cheaper to find."""

_STAGE: Final = "Reading features"
_SAMPLE: Final = 10_000
_ALL_UP_TO: Final = 1_000
_FEW_ITEMS: Final = 300
_SEED: Final = 0
_CHUNK: Final = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Centres and scales features, and reduces many to their first principal components.

    The graph does not depend on the scale. It is taken out so that float32 holds any features,
    however large or small their unit.

    Attributes
    ----------
    mean : (n_features,), float64
    scale
        Divides the centred features: the root of their mean square.
    components : (n_features, n_components), float32, or None
        None where there are few features.
    """

    mean: FloatArray
    scale: float
    components: Float32Array | None

    def __post_init__(self) -> None:
        freeze(self)

    @classmethod
    def fit(cls, features: NDArray[Any], progress: Progress = silent) -> Self:
        """Learn the projection of features, shape (n_items, n_features), of any real dtype.

        With more than ``FEW_FEATURES`` features the components are those of at most 10,000 items,
        drawn at random with a fixed seed.

        Raises
        ------
        InvalidFeaturesError
            If a feature is not a finite number, or too large to compute with.
        """
        total, squares = np.zeros(features.shape[1]), np.zeros(features.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            for rows, part in _chunks(features):
                _require_finite(part, rows.start)
                total += part.sum(axis=0)
                squares += np.einsum("ij,ij->j", part, part)
                progress(_STAGE, rows.stop / len(features))
            mean = total / len(features)
            # Rounding may leave a little where all items are alike: no less than nothing.
            spread = np.maximum(squares / len(features) - np.square(mean), 0)
            scale = float(np.sqrt(spread.mean())) or 1.0
        if not np.isfinite(mean).all() or not np.isfinite(scale):
            raise InvalidFeaturesError(
                "Some features are too large to compute with.", "Divide them by a constant."
            )
        plain = cls(mean, scale, None)
        if features.shape[1] <= FEW_FEATURES:
            return plain
        random = np.random.default_rng(_SEED)
        chosen = random.choice(len(features), min(_SAMPLE, len(features)), replace=False)
        n_components = min(N_COMPONENTS, len(chosen))
        pca = PCA(
            n_components, svd_solver=_solver(len(chosen), features.shape[1]), random_state=_SEED
        )
        # The threads of BLAS get in each other's way here: one is quicker than two.
        with threadpool_limits(1, user_api="blas"):
            pca.fit(plain.transform(features[np.sort(chosen)]))
        return cls(mean, scale, np.ascontiguousarray(pca.components_.T, dtype=np.float32))

    def transform(self, features: NDArray[Any]) -> Float32Array:
        """Points of features, shape (n_items, n_features), shape (n_items, n_components)."""
        width = features.shape[1] if self.components is None else self.components.shape[1]
        points = np.empty((len(features), width), dtype=np.float32)
        for rows, part in _chunks(features):
            scaled = ((part - self.mean) / self.scale).astype(np.float32)
            points[rows] = scaled if self.components is None else scaled @ self.components
        return points


def _solver(n_items: int, n_features: int) -> str:
    """What finds components soonest, of scikit-learn's exact ones."""
    if n_items > _FEW_ITEMS and n_features > _ALL_UP_TO:
        # Only those that are wanted: of 1,797 x 2,152 in a fifth of the time that all of them take.
        return "arpack"
    # Of few items the matrix itself is smaller than the covariances of its features.
    return "full" if 2 * n_items <= n_features else "covariance_eigh"


def _chunks(features: NDArray[Any]) -> Iterator[tuple[slice, FloatArray]]:
    """The features as float64, some rows at a time, so that they are never all copied."""
    for start in range(0, len(features), _CHUNK):
        rows = slice(start, min(start + _CHUNK, len(features)))
        yield rows, np.asarray(features[rows], dtype=np.float64)


def _require_finite(part: FloatArray, first: int) -> None:
    finite = np.isfinite(part)
    if not finite.all():
        row, column = (int(index) for index in np.argwhere(~finite)[0])
        raise InvalidFeaturesError(
            f"Feature {column + 1} of item {first + row + 1} is {part[row, column]}, not a number "
            "to compute with.",
            "Correct it or leave the item out.",
        )
