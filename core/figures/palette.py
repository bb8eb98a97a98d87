"""The colours of all figures, for light and for dark surroundings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.session.events import Colour

_ENOUGH_CONTRAST: Final = 4.5


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours, as CSS writes them: ``#rrggbb``.

    Attributes
    ----------
    ink, muted
        Text, and text that stands back.
    line
        Grid lines and borders.
    surface
        An empty cell.
    page
        What lies behind the figure.
    accent
        The line of a curve, the bars of a histogram.
    right, wrong
        Cells of correct and wrong predictions: distinct to people who see no red or no green, and
        dark enough, or light enough, for numbers to stand on them.
    unknown
        What the model says nothing of.
    strategies
        Lines that are compared, eight of them.
    marks
        What a class can be marked with, by name: as on the label page.
    """

    ink: str
    muted: str
    line: str
    surface: str
    page: str
    accent: str
    right: str
    wrong: str
    unknown: str
    strategies: tuple[str, ...]
    marks: Mapping[Colour, str]


LIGHT: Final = Palette(
    ink="#16181d",
    muted="#626b7a",
    line="#e2e5ea",
    surface="#f3f5f8",
    page="#ffffff",
    accent="#2563eb",
    right="#1f5ad8",
    wrong="#e08a1e",
    unknown="#aab2bf",
    strategies=(
        "#2563eb",
        "#d97706",
        "#059669",
        "#c026d3",
        "#dc2626",
        "#0891b2",
        "#4d7c0f",
        "#64748b",
    ),
    marks={
        "red": "#dc2626",
        "orange": "#ea580c",
        "yellow": "#ca9a04",
        "green": "#16a34a",
        "teal": "#0d9488",
        "blue": "#2563eb",
        "violet": "#7c3aed",
        "pink": "#db2777",
    },
)
DARK: Final = Palette(
    ink="#eceef2",
    muted="#98a1b0",
    line="#2a2f39",
    surface="#1a1f28",
    page="#0f1116",
    accent="#4f8ff7",
    right="#3670dc",
    wrong="#b35c05",
    unknown="#525c6b",
    strategies=(
        "#60a5fa",
        "#fbbf24",
        "#34d399",
        "#e879f9",
        "#f87171",
        "#22d3ee",
        "#a3e635",
        "#94a3b8",
    ),
    marks={
        "red": "#f87171",
        "orange": "#fb923c",
        "yellow": "#facc15",
        "green": "#4ade80",
        "teal": "#2dd4bf",
        "blue": "#60a5fa",
        "violet": "#a78bfa",
        "pink": "#f472b6",
    },
)


def class_colours(chosen: Sequence[Colour | None], palette: Palette) -> tuple[str, ...]:
    """A colour for each class: what a person has marked it with, else one of the palette's in turn.

    The last of the palette's is a grey, which stands for no class at all. From the eighth on they
    come again, darker, then lighter: of so many classes, colours say no more than which are others.
    """
    plain = palette.strategies[:-1]
    shades = ((palette.ink, 0.0), (palette.ink, 0.4), (palette.page, 0.45))
    return tuple(
        mix(plain[place % len(plain)], *shades[place // len(plain) % len(shades)])
        if mark is None
        else palette.marks[mark]
        for place, mark in enumerate(chosen)
    )


def mix(one: str, other: str, share: float) -> str:
    """The colour that lies ``share`` of the way from one to the other, as Plotly's scales do it."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background: str) -> str:
    """White where that is readable, else black: one of them always has 4.5 to 1."""
    return "#ffffff" if contrast("#ffffff", background) >= _ENOUGH_CONTRAST else "#000000"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
