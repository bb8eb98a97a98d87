"""Images dropped into the browser, labelled, and taken away as files that others read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from tests.e2e.desk import Desk, idle_tab, wait_at_rest
from tests.e2e.server import Server
from tests.e2e.shapes import CORNERS, draw_shapes, save_shapes

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shapes() -> dict[str, tuple[str, bytes]]:
    return {name: (label, content) for label, name, content in draw_shapes(120)}


def test_a_zip_of_images_is_dropped_labelled_and_taken_away(
    context: BrowserContext,
    server: Server,
    shapes: dict[str, tuple[str, bytes]],
    tmp_path: Path,
):
    path = save_shapes(tmp_path / "shapes.zip", len(shapes))
    page = idle_tab(context)
    page.goto(f"{server.url}/data")
    page.locator("input[type=file][multiple]").set_input_files(path)
    page.get_by_role("heading", name="120 images").wait_for()
    expect(page.locator(".samples.tall img")).to_have_count(24)
    broken = "() => [...document.querySelectorAll('.samples img')].filter(i => !i.naturalWidth)"
    assert page.evaluate(f"{broken[:-1]}).length") == 0
    wait_at_rest(page)
    page.get_by_role("button", name="Import and label").click()
    page.locator(".labeler[data-ready]").wait_for()
    project = page.url.rpartition("project=")[2]
    page.goto("about:blank")

    desk = Desk(context, server.url, project).open()
    classes = desk.find(".classes span").all_inner_texts()
    assert classes == sorted(CORNERS)
    assert desk.page.locator(".labeler .stage img").first.evaluate("i => i.naturalWidth") >= 80
    names = sorted(f"{label}/{name}" for name, (label, _) in shapes.items())
    truth = {row: name.partition("/")[0] for row, name in enumerate(names)}
    said = {}
    for _ in range(2):
        before = desk.batch
        for _ in range(10):
            said[desk.item] = truth[desk.item]
            desk.press(str(classes.index(truth[desk.item]) + 1))
        desk.wait_ready(after=before)
    desk.wait_saved("all 20 answers saved")

    desk.page.get_by_role("link", name="Export").click()
    desk.page.get_by_text("Labelled by people, or given").click()
    desk.page.get_by_role("combobox").first.click()
    desk.page.get_by_role("option", name="Images in folders").click()
    download = desk.page.get_by_test_id("stDownloadButton").first.get_by_role("button")
    expect(download).to_contain_text("Download 20")
    wait_at_rest(desk.page)
    with desk.page.expect_download() as saved:
        download.click()
    with ZipFile(saved.value.path()) as archive:
        files = [n for n in archive.namelist() if n.endswith((".png", ".jpg"))]
        contents = {content: label for label, content in shapes.values()}
        # Each file is one that came, byte for byte, in the folder of its class.
        assert [n.partition("/")[0] for n in files] == [contents[archive.read(n)] for n in files]
        for name in files:
            with Image.open(BytesIO(archive.read(name))) as image:
                image.load()
    assert len(files) == len(said)
