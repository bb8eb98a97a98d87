"""Who is let in, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from streamlit import get_option
from streamlit.config import set_option

from pages._ui.gate import Gate, allowed_hosts, only_this_machine
from tests.pages.loops import run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _hosts():
    before = get_option("server.allowedHosts")
    set_option("server.allowedHosts", allowed_hosts({}, ["label.example.com"], "127.0.0.1"))
    yield
    set_option("server.allowedHosts", before)


def ask(path: str = "/", **headers: str) -> int:
    """The status with which the gate answers; 200 if it hands on."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    named = {"host": "127.0.0.1:8501"} | headers
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    run(Gate(PlainTextResponse("handed on"))(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8501", "localhost", "[::1]:8501", "label.example.com", "LABEL.example.com."]
)
def test_its_own_names_are_let_in(host: str):
    assert ask(host=host) == 200
    assert ask(host=host, origin=f"http://{host}") == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8501",
        "127.0.0.1.evil.example",
        "",
        "a@127.0.0.1",
        "127.0.0.1:x",
    ],
)
def test_other_names_are_not(host: str):
    assert ask(host=host) == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "file://", "127.0.0.1"])
def test_pages_of_others_are_not(origin: str):
    assert ask(origin=origin) == 403


@pytest.mark.parametrize("path", ["/_stcore/upload_file/s/f", "/base/_stcore/upload_file/s/f"])
def test_uploads_are_closed(path: str):
    assert ask(path) == 403


def test_no_page_asks_for_an_upload():
    # The gate would refuse it: open it for that page's sessions first.
    pages = [*ROOT.glob("pages/**/*.py"), ROOT / "app.py"]
    wanting = {"file_uploader", "camera_input", "audio_input", "chat_input"}
    assert [p.name for p in pages if any(f"st.{w}" in p.read_text() for w in wanting)] == []


def test_metrics_are_closed_unless_they_are_asked_for(monkeypatch):
    assert ask("/_stcore/metrics") == ask("/base/_stcore/metrics/") == 404
    monkeypatch.setenv("LABELSPREAD_METRICS", "1")
    assert ask("/_stcore/metrics") == 200


@pytest.mark.parametrize(
    ("variable", "also", "host", "more"),
    [
        ("", [], "127.0.0.1", []),
        ("", [], "0.0.0.0", []),
        ("", [], "192.168.1.20", ["192.168.1.20"]),
        ("a.example, b.example  c.example", ["d.example"], "::", ["d.example", "a.example"]),
        ("*", [], "0.0.0.0", ["*"]),
    ],
)
def test_allowed_names_are_those_of_this_machine_and_what_was_set(
    variable: str, also: list[str], host: str, more: list[str]
):
    allowed = allowed_hosts({"LABELSPREAD_ALLOWED_HOSTS": variable}, also, host)
    assert {"127.0.0.1", "localhost", "::1", *more} <= set(allowed)
    assert only_this_machine(allowed) is (not more)
