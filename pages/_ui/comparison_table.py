"""What came out of a comparison, as a table: one line a strategy, the best of each column bold.

Student's t knows of no bounds. With few runs that differ much its interval holds what cannot be: an
accuracy above 100 %, no label, or more labels than images. Where it is wide too, ± is left open,
and the cell's title gives the interval cut at what is possible, which holds the true mean as often
as the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from core.figures.palette import Palette
from core.simulation.outcome import (
    LEVELS,
    MILESTONES,
    Interval,
    Needed,
    Outcome,
    Summary,
    summarise,
)
from core.wording import counted, visible

_NOTHING = "–"
_OPEN = "± ?"
_WIDE = 9.95
"""From here on half an interval is written without decimals."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """What it shows, how sure that is, what it means, and by what it is compared."""

    text: str
    sure: str = ""
    help: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class _Column:
    head: str
    cells: Sequence[_Cell]
    best: Callable[[Sequence[float]], float]

    def is_best(self, row: int) -> bool:
        """Whether no other strategy is better, and some is worse or got nowhere."""
        known = [cell.value for cell in self.cells if cell.value is not None]
        best = [bool(known) and cell.value == self.best(known) for cell in self.cells]
        return best[row] and not all(best)


def comparison_table(outcome: Outcome, palette: Palette) -> None:
    """Draw the table."""
    summaries = summarise(outcome)
    needed = [
        _Column(
            f"{100 * level:.0f} %",
            [_labels(one.needed[i], outcome.n_items) for one in summaries],
            min,
        )
        for i, level in enumerate(LEVELS)
    ]
    right = [
        _Column(f"{n}", [_right(one.right_after[i]) for one in summaries], max)
        for i, n in enumerate(MILESTONES)
        # What comes after the last label is known of none.
        if n <= outcome.plan.budget
    ]
    found = [_Column(f"of {outcome.n_classes}", [_found(one) for one in summaries], max)]
    columns = [*needed, *right, *found]
    share = f'<col class="share of-{len(right)}">'
    widths = '<col class="name">' + "<col>" * len(needed) + share * len(right)
    groups = _group(
        "labels needed for",
        "Labels needed until the model reaches this accuracy on all images.",
        len(needed),
    )
    if right:
        groups += _group("accuracy (%) after … labels", "Of all images.", len(right))
    groups += _group(
        "classes found", "Classes of which at least one image was labelled correctly.", 1
    )
    heads = "".join(f"<th>{column.head}</th>" for column in columns)
    body = "".join(
        f'<tr><th scope="row"><i style="background: {palette.strategies[row]}"></i>'
        f"{escape(visible(one.strategy))}</th>"
        + "".join(_cell(column, row) for column in columns)
        + "</tr>"
        for row, one in enumerate(summaries)
    )
    st.html(
        '<div class="wide" tabindex="0" role="region" aria-label="Strategies compared">'
        f'<table class="comparison"><colgroup>{widths}<col class="found"></colgroup>'
        f"<thead><tr><td></td>{groups}</tr><tr><td></td>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _group(text: str, help_: str, span: int) -> str:
    return f'<th colspan="{span}" title="{escape(help_)}"><span>{escape(text)}</span></th>'


def _cell(column: _Column, row: int) -> str:
    cell = column.cells[row]
    mark = "best" if column.is_best(row) else "aside" if cell.value is None else ""
    sure = f" <small>{escape(cell.sure)}</small>" if cell.sure else ""
    return f'<td class="{mark}" title="{escape(cell.help)}">{escape(cell.text)}{sure}</td>'


def _labels(needed: Needed, n_items: int) -> _Cell:
    if not needed.runs:
        return _Cell(_NOTHING)
    reached = f"{needed.reached} of {needed.runs}"
    told = f"{reached} runs reached {100 * needed.level:.0f} %."
    if needed.labels is None:
        return _Cell(f"{reached} reached" if needed.reached else _NOTHING, help=told)
    text, sure, why = _written(needed.labels, 1, n_items, factor=1, decimals=0)
    return _Cell(text, sure, f"{told} {why}".strip(), needed.labels.mean)


def _right(share: Interval | None) -> _Cell:
    if share is None:
        return _Cell(_NOTHING)
    return _Cell(*_written(share, 0, 1, factor=100, decimals=1), share.mean)


def _found(summary: Summary) -> _Cell:
    if summary.classes_found is None:
        return _Cell(_NOTHING)
    mean = summary.classes_found.mean
    text = f"{mean:.0f}" if mean.is_integer() else f"{mean:.1f}"
    told = f"At the end, mean of {counted(summary.runs, 'run')}."
    return _Cell(text, help=told, value=mean)


def _written(
    interval: Interval, lowest: int, highest: int, *, factor: int, decimals: int
) -> tuple[str, str, str]:
    """A mean, half its interval, and why that is left open.

    The half is empty where there is one run, or all came out alike.

    Parameters
    ----------
    lowest, highest
        What the mean can be.
    factor
        From the mean to what is shown.
    """
    mean = f"{factor * interval.mean:.{decimals}f}"
    if not interval.half:
        return mean, "", ""
    half = factor * interval.half
    if half >= _WIDE and not interval.is_within(lowest, highest):
        low = max(interval.mean - interval.half, lowest)
        high = min(interval.mean + interval.half, highest)
        cut = " to ".join(f"{factor * end:,.{decimals}f}" for end in (low, high))
        return (
            mean,
            _OPEN,
            f"Too few runs for ±. The 95 % interval, cut at what is possible: {cut}.",
        )
    return mean, f"± {half:.{0 if half >= _WIDE else decimals}f}", ""
