"""Labels, taken away in a file that a browser saves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.book import Book, one_more
from tests.e2e.desk import Desk, wait_at_rest

pytestmark = pytest.mark.browser


def test_what_was_labelled_by_key_is_in_the_file_that_is_downloaded(
    desk: Desk, book: Book, tmp_path: Path
):
    desk.press("h")
    said = desk.round(one_more)
    wait_at_rest(desk.page)
    desk.page.get_by_role("link", name="Export").click()
    download = desk.page.get_by_test_id("stDownloadButton").first.get_by_role("button")
    expect(download).to_contain_text("Download 1,797 rows")
    desk.page.get_by_text("Labelled by people, or given").click()
    expect(download).to_contain_text(f"Download {len(said)} rows")
    wait_at_rest(desk.page)
    with desk.page.expect_download() as saved:
        download.click()
    path = tmp_path / "labels.csv"
    saved.value.save_as(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["number"]): row["label"] for row in rows} == said
    assert {row["source"] for row in rows} == {"human"}
    assert {row["prediction"] for row in rows} == {"hidden"}
    with desk.page.expect_download() as saved:
        desk.page.get_by_role("button", name="About this export").click()
    about = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
    assert about["project"]["id"] == desk.project
    assert about["rows"]["human"] == len(said)
    assert book.labels(desk.project) == said
