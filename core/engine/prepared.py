"""What similarity is measured on."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import Float32Array, IntArray
from core.config import ProjectConfig
from core.data.dataset import Dataset
from core.errors import InvalidFeaturesError
from core.graph.embeddings.kept import Seen
from core.graph.projection import Projection
from core.graph.shapes import shape_features
from core.jobs.progress import Progress, silent

_ALL: Final = slice(None)


def prepared(
    dataset: Dataset,
    config: ProjectConfig,
    positions: IntArray | slice = _ALL,
    progress: Progress = silent,
    seen: Seen | None = None,
) -> NDArray[Any]:
    """The features that similarity is measured on, shape (n_items, n_features), any real dtype.

    Parameters
    ----------
    seen
        Gives the embeddings of images, where they can be had.

    Raises
    ------
    InvalidFeaturesError
        If embeddings are wanted and cannot be had.
    """
    if config.features == "plain" or dataset.has_own_features:
        features: NDArray[Any] = dataset.features[positions]
        return features
    if config.features == "shapes":
        return shape_features(dataset.pixels[positions], progress=progress)
    if seen is None:
        raise InvalidFeaturesError(
            "There is no network here that could make embeddings of the images.",
            "Compare them by pixels and edges, or install Labelspread anew.",
        )
    embeddings = seen(dataset, np.arange(dataset.n_items)[positions], progress)
    if config.features == "embeddings":
        return embeddings
    shapes = shape_features(dataset.pixels[positions], progress=progress)
    projected = Projection.fit(embeddings).transform(embeddings)
    return np.hstack([_of_length_one(shapes), _of_length_one(projected)])


def _of_length_one(points: Float32Array) -> Float32Array:
    """Centred, and with rows of a mean squared length of 1, so that both kinds count alike."""
    centred = points - points.mean(axis=0)
    length = float(np.sqrt(np.square(centred, dtype=np.float64).sum(axis=1).mean()))
    return np.asarray(centred / (length or 1.0), dtype=np.float32)
