"""The real server, asked for what it should not give, and stopped."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.server import Server

STREAM = "/_stcore/stream"
PATHS = (
    "/",
    "/progress",
    "/healthz",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/bidi-components/labelspread.labeler/index.js",
    "/component/any/index.html",
    "/media/any.png",
    "/_stcore/upload_file/session/file",
    "/_stcore/metrics",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    """A server that listens everywhere, and was told no names."""
    started = Server(
        tmp_path_factory.mktemp("home"),
        {"LABELSPREAD_HOST": "0.0.0.0", "LABELSPREAD_NO_LOGIN": "1"},
    )
    started.start()
    yield started
    started.stop()


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Status and body."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        line.request(method, path, headers=headers)
        reply = line.getresponse()
        return reply.status, reply.read().decode(errors="replace")
    finally:
        line.close()


def own(server: Server) -> dict[str, str]:
    return {"Host": f"127.0.0.1:{server.port}"}


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_name_is_refused_everywhere_and_told_what_to_set(server: Server, path: str):
    status, told = ask(server, path, Host="evil.example")
    assert status == 403
    assert "LABELSPREAD_ALLOWED_HOSTS" in told


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_page_is_refused_everywhere(server: Server, path: str):
    status, told = ask(server, path, Origin="http://evil.example", **own(server))
    assert status == 403
    assert "LABELSPREAD_ALLOWED_HOSTS" in told


@pytest.mark.parametrize("path", ["/", "/progress", "/healthz", "/_stcore/health"])
def test_this_machine_is_let_in(server: Server, path: str):
    assert ask(server, path, **own(server))[0] == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", None),
        ("evil.example", "http://evil.example"),
        (None, "http://evil.example"),
        (None, "null"),
    ],
)
def test_the_websocket_is_closed_to_foreign_names_and_pages(
    server: Server, host: str | None, origin: str | None
):
    with pytest.raises(InvalidStatus) as caught:
        open_stream(server, host, origin)
    assert caught.value.response.status_code == 403


def test_the_websocket_is_open_to_this_machine(server: Server):
    open_stream(server, None, server.url)


def open_stream(server: Server, host: str | None, origin: str | None) -> None:
    """Open the websocket as a browser would that was sent there by that page."""
    # The address is that of the host; the socket leads here all the same.
    where = f"ws://{host or '127.0.0.1'}:{server.port}{STREAM}"
    line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    with line, connect(where, sock=line, origin=origin):  # type: ignore[arg-type]
        pass


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "OPTIONS"])
def test_uploads_are_refused_to_whom_nothing_was_shown(server: Server, method: str):
    status, told = ask(server, "/_stcore/upload_file/session/file", method, **own(server))
    assert (status, told) == (403, "Open the Data page to send files.")


def test_metrics_are_closed(server: Server):
    assert ask(server, "/_stcore/metrics", **own(server))[0] == 404


def test_a_server_open_to_this_machine_only_says_so_and_what_to_set(server: Server):
    assert "LABELSPREAD_ALLOWED_HOSTS" in server.log()


def test_names_that_were_set_are_let_in_and_metrics_shown_if_wished(tmp_path: Path):
    server = Server(
        tmp_path,
        {
            "LABELSPREAD_HOST": "0.0.0.0",
            "LABELSPREAD_NO_LOGIN": "1",
            "LABELSPREAD_ALLOWED_HOSTS": "label.example.com",
            "STREAMLIT_SERVER_ALLOWED_HOSTS": "other.example",
            "LABELSPREAD_METRICS": "1",
        },
    )
    server.start()
    try:
        for host in ("label.example.com", "other.example", "127.0.0.1"):
            assert ask(server, "/", Host=host, Origin=f"https://{host}")[0] == 200
        assert ask(server, "/", Host="evil.example")[0] == 403
        assert ask(server, "/_stcore/metrics", **own(server))[0] == 200
        assert "LABELSPREAD_ALLOWED_HOSTS" not in server.log()
    finally:
        server.stop()


def test_after_a_stop_one_file_holds_all_there_is(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    server = Server(home)
    server.start()
    server.stop()
    alone = tmp_path / "alone.db"
    shutil.copy(home / "labelspread.db", alone)
    with closing(sqlite3.connect(alone)) as database:
        rows = database.execute("SELECT project_id, config FROM projects").fetchall()
    assert [name for name, _ in rows] == ["digits"]
    assert json.loads(rows[0][1])["dataset"] == "digits"
