"""Learning curves of strategies side by side, each with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from core.figures import base
from core.figures.learning_curve import axis_of_percents, tick_of_labels
from core.figures.palette import Palette
from core.simulation.outcome import Interval, Outcome, summarise
from core.wording import counted, percent

HEIGHT: Final = 380
TOP: Final = 90.0
"""Where the axis begins when only the top is looked at, in per cent."""

_OPACITY: Final = 0.15
_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One strategy.

    Attributes
    ----------
    number
        Its place in the plan, from 0: it has the same colour in all figures and tables.
    labels
        Labels given.
    percents
        Mean accuracy over all items after each, in per cent.
    low, high
        The 95 % interval, within 0 and 100; None where there is one run only.
    runs
        How many runs got there.
    """

    name: str
    number: int
    labels: tuple[int, ...]
    percents: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    runs: tuple[int, ...]


def comparison_data(outcome: Outcome) -> tuple[Line, ...]:
    """Take the curves out of an outcome: a line for each strategy that has a point."""
    lines = []
    for number, summary in enumerate(summarise(outcome)):
        curve = summary.curve
        if curve.labels:
            lines.append(
                Line(
                    name=summary.strategy,
                    number=number,
                    labels=curve.labels,
                    percents=tuple(100 * one.mean for one in curve.accuracy),
                    low=tuple(_edge(one, -1) for one in curve.accuracy),
                    high=tuple(_edge(one, 1) for one in curve.accuracy),
                    runs=curve.runs,
                )
            )
    return tuple(lines)


def _edge(one: Interval, side: int) -> float | None:
    if one.half is None:
        return None
    return min(max(100 * (one.mean + side * one.half), 0.0), 100.0)


def draw_comparison(
    lines: tuple[Line, ...], palette: Palette, *, height: int = HEIGHT, top: bool = False
) -> go.Figure:
    """Draw a line for each strategy, and a band for its 95 % interval.

    Parameters
    ----------
    top
        Look at the top only, where strategies that are good differ.
    """
    labels = [n for line in lines for n in line.labels]
    first, last = min(labels, default=0), max(labels, default=0)
    room = max(0.03 * (last - first), 0.5)
    floor, tick = axis_of_percents(
        [p for line in lines for p in (*line.percents, *line.low) if p is not None]
    )
    if top:
        floor, tick = int(TOP), 2
    hair = (100 - floor) / 150
    layout = base.layout(
        palette,
        height=height,
        hoverdistance=30,
        margin={"l": 48, "r": 8, "t": 34, "b": 46},
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "yref": "paper",
            "font": {"size": 12, "color": palette.ink},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        xaxis=base.axis(
            palette,
            range=[first - room, last + room],
            tickvals=[first] if first == last else None,
            dtick=tick_of_labels(last - first),
            tickformat=",d",
            title=base.title(palette, "labels given"),
        ),
        yaxis=base.axis(
            palette,
            grid=True,
            # Plotly leaves out a grid line that lies on the very edge.
            range=[floor - hair, 100 + hair],
            tick0=floor,
            dtick=tick,
            ticksuffix=" %",
            ticklabelstandoff=6,
        ),
        annotations=[] if labels else [base.note(palette, "The first round is being computed")],
    )
    # Bands lie behind all lines.
    names = base.labels([line.name for line in lines], longest=_LONGEST_NAME)
    traces = [_band(line, names[line.name], palette) for line in lines if None not in line.low]
    traces += [_line(line, names[line.name], palette, top=top) for line in lines]
    return base.figure(traces, layout)


def _band(line: Line, name: str, palette: Palette) -> base.Trace:
    return {
        "type": "scatter",
        "x": [*line.labels, *line.labels[::-1]],
        "y": [*line.high, *line.low[::-1]],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": _see_through(palette.strategies[line.number]),
        "hoverinfo": "skip",
        "showlegend": False,
        "name": name,
    }


def _line(line: Line, name: str, palette: Palette, *, top: bool) -> base.Trace:
    colour = palette.strategies[line.number]
    return {
        "type": "scatter",
        "x": line.labels,
        "y": line.percents,
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2.25},
        "marker": {"color": colour, "size": 6, "line": {"color": palette.page, "width": 1}},
        # What lies below the top is not to be drawn over the axis.
        "cliponaxis": top,
        "hovertext": _hover_texts(line),
        "hoverinfo": "text",
        "name": name,
    }


def _hover_texts(line: Line) -> list[str]:
    texts = []
    for i, labels in enumerate(line.labels):
        low, high = line.low[i], line.high[i]
        sure = "" if low is None or high is None else f" ({low:.1f} to {high:.1f})"
        texts.append(
            f"{base.full(line.name)}: {counted(labels, 'label')}, "
            f"accuracy {percent(line.percents[i] / 100)}{sure}, {counted(line.runs[i], 'run')}"
        )
    return texts


def _see_through(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_OPACITY})"
