"""Every route and websocket of the real server: without a sign-in, and with somebody else's."""

from __future__ import annotations

import re
import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from core.bootstrap import service_of
from core.config import ProjectConfig
from core.people.passwords import line_for
from core.people.persons import Person
from core.people.roles import Role
from core.service.guarded import Administrators, guarded
from pages._ui.door import OPEN, OPEN_BELOW
from tests.e2e.people import PASSWORDS, Browsers, running_with_login, sign_in
from tests.e2e.server import ROOT, QuickServer, Server

STREAM = "/_stcore/stream"
ROUTES = (
    "/",
    "/progress",
    "/export",
    "/no-such-page",
    "/_stcore/health",
    "/_stcore/script-health-check",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/stream",
    "/_stcore/bidi-components/labelspread.labeler/index.js",
    "/_stcore/upload_file/session/file",
    "/component/any/index.html",
    "/media/any.png",
    "/app/static/any.png",
    "/static/index.js",
    "/pictures/digits/0/0123456789abcdef0123456789abcdef",
    "/maps/digits/state",
    "/maps/digits/marks/any",
    "/talk/digits",
    "/auth/login",
    "/auth/logout",
    "/oauth2callback",
    "/_stcore/agent/interact",
    "/_stcore/agent/openapi.json",
    "/_stcore/agent/mcp",
    "/rooms/room-k7qf",
    "/metrics",
    "/sign-out",
    "/sign-in/../progress",
    "//sign-in",
    "/sign-in/",
    "/healthz/..",
)
AT_THE_GATE = {"/_stcore/metrics": 404, "/metrics": 404, "/_stcore/upload_file/session/file": 403}
"""What is refused before it is asked who it is."""


OF_MIDDLEWARE: dict[str, tuple[str, ...]] = {
    "SafeHeaders": (),
    "RoomOnly": (),
    "Metrics": ("/metrics",),
    "Gate": (),
    "Door": (),
    "SignInPages": ("/sign-in/", "/sign-out"),
    "Phones": ("/r/",),
    "Desks": (),
    "Pictures": ("/pictures/",),
    "Maps": ("/maps/",),
    "Talk": ("/talk/",),
    "RoomFigures": ("/rooms/",),
    "FrontDoor": ("/progress", "/no-such-page"),
    "StaticGzip": ("/static/",),
}
"""What our own parts of the server answer for, from the first that hears of a request."""

SERVED = """
from pages._ui.server import application
app = application()._build_starlette_app()
ours = [one.cls.__name__ for one in app.user_middleware if one.cls.__module__.startswith("pages")]
print([(route.path, route.path_regex.pattern) for route in app.routes if route.path is not None])
print(ours)
"""
"""Tells what there is in a process of its own: Streamlit is there once in each."""


@pytest.fixture
def browsers() -> Iterator[Browsers]:
    opened = Browsers()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a project of Anna's, before there is a server."""
    folder = tmp_path_factory.mktemp("home")
    service = service_of({"LABELSPREAD_HOME": str(folder)}, with_default=False)
    hers = guarded(service, Person("anna", "anna"), Administrators(has_login=True))
    hers.create_project("Annas", ProjectConfig(n_samples=60))
    service.close()
    return folder


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    with running_with_login(home) as started:
        yield started


@pytest.fixture(scope="module")
def project(home: Path) -> str:
    service = service_of({"LABELSPREAD_HOME": str(home)}, with_default=False)
    (only,) = service.projects()
    service.close()
    return only.project_id


def test_whatever_is_served_is_tried_here() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SERVED], capture_output=True, text=True, check=True, cwd=ROOT
    )
    routes, middleware = map(literal_eval, told.stdout.splitlines()[-2:])
    for path, pattern in routes:
        tried = [*ROUTES, *(f"/{one}" for one in OPEN)]
        assert any(re.match(pattern, one) for one in tried), f"nobody tries {path}"
    assert middleware == [*OF_MIDDLEWARE]
    for address in (one for some in OF_MIDDLEWARE.values() for one in some):
        is_open = address.removeprefix("/") in OPEN_BELOW
        assert is_open or any(one.startswith(address) for one in ROUTES), address


@pytest.fixture(scope="module")
def stranger(server: Server) -> Iterator[httpx.Client]:
    """Whoever asks a server without being signed in."""
    with httpx.Client(base_url=server.url) as client:
        yield client


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_is_there_for_whoever_is_not_signed_in(
    stranger: httpx.Client, path: str, method: str
) -> None:
    for kept in ("", "labelspread_sign_in=forged.forged", "_streamlit_user=forged"):
        headers = {"Cookie": kept} if kept else {}
        reply = stranger.request(method, path, headers=headers)
        stranger.cookies.clear()
        refused = AT_THE_GATE.get(path, 401)
        assert reply.status_code == refused, f"{method} {path}"


