"""The map: how well and how quickly items are laid out, and how quickly a browser draws them.

``python -m tests.benchmarks.map`` measures it on 70,000 made-up items, or on MNIST where its file
is named, and on a million with ``--million``. Chromium is headless here, so what it draws is drawn
by the processor, which it shares with the server.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from core.config import RECOMMENDED
from core.graph.layout import links_of, neighbour_points, principal_points
from core.graph.shapes import shape_features
from core.graph.similarity import symmetric_knn_graph
from core.session.events import Answer, AnswerKind
from tests.benchmarks.label_page import workplace
from tests.benchmarks.made_up import made_up_items
from tests.benchmarks.timing import Times, timed, times, told

_SAMPLE: Final = 3_000
_NEIGHBOURS: Final = 10
_LONG: Final = 1_800_000
_ROUNDS: Final = 5
_VISITS: Final = 5
_HOVERS: Final = 20

_FRAMES: Final = """
async (zooms) => {
  const find = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.matches(".explore canvas")) return element;
      const inside = element.shadowRoot && find(element.shadowRoot);
      if (inside) return inside;
    }
    return null;
  };
  const canvas = find(document);
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const tell = (kind, more) => {
    const Kind = kind === "wheel" ? WheelEvent : PointerEvent;
    const pointer = { pointerId: 1, pointerType: "touch", isPrimary: true, button: 0 };
    canvas.dispatchEvent(new Kind(kind, { bubbles: true, cancelable: true, ...pointer, ...more }));
  };
  canvas.setPointerCapture = () => undefined;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  if (!zooms) tell("pointerdown", { clientX: x, clientY: y });
  await frame();
  const from = performance.now();
  let frames = 0;
  let longest = 0;
  for (let last = from; last - from < 3000; frames += 1) {
    const swing = Math.sin((last - from) / 400);
    if (zooms) tell("wheel", { clientX: x, clientY: y, deltaY: 30 * swing });
    else tell("pointermove", { clientX: x + 150 * swing, clientY: y + 80 * swing });
    await frame();
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  if (!zooms) tell("pointerup", { clientX: x, clientY: y });
  return [frames / ((performance.now() - from) / 1000), longest];
}
"""
"""Moves or zooms the map for three seconds; frames a second, and milliseconds of the longest."""


class Laid(NamedTuple):
    """A layout, and how good it is.

    Attributes
    ----------
    trustworthy
        scikit-learn's trustworthiness among a sample of items, 0 to 1.
    kept
        Share of each item's neighbours in the graph that are among its ten nearest.
    """

    name: str
    seconds: float
    trustworthy: float
    kept: float


class Drawn(NamedTuple):
    """What a person waits for. Milliseconds, and frames a second.

    Attributes
    ----------
    first
        The first visit, with an empty cache.
    drawn
        A click on Explore to all points painted.
    image
        The pointer at a point to its image painted.
    """

    n_items: int
    first: float
    drawn: Times
    image: Times
    pan: tuple[float, float]
    zoom: tuple[float, float]


def laid_out(features: NDArray[Any]) -> list[Laid]:
    """Lay out features at once and by neighbours."""
    graph = symmetric_knn_graph(features, _NEIGHBOURS)
    began = time.process_time()
    plain = principal_points(features)
    seconds = time.process_time() - began
    found = [_judged("first two principal components", seconds, features, plain, graph.matrix)]
    began = time.process_time()
    points = neighbour_points(links_of(graph), plain)
    seconds = time.process_time() - began
    return [*found, _judged("t-SNE over the graph", seconds, features, points, graph.matrix)]


def _judged(
    name: str, seconds: float, features: NDArray[Any], points: NDArray[Any], matrix: Any
) -> Laid:
    chosen = np.random.default_rng(0).choice(len(points), min(_SAMPLE, len(points)), replace=False)
    trust = trustworthiness(features[chosen], points[chosen], n_neighbors=_NEIGHBOURS)
    search = NearestNeighbors(n_neighbors=_NEIGHBOURS + 1).fit(points)
    nearest = search.kneighbors(points[chosen], return_distance=False)
    ends, linked = matrix.indptr, matrix.indices
    shares = [
        np.isin(near, linked[ends[item] : ends[item + 1]]).sum() / _NEIGHBOURS
        for item, near in zip(chosen, nearest, strict=True)
    ]
    return Laid(name, seconds, float(trust), float(np.mean(shares)))


def drawn(n_items: int, mnist: Path | None = None) -> Drawn:
    """Visit the map of a set of this size, point at items, and move it."""
    with workplace(mnist) as (server, book, browser):
        name = "mnist.npz"
        if mnist is None:
            name = "made_up.npz"
            features, classes = made_up_items(n_items)
            np.savez(
                server.home / "datasets" / name,
                images=np.zeros((n_items, 4, 4), dtype=np.uint8),
                features=features,
                labels=classes,
            )
        project = book.new_project(**RECOMMENDED | {"dataset": name, "n_samples": n_items})
        _teach(book, project)
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(_LONG)
        page.goto(f"{server.url}/progress?project={project}")
        page.locator(".st-key-head_page h1").wait_for()
        visits = [_visit(page) for _ in range(_VISITS + 1)]
        hovers = times(_hover(page))
        pan, zoom = (tuple(page.evaluate(_FRAMES, zooms)) for zooms in (False, True))
        return Drawn(n_items, visits[0], times(visits[1:]), hovers, pan, zoom)


def _teach(book: Any, project: str) -> None:
    truth = book.view(project).dataset
    right = dict(zip(truth.rows.tolist(), truth.truth.tolist(), strict=True))
    for _ in range(_ROUNDS):
        batch = book.service.batch(project)
        answers = [Answer(i, AnswerKind.LABEL, truth.class_names[right[i]]) for i in batch.items]
        book.service.submit(project, batch.batch_id, answers)


def _visit(page: Page) -> float:
    """Go to the map by its link, and back."""
    page.get_by_role("link", name="Progress").click()
    page.locator(".st-key-head_page h1").wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_000)
    began = time.perf_counter()
    page.get_by_role("link", name="Explore").click()
    page.locator(".explore[data-ready]").wait_for()
    page.evaluate("() => new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)))")
    return 1000 * (time.perf_counter() - began)


def _hover(page: Page) -> list[float]:
    """Point at places until there are images enough."""
    box = page.locator(".explore canvas").bounding_box()
    assert box is not None
    random = np.random.default_rng(0)
    found: list[float] = []
    image = page.locator(".explore .card img")
    while len(found) < _HOVERS:
        x, y = random.uniform(0.3, 0.7, size=2) * [box["width"], box["height"]]
        began = time.perf_counter()
        page.mouse.move(box["x"] + x, box["y"] + y)
        if not page.locator(".explore .card").is_visible():
            continue
        image.evaluate(
            "(one) => one.complete && one.src || new Promise((d) => { one.onload = d; })"
        )
        found.append(1000 * (time.perf_counter() - began))
        page.mouse.move(box["x"] + 2, box["y"] + box["height"] - 2)
    return found


def map_report(sizes: list[tuple[int, Path | None]], features: NDArray[Any] | None) -> str:
    """All of it, as a section of the report."""
    rows = [] if features is None else laid_out(features)
    laid = "\n".join(
        f"| {row.name} | {row.seconds:.1f} | {row.trustworthy:.3f} | {100 * row.kept:.0f} % |"
        for row in rows
    )
    visits = "\n".join(_row(drawn(*size)) for size in sizes)
    return f"""## The map

