"""The confusion matrix: which classes are predicted as which."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.arrays import FloatArray, IntArray, freeze
from core.figures import base
from core.figures.palette import Palette, mix, text_on
from core.learning.metrics import Report
from core.wording import percent

COMPACT_HEIGHT: Final = 300
FULL_HEIGHT: Final = 360

_COMPACT_WIDTH: Final = 330
_FULL_WIDTH: Final = 450
_PRESSED: Final = 24
_LETTER_WIDTH: Final = 7.5
_MOST_CLASSES_WITH_NUMBERS: Final = 20
_MOST_NAMES: Final = 25
_FAINTEST: Final = 0.2
_FAINTEST_RIGHT: Final = 0.4
_FULL_WRONG_SHARE: Final = 0.2
"""From this share of a row on, a mistake has the strongest colour."""


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """How many items of each class were predicted as which.

    Attributes
    ----------
    class_names
        The true classes, one a row.
    counts : (n_classes, n_columns), int64
        Columns are predicted classes; one more counts items that no label reaches, if any.
    shares : (n_classes, n_columns), float64
        Counts as shares of their row, 0 to 1; 0 in the row of a class without items.
    levels : (n_classes, n_columns), float64
        What to colour a cell by. 0: empty. Up to 1: correct. Down to -1: wrong. 2 to 3: not
        reached.
        The same share has the same level in every round, so that matrices can be compared.
    """

    class_names: tuple[str, ...]
    counts: IntArray
    shares: FloatArray
    levels: FloatArray

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def has_unreached(self) -> bool:
        """Whether the last column counts items that no label reaches."""
        return bool(self.counts.shape[1] > len(self.class_names))


def confusion_data(report: Report, class_names: tuple[str, ...]) -> ConfusionMatrix:
    """Take the confusion matrix out of a report.

    Parameters
    ----------
    class_names
        As many as the report has rows.
    """
    n_classes = len(class_names)
    unreached = report.confusion[:, n_classes].any()
    return counts_data(
        report.confusion if unreached else report.confusion[:, :n_classes], class_names
    )


def counts_data(counts: IntArray, class_names: tuple[str, ...]) -> ConfusionMatrix:
    """Prepare a matrix of counts.

    Parameters
    ----------
    counts : (n_classes, n_classes) or (n_classes, n_classes + 1), int64
        Rows are true classes, columns predicted ones; a last column counts items not reached.
    """
    n_classes = len(class_names)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # Few mistakes are to be seen too: their colour grows with the square root of their share.
    mistake = np.sqrt(np.minimum(shares / _FULL_WRONG_SHARE, 1))
    levels = -(_FAINTEST + (1 - _FAINTEST) * mistake)
    diagonal = np.arange(n_classes)
    right = shares[diagonal, diagonal]
    levels[diagonal, diagonal] = _FAINTEST_RIGHT + (1 - _FAINTEST_RIGHT) * right
    levels[:, n_classes:] = 2 + _FAINTEST + (1 - _FAINTEST) * shares[:, n_classes:]
    return ConfusionMatrix(class_names, counts, shares, np.where(counts > 0, levels, 0.0))


def draw_confusion(
    data: ConfusionMatrix,
    palette: Palette,
    *,
    shares: bool = False,
    compact: bool = False,
    pressed: bool = False,
) -> go.Figure:
    """Draw the matrix: true class 0 at the top, correct predictions blue, wrong ones orange.

    Parameters
    ----------
    shares
        Write each cell as a share of its row in per cent, instead of as a count.
    compact
        For a column about 400 pixels wide: lower, and without titles on the axes.
    pressed
        Whether cells that are not empty can be pressed: they are points of the last trace, which
        nobody sees, at ``x`` for the predicted class and ``y`` for the true one.
    """
    n_rows, n_columns = data.counts.shape
    traces: list[base.Trace] = [
        {
            "type": "heatmap",
            "z": data.levels,
            "zmin": -1,
            "zmax": 3,
            "colorscale": _colour_scale(palette),
            "showscale": False,
            "xgap": 2 if n_rows <= _MOST_CLASSES_WITH_NUMBERS else 1,
            "ygap": 2 if n_rows <= _MOST_CLASSES_WITH_NUMBERS else 1,
            "hovertext": _hover_texts(data),
            "hoverinfo": "text",
        }
    ]
    if n_rows <= _MOST_CLASSES_WITH_NUMBERS:
        traces.append(_numbers(data, palette, shares=shares, compact=compact))
    if pressed:
        traces.append(_places(data))
    shown = base.labels(data.class_names)
    names = [shown[name] for name in data.class_names]
    every = -(-n_rows // _MOST_NAMES)
    named = list(range(0, n_rows, every))
    beyond = [n_rows] if data.has_unreached else []
    name_width = _LETTER_WIDTH * max(len(unescape(name)) for name in names)
    upright = name_width * n_columns / every > (_COMPACT_WIDTH if compact else _FULL_WIDTH)
    bottom = 10 + (name_width if upright else 8) + (16 if data.has_unreached else 0)
    layout = base.layout(
        palette,
        height=COMPACT_HEIGHT if compact else FULL_HEIGHT,
        margin={
            "l": 16 + name_width + (0 if compact else 24),
            "r": 14 if data.has_unreached else 4,
            "t": 4,
            "b": bottom + (0 if compact else 24),
        },
        xaxis=base.axis(
            palette,
            range=[-0.5, n_columns - 0.5],
            tickvals=named + beyond,
            ticktext=names[::every] + ["not<br>reached"] * len(beyond),
            tickangle=-90 if upright else 0,
            title=None if compact else base.title(palette, "predicted"),
        ),
        yaxis=base.axis(
            palette,
            range=[n_rows - 0.5, -0.5],
            tickvals=named,
            ticktext=names[::every],
            ticklabelstandoff=6,
            title=None if compact else base.title(palette, "true"),
        ),
    )
    return base.figure(traces, layout)


def cell_colour(level: float, palette: Palette) -> str:
    """The colour of a cell with this level."""
    if level > 1:
        return mix(palette.surface, palette.unknown, level - 2)
    return mix(palette.surface, palette.right if level > 0 else palette.wrong, abs(level))


def _colour_scale(palette: Palette) -> list[tuple[float, str]]:
    stops = (-1.0, 0.0, 1.0, 2.0, 3.0)
    return [((stop + 1) / 4, cell_colour(stop, palette)) for stop in stops]


def _numbers(data: ConfusionMatrix, palette: Palette, *, shares: bool, compact: bool) -> base.Trace:
    rows, columns = np.nonzero(data.counts)
    cells = list(zip(rows.tolist(), columns.tolist(), strict=True))
    few = len(data.class_names) <= 10
    return {
        "type": "scatter",
        "x": columns.tolist(),
        "y": rows.tolist(),
        "mode": "text",
        "text": [
            _short(data.shares[c])
            if shares
            else short_count(int(data.counts[c]), 999 if compact else 99_999)
            for c in cells
        ],
        "textfont": {
            "size": (11 if compact else 13) if few else 9,
            "color": [text_on(cell_colour(data.levels[c], palette)) for c in cells],
        },
        "hoverinfo": "skip",
    }


def _places(data: ConfusionMatrix) -> base.Trace:
    """Where the cells are that are not empty."""
    rows, columns = np.nonzero(data.counts)
    texts = _hover_texts(data)
    # A cell that was pressed looks as it did, and so do all others.
    unseen = {"marker": {"opacity": 0}}
    return {
        "type": "scatter",
        "x": columns.tolist(),
        "y": rows.tolist(),
        "mode": "markers",
        "marker": {"size": _PRESSED, "symbol": "square", "opacity": 0},
        "selected": unseen,
        "unselected": unseen,
        "hovertext": [texts[row][column] for row, column in zip(rows, columns, strict=True)],
        "hoverinfo": "text",
    }


def short_count(number: int, longest: int) -> str:
    """A count; above ``longest`` in at most four characters: ``7.3k``, ``70k``, ``1.0M``."""
    if number <= longest:
        return str(number)
    # What rounds to a thousand thousands is a million.
    unit, letter = (1_000, "k") if number < 999_500 else (1_000_000, "M")
    value = number / unit
    return f"{value:.1f}{letter}" if value < 9.95 else f"{value:.0f}{letter}"


def _short(share: float) -> str:
    """Per cent without the sign, in at most four characters."""
    return "100" if share >= 0.9995 else f"{100 * share:.1f}"


def _hover_texts(data: ConfusionMatrix) -> list[list[str]]:
    names = [base.full(name) for name in data.class_names]
    columns = [f"predicted {name}" for name in names] + ["not reached"] * data.has_unreached
    texts = []
    for name, counts, shares in zip(names, data.counts, data.shares, strict=True):
        support = counts.sum()
        texts.append(
            [
                f"true {name}, {column}: "
                + (f"{n:,} of {support:,} ({percent(share)})" if n else f"none of {support:,}")
                for column, n, share in zip(columns, counts, shares, strict=True)
            ]
        )
    return texts
