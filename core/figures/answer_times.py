"""How long answers take, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from core.figures import base
from core.figures.learning_curve import tick_of_labels
from core.figures.palette import Palette
from core.quality.timing import RoundTimes
from core.wording import counted

HEIGHT: Final = 340

_ROOM: Final = 1.15


def draw_answer_times(rounds: Sequence[RoundTimes], palette: Palette) -> go.Figure:
    """Draw the median of each round, and a band in which half of its answers lie."""
    numbers = [one.last for one in rounds]
    first, last = min(numbers, default=0), max(numbers, default=0)
    room = max(0.02 * (last - first), 0.5)
    # A pause makes a quartile long where answers are few; the line is what counts.
    top = _ROOM * max((one.median for one in rounds), default=1.0)
    top = max(top, min(2 * top, _ROOM * max((one.high for one in rounds), default=1.0)))
    traces: list[base.Trace] = [
        {
            "type": "scatter",
            "x": [*numbers, *numbers[::-1]],
            "y": [*(one.high for one in rounds), *(one.low for one in rounds[::-1])],
            "mode": "lines",
            "line": {"width": 0},
            "fill": "toself",
            "fillcolor": f"{palette.accent}22",
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "x": numbers,
            "y": [one.median for one in rounds],
            "mode": "lines+markers",
            "line": {"color": palette.accent, "width": 2.5},
            "marker": {"color": palette.accent, "size": 6, "line": {"width": 0}},
            "hovertext": [_told(one) for one in rounds],
            "hoverinfo": "text",
        },
    ]
    layout = base.layout(
        palette,
        height=HEIGHT,
        hoverdistance=30,
        margin={"l": 48, "r": 8, "t": 8, "b": 46},
        xaxis=base.axis(
            palette,
            title=base.title(palette, "round"),
            tickformat=",d",
            dtick=tick_of_labels(last - first),
            range=[first - room, last + room],
        ),
        yaxis=base.axis(
            palette, grid=True, range=[0, top], ticksuffix=" s", nticks=6, ticklabelstandoff=6
        ),
        annotations=[] if rounds else [base.note(palette, "Starts with the first timed answer")],
    )
    return base.figure(traces, layout)


def _told(one: RoundTimes) -> str:
    which = f"round {one.last}" if one.first == one.last else f"rounds {one.first} to {one.last}"
    return (
        f"{which}: {one.median:.1f} s, half of {counted(one.n, 'answer')} between {one.low:.1f} "
        f"and {one.high:.1f} s"
    )
