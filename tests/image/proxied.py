"""compose.yaml: what the proxy does for browsers."""

from __future__ import annotations

import subprocess
from contextlib import closing
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import Playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from pages._ui.desk import COOKIE as DESK
from pages._ui.door import WHOSE
from pages._ui.login import COOKIE as SIGN_IN
from tests.e2e.book import right
from tests.e2e.browser import chromium_executable
from tests.e2e.conftest import ARGUMENTS
from tests.e2e.desk import Desk
from tests.e2e.people import sign_in
from tests.image.container import Container
from tests.image.deployment import BELOW, PASSWORDS, REPLICA, SERVICES, SITE, Team, answers
from tests.image.labeller import Labeller
from tests.image.phone import Phone, assert_said, opened_room
from tests.image.services import CADDY, is_well


def test_the_proxy_is_of_the_version_that_compose_names():
    said = subprocess.run([CADDY, "version"], check=True, capture_output=True, text=True)
    major, minor, _ = said.stdout.removeprefix("v").split(".", 2)
    assert SERVICES["proxy"]["image"] == f"caddy:{major}.{minor}-alpine"


@pytest.mark.usefixtures("team")
def test_plain_http_leads_to_https():
    reply = httpx.get(f"http://{SITE}/label?project=x")
    assert reply.status_code == httpx.codes.PERMANENT_REDIRECT
    assert reply.headers["location"] == f"https://{SITE}/label?project=x"


def test_cookies_are_sent_over_https_alone_and_whoever_has_not_signed_in_sees_nothing(team: Team):
    with team.open() as client:
        client.cookies.delete(DESK)
        reply = client.get("/", headers={"Accept": "text/html"})
        assert reply.status_code == httpx.codes.SEE_OTHER
        replies = [reply, sign_in(client, "ada", PASSWORDS["ada"])]
        replies.append(client.get("/", headers={"Accept": "text/html"}))
        assert replies[-1].status_code == httpx.codes.OK
    cookies = [line for reply in replies for line in reply.headers.get_list("set-cookie")]
    assert {line.partition("=")[0] for line in cookies} == {REPLICA, SIGN_IN, DESK, WHOSE}
    assert [line for line in cookies if "; Secure" not in line] == []
    told = [line for line in cookies if line.startswith((SIGN_IN, DESK))]
    assert [line for line in told if "; HttpOnly" not in line] == []


def test_pages_messages_and_scripts_are_compressed(team: Team):
    with team.signed_in() as client:
        client.headers["Accept-Encoding"] = "gzip"
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.headers["content-encoding"] == "gzip"
        script = page.text.partition('src="')[2].partition('"')[0]
        reply = client.get(f"/{script.lstrip('./')}")
        assert reply.headers["content-encoding"] == "gzip"
        assert "import" in reply.text


def test_metrics_are_not_shown_to_the_world(team: Team):
    with team.signed_in() as client:
        for path in ("/metrics", "/metrics/", "//metrics", "/%6detrics", "/x/../metrics"):
            assert "_seconds" not in client.get(path).text
        assert client.get("/metrics").status_code == httpx.codes.NOT_FOUND
    assert team.asked(team.replicas[0]) >= 0


def test_a_browser_stays_with_the_replica_that_it_had_first(team: Team):
    project = team.project()
    replicas: set[int] = set()
    # The first one is drawn by lot.
    while len(replicas) < 2:
        before = [team.asked(replica) for replica in team.replicas]
        with team.signed_in() as client:
            somebody = Labeller(client, project)
            for _ in range(3):
                somebody.answer(1)
        more = [team.asked(r) - b for r, b in zip(team.replicas, before, strict=True)]
        assert sorted(more) == [0, 4]
        replicas.add(more.index(4))
        team.assert_stored(somebody)


def opened(team: Team, client: httpx.Client, origin: str) -> ClientConnection:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return connect(
        f"wss://{SITE}/_stcore/stream",
        ssl=team.trusting(),
        origin=Origin(origin),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers={"Cookie": cookies},
        max_size=None,
        open_timeout=60,
    )


def test_a_page_runs_over_a_websocket_that_only_its_own_site_may_open(team: Team):
    with team.signed_in() as client:
        with opened(team, client, f"https://{SITE}") as socket:
            wanted = BackMsg()
            wanted.rerun_script.query_string = ""
            socket.send(wanted.SerializeToString())
            kinds = set()
            while "script_finished" not in kinds:
                came = ForwardMsg()
                payload = socket.recv(60)
                assert isinstance(payload, bytes)
                came.ParseFromString(payload)
                kinds.add(came.WhichOneof("type"))
        assert {"new_session", "delta"} <= kinds
        with pytest.raises(InvalidStatus):
            opened(team, client, "https://elsewhere.internal")
    with team.open() as stranger, pytest.raises(InvalidStatus):
        opened(team, stranger, f"https://{SITE}")