| items | first visit, s | drawn, s | p95 | image, ms | p95 | pan, frames a second | zoom |
| --- | --- | --- | --- | --- | --- | --- | --- |
{visits}

*Drawn*: from the click on Explore to all points painted. *Image*: from the pointer at a point to
its image. Headless Chromium without a graphics card, 1280 x 800; it shares the machine with the
server.

| layout | processor seconds | trustworthiness | neighbours kept |
| --- | --- | --- | --- |
{laid}
"""


def _row(found: Drawn) -> str:
    return (
        f"| {found.n_items:,} | {found.first / 1000:.2f} | {found.drawn.median / 1000:.2f} "
        f"| {found.drawn.p95 / 1000:.2f} | {told(found.image.median)} | {told(found.image.p95)} "
        f"| {found.pan[0]:.0f} (longest {found.pan[1]:.0f} ms) "
        f"| {found.zoom[0]:.0f} (longest {found.zoom[1]:.0f} ms) |"
    )


def main() -> None:
    """Measure it alone."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.map", description=__doc__)
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="the MNIST digits, as .npz")
    parser.add_argument("--million", action="store_true", help="a million made-up items as well")
    parser.add_argument("--items", type=int, default=70_000)
    parser.add_argument("--no-layout", action="store_true", help="draw only")
    options = parser.parse_args()
    sizes: list[tuple[int, Path | None]] = [(options.items, options.mnist)]
    if options.million:
        sizes.append((1_000_000, None))
    features = None
    if not options.no_layout:
        features = features_of(options.items, options.mnist)
    seconds, report = timed(lambda: map_report(sizes, features))
    print(report)
    print(f"Measured in {seconds / 1000:.0f} s.")


def features_of(n_items: int, mnist: Path | None) -> NDArray[Any]:
    """What made-up items, or the digits of MNIST, are laid out by."""
    if mnist is None:
        return made_up_items(n_items)[0]
    with np.load(mnist) as arrays:
        images: NDArray[Any] = arrays["X"]
    return shape_features(images)


if __name__ == "__main__":
    main()
