"""What was measured of the engine at all sizes, as tables, beside its bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tests.benchmarks.scale import FEW, Ours, Size
from tests.benchmarks.timing import told

BARS: Final = {330: "50 us", 1_797: "200 us", 70_000: "15 ms", 1_000_000: "100 ms"}


def scale_report(sizes: list[Size]) -> str:
    """A section of the report: one table, one column a size."""
    head = " | ".join(f"{size.ours.n_items:,}" for size in sizes)
    return f"""## The engine, from 330 items to a million

| | {head} |
| --- |{" --- |" * len(sizes)}
{_ours(sizes)}{_peers(sizes)}
Growth of the refit, with ranking, from {_least(sizes):,} items on: exponent {exponent(sizes):.2f}
(bar: at most 1.1).

Weighted neighbour graph, k = 10, alpha 0.99, two threads; digits, MNIST (if the file is given) and
made-up items of 64 features. *Refit*: from a label, its column being ready, to the distribution and
the class of every item; *with ranking*: until the ten most uncertain are known. *Choosing a
batch*: each of ten as if those before it had been answered as predicted; where a shortlist is
looked at (of more than 100,000 items, from 30 labels on), beside looking at all items after each,
in the same run. A *column* is one
label's effect on all items: ten at a time, as the app solves those of a batch, or one on its own.
*Restart*: from the graph on disk to the first batch. Peers have the same features (the points that
our neighbours are searched among) and run right after, each size in a process of its own.
graphlearning is given our neighbours, for its own search needs a package that is not maintained;
its times are of a fit on the ready graph.
"""


def _ours(sizes: list[Size]) -> str:
    rows: list[tuple[str, Callable[[Ours], str]]] = [
        ("**Refit**", lambda ours: f"{_time(ours.refit_us / 1e6)}{_bar(ours, early=True)}"),
        ("**Refit, with ranking**", lambda ours: f"{_time(ours.ranking_us / 1e6)}{_bar(ours)}"),
        ("choosing a batch of ten", _choice),
        ("one column, of ten", lambda ours: _time(ours.column_ms / 1e3)),
        ("one column on its own", lambda ours: _time(ours.single_ms / 1e3)),
        ("features to points", lambda ours: _time(ours.points)),
        ("neighbours", lambda ours: _time(ours.neighbours)),
        ("share of true neighbours found", lambda ours: f"{100 * ours.recall:.1f} %"),
        ("features to graph, all in all", lambda ours: _time(ours.graph)),
        ("restart", lambda ours: _time(ours.restart) if ours.restart else "–"),
        ("peak memory", lambda ours: f"{ours.peak_mb:,.0f} MB"),
    ]
    return "".join(_row(name, [text(size.ours) for size in sizes]) for name, text in rows)


def _choice(ours: Ours) -> str:
    """With how many times that it takes to look at all items, where a shortlist is looked at."""
    if ours.whole_choice == ours.choice:
        return _time(ours.choice)
    times = told(ours.whole_choice / ours.choice)
    return f"{_time(ours.choice)} (all looked at: {_time(ours.whole_choice)}, {times}×)"


def _peers(sizes: list[Size]) -> str:
    searches = [_against(size.peers.neighbours, size.ours.neighbours) for size in sizes]
    rows = _row("scikit-learn: neighbours", searches)
    for name, attribute in (
        ("scikit-learn: `fit`, RBF", "rbf"),
        ("scikit-learn: `fit`, kNN", "knn"),
        ("graphlearning: Poisson", "poisson"),
        ("graphlearning: Laplace", "laplace"),
    ):
        taken = [getattr(size.peers, attribute) for size in sizes]
        refits = [size.ours.ranking_us / 1e6 for size in sizes]
        rows += _row(name, [_against(t, r) for t, r in zip(taken, refits, strict=True)])
    memory = [f"{s.peers.peak_mb:,.0f} MB" if s.peers.peak_mb else "–" for s in sizes]
    return rows + _row("peers: peak memory", memory)


def _against(peer: float | None, ours: float) -> str:
    """A peer's seconds, and how many times ours they are."""
    return "–" if peer is None else f"{_time(peer)} ({told(peer / ours)}×)"


def _bar(ours: Ours, *, early: bool = False) -> str:
    """The bar, which asks for the ranking only where there are many items."""
    is_early = ours.n_items <= FEW
    bar = BARS.get(ours.n_items)
    return f" (bar {bar})" if bar and early == is_early else ""


def _time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{told(1e6 * seconds)} us"
    return f"{told(1e3 * seconds)} ms" if seconds < 1 else f"{told(seconds)} s"


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |\n"


def _least(sizes: list[Size]) -> int:
    return min(size.ours.n_items for size in sizes if size.ours.n_items >= FEW)


def exponent(sizes: list[Size]) -> float:
    """The slope of the refit, with ranking, against the number of items, both as logarithms."""
    large = [size.ours for size in sizes if size.ours.n_items >= FEW]
    if len(large) < 2:
        return float("nan")
    numbers = np.log([ours.n_items for ours in large])
    slope, _ = np.polyfit(numbers, np.log([ours.ranking_us for ours in large]), 1)
    return float(slope)
