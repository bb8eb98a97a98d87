import numpy as np
import pytest

from core.data import catalogue
from core.data.dataset import Dataset
from core.figures.digit_grid import (
    TEXT,
    TILE,
    draw_digit_grid,
    round_grid_data,
    rounds_grid_data,
)
from core.figures.palette import DARK, LIGHT, Palette, contrast
from core.replay.published import find_run
from core.replay.run import ReplayRound, replay


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return catalogue.load(find_run("digits-active-0.20").config)


@pytest.fixture(scope="module")
def rounds() -> tuple[ReplayRound, ...]:
    return tuple(replay(find_run("digits-active-0.20")))


@pytest.fixture(scope="module")
def demonstration() -> ReplayRound:
    return next(replay(find_run("digits-demo-current")))


def test_the_ten_digits_of_a_round_stand_in_two_rows(demonstration: ReplayRound):
    dataset = catalogue.load(find_run("digits-demo-current").config)
    data = round_grid_data(dataset, demonstration, "A title")
    assert data.title == "A title"
    assert [len(row.queries) for row in data.rows] == [5, 5]
    assert data.rows[0].queries + data.rows[1].queries == demonstration.queries
    for row in data.rows:
        assert (row.name, row.note) == ("", "")
        for query, image in zip(row.queries, row.images, strict=True):
            np.testing.assert_array_equal(image, dataset.images[query.index])


def test_each_round_is_a_row_that_names_its_model(
    dataset: Dataset, rounds: tuple[ReplayRound, ...]
):
    data = rounds_grid_data(dataset, rounds)
    assert [(row.name, row.note) for row in data.rows] == [
        ("model 1", "fit with 40 labels"),
        ("model 2", "fit with 45 labels"),
        ("model 3", "fit with 50 labels"),
        ("model 4", "fit with 55 labels"),
        ("model 5", "fit with 60 labels"),
    ]
    assert [row.queries for row in data.rows] == [step.queries for step in rounds]


def test_each_digit_has_its_picture_card_and_caption(
    dataset: Dataset, rounds: tuple[ReplayRound, ...]
):
    figure = draw_digit_grid(rounds_grid_data(dataset, rounds), LIGHT)
    captions, hover = figure.data
    queries = [query for step in rounds for query in step.queries]
    assert len(figure.layout.images) == len(figure.layout.shapes) == len(queries)
    assert all(image.source.startswith("data:image/png") for image in figure.layout.images)
    for query, caption, text in zip(queries, captions.text, hover.hovertext, strict=True):
        assert f"predicted {query.predicted}" in caption
        assert f"true {query.true}" in caption
        assert text.startswith(f"digit {query.row}:")
        assert ("(correct)" in text) == query.right


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_wrong_ones_are_marked_by_more_than_a_colour(
    palette: Palette, dataset: Dataset, rounds: tuple[ReplayRound, ...]
):
    figure = draw_digit_grid(rounds_grid_data(dataset, rounds), palette)
    queries = [query for step in rounds for query in step.queries]
    assert {query.right for query in queries} == {True, False}
    for query, card, caption, colour in zip(
        queries,
        figure.layout.shapes,
        figure.data[0].text,
        figure.data[0].textfont.color,
        strict=True,
    ):
        assert (card.line.color == palette.wrong) == (not query.right)
        assert (card.line.width > 1) == (not query.right)
        assert ("<b>" in caption) == (not query.right)
        assert contrast(colour, palette.page) >= 4.5


def test_nothing_lies_outside_the_figure_or_on_its_neighbour(
    dataset: Dataset, rounds: tuple[ReplayRound, ...]
):
    figure = draw_digit_grid(rounds_grid_data(dataset, rounds, "A title"), LIGHT)
    layout, (captions, hover) = figure.layout, figure.data
    assert layout.xaxis.range == (0, layout.width)
    assert layout.yaxis.range == (layout.height, 0)
    assert max(captions.y) + 2 * 1.3 * TEXT <= layout.height
    assert max(hover.x) + TILE / 2 < layout.width
    columns, rows = sorted(set(hover.x)), sorted(set(hover.y))
    assert (len(columns), len(rows)) == (5, 5)
    assert min(np.diff(columns)) > TILE
    assert min(np.diff(rows)) > TILE + 2 * 1.3 * TEXT
    title, *names = layout.annotations
    assert title.y + 1.25 * 1.3 * TEXT < rows[0] - TILE / 2
    assert all(0 <= note.x < columns[0] - TILE / 2 for note in names)


def test_without_titles_and_names_the_digits_begin_at_the_corner(demonstration: ReplayRound):
    dataset = catalogue.load(find_run("digits-demo-current").config)
    figure = draw_digit_grid(round_grid_data(dataset, demonstration), LIGHT)
    assert len(figure.layout.annotations) == 0
    assert figure.layout.shapes[0].path.startswith("M10.6,1")


def test_a_title_is_never_markup(dataset: Dataset, rounds: tuple[ReplayRound, ...]):
    figure = draw_digit_grid(rounds_grid_data(dataset, rounds[:1], "<i>a & b</i>"), LIGHT)
    assert figure.layout.annotations[0].text == "<b>&lt;i&gt;a &amp; b&lt;/i&gt;</b>"
