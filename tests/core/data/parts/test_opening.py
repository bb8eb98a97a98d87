"""Parquet parts are opened wherever they lie, and whatever is wrong with them is said in words."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from core.data.parts.columns import Columns
from core.data.parts.landmarks import draw
from core.data.parts.opening import changed_since, open_parts
from core.data.parts.parts import Parts, usable_rows
from core.data.parts.places import place_of, version_of
from core.errors import InvalidDatasetError
from core.jobs.progress import silent
from tests.core.data.parts.making import FEATURES, lists, table_of, write, write_part

TABLES = (table_of(slice(0, 12)), table_of(slice(12, 20)))


@pytest.fixture(params=["a folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a set can be written."""
    if request.param == "a folder":
        yield str(tmp_path / "set")
    else:
        yield "memory://set"
        fsspec.filesystem("memory").rm("set", recursive=True)


def features_of(parts: Parts, rows_at_a_time: int = 7) -> np.ndarray:
    """All features of all parts."""
    return np.concatenate(
        [
            parts.features(batch)
            for file in parts.files
            for batch in parts.read(file, parts.columns.features, rows_at_a_time)
        ]
    )


def write_here(url: str, tables: tuple[pa.Table, ...]) -> str:
    if "://" not in url:
        Path(url).mkdir(exist_ok=True)
    return write(url, tables)


# ---- what is found


def test_parts_are_found_in_order_with_their_rows_and_columns(url: str):
    parts = open_parts(write_here(url, TABLES))
    assert [(file.path, file.n_rows) for file in parts.files] == [
        ("part-000.parquet", 12),
        ("part-001.parquet", 8),
    ]
    assert parts.n_rows == 20
    assert parts.n_features == 64
    assert parts.columns == Columns(("embedding",), "id", "image", False, "label")
    assert all(file.n_bytes > 1000 and file.version for file in parts.files)


def test_all_rows_are_read_in_order_some_at_a_time(url: str):
    parts = open_parts(write_here(url, TABLES))
    np.testing.assert_array_equal(features_of(parts), FEATURES[:20])
    names = [
        name
        for file in parts.files
        for batch in parts.read(file, ["id"], 5)
        for name in batch.column("id").to_pylist()
    ]
    assert names == [f"digit {place}" for place in range(20)]


def test_an_opened_set_can_be_sent_to_another_process(url: str):
    parts = open_parts(write_here(url, TABLES))
    sent = pickle.loads(pickle.dumps(parts))
    assert sent == parts
    np.testing.assert_array_equal(features_of(sent), FEATURES[:20])


def test_lists_of_any_length_and_columns_of_numbers_are_features_too(tmp_path: Path):
    loose = write(str(tmp_path), [table_of(slice(0, 9), is_fixed=False)])
    np.testing.assert_array_equal(features_of(open_parts(loose)), FEATURES[:9])
    other = tmp_path / "columns"
    other.mkdir()
    columns = {f"f{place}": FEATURES[:9, place] for place in range(64)}
    wide = open_parts(write(str(other), [pa.table({"key": range(9), **columns})]))
    assert wide.columns.features == tuple(columns)
    assert wide.columns.ids == "key"
    np.testing.assert_array_equal(features_of(wide), FEATURES[:9])


def test_one_file_is_a_set_of_one_part(tmp_path: Path):
    parquet.write_table(TABLES[0], tmp_path / "one.parquet")
    parts = open_parts(f"file://{tmp_path}/one.parquet")
    assert [file.path for file in parts.files] == [""]
    assert parts.url == str(tmp_path / "one.parquet")
    np.testing.assert_array_equal(features_of(parts), FEATURES[:12])


