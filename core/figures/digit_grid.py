"""The digits a published run was most uncertain of, as the figures of scikit-learn's examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import plotly.graph_objects as go

from core.arrays import PixelArray, freeze
from core.data.dataset import Dataset
from core.data.pictures import thumbnail_url
from core.figures import base
from core.figures.palette import Palette
from core.replay.run import Query, ReplayRound
from core.wording import counted

TILE: Final = 96
"""Side of a digit's tile, in pixels."""

TEXT: Final = 13
"""Size of the captions, in pixels; at a seventh of the tile they are no wider than it."""

_COLUMNS: Final = 5
_LINE: Final = 1.35
"""Height of a line of text, in its size."""
_CAPTION_GAP: Final = 0.5
"""Between a tile and its caption, in the size of the text."""
_GAP: Final = 0.16 * TILE
_ROW_HEIGHT: Final = TILE + (2 * _LINE + _CAPTION_GAP) * TEXT + _GAP


@dataclass(frozen=True, slots=True, eq=False)
class DigitRow:
    """Digits beside one another.

    Attributes
    ----------
    name, note
        What stands at their left, such as "model 1" and "fit with 40 labels"; may be empty.
    queries
        The digits, left to right.
    images : (n_digits, height, width), uint8
        0 is paper, 255 is full ink.
    """

    name: str
    note: str
    queries: tuple[Query, ...]
    images: PixelArray

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class DigitGrid:
    """Rows of digits under a title, which may be empty."""

    title: str
    rows: tuple[DigitRow, ...]

    @property
    def labels(self) -> dict[str, str]:
        """What all classes that stand in it are called there."""
        queries = [query for row in self.rows for query in row.queries]
        return base.labels(name for query in queries for name in (query.predicted, query.true))


def round_grid_data(dataset: Dataset, step: ReplayRound, title: str = "") -> DigitGrid:
    """The digits of one round, five in a row."""
    starts = range(0, len(step.queries), _COLUMNS)
    return DigitGrid(
        title, tuple(_row(dataset, step.queries[start : start + _COLUMNS]) for start in starts)
    )


def rounds_grid_data(dataset: Dataset, rounds: Iterable[ReplayRound], title: str = "") -> DigitGrid:
    """The digits of several rounds, one row a round, with the model that asked for them."""
    return DigitGrid(
        title,
        tuple(
            _row(
                dataset,
                step.queries,
                name=f"model {step.number + 1}",
                note=f"fit with {counted(step.printed_labels, 'label')}",
            )
            for step in rounds
        ),
    )


