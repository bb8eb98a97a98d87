"""What runs of ``make bench-labels`` come to, and how they are spread over processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Final

from core.arrays import Float32Array
from core.data.dataset import Dataset
from tests.benchmarks.label_peers import Measured, Peer

AT: Final = (10, 20, 30, 35, 40, 50, 60, 100)
BUDGET: Final = 100

ONE_BY_ONE_UP_TO: Final = 2_000
"""Most items of which other tools are asked for one at a time too."""

_PROCESSES: Final = 2


@dataclass(frozen=True, slots=True)
class Row:
    """What one run of one strategy had come to at some number of labels.

    Attributes
    ----------
    features
        What images were compared by, where the app chose.
    """

    set: str
    strategy: str
    batch: int
    seed: int
    measured: Measured
    features: str = ""


Run = Callable[[], list[Row]]
"""All strategies on one set, with one seed; another process can be given it."""


def all_rows(runs: Sequence[Run]) -> list[Row]:
    """Do all runs, two processes side by side, in the order in which they are given."""
    rows: list[Row] = []
    # Without the threads of BLAS in each other's way.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(_PROCESSES) as pool:
        jobs = [pool.submit(run) for run in runs]
        for n_done, job in enumerate(as_completed(jobs), start=1):
            rows += job.result()
            print(f"\r{n_done} of {len(jobs)} sets", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return sorted(rows, key=lambda row: (row.set, row.seed))


def budget_of(dataset: Dataset) -> int:
    """How many labels are given in all."""
    return min(BUDGET, dataset.n_items // 2)


def run_peer(
    peer: Peer, points: Float32Array, dataset: Dataset, batch: int, seed: int
) -> list[Row]:
    """Let another tool label a set, a batch at a time."""
    assert dataset.truth is not None
    budget = budget_of(dataset)
    found = peer.run(
        points,
        dataset.truth,
        dataset.n_classes,
        budget=budget,
        batch_size=batch,
        seed=seed,
        at=[n for n in AT if n <= budget],
    )
    return [Row(dataset.title, peer.name, batch, seed, measured) for measured in found]
