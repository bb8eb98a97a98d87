"""Who is let in, without a server."""

from __future__ import annotations

from collections import OrderedDict
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from streamlit import get_option
from streamlit.config import set_option

from pages._ui import upload_pass
from pages._ui.gate import Gate, allowed_hosts, only_this_machine
from pages._ui.metrics import Metrics
from pages._ui.server import application
from tests.loops import run


@pytest.fixture(autouse=True)
def _hosts():
    before = get_option("server.allowedHosts")
    set_option("server.allowedHosts", allowed_hosts({}, ["label.example.com"], "127.0.0.1"))
    yield
    set_option("server.allowedHosts", before)


def ask(path: str = "/", before: type[Metrics] | None = None, **headers: str) -> int:
    """The status with which the gate, or what is before it, answers; 200 if it hands on."""
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
    gate = Gate(PlainTextResponse("handed on"))
    run((before(gate) if before else gate)(scope, receive, send))
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


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "file://", "127.0.0.1", "http://[", "http://[::1"]
)
def test_pages_of_others_are_not(origin: str):
    assert ask(origin=origin) == 403


@pytest.mark.parametrize("path", ["/_stcore/upload_file/s/f", "/base/_stcore/upload_file/s/f"])
def test_uploads_are_closed_but_for_sessions_that_were_shown_where_to_put_them(path, monkeypatch):
    monkeypatch.setattr(upload_pass, "_SESSIONS", OrderedDict())
    assert ask(path) == 403
    monkeypatch.setattr(upload_pass, "get_script_run_ctx", lambda: SimpleNamespace(session_id="s"))
    upload_pass.let_this_session_send()
    assert ask(path) == 200
    assert ask(path.replace("/s/", "/t/")) == 403


def test_metrics_are_closed_unless_they_are_asked_for(monkeypatch):
    assert ask("/_stcore/metrics") == ask("/base/_stcore/metrics/") == 404
    monkeypatch.setenv("LABELSPREAD_METRICS", "1")
    assert ask("/_stcore/metrics") == 200


def test_prometheus_reads_from_within_by_a_name_that_nobody_else_is_let_in_by(monkeypatch):
    monkeypatch.setenv("LABELSPREAD_METRICS", "1")
    names: list[object] = [one.cls for one in application()._user_middleware]
    assert names.index(Metrics) < names.index(Gate)
    assert ask("/metrics", Metrics, host="app:8501") == 200
    assert ask("/progress", Metrics, host="app:8501") == 403


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