def test_a_person_may_say_other_columns(tmp_path: Path):
    table = TABLES[0].append_column("other", lists(FEATURES[:12, :5]))
    table = table.append_column("link", pa.array(["https://example.org/a"] * 12))
    write(str(tmp_path), [table])
    parts = open_parts(str(tmp_path))
    assert parts.columns.features == ("embedding",)
    assert parts.choices[0].options == ("embedding", "other")
    said = {"features": "other", "labels": "(none)", "images": "link"}
    other = open_parts(str(tmp_path), said)
    assert other.columns == Columns(("other",), "id", "link", True, None)
    assert other.n_features == 5
    with pytest.raises(InvalidDatasetError, match="cannot be its features"):
        open_parts(str(tmp_path), {"features": "label"})


def test_addresses_of_images_are_known_by_their_endings(tmp_path: Path):
    table = TABLES[0].drop_columns(["image"])
    table = table.append_column("url", pa.array([f"s3://b/{n}.jpg" for n in range(12)]))
    columns = open_parts(write(str(tmp_path), [table])).columns
    assert columns.images == "url"
    assert columns.are_addresses
    assert columns.told == ("id", "url", "label")


@pytest.mark.parametrize("name", ["name", "file_name", "filename", "item", "Item_Name"])
def test_names_are_known_by_what_their_column_is_called(tmp_path: Path, name: str):
    table = TABLES[0].rename_columns(["image", name, "embedding", "label"])
    assert open_parts(write(str(tmp_path), [table])).columns.ids == name


def test_addresses_and_what_many_rows_share_are_no_names_unless_that_is_said(tmp_path: Path):
    table = TABLES[0].drop_columns(["image", "id"])
    table = table.append_column("file_name", pa.array([f"a/{n}.jpg" for n in range(12)]))
    table = table.append_column("name", pa.array(["jay", "owl", "tit"] * 4))
    url = write(str(tmp_path), [table])
    columns = open_parts(url).columns
    assert (columns.ids, columns.images, columns.are_addresses) == (None, "file_name", True)
    assert open_parts(url, {"id": "file_name"}).columns.ids == "file_name"


def test_files_that_programs_keep_for_themselves_are_no_parts(tmp_path: Path):
    write(str(tmp_path), TABLES)
    for name in ("_temporary/0.parquet", ".hidden.parquet", "_metadata", "readme.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"?")
    assert len(open_parts(str(tmp_path)).files) == 2


# ---- features that are none


@pytest.mark.parametrize("is_fixed", [True, False], ids=["fixed", "loose"])
def test_rows_without_usable_features_are_nan_throughout(tmp_path: Path, *, is_fixed: bool):
    rows: list[list[float | None] | None] = [row.tolist() for row in FEATURES[:6]]
    rows[1] = None
    rows[2] = [float("inf")] * 64
    rows[3] = [1.0] * 63 + [None]
    if not is_fixed:
        rows[4] = [1.0]
    kind = pa.list_(pa.float32(), 64) if is_fixed else pa.list_(pa.float32())
    parquet.write_table(pa.table({"embedding": pa.array(rows, kind)}), tmp_path / "a.parquet")
    parts = open_parts(str(tmp_path))
    features = features_of(parts)
    good = [0, 4, 5] if is_fixed else [0, 5]
    assert np.flatnonzero(usable_rows(features)).tolist() == good
    assert np.isnan(features[~usable_rows(features)]).all()
    np.testing.assert_array_equal(features[good], FEATURES[good])


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("float16", "f4"), ("uint8", "f4"), ("int16", "f4"), ("int32", "f8"), ("float64", "f8")],
)
def test_numbers_of_any_kind_are_read_in_32_bits_unless_digits_are_lost(
    tmp_path: Path, kind: str, dtype: str
):
    table = pa.table({"embedding": lists(FEATURES[:5].astype(kind))})
    features = features_of(open_parts(write(str(tmp_path), [table])))
    assert features.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(features, FEATURES[:5])


# ---- what cannot be used


