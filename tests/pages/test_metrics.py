"""What Prometheus reads, and what the log looks like; without a server."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse

from core.errors import InvalidSettingError, StoreFullError
from core.session.events import Answer, AnswerKind
from pages._ui import handle
from pages._ui.gate import METRICS_VARIABLE
from pages._ui.logs import VARIABLE, set_up_logs, tell
from pages._ui.metrics import Metrics
from tests.loops import run

pytestmark = pytest.mark.usefixtures("few_digits", "service")


def ask(app: Metrics, path: str) -> tuple[int, str]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    run(app({"type": "http", "method": "GET", "path": path, "headers": []}, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return int(sent[0]["status"]), body.decode()


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (one.name, tuple(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> Metrics:
    monkeypatch.setenv(METRICS_VARIABLE, "1")
    return Metrics(PlainTextResponse("page"))


def test_nobody_reads_them_unless_that_is_wished(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(METRICS_VARIABLE, raising=False)
    assert ask(Metrics(PlainTextResponse("page")), "/metrics")[0] == 404


def test_requests_are_counted_by_their_place_and_outcome(metrics: Metrics):
    for path in ("/talk/a", "/talk/b", "/progress", "/static/x.js"):
        ask(metrics, path)
    told = samples(ask(metrics, "/metrics")[1])
    counted = {
        key[1]: value
        for key, value in told.items()
        if key[0] == "labelspread_request_seconds_count"
    }
    assert counted == {("talk", "2xx"): 2, ("page", "2xx"): 1, ("static", "2xx"): 1}


def test_what_was_stored_is_counted(metrics: Metrics):
    service = handle.service()
    project = service.projects()[0].project_id
    batch = service.batch(project)
    assert batch is not None
    answers = [Answer(item, AnswerKind.SKIP) for item in batch.items]
    service.submit(project, batch.batch_id, answers)
    told = samples(ask(metrics, "/metrics")[1])
    assert told["labelspread_answers_total", ()] == len(answers)
    assert told["labelspread_events_total", ("answered",)] == 1
    assert told["labelspread_events_total", ("served",)] == 1
    assert told["labelspread_store_failures_total", ()] == 0


def test_a_disk_that_is_nearly_full_is_no_good_health(monkeypatch: pytest.MonkeyPatch):
    handle.ping()
    monkeypatch.setattr(handle, "_LEAST_FREE", 2**60)
    with pytest.raises(StoreFullError, match="Free some disk space"):
        handle.ping()


def test_the_log_is_json_where_that_is_asked_for(capsys: pytest.CaptureFixture[str]):
    before = logging.root.handlers[:]
    try:
        set_up_logs({VARIABLE: "json"})
        logging.getLogger("labelspread.server").warning("The %s is full.", "disk")
        told = json.loads(capsys.readouterr().err)
        assert (told["level"], told["logger"]) == ("WARNING", "labelspread.server")
        assert told["message"] == "The disk is full."
        assert told["time"]
    finally:
        logging.root.handlers[:] = before


@pytest.mark.parametrize("kind", ["json", "text"])
def test_where_the_server_is_stands_in_a_log_as_all_else_does(
    kind: str, capsys: pytest.CaptureFixture[str]
):
    tell("It is here.", {VARIABLE: kind})
    said = capsys.readouterr().out.rstrip("\n")
    if kind == "json":
        told = json.loads(said)
        assert told["time"]
        assert (told["level"], told["logger"]) == ("INFO", "labelspread.server")
        said = told["message"]
    assert said == "It is here."


def test_a_log_of_another_kind_is_refused():
    with pytest.raises(InvalidSettingError, match="Set it to text or json"):
        set_up_logs({VARIABLE: "xml"})
