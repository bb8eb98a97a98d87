"""The learning curve: how much is predicted correctly after how many labels, or answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import plotly.graph_objects as go

from core.figures import base
from core.figures.palette import Palette
from core.replay.run import ReplayRound
from core.service.rounds import RoundRecord
from core.service.view import View
from core.wording import counted, percent, points

Unit = Literal["label", "answer"]
"""What a curve may count."""

COMPACT_HEIGHT: Final = 170
FULL_HEIGHT: Final = 360

_FLOORS: Final = (
    (95, 1),
    (90, 2),
    (80, 5),
    (70, 10),
    (60, 10),
    (50, 10),
    (40, 10),
    (20, 20),
    (0, 20),
)
"""Where the axis of per cent may begin, highest first, and the distance of its ticks."""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """One point a round, oldest first.

    Attributes
    ----------
    rounds
        Their numbers; 0 stands for the labels that came with the project.
    given
        Labels there were after each, or answers.
    percents
        Accuracy over all items after each, in per cent.
    changes
        Percentage points gained in each; None in the first.
    unit
        What is counted.
    """

    rounds: tuple[int, ...]
    given: tuple[int, ...]
    percents: tuple[float, ...]
    changes: tuple[float | None, ...]
    unit: Unit = "label"


def learning_curve_data(records: Sequence[RoundRecord], unit: Unit = "label") -> LearningCurve:
    """Take the curve out of the rounds; empty where there is no round, or no known truth.

    Parameters
    ----------
    unit
        What is counted. By answers the curve runs forwards also where people come to disagree,
        which takes labels away.
    """
    known = [(r, r.accuracy) for r in records if r.accuracy is not None]
    if unit == "answer":
        # A round whose batch was answered late has more before it than its number says.
        known.sort(key=lambda one: one[0].n_answers)
    return LearningCurve(
        rounds=tuple(r.round for r, _ in known),
        given=tuple(r.n_answers if unit == "answer" else r.n_labels for r, _ in known),
        percents=tuple(100 * accuracy for _, accuracy in known),
        changes=tuple(None if r.change is None else 100 * r.change for r, _ in known),
        unit=unit,
    )


def project_curve(view: View) -> LearningCurve:
    """The curve of a project: by answers where several people answer an image, else by labels."""
    return learning_curve_data(
        view.rounds, "answer" if view.project.config.overlap > 1 else "label"
    )


def replay_curve(rounds: Sequence[ReplayRound]) -> LearningCurve:
    """The curve of a published run, over all items as that of a project is."""
    percents = tuple(100 * step.accuracy_all for step in rounds)
    return LearningCurve(
        rounds=tuple(step.number for step in rounds),
        given=tuple(int(step.beliefs.labelled.sum()) for step in rounds),
        percents=percents,
        changes=(None, *(later - earlier for earlier, later in pairwise(percents))),
    )


def axis_of_percents(percents: Sequence[float]) -> tuple[int, int]:
    """Where the axis begins and the distance of its ticks; it always ends at 100."""
    lowest = min(percents, default=0.0)
    return next((floor, tick) for floor, tick in _FLOORS if lowest >= floor)


def tick_of_labels(span: int) -> int:
    """The distance of the ticks on the axis of labels: a round number, at most eight ticks."""
    tick = 1
    while span > 8 * tick:
        # 1, 2, 5, 10, 20, 50, ...
        tick = tick * 5 // 2 if str(tick).startswith("2") else tick * 2
    return tick


def draw_learning_curve(
    data: LearningCurve,
    palette: Palette,
    *,
    compact: bool = False,
    published: LearningCurve | None = None,
) -> go.Figure:
    """Draw the curve, with a mark for each round.

    Parameters
    ----------
    compact
        For a column about 400 pixels wide: lower, and without a title on the axis.
    published
        The curve of a published run, drawn dashed behind it.
    """
    behind = [] if published is None else [_line(published, palette.muted, palette, dash="dot")]
    curves = [data] if published is None else [published, data]
    given = [n for curve in curves for n in curve.given]
    floor, tick = axis_of_percents([p for curve in curves for p in curve.percents])
    hair = (100 - floor) / 150
    first, last = min(given, default=0), max(given, default=0)
    room = max(0.03 * (last - first), 0.5)
    layout = base.layout(
        palette,
        height=COMPACT_HEIGHT if compact else FULL_HEIGHT,
        # The marks reach over the edge of the plot, so they can be hovered from a little beyond.
        hoverdistance=30,
        margin={"l": 48, "r": 8, "t": 8, "b": 22 if compact else 46},
        xaxis=base.axis(
            palette,
            range=[first - room, last + room],
            tickvals=[first] if first == last else None,
            dtick=tick_of_labels(last - first),
            tickformat=",d",
            title=None if compact else base.title(palette, f"{data.unit}s given"),
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
        annotations=[] if given else [base.note(palette, "Starts with the first label")],
    )
    return base.figure([*behind, _line(data, palette.accent, palette)], layout)


def _line(
    data: LearningCurve, colour: str, palette: Palette, *, dash: str | None = None
) -> base.Trace:
    who = "" if dash is None else "published run, "
    return {
        "type": "scatter",
        "x": data.given,
        "y": data.percents,
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2.5, "dash": dash or "solid"},
        "marker": {"color": colour, "size": 7, "line": {"color": palette.page, "width": 1.5}},
        "cliponaxis": False,
        "hovertext": [who + text for text in _hover_texts(data)],
        "hoverinfo": "text",
    }


def _hover_texts(data: LearningCurve) -> list[str]:
    texts = []
    for number, given, value, change in zip(
        data.rounds, data.given, data.percents, data.changes, strict=True
    ):
        when = f"round {number}" if number else "before round 1"
        gain = "" if change is None else f" ({points(change / 100)})"
        texts.append(f"{when}: {counted(given, data.unit)}, accuracy {percent(value / 100)}{gain}")
    return texts
