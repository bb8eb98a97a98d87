"""How quickly items that are not in a project get their labels, by made-up items on disk.

``python -m tests.benchmarks.scale_predict --work FOLDER`` prints a table; the sets it makes in the
folder are removed. A million rows of 64 features take 260 MB there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil
import pyarrow as pa
from pyarrow import parquet
from threadpoolctl import threadpool_limits

from core.arrays import Float32Array
from core.data.parts.opening import open_parts
from core.predicting.model import Model
from core.predicting.partitions import partitions_of
from core.predicting.places import Output
from core.predicting.predictor import Predictor, make_predictor
from core.predicting.run import Workers, predict
from core.predicting.task import model_folder
from core.predicting.told import Told
from tests.benchmarks.made_up import N_CLASSES, N_FEATURES, made_up_items

ROWS: Final = 200_000
"""Of a part."""

N_NEIGHBORS: Final = 10
_DISTINCT: Final = 5
"""Parts that differ in their features; others hold the same ones."""

_CHECKED: Final = 500
_NAME: Final = "0" * 32


@dataclass(frozen=True, slots=True)
class Asked:
    """What one core does by itself, without files.

    Items are asked about one by one, or told together.

    Attributes
    ----------
    build_seconds
        Processor seconds until the landmarks can be asked.
    per_second
        Items a processor second.
    recall
        Share of the true nearest landmarks that are found.
    """

    n_landmarks: int
    together: bool
    build_seconds: float
    per_second: float
    recall: float


@dataclass(frozen=True, slots=True)
class Pass:
    """All items of a set on disk, from reading to writing.

    Attributes
    ----------
    seconds
        Of wall clock, without the time that processes take to start.
    processor
        Processor seconds of all workers in that time.
    worker_bytes
        The most that one worker held in memory by itself, and what it shared with others besides.
    """

    n_items: int
    n_landmarks: int
    n_workers: int
    together: bool
    seconds: float
    processor: float
    worker_bytes: tuple[int, int]

    @property
    def per_second(self) -> float:
        """Items a second."""
        return self.n_items / self.seconds

    @property
    def cost(self) -> float:
        """Processor microseconds an item."""
        return 1e6 * self.processor / self.n_items


@dataclass(frozen=True, slots=True, eq=False)
class MadeUp:
    """Landmarks, and other items that are like them: parts of some sheets in 64 dimensions.

    Attributes
    ----------
    build_seconds
        Processor seconds until the landmarks can be asked.
    others : (n_others, 64)
    """

    predictor: Predictor
    build_seconds: float
    others: Float32Array


def made_up(n_landmarks: int, n_others: int = _DISTINCT * ROWS, threads: int = 1) -> MadeUp:
    """So many of both."""
    features, classes = made_up_items(n_landmarks + n_others)
    shares = np.eye(N_CLASSES, dtype=np.float32)[classes[:n_landmarks]]
    begun = time.process_time()
    made = make_predictor(
        features[:n_landmarks],
        shares,
        "symmetric_knn",
        gamma=1,
        n_neighbors=N_NEIGHBORS,
        threads=threads,
    )
    return MadeUp(made, time.process_time() - begun, features[n_landmarks:])


def asked(made: MadeUp, *, together: bool = False, n_items: int = ROWS) -> Asked:
    """How many items a core asks about in a second, and how well the nearest are found."""
    import faiss

    predictor, others = made.predictor, made.others[:n_items]
    predictor.together = together
    faiss.omp_set_num_threads(1)
    with threadpool_limits(1):
        begun = time.process_time()
        predictor.predict(others)
        taken = time.process_time() - begun
    assert predictor.projection is not None
    assert predictor.lists is not None
    points = predictor.projection.transform(others[:_CHECKED])
    _, found = predictor.lists.search(points, N_NEIGHBORS)
    _, true = faiss.knn(points, predictor.points, N_NEIGHBORS)
    shared = [len(set(some) & set(all_)) for some, all_ in zip(found, true, strict=True)]
    recall = float(np.mean(shared)) / N_NEIGHBORS
    per_second = len(others) / taken
    return Asked(predictor.n_landmarks, together, made.build_seconds, per_second, recall)


def write_items(folder: Path, made: MadeUp, n_items: int) -> str:
    """A set in parts of 200,000 rows."""
    folder.mkdir(parents=True)
    for part, first in enumerate(range(0, n_items, ROWS)):
        rows = min(ROWS, n_items - first)
        start = part * ROWS % len(made.others)
        columns = {
            "id": pa.array(np.arange(first, first + rows)).cast(pa.string()),
            "features": pa.FixedSizeListArray.from_arrays(
                pa.array(made.others[start : start + rows].ravel()), N_FEATURES
            ),
        }
        parquet.write_table(pa.table(columns), folder / f"part-{part:05}.parquet")
    return str(folder)


def whole_pass(
    url: str, made: Predictor, work: Path, n_workers: int, *, together: bool = False
) -> Pass:
    """Predict all items of a set, by so many processes here."""
    parts = open_parts(url)
    made.together = together
    told = Told(np.empty((0, N_FEATURES), np.float32), (), ())
    model = Model(_NAME, made, tuple(map(str, range(N_CLASSES))), None, told)
    with _folder(work) as folder:
        output = Output(str(folder / "out"))
        (folder / "model").mkdir()
        for file in model.save(folder / "model"):
            output.upload(file, f"{model_folder(_NAME)}/{file.name}")
        watch = _Watch()
        outcome = predict(
            parts, partitions_of(parts), output, _NAME, {}, Workers(n_here=n_workers), watch
        )
        assert not outcome.failed
        assert outcome.counts.rows == parts.n_rows
    # When as many results were there as there are workers, each had started and opened the model,
    # and was done with about one; what it works on by then is as little as at the end.
    first, last = watch.seen[n_workers - 1], watch.seen[-1]
    share = last.share - first.share
    return Pass(
        round(parts.n_rows * share),
        made.n_landmarks,
        n_workers,
        together,
        last.seconds - first.seconds,
        last.processor - first.processor,
        watch.most,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    share: float
    seconds: float
    processor: float


class _Watch:
    """Progress that looks at the workers."""

    def __init__(self) -> None:
        self.seen: list[_Seen] = []
        self.most = (0, 0)

    def __call__(self, _stage: str, share: float, /) -> None:
        if not share:
            return
        workers = [
            process
            for process in psutil.Process().children(recursive=True)
            if "resource_tracker" not in " ".join(process.cmdline())
        ]
        times = [process.cpu_times() for process in workers]
        processor = sum(one.user + one.system for one in times)
        self.seen.append(_Seen(share, time.perf_counter(), processor))
        for process in workers:
            memory: Any = process.memory_full_info()
            own = int(memory.uss)
            self.most = max(self.most, (own, int(memory.rss) - own))


@contextmanager
def _folder(work: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="scale-", dir=work))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def asked_line(one: Asked) -> str:
    return (
        f"| {one.n_landmarks:,} landmarks{_how(one.together)} | {one.build_seconds:.0f} s | "
        f"{one.per_second:,.0f} | {one.recall:.4f} |"
    )


def pass_line(one: Pass) -> str:
    own, shared = (size / 2**20 for size in one.worker_bytes)
    return (
        f"| {one.n_items:,} items, {one.n_landmarks:,} landmarks{_how(one.together)} | "
        f"{one.n_workers} | "
        f"{one.seconds:.0f} s | {one.processor:.0f} s | {one.per_second:,.0f} | {one.cost:.1f} us "
        f"| {own:.0f} MB + {shared:.0f} MB |"
    )


def _how(together: bool) -> str:
    return ", together" if together else ", one by one"


def predict_report(n_landmarks: int, sizes: Sequence[int], work: Path) -> str:
    """Tables of what a core does by itself, and of passes over sets of some sizes.

    Parameters
    ----------
    sizes
        How much several workers are worth is seen at the first of them.
    """
    n_cores = os.cpu_count() or 1
    made = made_up(n_landmarks, threads=n_cores)
    lines = [
        "| | made ready, processor | items a second a core | nearest found |",
        "| --- | --- | --- | --- |",
        *(asked_line(asked(made, together=together)) for together in (False, True)),
        "",
        "| | workers | time | processor | items a second | processor an item | "
        "memory of a worker, its own + shared |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for number, n_items in enumerate(sizes):
        with _folder(work) as folder:
            url = write_items(folder / "set", made, n_items)
            for together in (False, True) if number == 0 else (False,):
                for n_workers in sorted({1, n_cores} if number == 0 else {n_cores}):
                    one = whole_pass(url, made.predictor, folder, n_workers, together=together)
                    lines.append(pass_line(one))
                    print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def main() -> None:
    """Measure it at some sizes."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale_predict")
    parser.add_argument("--landmarks", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, nargs="+", default=[1_600_000])
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    print(predict_report(options.landmarks, options.items, options.work))


if __name__ == "__main__":
    main()
