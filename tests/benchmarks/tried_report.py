"""The section on what was tried of the page that ``make bench-labels`` writes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.benchmarks.label_report import Table, half_width
from tests.benchmarks.label_runs import Row
from tests.benchmarks.middle_layers import MIDDLE
from tests.benchmarks.photo_tried import (
    AS_IT_COMES,
    AT,
    BATCH,
    ENDS,
    FITTED,
    POWER,
    SETS,
    SHRINKAGE,
    SOFT_C,
)

COMPARED: Final = (20, 50, 100)
"""Numbers of labels at which something has to be better, so that it is taken."""

_TRIED: Final = (*(fitted.name for fitted in FITTED if fitted.name != AS_IT_COMES), *ENDS)


@dataclass(frozen=True, slots=True)
class _Gain:
    """How far something is ahead of embeddings as they come, in points, run by run."""

    set: str
    labels: int
    values: Sequence[float]

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def width(self) -> float:
        return half_width(self.values) if len(self.values) > 1 else 0.0

    @property
    def sign(self) -> int:
        """1 or -1 where it is beyond chance, else 0."""
        is_sure = len(self.values) > 1 and abs(self.mean) > self.width
        return int(np.sign(self.mean)) if is_sure else 0

    def __str__(self) -> str:
        shown = f"{self.mean:+.1f}" + f" ± {self.width:.1f}" * (len(self.values) > 1)
        return f"**{shown}**" if self.sign else shown


def tried_section(rows: Iterable[Row]) -> str:
    """The section, in Markdown; its heading is not in it."""
    rows = list(rows)
    table = Table(rows)
    sets = [name for name in SETS if name in table.strategies]
    n_runs = {name: len({row.seed for row in rows if row.set == name}) for name in sets}
    runs = "; ".join(f"{count} of {name}" for name, count in n_runs.items())
    read = _paragraph(
        f"Runs: {runs}. Accuracy in percent, mean ± half its 95 % interval; after the semicolon "
        "the points gained on the first row, within a run. **Bold** is beyond chance, each figure "
        "by itself."
    )
    blocks = " and ".join(map(str, MIDDLE))
    return f"""Research: features fitted to the set, a metric learned from the labels, and a model
trained at the end. `.venv/bin/python -m tests.benchmarks.labels --tried --photographs … --fashion …
--work FOLDER` measures this section alone. All rows are of the same look of the network at the same
items, ten labels at a time. The first row is what the app does with embeddings: of length 1, 50
principal components, questions by uncertainty herding and margin, one in five at random. Those
below change one thing.{_left_out(sets)}

- *whitened*: each of the 50 components has a variance of 1. *Middle layers*: the means over the
  maps after blocks {blocks}, each of length 1. *Pixels and edges*, alone and with embeddings, are
  asked about as the app does there: by variance and margin.
- Rows from *metric of the labels* on are of the labels that the first row collected: only what is
  made of them in the end is another. The metric is linear discriminant analysis of the labels so
  far, on the 50 components, its covariance shrunk by {SHRINKAGE:g}; the graph is built on it anew
  and the labels are spread again. *Logistic regression* is on all of the embedding: on the labels
  given with `C=100`, on the spread labels, each weighted by its margin, with `C={SOFT_C}`. Products
  are of its probabilities and the {POWER}th power of those of label spreading. That power was
  chosen in earlier tries on the photographs, so its rows there may flatter it.

{read}

{_figures(table, sets)}
### On all sets

At {_joined([str(n) for n in COMPARED])} labels on each of the sets: how often the mean is better
and worse, and in brackets how often beyond chance.

{_overview(table, sets)}
{_holding(table, sets)}

