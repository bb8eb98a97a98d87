"""``make bench``: print what was measured, and write it to ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from tests.benchmarks.brought_in import brought_in_report
from tests.benchmarks.label_page import LabelPage, label_page
from tests.benchmarks.long_logs import long_logs_report
from tests.benchmarks.many_labels import many_labels_report
from tests.benchmarks.map import features_of, map_report
from tests.benchmarks.refit import Refit, refit
from tests.benchmarks.report_file import write_report
from tests.benchmarks.scale import Size, measure
from tests.benchmarks.scale_report import scale_report
from tests.benchmarks.taken_away import taken_away_report
from tests.benchmarks.timing import Times, told
from tests.benchmarks.two_rounds import two_rounds_report

PACKAGES: Final = ("streamlit", "plotly", "scikit-learn", "numpy", "scipy")
MANY: Final = (70_000, (100, 1_000, 20_000))
"""Items, and how many of them have labels."""

LOGS: Final = ((12_000, (100, 20_000, 100_000)), (110_000, (100, 20_000, 100_000)))
"""Items, and how many answers the logs of projects on them have."""

TAKEN: Final = (100_000, 50_000)
"""Items that are exported, and how many of them a person has answered."""

PAST: Final = (70_000, 10_000)
"""Items of a project whose rounds are compared, and its labels."""

MAPPED: Final = 70_000
"""Items on the map: the digits of MNIST where they are there."""

BROUGHT: Final = (20_000, 500)
"""Images that are brought in as files, and photographs."""

HEAD: Final = "| | median | p95 | bar | |\n| --- | --- | --- | --- | --- |\n"


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, and write no file")
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="the MNIST digits, as .npz")
    parser.add_argument("--million", action="store_true", help="a million made-up items as well")
    options = parser.parse_args()
    repeats, rounds, visits = (1, 3, 2) if options.quick else (3, 20, 10)
    sizes = [measure(n, options.mnist) for n in _sizes(options)]
    refits = [refit(n, kernel, repeats) for n in (330, 1797) for kernel in ("rbf", "knn")]
    page = label_page(rounds, visits)
    large = label_page(5, 1, options.mnist) if options.mnist else None
    many = many_labels_report(2_000, (100, 1_000)) if options.quick else many_labels_report(*MANY)
    logs = long_logs_report(((2_000, (100, 1_000)),) if options.quick else LOGS)
    past = two_rounds_report(2_000, 100) if options.quick else two_rounds_report(*PAST)
    taken = taken_away_report(2_000, 1_000) if options.quick else taken_away_report(*TAKEN)
    brought = brought_in_report(500, 10) if options.quick else brought_in_report(*BROUGHT)
    sections = [many, logs, past, taken, brought, _mapped(options)]
    report = _report(sizes, sections, refits, page, large, rounds, visits)
    print(report)
    if not options.quick:
        print(f"Written to {write_report(report)}.", file=sys.stderr)


def _sizes(options: argparse.Namespace) -> list[int]:
    sizes = [330, 1_797] if options.quick else [330, 1_797, 10_000, 70_000]
    return [*sizes, 1_000_000] if options.million else sizes


def _mapped(options: argparse.Namespace) -> str:
    """The map of a large set, and of a million items where they are asked for."""
    n_items = 2_000 if options.quick else MAPPED
    mnist = None if options.quick else options.mnist
    sizes = [(n_items, mnist), *([(1_000_000, None)] if options.million else [])]
    return map_report(sizes, features_of(n_items, mnist))


def _report(
    sizes: list[Size],
    sections: Sequence[str],
    refits: list[Refit],
    page: LabelPage,
    large: LabelPage | None,
    rounds: int,
    visits: int,
) -> str:
    measured = "\n".join(sections)
    return f"""# Benchmarks

`make bench` measures all of this anew and writes this file; `make bench MNIST=mnist.npz MILLION=1`
takes in the 70,000 digits of MNIST and a million made-up items. Milliseconds, if nothing else is
said.

{_machine(page)}

{scale_report(sizes)}

{measured}

## Refit after ten more labels

{HEAD}{"".join(map(_refit_rows, refits))}
Up to 100 labels, ten more at a time, alpha 0.2, at most 20 sweeps; gamma 0.25 for RBF, 7
neighbours for kNN. All take turns on the same labels in the same run, and each result was checked
against scikit-learn's to 1e-12. *Ready*: the new items' columns were solved while the person
looked at them, as the app does. *Cold*: they were not.

## The label page

{HEAD}{_page_rows(page)}
Headless Chromium, 1280 x 800, all 1,797 digits, best known settings, {rounds} rounds of ten, a
key every 300 ms; {visits} first visits to a warm server, each with an empty cache. Browser and
server share the machine. Times are taken in the page, from the moment the browser received the key
(`event.timeStamp`). *Painted*: the second animation frame after the change. *All charts drawn*: the
frame after the last change in the DOM of either chart.

{_large_rows(large)}
Other tools were measured elsewhere, on two cores, with 500 digits: submit to next image painted,
p95, takes 79 ms in doccano 1.8 and 384 ms in Label Studio 1.23.
"""


def _refit_rows(measured: Refit) -> str:
    name = f"{measured.n_items:,} digits, {'RBF' if measured.kernel == 'rbf' else 'kNN'}"
    ratio = measured.sklearn.median / measured.ready.median
    bar = "20 times faster" if (measured.n_items, measured.kernel) == (1797, "rbf") else ""
    return (
        _row(f"{name}: scikit-learn's `fit`", measured.sklearn)
        + _row(f"{name}: ready", measured.ready, bar, f"{told(ratio)} times faster")
        + _row(
            f"{name}: cold",
            measured.cold,
            "",
            f"{told(measured.sklearn.median / measured.cold.median)} times faster",
        )
    )


def _page_rows(page: LabelPage) -> str:
    return (
        _row("key to painted", page.key, "p95 50")
        + _row(
            "next image painted after a label", page.image, "p95 50", "doccano 79, Label Studio 384"
        )
        + _row("submit to new batch painted", page.batch, "p95 250")
        + _row("submit to all charts drawn", page.charts, "p95 500")
        + _row("first visit, to the first image", page.visit, "2,000")
        + _row("first visit, MB transferred", page.megabytes, "3")
    )


def _large_rows(large: LabelPage | None) -> str:
    if large is None:
        return ""
    rows = (
        _row("key to painted", large.key, "p95 50")
        + _row("submit to new batch painted", large.batch, "p95 500")
        + _row("submit to all charts drawn", large.charts)
    )
    return f"""\
The same with all 70,000 digits of MNIST, 50 of them labelled in five rounds:

{HEAD}{rows}"""


def _row(name: str, measured: Times, bar: str = "", remark: str = "") -> str:
    return f"| {name} | {told(measured.median)} | {told(measured.p95)} | {bar} | {remark} |\n"


def _machine(page: LabelPage) -> str:
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}. "
        f"Python {platform.python_version()}, {versions}, Chromium {page.chromium}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


if __name__ == "__main__":
    main()
