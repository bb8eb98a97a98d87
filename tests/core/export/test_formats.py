"""Each format, read by somebody else's reader: the same labels come out."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pyarrow import parquet

from core.config import ProjectConfig
from core.data.fingerprint import image_name
from core.data.npz import read_arrays
from core.export.formats import FORMATS, FormatKey, choice_for
from core.export.pack import Pack
from core.export.pictures import _folders, _unlike
from core.export.rows import Choice, Row
from core.jobs.progress import CancelledError
from core.service.exporting import labelled_of, pack_of
from tests.core.builders import label
from tests.core.export.conftest import IMAGES, NAMES

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def pack(view) -> Pack:
    return pack_of(view, labelled_of(view), Choice(), at=AT)


@pytest.fixture
def rows(pack) -> list[Row]:
    return [row for some in pack.some() for row in some.rows]


def written(pack: Pack, key: FormatKey) -> bytes:
    choice = choice_for(key, pack.choice.wanted, pack.choice.least)
    file = io.BytesIO()
    FORMATS[key].write(replace(pack, choice=choice), file)
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
    probabilities = [
        np.nan if row.model_probability is None else row.model_probability for row in rows
    ]
    np.testing.assert_array_equal(table["model_probability"], probabilities)
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
    known = [row.human_label or row.given_label for row in rows]
    assert [None if i < 0 else NAMES[i] for i in again.truth] == known, "no guess becomes a truth"
    with np.load(path) as arrays:
        assert arrays["model_labels"].tolist() == [row.model_label or "" for row in rows]
        assert arrays["sources"].tolist() == [row.source or "" for row in rows]
        assert arrays["image_names"].tolist() == [row.image_name for row in rows]


def test_folders_are_classes_as_imagefolder_has_them(pack, rows):
    with ZipFile(io.BytesIO(written(pack, "zip"))) as archive:
        assert archive.testzip() is None
        files = [name for name in archive.namelist() if name.endswith(".png")]
        with archive.open("metadata.csv") as listed:
            table = list(csv.DictReader(io.TextIOWrapper(listed, encoding="utf-8", newline="")))
        about = json.loads(archive.read("about.json"))
        assert about == pack.about | {"folders": {name: name for name in NAMES}}
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


def test_images_keep_the_names_of_their_files_as_far_as_no_two_are_alike():
    files = [
        "a/IMG_1.jpg",
        "b/IMG_1.JPG",
        "img_1.jpeg",
        None,
        "C:\\x\\7.png",
        "CON.png",
        "a:b?.png",
    ]
    files += ["IMG_1-1.jpg", "noend", "3.png"]
    taken: set[str] = set()
    names = [_unlike("cat", file, str(i), ".jpg", taken) for i, file in enumerate(files)]
    assert names == [
        "cat/IMG_1.jpg",
        "cat/IMG_1-1.jpg",
        "cat/img_1-2.jpg",
        "cat/3.jpg",
        "cat/7.jpg",
        "cat/CON-class.jpg",
        "cat/a-b-.jpg",
        "cat/IMG_1-1-7.jpg",
        "cat/noend.jpg",
        "cat/3-9.jpg",
    ]
    assert _unlike("dog", "a/IMG_1.jpg", "9", ".jpg", taken) == "dog/IMG_1.jpg"


def test_label_studio_takes_people_for_annotations_and_the_model_for_predictions(pack, rows):
    tasks = json.loads(written(pack, "label-studio"))
    for task, row in zip(tasks, rows, strict=True):
        said = [each["result"][0]["value"]["choices"] for each in task.get("annotations", [])]
        by_hand = row.human_label or row.given_label
        assert said == ([] if by_hand is None else [[by_hand]])
        guessed = [each["result"][0]["value"]["choices"] for each in task.get("predictions", [])]
        is_left = row.model_label is None or row.answer == "bad"
        assert guessed == ([] if is_left else [[row.model_label]])
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
    ("names", "folders"),
    [
        (["boot", "sandal"], ["boot", "sandal"]),
        (["a/b", "a-b"], ["a-b-2", "a-b"]),
        (["..", "class"], ["class-2", "class"]),
        (["con", "NUL.txt", "COM¹"], ["con-class", "NUL.txt-class", "COM¹-class"]),
        (["Boot", "boot", "boot-2"], ["Boot", "boot-3", "boot-2"]),
        (["x" * 200], ["x" * 80]),
        (["\N{GRINNING FACE}" * 200], ["\N{GRINNING FACE}" * 20]),
        (["bell\a", "end. "], ["bell-", "end"]),
        (["metadata.csv", "About.json"], ["metadata.csv-2", "About.json-2"]),
    ],
)
def test_a_folder_can_be_made_on_every_system_and_no_class_takes_the_name_of_another(
    names, folders
):
    assert _folders(names) == dict(zip(names, folders, strict=True))


def test_features_of_ones_own_are_taken_along(tmp_path, service, folder):
    features = np.random.default_rng(5).normal(size=(40, 3)).astype(np.float32)
    np.savez(folder / "own.npz", images=IMAGES, class_names=np.array(NAMES), features=features)
    config = ProjectConfig(dataset="own.npz", n_samples=30, kernel="knn", n_neighbors=3)
    view = service.view(service.create_project("Own", config).project_id)
    path = tmp_path / "again.npz"
    path.write_bytes(written(pack_of(view, labelled_of(view), Choice(), at=AT), "npz"))
    again = read_arrays(path)
    assert again.has_own_features
    np.testing.assert_array_equal(again.features, features[:30])


def test_all_rows_of_a_shuffled_project_are_of_the_image_they_name(service):
    config = ProjectConfig(
        dataset="shoes.npz", n_samples=25, shuffle_seed=3, kernel="knn", n_neighbors=3
    )
    view = service.view(service.create_project("Shuffled", config).project_id)
    pack = pack_of(view, labelled_of(view), Choice(), at=AT)
    order = np.arange(40)
    np.random.RandomState(3).shuffle(order)
    found = [pair for some in pack.some() for pair in zip(*some, strict=True)]
    assert [row.row for row, _ in found] == sorted(order[:25].tolist())
    for row, place in found:
        assert row.image_name == image_name(IMAGES[row.row])
        np.testing.assert_array_equal(view.dataset.images[place], IMAGES[row.row])


def test_items_are_gone_through_once_until_something_is_answered(service, project, view):
    labelled = labelled_of(view)
    assert labelled_of(service.view(project)) is labelled
    batch = service.batch(project)
    assert batch is not None
    service.submit(project, batch.batch_id, [label(batch.items[0], "boot")])
    later = labelled_of(service.view(project))
    assert later is not labelled
    assert later.count(Choice()).human == labelled.count(Choice()).human + 1
    # Who still has the older view gets what belongs to it.
    assert labelled_of(view).state is view.state


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_tells_how_far_it_has_come_and_can_be_stopped(view, key):
    shares = []

    def note(_stage: str, share: float) -> None:
        shares.append(share)

    def stop(_stage: str, _share: float) -> None:
        raise CancelledError

    pack = pack_of(view, labelled_of(view), choice_for(key), progress=note)
    FORMATS[key].write(pack, io.BytesIO())
    assert shares
    assert all(0 <= share <= 1 for share in shares)
    assert max(shares) == 1
    with pytest.raises(CancelledError):
        FORMATS[key].write(replace(pack, progress=stop), io.BytesIO())
