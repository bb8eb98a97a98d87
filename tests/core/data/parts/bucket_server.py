"""A server that speaks as S3 does, as far as it is needed here; its buckets are folders."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

KEY: Final = "a-key"
_MODIFIED: Final = "2026-01-02T03:04:05.000Z"
_BEGUN: Final = "InitiateMultipartUploadResult"
_ENDED: Final = "CompleteMultipartUploadResult"
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


class _Handler(BaseHTTPRequestHandler):
    """Lists, tells of and sends objects to whoever has the key, or to all."""

    protocol_version = "HTTP/1.1"
    root: Path
    asked: list[str]
    uploads: dict[tuple[str, int], bytes]
    is_open: bool

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        """Take an object, or a part of one."""
        content = self._content()
        path, wanted = self._place()
        if self._is_refused():
            return
        if "uploadId" in wanted:
            self.uploads[wanted["uploadId"], int(wanted["partNumber"])] = content
        else:
            self._keep(path, content)
        self._send(200, b"", {"ETag": '"1"'})

    def do_POST(self) -> None:
        """Begin or end an object that comes in parts, or delete some."""
        content = self._content().decode()
        path, wanted = self._place()
        if self._is_refused():
            return
        if "uploads" in wanted:
            name = f"upload-{len(self.asked)}"
            told = f"<UploadId>{name}</UploadId>"
            self._send(200, f"<{_BEGUN}>{told}</{_BEGUN}>".encode())
        elif "uploadId" in wanted:
            name = wanted["uploadId"]
            parts = sorted(part for upload, part in self.uploads if upload == name)
            self._keep(path, b"".join(self.uploads.pop((name, part)) for part in parts))
            self._send(200, f'<{_ENDED}><ETag>"1"</ETag></{_ENDED}>'.encode())
        else:
            for key in re.findall("<Key>(.*?)</Key>", content):
                (path / unescape(key)).unlink(missing_ok=True)
            self._send(200, b"<DeleteResult></DeleteResult>")

    def do_DELETE(self) -> None:
        """Delete an object."""
        if not self._is_refused():
            self._place()[0].unlink(missing_ok=True)
            self._send(204, b"")

    def _place(self) -> tuple[Path, dict[str, str]]:
        address = urlsplit(self.path)
        wanted = parse_qs(address.query, keep_blank_values=True)
        place = self.root / unquote(address.path).strip("/")
        return place, {name: values[0] for name, values in wanted.items()}

    def _content(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            content = _unchunked(self.rfile)
            while self.rfile.readline().strip():
                pass
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # Within that Amazon has chunks of its own.
        is_chunked = "aws-chunked" in self.headers.get("Content-Encoding", "")
        return _unchunked(BytesIO(content)) if is_chunked else content

    def _keep(self, path: Path, content: bytes) -> None:
        # What ends with a slash is a folder, and holds nothing.
        if not self.path.split("?")[0].endswith("/"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def _is_refused(self) -> bool:
        self.asked.append(f"{self.command} {self.path}")
        if self.is_open or f"={KEY}/" not in self.headers.get("Authorization", ""):
            self._fail(403, "AccessDenied")
            return True
        return False

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


def _unchunked(stream: BufferedIOBase) -> bytes:
    content = b""
    while length := int(stream.readline().split(b";")[0], 16):
        content += stream.read(length)
        stream.readline()
    return content


@contextmanager
def bucket_server(root: Path, *, is_open: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Serve the folders in a folder as buckets.

    Parameters
    ----------
    is_open
        Whether anybody may read and nobody write, so that it is a web server like any other.

    Yields
    ------
    address
        Of the server.
    asked
        What it is asked for, as it comes.
    """
    asked: list[str] = []
    values = {"root": root, "asked": asked, "uploads": {}, "is_open": is_open}
    handler = type("Handler", (_Handler,), values)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
