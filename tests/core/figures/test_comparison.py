import pytest

from core.figures.comparison import comparison_data, draw_comparison
from core.figures.palette import DARK, LIGHT, contrast
from core.simulation.outcome import Curve, Point, interval
from core.simulation.plan import MOST_STRATEGIES
from tests.core.learners import curve, outcome_of, plan, strategy

OUTCOME = outcome_of(curve(0, 0.5, 0.96), curve(1, 0.7, 0.98), seeds=2)


def test_there_is_a_line_with_its_interval_for_every_strategy():
    (line,) = comparison_data(OUTCOME)
    assert (line.name, line.number, line.labels, line.runs) == ("One", 0, (10, 20), (2, 2))
    assert line.percents == pytest.approx((60, 97))
    wide = interval([0.96, 0.98])
    assert wide.half is not None
    assert line.low[1] == pytest.approx(100 * (wide.mean - wide.half))
    assert (line.low[0], *line.high) == (0, 100, 100), "no share is below none or above all"


def test_a_strategy_without_a_round_has_no_line_and_the_others_keep_their_colours():
    both = plan(strategy("None yet"), strategy("One"), seeds=2)
    outcome = OUTCOME.model_copy(update={"plan": both})
    (line,) = comparison_data(outcome)
    assert line.number == 1
    drawn = draw_comparison((line,), LIGHT).data[-1]
    assert drawn.line.color == LIGHT.strategies[1]


def test_bands_lie_behind_all_lines():
    band, line = draw_comparison(comparison_data(OUTCOME), LIGHT).data
    assert (band.fill, band.x) == ("toself", (10, 20, 20, 10))
    assert band.y == pytest.approx((100, 100, comparison_data(OUTCOME)[0].low[1], 0))
    assert band.hoverinfo == "skip"
    assert line.mode == "lines+markers"
    assert line.y == pytest.approx((60, 97))


def test_one_run_has_no_band():
    (line,) = draw_comparison(comparison_data(outcome_of(curve(0, 0.5, 0.9))), LIGHT).data
    assert line.mode == "lines+markers"
    assert line.hovertext[0] == "One: 10 labels, accuracy 50.0 %, 1 run"


def test_hovering_says_how_much_is_right_and_how_sure_that_is():
    sure = outcome_of(curve(0, 0.5), curve(1, 0.52), curve(2, 0.54), seeds=3)
    line = draw_comparison(comparison_data(sure), LIGHT).data[-1]
    assert line.hovertext == ("One: 10 labels, accuracy 52.0 % (47.0 to 57.0), 3 runs",)


def test_a_name_is_never_read_as_markup():
    named = outcome_of().model_copy(
        update={
            "plan": plan(strategy("<b>x</b>")),
            "curves": (Curve(strategy="<b>x</b>", seed=0, points=(Point(10, 0.5, 0.5, 1),)),),
        }
    )
    line = draw_comparison(comparison_data(named), LIGHT).data[-1]
    assert line.name == "&lt;b&gt;x&lt;/b&gt;"
    assert "<b>" not in line.hovertext[0]


def test_the_axis_holds_the_bands_or_begins_at_the_top():
    lines = comparison_data(OUTCOME)
    assert draw_comparison(lines, LIGHT).layout.yaxis.range[0] < 0
    top = draw_comparison(lines, LIGHT, top=True)
    assert top.layout.yaxis.range[0] == pytest.approx(90, abs=0.1)
    assert top.data[-1].cliponaxis


def test_before_the_first_round_the_figure_says_so_in_the_same_place():
    empty = draw_comparison(comparison_data(outcome_of()), LIGHT)
    assert empty.layout.annotations[0].text == "The first round is being computed"
    assert empty.layout.height == draw_comparison(comparison_data(OUTCOME), LIGHT).layout.height


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_there_is_a_colour_for_every_strategy_that_stands_out_from_the_page(palette):
    assert len(set(palette.strategies)) == MOST_STRATEGIES
    assert all(contrast(colour, palette.page) >= 3 for colour in palette.strategies)
