"""Drawings: every value lies where the axes say."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from core.figures.learning_curve import LearningCurve
from core.quality.calibration import Bin
from core.quality.timing import RoundTimes
from core.report import drawings


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def number_in(one: ElementTree.Element, name: str) -> float:
    return float(one.get(name) or "nan")


def dots(svg: str) -> np.ndarray:
    circles = parsed(svg).iter("circle")
    return np.array([(number_in(one, "cx"), number_in(one, "cy")) for one in circles])


def marks(svg: str, anchor: str, unit: str) -> dict[float, float]:
    """The numbers along an axis, and where they stand."""
    place = "x" if anchor == "middle" else "y"
    return {
        float(text.removesuffix(unit).replace(",", "")): number_in(one, place)
        for one in parsed(svg).iter("text")
        if one.get("text-anchor") == anchor and (text := one.text or "")[:1].isdigit()
    }


def read_off(svg: str, unit_x: str, unit_y: str) -> np.ndarray:
    """The points of a drawing, as somebody with a ruler would read them off."""
    across, up = marks(svg, "middle", unit_x), marks(svg, "end", unit_y)
    found = dots(svg)
    for column, axis in enumerate((across, up)):
        slope, start = np.polyfit(list(axis.values()), list(axis), 1)
        # Numbers stand four pixels below the middle of their line.
        found[:, column] = slope * (found[:, column] + 4 * column) + start
    return found


def test_points_of_the_curve_can_be_read_off():
    data = LearningCurve((1, 2, 3), (10, 20, 250), (61.0, 88.5, 97.25), (None, 27.5, 8.75))
    found = read_off(drawings.curve(data), "", " %")
    np.testing.assert_allclose(found, np.column_stack([data.given, data.percents]), atol=0.4)


def test_one_point_is_drawn_too_and_none_is_nothing():
    assert len(dots(drawings.curve(LearningCurve((1,), (10,), (61.0,), (None,))))) == 1
    assert drawings.curve(LearningCurve((), (), (), ())) == ""
    assert drawings.reliability([]) == drawings.seconds([]) == ""


def test_bins_of_the_reliability_diagram_can_be_read_off():
    svg = drawings.reliability([Bin(0.31, 1, 4), Bin(0.9, 27, 30)])
    np.testing.assert_allclose(read_off(svg, " %", " %"), [[31, 25], [90, 90]], atol=0.5)
    small, large = (number_in(one, "r") for one in parsed(svg).iter("circle"))
    assert small < large


@pytest.mark.parametrize("median", [0.02, 0.4, 3.0, 75.0])
def test_seconds_can_be_read_off_whatever_their_size(median):
    rounds = [RoundTimes(n, n, 9, median / 2, median * n / 3, median * 400) for n in (1, 2, 3, 9)]
    svg = drawings.seconds(rounds)
    found = read_off(svg, "", " s")
    np.testing.assert_allclose(found[:, 0], [1, 2, 3, 9], atol=0.05)
    np.testing.assert_allclose(found[:, 1], [one.median for one in rounds], rtol=0.03)
    assert 2 <= len(marks(svg, "end", " s")) <= 7
    assert "nan" not in svg
