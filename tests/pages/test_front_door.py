"""The first thing that a browser is sent, without a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from streamlit import get_option
from streamlit.config import set_option
from streamlit.testing.v1 import AppTest

from pages._ui import shell, site
from pages._ui.front_door import FrontDoor
from tests.loops import run
from tests.pages.conftest import OpenPage

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
HANDED_ON = "handed on"


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: str


def ask(path: str, accept: str = BROWSER, method: str = "GET") -> Reply:
    """Ask the door for an address; what it does not answer itself is handed on."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(b"accept", accept.encode())],
    }
    run(FrontDoor(PlainTextResponse(HANDED_ON))(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], headers, b"".join(m["body"] for m in sent[1:]).decode())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/review",
        "/progress",
        "/history",
        "/export",
        "/compare",
        "/replay",
        "/projects",
        "/missing",
    ],
)
def test_a_page_comes_with_the_name_and_the_style_of_the_app(path: str):
    reply = ask(path)
    assert reply.status == 200
    assert f"<title>{site.APP}</title>" in reply.body
    # After Streamlit's own style, over which it is to rule.
    assert reply.body.index('id="root"') < reply.body.index(site.STYLE)
    assert reply.headers["cache-control"] == "no-cache"


def test_streamlits_page_is_still_as_it_was_when_the_name_was_put_into_it():
    body = ask("/").body
    assert body.count("<style>") == 1
    assert "Streamlit</title>" not in body


@pytest.mark.parametrize(
    ("path", "address"),
    [("/nope", "nope"), ("/progress/nope", "progress%2Fnope"), ("/a&b", "a%26b")],
)
def test_an_address_without_a_page_leads_to_the_list_of_pages(path: str, address: str):
    reply = ask(path)
    assert reply.status == 302
    assert reply.headers["location"] == f"/missing?address={address}"


@pytest.mark.parametrize(
    "path", ["/healthz", "/static/js/index.js", "/media/figure.html", "/_stcore/health", "/nope/"]
)
def test_what_is_no_page_is_handed_on(path: str):
    assert ask(path).body == HANDED_ON


def test_files_that_scripts_ask_for_and_what_is_sent_are_handed_on():
    assert ask("/nope", accept="*/*").body == HANDED_ON
    assert ask("/", method="POST").body == HANDED_ON


def test_below_a_base_path_the_same_holds_and_beside_it_nothing():
    before = get_option("server.baseUrlPath")
    set_option("server.baseUrlPath", "/tools/labels/")
    try:
        assert ask("/tools/labels").status == 200
        assert ask("/tools/labels/progress").status == 200
        assert ask("/tools/labels/nope").headers["location"] == "/tools/labels/missing?address=nope"
        assert ask("/elsewhere").body == HANDED_ON
    finally:
        set_option("server.baseUrlPath", before)


def test_the_page_for_what_is_missing_names_it_as_it_was_typed_and_links_the_others(
    open_page: OpenPage,
):
    app: AppTest = open_page(site.MISSING.file, address="![](http://example.org/*x*)")
    assert not app.exception
    assert app.title[0].value == "There is no such page"
    assert shell.plain("![](http://example.org/*x*)") in app.markdown[0].value
    assert "![" not in app.markdown[0].value
    links = [link.proto.label for link in app.get("page_link")]
    menu = (
        "Label, Grid, Review, Explore, Progress, History, Export, Compare, Replay, Projects, Data"
    )
    assert links == menu.split(", ")
