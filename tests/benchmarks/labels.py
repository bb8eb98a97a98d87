"""``make bench-labels``: how many labels it takes, here and elsewhere.

Every run begins without a label and is told the truth, but for those with wrong answers. Runs of
the same seed are on the same items in the same order.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from sklearn.datasets import load_breast_cancer, load_iris, load_wine, make_blobs, make_moons
from threadpoolctl import threadpool_limits

from core.config import recommended
from core.data.dataset import Dataset
from core.engine.building import engine_for
from core.engine.engine import Engine
from core.engine.prepared import prepared
from core.jobs.resources import Resources
from core.simulation.comparisons import EngineLearner
from core.simulation.run import run_once
from tests.benchmarks.label_peers import Measured, peers
from tests.benchmarks.label_report import (
    ALL_FIGURES_SECTION,
    AS_YOU_GO,
    AS_YOU_GO_SECTION,
    PHOTOGRAPHS_SECTION,
    SHORTLIST_SECTION,
    TRIED_SECTION,
    as_you_go_section,
    report,
)
from tests.benchmarks.label_runs import (
    AT,
    ONE_BY_ONE_UP_TO,
    Row,
    Run,
    all_rows,
    budget_of,
    run_peer,
)
from tests.benchmarks.label_service import as_you_go
from tests.benchmarks.label_sets import LabelSet, label_sets
from tests.benchmarks.photo_report import photo_section
from tests.benchmarks.photo_sets import (
    FASHION,
    NAMES,
    PHOTOGRAPHS_10,
    PHOTOGRAPHS_ALL,
    bring_in_all,
    look_at_all,
)
from tests.benchmarks.photo_tried import SETS, look_at_all_middles, tried_runs
from tests.benchmarks.photographs import photo_runs
from tests.benchmarks.report_file import section, write_section
from tests.benchmarks.tried_report import tried_section

REPORT: Final = Path(__file__).resolve().parents[2] / "docs" / "label-efficiency.md"

BEST: Final = "Labelspread"
WRONG: Final = 0.05

_MANY: Final = 30_000
_ONLY: Final = {
    "photographs": (PHOTOGRAPHS_10, PHOTOGRAPHS_ALL),
    "fashion-10000": FASHION[:1],
    "fashion-70000": FASHION[1:],
}


@dataclass(frozen=True, slots=True)
class Ours:
    """A way to use Labelspread.

    Attributes
    ----------
    changes
        What is set otherwise than recommended.
    wrong
        The share of answers that are wrong.
    """

    name: str
    batch: int
    changes: dict[str, Any]
    wrong: float = 0.0
    small_only: bool = False


_AT_RANDOM: Final = {"query": "random", "opening": "random", "random_share": 0.0}
"""Each as likely as the others, from the first one on."""

STRATEGIES: Final = (
    Ours(BEST, 1, {}),
    Ours(BEST, 10, {}),
    Ours("5 % wrong answers", 1, {}, wrong=WRONG),
    Ours("random questions", 1, _AT_RANDOM),
    Ours("random questions", 10, _AT_RANDOM),
    Ours("decision as spread", 1, {"decision": "raw"}),
    Ours("decision equal sizes", 1, {"decision": "class_mass"}),
    Ours("pixels alone", 1, {"features": "plain"}),
    Ours("no random question", 1, {"random_share": 0.0}),
    Ours("variance alone", 1, {"query": "variance"}, small_only=True),
    Ours("margin alone", 1, {"query": "margin"}, small_only=True),
    Ours("entropy alone", 1, {"query": "entropy"}, small_only=True),
    Ours("begins with cluster centres", 1, {"opening": "k_means"}, small_only=True),
    Ours("begins with sigma-optimality", 1, {"opening": "sigma"}, small_only=True),
    Ours("begins at random", 1, {"opening": "random"}, small_only=True),
    Ours("batches as ranked", 10, {"assume_answers": False}, small_only=True),
)


def main() -> None:
    """Run all of it, two processes side by side."""
    options = _options()
    seeds = 1 if options.quick else options.seeds
    if options.as_you_go:
        _measure_as_you_go(seeds)
        return
    rows = _kept(options.kept) if options.kept else _measured(options, seeds)
    if options.keep:
        options.keep.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
    if options.tried:
        _write_tried(rows, is_written=not options.quick)
        return
    others = [row for row in rows if row.set not in NAMES]
    text = _photographs(rows)
    if others:
        text = report(others, seeds, text, with_mnist=any("MNIST" in row.set for row in others))
    print(text)
    if options.quick:
        return
    REPORT.parent.mkdir(exist_ok=True)
    if others:
        elsewhere = {name: section(name, REPORT) for name in (TRIED_SECTION, SHORTLIST_SECTION)}
        REPORT.write_text(text, encoding="utf-8")
        for name, body in elsewhere.items():
            if body:
                write_section(name, body, REPORT, before=ALL_FIGURES_SECTION)
    else:
        write_section(PHOTOGRAPHS_SECTION, text, REPORT, before=ALL_FIGURES_SECTION)
    print(f"Written to {REPORT.relative_to(Path.cwd())}.", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.labels", description=__doc__)
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="the MNIST digits, as .npz")
    parser.add_argument(
        "--photographs", type=Path, metavar="DIR", help="stamps of tuxpaint-stamps-default"
    )
    parser.add_argument("--fashion", type=Path, metavar="DIR", help="of dataset-fashion-mnist")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="keep those two and their embeddings here"
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument(
        "--as-you-go", action="store_true", help="the app's own path on digits, and that section"
    )
    parser.add_argument(
        "--only", choices=_ONLY, nargs="+", help="these sets, and the section on photographs"
    )
    parser.add_argument(
        "--tried",
        action="store_true",
        help="what else was tried on photographs and Fashion-MNIST, and that section",
    )
    parser.add_argument("--quick", action="store_true", help="one seed, and write no file")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep all figures as JSON")
    parser.add_argument(
        "--kept",
        type=Path,
        metavar="FILE",
        nargs="+",
        help="make the page from those kept, or the section from those of photographs alone",
    )
    options = parser.parse_args()
    for only in options.only or ():
        if (options.photographs if only == "photographs" else options.fashion) is None:
            parser.error(f"--only {only} needs the folder it is in.")
    if options.tried and not (options.kept or options.photographs or options.fashion):
        parser.error("--tried needs the folder of photographs or that of Fashion-MNIST.")
    if options.tried and options.only == ["fashion-70000"]:
        parser.error("--tried takes photographs and fashion-10000.")
    return options


def _photographs(rows: Sequence[Row]) -> str:
    """The section; where none of its sets was measured, as it was before."""
    if any(row.set in NAMES for row in rows):
        return photo_section(rows)
    before = section(PHOTOGRAPHS_SECTION, REPORT)
    return before or "**Not measured, for no folder was named.**"


def _measured(options: argparse.Namespace, seeds: int) -> list[Row]:
    wanted = [name for only in options.only or _ONLY for name in _ONLY[only]]
    with ExitStack() as stack:
        folder = options.work or Path(stack.enter_context(TemporaryDirectory()))
        if options.tried:
            wanted = [name for name in wanted if name in SETS]
        keys = bring_in_all(folder, options.photographs, options.fashion, wanted)
        if options.tried:
            look_at_all_middles(folder, keys, range(seeds))
            return all_rows(tried_runs(folder, keys, range(seeds)))
        look_at_all(folder, keys, range(seeds))
        runs = photo_runs(folder, keys, range(seeds))
        return all_rows(runs if options.only else [*_runs(options.mnist, seeds), *runs])


def _write_tried(rows: Sequence[Row], *, is_written: bool) -> None:
    text = tried_section(rows)
    print(text)
    if is_written:
        write_section(TRIED_SECTION, text, REPORT, before=ALL_FIGURES_SECTION)


def _kept(paths: Iterable[Path]) -> list[Row]:
    kept = [row for path in paths for row in json.loads(path.read_text(encoding="utf-8"))]
    return [Row(**{**row, "measured": Measured(**row["measured"])}) for row in kept]


def _measure_as_you_go(seeds: int) -> None:
    numbers = [number for number, make in enumerate(sets_of(0, None)) if "digits" in make().title]
    runs = [partial(run_as_you_go, n, seed) for n in numbers for seed in range(seeds)]
    section = as_you_go_section(all_rows(runs), seeds)
    print(section)
    write_section(AS_YOU_GO_SECTION, section, REPORT)


def _runs(mnist: Path | None, seeds: int) -> list[Run]:
    # The largest first, so that no process is left with one when all else is done.
    numbers = range(len(list(sets_of(0, mnist))))[::-1]
    return [partial(run_set, n, seed, mnist) for n in numbers for seed in range(seeds)]


def sets_of(seed: int, mnist: Path | None) -> Iterator[partial[Dataset]]:
    """All data sets, made when they are called."""
    for found in label_sets(seed, mnist):
        yield partial(images_of, found)
    yield from (partial(_features, name, seed) for name in _MADE)


def run_set(number: int, seed: int, mnist: Path | None) -> list[Row]:
    """Run all strategies on one set, with one seed."""
    with threadpool_limits(1):
        dataset = list(sets_of(seed, mnist))[number]()
        rows = [*_run_ours(dataset, seed, STRATEGIES), *_run_in_the_app(dataset, seed)]
        if not dataset.has_own_features:
            rows += _run_peers(dataset, seed)
    return rows


def run_as_you_go(number: int, seed: int) -> list[Row]:
    """Run one at a time and as you go on one set, with one seed."""
    with threadpool_limits(1):
        dataset = list(sets_of(seed, None))[number]()
        return [*_run_ours(dataset, seed, STRATEGIES[:1]), *_run_in_the_app(dataset, seed)]


def _run_ours(dataset: Dataset, seed: int, strategies: Sequence[Ours]) -> Iterator[Row]:
    engines: dict[str, Engine] = {}
    for ours in strategies:
        if ours.small_only and dataset.n_items > _MANY:
            continue
        if dataset.has_own_features and "features" in ours.changes:
            continue
        config = recommended(dataset="set.npz", n_samples=dataset.n_items, **ours.changes)
        if config.features not in engines:
            engines[config.features] = engine_for(config, dataset, resources=Resources(threads=1))
        points = run_once(
            EngineLearner(engines[config.features].like(config), config),
            budget=budget_of(dataset),
            batch_size=ours.batch,
            noise=ours.wrong,
            seed=seed,
        )
        for point in points:
            if point.labels in AT:
                yield Row(dataset.title, ours.name, ours.batch, seed, Measured(*point))


def _run_in_the_app(dataset: Dataset, seed: int) -> Iterator[Row]:
    if dataset.n_items > _MANY:
        return
    config = recommended(dataset="set.npz", n_samples=dataset.n_items)
    for measured in as_you_go(dataset, config, seed, budget_of(dataset)):
        if measured.labels in AT:
            yield Row(dataset.title, AS_YOU_GO, 1, seed, measured)


def _run_peers(dataset: Dataset, seed: int) -> Iterator[Row]:
    config = recommended(dataset="set.npz", n_samples=dataset.n_items)
    points = np.asarray(prepared(dataset, config), dtype=np.float32)
    pixels = np.asarray(dataset.features, dtype=np.float32)
    for peer in peers(dataset.n_items):
        for batch in (1, 10) if dataset.n_items <= ONE_BY_ONE_UP_TO else (10,):
            yield from run_peer(peer, pixels if peer.takes_pixels else points, dataset, batch, seed)


def images_of(found: LabelSet) -> Dataset:
    side = found.images.shape[1]
    brightest = 16 if side == 8 else 255
    return Dataset(
        title=found.name,
        rows=np.arange(len(found.truth), dtype=np.int64),
        images=np.round(found.images * (255 / brightest)).astype(np.uint8),
        features=found.images.reshape(len(found.images), -1),
        class_names=tuple(map(str, range(int(found.truth.max()) + 1))),
        truth=found.truth,
        question="",
    )


def _wine(_: int) -> tuple[Any, Any]:
    return _standardised(load_wine())


def _cancer(_: int) -> tuple[Any, Any]:
    return _standardised(load_breast_cancer())


def _iris(_: int) -> tuple[Any, Any]:
    return _standardised(load_iris())


def _standardised(bunch: Any) -> tuple[Any, Any]:
    return (bunch.data - bunch.data.mean(axis=0)) / bunch.data.std(axis=0), bunch.target


_MADE: Final[dict[str, Callable[[int], tuple[Any, Any]]]] = {
    "iris, 3 classes": _iris,
    "wine, 3 classes": _wine,
    "breast cancer, 2 classes": _cancer,
    "two moons, 2 classes": lambda seed: make_moons(2_000, noise=0.15, random_state=seed),
    "blobs, 26 classes": lambda seed: make_blobs(
        3_000, 16, centers=26, cluster_std=4, random_state=seed
    )[:2],
    "blobs, 3 of 1,500, 300 and 60": lambda seed: make_blobs(
        [1_500, 300, 60], 10, cluster_std=4.5, random_state=seed
    )[:2],
}


def _features(name: str, seed: int) -> Dataset:
    points, truth = _MADE[name](seed)
    order = np.random.default_rng(seed).permutation(len(truth))
    return Dataset(
        title=name,
        rows=np.arange(len(truth), dtype=np.int64),
        images=np.zeros((len(truth), 1, 1), dtype=np.uint8),
        features=points[order],
        class_names=tuple(map(str, range(int(truth.max()) + 1))),
        truth=truth[order].astype(np.int64),
        question="",
        has_own_features=True,
    )


if __name__ == "__main__":
    main()
