import json
import re
import sys

import pytest
from streamlit.testing.v1 import AppTest

from core.replay.published import all_runs, find_run
from core.replay.run import replay
from core.service.labelling import Service
from pages._ui import shell
from tests.pages.conftest import OpenPage

PAGE = "pages/replay.py"


def html(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def button(page: AppTest, label: str):
    return next(one for one in page.button if label in (one.label, one.help, one.key))


def curves(page: AppTest) -> list[list[float]]:
    """The lines of the learning curve: how many labels there were."""
    charts = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    lines = next(c["data"] for c in charts if c["data"][0].get("mode") == "lines+markers")
    return [line["x"] for line in lines]


def test_without_a_run_the_four_are_listed(open_page: OpenPage):
    page = open_page(PAGE)
    assert not page.exception
    assert not page.warning
    text = " ".join(markdown.value for markdown in page.markdown)
    for run in all_runs():
        assert shell.plain(run.title) in text


@pytest.mark.parametrize(
    "query",
    [
        {"run": "digits-active-9.9"},
        {"run": "<script>"},
        {"run": "digits-active-0.20", "round": "6"},
        {"run": "digits-active-0.20", "round": "0"},
        {"run": "digits-active-0.20", "round": "last"},
        {"run": "digits-demo-current", "round": "-1", "present": "1"},
    ],
)
def test_an_address_that_names_nothing_is_told_of_and_shows_the_list(
    open_page: OpenPage, query: dict[str, str]
):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert "no" in page.warning[0].value
    assert sum(one.label == "Open" for one in page.button) == len(all_runs())


@pytest.mark.parametrize("run", all_runs(), ids=lambda run: run.id)
def test_every_round_of_every_run_is_shown_identical(open_page: OpenPage, run):
    for number in range(len(run.rounds)):
        page = open_page(PAGE, run=run.id, round=str(number + 1))
        assert not page.exception
        assert "✓ all identical" in html(page)
        assert 'class="differs"' not in html(page)
        printed = [text for row in run.rounds[number].report for text in row[1:] if text]
        shown = re.findall(r"<td[^>]*>([^<]+)</td>", html(page))
        assert len(shown) == 2 * len(printed)


def test_the_rounding_tie_is_marked_and_explained(open_page: OpenPage):
    page = open_page(PAGE, run="digits-active-0.17", round="1")
    assert re.findall(r'class="tie"[^>]*>([\d.]+)<', html(page)) == ["0.83", "0.82"]


def test_stepping_goes_forward_and_back_and_stays_within_the_run(open_page: OpenPage):
    page = open_page(PAGE, run="digits-active-0.20")
    assert button(page, "Back").disabled
    button(page, "Next").click().run()
    assert page.query_params["round"] == "2"
    button(page, "Back").click().run()
    assert page.query_params["round"] == "1"
    page.segmented_control(key="replay_round_0").set_value("5").run()
    assert page.query_params["round"] == "5"
    assert button(page, "Next").disabled


def test_playing_goes_on_to_the_last_round_and_stops_there(open_page: OpenPage):
    page = open_page(PAGE, run="digits-active-0.20", round="3")
    page.selectbox(key="replay_speed").set_value("fast")
    button(page, "play").click().run()
    assert not page.exception
    assert page.query_params["round"] == "5"
    assert button(page, "play")


def test_starting_from_a_round_makes_a_project_with_its_labels(
    open_page: OpenPage, service: Service
):
    run = find_run("digits-active-0.20")
    step = list(replay(run))[2]
    page = open_page(PAGE, run=run.id, round="3")
    button(page, "Start from here").click().run()
    assert not page.exception
    made = service.projects()[-1]
    assert made.name == "digits-active-0.20, from round 3"
    view = service.view(made.project_id)
    assert view.beliefs.labels.tolist() == step.beliefs.labels.tolist()
    assert view.beliefs.predicted.tolist() == step.beliefs.predicted.tolist()
    own, published = curves(open_page("pages/label.py", project=made.project_id))[::-1]
    assert own == [50]
    assert published == [40, 45, 50, 55, 60]


def test_a_second_start_from_the_same_round_has_a_name_of_its_own(
    open_page: OpenPage, service: Service
):
    for _ in range(2):
        page = open_page(PAGE, run="digits-demo-current")
        button(page, "Start from here").click().run()
        assert not page.exception
    assert [project.name for project in service.projects()[1:]] == [
        "digits-demo-current, from round 1",
        "digits-demo-current, from round 1 (2)",
    ]


def test_a_picture_that_cannot_be_drawn_is_said_on_the_page_which_goes_on(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "kaleido", None)  # as if it were not installed
    page = open_page(PAGE, run="digits-demo-current")
    kinds = next(one for one in page.button_group if one.label == "Format")
    kinds.set_value("png").run()
    button(page, "Create the file").click().run()
    assert not page.exception
    assert "Kaleido" in page.error[0].value
    assert "choose HTML" in page.error[0].value
    assert button(page, "Present")
