"""Pages run on an empty folder for data, without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.config import recommended
from core.service import projects
from core.service.labelling import Service
from pages._ui import handle

APP_FILE = Path(__file__).resolve().parents[2] / "app.py"
OpenPage = Callable[..., AppTest]


def metrics(page: AppTest) -> dict[str, str]:
    """The key figures of a page, by their names."""
    rows = "".join(element.proto.body for element in page.get("html"))
    return dict(re.findall(r"<dt>(.*?)</dt><dd><b>(.*?)</b>", rows))


@pytest.fixture(scope="session", autouse=True)
def _scanned_once() -> Iterator[None]:
    """Streamlit looks through all installed packages for components once, not for each app."""
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture
def few_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the default project have so many that its model is there at once."""
    monkeypatch.setattr(projects, "recommended", partial(recommended, n_samples=200))


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service that the pages will use, with the default project and no labels."""
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path))
    monkeypatch.delenv("LABELSPREAD_DATABASE_URL", raising=False)
    handle.close()
    yield handle.whole_service()
    handle.close()


@pytest.fixture
def open_page(service: Service) -> OpenPage:  # noqa: ARG001 - pages find it by themselves
    """Open a page as a visitor does, by its file and what the address says after the ``?``."""

    def open_(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(APP_FILE, default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app.switch_page(page)
        return app.run()

    return open_
