"""The Compare page: from its form to results that can be opened again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import bootstrap
from core.errors import InvalidDatasetError
from core.simulation.kept import Kept
from core.simulation.plan import Plan
from core.simulation.run import Build
from core.simulation.strategies import PRESETS
from pages._ui import handle
from pages._ui.shell import plain
from tests.core.learners import Gates, builds, curve, outcome_of, plan, strategy
from tests.pages.conftest import OpenPage

PAGE = "pages/compare.py"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons take no time."""
    monkeypatch.setattr(bootstrap, "builder", lambda *_, **__: lambda _plan: builds())


@pytest.fixture
def gates(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gates]:
    """Comparisons go on when they are let."""
    held = Gates()
    monkeypatch.setattr(bootstrap, "builder", lambda *_, **__: held)
    yield held
    held.open()


def kept(title: str = "Some", **values: Any) -> Kept:
    outcome = outcome_of(curve(0, 0.5, 0.9), curve(1, 0.7, 0.92), seeds=2, **values)
    return handle.whole_comparisons()._store.add(title, outcome)


def button(page: AppTest, label: str):
    return next(one for one in page.button if label in (one.label, one.help, one.key))


def html(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def text(page: AppTest) -> str:
    return " ".join(element.value for element in (*page.markdown, *page.caption, *page.subheader))


def figure(page: AppTest) -> dict[str, Any]:
    (chart,) = page.get("plotly_chart")
    drawn: dict[str, Any] = json.loads(chart.proto.spec)
    return drawn


def start(page: AppTest, **fields: int) -> AppTest:
    for name, value in fields.items():
        page.number_input(key=f"compare_{name}").set_value(value)
    button(page, "Start").click()
    return page.run()


def wait_and_look(page: AppTest) -> AppTest:
    latest = handle.whole_comparisons().latest
    assert latest is not None
    assert latest.ends_within(60)
    return page.run()


def test_an_empty_page_says_what_it_is_for_and_offers_all_presets(open_page: OpenPage):
    page = open_page(PAGE)
    assert not page.exception
    assert "Which strategy needs the fewest labels?" in text(page)
    assert "Earlier comparisons" not in text(page)
    boxes = {box.label: box for box in page.checkbox}
    assert list(boxes) == [*(preset.title for preset in PRESETS), "Custom"]
    assert all(box.help for box in boxes.values())
    assert [name for name, box in boxes.items() if box.value] == [
        "Best known",
        "Classic scikit-learn",
        "Random",
    ]


@pytest.mark.usefixtures("fakes")
def test_what_is_started_is_computed_shown_and_kept(open_page: OpenPage):
    page = start(open_page(PAGE), budget=20, runs=2)
    page = wait_and_look(page)
    assert not page.exception
    (entry,) = handle.comparisons().entries()
    assert page.query_params["comparison"] == entry.id
    lines = [trace for trace in figure(page)["data"] if trace["mode"] == "lines+markers"]
    assert [line["name"] for line in lines] == ["Best known", "Classic scikit-learn", "Random"]
    assert 'class="comparison"' in html(page)
    assert "100 images of Shapes" in text(page)


@pytest.mark.usefixtures("fakes")
def test_the_form_decides_what_is_computed(open_page: OpenPage):
    page = open_page(PAGE)
    page.checkbox(key="compare_classic").uncheck()
    page.checkbox(key="compare_own").check()
    page.number_input(key="compare_alpha").set_value(0.5)
    page.selectbox(key="compare_query").set_value("entropy")
    page.selectbox(key="compare_sizes").set_value("last_largest")
    page.selectbox(key="compare_wrong").set_value(10)
    wait_and_look(start(page, budget=12, batch=4, runs=1))
    (entry,) = handle.comparisons().entries()
    plan = handle.comparisons().load(entry.id).outcome.plan
    assert [strategy.name for strategy in plan.strategies] == ["Best known", "Random", "Custom"]
    assert plan.strategies[-1].config.alpha == 0.5
    assert plan.strategies[-1].config.query == "entropy"
    assert (plan.sizes, plan.noise) == ("last_largest", 0.1)
    assert (plan.budget, plan.batch_size, plan.seeds) == (12, 4, 1)


@pytest.mark.usefixtures("fakes")
def test_what_makes_no_sense_is_said_in_a_sentence(open_page: OpenPage):
    page = open_page(PAGE)
    for preset in ("best", "classic", "random"):
        page.checkbox(key=f"compare_{preset}").uncheck()
    page = start(page, budget=5_000)
    assert not page.exception
    (error,) = page.error
    assert "choose 1 to 8 strategies, not 0" in error.value
    assert "5,000 labels cannot be given to 1,797 images" in error.value
    assert handle.whole_comparisons().latest is None


def test_while_it_is_computed_the_page_shows_what_there_is(open_page: OpenPage, gates: Gates):
    page = start(open_page(PAGE), budget=20, runs=2)
    assert not page.exception
    assert page.get("progress")
    assert button(page, "Start").disabled
    comparison = handle.comparisons().under_way
    assert comparison is not None
    gates.open(3)
    while len(comparison.outcome.curves if comparison.outcome else ()) < 2:
        comparison.ends_within(0.01)
    other = open_page(PAGE)
    assert not other.exception
    assert figure(other)["data"]
    assert other.get("progress")[0].proto.text.startswith(plain("Classic scikit-learn, run 1 of 2"))


def test_a_cancelled_one_opens_with_the_runs_there_are(open_page: OpenPage, gates: Gates):
    page = start(open_page(PAGE), budget=20, runs=2)
    comparison = handle.comparisons().under_way
    assert comparison is not None
    gates.open(3)
    while len(comparison.outcome.curves if comparison.outcome else ()) < 2:
        comparison.ends_within(0.01)
    button(page, "Cancel").click().run()
    gates.open()
    page = wait_and_look(page)
    assert "Cancelled after 1 of 6 runs" in text(page)


def test_one_that_is_cancelled_at_once_leaves_nothing(open_page: OpenPage, gates: Gates):
    page = start(open_page(PAGE), budget=20, runs=2)
    button(page, "Cancel").click().run()
    gates.open()
    page = wait_and_look(page)
    assert not page.exception
    assert page.info[0].value.startswith("Cancelled before")
    assert "Which strategy needs the fewest labels?" in text(page)


def test_what_stops_it_is_said_when_one_comes_back(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
):
    def fails(_plan: Plan) -> Build:
        def build(*_: object) -> Any:
            raise InvalidDatasetError("The images are gone.", "Put them back.")

        return build

    monkeypatch.setattr(bootstrap, "builder", lambda *_, **__: fails)
    page = wait_and_look(start(open_page(PAGE), budget=20))
    assert not page.exception
    assert page.error[0].value == r"The images are gone\. Put them back\."
    assert not button(page, "Start").disabled


def test_an_address_opens_a_comparison(open_page: OpenPage):
    one = kept("First of all", noise=0.05)
    page = open_page(PAGE, comparison=one.id)
    assert not page.exception
    assert "**First of all**" in text(page)
    assert "5 % of the answers wrong" in text(page)


@pytest.mark.parametrize("name", ["0" * 32, "../x", "<b>"])
def test_an_address_that_leads_nowhere_is_told_of(open_page: OpenPage, name: str):
    page = open_page(PAGE, comparison=name)
    assert not page.exception
    assert "comparison" in page.warning[0].value
    assert "Which strategy needs the fewest labels?" in text(page)


def test_earlier_ones_are_listed_and_opened_newest_first(open_page: OpenPage):
    first, second = kept("First"), kept("Second")
    page = open_page(PAGE)
    assert "Earlier comparisons" in text(page)
    opens = [one for one in page.button if one.key and one.key.startswith("compare_list_open")]
    assert [one.label for one in opens] == ["Second", "First"]
    opens[1].click().run()
    assert page.query_params["comparison"] == first.id
    assert "**First**" in text(page)
    button(page, f"compare_menu_open_{second.id}").click().run()
    assert "**Second**" in text(page)


def test_a_damaged_one_is_told_of_and_the_others_can_be_opened(open_page: OpenPage, tmp_path):
    kept("Sound")
    broken = kept("Broken")
    (tmp_path / "comparisons" / f"{broken.id}.json").write_text("{")
    page = open_page(PAGE)
    assert not page.exception
    assert "is damaged" in text(page)
    opens = [one for one in page.button if one.key and one.key.startswith("compare_list_open")]
    assert [one.label for one in opens] == ["Sound"]


def test_the_table_says_how_sure_a_mean_is_and_how_many_reached_a_level(
    open_page: OpenPage,
):
    one = handle.whole_comparisons()._store.add(
        "Some", outcome_of(curve(0, 0.5, 0.9), curve(1, 0.52, 0.92), seeds=2)
    )
    page = open_page(PAGE, comparison=one.id)
    assert ">51.0 <small>± 13</small><" in html(page)
    assert ">20<" in html(page)
    some = handle.whole_comparisons()._store.add(
        "Others", outcome_of(curve(0, 0.5, 0.9), curve(1, 0.7, 0.8), seeds=2)
    )
    assert ">1 of 2 reached<" in html(open_page(PAGE, comparison=some.id))


def test_where_an_interval_would_hold_what_cannot_be_it_is_left_open_and_cut_in_the_title(
    open_page: OpenPage,
):
    outcome = outcome_of(curve(0, 0.5, 0.9), curve(1, 0.92, 0.95), seeds=2)
    one = handle.whole_comparisons()._store.add("Some", outcome)
    table = html(open_page(PAGE, comparison=one.id))
    why = "Too few runs for ±. The 95 % interval, cut at what is possible:"
    assert f'title="2 of 2 runs reached 90 %. {why} 1 to 79.">15 <small>± ?</small><' in table
    assert f'title="{why} 0.0 to 100.0.">71.0 <small>± ?</small><' in table
    assert f'title="{why} 60.7 to 100.0.">92.5 <small>± ?</small><' in table


def test_close_to_the_whole_a_narrow_interval_is_shown_though_it_goes_beyond(open_page: OpenPage):
    outcome = outcome_of(curve(0, 0.5, 0.990), curve(1, 0.5, 0.998), seeds=2)
    one = handle.whole_comparisons()._store.add("Some", outcome)
    assert ">99.4 <small>± 5.1</small><" in html(open_page(PAGE, comparison=one.id))


def test_the_top_can_be_looked_at_alone(open_page: OpenPage):
    one = kept()
    page = open_page(PAGE, comparison=one.id)
    assert figure(page)["layout"]["yaxis"]["range"][0] < 50
    page.segmented_control(key=f"compare_axis_{one.id}").set_value("Above 90 %").run()
    assert figure(page)["layout"]["yaxis"]["range"][0] == pytest.approx(90, abs=0.1)


def test_the_best_of_each_column_is_bold_unless_all_are_alike(open_page: OpenPage):
    good, bad = curve(0, 0.5, 0.9), curve(0, 0.5, 0.8)
    outcome = outcome_of(good, bad.model_copy(update={"strategy": "Two"}), seeds=1).model_copy(
        update={"plan": plan(strategy("One"), strategy("Two"), seeds=1)}
    )
    page = open_page(PAGE, comparison=handle.whole_comparisons()._store.add("Two", outcome).id)
    bold = re.findall(r'class="best"[^>]*>([^<]+)<', html(page))
    assert bold == ["20", "90.0"]


def test_a_comparison_fills_the_screen_and_gives_it_back(open_page: OpenPage):
    one = kept()
    page = open_page(PAGE, comparison=one.id)
    button(page, "Present").click().run()
    assert not page.exception
    assert page.query_params["present"] == "1"
    shown = json.loads(page.get("bidi_component")[0].proto.json)
    assert shown["title"] == "Some"
    assert [line["colour"]["name"] for line in shown["curve"]["lines"]]
    page.session_state["stage"] = {"leave": {"round": 0}}
    page.run()
    assert "present" not in page.query_params
    assert button(page, "Present")


@pytest.mark.parametrize("name", ["0123456789abcdef", "..", ""])
def test_a_stage_for_what_is_not_there_is_the_page_that_says_so(open_page: OpenPage, name: str):
    page = open_page(PAGE, comparison=name, present="1")
    assert not page.exception
    assert not page.get("bidi_component")