def _row(
    dataset: Dataset, queries: tuple[Query, ...], *, name: str = "", note: str = ""
) -> DigitRow:
    return DigitRow(name, note, queries, dataset.pixels[[query.index for query in queries]])


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where things are, in pixels from the top left."""

    data: DigitGrid

    @property
    def top(self) -> float:
        return 3 * TEXT if self.data.title else 0

    @property
    def left(self) -> float:
        letters = max((len(row.note) for row in self.data.rows), default=0)
        return (0.52 * letters + 1) * TEXT if letters else 0

    @property
    def width(self) -> int:
        columns = max((len(row.queries) for row in self.data.rows), default=0)
        return ceil(self.left + columns * (TILE + _GAP) - _GAP) + 2

    @property
    def height(self) -> int:
        return ceil(self.top + len(self.data.rows) * _ROW_HEIGHT - _GAP) + 2

    def corner(self, row: int, column: int) -> tuple[float, float]:
        """The top left corner of a tile; one pixel is left for its border."""
        return 1 + self.left + column * (TILE + _GAP), 1 + self.top + row * _ROW_HEIGHT


def draw_digit_grid(data: DigitGrid, palette: Palette) -> go.Figure:
    """Draw the digits with what was predicted and what is true; wrong ones have a border.

    The size of the figure follows from that of its parts, and is in its layout.
    """
    plan = _Plan(data)
    digits = [
        (plan.corner(i, j), query, image)
        for i, row in enumerate(data.rows)
        for j, (query, image) in enumerate(zip(row.queries, row.images, strict=True))
    ]
    queries = [query for _, query, _ in digits]
    centres = [x + TILE / 2 for (x, _), _, _ in digits]
    layout = base.layout(
        palette,
        height=plan.height,
        width=plan.width,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        xaxis=base.axis(palette, range=[0, plan.width], visible=False, constrain="domain"),
        yaxis=base.axis(
            palette,
            range=[plan.height, 0],
            visible=False,
            constrain="domain",
            scaleanchor="x",
        ),
        shapes=[_card(corner, query, palette) for corner, query, _ in digits],
        images=[_picture(corner, image, palette) for corner, _, image in digits],
        annotations=[*_title(plan, palette), *_names(plan, palette)],
    )
    captions = {
        "type": "scatter",
        "x": centres,
        "y": [y + TILE + _CAPTION_GAP * TEXT for (_, y), _, _ in digits],
        "mode": "text",
        "text": [_caption(query, data.labels) for query in queries],
        "textposition": "bottom center",
        "textfont": {
            "size": TEXT,
            "color": [palette.muted if query.right else palette.ink for query in queries],
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    hover = {
        "type": "scatter",
        "x": centres,
        "y": [y + TILE / 2 for (_, y), _, _ in digits],
        "mode": "markers",
        "marker": {"symbol": "square", "size": TILE, "opacity": 0},
        "hovertext": [hover_text(query) for query in queries],
        "hoverinfo": "text",
    }
    return base.figure([captions, hover], layout)


def _card(corner: tuple[float, float], query: Query, palette: Palette) -> dict[str, Any]:
    (x, y), r = corner, TILE / 10
    right, bottom = x + TILE, y + TILE
    return {
        "type": "path",
        "path": f"M{x + r},{y} L{right - r},{y} Q{right},{y} {right},{y + r} "
        f"L{right},{bottom - r} Q{right},{bottom} {right - r},{bottom} "
        f"L{x + r},{bottom} Q{x},{bottom} {x},{bottom - r} L{x},{y + r} Q{x},{y} {x + r},{y} Z",
        "fillcolor": palette.surface,
        "line": {"color": palette.line, "width": 1}
        if query.right
        else {"color": palette.wrong, "width": TILE / 48},
        "layer": "below",
    }


def _picture(corner: tuple[float, float], image: PixelArray, palette: Palette) -> dict[str, Any]:
    inset = 0.08 * TILE
    return {
        "source": thumbnail_url(image, ink=palette.ink, paper=palette.surface),
        "xref": "x",
        "yref": "y",
        "x": corner[0] + inset,
        "y": corner[1] + inset,
        "sizex": TILE - 2 * inset,
        "sizey": TILE - 2 * inset,
        "layer": "above",
    }


def _caption(query: Query, labels: Mapping[str, str]) -> str:
    lines = caption(query, labels)
    return "<br>".join(lines if query.right else (f"<b>{line}</b>" for line in lines))


def caption(query: Query, labels: Mapping[str, str]) -> tuple[str, str]:
    """What stands below a digit, in two lines; never markup.

    Parameters
    ----------
    labels
        What classes are called there, as :attr:`DigitGrid.labels` has it.
    """
    return f"predicted {labels[query.predicted]}", f"true {labels[query.true]}"


def hover_text(query: Query) -> str:
    """All that is known of a digit, in a line; never markup."""
    verdict = "correct" if query.right else "wrong"
    return (
        f"digit {query.row}: predicted {base.full(query.predicted)}, true {base.full(query.true)} "
        f"({verdict}), entropy {query.entropy:.3f} nats"
    )


def _title(plan: _Plan, palette: Palette) -> list[dict[str, Any]]:
    if not plan.data.title:
        return []
    text = f"<b>{base.full(plan.data.title)}</b>"
    return [_note(text, 1, 0.2 * TEXT, round(1.25 * TEXT), palette.ink)]


def _names(plan: _Plan, palette: Palette) -> list[dict[str, Any]]:
    notes = []
    for i, row in enumerate(plan.data.rows):
        if row.name:
            middle = plan.corner(i, 0)[1] + TILE / 2
            notes += [
                _note(
                    f"<b>{base.full(row.name)}</b>",
                    1,
                    middle - _LINE * TEXT,
                    TEXT,
                    palette.ink,
                ),
                _note(base.full(row.note), 1, middle, TEXT, palette.muted),
            ]
    return notes


def _note(text: str, x: float, y: float, size: int, colour: str) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "x",
        "yref": "y",
        "xanchor": "left",
        "yanchor": "top",
        "align": "left",
        "borderpad": 0,
        "showarrow": False,
        "font": {"size": size, "color": colour},
    }