def test_who_asks_for_a_page_is_led_to_the_door_and_back(
    server: Server, browsers: Browsers
) -> None:
    accepts = {"Accept": "text/html"}
    reply = httpx.get(f"{server.url}/progress?project=x", headers=accepts)
    assert reply.status_code == 303
    assert reply.headers["location"] == "/sign-in?next=%2Fprogress%3Fproject%3Dx"
    client = browsers.new(server)
    back = sign_in(client, "anna", PASSWORDS["anna"], "/progress?project=x")
    assert back.headers["location"] == "/progress?project=x"
    assert client.get("/progress", headers=accepts).status_code == 200


def test_the_door_its_style_and_the_health_are_there_for_all(server: Server) -> None:
    for path in ("/sign-in", "/sign-in/style.css", "/sign-in/icon.svg", "/healthz"):
        assert httpx.get(server.url + path).status_code == 200
    assert httpx.delete(f"{server.url}/sign-in").status_code == 405


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\tevil"]
)
def test_nobody_is_led_to_another_server(server: Server, wanted: str, browsers: Browsers) -> None:
    reply = sign_in(browsers.new(server), "anna", PASSWORDS["anna"], wanted)
    assert reply.headers["location"] == "/"


def test_a_wrong_password_is_said_without_telling_what_was_wrong(
    server: Server, browsers: Browsers
) -> None:
    told = set()
    for name in ("anna", "nobody"):
        reply = sign_in(browsers.new(server), name, "wrong")
        assert reply.status_code == 403
        assert "set-cookie" not in reply.headers
        told.add(reply.text.replace(name, ""))
    assert len(told) == 1
    assert "The name or the password is not right." in told.pop()


def test_what_was_typed_is_shown_as_text(server: Server, browsers: Browsers) -> None:
    reply = sign_in(browsers.new(server), '"><script>alert(1)</script>', "wrong")
    assert "<script>" not in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_a_form_that_is_none_lets_nobody_in(server: Server, browsers: Browsers) -> None:
    client = browsers.new(server)
    for body in (b"&".join(b"a=b" for _ in range(50)), b"\xff\x00=&%ff=%00", b"x" * 20_000):
        assert client.post("/sign-in", content=body).status_code == 403


def test_the_cookie_is_kept_from_scripts_and_other_sites(
    server: Server, browsers: Browsers
) -> None:
    client = browsers.new(server)
    kept = sign_in(client, "anna", PASSWORDS["anna"]).headers["set-cookie"]
    parts = set(kept.split("; ")[1:])
    assert parts == {"Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Lax"}
    form = {"name": "anna", "password": PASSWORDS["anna"]}
    behind = {"X-Forwarded-Proto": "https"}
    reply = httpx.post(f"{server.url}/sign-in", data=form, headers=behind)
    assert "Secure" in reply.headers["set-cookie"].split("; ")


