"""``make bench-scale``: sets that outgrow a machine. Writes ``docs/beyond-one-machine.md``.

Each part can be measured by itself: ``python -m tests.benchmarks.beyond --only predict``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from scipy import sparse

from core.graph.neighbours import nearest_neighbours
from core.graph.projection import Projection
from core.graph.similarity import graph_of_neighbours
from tests.benchmarks.landmarks import landmarks_report
from tests.benchmarks.made_up import made_up_items
from tests.benchmarks.report_file import write_section
from tests.benchmarks.scale_predict import predict_report

REPORT: Final = Path(__file__).resolve().parents[2] / "docs" / "beyond-one-machine.md"

GRAPHS: Final = (1_000_000, 2_000_000)
HUGE: Final = 10_000_000
PASSES: Final = (1_600_000, 4_800_000)
"""Items that are told in one pass, by a million landmarks."""

LONG: Final = 20_000_000

SEEDS: Final = 4
N_NEIGHBORS: Final = 10


def main() -> None:
    """Measure it, and write it down."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.beyond", description=__doc__)
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="the MNIST digits, as .npz")
    parser.add_argument(
        "--huge", action="store_true", help="a graph of 10, and a pass over 20 million items"
    )
    parser.add_argument("--only", choices=list(_PARTS))
    parser.add_argument("--graph", type=int, metavar="ITEMS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.graph:
        print(json.dumps(_graph(options.graph)))
        return
    for name, (title, part) in _PARTS.items():
        if options.only in {None, name}:
            text = f"{part(options)}\n\n{_where()}"
            print(f"## {title}\n\n{text}\n", flush=True)
            write_section(title, text, REPORT)


def _landmarks(options: argparse.Namespace) -> str:
    return landmarks_report(options.mnist, SEEDS, large=options.huge)


def _graphs(options: argparse.Namespace) -> str:
    lines = [
        "| items | seconds | of processor | neighbours found | most memory | links an item |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for n_items in (*GRAPHS, *([HUGE] if options.huge else [])):
        # In a process of its own, so that the peak of memory is that of this size alone.
        command = [sys.executable, "-m", "tests.benchmarks.beyond", "--graph", str(n_items)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        told = json.loads(printed.splitlines()[-1])
        lines.append(
            f"| {n_items:,} | {told['seconds']:.0f} | {told['processor']:.0f} | "
            f"{100 * told['recall']:.1f} % | {told['peak'] / 1024:.1f} GB | {told['links']:.1f} |"
        )
    return "\n".join(lines)


def _graph(n_items: int) -> dict[str, float]:
    features, _ = made_up_items(n_items)
    begun, used = time.perf_counter(), time.process_time()
    points = Projection.fit(features).transform(features)
    found = nearest_neighbours(points, N_NEIGHBORS, threads=os.cpu_count() or 1)
    del points
    matrix = graph_of_neighbours(found).matrix
    assert isinstance(matrix, sparse.csr_array)
    return {
        "seconds": time.perf_counter() - begun,
        "processor": time.process_time() - used,
        "recall": found.recall,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "links": matrix.nnz / n_items,
    }


def _predict(options: argparse.Namespace) -> str:
    with tempfile.TemporaryDirectory(prefix="scale-") as work:
        return predict_report(1_000_000, (*PASSES, *([LONG] if options.huge else [])), Path(work))


_PARTS: Final[dict[str, tuple[str, Callable[[argparse.Namespace], str]]]] = {
    "landmarks": ("Measured: landmarks", _landmarks),
    "graphs": ("Measured: graphs", _graphs),
    "predict": ("Measured: one pass", _predict),
}


def _where() -> str:
    cores, machine = os.cpu_count(), platform.machine()
    return f"Measured on {cores} cores ({machine}), Python {platform.python_version()}."


if __name__ == "__main__":
    main()
