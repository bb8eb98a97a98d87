"""The reliability diagram: how often predictions are right, by how likely that is said to be."""

from __future__ import annotations

from typing import Any, Final

import plotly.graph_objects as go

from core.arrays import BoolArray
from core.figures import base
from core.figures.palette import Palette
from core.quality.calibration import Bin, Calibration, LeftOut, reliability
from core.wording import counted, percent

HEIGHT: Final = 260

_N_BINS: Final = 5


def reliability_data(
    labels: LeftOut, drawn: BoolArray, calibration: Calibration
) -> tuple[Bin, ...]:
    """Images drawn at random, by how likely the prediction of them is right without their labels.

    Parameters
    ----------
    drawn : (n_labelled,), bool
        Which of the labelled ones were.
    """
    return reliability(calibration.probability(labels.lead[drawn]), labels.right[drawn], _N_BINS)


def draw_reliability(bins: tuple[Bin, ...], palette: Palette) -> go.Figure:
    """Draw a dot for each bin, larger for more images, and the line on which they ought to be."""
    most = max((one.total for one in bins), default=1)
    traces: list[base.Trace] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [0, 100],
            "y": [0, 100],
            "line": {"color": palette.line, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            # One at 100 % reaches beyond the axes.
            "cliponaxis": False,
            "x": [100 * one.probability for one in bins],
            "y": [100 * one.right / one.total for one in bins],
            "marker": {
                "color": palette.accent,
                "size": [8 + 14 * (one.total / most) ** 0.5 for one in bins],
                "line": {"width": 0},
            },
            "hovertext": [
                f"said to be {percent(one.probability)}: {one.right:,} of "
                f"{counted(one.total, 'image')} right"
                for one in bins
            ],
            "hoverinfo": "text",
        },
    ]
    ticks: dict[str, Any] = {
        "range": [-5, 106],
        "tickvals": [0, 25, 50, 75, 100],
        "ticksuffix": " %",
    }
    layout = base.layout(
        palette,
        height=HEIGHT,
        margin={"l": 64, "r": 24, "t": 8, "b": 56},
        xaxis=base.axis(palette, **ticks, title=base.title(palette, "said to be likely right")),
        yaxis=base.axis(palette, grid=True, **ticks, title=base.title(palette, "right")),
    )
    return base.figure(traces, layout)
