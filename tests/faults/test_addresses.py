"""Any address, header and way of asking, typed to the real server byte by byte."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages._ui.server import STATIC_DIR
from tests.e2e.server import QuickServer, Server

ROOTS: Final = (
    "/",
    "/static/",
    "/app/static/",
    "/media/",
    "/component/",
    "/component/x/",
    "/_stcore/bidi-components/",
    "/_stcore/bidi-components/labelspread.labeler/",
    "/_stcore/upload_file/",
    "/_stcore/",
    "/pictures/",
    "/pictures/digits/0/",
    "/maps/",
    "/maps/digits/image/",
    "/talk/",
    "/r/",
    "/rooms/",
    "/rooms/digits?names=",
    "/r/ABCD/pictures/",
    "/sign-in/",
    "/progress?project=",
    "/data?import=",
    "/join?project=digits&key=",
)
PARTS: Final = (
    *("..", "%2e%2e", "..%2f", "%2e%2e%2f", "%252e%252e%252f", "..\\", "..%5c", "....//", "."),
    *("/", "//", "%2f", "%5c", "\\", "%00", "%0d%0a", "%ff%fe", "%ed%a0%80", "%", "%zz", ";", "?"),
    *("etc", "passwd", "app.py", "pages", "core", "labelspread.db", "server.log", ".git", "config"),
    *("C:", "~", "file:", "http://", "*", "index.html", "digits", "0", "ab", "full", "state"),
    *("%3Cscript%3E", "x" * 300, "%E2%80%AE"),
)
HEADERS: Final = tuple(
    text.encode("latin-1")
    for text in (
        *("Origin: http://[", "Origin: http://[::1", "Origin: \xbd", "Origin:", "Referer: \xff"),
        *('Cookie: labelspread_desk="', "Cookie: \xff\xfe=\xff", "Cookie: [=]; a=; =b; ;;"),
        *("Cookie: " + "a=b; " * 3_000, "Cookie: labelspread_sign_in=a.b.c", "Cookie: ==="),
        *(
            "Accept: \xff",
            "Accept: text/html",
            "Accept-Encoding: gzip;q=x",
            "Accept-Language: \xff",
        ),
        *("Range: bytes=x-", "Range: bytes=9-1", "Range: bytes=0-1,2-3", f"Range: bytes=-{9**40}"),
        *("Content-Length: -1", "Content-Length: 99", "Content-Type: \xff", "Content-Type:"),
        *(
            "If-Modified-Since: \xff",
            "If-None-Match: *",
            "Upgrade: websocket",
            "Expect: 100-continue",
        ),
        *("Upgrade: websocket", "Accept-Language: \xff"),
        *("X-Forwarded-For: \xff", "X-Forwarded-Proto: \xff", "X-Forwarded-Host: evil.example"),
        *("X-HTTP-Method-Override: DELETE", "X: " + "x" * 20_000, "A\xff: b", "Host: evil.example"),
    )
)
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "\xff")
SECRETS: Final = (b"root:x:0", b"from __future__", b"SQLite format 3", b"[server]", b"Traceback")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has said nothing of an error when all is over."""
    started = QuickServer(tmp_path_factory.mktemp("home"))
    started.start()
    yield started
    started.stop()
    assert "Traceback" not in started.log(), started.log()
    assert "Exception in ASGI" not in started.log()


def ask(
    server: Server,
    method: str,
    target: str,
    *headers: bytes,
    body: bytes = b"",
    is_cut_off: bool = False,
) -> bytes:
    """The whole answer; what the headers promise never comes where it is cut off."""
    lines = [
        f"{method} {target} HTTP/1.1".encode("latin-1"),
        *([] if any(h.startswith(b"Host:") for h in headers) else [b"Host: 127.0.0.1"]),
        b"Connection: close",
        *headers,
        b"",
        body,
    ]
    answer = b""
    # What is far too long is hung up on before it has come to its end.
    with (
        suppress(ConnectionError),
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as line,
    ):
        line.sendall(b"\r\n".join(lines))
        if is_cut_off:
            line.shutdown(socket.SHUT_WR)
        while some := line.recv(2**16):
            answer += some
    return answer


def assert_sound(answer: bytes) -> None:
    """That it is no error of the server, and tells nothing that it should not."""
    assert answer.startswith(b"HTTP/1.1 "), answer[:200]
    assert int(answer[9:12]) < 500, answer[:500]
    content = answer.partition(b"\r\n\r\n")[2]
    assert not [told for told in SECRETS if told in content]


addresses = st.builds(
    lambda root, parts: root + "".join(parts),
    st.sampled_from(ROOTS),
    st.lists(st.sampled_from(PARTS) | st.text(st.characters(max_codepoint=255), max_size=5)),
).map(lambda text: "".join(sign for sign in text if sign > " " and sign != "\x7f"))
any_address = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@any_address
@given(address=addresses, method=st.sampled_from(["GET", "GET", "GET", *METHODS]))
def test_any_address_is_answered_and_leads_to_no_file(
    server: Server, address: str, method: str
) -> None:
    assert_sound(ask(server, method, address))


@any_address
@given(
    address=st.sampled_from(ROOTS),
    headers=st.lists(st.sampled_from(HEADERS), min_size=1, max_size=3, unique=True),
    method=st.sampled_from(METHODS),
    body=st.binary(max_size=50),
)
def test_any_headers_are_answered(
    server: Server, address: str, headers: list[bytes], method: str, body: bytes
) -> None:
    is_cut_off = any(one.startswith((b"Content-Length: 9", b"Expect")) for one in headers)
    answer = ask(server, method, address, *headers, body=body, is_cut_off=is_cut_off)
    if not is_cut_off:
        assert_sound(answer)


@pytest.mark.parametrize("size", [3_000, 30_000, 300_000])
def test_an_address_of_any_length_is_answered_or_hung_up_on(server: Server, size: int) -> None:
    for root in ("/", "/static/", "/media/", "/talk/", "/r/", "/progress?project="):
        answer = ask(server, "GET", root + "x" * size)
        if answer or size < 65_536:
            assert_sound(answer)


def test_what_is_sent_and_cut_off_is_no_error(server: Server) -> None:
    kind, length = b"Content-Type: application/json", b"Content-Length: 1000"
    desk = b"Cookie: labelspread_desk=" + b"a" * 32
    for address in ("/talk/digits", "/r/ABCD/join", "/r/ABCD/answers", "/sign-in", "/"):
        ask(server, "POST", address, kind, length, desk, body=b'{"id":', is_cut_off=True)


def test_a_file_of_the_pages_is_there_and_nothing_beside_it(server: Server) -> None:
    script = next(file.name for file in (STATIC_DIR / "js").glob("*.js"))
    assert ask(server, "GET", f"/static/js/{script}").startswith(b"HTTP/1.1 200")
    for outside in (
        f"/static/js/../../../{script}",
        "/static/../__init__.py",
        "/static//etc/passwd",
    ):
        assert_sound(ask(server, "GET", f"/static/{outside}"))
