"""The hub's answers, played by a small server: the right file is taken, and no other."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from core.errors import InvalidNetworkError
from core.graph.embeddings.arriving import Arrivals
from core.graph.embeddings.hub import OFFERS, Offer, fetch, offer_of
from core.graph.embeddings.networks import Networks
from core.jobs.progress import CancelledError
from tests.core.graph.embeddings.networks import onnx_model

CONTENT = onnx_model(shape=("batch_size", "num_channels", "height", "width"))
OFFER = replace(
    OFFERS[0],
    n_bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    preparing=replace(OFFERS[0].preparing, side=8),
)
PLACE = f"/{OFFER.repository}/resolve/{OFFER.revision}/{OFFER.file}"


@dataclass
class Hub:
    """Answers as the hub does: where a large file is, and from there the file."""

    address: str
    content: bytes = CONTENT
    status: int = 302
    n_sent: int | None = None
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def hub() -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            played.asked.append(self.path)
            if urlsplit(self.path).path == "/blob":
                self._send_file()
            elif self.path == PLACE and played.status == 302:
                self._send_place()
            else:
                self.send_error(404 if self.path != PLACE else played.status)

        def _send_place(self) -> None:
            # As huggingface.co answers for a file that is kept apart.
            self.send_response(302, "Found")
            self.send_header("Location", f"{played.address}/blob?Expires=1&Signature=abc")
            self.send_header("X-Repo-Commit", OFFER.revision)
            self.send_header("X-Linked-Size", str(len(played.content)))
            self.send_header("X-Linked-ETag", f'"{hashlib.sha256(played.content).hexdigest()}"')
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _send_file(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "binary/octet-stream")
            self.send_header("Content-Length", str(len(played.content)))
            self.end_headers()
            self.wfile.write(played.content[: played.n_sent])

        def log_message(self, *_told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played = Hub(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield played
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def networks(tmp_path: Path) -> Networks:
    return Networks(tmp_path / "networks")


def leaves_nothing(networks: Networks, address: str, told: str, offer: Offer = OFFER) -> None:
    with pytest.raises(InvalidNetworkError, match=told):
        fetch(offer, networks, address)
    assert not networks._folder.exists() or [*networks._folder.iterdir()] == []


def test_a_network_is_fetched_by_name_with_its_licence(hub: Hub, networks: Networks):
    told = []
    added = fetch(OFFER, networks, hub.address, lambda stage, share: told.append((stage, share)))
    assert added.is_new
    entry = added.entry
    assert (entry.title, entry.licence, entry.side) == ("DINOv2-small", "Apache-2.0", (8, 8))
    assert entry.source == "onnx-community/dinov2-small, onnx/model.onnx, revision 8b1f705"
    assert hub.asked == [PLACE, "/blob?Expires=1&Signature=abc"]
    assert told[0] == ("Asking the hub for DINOv2-small", 0.0)
    assert ("Storing 1 of 1 MB", 1.0) in told
    assert networks.network(entry.key).n_features == 12
    assert networks.find("DINOv2-small") == entry


def test_another_file_in_its_place_is_not_taken(hub: Hub, networks: Networks):
    hub.content = CONTENT[:-1] + b"\x00"
    leaves_nothing(networks, hub.address, "checksum")
    hub.content = CONTENT + b"more"
    leaves_nothing(networks, hub.address, "not the one that it should be")


def test_what_breaks_off_leaves_nothing(hub: Hub, networks: Networks):
    hub.n_sent = 200
    leaves_nothing(networks, hub.address, "has ended after|cannot be reached")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, "does not have DINOv2-small any more"),
        (401, "it answers 401"),
        (429, r"it answers 429\)\. Try again later"),
        (500, "it answers 500"),
    ],
)
def test_a_refusal_is_told_of(hub: Hub, networks: Networks, status: int, told: str):
    hub.status = status
    leaves_nothing(networks, hub.address, told)


def test_without_a_network_nothing_is_lost(networks: Networks):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        leaves_nothing(networks, address, "The hub cannot be reached at .*refused")
    leaves_nothing(networks, "http://hub.invalid", "The hub cannot be reached")
    leaves_nothing(networks, "no address", "The hub cannot be reached")


def test_it_can_be_cancelled(hub: Hub, networks: Networks):
    def stop(stage: str, _share: float, /) -> None:
        if stage.startswith("Storing"):
            raise CancelledError

    with pytest.raises(CancelledError):
        fetch(OFFER, networks, hub.address, stop)
    assert [*networks._folder.iterdir()] == []


def test_they_are_called_by_key_or_title():
    assert offer_of("dinov2-small") is offer_of("DINOv2-Small") is OFFERS[0]
    with pytest.raises(InvalidNetworkError, match="There are: dinov2-small, siglip-base"):
        offer_of("other")
    assert all(len(offer.sha256) == 64 and len(offer.revision) == 40 for offer in OFFERS)


def test_one_arrives_in_the_background_once(hub: Hub, networks: Networks):
    arrivals = Arrivals()
    one = arrivals.start(OFFER.title, lambda told: fetch(OFFER, networks, hub.address, told))
    assert one.work.wait(30).is_new
    assert arrivals.all() == (one,)
    arrivals.forget(one)
    assert arrivals.all() == ()
    arrivals.start(OFFER.title, lambda told: fetch(OFFER, networks, "http://no.invalid", told))
    arrivals.close()
    assert arrivals.all() == ()
