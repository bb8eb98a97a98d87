"""A set that stays in a bucket is labelled by keys; an image that cannot be read stops nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pytest
from playwright.sync_api import BrowserContext, expect
from pyarrow import parquet

from core.data.landmarks import draw_set
from core.data.parts.opening import open_parts
from core.data.sets import Sets
from tests.core.data.parts.bucket_server import KEY, bucket_server
from tests.core.data.parts.making import FEATURES, table_of
from tests.core.data.readers.making import DIGITS, NAMES, TARGET, png
from tests.e2e.book import Book
from tests.e2e.conftest import running
from tests.e2e.desk import Desk
from tests.e2e.server import Server

pytestmark = pytest.mark.browser

N_IMAGES: Final = 150
BATCH: Final = 6
MISSING: Final = frozenset(range(0, N_IMAGES, 5))
"""Rows whose image is not where the set says that it is."""


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits in two parts, with the addresses of their images."""
    buckets = tmp_path_factory.mktemp("buckets")
    (buckets / "digits" / "parts").mkdir(parents=True)
    for part, rows in enumerate((range(100), range(100, N_IMAGES))):
        addresses = pa.array([f"s3://digits/{row}.png" for row in rows])
        table = table_of(slice(rows.start, rows.stop)).set_column(0, "url", addresses)
        parquet.write_table(table, buckets / "digits" / "parts" / f"{part}.parquet")
    for row in set(range(N_IMAGES)) - MISSING:
        (buckets / "digits" / f"{row}.png").write_bytes(png(DIGITS[row]))
    return buckets


@pytest.fixture(scope="module")
def started(bucket: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the bucket is open to."""
    with bucket_server(bucket) as (address, _), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        patch.setenv("AWS_ACCESS_KEY_ID", KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
        home = tmp_path_factory.mktemp("elsewhere")
        draw_set(Sets(home / "sets"), open_parts("s3://digits/parts"), "Far").keep("Far")
        with running(home) as server:
            yield server


@pytest.fixture(scope="module")
def book(started: Server) -> Iterator[Book]:
    opened = Book(started.database_url, started.home / "datasets")
    yield opened
    opened.close()


def test_images_in_a_bucket_are_labelled_by_keys_and_those_that_are_gone_say_why(
    context: BrowserContext, started: Server, book: Book
):
    sets = Sets(started.home / "sets")
    (key,) = sets.listed()
    rows = sets.open(key).rows.tolist()
    project = book.new_project(
        dataset=key, n_samples=N_IMAGES, batch_size=BATCH, known_labels="ignored", kernel="knn"
    )
    desk = Desk(context, started.url, project).open()
    stage = desk.find(".stage")
    told = stage.locator(".broken")
    said: dict[int, str] = {}
    n_missing = 0
    for _ in range(8):
        before = desk.batch
        for _ in range(BATCH):
            item = desk.item
            row = rows[item]
            if row in MISSING:
                n_missing += 1
                expect(told).to_have_text(
                    re.compile(rf"The image at s3://digits/{row}\.png cannot")
                )
                expect(stage.locator("img").first).to_be_hidden()
                desk.press("x")
            else:
                expect(stage.locator("img").first).to_be_visible()
                expect(told).to_be_hidden()
                said[item] = NAMES[TARGET[row]]
                desk.press(said[item])
        desk.wait_ready(after=before)
    assert n_missing > 0
    desk.wait_saved(f"all {8 * BATCH} answers saved")
    assert book.labels(project) == said
    assert book.view(project).dataset.features.shape == (N_IMAGES, FEATURES.shape[1])
