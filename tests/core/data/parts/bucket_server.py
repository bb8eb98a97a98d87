"""A server that speaks as S3 does, as far as reading goes; its buckets are folders."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY: Final = "a-key"
_MODIFIED: Final = "2026-01-02T03:04:05.000Z"
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


class _Handler(BaseHTTPRequestHandler):
    """Lists, tells of and sends objects to whoever has the key, or to all."""

    protocol_version = "HTTP/1.1"
    root: Path
    asked: list[str]
    is_open: bool

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Nothing is said."""

    def _answer(self) -> None:
        address = urlsplit(self.path)
        self.asked.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())
        bucket, _, key = unquote(address.path).lstrip("/").partition("/")
        if not self.is_open and f"={KEY}/" not in self.headers.get("Authorization", ""):
            self._fail(403, "AccessDenied")
        elif not (self.root / bucket).is_dir():
            self._fail(404, "NoSuchBucket")
        elif key:
            self._object(self.root / bucket / key)
        elif self.command == "HEAD":
            self._send(200, b"")
        else:
            wanted = {name: values[0] for name, values in parse_qs(address.query).items()}
            self._send(200, self._listed(bucket, wanted).encode())

    def _object(self, path: Path) -> None:
        if not path.is_file():
            self._fail(404, "NoSuchKey")
            return
        content = path.read_bytes()
        headers = {"ETag": '"1"', "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT"}
        part = _RANGE.fullmatch(self.headers.get("Range", ""))
        if part is None:
            self._send(200, content, headers)
            return
        first, last = int(part[1]), min(int(part[2] or len(content)), len(content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        self._send(206, content[first : last + 1], headers)

    def _listed(self, bucket: str, wanted: dict[str, str]) -> str:
        prefix, is_flat = wanted.get("prefix", ""), wanted.get("delimiter") != "/"
        root = self.root / bucket
        keys = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
        keys = [key for key in keys if key.startswith(prefix)]
        objects = [key for key in keys if is_flat or "/" not in key[len(prefix) :]]
        folders = {prefix + key[len(prefix) :].split("/")[0] + "/" for key in {*keys} - {*objects}}
        told = [
            f"<Contents><Key>{escape(key)}</Key><Size>{(root / key).stat().st_size}</Size>"
            f"<LastModified>{_MODIFIED}</LastModified></Contents>"
            for key in objects
        ]
        told += [
            f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>"
            for folder in sorted(folders)
        ]
        n_keys = f"<KeyCount>{len(told)}</KeyCount><IsTruncated>false</IsTruncated>"
        return f"<ListBucketResult><Name>{bucket}</Name>{n_keys}{''.join(told)}</ListBucketResult>"

    def _fail(self, status: int, code: str) -> None:
        self._send(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        told = {"Content-Type": "application/xml", "Content-Length": str(len(content))}
        for name, value in (told | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def bucket_server(root: Path, *, is_open: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Serve the folders in a folder as buckets.

    Parameters
    ----------
    is_open
        Whether anybody may read, so that it is a web server like any other.

    Yields
    ------
    address
        Of the server.
    asked
        What it is asked for, as it comes.
    """
    asked: list[str] = []
    handler = type("Handler", (_Handler,), {"root": root, "asked": asked, "is_open": is_open})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
