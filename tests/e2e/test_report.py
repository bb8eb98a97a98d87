"""The report in a browser: nothing runs, nothing is fetched, nothing is cut, and axe is content."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext
from sklearn.datasets import load_digits

from core.bootstrap import open_service
from core.config import recommended
from core.report.gathering import gather
from core.report.page import html
from tests.core.report.conftest import HOSTILE, PROJECT, answer_round
from tests.e2e.axe import findings
from tests.e2e.places import SIZES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    digits = load_digits()
    home.joinpath("datasets").mkdir()
    images, labels = digits.images[:120] / 16, digits.target[:120]
    np.savez(home / "datasets/odd.npz", images=images, labels=labels, class_names=HOSTILE)
    config = recommended(dataset="odd.npz", n_samples=120, hidden_share=0.5)
    with closing(open_service(home)) as service:
        project = service.create_project(PROJECT, config).project_id
        for _ in range(5):
            answer_round(service, project)
        place = home / "report.html"
        place.write_text(html(gather(service, project)), encoding="utf-8")
    return place


def test_a_report_is_calm_whatever_names_say(
    report: Path, new_context: Callable[..., BrowserContext]
):
    context = new_context()
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("console", lambda message: said.append(message.text))
    page.goto(report.as_uri())
    for size in ("phone", "tablet", "desktop"):
        page.set_viewport_size(SIZES[size])
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= SIZES[size]["width"], size
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        if grave := findings(page):
            found[scheme] = grave
    assert found == {}
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    assert said == []
    assert page.locator("script, iframe, link").count() == 0
