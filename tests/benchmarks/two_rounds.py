"""What the History page takes: two rounds side by side, and a branch, after many labels.

It is measured in this process, as part of ``make bench``; ``python -m tests.benchmarks.two_rounds
70000 10000`` prints it alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from core.bootstrap import open_service
from core.jobs.work import Work
from core.service.history import past_in
from core.service.labelling import Service
from core.service.view import View
from tests.benchmarks.long_logs import prepare, project_name

SECTION: Final = "Two rounds side by side"


def two_rounds_report(n_items: int, n_labels: int) -> str:
    """A section of the report."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        name = prepare(home, n_items, [n_labels], ["round"])
        with closing(open_service(home)) as service:
            project = project_name(name, n_labels, "round")
            view = service.view(project)
            last = view.state.round
            rows = [
                ("the last two rounds", *_compared(service, view, last - 1, last)),
                ("the first and the last", *_compared(service, view, 1, last)),
                ("again", *_compared(service, view, 1, last)),
            ]
            listed = _timed(lambda: past_in(view))
            branch = _timed(lambda: service.branch(project, last // 2, "Branch"))
    table = "".join(f"| {told} | {at_once:.0f} | {done:.0f} |\n" for told, at_once, done in rows)
    return f"""## {SECTION}

| | until the page goes on | until it is there |
| --- | --- | --- |
{table}
{n_items:,} made-up items of 64 features, {n_labels:,} labels in {last:,} rounds of ten, best known
settings. The list of rounds takes {listed:.0f} ms, a branch from round {last // 2:,} {branch:.0f}.
"""


def _compared(service: Service, view: View, before: int, after: int) -> tuple[float, float]:
    """Milliseconds until the page hears of it, and until it is done."""
    begun = time.perf_counter()
    found = service.compare_rounds(view, before, after)
    at_once = time.perf_counter() - begun
    if isinstance(found, Work):
        found.wait()
    return 1e3 * at_once, 1e3 * (time.perf_counter() - begun)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - begun)


def main() -> None:
    """Measure one size, and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.two_rounds")
    parser.add_argument("n_items", type=int)
    parser.add_argument("labels", type=int)
    options = parser.parse_args()
    print(two_rounds_report(options.n_items, options.labels))


if __name__ == "__main__":
    main()
