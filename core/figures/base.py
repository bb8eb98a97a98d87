"""What all figures have in common: their frame, and how they write names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import count, pairwise
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


def labels(names: Iterable[str], longest: int = _LONGEST_NAME) -> dict[str, str]:
    """Names as a figure shows them together: shortened, told apart, and never read as markup.

    Of names that begin alike, what they differ in is kept; what cannot be told apart so has a
    number. A figure shows a whole name (:func:`full`) where a pointer rests on it.

    Parameters
    ----------
    names
        All that stand in the figure.
    longest
        Letters of a label.

    Returns
    -------
    labels
        By name.
    """
    shown = {name: visible(name) for name in names}
    starts = _differences(sorted(set(shown.values())), longest)
    short = {name: _from(starts[text], text, longest) for name, text in shown.items()}
    for alike in _alike(short):
        short |= {name: _both_ends(shown[name], longest) for name in alike}
    return {name: _as_text(text) for name, text in _numbered(short).items()}


def _alike(short: Mapping[str, str]) -> list[list[str]]:
    """Names that have the same label."""
    by_label: dict[str, list[str]] = {}
    for name, text in short.items():
        by_label.setdefault(text, []).append(name)
    return [names for names in by_label.values() if len(names) > 1]


def _from(start: int, text: str, longest: int) -> str:
    """A text from some letter on; what is left out is shown by a sign."""
    # What there is room for before it is shown too, from the beginning of a word.
    first = max(0, min(start, len(text) - longest + 1))
    if start == 0 or first == 0:
        return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
    rest = text[max(first, text.find(" ", first - 1, start) + 1) :]
    room = longest - 1
    return f"…{rest}" if len(rest) <= room else f"…{rest[: room - 1].rstrip()}…"


def _differences(texts: Sequence[str], longest: int) -> dict[str, int]:
    """The letter from which on each text is to be shown, of some in order.

    Where what it differs in from another begins far behind, it is shown from there on: the whole
    word, where there is room.
    """
    common = [_n_common(*pair) for pair in pairwise(texts)]
    starts = {}
    for i, text in enumerate(texts):
        start = max(common[max(i - 1, 0) : i + 1], default=0)
        word = text.rfind(" ", 0, start) + 1
        starts[text] = 0 if start <= longest // 2 else max(word, start - longest // 2)
    return starts


def _n_common(one: str, other: str) -> int:
    """How many letters two texts have in common at their beginning."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _both_ends(text: str, longest: int) -> str:
    """The beginning and the end of a text."""
    if len(text) <= longest:
        return text
    front = (longest - 1) // 2
    return f"{text[:front].rstrip()}…{text[front + 1 - longest :].lstrip()}"


def _numbered(short: Mapping[str, str]) -> dict[str, str]:
    """Labels of which none is there twice: the second of some gets a number."""
    taken = set(short.values())
    numbered = dict(short)
    for alike in _alike(short):
        for name in alike[1:]:
            numbers = (f"{short[name]} ({number})" for number in count(2))
            numbered[name] = next(label for label in numbers if label not in taken)
            taken.add(numbered[name])
    return numbered


def full(name: str) -> str:
    """A whole name, never read as markup."""
    return _as_text(visible(name))


def _as_text(text: str) -> str:
    """A text that Plotly shows as it is; quotation marks mean nothing to it, escaped or not."""
    return escape(text, quote=False)
