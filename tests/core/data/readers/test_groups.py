"""Sets in several files: arrays each in its own, tables in pieces, and text packed with gzip."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from core.data.readers.found import Limits
from core.errors import InvalidDatasetError
from tests.core.data.readers.making import (
    DIGITS,
    NAMES,
    PIXELS,
    ROWS,
    TARGET,
    hugging_face,
    idx,
    labels_of,
    opened,
    packed,
    png,
    text,
)

N = 30


def zipped(folder: Path) -> Path:
    """All of a folder as a ZIP file beside it."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"{folder.name}/{file.relative_to(folder)}")
        archive.writestr(f"__MACOSX/{folder.name}/._a.parquet", b"\0\5\x16\7")
        archive.writestr(f"{folder.name}/README.md", "text")
    return path


def as_folder(folder: Path) -> Path:
    return folder


both = pytest.mark.parametrize("brought", [as_folder, zipped])
Brought = Callable[[Path], Path]


def write_csv(path: Path, rows: slice, *, labels: bool = True) -> None:
    table = pd.DataFrame(ROWS[rows], columns=list(PIXELS))
    if labels:
        table.insert(0, "label", TARGET[rows])
    table.to_csv(path, index=False)


# ---- tables


@both
@pytest.mark.parametrize("end", ["parquet", "arrow", "feather"])
def test_a_table_in_several_files_is_one_set_with_its_parts(tmp_path, brought: Brought, end):
    folder = tmp_path / "faces"
    (folder / "data").mkdir(parents=True)
    (folder / "dataset_infos.json").write_text("{}")
    table = hugging_face(N, NAMES)
    pieces = {"test-00000-of-00001": (20, 10), "train-00000-of-00002": (0, 12)}
    pieces["train-00001-of-00002"] = (12, 8)
    for name, (start, length) in pieces.items():
        piece, path = table.slice(start, length), folder / "data" / f"{name}.{end}"
        if end == "parquet":
            parquet.write_table(piece, path, row_group_size=5)
        elif end == "feather":
            feather.write_feather(piece, str(path))
        else:
            with ipc.new_stream(str(path), piece.schema) as writer:
                writer.write_table(piece, 3)
    order = [*range(20, 30), *range(20)]
    with opened(brought(folder)) as found:
        assert found.n_items == N
        assert labels_of(found) == [NAMES[TARGET[i]] for i in order]
        assert found.splits == ["test"] * 10 + ["train"] * 20
        assert found.names == [f"{i}.png" for i in order]
        assert [found.original(row) for row in range(N)] == [png(DIGITS[i]) for i in order]
        assert "in 3 files" in found.kind


def test_a_part_may_be_a_folder_and_a_name_may_come_twice(tmp_path):
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        parquet.write_table(hugging_face(8, NAMES), tmp_path / part / "0000.parquet")
    with opened(tmp_path) as found:
        assert found.splits == ["test"] * 8 + ["train"] * 8
        assert found.names is None
        assert found.columns["image"] == [f"{i}.png" for i in range(8)] * 2


def test_a_column_of_parts_counts_more_than_the_names_of_files(tmp_path):
    table = hugging_face(8, NAMES)
    told = table.append_column("split", pa.array(["here", "there"] * 4))
    for part in ("train", "test"):
        parquet.write_table(told, tmp_path / f"{part}.parquet")
    with opened(tmp_path) as found:
        assert found.splits == ["here", "there"] * 8


@both
def test_tables_of_text_are_joined_and_one_may_come_without_labels(tmp_path, brought: Brought):
    folder = tmp_path / "mnist"
    folder.mkdir()
    write_csv(folder / "mnist_train.csv", slice(0, 20))
    write_csv(folder / "mnist_test.csv", slice(20, 30), labels=False)
    with opened(brought(folder)) as found:
        assert found.n_items == N
        np.testing.assert_array_equal(found.array, DIGITS[[*range(20, 30), *range(20)]])
        assert labels_of(found) == [""] * 10 + [str(label) for label in TARGET[:20]]
        assert found.splits == ["test"] * 10 + ["train"] * 20
        assert "Not every file has a column “label”." in found.notes


def test_numbers_of_several_kinds_and_bad_rows_are_told_by_file(tmp_path):
    write_csv(tmp_path / "a.csv", slice(0, 10))
    rows = ROWS[10:20].astype(float) + 0.5
    text(tmp_path / "b.csv", PIXELS, [*rows[:-1], [*rows[-1][:-1], "nan"]])
    with opened(tmp_path) as found:
        assert found.array is not None
        np.testing.assert_array_equal(found.array[:10], DIGITS[:10])
        np.testing.assert_array_equal(found.array[10:], rows[:-1].reshape(9, 8, 8))
        assert [(bad.name, bad.problem) for bad in found.bad] == [
            ("b.csv, line 11", "A number is missing in it, or is none.")
        ]
        assert found.splits is None


