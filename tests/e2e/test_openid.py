"""Signing in with an account at an OpenID Connect provider, which is a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.desk import idle_tab
from tests.e2e.provider import CLIENT, SECRET, Provider, provider
from tests.e2e.server import QuickServer, Server

ANNA = {"sub": "1", "email": "Anna@Example.org", "email_verified": True, "name": "Anna <b>A</b>"}
EVE = {"sub": "2", "email": "anna@example.org", "email_verified": False, "name": "Eve"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Provider]:
    with provider() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, issuer: Provider) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    started = QuickServer(home, variables(home))
    (home / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "{started.url}/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{issuer.url}/.well-known/openid-configuration"
"""
    )
    started.start()
    yield started
    started.stop()
    assert "Uncaught app execution" not in started.log(), started.log()
    assert SECRET not in started.log()


def variables(home: Path) -> dict[str, str]:
    return {
        "STREAMLIT_SECRETS_FILES": str(home / "secrets.toml"),
        "LABELSPREAD_ADMINS": "anna@example.org",
    }


def enter(page: Page, server: Server, path: str) -> None:
    """Follow the one link of the door."""
    page.goto(server.url + path)
    page.get_by_role("link", name="Sign in").click()
    expect(page.locator("[data-testid=stApp]")).to_be_visible()


def cookies_of(page: Page) -> dict[str, str]:
    return {str(one.get("name")): str(one.get("value")) for one in page.context.cookies()}


def test_who_has_an_account_at_the_provider_is_let_in_and_led_to_what_was_asked_for(
    context: BrowserContext, server: Server, issuer: Provider
) -> None:
    issuer.claims = ANNA
    page = idle_tab(context)
    enter(page, server, "/data")
    expect(page.get_by_role("heading", name="Data")).to_be_visible()
    assert page.url == f"{server.url}/data"
    page.locator(".st-key-project_menu button").first.click()
    expect(page.locator("p.account span")).to_have_text("Anna <b>A</b>")
    kept = cookies_of(page)
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert "_streamlit_user" not in cookies_of(page)
    assert httpx.get(f"{server.url}/progress", cookies=kept).status_code == 401, "a copy of it"


def test_an_address_that_the_provider_has_not_checked_makes_nobody_an_administrator(
    context: BrowserContext, other_context: BrowserContext, server: Server, issuer: Provider
) -> None:
    issuer.claims = ANNA
    administrator = idle_tab(context)
    enter(administrator, server, "/projects")
    expect(administrator.get_by_text("Digits", exact=True).first).to_be_visible()
    issuer.claims = EVE
    eve = idle_tab(other_context)
    enter(eve, server, "/projects")
    expect(eve.get_by_text("There is no project yet. Create one here.")).to_be_visible()
    state = "/maps/digits/state"
    cookies: list[dict[str, Any]] = [cookies_of(eve), cookies_of(administrator)]
    found = [httpx.get(server.url + state, cookies=c, timeout=60).status_code for c in cookies]
    assert found == [404, 200]


@pytest.mark.parametrize("kept", ["", "forged", '"W3siYSI6MX0.x.y"'])
def test_without_a_cookie_that_streamlit_has_signed_nothing_is_there(
    server: Server, kept: str
) -> None:
    headers = {"Cookie": f"_streamlit_user={kept}"} if kept else {}
    assert httpx.get(f"{server.url}/progress", headers=headers).status_code == 401
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers=headers):
        pass
    assert refused.value.response.status_code == 403


def test_passwords_and_a_provider_at_once_are_refused(tmp_path: Path, server: Server) -> None:
    told = variables(server.home) | {"LABELSPREAD_PASSWORDS": str(tmp_path / "passwords")}
    with pytest.raises(RuntimeError, match="Choose one"):
        QuickServer(tmp_path, told).start()
