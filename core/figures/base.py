"""What all figures have in common: their frame, and how they write names."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import plotly.graph_objects as go

from core.figures.palette import Palette
from core.wording import visible

CONFIG: Final[dict[str, Any]] = {
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
    "showAxisDragHandles": False,
}
"""How a browser shows a figure: for reading and hovering, without buttons or zoom."""

CHECKED = False
"""Whether Plotly checks every property of a figure. It takes three quarters of the time of drawing
one, so only the tests have it done: for every figure that they draw."""

Trace = dict[str, Any]
"""A trace as Plotly's own JSON has it: its ``type`` and its properties."""

CLEAR: Final = "rgba(0,0,0,0)"
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
_LONGEST_NAME: Final = 12


def figure(traces: list[Trace], layout: dict[str, Any]) -> go.Figure:
    """Put a figure together."""
    return go.Figure({"data": traces, "layout": layout}, _validate=CHECKED)


def layout(palette: Palette, *, height: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """The frame of a figure: see-through, quiet, without a legend.

    Parameters
    ----------
    height
        In pixels; the width follows the page.
    more
        What this figure adds to ``layout``.
    """
    return {
        # Plotly's own template would add seven kilobytes of settings that are all overruled here.
        "template": {},
        "height": height,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": 12, "color": palette.muted},
        "hoverlabel": {
            "bgcolor": palette.page,
            "bordercolor": palette.line,
            "font": {"family": FONT, "size": 13, "color": palette.ink},
            "align": "left",
        },
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        **more,
    }


def axis(palette: Palette, *, grid: bool = False, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """An axis that cannot be zoomed, with or without grid lines.

    Parameters
    ----------
    more
        What this axis adds; what is None is left out.
    """
    given = {name: value for name, value in more.items() if value is not None}
    return {
        "showgrid": grid,
        "gridcolor": palette.line,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "tickfont": {"color": palette.muted},
        **given,
    }


def title(palette: Palette, text: str) -> dict[str, Any]:
    """What an axis shows."""
    return {"text": text, "standoff": 8, "font": {"size": 12, "color": palette.muted}}


def note(palette: Palette, text: str) -> dict[str, Any]:
    """A sentence in the middle of a figure that has nothing to show yet."""
    return {
        "text": text,
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"size": 13, "color": palette.muted},
    }


def label(name: str, longest: int = _LONGEST_NAME) -> str:
    """A name as figures show it: shortened, and never read as markup."""
    shown = visible(name)
    short = shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"
    return escape(short)


def full(name: str) -> str:
    """A whole name, never read as markup."""
    return escape(visible(name))
