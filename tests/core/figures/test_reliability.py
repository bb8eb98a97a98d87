import numpy as np
import pytest

from core.figures.palette import LIGHT
from core.figures.reliability import draw_reliability, reliability_data
from core.quality.calibration import Bin, Calibration, LeftOut


def test_each_image_drawn_is_in_one_bin_and_each_bin_is_a_dot():
    random = np.random.default_rng(0)
    lead = random.random(90)
    nothing = np.zeros(90, dtype=np.int64)
    labels = LeftOut(np.arange(90), nothing, lead, random.random(90) < lead)
    calibration = Calibration(intercept=-2.0, slope=0.5, n_labels=90)
    drawn = random.random(90) < 0.5
    bins = reliability_data(labels, drawn, calibration)
    assert sum(one.total for one in bins) == drawn.sum()
    assert sum(one.right for one in bins) == labels.right[drawn].sum()
    line, dots = draw_reliability(bins, LIGHT).data
    assert list(line.x) == list(line.y) == [0, 100]
    assert dots.x == pytest.approx([100 * one.probability for one in bins])
    assert dots.y == pytest.approx([100 * one.right / one.total for one in bins])


def test_hovering_says_how_many_were_right_and_more_images_are_a_larger_dot():
    dots = draw_reliability((Bin(0.31, 1, 1), Bin(0.9, 27, 30)), LIGHT).data[1]
    assert dots.hovertext == (
        "said to be 31.0 %: 1 of 1 image right",
        "said to be 90.0 %: 27 of 30 images right",
    )
    assert dots.marker.size[0] < dots.marker.size[1]
