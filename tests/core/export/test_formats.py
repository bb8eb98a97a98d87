"""Each format, read by somebody else's reader: the same labels come out."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64decode
from datetime import UTC, datetime
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pyarrow import parquet

from core.config import ProjectConfig
from core.data.npz import read_arrays
from core.export.formats import FORMATS, FormatKey
from core.export.pack import Pack
from core.export.pictures import _folder
from core.export.rows import Choice, Row
from core.jobs.progress import CancelledError
from core.service.exporting import labelled_of, pack_of
from tests.core.export.conftest import IMAGES, NAMES

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def pack(view) -> Pack:
    return pack_of(view, labelled_of(view), Choice(), at=AT)


@pytest.fixture
def rows(pack) -> list[Row]:
    return [row for some in pack.some() for row in some.rows]


def written(pack: Pack, key: FormatKey) -> bytes:
    file = io.BytesIO()
    FORMATS[key].write(pack, file)
    assert not file.closed
    return file.getvalue()


def as_text(values) -> list[str | None]:
    return [None if pd.isna(value) else value for value in values]


def test_csv_is_read_by_pandas(pack, rows):
    table = pd.read_csv(io.BytesIO(written(pack, "csv")))
    assert table["number"].tolist() == [row.number for row in rows]
    assert as_text(table["source"]) == [row.source for row in rows]
    expected = [row.label and row.label.replace("=cmd", "'=cmd") for row in rows]
    assert as_text(table["label"]) == expected, "a formula is text"
    assert "'=cmd" in expected
    probabilities = [np.nan if row.probability is None else row.probability for row in rows]
    np.testing.assert_array_equal(table["probability"], probabilities)
    times = pd.to_datetime(table["answered_at"], utc=True)
    assert [None if pd.isna(at) else at.to_pydatetime() for at in times] == [
        row.answered_at for row in rows
    ]


def test_json_lines_are_one_object_an_item(pack, rows):
    lines = [json.loads(line) for line in written(pack, "jsonl").decode().splitlines()]
    for line, row in zip(lines, rows, strict=True):
        at = line["answered_at"]
        line["answered_at"] = at and datetime.fromisoformat(at)
        assert line == row._asdict()


def test_parquet_is_read_by_arrow_and_says_where_it_is_from(pack, rows):
    table = parquet.read_table(io.BytesIO(written(pack, "parquet")))
    assert table.to_pylist() == [row._asdict() for row in rows]
    assert json.loads(table.schema.metadata[b"labelspread"]) == pack.about


def test_npz_is_an_image_set_with_the_same_labels(pack, rows, tmp_path):
    path = tmp_path / "again.npz"
    path.write_bytes(written(pack, "npz"))
    again = read_arrays(path)
    np.testing.assert_array_equal(again.images, IMAGES)
    assert again.class_names == NAMES
    assert again.truth is not None
    assert [None if i < 0 else NAMES[i] for i in again.truth] == [row.label for row in rows]
    with np.load(path) as arrays:
        assert arrays["sources"].tolist() == [row.source or "" for row in rows]
        assert arrays["image_names"].tolist() == [row.image for row in rows]


def test_folders_are_classes_as_imagefolder_has_them(pack, rows):
    with ZipFile(io.BytesIO(written(pack, "zip"))) as archive:
        assert archive.testzip() is None
        files = [name for name in archive.namelist() if name.endswith(".png")]
        with archive.open("metadata.csv") as listed:
            table = list(csv.DictReader(io.TextIOWrapper(listed, encoding="utf-8", newline="")))
        assert json.loads(archive.read("about.json")) == pack.about
        # As torchvision does: the folders in order are the classes.
        classes = sorted({name.split("/")[0] for name in files})
        assert classes == sorted(NAMES)
        of = {int(name.split("/")[1][:-4]): name.split("/")[0] for name in files}
        assert of == {row.number: row.label for row in rows if row.label is not None}
        assert [line["file_name"] for line in table] == files
        for name in files[:5]:
            with archive.open(name) as file, Image.open(file) as image:
                number = int(name.split("/")[1][:-4])
                np.testing.assert_array_equal(np.asarray(image), IMAGES[number])


def test_label_studio_takes_people_for_annotations_and_the_model_for_predictions(pack, rows):
    tasks = json.loads(written(pack, "label-studio"))
    for task, row in zip(tasks, rows, strict=True):
        said = [each["result"][0]["value"]["choices"] for each in task.get("annotations", [])]
        by_hand = row.human_label or row.given_label
        assert said == ([] if by_hand is None else [[by_hand]])
        guessed = [each["result"][0]["value"]["choices"] for each in task.get("predictions", [])]
        assert guessed == ([] if row.model_label is None else [[row.model_label]])
        kind, data = task["data"]["image"].split(",")
        assert kind == "data:image/png;base64"
        with Image.open(io.BytesIO(b64decode(data))) as image:
            np.testing.assert_array_equal(np.asarray(image), IMAGES[row.number])


@pytest.mark.parametrize("key", FORMATS)
def test_a_choice_without_rows_makes_a_sound_file(service, key):
    config = ProjectConfig(dataset="shoes.npz", n_samples=40, kernel="knn", n_neighbors=3)
    view = service.view(service.create_project("Bare", config).project_id)
    content = written(pack_of(view, labelled_of(view), Choice("labelled"), at=AT), key)
    match key:
        case "csv":
            assert content.decode().count("\n") == 1
        case "jsonl":
            assert content == b""
        case "parquet":
            assert parquet.read_table(io.BytesIO(content)).num_rows == 0
        case "label-studio":
            assert json.loads(content) == []
        case _:
            with ZipFile(io.BytesIO(content)) as archive:
                assert archive.testzip() is None


def test_it_tells_of_settings_images_and_what_was_measured(pack, view):
    told = json.loads(json.dumps(pack.about))
    assert told["project"]["name"] == "Shoes"
    assert told["project"]["settings"]["n_neighbors"] == 3
    assert told["images"]["name"] == "shoes.npz"
    assert told["images"]["fingerprint"] == view.state.images.noted.fingerprint
    assert told["rows"]["human"] == 3
    assert told["rows"]["given"] == 2
    assert told["accuracy"]["value"] == pytest.approx(view.report_all.accuracy)
    assert told["exported_at"] == "2026-01-02T03:04:05+00:00"


def test_writing_can_be_stopped(view):
    def stop(_stage: str, _share: float) -> None:
        raise CancelledError

    pack = pack_of(view, labelled_of(view), Choice(), progress=stop)
    with pytest.raises(CancelledError):
        written(pack, "csv")


@pytest.mark.parametrize(
    ("name", "taken", "folder"),
    [
        ("boot", [], "boot"),
        ("a/b", [], "a-b"),
        ("..", [], "class"),
        ("con", [], "con-class"),
        ("NUL.txt", [], "NUL.txt-class"),
        ("Boot", ["boot"], "Boot-2"),
        ("Boot", ["boot", "boot-2"], "Boot-3"),
        ("x" * 200, [], "x" * 80),
        ("bell\a", [], "bell-"),
        ("end. ", [], "end"),
    ],
)
def test_a_folder_can_be_made_on_every_system_and_is_no_other_class(name, taken, folder):
    assert _folder(name, taken) == folder
