"""What the label page says to the server without a run of its script; no browser, no server."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from core.errors import StoreUnavailableError
from core.service.protocol import VERSION
from core.session.events import Answer, AnswerKind
from pages._ui import handle, presence, talk_route
from pages._ui.desk import COOKIE
from pages._ui.presence import Presence
from pages._ui.talk_route import Talk, serve_talk, talk_address
from tests.loops import run

pytestmark = pytest.mark.usefixtures("few_digits", "service")

DESK = "a" * 32
OTHER_DESK = "b" * 32


@pytest.fixture
def talk() -> Talk:
    return Talk(PlainTextResponse("handed on"))


@pytest.fixture
def project() -> str:
    return handle.service().projects()[0].project_id


async def ask_soon(
    talk: Talk, project: str, message: object = None, *, desk: str = DESK, **headers: str
) -> tuple[int, Any]:
    """The status and the words with which a message is answered; without one, how things stand."""
    sent: list[dict[str, Any]] = []
    body = message if isinstance(message, bytes) else json.dumps(message).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(part: Any) -> None:
        sent.append(part)

    named = {
        "host": "127.0.0.1:8501",
        "content-type": "application/json",
        "cookie": f"{COOKIE}={desk}",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": "GET" if message is None else "POST",
        "path": f"/talk/{project}",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    await talk(scope, receive, send)
    content = b"".join(part.get("body", b"") for part in sent[1:])
    kind = dict(sent[0]["headers"]).get(b"content-type", b"")
    is_json = kind.startswith(b"application/json")
    return int(sent[0]["status"]), json.loads(content) if is_json else content.decode()


def news_of(talk: Talk, project: str) -> int:
    """What another page hears."""
    status, told = ask(talk, f"{project}/news")
    assert status == 200
    assert told["every"] > 0
    return int(told["news"])


def ask(
    talk: Talk, project: str, message: object = None, *, desk: str = DESK, **headers: str
) -> tuple[int, Any]:
    """The same, by itself."""
    return run(ask_soon(talk, project, message, desk=desk, **headers))


def sync(project: str) -> dict[str, Any]:
    return {"v": VERSION, "id": "m1", "kind": "sync", "project": project}


def test_answers_are_stored_and_the_next_batch_comes_with_the_receipt(talk: Talk, project: str):
    _, first = ask(talk, project, sync(project))
    shown = first["page"]
    items = [item["id"] for item in shown["items"]]
    answers = [{"item": item, "kind": "label", "label": "3", "ms": 700} for item in items]
    message = sync(project) | {"kind": "submit", "batch_id": shown["batch_id"], "answers": answers}
    status, told = ask(talk, project, message)
    assert status == 200
    assert told["receipt"] == {"id": "m1", "outcome": "done", "text": ""}
    assert {item["id"] for item in told["page"]["items"]}.isdisjoint(items)
    assert dict(handle.service().view(project).labels) == dict.fromkeys(items, "3")
    assert told["page"]["news"] > shown["news"]
    # Once more, as a browser does that has heard nothing: nothing is stored twice.
    status, again = ask(talk, project, message)
    assert again["receipt"]["outcome"] == "done"
    assert again["page"]["batch_id"] == told["page"]["batch_id"]
    assert handle.service().view(project).state.n_answers == len(items)


def test_two_browsers_have_different_images(talk: Talk, project: str):
    _, one = ask(talk, project, sync(project))
    _, other = ask(talk, project, sync(project), desk=OTHER_DESK)
    items = [{item["id"] for item in told["page"]["items"]} for told in (one, other)]
    assert items[0].isdisjoint(items[1])


def test_how_a_project_stands_changes_when_somebody_answers(talk: Talk, project: str):
    _, shown = ask(talk, project, sync(project))
    _, before = ask(talk, project)
    assert before["news"] == shown["page"]["news"]
    item = shown["page"]["items"][0]["id"]
    answers = [{"item": item, "kind": "skip", "label": None, "ms": 700}]
    batch = shown["page"]["batch_id"]
    ask(talk, project, sync(project) | {"kind": "submit", "batch_id": batch, "answers": answers})
    assert ask(talk, project)[1]["news"] > before["news"]


def test_a_page_waits_longer_with_its_figures_the_more_people_there_are(talk: Talk, project: str):
    calm = [ask(talk, project, sync(project), desk=f"{n:032x}")[1]["calm"] for n in range(8)]
    assert calm[0] == 0
    # By lot half as long or half as long again: twice as many people wait longer for certain.
    assert 0 < calm[1] < calm[3] < calm[7]


@pytest.mark.parametrize(
    ("message", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b'"' + b"x" * 2**20 + b'"', {}, 413),
        ({"kind": "sync"}, {"content_type": "text/plain"}, 415),
        ({"kind": "sync"}, {"cookie": ""}, 404),
        ({"kind": "sync"}, {"cookie": f"{COOKIE}=../../etc"}, 404),
        (None, {"cookie": ""}, 404),
    ],
)
def test_what_no_label_page_sends_is_refused(
    talk: Talk, project: str, message: object, headers: dict[str, str], status: int
):
    assert ask(talk, project, message, **headers)[0] == status


@pytest.mark.parametrize("message", [None, [], 7, "x", {"v": VERSION, "id": "m1", "kind": "dream"}])
def test_json_that_is_no_message_is_refused_in_a_sentence(
    talk: Talk, project: str, message: object
):
    status, told = ask(talk, project, json.dumps(message).encode())
    assert status == 200
    assert told["receipt"]["outcome"] == "refused"
    assert "does not understand" in told["receipt"]["text"]


def test_a_project_that_is_not_there_has_no_page_and_takes_no_answer(talk: Talk):
    status, told = ask(talk, "nothing", sync("nothing"))
    assert (status, told["page"]) == (200, None)
    status, sentence = ask(talk, "nothing")
    assert status == 404
    assert "does not exist" in sentence


def test_a_database_that_cannot_be_opened_is_told_and_the_message_is_to_be_sent_again(
    talk: Talk, project: str, monkeypatch: pytest.MonkeyPatch
):
    def away(_person: object) -> None:
        raise StoreUnavailableError("there", "it is away")

    monkeypatch.setattr(handle, "service_for", away)
    _, told = ask(talk, project, sync(project))
    assert told["page"] is None
    assert (told["receipt"]["id"], told["receipt"]["outcome"]) == ("m1", "failed")
    assert "it is away" in told["receipt"]["text"]
    assert ask(talk, project)[0] == 503


def test_whoever_leaves_makes_way_for_others_unless_they_come_back(
    talk: Talk, project: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(presence, "_COMES_BACK", 0.05)
    service = handle.service()

    async def leave(*, comes_back: bool) -> int:
        """How many images others cannot have after somebody has left."""
        await ask_soon(talk, project, sync(project))
        status, _ = await ask_soon(talk, f"{project}/left", b"")
        assert status == 204
        if comes_back:
            await ask_soon(talk, project)
        await asyncio.sleep(0.3)
        return service.with_others(service.view(project), desk=OTHER_DESK)

    assert run(leave(comes_back=True)) > 0
    assert run(leave(comes_back=False)) == 0


def test_it_is_noted_now_and_then_that_somebody_is_there(monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    monkeypatch.setattr(presence, "monotonic", lambda: now[0])
    here = Presence()
    noted = []
    for second in range(0, 150, 2):
        now[0] = float(second)
        noted += [second] * here.stays(("p", DESK))
    assert noted == [0, 60, 120]
    assert here.stays(("another", DESK))


def test_there_is_nothing_below_a_project(talk: Talk, project: str):
    assert ask(talk, f"{project}/more")[0] == 404


def test_a_page_sends_messages_by_itself_only_where_something_listens(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(talk_route, "_served", False)
    assert talk_address("p") is None
    serve_talk()
    assert talk_address("a b/c") == "/talk/a%20b%2Fc"


def test_a_desk_counts_for_a_minute(monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    monkeypatch.setattr(presence, "monotonic", lambda: now[0])
    here = Presence()
    assert [here.note("a"), here.note("b"), here.note("a")] == [1, 2, 2]
    now[0] = 59.0
    here.note("a")
    now[0] = 61.0
    assert here.note("a") == 1


def test_whoever_asks_for_what_is_not_there_makes_nobody_wait(talk: Talk, project: str):
    _, before = ask(talk, project)
    for number in range(20):
        assert ask(talk, "nothing/news", desk=f"{number:032x}")[0] == 404
        assert ask(talk, "nothing", desk=f"{number:032x}")[0] == 404
    _, after = ask(talk, project)
    assert after["every"] == before["every"]


def test_other_pages_hear_of_news_and_keep_no_images_from_others(talk: Talk, project: str):
    _, first = ask(talk, project, sync(project))
    page = first["page"]
    before = news_of(talk, project)
    assert before == page["news"]
    service = handle.whole_service()
    service.leave(project, desk=DESK)
    assert news_of(talk, project) == before
    assert not service.stay(project, desk=DESK), "to look at another page takes nothing to a desk"
    item = page["items"][0]["id"]
    service.submit(project, page["batch_id"], [Answer(item, AnswerKind.LABEL, "3")])
    assert news_of(talk, project) > before
    assert ask(talk, "nothing/news")[0] == 404