{_model_at_the_end(table, sets)}
"""


def _left_out(sets: Sequence[str]) -> str:
    missing = [name for name in SETS if name not in sets]
    return f" **Not measured: {'; '.join(missing)}.**" if missing else ""


def _gains(table: Table, tried: str, sets: Sequence[str], at: Sequence[int]) -> list[_Gain]:
    found = []
    for name in sets:
        for labels in at:
            key, other = (name, tried, BATCH, labels), (name, AS_IT_COMES, BATCH, labels)
            gained = table.difference(key, other)
            if gained:
                found.append(_Gain(name, labels, gained))
    return found


def _figures(table: Table, sets: Sequence[str]) -> str:
    parts = []
    for name in sets:
        lines = [
            f"### {name[0].upper()}{name[1:]}: what was tried",
            "",
            "| | " + " | ".join(f"at {labels}" for labels in AT) + " |",
            "| --- " * (len(AT) + 1) + "|",
        ]
        for strategy in (AS_IT_COMES, *_TRIED):
            cells = []
            for labels in AT:
                cell = table.cell((name, strategy, BATCH, labels))
                gains = _gains(table, strategy, [name], [labels])
                is_other = strategy != AS_IT_COMES and gains
                cells.append(f"{cell}; {gains[0]}" if is_other else cell)
            shown = f"**{strategy}**" if strategy == AS_IT_COMES else strategy
            lines.append(f"| {shown} | " + " | ".join(cells) + " |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _overview(table: Table, sets: Sequence[str]) -> str:
    lines = ["| | better | worse | mean of all | |", "| --- | --- | --- | --- | --- |"]
    for tried in _TRIED:
        gains = _gains(table, tried, sets, COMPARED)
        if not gains:
            continue
        better = sum(gain.mean > 0 for gain in gains)
        worse = sum(gain.mean < 0 for gain in gains)
        sure, surely_worse = (sum(gain.sign == sign for gain in gains) for sign in (1, -1))
        mean = np.mean([gain.mean for gain in gains])
        verdict = "**holds on all sets**" if _holds(gains) else ""
        lines.append(
            f"| {tried} | {better} ({sure}) | {worse} ({surely_worse}) | {mean:+.1f} | {verdict} |"
        )
    return "\n".join(lines) + "\n"


def _holds(gains: Sequence[_Gain]) -> bool:
    """Whether it is better in the mean everywhere; so nowhere is it worse beyond chance."""
    return bool(gains) and all(gain.mean > 0 for gain in gains)


def _holding(table: Table, sets: Sequence[str]) -> str:
    gains = {tried: _gains(table, tried, sets, COMPARED) for tried in _TRIED}
    gains = {tried: its for tried, its in gains.items() if its}
    holding = [tried for tried, its in gains.items() if _holds(its)]
    never_worse = [
        tried
        for tried, its in gains.items()
        if tried not in holding and not any(gain.sign < 0 for gain in its)
    ]
    others = [tried for tried in gains if tried not in {*holding, *never_worse}]
    rule = "Only what is better on all sets at each of these numbers of labels is to be taken:"
    told = [f"{rule} {'; '.join(holding)}." if holding else f"{rule} nothing of this."]
    if never_worse:
        told.append(
            "Never worse beyond chance, but not better everywhere, and so not taken: "
            f"{'; '.join(never_worse)}."
        )
    if others:
        told.append(f"Worse beyond chance somewhere, and so not taken: {'; '.join(others)}.")
    return _paragraph(" ".join(told))


def _model_at_the_end(table: Table, sets: Sequence[str]) -> str:
    """Where each model at the end is ahead of label spreading, and where behind."""
    lines = [
        "Which is better, when? What is made of the same labels in the end, against spreading them "
        "as it comes, beyond chance:",
        "",
    ]
    for tried in ENDS:
        gains = _gains(table, tried, sets, AT)
        if not gains:
            continue
        ahead, behind = (_where(gains, sign) for sign in (1, -1))
        lines.append(f"- {tried}: ahead {ahead}; behind {behind}.")
    return "\n".join(lines)


def _where(gains: Sequence[_Gain], sign: int) -> str:
    """On which sets, at how many labels."""
    at: dict[str, list[str]] = {}
    for gain in gains:
        if gain.sign == sign:
            at.setdefault(gain.set, []).append(str(gain.labels))
    told = [f"on *{name}* at {_joined(labels)}" for name, labels in at.items()]
    return ", ".join(told) or "nowhere"


def _paragraph(text: str) -> str:
    """Broken into lines."""
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def _joined(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
