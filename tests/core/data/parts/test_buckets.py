"""A set in a bucket is opened, drawn from and looked at, and no more of it is read than needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from core.data.landmarks import draw_set
from core.data.parts.kept import KeptFiles
from core.data.parts.opening import changed_since, open_parts
from core.data.sets import Sets
from core.errors import InvalidDatasetError
from tests.core.data.parts.bucket_server import KEY, bucket_server
from tests.core.data.parts.making import FEATURES, table_of, write, write_part
from tests.core.data.readers.making import DIGITS, png

URL = "s3://digits/sets/all"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of buckets: one with two parts, each in a folder of its own, and images."""
    for part, rows in (("a=1", slice(0, 60)), ("a=2", slice(60, 90))):
        folder = tmp_path / "buckets" / "digits" / "sets" / "all" / part
        folder.mkdir(parents=True)
        write(str(folder), [table_of(rows)])
    return tmp_path / "buckets"


@pytest.fixture
def asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a server of these buckets is asked."""
    with bucket_server(root) as (address, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield asked


@pytest.fixture
def sets(tmp_path: Path) -> Sets:
    return Sets(tmp_path / "sets", fetched=KeptFiles(tmp_path / "images"))


@pytest.mark.usefixtures("asked")
def test_parts_in_folders_of_a_bucket_are_found():
    parts = open_parts(URL)
    assert [file.path for file in parts.files] == ["a=1/part-000.parquet", "a=2/part-000.parquet"]
    assert parts.n_rows == 90
    assert all(file.version for file in parts.files)
    features = [parts.features(b) for f in parts.files for b in parts.read(f, ["embedding"], 50)]
    np.testing.assert_array_equal(np.concatenate(features), FEATURES[:90])
    assert changed_since(parts) == ()


def test_landmarks_are_drawn_and_their_images_read_one_by_one(asked, sets):
    stored = sets.open(draw_set(sets, open_parts(URL), "Far", 30).keep("Far"))
    np.testing.assert_array_equal(stored.features, FEATURES[stored.rows])
    asked.clear()
    np.testing.assert_array_equal(stored.image(3), DIGITS[stored.rows[3]])
    assert asked
    asked.clear()
    stored.image(3)
    assert asked == [], "it is kept"


def test_no_images_are_read_to_draw_landmarks(asked, sets, root):
    large = pa.array([bytes(200_000)] * 40)
    write_part(
        str(root / "digits/sets/all/a=2"), 0, table_of(slice(60, 100)).set_column(0, "image", large)
    )
    write_part(
        str(root / "digits/sets/all/a=1"), 0, table_of(slice(0, 40)).set_column(0, "image", large)
    )
    draft = draw_set(sets, open_parts(URL), "Far", 30)
    draft.drop()
    ranges = [line.split("bytes=")[1].split("-") for line in asked if "bytes=" in line]
    assert sum(int(last) - int(first) + 1 for first, last in ranges) < 2_000_000 < 80 * 200_000


@pytest.mark.usefixtures("asked")
def test_images_by_address_are_read_from_the_same_bucket(root, sets):
    addresses = [f"s3://digits/images/{n}.png" for n in range(20)]
    folder = root / "digits" / "by-address"
    folder.mkdir()
    write(str(folder), [table_of(slice(0, 20)).set_column(0, "url", pa.array(addresses))])
    (root / "digits" / "images").mkdir()
    for number in range(20):
        (root / "digits" / "images" / f"{number}.png").write_bytes(png(DIGITS[number]))
    stored = sets.open(draw_set(sets, open_parts("s3://digits/by-address"), "By").keep("By"))
    np.testing.assert_array_equal(stored.image(2), DIGITS[stored.rows[2]])


@pytest.mark.usefixtures("asked")
def test_what_is_not_there_is_said():
    with pytest.raises(InvalidDatasetError, match="There is nothing at s3://digits/sets/none"):
        open_parts("s3://digits/sets/none")
    with pytest.raises(InvalidDatasetError, match="s3://nowhere/sets"):
        open_parts("s3://nowhere/sets")


@pytest.mark.usefixtures("asked")
def test_who_may_not_read_hears_what_to_say(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    # A file system knows its key from its beginning: another address has another one.
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    with pytest.raises(InvalidDatasetError, match="may not be read from here") as error:
        open_parts(URL)
    assert "AWS_ACCESS_KEY_ID" in error.value.remedy


def test_a_server_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    with pytest.raises(InvalidDatasetError, match=f"{URL} cannot be read"):
        open_parts(URL)


def test_one_file_on_a_web_server_is_a_set_too(root, sets):
    path = "digits/sets/all/a=1/part-000.parquet"
    with bucket_server(root, is_open=True) as (address, asked):
        parts = open_parts(f"{address}/{path}")
        stored = sets.open(draw_set(sets, parts, "Web", 30).keep("Web"))
        np.testing.assert_array_equal(stored.features, FEATURES[stored.rows])
        np.testing.assert_array_equal(stored.image(3), DIGITS[stored.rows[3]])
        assert stored.head.elsewhere is not None
        assert stored.head.elsewhere.url == f"{address}/{path}"
        assert any("bytes=" in line for line in asked)
        with pytest.raises(InvalidDatasetError, match="There is nothing at"):
            open_parts(f"{address}/digits/none.parquet")
