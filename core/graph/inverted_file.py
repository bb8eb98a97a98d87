"""An inverted file of faiss: points in lists around centres, of which a search looks into a few.

What a list holds of a point is its distance from the centre in half precision, 2 bytes a feature:
half the memory, and no slower to search.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from core.arrays import Float32Array, IntArray
from core.jobs.progress import Progress, silent

RECALL: Final = 0.985
"""Share of true neighbours that a search has to find in a sample of the points."""

_SEED: Final = 0
_SAMPLE: Final = 500
_PROBES: Final = (4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 64, 96, 128, 192, 256)
_SWEEPS, _TAUGHT = 4, 32
"""Of k-means, and points a list that it is done on: more of either gains next to nothing."""
_ADDED: Final = 100_000


class InvertedFile:
    """Searches many points for the nearest ones, approximately.

    Parameters
    ----------
    index
        Of faiss, with all points in it.
    recall
        Share of the true neighbours that it finds, in a random sample of its points.

    References
    ----------
    Johnson, Douze, Jégou, "Billion-scale similarity search with GPUs", 2019 (faiss, IVFFlat).
    """

    def __init__(self, index: Any, recall: float) -> None:  # noqa: ANN401 - faiss has no types
        self._index = index
        # Points are shared out among threads; else that is done only where lists are not given.
        index.parallel_mode = 3
        self.recall = recall

    @classmethod
    def build(
        cls,
        points: Float32Array,
        n_neighbors: int,
        *,
        threads: int = 1,
        progress: Progress = silent,
    ) -> Self:
        """Sort points into lists, and see how many of these a search has to look into.

        Parameters
        ----------
        points : (n_points, n_features), float32
        n_neighbors
            How many are to be searched for, a point itself not counted.
        threads
            How many to use, for searches too.

        Raises
        ------
        CancelledError
            If ``progress`` says so.
        """
        # Takes a quarter of a second to load, and only large sets need it.
        import faiss

        faiss.omp_set_num_threads(threads)
        n_points, n_features = points.shape
        n_lists = max(1, int(4 * np.sqrt(n_points)))
        centres = faiss.IndexFlatL2(n_features)
        half = faiss.ScalarQuantizer.QT_fp16
        index = faiss.IndexIVFScalarQuantizer(
            centres, n_features, n_lists, half, faiss.METRIC_L2, True
        )
        index.cp.niter = _SWEEPS
        index.cp.max_points_per_centroid = _TAUGHT
        index.cp.seed = _SEED + 1
        index.train(points)
        progress("Finding neighbours", 0.05)
        for start in range(0, n_points, _ADDED):
            index.add(points[start : start + _ADDED])
            progress("Finding neighbours", 0.05 + 0.15 * start / n_points)
        return cls(index, _calibrate(index, points, n_neighbors))

    @classmethod
    def opened(cls, path: Path, recall: float) -> Self:
        """One that was saved. Its points stay on the disk, and processes share what is read of it.

        Raises
        ------
        RuntimeError
            If the file is not there, or is not whole.
        """
        import faiss

        if sys.platform == "win32":
            return cls(faiss.read_index(str(path)), recall)
        index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
        lists: Any = faiss.downcast_InvertedLists(index.invlists)
        # Threads that read ahead take longer to begin than a list takes to be read.
        lists.prefetch_nthread = 0
        return cls(index, recall)

    def save(self, path: Path) -> None:
        """Write it to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    def by_list(self) -> IntArray:
        """All points, list by list, shape (n_points,)."""
        import faiss

        lists = self._index.invlists
        sizes = [lists.list_size(number) for number in range(self._index.nlist)]
        return np.concatenate(
            [
                np.array(faiss.rev_swig_ptr(lists.get_ids(number), size), dtype=np.int64)
                for number, size in enumerate(sizes)
                if size
            ]
        )

    def search(self, points: Float32Array, n_neighbors: int) -> tuple[Float32Array, IntArray]:
        """The nearest of its points to each of some points, one of its own itself among them.

        They are asked for list by list, whatever their order: what one looks through is still in
        the processor's cache for the next.

        Parameters
        ----------
        points : (n_some, n_features), float32

        Returns
        -------
        squared : (n_some, n_neighbors), float32
            Squared distances, nearest first, to about three digits.
        indices : (n_some, n_neighbors), int64
            -1 where fewer were found.
        """
        distances, lists = self._index.quantizer.search(points, self._index.nprobe)
        order = np.argsort(lists[:, 0], kind="stable")
        squared = np.empty((len(points), n_neighbors), dtype=np.float32)
        indices = np.empty((len(points), n_neighbors), dtype=np.int64)
        squared[order], indices[order] = self._index.search_preassigned(
            points[order], n_neighbors, lists[order], distances[order]
        )
        return squared, indices


def squared_distances(
    some: Float32Array, points: Float32Array, others: NDArray[Any]
) -> Float32Array:
    """Exact ones, from each of some points to a few others.

    Parameters
    ----------
    some : (n_some, n_features), float32
    points : (n_points, n_features), float32
    others : (n_some, n_others)
        Indices of points.
    """
    squared = np.empty(others.shape, dtype=np.float32)
    for column in range(others.shape[1]):
        difference = some - points[others[:, column]]
        squared[:, column] = np.einsum("ij,ij->i", difference, difference)
    return squared


def _calibrate(index: Any, points: Float32Array, n_neighbors: int) -> float:  # noqa: ANN401 - faiss
    """Widen the search until a sample of points finds its true neighbours; give their share."""
    import faiss

    size = min(_SAMPLE, len(points))
    sample = np.random.default_rng(_SEED).choice(len(points), size, replace=False)
    true_distances, _ = faiss.knn(points[sample], points, n_neighbors + 1)
    # By distance, not by index: of points equally far away either is right.
    limit = true_distances[:, -1:] * (1 + 1e-4) + 1e-12
    recall = 0.0
    for probes in _PROBES:
        index.nprobe = min(probes, index.nlist)
        _, found = index.search(points[sample], n_neighbors + 1)
        distances = squared_distances(points[sample], points, found)
        recall = float(np.mean((distances <= limit) & (found >= 0)))
        if recall >= RECALL:
            break
    return recall
