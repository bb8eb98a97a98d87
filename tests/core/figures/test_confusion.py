import numpy as np
import plotly.graph_objects as go
import pytest
from sklearn.metrics import confusion_matrix

from core.arrays import UNLABELLED, IntArray
from core.figures.confusion import (
    ConfusionMatrix,
    cell_colour,
    confusion_data,
    draw_confusion,
    short_count,
)
from core.figures.palette import DARK, LIGHT, contrast
from core.learning.metrics import report

NAMES = ("cat", "dog", "<i>eel</i>")
TRUTH = np.array([0] * 10 + [1] * 8 + [2] * 4)
PREDICTED = np.array([0] * 9 + [1] + [1] * 8 + [2, 2, 0, 0])
UNREACHED = np.where(np.arange(22) % 10 == 0, UNLABELLED, PREDICTED)


def of(truth: IntArray, predicted: IntArray, names: tuple[str, ...] = NAMES) -> ConfusionMatrix:
    return confusion_data(report(truth, predicted, len(names)), names)


def test_counts_and_shares_are_those_of_scikit_learn():
    data = of(TRUTH, PREDICTED)
    assert data.counts.tolist() == confusion_matrix(TRUTH, PREDICTED).tolist()
    expected = confusion_matrix(TRUTH, PREDICTED, normalize="true")
    np.testing.assert_allclose(data.shares, expected)


def test_a_column_for_items_not_reached_is_there_only_when_it_has_counts():
    assert not of(TRUTH, PREDICTED).has_unreached
    data = of(TRUTH, UNREACHED)
    assert data.has_unreached
    assert data.counts.shape == (3, 4)
    assert data.counts[:, 3].tolist() == [1, 1, 1]
    assert data.counts.sum() == len(TRUTH)


def test_a_class_without_items_has_an_empty_row():
    data = of(TRUTH[:18], PREDICTED[:18])
    assert data.shares[2].tolist() == [0, 0, 0]
    assert data.levels[2].tolist() == [0, 0, 0]


def test_levels_tell_right_wrong_empty_and_unreached_apart():
    levels = of(TRUTH, UNREACHED).levels
    assert levels[1, 1] > 0 > levels[2, 0]
    assert levels[1, 0] == 0
    assert 2 < levels[0, 3] < 3


def test_the_same_share_has_the_same_colour_whatever_else_there_is():
    few = of(TRUTH, PREDICTED)
    many = of(np.tile(TRUTH, 9), np.tile(PREDICTED, 9))
    np.testing.assert_allclose(few.levels, many.levels)


def test_the_heatmap_shows_the_levels_with_the_first_class_at_the_top():
    data = of(TRUTH, UNREACHED)
    figure = draw_confusion(data, LIGHT)
    np.testing.assert_array_equal(figure.data[0].z, data.levels)
    assert figure.layout.yaxis.range == (2.5, -0.5)
    assert figure.layout.xaxis.range == (-0.5, 3.5)
    assert figure.layout.xaxis.ticktext[-1] == "not<br>reached"


def test_numbers_stand_in_the_cells_they_count_and_nowhere_else():
    data = of(TRUTH, PREDICTED)
    numbers = draw_confusion(data, LIGHT).data[1]
    shown = {(y, x): text for y, x, text in zip(numbers.y, numbers.x, numbers.text, strict=True)}
    assert shown == {(0, 0): "9", (0, 1): "1", (1, 1): "8", (2, 0): "2", (2, 2): "2"}
    in_shares = draw_confusion(data, LIGHT, shares=True).data[1]
    assert list(in_shares.text) == ["90.0", "10.0", "100", "50.0", "50.0"]


def test_hovering_says_what_a_cell_counts():
    hover = draw_confusion(of(TRUTH, UNREACHED), LIGHT).data[0].hovertext
    assert hover[0][1] == "true cat, predicted dog: 1 of 10 (10.0 %)"
    assert hover[0][2] == "true cat, predicted &lt;i&gt;eel&lt;/i&gt;: none of 10"
    assert hover[1][3] == "true dog, not reached: 1 of 8 (12.5 %)"


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_every_number_can_be_read_on_its_cell(palette):
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 10, 3000)
    predicted = np.where(rng.random(3000) < truth / 9, truth, rng.integers(-1, 10, 3000))
    data = of(truth, predicted, tuple("0123456789"))
    numbers = draw_confusion(data, palette).data[1]
    for y, x, colour in zip(numbers.y, numbers.x, numbers.textfont.color, strict=True):
        assert contrast(colour, cell_colour(float(data.levels[y, x]), palette)) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_colour_scale_has_the_colours_that_numbers_are_fitted_to(palette):
    heatmap = draw_confusion(of(TRUTH, UNREACHED), palette).data[0]
    span = heatmap.zmax - heatmap.zmin
    for position, colour in heatmap.colorscale:
        assert colour == cell_colour(heatmap.zmin + span * position, palette)


def test_many_classes_have_no_numbers_and_fewer_names():
    names = tuple(f"class {i}" for i in range(60))
    truth = np.arange(60)
    figure = draw_confusion(of(truth, np.where(truth < 5, UNLABELLED, truth), names), LIGHT)
    assert [type(trace) for trace in figure.data] == [go.Heatmap]
    assert len(figure.layout.yaxis.ticktext) <= 25
    assert figure.layout.xaxis.ticktext[-1] == "not<br>reached"
    assert figure.layout.xaxis.tickvals[-1] == 60


def test_no_items_at_all_make_an_empty_matrix():
    nothing = np.zeros(0, dtype=np.int64)
    figure = draw_confusion(of(nothing, nothing), LIGHT)
    assert not figure.data[0].z.any()
    assert len(figure.data[1].x) == 0


def test_the_compact_matrix_is_lower_and_has_no_titles():
    data = of(TRUTH, PREDICTED)
    compact, full = draw_confusion(data, LIGHT, compact=True), draw_confusion(data, LIGHT)
    assert compact.layout.height < full.layout.height
    assert compact.layout.xaxis.title.text is None
    assert full.layout.xaxis.title.text == "predicted"
    assert full.layout.yaxis.title.text == "true"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1.0k"),
        (7_293, "7.3k"),
        (9_949, "9.9k"),
        (9_951, "10k"),
        (69_600, "70k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (12_345_678, "12M"),
    ],
)
def test_large_counts_are_short_enough_for_their_cell(number, text):
    assert short_count(number, 999) == text
    assert len(text) <= 4


def test_counts_that_fit_are_told_in_full():
    assert short_count(99_999, 99_999) == "99999"
    assert short_count(100_000, 99_999) == "100k"


def test_every_cell_that_counts_something_can_be_pressed():
    data = of(TRUTH, UNREACHED)
    places = draw_confusion(data, LIGHT, pressed=True).data[-1]
    found = set(zip(places.y, places.x, strict=True))
    assert found == set(zip(*(side.tolist() for side in np.nonzero(data.counts)), strict=True))
