"""How numbers are written for people, on pages, in figures and in messages alike."""

from __future__ import annotations

from math import isnan


def percent(share: float) -> str:
    """A share of 0 to 1: ``0.969`` is ``96.9 %``; a dash for nan, of nothing."""
    return "–" if isnan(share) else f"{100 * share:.1f} %"


def points(change: float) -> str:
    """A difference of two shares, in percentage points: ``0.018`` is ``+1.8``."""
    text = f"{100 * change:+.1f}"
    return "±0.0" if float(text) == 0 else text.replace("-", "−")


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 label``, ``1,797 labels``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
