"""Tables and exports beside images tell their labels, and go before the folders."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from core.data.readers.found import Bad, Found
from core.data.readers.matched import Matcher
from core.errors import InvalidDatasetError
from tests.core.data.readers.pictures import (
    BOTH,
    Make,
    folder_of,
    labels_of,
    names_of,
    read,
)

both = pytest.mark.parametrize("make", BOTH, ids=["folder", "ZIP file"])
FLAT = names_of(["1.png", "2.png", "3.png", "4.png"])
ROWS = [("1.png", "cat", "Bonn"), ("2.png", "dog", "Ulm"), ("3.png", "cat", "Ulm")]
ROWS += [("4.png", "", "Bonn")]
NOT_HERE = "but there is no such image here, or more than one."
PUT = "Put the image in its place, by the same name."


def csv_of(rows: list[tuple[str, str, str]], separator: str = ",") -> bytes:
    return "\n".join(
        separator.join(row) for row in [("file_name", "label", "town"), *rows]
    ).encode()


def jsonl_of(rows: list[tuple[str, str, str]]) -> bytes:
    return "\n".join(
        json.dumps({"file_name": file, "label": label or None, "town": town})
        for file, label, town in rows
    ).encode()


def parquet_of(rows: list[tuple[str, str, str]]) -> bytes:
    buffer = io.BytesIO()
    files, labels, towns = zip(*rows, strict=True)
    parquet.write_table(pa.table({"file_name": files, "label": labels, "town": towns}), buffer)
    return buffer.getvalue()


TABLES = {
    "metadata.csv": csv_of(ROWS),
    "metadata.jsonl": jsonl_of(ROWS),
    "metadata.parquet": parquet_of(ROWS),
    "labels.csv": csv_of(ROWS, ";"),
    "labels.tsv": csv_of(ROWS, "\t"),
    "utf-16.csv": csv_of(ROWS).decode().encode("utf-16"),
    "marked.csv": b"\xef\xbb\xbf" + csv_of(ROWS).replace(b"\n", b"\r\n"),
}


@both
@pytest.mark.parametrize("name", TABLES)
def test_a_table_tells_labels_and_columns(tmp_path, make: Make, name):
    with read(make(tmp_path, FLAT | {name: TABLES[name]}, ())) as found:
        assert found.class_names == ("cat", "dog")
        assert labels_of(found) == ["cat", "dog", "cat", ""]
        assert found.columns["town"] == ["Bonn", "Ulm", "Ulm", "Bonn"]
        assert found.choices[0].value == f"{name}: label"
        assert found.choices[0].options == (f"{name}: label", f"{name}: town", "(none)")
        assert found.bad == ()
        assert found.notes == ()


@both
def test_another_column_may_be_the_label(tmp_path, make: Make):
    path = make(tmp_path, FLAT | {"metadata.csv": csv_of(ROWS)}, ())
    with read(path, labels="metadata.csv: town") as found:
        assert labels_of(found) == ["Bonn", "Ulm", "Ulm", "Bonn"]
    with read(path, labels="(none)") as found:
        assert found.truth is None
        assert found.columns["label"] == ["cat", "dog", "cat", ""]


@both
def test_a_table_goes_before_the_folders_unless_it_is_said_otherwise(tmp_path, make: Make):
    rows = [("x/1.png", "cat", "Bonn"), ("y/2.png", "dog", "Ulm")]
    files = names_of(["x/1.png", "y/2.png"]) | {"metadata.csv": csv_of(rows)}
    path = make(tmp_path, files, ())
    with read(path) as found:
        assert labels_of(found) == ["cat", "dog"]
        assert found.notes == ("Labels are taken from metadata.csv: label, not from the folders.",)
        assert found.choices[0].options == ("metadata.csv: label", "(folders)", "(none)")
    with read(path, labels="(folders)") as found:
        assert labels_of(found) == ["x", "y"]
        assert found.columns["town"] == ["Bonn", "Ulm"]


@both
def test_a_column_that_only_may_be_labels_goes_after_the_folders(tmp_path, make: Make):
    table = b"file,coat\nx/1.png,red\nx/2.png,red\ny/3.png,grey\ny/4.png,grey\n"
    files = names_of(["x/1.png", "x/2.png", "y/3.png", "y/4.png"]) | {"coats.csv": table}
    with read(make(tmp_path, files, ())) as found:
        assert labels_of(found) == ["x", "x", "y", "y"]
        assert found.choices[0].options == ("(folders)", "coats.csv: coat", "(none)")


@both
def test_each_part_may_have_a_table_as_hugging_face_has_it(tmp_path, make: Make):
    files = names_of(["train/1.png", "train/2.png", "test/1.png"])
    files["train/metadata.csv"] = csv_of([("1.png", "cat", "a"), ("2.png", "dog", "b")])
    files["test/metadata.csv"] = csv_of([("1.png", "dog", "c")])
    with read(make(tmp_path, files, ())) as found:
        assert found.names == ["test/1.png", "train/1.png", "train/2.png"]
        assert found.splits == ["test", "train", "train"]
        assert labels_of(found) == ["dog", "cat", "dog"]
        assert found.columns["town"] == ["c", "a", "b"]


@both
def test_a_column_tells_the_part_of_the_set(tmp_path, make: Make):
    table = b"image,split,class\n1.png,train,a\n2.png,test,b\n3.png,,a\n4.png,test,b\n"
    with read(make(tmp_path, FLAT | {"all.csv": table}, ())) as found:
        assert found.splits == ["train", "test", "", "test"]
        assert labels_of(found) == ["a", "b", "a", "b"]


@both
def test_rows_and_images_without_each_other_are_told_of(tmp_path, make: Make):
    rows = [("1.png", "cat", "a"), ("gone.png", "dog", "b"), ("1.png", "dog", "c")]
    with read(make(tmp_path, FLAT | {"metadata.csv": csv_of(rows)}, ())) as found:
        assert labels_of(found) == ["cat", "", "", ""]
        assert found.bad == (Bad("gone.png", f"It is in metadata.csv, {NOT_HERE}", PUT),)
        assert found.notes == (
            "3 images are not in metadata.csv.",
            "1 row of metadata.csv is about an image with a row before: the first counts.",
        )


def test_of_many_rows_without_an_image_a_hundred_are_told_of(tmp_path):
    rows = [("1.png", "cat", "a"), *((f"gone{k}.png", "dog", "b") for k in range(105))]
    with read(folder_of(tmp_path, FLAT | {"metadata.csv": csv_of(rows)})) as found:
        assert len(found.bad) == 100
        assert "5 more images of metadata.csv are not here." in found.notes


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'file_name,label\n1.png,"cat\n', "unexpected end of data"),
        (b"file_name,label\n" + b"x" * 200_000, "field larger than field limit (131072)"),
    ],
    ids=["open", "long"],
)
def test_a_table_that_makes_no_sense_is_left_out(tmp_path, data, why):
    with read(folder_of(tmp_path, FLAT | {"metadata.csv": data})) as found:
        assert found.n_items == 4
        assert found.bad == (
            Bad("metadata.csv", f"It cannot be read ({why}).", "Save it anew, or take it away."),
        )


def test_a_table_of_other_things_is_left_out(tmp_path):
    files = FLAT | {"a.csv": b"name,label\nAnna,1\n", "b.csv": b"x,y\n1,2\n", "c.csv": b""}
    with read(folder_of(tmp_path, files)) as found:
        assert found.notes == ("3 other files were left out: a.csv, b.csv, c.csv.",)
        assert found.columns == {}


def test_labels_that_cannot_be_used_are_told_of(tmp_path):
    rows = [("1.png", "c\u202eat", "a"), ("2.png", "dog", "b")]
    path = folder_of(tmp_path, FLAT | {"metadata.csv": csv_of(rows)})
    with read(path) as found:
        assert found.truth is None
        assert found.choices[0].value == "(none)"
        assert found.notes[0].startswith("metadata.csv: label was not taken for labels. Class name")
    with pytest.raises(InvalidDatasetError, match="cannot be seen"):
        read(path, labels="metadata.csv: label")


# ---- Label Studio


def task(image: str, *choices: str, **more: object) -> dict[str, object]:
    result = [{"type": "choices", "value": {"choices": list(choices)}}] if choices else []
    return {"data": {"image": image}, "annotations": [{"result": result, **more}]}


def studio(tmp_path: Path, *tasks: object) -> Found:
    files = FLAT | {"result.json": json.dumps(tasks).encode()}
    return read(folder_of(tmp_path, files))


def test_an_export_of_label_studio_tells_labels(tmp_path):
    with studio(
        tmp_path,
        task("/data/upload/7/0a1b2c3d-1.png", "cat"),
        task("/data/local-files/?d=photos/2.png", "dog"),
        task("https://example.org/files/3.png?size=9", "cat"),
        task("4.png"),
    ) as found:
        assert labels_of(found) == ["cat", "dog", "cat", ""]
        assert found.bad == ()
        assert found.choices[0].options == ("result.json (Label Studio)", "(none)")


def test_the_last_annotation_counts_that_was_not_cancelled(tmp_path):
    first = task("1.png", "cat")
    second, third = task("x", "dog"), task("x", "eel", was_cancelled=True)
    annotations = [one["annotations"][0] for one in (first, second, third)]  # type: ignore[index]
    with studio(tmp_path, {**first, "annotations": annotations}) as found:
        assert labels_of(found) == ["dog", "", "", ""]
        assert found.notes == ("3 images are not in result.json.",)


def test_several_labels_of_an_image_are_none(tmp_path):
    with studio(tmp_path, task("1.png", "cat", "dog"), task("2.png", "cat")) as found:
        assert labels_of(found) == ["", "cat", "", ""]
        assert "1 image has several labels in result.json, and none of them was taken." in (
            found.notes
        )


def test_the_short_export_of_label_studio_is_read_too(tmp_path):
    with studio(
        tmp_path,
        {"image": "/data/upload/1/0a1b2c3d-1.png", "choice": "cat", "annotation_id": 1},
        {"image": "/data/upload/1/0a1b2c3d-2.png", "choice": {"choices": ["a", "b"]}},
    ) as found:
        assert labels_of(found) == ["cat", "", "", ""]


def test_tasks_of_images_that_are_not_here_are_told_of(tmp_path):
    url = "https://example.org/9.png"
    with studio(tmp_path, task("1.png", "cat"), task(url, "dog")) as found:
        assert found.bad == (Bad(url, f"It is in result.json, {NOT_HERE}", PUT),)
        assert found.class_names == ("cat",)


# ---- COCO


def coco(names: list[str], of: list[tuple[int, int]], categories: list[str]) -> bytes:
    return json.dumps(
        {
            "images": [{"id": k, "file_name": name} for k, name in enumerate(names)],
            "annotations": [{"image_id": i, "category_id": c} for i, c in of],
            "categories": [
                {"id": k, "name": name, "supercategory": categories[0]}
                for k, name in enumerate(categories)
            ],
        }
    ).encode()


@both
def test_an_image_is_of_the_category_that_all_its_annotations_have(tmp_path, make: Make):
    of = [(0, 1), (0, 1), (1, 2), (2, 1), (2, 2)]
    data = coco(["1.png", "2.png", "3.png"], of, ["animal", "cat", "dog", "eel"])
    with read(make(tmp_path, FLAT | {"coco.json": data}, ())) as found:
        assert found.class_names == ("cat", "dog", "eel")
        assert labels_of(found) == ["cat", "dog", "", ""]
        assert found.notes == (
            "There are no images of 1 class: eel.",
            "1 image is not in coco.json.",
            "1 image has several labels in coco.json, and none of them was taken.",
        )


@both
def test_each_part_may_have_annotations_of_its_own(tmp_path, make: Make):
    files = names_of(["train/1.png", "valid/1.png"])
    for part, category in (("train", 1), ("valid", 2)):
        data = coco(["1.png"], [(0, category)], ["animal", "cat", "dog"])
        files[f"{part}/_annotations.coco.json"] = data
    with read(make(tmp_path, files, ())) as found:
        assert labels_of(found) == ["cat", "dog"]
        assert found.splits == ["train", "valid"]
        assert found.notes == ()


def test_other_json_files_are_left_out(tmp_path):
    files = FLAT | {"a.json": b"{}", "b.json": b"[1]", "c.json": b'{"images": 3}'}
    with read(folder_of(tmp_path, files)) as found:
        assert found.notes == ("3 other files were left out: a.json, b.json, c.json.",)


# ---- a file that is chosen itself


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("labels.csv", csv_of([("a/1.png", "cat", "x"), ("a/3.png", "dog", "y")])),
        ("out.json", json.dumps([task("a/1.png", "cat"), task("a/3.png", "dog")]).encode()),
        ("coco.json", coco(["a/1.png", "a/3.png"], [(0, 0), (1, 1)], ["cat", "dog"])),
    ],
)
def test_a_file_that_tells_of_images_may_be_chosen_itself(tmp_path, name, data):
    files = names_of(["a/1.png", "a/2.png", "a/3.png", "b/1.png"]) | {name: data, "x.csv": b"x"}
    with read(folder_of(tmp_path, files) / name) as found:
        assert found.title == Path(name).stem
        assert found.n_items == 2
        assert [found.original(k) for k in range(2)] == [files["a/1.png"], files["a/3.png"]]
        assert labels_of(found) == ["cat", "dog"]
        assert not any("left out" in note for note in found.notes)


def test_a_file_that_names_no_image_cannot_be_chosen(tmp_path):
    path = folder_of(tmp_path, FLAT | {"x.json": b"[]"})
    with pytest.raises(InvalidDatasetError) as caught:
        read(path / "x.json")
    assert str(caught.value) == (
        "The file x.json names no image that is in its folder, or below. Put it into the folder of "
        "its images."
    )
    (path / "x.json").write_bytes(b"[")
    with pytest.raises(InvalidDatasetError, match=r"^The file x\.json: It cannot be read"):
        read(path / "x.json")


@pytest.mark.parametrize(
    ("told", "index"),
    [
        ("cat/1.png", 0),
        ("./cat/1.png", 0),
        ("cat\\1.png", 0),
        ("/home/anna/data/cat/1.png", 0),
        ("data/dog/1.png", 1),
        ("2.png", 2),
        ("2", 2),
        ("dog/2", 2),
        ("1.png", None),
        ("eel/2.png", None),
        ("../cat/1.png/..", None),
        ("caf\u00e9.png", 3),
        ("", None),
        ("..", None),
    ],
)
def test_an_image_is_found_by_what_others_call_it(told, index):
    names = ["cat/1.png", "dog/1.png", "dog/2.png", "dog/cafe\u0301.png"]
    assert Matcher(names).find(told) == index


def test_of_two_of_one_name_that_beside_the_table_is_meant():
    matcher = Matcher(["test/a/1.png", "train/a/1.png"])
    assert matcher.find("1.png") is None
    assert matcher.find("1.png", "train/") == 1
    assert matcher.find("a/1.png", "test/") == 0
