"""The grid without a browser: what the page hands to its component, and what it takes from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sklearn.datasets import load_digits
from streamlit.testing.v1 import AppTest

from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from pages._ui.grid import KEY

PAGE = "pages/grid.py"
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


def accept(grid: dict[str, Any], name: str | None = None) -> dict[str, Any]:
    """The message that accepts all of a grid."""
    return {
        "kind": "check",
        **{key: grid[key] for key in ("batch_id", "name", "numbering", "named")},
        "items": [{"item": one["id"], "probability": one["probability"]} for one in grid["items"]],
        "answers": [
            {"item": one["id"], "kind": "label", "label": name or grid["name"], "ms": 150}
            for one in grid["items"]
        ],
    }


@pytest.fixture
def taught(service: Service) -> Service:
    """With some labels in the default project."""
    digits = load_digits().target
    for _ in range(3):
        batch = service.batch("digits")
        assert batch is not None
        answers = [Answer(i, AnswerKind.LABEL, str(digits[i])) for i in batch.items]
        service.submit("digits", batch.batch_id, answers)
    return service


def test_before_the_first_label_the_page_says_where_to_begin(open_page: OpenPage):
    grid = shown(open_page(PAGE))
    assert (grid["name"], grid["items"]) == (None, [])
    assert grid["nothing_yet"] == "The model knows nothing yet. Label a few images first."


def test_what_is_accepted_is_stored_and_the_next_images_of_the_class_come(
    open_page: OpenPage, taught: Service
):
    page = open_page(PAGE)
    first = shown(page)
    before = len(taught.view("digits").labels)
    assert len(first["items"]) == 48
    assert send(page, id="m1", **accept(first))["outcome"] == "done"
    labels = taught.view("digits").labels
    assert len(labels) == before + 48
    assert {labels[one["id"]] for one in first["items"]} == {first["name"]}
    after = shown(page)
    assert after["name"] == first["name"], "the same class, while there is some of it"
    assert {one["id"] for one in after["items"]}.isdisjoint(one["id"] for one in first["items"])
    assert after["last"] == {
        "batch_id": first["batch_id"],
        "said": f"48 images as {first['name']}",
    }
    back = send(page, id="m2", kind="take_back_batch", batch_id=first["batch_id"])
    assert back["outcome"] == "done"
    assert len(taught.view("digits").labels) == before
    again = [one["id"] for one in shown(page)["items"]]
    assert again == [one["id"] for one in first["items"]], "what was taken back is seen again"


def test_what_a_person_looks_at_does_not_change_under_their_eyes(
    open_page: OpenPage, taught: Service
):
    page = open_page(PAGE)
    first = shown(page)
    batch = taught.batch("digits")
    assert batch is not None
    answers = [Answer(item, AnswerKind.LABEL, "3") for item in batch.items]
    taught.submit("digits", batch.batch_id, answers)
    page.run()
    assert [one["id"] for one in shown(page)["items"]] == [one["id"] for one in first["items"]]
    assert shown(page)["batch_id"] == first["batch_id"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"numbering": "old"}, "have changed since they were shown"),
        ({"items": []}, "does not understand"),
        ({"name": "no class"}, "is not one of the classes"),
    ],
)
def test_a_message_that_does_not_fit_is_refused_and_nothing_of_it_is_stored(
    open_page: OpenPage, taught: Service, change: dict[str, Any], says: str
):
    page = open_page(PAGE)
    before = taught.view("digits").state
    receipt = send(page, id="m1", **(accept(shown(page)) | change))
    assert receipt["outcome"] == "refused"
    assert says in receipt["text"]
    assert taught.view("digits").state == before
