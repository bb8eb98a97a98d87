"""The figures of ``make bench-labels`` as a page."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Final

import numpy as np
from scipy import stats

from tests.benchmarks.label_peers import Measured
from tests.benchmarks.label_runs import Row

PACKAGES: Final = ("scikit-learn", "graphlearning", "scikit-activeml", "numpy", "scipy")
SHOWN: Final = (10, 20, 30, 50, 100)
BEST, RANDOM, WRONG = "Labelspread", "random questions", "5 % wrong answers"
AS_YOU_GO = "as you go, in the app"
AS_YOU_GO_SECTION: Final = "As you go"
AS_YOU_GO_BAR: Final = 0.5
PHOTOGRAPHS_SECTION: Final = "Photographs"
TRIED_SECTION: Final = "Fitted to the set: what was tried"
ALL_FIGURES_SECTION: Final = "All figures"
SHORTLIST_SECTION: Final = "By a shortlist"
RAW, EQUAL = "decision as spread", "decision equal sizes"

_BARS: Final = (
    ("digits, 1,797", 1, 10, 94.0),
    ("digits, 1,797", 1, 20, 97.0),
    ("digits, 1,797", 1, 30, 98.0),
    ("digits, 1,797", 1, 60, 99.0),
    ("digits, 1,797", 10, 20, 96.0),
    ("digits, 1,797", 10, 40, 98.0),
    ("MNIST, 70,000", 1, 35, 95.0),
    ("MNIST, 70,000", 1, 100, 96.5),
    ("MNIST, 70,000", 10, 50, 95.5),
)


Key = tuple[str, str, int, int]
"""A set, a strategy, the size of a batch, and a number of labels."""

Bar = tuple[str, int, int, float]
"""A set, the size of a batch, a number of labels, and the accuracy to be reached, in percent."""


class Table:
    """All figures, by what they are of."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._found: defaultdict[Key, dict[int, Measured]] = defaultdict(dict)
        self.strategies: dict[str, list[tuple[str, int]]] = {}
        for row in rows:
            key = (row.set, row.strategy, row.batch, row.measured.labels)
            self._found[key][row.seed] = row.measured
            known = self.strategies.setdefault(row.set, [])
            if (row.strategy, row.batch) not in known:
                known.append((row.strategy, row.batch))

    def values(self, key: Key, of: str = "accuracy") -> dict[int, float]:
        """Percent, by seed."""
        return {seed: 100 * getattr(m, of) for seed, m in sorted(self._found[key].items())}

    def mean(self, key: Key, of: str = "accuracy") -> float | None:
        values = list(self.values(key, of).values())
        return float(np.mean(values)) if values else None

    def cell(self, key: Key, of: str = "accuracy") -> str:
        """Mean and half the width of its 95 % interval over seeds, by Student's t."""
        values = list(self.values(key, of).values())
        if not values:
            return "–"
        mean = f"{np.mean(values):.1f}"
        return f"{mean} ± {half_width(values):.1f}" if len(values) > 1 else mean

    def difference(self, one: Key, other: Key, of: str = "accuracy") -> list[float]:
        """One less the other, seed by seed."""
        first, second = self.values(one, of), self.values(other, of)
        return [first[seed] - second[seed] for seed in first if seed in second]


def half_width(values: Sequence[float]) -> float:
    """Half the width of the 95 % interval of the mean, by Student's t."""
    n = len(values)
    return float(stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))