def test_a_place_with_nothing_says_so(tmp_path: Path):
    with pytest.raises(InvalidDatasetError, match=r"There is nothing at .*/nowhere"):
        open_parts(str(tmp_path / "nowhere"))
    with pytest.raises(InvalidDatasetError, match="There is nothing at memory://nowhere"):
        open_parts("memory://nowhere")
    with pytest.raises(InvalidDatasetError, match="no Parquet files"):
        open_parts(str(tmp_path))


def test_parts_without_rows_are_no_set(tmp_path: Path):
    write(str(tmp_path), [TABLES[0].slice(0, 0)])
    with pytest.raises(InvalidDatasetError, match="have no rows"):
        open_parts(str(tmp_path))


def test_an_empty_part_among_others_is_no_harm(tmp_path: Path):
    write(str(tmp_path), [TABLES[0].slice(0, 0), TABLES[0]])
    np.testing.assert_array_equal(features_of(open_parts(str(tmp_path))), FEATURES[:12])


def test_a_part_that_is_cut_short_is_named(tmp_path: Path):
    write(str(tmp_path), TABLES)
    part = tmp_path / "part-001.parquet"
    part.write_bytes(part.read_bytes()[:-50])
    with pytest.raises(InvalidDatasetError, match=r"part-001\.parquet is no Parquet file, or is"):
        open_parts(str(tmp_path))


def test_a_part_that_is_damaged_in_the_middle_is_named_when_it_is_read(tmp_path: Path):
    write(str(tmp_path), [TABLES[0].select(["embedding"])])
    parts = open_parts(str(tmp_path))
    part = tmp_path / "part-000.parquet"
    data = part.read_bytes()
    part.write_bytes(data[:4] + bytes(400) + data[404:])
    with pytest.raises(InvalidDatasetError, match=r"part-000\.parquet"):
        features_of(parts)


def test_a_part_that_has_changed_since_is_refused(tmp_path: Path):
    write(str(tmp_path), TABLES)
    parts = open_parts(str(tmp_path))
    parquet.write_table(TABLES[0].slice(0, 3), tmp_path / "part-001.parquet")
    with pytest.raises(InvalidDatasetError, match="has changed while"):
        features_of(parts)


def test_parts_whose_columns_differ_are_refused(tmp_path: Path):
    doubles = TABLES[1].set_column(2, "embedding", lists(FEATURES[12:20].astype(np.float64)))
    write(str(tmp_path), [TABLES[0], doubles])
    with pytest.raises(InvalidDatasetError, match="The parts differ") as error:
        open_parts(str(tmp_path))
    assert "“embedding” is of the type fixed_size_list" in error.value.problem
    write(str(tmp_path), [TABLES[0], TABLES[1].drop_columns(["id"])])
    with pytest.raises(InvalidDatasetError, match="“id” is missing"):
        open_parts(str(tmp_path))


def test_texts_may_be_kept_in_any_way_and_a_part_may_tell_nothing(tmp_path: Path):
    tables = [table.drop_columns(["image"]) for table in TABLES]
    urls = [[f"{place}.png" for place in range(12)], [f"{place}.png" for place in range(12, 20)]]
    first = tables[0].append_column("url", pa.array(urls[0]).dictionary_encode())
    first = first.set_column(2, "label", pa.nulls(12))
    second = tables[1].append_column("url", pa.array(urls[1], pa.large_string()))
    parts = open_parts(write(str(tmp_path), [first, second]))
    assert parts.columns == Columns(("embedding",), "id", "url", True, "label")
    drawn = draw(parts, 20, tmp_path / "features", silent)
    told = drawn.told["url"].to_pylist(), drawn.told["label"].to_pylist()
    labels = [*[None] * 12, *TABLES[1]["label"].to_pylist()]
    wanted = {place: ([*urls[0], *urls[1]][place], labels[place]) for place in range(20)}
    assert dict(zip(drawn.rows.tolist(), zip(*told, strict=True), strict=True)) == wanted
    no_features = TABLES[1].set_column(2, "embedding", pa.nulls(8))
    write(str(tmp_path), [TABLES[0], no_features])
    with pytest.raises(InvalidDatasetError, match="“embedding” is of the type null"):
        open_parts(str(tmp_path))


