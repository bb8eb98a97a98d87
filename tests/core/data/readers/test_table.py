"""Tables are read in the codes and with the columns that are usual, and say what they guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from core.data.readers.found import BadImageError
from core.data.readers.sheets import ParquetSheet
from core.errors import InvalidDatasetError
from tests.core.data.readers.making import (
    DIGITS,
    NAMES,
    PIXELS,
    ROWS,
    TARGET,
    hugging_face,
    labels_of,
    opened,
    options_of,
    png,
    text,
    value_of,
)

LABELLED = np.column_stack([TARGET, ROWS])
GRID = tuple(f"{row}x{column}" for row in range(1, 9) for column in range(1, 9))


def check_digits(path: Path, **said: str) -> None:
    with opened(path, said=said) as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        np.testing.assert_array_equal(found.truth, TARGET)
        assert found.array is not None
        assert found.array.dtype == np.uint8
        assert found.class_names == NAMES


# ---- text


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (("label", *PIXELS), LABELLED),
        (("label", *GRID), LABELLED),
        (("label", *map(str, range(64))), LABELLED),
        ((*map(str, range(65)),), np.roll(LABELLED, -1, axis=1)),
        ((), LABELLED),
        ((), np.column_stack([ROWS, TARGET])),
        ((*PIXELS, "species"), np.column_stack([ROWS, TARGET])),
        (("digit", *PIXELS[::-1]), np.column_stack([TARGET, ROWS[:, ::-1]])),
    ],
    ids=[
        "Kaggle's MNIST",
        "rows and columns",
        "numbers",
        "numbers, with the label",
        "nameless",
        "label last",
        "named last",
        "in another order",
    ],
)
def test_columns_of_pixels_are_images(tmp_path, names, rows):
    check_digits(text(tmp_path / "a.csv", names, rows))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_separators_and_codes_are_found_out(tmp_path, separator, encoding):
    rows = [[f"é{TARGET[i]}", *ROWS[i]] for i in range(60)]
    path = text(
        tmp_path / "a.csv", ("label", *PIXELS), rows, separator=separator, encoding=encoding
    )
    with opened(path) as found:
        np.testing.assert_array_equal(found.array, DIGITS[:60])
        assert labels_of(found) == [row[0] for row in rows]
        assert bool(found.notes) == (encoding == "cp1252")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_end_in_any_way_and_empty_ones_do_not_count(tmp_path, end):
    lines = [",".join(("label", *PIXELS)), *(",".join(map(str, row)) for row in LABELLED[:9])]
    (tmp_path / "a.csv").write_bytes((end + (end * 2).join(lines)).encode())
    with opened(tmp_path / "a.csv") as found:
        np.testing.assert_array_equal(found.array, DIGITS[:9])


def test_numbers_that_are_not_whole_stay_so(tmp_path):
    path = text(tmp_path / "a.csv", ("label", *PIXELS), np.column_stack([TARGET, ROWS / 16]))
    with opened(path) as found:
        np.testing.assert_array_equal(found.array, DIGITS / 16)
        assert found.class_names == NAMES
    path = text(
        tmp_path / "b.csv", ("label", *PIXELS), np.column_stack([TARGET, ROWS * np.int64(300)])
    )
    with opened(path) as found:
        np.testing.assert_array_equal(found.array, DIGITS.astype(int) * 300)


def test_good_rows_are_kept_and_bad_ones_told_of_with_their_lines(tmp_path):
    rows = [list(map(str, row)) for row in LABELLED[:40]]
    rows[3] = rows[3][:-1]
    rows[7][5] = ""
    rows[9].append("1")
    rows[20][6] = "nan"
    path = text(tmp_path / "a.csv", ("label", *PIXELS), rows)
    with opened(path) as found:
        keep = np.delete(np.arange(40), [3, 7, 9, 20])
        np.testing.assert_array_equal(found.array, DIGITS[keep])
        np.testing.assert_array_equal(found.truth, TARGET[keep])
        assert found.array is not None
        assert found.array.dtype == np.uint8
        assert [(one.name, one.problem) for one in found.bad] == [
            ("line 5", "It has 64 columns, and the table has 65."),
            ("line 11", "It has 66 columns, and the table has 65."),
            ("line 9", "A number is missing in it, or is none."),
            ("line 22", "A number is missing in it, or is none."),
        ]
        assert found.notes == ("2 rows in which numbers are missing were left out.",)


def test_parts_names_and_other_columns_come_along(tmp_path):
    rows = [
        [f"n{i}", ("train", "test")[i % 2], "ab"[i % 3 == 0], i / 2, *ROWS[i]] for i in range(30)
    ]
    path = text(tmp_path / "a.csv", ("id", "split", "species", "weight", *PIXELS), rows)
    with opened(path) as found:
        assert found.names == [f"n{i}" for i in range(30)]
        assert found.splits == ["train", "test"] * 15
        assert labels_of(found) == [row[2] for row in rows]
        assert found.columns == {"weight": [str(i / 2) for i in range(30)]}
        assert value_of(found, "id") == "id"
        assert set(options_of(found, "split")) == {"split", "species", "(none)"}
    with opened(path, said={"labels": "split", "split": "(none)", "id": "(none)"}) as found:
        assert (found.class_names, found.splits) == (("test", "train"), None)
        assert (found.names, list(found.columns)) == (None, ["id", "species", "weight"])


@pytest.mark.parametrize("name", ["name", "file_name", "Filename", "item", "item_name"])
def test_a_column_called_as_names_are_is_taken_for_them_where_no_two_are_alike(tmp_path, name):
    rows = [[f"n{i}", "ab"[i % 2], *ROWS[i]] for i in range(30)]
    with opened(text(tmp_path / "a.csv", (name, "label", *PIXELS), rows)) as found:
        assert found.names == [f"n{i}" for i in range(30)]
        assert value_of(found, "id") == name
    rows[1][0] = "n0"
    with opened(text(tmp_path / "a.csv", (name, "label", *PIXELS), rows)) as found:
        assert found.names is None
        assert list(found.columns) == [name]


def test_the_only_column_with_few_values_is_taken_for_the_labels(tmp_path):
    rows = [[i / 7, "xyz"[i % 3], *ROWS[i]] for i in range(30)]
    with opened(text(tmp_path / "a.csv", ("size", "kind", *PIXELS), rows)) as found:
        assert found.class_names == ("x", "y", "z")
        assert found.notes == ("The column “kind” was taken for the labels.",)


# ---- image files that a table names


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "im").mkdir()
    for i in range(20):
        (tmp_path / f"im/{i}.png").write_bytes(png(DIGITS[i]))
    return tmp_path


def test_paths_lead_to_the_images_beside_the_table(photos):
    rows = [[f".\\im\\{i}.png" if i == 3 else f"im/{i}.png", "ab"[i % 2]] for i in range(20)]
    with opened(text(photos / "a.csv", ("path", "label"), rows)) as found:
        assert found.original(3) == png(DIGITS[3])
        assert found.names is not None
        assert found.names[3] == "im/3.png"
        assert (found.array, found.class_names) == (None, ("a", "b"))
    with opened(text(photos / "b.csv", (), rows)) as found:
        assert (found.n_items, found.class_names) == (20, ("a", "b"))


@pytest.mark.parametrize("name", ["file_name", "filename", "name", "item"])
def test_paths_are_images_however_their_column_is_called(photos, name):
    rows = [[f"im/{i}.png", "ab"[i % 2]] for i in range(20)]
    with opened(text(photos / "a.csv", (name, "label"), rows)) as found:
        assert found.original is not None
        assert found.names == [f"im/{i}.png" for i in range(20)]
        assert labels_of(found) == ["a", "b"] * 10


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../outside.png", "lies outside of the folder of its table"),
        ("/etc/passwd", "lies outside"),
        ("im/link.png", "lies outside"),
        ("im/gone.png", "There is no image im/gone.png"),
        ("im", "There is no image im"),
        ("https://example.org/a.png", "is on the web"),
        ("im/\0.png", "is no path"),
        ("im/pipe.png", "There is no image"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path, photos, name, problem):
    (tmp_path.parent / "outside.png").write_bytes(b"secret")
    (photos / "im/link.png").symlink_to(tmp_path.parent / "outside.png")
    table = pa.table({"path": ["im/0.png", name, "im/1.png"], "label": ["a", "b", "a"]})
    parquet.write_table(table, photos / "a.parquet")
    with opened(photos / "a.parquet") as found:
        assert found.original(2) == png(DIGITS[1])
        with pytest.raises(BadImageError, match=problem):
            found.original(1)


# ---- Parquet and Arrow


def saved(path: Path, table: pa.Table) -> Path:
    """A table in each of the formats, some rows at a time."""
    if path.suffix == ".parquet":
        parquet.write_table(table, path, row_group_size=7)
    elif path.suffix == ".feather":
        feather.write_feather(table, path)
    else:
        make = ipc.new_stream if path.stem == "stream" else ipc.new_file
        with pa.OSFile(str(path), "wb") as file, make(file, table.schema) as writer:
            writer.write_table(table, 7)
    return path


FORMATS = ["a.parquet", "a.feather", "file.arrow", "stream.arrow"]


@pytest.mark.parametrize("name", FORMATS)
def test_hugging_faces_images_are_read_when_they_are_asked_for(tmp_path, name):
    with opened(saved(tmp_path / name, hugging_face(40, "abcdefghij"))) as found:
        assert found.class_names == tuple("abcdefghij")
        np.testing.assert_array_equal(found.truth, TARGET[:40])
        assert [found.original(i) for i in (39, 0, 20)] == [png(DIGITS[i]) for i in (39, 0, 20)]
        assert found.names is not None
        assert found.names[39] == "39.png"


@pytest.mark.parametrize("name", FORMATS)
def test_columns_of_pixels_and_lists_of_them_are_images(tmp_path, name):
    pixels = {column: ROWS[:, place] for place, column in enumerate(PIXELS)}
    check_digits(saved(tmp_path / name, pa.table({"label": TARGET, **pixels})))
    lists = pa.array(list(ROWS))
    check_digits(saved(tmp_path / name, pa.table({"image": lists, "label": TARGET})))
    fixed = pa.FixedSizeListArray.from_arrays(pa.array(ROWS.reshape(-1)), 64)
    labels = pa.array(TARGET.astype(str)).dictionary_encode()
    check_digits(saved(tmp_path / name, pa.table({"image": fixed, "label": labels})))
    tensor = pa.FixedShapeTensorArray.from_numpy_ndarray(DIGITS)
    check_digits(saved(tmp_path / name, pa.table({"image": tensor, "label": TARGET})))
    deep = pa.array(DIGITS.tolist(), pa.list_(pa.list_(pa.uint8())))
    check_digits(saved(tmp_path / name, pa.table({"image": deep, "label": TARGET})))


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.list_(pa.uint8())])
def test_bytes_of_image_files_come_with_features_beside_them(tmp_path, kind):
    files = [list(png(d)) if pa.types.is_list(kind) else png(d) for d in DIGITS[:30]]
    features = np.arange(90.0).reshape(30, 3)
    table = pa.table({"img": pa.array(files, kind), "y": TARGET[:30], "emb": list(features)})
    with opened(saved(tmp_path / "a.parquet", table)) as found:
        assert found.original(29) == png(DIGITS[29])
        np.testing.assert_array_equal(found.features, features)


def test_a_row_without_an_image_is_bad_and_no_other(tmp_path):
    table = pa.table({"image": [png(DIGITS[0]), None, png(DIGITS[2])], "label": list("aba")})
    with opened(saved(tmp_path / "a.parquet", table)) as found:
        assert found.original(2) == png(DIGITS[2])
        with pytest.raises(BadImageError, match=r"Row 1 of a\.parquet holds no image"):
            found.original(1)


def test_where_only_a_path_is_kept_the_file_beside_the_table_is_read(photos):
    images = [{"bytes": None, "path": f"im/{i}.png"} for i in range(9)]
    schema = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    path = saved(photos / "a.parquet", pa.table({"image": pa.array(images, schema)}))
    with opened(path) as found:
        assert found.original(8) == png(DIGITS[8])


def test_paths_may_be_kept_as_numbers_that_stand_for_them(photos):
    paths = pa.array([f"im/{i}.png" for i in range(9)]).dictionary_encode()
    with opened(saved(photos / "a.parquet", pa.table({"photo": paths}))) as found:
        assert found.names == [f"im/{i}.png" for i in range(9)]
        assert found.original is not None
        assert found.original(8) == png(DIGITS[8])


def test_only_a_few_groups_of_rows_are_in_memory(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.parquet", hugging_face(40, "abcdefghij"))
    read: list[list[int] | None] = []
    whole = ParquetSheet._read

    def noted(sheet: ParquetSheet, name: str, groups: list[int] | None) -> pa.ChunkedArray:
        read.append(groups)
        return whole(sheet, name, groups)

    monkeypatch.setattr(ParquetSheet, "_read", noted)
    with opened(path) as found:
        read.clear()
        for index in range(40):
            found.original(index)
        assert read == [[group] for group in range(6)], "each once, as they come"


def test_of_several_columns_of_images_a_person_chooses(tmp_path):
    pixels = {column: ROWS[:30, place] for place, column in enumerate(PIXELS)}
    table = pa.table({"img": [png(d) for d in DIGITS[:30]], "y": TARGET[:30], **pixels})
    path = saved(tmp_path / "a.parquet", table)
    with opened(path) as found:
        assert value_of(found, "images") == "img"
        assert options_of(found, "images") == ("img", "pixel0 … pixel63")
    with opened(path, said={"images": "pixel0 … pixel63"}) as found:
        np.testing.assert_array_equal(found.array, DIGITS[:30])
    for said in ({"images": "nothing"}, {"labels": "nothing"}):
        with pytest.raises(InvalidDatasetError, match="“nothing”"):
            opened(path, said=said)


def test_labels_that_begin_with_a_nought_are_names(tmp_path):
    for row in range(4):
        (tmp_path / f"{row}.png").write_bytes(png(DIGITS[row]))
    lines = ["path,label", "0.png,01", "1.png,1", "2.png,01", "3.png,1"]
    (tmp_path / "table.csv").write_text("\n".join(lines), encoding="utf-8")
    with opened(tmp_path / "table.csv") as found:
        assert found.truth is not None
        assert [found.class_names[i] for i in found.truth] == ["01", "1", "01", "1"]
