"""The section on photographs of the page that ``make bench-labels`` writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from core.engine.best import NAMES as FEATURE_NAMES
from tests.benchmarks.embedding_peers import CHOSEN_AMONG, active_learners
from tests.benchmarks.label_report import BEST, Table, against_random, bars_table, half_width
from tests.benchmarks.label_runs import Row
from tests.benchmarks.photo_sets import FASHION, LARGE, NAMES, PHOTOGRAPHS_10, SHARE

_IN_WORDS: Final[dict[str, str]] = dict(FEATURE_NAMES.items())

ALONE: Final = "on embeddings alone"

_BATCH: Final = 10
_SHOWN: Final = (10, 20, 50, 100)
_COMPARED: Final = (20, 50, 100)
_BARS: Final = (
    (PHOTOGRAPHS_10, _BATCH, 10, 78.0),
    (PHOTOGRAPHS_10, _BATCH, 20, 82.0),
    (PHOTOGRAPHS_10, _BATCH, 50, 88.0),
    (FASHION[0], _BATCH, 20, 74.0),
    (FASHION[0], _BATCH, 50, 79.0),
    (FASHION[0], _BATCH, 100, 82.0),
)


def photo_section(rows: Iterable[Row]) -> str:
    """The section, in Markdown; its heading is not in it."""
    rows = [row for row in rows if row.set in NAMES]
    table = Table(rows)
    sets = [name for name in NAMES if name in table.strategies]
    return f"""Pictures of Debian's package `tuxpaint-stamps-default`, whose folders say what they
show: the ten folders that have most of them, but for printed letters, and all folders of {LARGE}
and more. {100 * SHARE:.0f} % of them are drawn by the seed, for of all of them only the order would
differ. Fashion-MNIST is Debian's `dataset-fashion-mnist`: items drawn by the seed, or all of them
in another order. Both are brought in as a person would, with their classes, and compared by what
the app then takes by itself. Where that is not what it takes of images like these, their classes
have said so; a run that begins without a label would learn it from its first 30 or so.
{_left_out(sets)}

The others are active learners for embeddings, each with logistic regression (`C=100`, for
embeddings of length 1) on the same embeddings, also of Fashion-MNIST: those of the network that
comes with Labelspread. Where the app compares a set otherwise, a row says what Labelspread comes to
*{ALONE}*. The five choose among {CHOSEN_AMONG:,} items at most, drawn at random where
there are more, for most of them keep a number for each pair; they say what all of them are.

{bars_table(table, _BARS)}
{_against_best(table, sets)}
### Never worse than asking at random, on these sets

{against_random(table, sets)}
{_all(table, sets, rows)}"""


def _left_out(sets: Sequence[str]) -> str:
    missing = [name for name in NAMES if name not in sets]
    return f"**Not measured: {'; '.join(missing)}.**" if missing else ""


def _against_best(table: Table, sets: Sequence[str]) -> str:
    """Paired differences to the best of the five, which is another one from cell to cell."""
    lines = [
        "| set | | labels | the best of the five | it reaches | Labelspread is ahead by | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    told = []
    for own, shown in ((BEST, "**Labelspread**"), (ALONE, ALONE)):
        means, n_worse = [], 0
        for name in sets:
            for labels, best, gained in _compared(table, name, own):
                mean, width = float(np.mean(gained)), _width(gained)
                is_worse = len(gained) > 1 and mean + width < 0
                means.append(mean)
                n_worse += is_worse
                reached = table.cell((name, best, _BATCH, labels))
                verdict = "**worse**" if is_worse else ""
                lines.append(
                    f"| {name} | {shown} | {labels} | {best} | {reached} "
                    f"| {mean:+.1f} ± {width:.1f} | {verdict} |"
                )
        if means:
            told.append(
                f"{shown}: of {len(means)} comparisons {n_worse} are significantly worse, and the "
                f"mean of all is {np.mean(means):+.1f} points."
            )
    listed = "\n".join(f"- {one}" for one in told)
    table_text = "\n".join(lines)
    return f"""### Against the best of the five active learners

Ten at a time. The best is the one with the highest mean on that set at that number of labels, so it
is chosen after the fact. Differences are within a run, on the same items: their mean ± half its
95 % interval; worse is what is below zero with all of that interval.

{table_text}

{listed}
"""


def _compared(table: Table, name: str, own: str) -> Iterator[tuple[int, str, list[float]]]:
    """At each number of labels: the best of the five, and how far it is behind, run by run."""
    for labels in _COMPARED:
        means = {
            peer.name: mean
            for peer in active_learners()
            if (mean := table.mean((name, peer.name, _BATCH, labels))) is not None
        }
        if not means:
            continue
        best = max(means, key=means.__getitem__)
        gained = table.difference((name, own, _BATCH, labels), (name, best, _BATCH, labels))
        if gained:
            yield labels, best, gained


def _width(values: Sequence[float]) -> float:
    return half_width(values) if len(values) > 1 else 0.0


def _all(table: Table, sets: Sequence[str], rows: Sequence[Row]) -> str:
    parts = []
    for name in sets:
        n_runs = len({row.seed for row in rows if row.set == name})
        features = next(row.features for row in rows if row.set == name and row.strategy == BEST)
        lines = [
            f"### {name}",
            "",
            f"Runs: {n_runs}. Labelspread compares by {_IN_WORDS[features]}.",
            "",
            "| | asked | " + " | ".join(f"at {n}" for n in _SHOWN) + " |",
            "| --- " * (len(_SHOWN) + 2) + "|",
        ]
        for strategy, batch in sorted(table.strategies[name], key=lambda known: known[1]):
            cells = [table.cell((name, strategy, batch, labels)) for labels in _SHOWN]
            shown = f"**{strategy}**" if strategy == BEST else strategy
            asked = "one" if batch == 1 else str(batch)
            lines.append(f"| {shown} | {asked} | " + " | ".join(cells) + " |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