def test_a_part_whose_name_cannot_be_told_is_refused_by_what_can_be(tmp_path: Path):
    parquet.write_table(TABLES[0], tmp_path / "one\ntwo.parquet")
    with pytest.raises(InvalidDatasetError, match="the part “onetwo"):
        open_parts(str(tmp_path))


def test_a_set_without_features_says_what_there_is(tmp_path: Path):
    write(str(tmp_path), [TABLES[0].drop_columns(["embedding"])])
    with pytest.raises(InvalidDatasetError, match="holds features; there are “image”, “id”"):
        open_parts(str(tmp_path))


# ---- addresses


@pytest.mark.parametrize(
    "url",
    [
        "s3://key:secret@bucket/folder",
        "https://anna:geheim@example.org/a.parquet",
        "https://example.org/a.parquet?X-Amz-Signature=1f",
        "gs://bucket/a#token",
    ],
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(url: str):
    with pytest.raises(InvalidDatasetError, match="holds a password or a key") as error:
        place_of(url)
    assert "secret" not in str(error.value)
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("url", ["ftp://example.org/a", "simplecache::s3://b/a", "", "a\0b"])
def test_what_is_no_address_is_refused(url: str):
    with pytest.raises(InvalidDatasetError):
        open_parts(url)


def test_an_address_is_kept_in_one_form(tmp_path: Path):
    assert place_of(f" file://{tmp_path}/a/../set/ ").url == str(tmp_path / "set")
    assert place_of("S3://bucket/set/").url == "s3://bucket/set"
    assert place_of("https://example.org/a.parquet").path == "https://example.org/a.parquet"


def test_what_reads_a_kind_of_address_is_named_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch,
):
    def missing(scheme: str) -> None:
        raise ImportError(scheme)

    monkeypatch.setattr(fsspec, "filesystem", missing)
    with pytest.raises(InvalidDatasetError, match="huggingface_hub has to be installed"):
        open_parts("hf://datasets/anna/cats")


def test_a_set_that_its_server_calls_otherwise_is_not_guessed_at(monkeypatch: pytest.MonkeyPatch):
    """As a branch on Hugging Face, of which there is a shorter name."""
    files = fsspec.filesystem("memory")
    write("memory://data", [TABLES[0]])
    told = files.find("/data", detail=True)
    files.pipe("/main/data/part-000.parquet", b"")
    with monkeypatch.context() as patch:
        patch.setattr(type(files), "find", lambda *_, **__: told)
        with pytest.raises(InvalidDatasetError, match="is called otherwise there: data/part-000"):
            open_parts("memory://main")
    for path in ("/data", "/main"):
        files.rm(path, recursive=True)


def test_a_version_differs_with_the_content(tmp_path: Path):
    bucket, here = place_of("s3://bucket"), place_of(str(tmp_path))
    assert version_of(bucket, {"ETag": '"ab"', "size": 3}) == "ab"
    assert version_of(bucket, {"LastModified": "noon", "size": 3}) == "noon 3"
    assert version_of(here, {"mtime": 5.5, "size": 3, "created": 7}) == "5.5 3"
    assert version_of(here, {"mtime": 5.5, "size": 4}) == "5.5 4"


def test_parts_that_have_changed_or_gone_since_are_named(url: str):
    parts = open_parts(write_here(url, (*TABLES, TABLES[0])))
    assert changed_since(parts) == ()
    place = place_of(parts.address(parts.files[0]))
    place.files().rm(place.path)
    write_part(url, 1, TABLES[0])
    write_part(url, 7, TABLES[0])
    assert changed_since(parts) == ("part-000.parquet", "part-001.parquet")