def report(rows: Iterable[Row], seeds: int, photographs: str, *, with_mnist: bool) -> str:
    """The page, in Markdown; the section on photographs is written by itself."""
    rows = list(rows)
    table = Table(rows)
    sets = sorted(table.strategies, key=_by_kind)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    parts = [
        f"""# How many labels it takes

`make bench-labels` measures all of this anew and writes this file; `make bench-labels
MNIST=mnist.npz PHOTOGRAPHS=stamps FASHION=fashion-mnist` takes in the digits of MNIST, photographs
and Fashion-MNIST. {seeds} runs of each, with the items in another order and, where there are more
than take part, other items. Every run begins without a label; each answer is the truth, but for the
row of wrong ones. Figures are the accuracy over *all* items in percent, given labels counted as
they were given: mean over the runs ± half its 95 % interval (Student's t).

Python {platform.python_version()}, {packages}; {os.cpu_count()} processors.{_without(with_mnist)}

## What was to be reached

{bars_table(table, _BARS)}
## Unequal class sizes

Each class has .6 times as many items as the one before it. The decision that estimates class sizes,
beside scores as they are spread (as in scikit-learn) and class mass normalisation, which takes all
sizes to be equal. Each row collects its own labels, one at a time.

{_unbalanced(table, sets)}
## {AS_YOU_GO_SECTION}

{as_you_go_section(rows, seeds)}
## Never worse than asking at random

{against_random(table, sets)}
## Wrong answers

One answer in twenty is wrong. Points lost, one at a time. Wrong answers count as wrong themselves:
five among the 178 items of wine are 2.8 points, among 70,000 next to nothing.

{_wrong(table, sets)}
## {PHOTOGRAPHS_SECTION}

{photographs.strip()}

## {ALL_FIGURES_SECTION}

The first row is Labelspread as it comes; those below it, up to the first that names another
tool, change one setting. Other tools are given the same points (the features that Labelspread
prepares, at most 50), but scikit-learn's recipe on digits has raw pixels, as published. They begin
with ten random items, as they are used. Of more than 2,000 items they take ten at a time.
"""
    ]
    parts += [_all(table, name) for name in sets]
    return "\n".join(parts)


def _without(with_mnist: bool) -> str:
    return "" if with_mnist else " **Without MNIST, for no file was named.**"


def _by_kind(name: str) -> tuple[int, str]:
    kinds = ("digits, 330", "digits, 1,797", "digits", "MNIST, 10,000", "MNIST, 70,000", "MNIST")
    found = next((i for i, kind in enumerate(kinds) if name.startswith(kind)), len(kinds))
    return found, name


def bars_table(table: Table, bars: Iterable[Bar]) -> str:
    """What was to be reached, and what was."""
    lines = ["| set | asked | labels | bar | reached | |", "| --- | --- | --- | --- | --- | --- |"]
    for name, batch, labels, bar in bars:
        key = (name, BEST, batch, labels)
        mean = table.mean(key)
        if mean is None:
            continue
        asked = "one at a time" if batch == 1 else f"{batch} at a time"
        met = "met" if mean >= bar else "**not met**"
        lines.append(f"| {name} | {asked} | {labels} | {bar:g} | {table.cell(key)} | {met} |")
    return "\n".join(lines) + "\n"


