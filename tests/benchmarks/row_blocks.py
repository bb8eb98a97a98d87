"""The exact alternative to landmarks: one graph of all items in row blocks, solved over MPI.

``(I - alpha S) F = (1 - alpha) Y`` by conjugate gradients, all classes at once; each process holds
its rows of S and of F, and has all of the search directions sent to it in every step. It needs
mpi4py and an MPI, which no other part does::

    pip install mpi4py mpich
    python -m tests.benchmarks.row_blocks make 1000000 FOLDER
    mpiexec -n 2 python -m tests.benchmarks.row_blocks solve FOLDER
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import Float32Array
from core.graph.similarity import symmetric_knn_graph
from tests.benchmarks.made_up import N_CLASSES, made_up_items

ALPHA: Final = 0.99
RESIDUAL: Final = 1e-3
N_LABELS: Final = 100
_STEPS: Final = 500
_FILES: Final = ("starts.npy", "ends.npy", "weights.npy", "classes.npy")


def make(n_items: int, folder: Path) -> None:
    """Keep the graph of made-up items, and their classes, in files that processes can share."""
    features, classes = made_up_items(n_items)
    matrix = symmetric_knn_graph(features, 10, threads=2).matrix
    assert isinstance(matrix, sparse.csr_array)
    folder.mkdir(parents=True, exist_ok=True)
    weights = matrix.data.astype(np.float32)
    arrays: tuple[NDArray[Any], ...] = (matrix.indptr, matrix.indices, weights, classes)
    for name, array in zip(_FILES, arrays, strict=True):
        np.save(folder / name, array)


def solve(folder: Path) -> dict[str, Any]:
    """What it takes, as the first process saw it; empty in all others."""
    mpi: Any = import_module("mpi4py.MPI")

    comm = mpi.COMM_WORLD
    starts, ends, weights, classes = (np.load(folder / name, mmap_mode="r") for name in _FILES)
    n_items = len(classes)
    borders = np.linspace(0, n_items, comm.size + 1).astype(np.int64)
    first, last = borders[comm.rank], borders[comm.rank + 1]
    own = slice(int(starts[first]), int(starts[last]))
    block = sparse.csr_array(
        (
            np.array(weights[own]),
            np.array(ends[own]),
            np.array(starts[first : last + 1]) - own.start,
        ),
        shape=(last - first, n_items),
    )
    given = np.zeros((last - first, N_CLASSES), dtype=np.float32)
    labelled = np.random.default_rng(0).choice(n_items, N_LABELS, replace=False)
    here = labelled[(labelled >= first) & (labelled < last)]
    given[here - first, classes[here]] = 1 - ALPHA
    counts = np.diff(borders) * N_CLASSES
    whole = np.empty((n_items, N_CLASSES), dtype=np.float32)
    talking = 0.0

    def product(direction: Float32Array) -> Float32Array:
        nonlocal talking
        begun = time.perf_counter()
        comm.Allgatherv(direction, [whole, counts])
        talking += time.perf_counter() - begun
        return np.asarray(direction - ALPHA * (block @ whole))

    def dots(one: Float32Array, other: Float32Array) -> Float32Array:
        return np.asarray(comm.allreduce(np.einsum("ij,ij->j", one, other)))

    comm.Barrier()
    begun = time.perf_counter()
    scores, residual = np.zeros_like(given), given.copy()
    direction, squares = residual.copy(), dots(residual, residual)
    target, steps = RESIDUAL**2 * squares, 0
    while steps < _STEPS and (squares > target).any():
        image = product(direction)
        length = squares / np.maximum(dots(direction, image), np.finfo(np.float32).tiny)
        scores += length * direction
        residual -= length * image
        after = dots(residual, residual)
        direction = residual + after / np.maximum(squares, np.finfo(np.float32).tiny) * direction
        squares, steps = after, steps + 1
    took = time.perf_counter() - begun
    right = int((scores.argmax(axis=1) == classes[first:last]).sum())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = comm.gather((right, peak))
    if told is None:
        return {}
    return {
        "items": n_items,
        "processes": comm.size,
        "steps": steps,
        "seconds": round(took, 2),
        "of which sending": round(talking, 2),
        "accuracy": round(sum(right for right, _ in told) / n_items, 4),
        "MB a process": max(peak for _, peak in told),
    }


def main() -> None:
    """Make a graph, or solve it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.row_blocks")
    parser.add_argument("what", choices=["make", "solve"])
    parser.add_argument("rest", nargs="+")
    options = parser.parse_args()
    if options.what == "make":
        make(int(options.rest[0]), Path(options.rest[1]))
    elif told := solve(Path(options.rest[0])):
        print(json.dumps(told))


if __name__ == "__main__":
    main()
