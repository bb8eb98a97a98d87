"""Points moved to the cells of a grid, one a cell: square tiles on them cover no other."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from core.arrays import FloatArray


def in_cells(points: FloatArray, width: float, height: float, side: float) -> FloatArray:
    """Points in a frame, each in a cell of its own: as near as all together can be.

    The sum of the squared distances by which they are moved is the smallest there can be.

    Parameters
    ----------
    points : (n_items, 2), float64
        In any unit; each axis is stretched to the frame.
    width, height, side
        Of the frame and of a cell. There are at least as many whole cells as points.

    Returns
    -------
    (n_items, 2), float64
        Middles of cells within the frame.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    length = np.where(high > low, high - low, 1.0)
    stretched = (points - low) / length * (np.array([width, height]) - side) + side / 2
    across, down = (_middles(whole, side) for whole in (width, height))
    cells = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    items, chosen = linear_sum_assignment(cdist(stretched, cells, "sqeuclidean"))
    placed: FloatArray = np.empty_like(stretched)
    placed[items] = cells[chosen]
    return placed


def _middles(whole: float, side: float) -> FloatArray:
    """Middles of cells along one side of the frame, the first and the last at its ends."""
    number = max(int(whole / side + 1e-9), 1)
    ends = (side / 2, whole - side / 2) if number > 1 else (whole / 2, whole / 2)
    return np.asarray(np.linspace(*ends, number))
