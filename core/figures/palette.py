"""The colours of all figures, for light and for dark surroundings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
