"""What images would better be compared by is said beside them, and switched by a button."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import StoreBusyError
from core.service.advising import Advice
from core.service.labelling import Service
from tests.pages.conftest import OpenPage

pytestmark = pytest.mark.usefixtures("few_digits")

PAGE = "pages/label.py"
ADVICE = Advice("plain", "shapes", n_right=26, n_right_now=11, n_labels=30)


@pytest.fixture
def page(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    def advice(_: Service, view):
        return ADVICE if view.project.config.features == ADVICE.now else None

    monkeypatch.setattr(Service, "advice", advice)
    return open_page(PAGE)


def captions(page: AppTest) -> str:
    assert not page.exception
    return " ".join(caption.value for caption in page.caption)


def keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button if str(button.key).startswith("advice_")}


def features(service: Service) -> str:
    return service.project("digits").config.features


def test_it_is_switched_to_and_back(page: AppTest, service: Service):
    assert "predict 26 of 30 labels; by pixels and edges, 11." in captions(page)
    page.button(key="advice_switch").click().run()
    assert features(service) == "plain"
    assert "compared by pixels now" in captions(page)
    assert keys(page) == {"advice_back", "advice_keep"}
    page.button(key="advice_back").click().run()
    assert features(service) == "shapes"
    assert keys(page) == {"advice_switch", "advice_leave"}


def test_what_was_switched_to_is_kept_and_no_more_said(page: AppTest, service: Service):
    page.button(key="advice_switch").click().run()
    page.button(key="advice_keep").click().run()
    assert features(service) == "plain"
    assert keys(page) == set()


def test_not_now_is_heard_until_there_is_more_to_say(
    page: AppTest, service: Service, monkeypatch: pytest.MonkeyPatch
):
    page.button(key="advice_leave").click().run()
    assert keys(page) == set()
    assert features(service) == "shapes"
    more = Advice("plain", "shapes", n_right=50, n_right_now=22, n_labels=60)
    monkeypatch.setattr(Service, "advice", lambda *_: more)
    page.run()
    assert "predict 50 of 60 labels" in captions(page)


def test_what_cannot_be_stored_is_said_and_nothing_is_switched(
    page: AppTest, service: Service, monkeypatch: pytest.MonkeyPatch
):
    def fail(_: Service, project_id: str, *_args: object, **_by: object) -> None:
        raise StoreBusyError(f"of {project_id}")

    monkeypatch.setattr(Service, "compare_by", fail)
    page.button(key="advice_switch").click().run()
    assert not page.exception
    assert page.error
    assert features(service) == "shapes"