def test_another_site_cannot_make_a_browser_sign_in_or_out(
    server: Server, browsers: Browsers
) -> None:
    form = {"name": "anna", "password": PASSWORDS["anna"]}
    for told in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://localhost:1"}):
        reply = httpx.post(f"{server.url}/sign-in", data=form, headers=told)
        assert reply.status_code == 403
        assert "set-cookie" not in reply.headers
    client = browsers.signed_in(server, "anna")
    asked = client.get("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Sign out?" in asked.text
    assert client.get("/progress").status_code == 200


def test_after_five_wrong_ones_a_name_has_to_wait(server: Server, browsers: Browsers) -> None:
    client = browsers.new(server)
    statuses = [sign_in(client, "somebody", "wrong").status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    reply = sign_in(client, "somebody", "wrong")
    assert "Try again in 15 minutes." in reply.text
    assert int(reply.headers["retry-after"]) <= 900
    assert browsers.signed_in(server, "anna").get("/progress").status_code == 200


def test_signing_out_ends_it_even_for_a_cookie_that_was_copied(
    server: Server, browsers: Browsers
) -> None:
    client = browsers.signed_in(server, "anna")
    copy = dict(client.cookies)
    reply = client.get("/sign-out")
    assert reply.status_code == 303
    assert reply.headers["location"] == "/sign-in"
    assert "labelspread_sign_in" not in client.cookies
    assert httpx.get(f"{server.url}/progress", cookies=copy).status_code == 401


def test_a_project_of_somebody_else_is_not_there_by_any_address(
    server: Server, project: str, browsers: Browsers
) -> None:
    hers, eves = browsers.signed_in(server, "anna"), browsers.signed_in(server, "eve")
    state = hers.get(f"/maps/{project}/state")
    assert state.status_code == 200
    layout = state.json()["layout"]
    name = "0" * 32
    paths = [
        f"/maps/{project}/state",
        f"/maps/{project}/places/{layout}",
        f"/maps/{project}/marks/any",
        f"/maps/{project}/image/{layout}/0",
        f"/pictures/{project}/0/{name}",
        f"/pictures/{project}/0/{name}/full",
        f"/talk/{project}",
    ]
    assert [hers.get(path).status_code for path in paths[:4]] == [200] * 4
    for path in paths:
        theirs, none = eves.get(path), eves.get(path.replace(project, "nothing"))
        assert theirs.status_code == none.status_code == 404
        assert theirs.text == none.text
        assert theirs.headers["cache-control"] == "no-store"
    assert browsers.signed_in(server, "ada").get(paths[0]).status_code == 200, (
        "an administrator sees all"
    )


def test_uploads_and_files_of_another_session_are_refused(
    server: Server, browsers: Browsers
) -> None:
    client = browsers.signed_in(server, "eve")
    assert client.put("/_stcore/upload_file/some-session/file").status_code in {403, 404}
    assert client.get("/media/0123.png").status_code == 404


@pytest.mark.parametrize("kept", ["", "labelspread_sign_in=forged.forged"])
def test_a_websocket_without_a_sign_in_is_refused(server: Server, kept: str) -> None:
    headers = {"Cookie": kept} if kept else {}
    address = server.url.replace("http", "ws") + STREAM
    with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers=headers):
        pass
    assert refused.value.response.status_code == 403


def test_a_websocket_ends_when_its_sign_in_does(server: Server, browsers: Browsers) -> None:
    client = browsers.signed_in(server, "eve")
    kept = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = server.url.replace("http", "ws") + STREAM
    with connect(address, additional_headers={"Cookie": kept}) as socket:
        client.get("/sign-out")
        # It is looked at again and again.
        with pytest.raises(ConnectionClosed) as closed:
            _listen(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def _listen(socket: ClientConnection) -> None:
    """Hear what comes, until the connection is closed."""
    while True:
        socket.recv(timeout=60)


def test_a_password_that_is_changed_ends_what_was_begun_with_the_old_one(
    tmp_path: Path, browsers: Browsers
) -> None:
    with running_with_login(tmp_path) as server:
        client = browsers.signed_in(server, "anna")
        assert client.get("/progress").status_code == 200
        (tmp_path / "passwords").write_text(line_for("anna", "another password"))
        assert client.get("/progress").status_code == 401
        assert sign_in(client, "anna", "another password").status_code == 303
        assert client.get("/progress").status_code == 200


def test_two_replicas_know_the_same_sign_ins(tmp_path: Path, browsers: Browsers) -> None:
    with running_with_login(tmp_path) as one, running_with_login(tmp_path) as two:
        client = browsers.signed_in(one, "anna")
        cookies = dict(client.cookies)
        assert httpx.get(f"{two.url}/progress", cookies=cookies).status_code == 200
        client.get("/sign-out")
        assert httpx.get(f"{two.url}/progress", cookies=cookies).status_code == 401


def test_below_an_address_of_its_own_it_is_the_same(tmp_path: Path) -> None:
    base = {"STREAMLIT_SERVER_BASE_URL_PATH": "label"}
    with running_with_login(tmp_path, base) as server:
        for path in ("/label", "/label/", "/label/progress", "/progress", "/label/sign-out"):
            assert httpx.get(server.url + path).status_code == 401
        reply = httpx.get(f"{server.url}/label/progress", headers={"Accept": "text/html"})
        assert reply.headers["location"] == "/label/sign-in?next=%2Flabel%2Fprogress"
        form = {"name": "anna", "password": PASSWORDS["anna"]}
        with httpx.Client(base_url=server.url) as client:
            reply = client.post("/label/sign-in?next=/label/progress", data=form)
            assert reply.headers["location"] == "/label/progress"
            assert "Path=/label;" in reply.headers["set-cookie"]
            assert client.get("/label/progress").status_code == 200


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"LABELSPREAD_HOST": "0.0.0.0"}, "nobody signs in"),
        ({"LABELSPREAD_PASSWORDS": "/nowhere/passwords"}, "cannot be read"),
    ],
)
def test_it_does_not_start_where_all_would_be_let_in_or_nobody_could(
    tmp_path: Path, variables: dict[str, str], told: str
) -> None:
    server = QuickServer(tmp_path, variables)
    with pytest.raises(RuntimeError, match=told):
        server.start()


def test_an_owner_shares_and_the_other_is_let_in_at_once(
    server: Server, home: Path, project: str, browsers: Browsers
) -> None:
    eves = browsers.signed_in(server, "eve")
    assert eves.get(f"/maps/{project}/state").status_code == 404
    service = service_of({"LABELSPREAD_HOME": str(home)}, with_default=False)
    service.give_role(project, Person("eve", "eve"), Role.ANNOTATOR, by="anna")
    assert eves.get(f"/maps/{project}/state").status_code == 200
    service.give_role(project, Person("eve", "eve"), None, by="anna")
    assert eves.get(f"/maps/{project}/state").status_code == 404
    service.close()
