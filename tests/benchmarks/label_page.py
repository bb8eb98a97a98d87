"""The label page in a real browser, at a person's pace."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from playwright.sync_api import Browser, BrowserContext, CDPSession, sync_playwright

from core.config import RECOMMENDED
from tests.benchmarks.timing import Times, times
from tests.e2e.book import Book, truth
from tests.e2e.browser import chromium_executable
from tests.e2e.conftest import ARGUMENTS
from tests.e2e.desk import Desk
from tests.e2e.server import Server

PACE: Final = 300
"""Milliseconds from one key to the next, as a quick person takes them."""

LARGE: Final[dict[str, Any]] = RECOMMENDED | {"dataset": "mnist.npz", "n_samples": 70_000}
_LONG: Final = 300_000
"""Milliseconds to wait for a large graph, on a slow machine."""

STOPWATCH: Final = """
(() => {
  const seen = { keys: [], images: [], batches: [], charts: 0, ready: null };
  window.seen = seen;
  const find = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.matches(".labeler")) return element;
      const inside = element.shadowRoot && find(element.shadowRoot);
      if (inside) return inside;
    }
    return null;
  };
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const painted = async () => { await frame(); await frame(); return performance.now(); };
  let labeler = null;
  const search = () => {
    labeler = find(document);
    if (!labeler) return requestAnimationFrame(search);
    const note = () => {
      const now = performance.now();
      if (labeler.dataset.ready) {
        seen.ready ??= now;
        seen.batches.push({ id: labeler.dataset.ready, at: now });
      }
    };
    note();
    new MutationObserver(note).observe(labeler, { attributeFilter: ["data-ready"] });
  };
  requestAnimationFrame(search);
  new MutationObserver(async (changes) => {
    const ofChart = ({ target }) => target.closest?.(".st-key-learned .js-plotly-plot");
    if (changes.some(ofChart)) seen.charts = Math.max(seen.charts, await painted());
  }).observe(document, { subtree: true, childList: true, attributes: true });
  window.addEventListener("keydown", async (event) => {
    const before = labeler.dataset.item;
    const last = labeler.querySelectorAll(".strip .answered").length + 1
      === labeler.querySelectorAll(".strip li").length;
    if (last) seen.submitted = event.timeStamp;
    // By the time of this frame the component has heard of the key.
    await frame();
    const image = labeler.dataset.item === before ? null : labeler.querySelector(".stage img");
    let isDecoded = false;
    const decoded = image?.decode().then(() => { isDecoded = true; });
    await frame();
    seen.keys.push(performance.now() - event.timeStamp);
    if (!image || last) return;
    // Decoded by now, or else there is one more frame to wait for.
    if (!isDecoded) await decoded.then(frame);
    seen.images.push(performance.now() - event.timeStamp);
  }, true);
})();
"""
"""Takes the times within the page. An event's own time is when the browser received the key."""


@dataclass(frozen=True, slots=True)
class LabelPage:
    """What a person waits for.

    Attributes
    ----------
    key
        Key to the frame that shows its answer.
    image
        Key to the frame that shows the next image of the batch, decoded.
    batch
        The key that completes a batch to the new batch painted and ready for keys.
    charts
        The same key to the frame after the last change of either chart.
    visit
        First visit with an empty cache, to the first image painted and ready for keys.
    megabytes
        What such a visit transfers, web socket included.
    """

    key: Times
    image: Times
    batch: Times
    charts: Times
    visit: Times
    megabytes: Times
    chromium: str


def label_page(rounds: int, visits: int, mnist: Path | None = None) -> LabelPage:
    """Label rounds of ten images, and make first visits.

    Parameters
    ----------
    mnist
        A file with the images of MNIST, to label all of them instead of the digits.
    """
    with workplace(mnist) as (server, book, browser):
        found = [_visit(browser, server) for _ in range(visits)]
        context = _context(browser)
        project = book.new_project(**(RECOMMENDED if mnist is None else LARGE))
        right = truth() if mnist is None else truth_of(mnist)
        desk = Desk(context, server.url, project)
        desk.page.set_default_timeout(_LONG)
        desk.page.goto(f"{server.url}/?project={project}")
        desk.page.locator(".labeler[data-ready]").wait_for(timeout=_LONG)
        batches, charts = [], []
        for _ in range(rounds):
            batch, chart = _round(desk, right)
            batches.append(batch)
            charts.append(chart)
        seen = desk.page.evaluate("() => window.seen")
        context.close()
        return LabelPage(
            key=times(seen["keys"]),
            image=times(seen["images"]),
            batch=times(batches),
            charts=times(charts),
            visit=times(milliseconds for milliseconds, _ in found),
            megabytes=times(size / 1e6 for _, size in found),
            chromium=browser.version,
        )


def truth_of(mnist: Path) -> dict[int, str]:
    """The digit of each image of a file with those of MNIST."""
    with np.load(mnist) as arrays:
        return {row: str(digit) for row, digit in enumerate(arrays["y"].tolist())}


def _round(desk: Desk, right: dict[int, str]) -> tuple[float, float]:
    """Label a batch; submit to new batch, and to all charts drawn, in milliseconds."""
    before = desk.batch
    for _ in desk.strip:
        desk.page.wait_for_timeout(PACE)
        desk.press(right[desk.item])
    desk.wait_ready(after=before)
    # Until nothing of the charts has changed for a second.
    desk.page.wait_for_function(
        "() => seen.charts > seen.submitted && performance.now() - seen.charts > 1000"
    )
    submitted, batch, charts = desk.page.evaluate(
        "() => [seen.submitted, seen.batches.at(-1).at, seen.charts]"
    )
    return batch - submitted, charts - submitted


def _visit(browser: Browser, server: Server) -> tuple[float, float]:
    """Milliseconds to the first image, and bytes, of a browser that was never here."""
    context = _context(browser)
    page = context.new_page()
    transferred = _Transferred(context.new_cdp_session(page))
    page.goto(server.url)
    page.locator(".labeler[data-ready]").wait_for()
    page.wait_for_load_state("networkidle")
    ready: float = page.evaluate("() => seen.ready")
    context.close()
    return ready, transferred.bytes


class _Transferred:
    """Counts what comes over the network: as encoded, headers included."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0.0
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._on_finished)
        session.on("Network.webSocketFrameReceived", self._on_frame)

    def _on_finished(self, event: dict[str, Any]) -> None:
        self.bytes += event["encodedDataLength"]

    def _on_frame(self, event: dict[str, Any]) -> None:
        response = event["response"]
        is_text = response["opcode"] == 1
        payload = response["payloadData"]
        self.bytes += len(payload.encode() if is_text else base64.b64decode(payload))


@contextmanager
def workplace(mnist: Path | None) -> Iterator[tuple[Server, Book, Browser]]:
    """A warm server, whoever makes projects on it, and a browser."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        datasets = Path(home) / "datasets"
        datasets.mkdir()
        if mnist is not None:
            (datasets / "mnist.npz").symlink_to(mnist.resolve())
        server = Server(Path(home))
        server.start()
        book = Book(server.database_url, datasets)
        browser = playwright.chromium.launch(executable_path=chromium_executable(), args=ARGUMENTS)
        try:
            # The server is warm: somebody has been here before.
            _visit(browser, server)
            yield server, book, browser
        finally:
            browser.close()
            book.close()
            server.stop()


def _context(browser: Browser) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(STOPWATCH)
    return context
