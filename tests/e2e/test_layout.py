"""Every page on every screen: what one needs is there at once, and nothing is cut or overlaps."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, FloatRect, Locator, Page, expect

from tests.e2e.desk import idle_tab, wait_at_rest
from tests.e2e.places import SCREENS, SIZES, Place

pytestmark = pytest.mark.browser

FINGER: Final = 44
"""Pixels that a finger needs."""


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return idle_tab(context)


def boxes(found: Locator) -> list[FloatRect]:
    """Where these are; all must be on the page."""
    placed = [one.bounding_box() for one in found.all() if one.is_visible()]
    assert placed
    return [box for box in placed if box is not None]


def assert_on_screen(page: Page, *selectors: str) -> None:
    size = page.viewport_size
    assert size is not None
    for selector in selectors:
        for box in boxes(page.locator(f".labeler {selector}")):
            assert box["x"] >= 0, selector
            assert box["y"] >= 0, selector
            assert box["x"] + box["width"] <= size["width"], selector
            assert box["y"] + box["height"] <= size["height"], selector


def overlap(one: FloatRect, other: FloatRect) -> bool:
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


@pytest.fixture
def phone(phone_context: BrowserContext) -> Page:
    return idle_tab(phone_context)


@pytest.mark.parametrize("place", ["label", "label-new", "label-named", "label-letters"])
def test_on_a_phone_the_image_and_all_that_can_be_said_of_it_are_on_one_screen(
    phone: Page, known_places: dict[str, Place], place: str
):
    known_places[place].open(phone)
    n_classes = 26 if place == "label-letters" else 10
    expect(phone.locator(".labeler .classes button")).to_have_count(n_classes)
    assert_on_screen(phone, ".stage", ".classes button", ".actions button", ".verdict")
    assert boxes(phone.locator(".labeler .stage"))[0]["height"] >= 180
    for box in boxes(phone.locator(".labeler button")):
        assert min(box["width"], box["height"]) >= FINGER, box


def test_on_a_phone_all_that_can_be_done_with_a_project_is_on_one_line(
    phone: Page, known_places: dict[str, Place]
):
    # Its accuracy is on its card once it was open.
    known_places["label"].open(phone)
    known_places["projects"].open(phone)
    known = phone.locator("[class*=st-key-card_]", has_text="accuracy").first
    for width in (SCREENS["small phone"]["width"], SIZES["phone"]["width"]):
        phone.set_viewport_size({"width": width, "height": 844})
        wait_at_rest(phone)
        assert len({box["y"] for box in boxes(known.get_by_role("button"))}) == 1


def test_on_a_phone_a_check_box_stands_beside_the_middle_of_its_text(
    phone: Page, known_places: dict[str, Place]
):
    known_places["compare-new"].open(phone)
    label = phone.locator(".st-key-compare_best label")
    (box,), (text,) = boxes(label.locator("> span").first), boxes(label.locator("p"))
    middles = [one["y"] + one["height"] / 2 for one in (box, text)]
    assert abs(middles[0] - middles[1]) <= 3


def test_two_quick_taps_do_not_zoom(phone: Page, known_places: dict[str, Place]):
    known_places["label"].open(phone)
    for selector in ("body", ".labeler", ".labeler .classes button"):
        expect(phone.locator(selector).first).to_have_css("touch-action", "manipulation")


@pytest.mark.parametrize("place", ["label", "label-named", "label-letters"])
def test_at_200_percent_the_image_and_all_buttons_are_on_one_screen(
    page: Page, known_places: dict[str, Place], place: str
):
    page.set_viewport_size(SIZES["zoomed"])
    known_places[place].open(page)
    assert_on_screen(page, ".stage", ".classes button", ".actions button", ".verdict", ".saved")


@pytest.mark.parametrize("place", ["label", "label-letters"])
def test_the_status_the_prediction_and_the_figures_stand_apart(
    page: Page, known_places: dict[str, Place], place: str
):
    known_places[place].open(page)
    for size in ("tablet", "small", "desktop", "large"):
        page.set_viewport_size(SIZES[size])
        wait_at_rest(page)
        assert_on_screen(page, ".stage", ".classes button", ".actions button", ".strip button")
        assert_apart(page)


def assert_apart(page: Page) -> None:
    places: dict[str, Any] = {
        name: boxes(page.locator(selector))[0]
        for name, selector in {
            "status": ".labeler .saved",
            "prediction": ".labeler .beliefs",
            "toggles": ".labeler .toggles",
            "classes": ".labeler .classes",
            "figures": ".key-figures",
            "matrix": ".st-key-confusion",
        }.items()
    }
    names = list(places)
    assert [
        (one, other)
        for i, one in enumerate(names)
        for other in names[i + 1 :]
        if overlap(places[one], places[other])
    ] == []
    assert places["prediction"]["width"] >= 200
    assert places["matrix"]["width"] >= 250


def test_image_and_matrix_grow_with_the_screen(page: Page, known_places: dict[str, Place]):
    heights = {}
    known_places["label"].open(page)
    for size in ("desktop", "large"):
        page.set_viewport_size(SIZES[size])
        wait_at_rest(page)
        heights[size] = [
            boxes(page.locator(selector))[0]["height"]
            for selector in (".labeler .stage", ".st-key-confusion .main-svg")
        ]
    for small, large in zip(heights["desktop"], heights["large"], strict=True):
        assert large > 1.5 * small


def test_before_the_first_label_the_figures_say_what_will_stand_there(
    page: Page, known_places: dict[str, Place]
):
    known_places["label-new"].open(page)
    expect(page.locator(".to-come")).to_have_count(2)
    expect(page.locator(".to-come").first).to_contain_text("which classes the model confuses")
    expect(page.locator(".js-plotly-plot")).to_have_count(0)
