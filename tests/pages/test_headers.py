"""What each answer tells the browser besides its content, without a server."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from pages._ui.front_door import page
from pages._ui.headers import SafeHeaders, policy
from tests.loops import run


def headers_of(scheme: str = "http", **own: str) -> dict[str, str]:
    """The headers of an answer that has some of its own."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    answer = PlainTextResponse("ok", headers={k.replace("_", "-"): v for k, v in own.items()})
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "scheme": scheme}
    run(SafeHeaders(answer)(scope, receive, send))
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def rules() -> dict[str, list[str]]:
    return {name: values.split() for name, _, values in _parted()}


def _parted() -> list[tuple[str, str, str]]:
    return [rule.partition(" ") for rule in policy().split("; ")]


def test_a_page_loads_nothing_of_other_servers():
    for name, values in rules().items():
        assert not [v for v in values if "." in v or "*" in v or "http" in v], name
    assert rules()["default-src"] == ["'self'"]


def test_no_script_runs_that_stands_in_a_page_but_that_of_the_page_itself():
    allowed = rules()["script-src"]
    assert "'unsafe-inline'" not in allowed
    assert "'unsafe-eval'" not in allowed
    inline = re.findall(r"<script>(.*?)</script>", page(), re.DOTALL)
    hashes = [f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in inline]
    assert allowed == ["'self'", "blob:", *hashes]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "SAMEORIGIN"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ],
)
def test_every_answer_has_the_usual_headers(name: str, value: str):
    assert headers_of()[name] == value
    assert headers_of()["content-security-policy"] == policy()


def test_what_an_answer_says_itself_stays():
    told = headers_of(content_security_policy="default-src 'none'")
    assert told["content-security-policy"] == "default-src 'none'"


def test_only_behind_tls_a_browser_is_told_to_come_back_by_tls():
    assert "strict-transport-security" not in headers_of()
    assert "max-age=31536000" in headers_of("https")["strict-transport-security"]