def test_a_large_table_in_pieces_counts_as_a_whole(tmp_path):
    for name in "ab":
        write_csv(tmp_path / f"{name}.csv", slice(0, 200))
    with pytest.raises(InvalidDatasetError, match="can be used"):
        opened(tmp_path, Limits(n_bytes=200 * 64 + 5000)).close()


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        (
            {"a": hugging_face(8, NAMES), "b": hugging_face(8, "abcdefghij")},
            "The classes of “label” in b.parquet have other names",
        ),
        (
            {"a": pa.table({"im": [png(DIGITS[0])] * 4, "x": [1] * 4}), "b": {"x": ["1"] * 4}},
            "The column “x” of b.parquet is of the type string, and of the type int64",
        ),
        (
            {"a": pa.table({"im": [png(DIGITS[0])] * 4}), "b": {"other": [1] * 4}},
            "The table b.parquet has no column “im”",
        ),
    ],
)
def test_tables_that_do_not_fit_each_other_are_refused(tmp_path, tables, problem):
    for name, table in tables.items():
        made = pa.table(table) if isinstance(table, dict) else table
        parquet.write_table(made, tmp_path / f"{name}.parquet")
    with pytest.raises(InvalidDatasetError, match=problem) as caught:
        opened(tmp_path).close()
    assert "choose a single table" in caught.value.remedy


def test_a_table_of_something_else_beside_says_which_column_it_lacks(tmp_path):
    write_csv(tmp_path / "train.csv", slice(0, 20))
    text(tmp_path / "sample_submission.csv", ["ImageId", "Label"], [[1, 0], [2, 0]])
    problem = "The table sample_submission.csv has no column “pixel0”"
    with pytest.raises(InvalidDatasetError, match=problem):
        opened(tmp_path)


def test_a_damaged_piece_is_named(tmp_path):
    parquet.write_table(hugging_face(8, NAMES), tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InvalidDatasetError, match=r"The file b\.parquet cannot be read"):
        opened(tmp_path)


# ---- packed with gzip


@pytest.mark.parametrize("name", ["digits.csv.gz", "digits", "digits.tsv.gz"])
def test_a_table_of_text_may_be_packed(tmp_path, name, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "unpacked"))
    (tmp_path / "unpacked").mkdir()
    sign = "\t" if "tsv" in name else ","
    plain = text(tmp_path / "plain", ["label", *PIXELS], np.c_[TARGET, ROWS], separator=sign)
    packed(tmp_path / name, plain.read_bytes())
    with opened(tmp_path / name) as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        assert labels_of(found) == [str(label) for label in TARGET]
    assert not list((tmp_path / "unpacked").iterdir())


def test_images_that_a_packed_table_names_lie_beside_it(tmp_path):
    (tmp_path / "im").mkdir()
    for i in range(6):
        (tmp_path / "im" / f"{i}.png").write_bytes(png(DIGITS[i]))
    rows = [[f"im/{i}.png", "ab"[i % 2]] for i in range(6)]
    plain = text(tmp_path / "t.csv", ["path", "label"], rows)
    packed(tmp_path / "t.csv.gz", plain.read_bytes())
    with opened(tmp_path / "t.csv.gz") as found:
        assert [found.original(i) for i in range(6)] == [png(DIGITS[i]) for i in range(6)]
        assert labels_of(found) == ["a", "b"] * 3


@both
def test_pieces_of_text_may_be_packed(tmp_path, brought: Brought):
    folder = tmp_path / "pieces"
    folder.mkdir()
    for number, rows in enumerate((slice(0, 10), slice(10, 30))):
        write_csv(tmp_path / "plain.csv", rows)
        packed(folder / f"{number}.csv.gz", (tmp_path / "plain.csv").read_bytes())
    with opened(brought(folder)) as found:
        np.testing.assert_array_equal(found.array, DIGITS[:N])


def test_a_packed_table_that_is_cut_off_or_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "unpacked"))
    (tmp_path / "unpacked").mkdir()
    packed(tmp_path / "bomb.csv.gz", b"1,2\n" * 10**6)
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"1,2\n" * 10**5)[:-20])
    with pytest.raises(InvalidDatasetError, match=r"arrays of bomb\.csv\.gz take"):
        opened(tmp_path / "bomb.csv.gz", Limits(n_bytes=10**6))
    with pytest.raises(InvalidDatasetError, match=r"cut\.csv\.gz cannot be read"):
        opened(tmp_path / "cut.csv.gz")
    assert not list((tmp_path / "unpacked").iterdir())


