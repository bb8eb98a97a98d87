"""The review page without a browser: what it hands to its component, and what it takes from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sklearn.datasets import load_digits
from streamlit.testing.v1 import AppTest

from core.service.labelling import Service
from core.service.review_page import ReviewWish
from core.session.events import Answer, AnswerKind
from pages._ui.review import KEY

PAGE = "pages/review.py"
OpenPage = Callable[..., AppTest]


def shown(page: AppTest) -> dict[str, Any]:
    """What the component was told to show."""
    assert not page.exception
    data: dict[str, Any] = json.loads(page.get("bidi_component")[0].proto.json)
    return data


def send(page: AppTest, **message: Any) -> dict[str, Any]:
    """Act as the browser, and give the receipt for the message."""
    page.session_state[KEY] = {"message": {"v": 1, "project": "digits", **message}}
    page.run()
    receipt: dict[str, Any] = shown(page)["receipts"][-1]
    return receipt


@pytest.fixture
def mistaken(service: Service) -> Service:
    """With some labels in the default project, three of them wrong, and one unsure."""
    digits = load_digits().target
    for number in range(4):
        batch = service.batch("digits")
        assert batch is not None
        answers = [Answer(i, AnswerKind.LABEL, str(digits[i])) for i in batch.items]
        if number == 3:
            wrong = [Answer(a.item, a.kind, str((digits[a.item] + 1) % 10)) for a in answers[:3]]
            answers = [*wrong, *answers[3:-1], Answer(answers[-1].item, AnswerKind.UNSURE)]
        service.submit("digits", batch.batch_id, answers)
    return service


def test_with_few_labels_the_page_says_when_they_are_compared(open_page: OpenPage):
    page = shown(open_page(PAGE))
    assert page["cases"] == []
    assert "once there are 10" in page["nothing"]


def test_a_list_with_nothing_on_it_is_made_anew_once_there_is_news(
    open_page: OpenPage, service: Service
):
    page = open_page(PAGE)
    page.session_state["review_wishes"] = {"digits": ReviewWish(which="aside")}
    page.run()
    first = shown(page)
    assert (first["which"], first["cases"]) == ("aside", [])
    page.run()
    assert shown(page)["list_id"] == first["list_id"]
    batch = service.batch("digits")
    assert batch is not None
    service.submit("digits", batch.batch_id, [Answer(batch.items[0], AnswerKind.UNSURE)])
    page.run()
    assert [case["items"][0]["id"] for case in shown(page)["cases"]] == [batch.items[0]]


@pytest.mark.usefixtures("mistaken")
def test_a_list_stays_while_it_is_worked_through_until_it_is_made_anew(open_page: OpenPage):
    page = open_page(PAGE)
    first = shown(page)
    cases = first["cases"]
    assert len(cases) >= 3
    assert cases[0]["for_other"], "the first comes with its reasons"
    case, (item,) = cases[0], cases[0]["items"]
    label = item["now"]["label"]
    keep = {"item": item["id"], "beside": None, "label": label, "against": case["other"]}
    assert send(page, id="1", kind="keep", **keep, score=case["score"])["outcome"] == "done"
    other = cases[1]["items"][0]["id"]
    judged = {"item": other, "kind": "label", "label": cases[1]["other"], "ms": 900}
    assert send(page, id="2", kind="judge", batch_id="r", answer=judged)["outcome"] == "done"
    after = shown(page)
    assert after["list_id"] == first["list_id"]
    assert [c["items"][0]["id"] for c in after["cases"]] == [c["items"][0]["id"] for c in cases]
    assert after["cases"][0]["is_kept"]
    assert after["cases"][1]["items"][0]["now"]["label"] == cases[1]["other"]
    assert after["cases"][1]["items"][0]["was"] != after["cases"][1]["items"][0]["now"]
    # As the callback notes it, which runs only in a browser.
    page.session_state["review_wishes"] = {"digits": ReviewWish(is_anew=True)}
    page.run()
    anew = shown(page)
    assert anew["list_id"] != first["list_id"]
    assert {item["id"], other}.isdisjoint(c["items"][0]["id"] for c in anew["cases"])


@pytest.mark.usefixtures("mistaken")
def test_a_keep_of_another_label_is_refused_in_words(open_page: OpenPage):
    page = open_page(PAGE)
    item = shown(page)["cases"][0]["items"][0]["id"]
    keep = {"item": item, "beside": None, "label": "no class", "against": "1", "score": 1.0}
    receipt = send(page, id="1", kind="keep", **keep)
    assert (receipt["outcome"], "changed elsewhere" in receipt["text"]) == ("refused", True)