def _unbalanced(table: Table, sets: Sequence[str]) -> str:
    lines = [
        "| set | decision | accuracy at 20 | 50 | 100 | macro recall at 20 | 50 | 100 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in (one for one in sets if "largest" in one):
        for strategy, shown in ((BEST, "**estimated**"), (RAW, "as spread"), (EQUAL, "equal")):
            keys = [(name, strategy, 1, labels) for labels in (20, 50, 100)]
            cells = [table.cell(k) for k in keys] + [table.cell(k, "macro_recall") for k in keys]
            lines.append(f"| {name} | {shown} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n" + _better_decision(table, sets)


def _better_decision(table: Table, sets: Sequence[str]) -> str:
    """Where the means of the estimated sizes are above those of both others, and where not."""
    below, n_cells = [], 0
    for name in (one for one in sets if "largest" in one):
        for of, told in (("accuracy", "accuracy"), ("macro_recall", "macro recall")):
            for labels in (20, 50, 100):
                best = table.mean((name, BEST, 1, labels), of)
                for other, shown in ((RAW, "as spread"), (EQUAL, "equal")):
                    mean = table.mean((name, other, 1, labels), of)
                    if best is None or mean is None:
                        continue
                    n_cells += 1
                    if mean >= best:
                        gap = f"{best - mean:+.1f}"
                        below.append(f"{name}, {told} at {labels}, against {shown}: {gap}")
    told_all = f"\nOf {n_cells} comparisons of means {n_cells - len(below)} are better"
    if not below:
        return f"{told_all}.\n"
    return f"{told_all}; the others, in points:\n\n" + "\n".join(f"- {b}" for b in below) + "\n"


def against_random(table: Table, sets: Sequence[str]) -> str:
    """Paired differences, with as many tests as there are; none is to be significantly below."""
    worse, n_tests, least = [], 0, np.inf
    for name in sets:
        for batch in (1, 10):
            for labels in (20, 30, 40, 50, 60, 100):
                best, random = (name, BEST, batch, labels), (name, RANDOM, batch, labels)
                gained = table.difference(best, random)
                if len(gained) < 2:
                    continue
                n_tests += 1
                mean = float(np.mean(gained))
                least = min(least, mean)
                if mean + half_width(gained) < 0:
                    worse.append(f"{name}, {batch} at a time, {labels} labels: {mean:+.1f}")
    told = (
        f"Of {n_tests} comparisons (all sets, one and ten at a time, 20 to 100 labels; the same "
        "model, with questions drawn at random; differences within a run, 95 % interval) "
    )
    if not n_tests:
        return "One run tells nothing of chance.\n"
    if worse:
        return told + f"{len(worse)} are worse:\n\n" + "\n".join(f"- {one}" for one in worse) + "\n"
    return told + f"none is worse; the smallest mean difference is {least:+.1f} points.\n"


def as_you_go_section(rows: Iterable[Row], seeds: int) -> str:
    """What is lost, in points, to asking one at a time: run by run, each on the same items."""
    table = Table(rows)
    lines = ["| set | at 10 | 20 | 50 | 100 |", "| --- | --- | --- | --- | --- |"]
    beyond = []
    for name in sorted(table.strategies, key=_by_kind):
        cells = []
        for labels in (10, 20, 50, 100):
            lost = table.difference((name, BEST, 1, labels), (name, AS_YOU_GO, 1, labels))
            if not lost:
                cells.append("–")
                continue
            width = half_width(lost) if len(lost) > 1 else 0.0
            cells.append(f"{np.mean(lost):.2f} ± {width:.2f}")
            if np.mean(lost) + width > AS_YOU_GO_BAR:
                beyond.append(f"{name}, at {labels}")
        if set(cells) != {"–"}:
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    told = "; ".join(beyond) if beyond else "none"
    table_text = "\n".join(lines)
    return f"""The model is fitted after each label, while the next image is on screen already: the
app's own path, through the service. Points of accuracy lost to one at a time in the simulation;
below zero, as you go is ahead. {seeds} runs: the mean of the differences within a run, ± half its
95 % interval.

{table_text}

The bar is {AS_YOU_GO_BAR:g} points. Cells whose interval reaches beyond it: {told}.
"""


def _wrong(table: Table, sets: Sequence[str]) -> str:
    lines = ["| set | at 20 | 50 | 100 |", "| --- | --- | --- | --- |"]
    for name in sets:
        cells = []
        for labels in (20, 50, 100):
            lost = table.difference((name, BEST, 1, labels), (name, WRONG, 1, labels))
            if len(lost) > 1:
                cells.append(f"{np.mean(lost):.1f} ± {half_width(lost):.1f}")
            else:
                cells.append(f"{lost[0]:.1f}" if lost else "–")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _all(table: Table, name: str) -> str:
    head = "| | asked | " + " | ".join(f"at {n}" for n in SHOWN) + " | classes found at 20 |"
    lines = [f"### {name}", "", head, "| --- " * (len(SHOWN) + 3) + "|"]
    for strategy, batch in table.strategies[name]:
        cells = [table.cell((name, strategy, batch, labels)) for labels in SHOWN]
        found = table.mean((name, strategy, batch, 20), "classes_found")
        shown = f"**{strategy}**" if strategy == BEST else strategy
        asked = "one" if batch == 1 else str(batch)
        found_text = "–" if found is None else f"{found / 100:.1f}"
        lines.append(f"| {shown} | {asked} | " + " | ".join(cells) + f" | {found_text} |")
    return "\n".join(lines) + "\n"
