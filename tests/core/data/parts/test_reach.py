"""An address in a set leads no further than the set itself lies, or to the public web."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import fsspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from core.data.parts import reach
from core.data.parts.places import Place, place_of
from core.data.parts.reach import fetch, host_of, is_public
from core.data.readers.found import BadImageError

CONTENT = b"an image"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "a b.png").write_bytes(CONTENT)
    (tmp_path / "secret.png").write_bytes(b"secret")
    return folder


# ---- folders


def test_files_in_the_folder_of_a_set_are_read(folder: Path):
    root = place_of(str(folder))
    for address in (
        "images/a b.png",
        f"{folder}/images/a b.png",
        f"file://{folder}/images/a b.png",
    ):
        assert fetch(root, address) == CONTENT
    one = place_of(str(folder / "all.parquet"))
    assert fetch(one, "images/../images/a b.png") == CONTENT


def test_files_outside_of_it_are_not(folder: Path):
    root = place_of(str(folder))
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    outside = ["../secret.png", f"{folder.parent}/secret.png", "link.png", "/etc/hostname"]
    outside += [f"file://{folder.parent}/secret.png", "s3://bucket/a.png", "memory://a/b.png"]
    for address in outside:
        with pytest.raises(BadImageError, match="lies outside of the set"):
            fetch(root, address)


def test_what_is_no_file_is_not_waited_for(folder: Path):
    os.mkfifo(folder / "pipe.png")
    for address in ("pipe.png", "images", "gone.png"):
        with pytest.raises(BadImageError, match="cannot be read"):
            fetch(place_of(str(folder)), address)


def test_a_file_that_is_too_large_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reach, "MOST_BYTES", 4)
    with pytest.raises(BadImageError, match="has more than"):
        fetch(place_of(str(folder)), "images/a b.png")


# ---- buckets


@pytest.fixture
def bucket() -> Iterator[Place]:
    files = fsspec.filesystem("memory")
    files.pipe("/one/set/images/a.png", CONTENT)
    files.pipe("/other/a.png", b"secret")
    yield place_of("memory://one/set")
    files.rm("/one", recursive=True)
    files.rm("/other", recursive=True)


def test_files_in_the_bucket_of_a_set_are_read_and_no_others(bucket: Place):
    assert fetch(bucket, "images/a.png") == CONTENT
    assert fetch(bucket, "memory://one/set/images/a.png") == CONTENT
    for address in ("memory://other/a.png", "../../other/a.png", "file:///etc/hostname"):
        with pytest.raises(BadImageError, match="lies outside of the set"):
            fetch(bucket, address)
    with pytest.raises(BadImageError, match="There is nothing at"):
        fetch(bucket, "images/b.png")


def test_on_hugging_face_a_set_is_a_bucket():
    root = place_of("hf://datasets/anna/cats/data")
    with pytest.raises(BadImageError, match="lies outside"):
        fetch(root, "hf://datasets/ben/cats/a.png")
    assert reach._within(root, "hf://datasets/anna/cats/images/a.png").path.endswith(
        "cats/images/a.png"
    )


# ---- the web


class Handler(BaseHTTPRequestHandler):
    """Sends an image, says that it is elsewhere, or that it is not there."""

    def do_GET(self) -> None:
        status, headers = 200, {"Content-Length": str(len(CONTENT))}
        if self.path.startswith("/to/"):
            status, headers = 302, {"Location": self.path.removeprefix("/to/")}
        elif self.path.startswith("/gone"):
            status, headers = 404, {"Content-Length": "0"}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if status == 200:
            self.wfile.write(CONTENT)

    def log_message(self, *_: object) -> None:
        """Nothing is said."""


@pytest.fixture
def server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_set_on_a_web_server_has_its_images_there(server: str):
    root = place_of(f"{server}/sets/one.parquet")
    assert fetch(root, "images/a.png") == CONTENT
    assert fetch(root, f"{server}/images/a.png?size=large") == CONTENT
    assert fetch(root, f"{server}/to//images/a.png") == CONTENT
    with pytest.raises(BadImageError, match="the server says 404"):
        fetch(root, "/gone.png")
    with pytest.raises(BadImageError, match="again and again"):
        fetch(root, "/to//to//to//to//to//a.png")


def test_no_other_set_gets_at_a_server_that_is_not_public(server: str, folder: Path, bucket: Place):
    private = server.replace("http:", "https:")
    for root in (place_of(str(folder)), bucket, place_of("https://example.org/one.parquet")):
        for address in (f"{server}/a.png", f"{private}/a.png", "https://localhost/a.png"):
            with pytest.raises(BadImageError, match="lies outside of the set"):
                fetch(root, address)


@pytest.mark.parametrize("to", ["http://127.0.0.1:1/a.png", "https://[::1]/a.png", "//10.0.0.1/a"])
def test_a_redirection_leads_no_further(server: str, to: str):
    with pytest.raises(BadImageError, match="lies outside of the set"):
        fetch(place_of(f"{server}/one.parquet"), f"{server}/to/{to}")


def test_a_name_that_means_a_private_host_is_not_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def found(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 443))
            for number in ("93.184.215.14", "169.254.169.254")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(BadImageError, match="lies outside of the set"):
        fetch(place_of(str(folder)), "https://images.example.org/a.png")


def certificate_for(name: str, folder: Path) -> Path:
    """A certificate that says of itself that it is this host's, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=called,
        subject_name=called,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(hours=1),
        not_valid_after=now + timedelta(hours=1),
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    path = folder / "certificate.pem"
    path.write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


def test_a_host_that_is_asked_by_its_number_has_to_show_the_certificate_of_its_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    certificate = certificate_for("images.example.org", tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.server_port))]
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(reach, "is_public", lambda _: True)
    find = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: here if "example" in str(host) else find(host, *a, **k),
    )
    try:
        root = place_of(str(folder))
        address = f"example.org:{server.server_port}/a b.png"
        assert fetch(root, f"https://images.{address}") == CONTENT
        with pytest.raises(BadImageError, match="certificate"):
            fetch(root, f"https://others.{address}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    "number",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
        *("2002:a00:1::", "ff02::1"),
    ],
)
def test_what_is_behind_this_machine_is_not_public(number: str):
    assert not is_public(ip_address(number))


@pytest.mark.parametrize("number", ["93.184.215.14", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_what_anybody_can_reach_is_public(number: str):
    assert is_public(ip_address(number))


@pytest.mark.parametrize(
    "address",
    [
        f"https://{'a' * 64}.com/x",
        "https://a..b/x",
        "https://.x/",
        "https://xn--/x",
        "a\0.png",
        "ring/x.png",
    ],
)
def test_an_address_that_cannot_be_one_is_that_of_a_bad_image(address, tmp_path):
    (tmp_path / "ring").symlink_to("ring")
    root = place_of(str(tmp_path))
    with pytest.raises(BadImageError, match="cannot be read"):
        fetch(root, address)
    assert host_of(root, address)