def test_wrong_passwords_are_counted_by_the_address_that_the_proxy_saw(team: Team):
    with team.open(team.network.one_more_address()) as one:
        for n in range(20):
            # What a browser claims about addresses is nobody's word.
            one.headers["X-Forwarded-For"] = f"10.1.2.{n}"
            assert sign_in(one, f"nobody {n}", "x").status_code == httpx.codes.FORBIDDEN
        assert sign_in(one, "nobody else", "x").status_code == httpx.codes.TOO_MANY_REQUESTS
        with team.open(team.network.one_more_address()) as other:
            other.cookies.set(REPLICA, one.cookies[REPLICA])
            assert sign_in(other, "nobody at all", "x").status_code == httpx.codes.FORBIDDEN


def test_a_browser_whose_replica_is_killed_goes_on_at_another(team: Team):
    project = team.project()
    with team.signed_in() as client:
        somebody = Labeller(client, project)
        somebody.look()
        before = [team.asked(replica) for replica in team.replicas]
        somebody.answer()
        more = [team.asked(r) - b for r, b in zip(team.replicas, before, strict=True)]
        mine = client.cookies[REPLICA]
        team.replicas.pop(more.index(1)).kill()
        somebody.answer()
        somebody.answer()
        assert client.cookies[REPLICA] != mine
        assert len(somebody.acknowledged) == 30
        team.assert_stored(somebody)
    team.one_more()


def test_phones_find_a_room_and_nothing_else_without_an_account(team: Team):
    with closing(team.book()) as book, team.open() as client:
        project, code = opened_room(book)
        phone = Phone(client, code)
        said, more = phone.answer(), phone.answer()
        assert said.keys().isdisjoint(more)
        assert_said(book, project, said | more)
        assert client.get(f"/rooms/{project}").status_code == httpx.codes.UNAUTHORIZED
    assert team.app.environment["LABELSPREAD_PUBLIC_URL"] == f"https://{SITE}"


def test_it_can_be_below_a_path(team: Team):
    environment = team.app.environment | {
        "STREAMLIT_SERVER_BASE_URL_PATH": "labels",
        "LABELSPREAD_ALLOWED_HOSTS": BELOW,
    }
    settings = replace(team.app, environment=environment)
    below = Container("below", settings, team.network, team.folder / "below")
    below.wait(lambda: is_well(below, team.image))
    told = team.proxy.settings.environment | {"LABELSPREAD_SITE": BELOW, "LABELSPREAD_APP": "below"}
    before = Container(
        BELOW, replace(team.proxy.settings, environment=told), team.network, team.folder / "caddy2"
    )
    before.wait(lambda: answers(team, BELOW, "/labels/sign-in"))
    with team.open(site=BELOW) as client:
        form = {"name": "ada", "password": PASSWORDS["ada"]}
        assert client.post("/labels/sign-in", data=form).headers["location"] == "/labels/"
        assert client.get("/labels/metrics").status_code == httpx.codes.NOT_FOUND
        somebody = Labeller(client, team.project(), "/labels")
        somebody.answer()
        team.assert_stored(somebody)
    with closing(team.book()) as book, team.open(site=BELOW) as client:
        project, code = opened_room(book)
        assert_said(book, project, Phone(client, code, "/labels").answer())
    before.kill()
    below.kill()


def test_a_page_in_a_browser_goes_on_when_its_replica_is_killed(team: Team, playwright: Playwright):
    browser = playwright.chromium.launch(executable_path=chromium_executable(), args=ARGUMENTS)
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"https://{SITE}/")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORDS["ada"])
    page.get_by_role("button", name="Sign in").click()
    desk = Desk(context, f"https://{SITE}", team.project()).open()
    before = [team.asked(replica) for replica in team.replicas]
    said = desk.round(right)
    more = [team.asked(r) - b > 0 for r, b in zip(team.replicas, before, strict=True)]
    assert sorted(more) == [False, True]
    team.replicas.pop(more.index(True)).kill()
    said |= desk.round(right)
    desk.wait_no_drafts()
    said |= desk.round(right)
    desk.wait_no_drafts()
    with closing(team.book()) as book:
        assert said.items() <= book.labels(team.project()).items()
    # The page runs again, too, over a websocket of its own: its figures follow.
    desk.page.get_by_role("link", name="Progress").click()
    desk.page.get_by_role("heading", name="Progress").wait_for()
    browser.close()
    team.one_more()
