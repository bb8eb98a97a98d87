"""Figures as static SVG: they need no script, print well, and take the colours of the page.

Nothing but numbers goes into them: names of classes stay in the text around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from core.figures.learning_curve import LearningCurve, axis_of_percents, tick_of_labels
from core.quality.calibration import Bin
from core.quality.timing import RoundTimes
from core.wording import counted

_WIDTH: Final = 640
_LEFT: Final = 52
_RIGHT: Final = 24
_TOP: Final = 10
_BOTTOM: Final = 44
_SMALLEST: Final = 3.5
_LARGEST: Final = 9.0


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values lie in a drawing.

    Attributes
    ----------
    x, y
        The values at both ends of each axis.
    width, height
        Of the whole drawing.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    width: int = _WIDTH
    height: int = 260

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point is drawn."""
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        inner = self.width - _LEFT - _RIGHT, self.height - _TOP - _BOTTOM
        return round(_LEFT + across * inner[0], 1), round(_TOP + (1 - up) * inner[1], 1)


def curve(data: LearningCurve) -> str:
    """Accuracy over all images by number of labels, or answers; empty where there is no point."""
    if not data.given:
        return ""
    floor, tick = axis_of_percents(data.percents)
    first, last = data.given[0], data.given[-1]
    room = max(0.02 * (last - first), 0.5)
    frame = _Frame((first - room, last + room), (floor, 100))
    points = [*zip(data.given, data.percents, strict=True)]
    tips = [f"{counted(given, data.unit)}: {value:.1f} %" for given, value in points]
    return _drawing(
        frame,
        f"Accuracy over all images by number of {data.unit}s",
        _across(frame, _ticks(first, last, tick_of_labels(last - first)), f"{data.unit}s given"),
        _up(frame, range(floor, 101, tick), " %"),
        _line(frame, points),
        _dots(frame, points, tips),
    )


def reliability(bins: Sequence[Bin]) -> str:
    """How often predictions are right by how likely that is said to be; empty without any."""
    if not bins:
        return ""
    frame = _Frame((0, 100), (0, 100), width=360, height=300)
    most = max(one.total for one in bins)
    points = [(100 * one.probability, 100 * one.right / one.total) for one in bins]
    tips = [
        f"said to be {100 * one.probability:.0f} %: {one.right:,} of {one.total:,} right"
        for one in bins
    ]
    sizes = [_SMALLEST + (_LARGEST - _SMALLEST) * (one.total / most) ** 0.5 for one in bins]
    quarters = range(0, 101, 25)
    return _drawing(
        frame,
        "How often predictions are right, by how likely that is said to be",
        _across(frame, quarters, "said to be likely right", " %"),
        _up(frame, quarters, " %"),
        _line(frame, [(0, 0), (100, 100)], "even"),
        _dots(frame, points, tips, sizes),
    )


def seconds(rounds: Sequence[RoundTimes]) -> str:
    """Seconds a label round by round, with a band that holds half of the answers."""
    if not rounds:
        return ""
    first, last = rounds[0].last, rounds[-1].last
    highest = max(one.median for one in rounds)
    top = max(1.15 * highest, min(2.3 * highest, 1.15 * max(one.high for one in rounds)), 0.1)
    room = max(0.02 * (last - first), 0.5)
    frame = _Frame((first - room, last + room), (0, top))
    points = [(one.last, one.median) for one in rounds]
    high = [(one.last, min(one.high, top)) for one in rounds]
    low = [(one.last, one.low) for one in rounds]
    band = " ".join(f"{x},{y}" for x, y in (frame.at(*point) for point in [*high, *low[::-1]]))
    tips = [f"round {one.last}: {one.median:.1f} s" for one in rounds]
    return _drawing(
        frame,
        "Median seconds a label, round by round",
        _across(frame, _ticks(first, last, tick_of_labels(last - first)), "round"),
        _up(frame, _steps(top), " s"),
        f'<polygon class="band" points="{band}"/>',
        _line(frame, points),
        _dots(frame, points, tips),
    )


def _drawing(frame: _Frame, title: str, *parts: str) -> str:
    return (
        f'<svg viewBox="0 0 {frame.width} {frame.height}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


def _across(frame: _Frame, ticks: Iterable[float], title: str, unit: str = "") -> str:
    base = frame.height - _BOTTOM
    marks = "".join(
        f'<text x="{frame.at(tick, 0)[0]}" y="{base + 18}" text-anchor="middle">'
        f"{tick:,.0f}{unit}</text>"
        for tick in ticks
    )
    middle = (_LEFT + frame.width - _RIGHT) / 2
    return f'{marks}<text x="{middle}" y="{base + 38}" text-anchor="middle">{title}</text>'


def _up(frame: _Frame, ticks: Iterable[float], unit: str) -> str:
    parts = []
    for tick in ticks:
        y = frame.at(frame.x[0], tick)[1]
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{frame.width - _RIGHT}" y1="{y}" y2="{y}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{tick:g}{unit}</text>'
        )
    return "".join(parts)


def _line(frame: _Frame, points: Iterable[tuple[float, float]], name: str = "line") -> str:
    path = " ".join(f"{x},{y}" for x, y in (frame.at(*point) for point in points))
    return f'<polyline class="{name}" points="{path}"/>'


def _dots(
    frame: _Frame,
    points: Sequence[tuple[float, float]],
    tips: Sequence[str],
    sizes: Sequence[float] | None = None,
) -> str:
    radii = sizes or [_SMALLEST] * len(points)
    parts = []
    for point, tip, radius in zip(points, tips, radii, strict=True):
        x, y = frame.at(*point)
        parts.append(
            f'<circle class="dot" cx="{x}" cy="{y}" r="{radius:.1f}"><title>{tip}</title></circle>'
        )
    return "".join(parts)


def _ticks(first: float, last: float, step: int) -> list[float]:
    start = -(-int(first) // step) * step
    return [float(tick) for tick in range(start, int(last) + 1, step)]


def _steps(top: float) -> list[float]:
    """Four or five round numbers from 0 up to ``top``."""
    step = 0.05
    while top / step > 5:
        digits = f"{step:.0e}"[0]
        step = round(step * 2.5 if digits == "2" else step * 2, 6)
    return [round(number * step, 6) for number in range(int(top / step + 1e-9) + 1)]