# ---- arrays


@both
@pytest.mark.parametrize(
    "names", [("images", "labels"), ("X", "y"), ("digits", "digits_labels"), ("data", "target")]
)
def test_labels_may_be_an_array_in_a_file_of_their_own(tmp_path, brought: Brought, names):
    folder = tmp_path / "arrays"
    folder.mkdir()
    np.save(folder / f"{names[0]}.npy", DIGITS[:N])
    np.save(folder / f"{names[1]}.npy", TARGET[:N])
    with opened(brought(folder)) as found:
        np.testing.assert_array_equal(found.array, DIGITS[:N])
        assert labels_of(found) == [str(label) for label in TARGET[:N]]
        assert "2 arrays of NumPy" in found.kind


@both
@pytest.mark.parametrize("shape", ["{part}/{role}.npy", "{role}_{part}.npy"])
def test_parts_class_names_and_features_are_found_among_arrays(tmp_path, brought: Brought, shape):
    folder = tmp_path / "arrays"
    for part, rows in (("train", slice(0, 20)), ("test", slice(20, 30))):
        for role, values in (("x", DIGITS), ("y", TARGET), ("embeddings", ROWS[:, :5])):
            path = folder / shape.format(part=part, role=role)
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, values[rows])
    np.save(folder / "class_names.npy", np.array([f"digit {n}" for n in NAMES]))
    with opened(brought(folder)) as found:
        order = [*range(20, 30), *range(20)]
        assert found.splits == ["test"] * 10 + ["train"] * 20
        np.testing.assert_array_equal(found.array, DIGITS[order])
        np.testing.assert_array_equal(found.features, ROWS[order, :5])
        assert labels_of(found) == [f"digit {label}" for label in TARGET[order]]


def test_a_single_array_of_a_folder_stays_on_the_disk(tmp_path):
    np.save(tmp_path / "images.npy", np.tile(DIGITS, (40, 1, 1)))
    np.save(tmp_path / "labels.npy", np.tile(TARGET, 40))
    with opened(tmp_path, Limits(n_bytes=6 * 2**20)) as found:
        assert found.n_items == 40 * len(DIGITS)
        assert found.array is not None
        assert not found.array.flags.owndata


def test_arrays_that_do_not_fit_or_would_be_unpickled_are_refused(tmp_path):
    np.save(tmp_path / "images.npy", DIGITS[:N])
    np.save(tmp_path / "labels.npy", TARGET[: N - 1])
    with pytest.raises(InvalidDatasetError, match="29"):
        opened(tmp_path)
    np.save(tmp_path / "labels.npy", TARGET[:N].astype(object))
    with pytest.raises(InvalidDatasetError, match=r"labels\.npy") as caught:
        opened(tmp_path)
    assert "astype(str)" in caught.value.remedy
    np.save(tmp_path / "labels.npy", TARGET[:N])
    np.save(tmp_path / "notes.npy", np.array([{}, None]))
    with opened(tmp_path) as found:
        assert found.n_items == N
        assert any("notes.npy" in note for note in found.notes)


def test_an_array_for_each_image_is_not_taken_for_a_set(tmp_path):
    for i in range(40):
        np.save(tmp_path / f"{i}.npy", DIGITS[i])
    with pytest.raises(InvalidDatasetError, match="40 files that could be the set"):
        opened(tmp_path)


# ---- folders in folders


def test_idx_files_are_found_in_a_folder_inside(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    packed(raw / "train-images-idx3-ubyte.gz", idx(DIGITS[:N]))
    packed(raw / "train-labels-idx1-ubyte.gz", idx(TARGET[:N]))
    with opened(tmp_path) as found:
        np.testing.assert_array_equal(found.truth, TARGET[:N])


def test_what_lies_outside_of_a_folder_or_a_zip_file_is_not_read(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    write_csv(outside / "a.csv", slice(0, 20))
    write_csv(folder / "b.csv", slice(20, 30))
    (folder / "a.csv").symlink_to(outside / "a.csv")
    (folder / "more").symlink_to(outside)
    with opened(folder) as found:
        assert found.n_items == 10
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        archive.write(folder / "b.csv", "../../b.csv")
        archive.write(folder / "b.csv", "b.csv")
    with pytest.raises(InvalidDatasetError, match="leads out of the ZIP file"):
        opened(tmp_path / "out.zip")
