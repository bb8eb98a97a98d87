"""From Parquet parts that stay where they are to a project, its labels and its export."""

from __future__ import annotations

import io
import json
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from core.bootstrap import open_service, sets_of
from core.cli.cli import main
from core.cli.output import FAILED
from core.data.readers.found import BadImageError
from core.export.rows import Choice
from core.report.images_told import data_told
from core.service.auditing import judge
from core.service.exporting import labelled_of, pack_of
from tests.core.builders import label
from tests.core.data.parts.making import FEATURES, table_of, write, write_part
from tests.core.data.readers.making import DIGITS, TARGET, png
from tests.core.export.test_formats import AT, written

N = 120


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def far() -> str:
    Path("far").mkdir()
    return write("far", [table_of(slice(0, 50)), table_of(slice(50, N))])


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_landmarks_are_drawn_and_told_of(capsys, far):
    assert main(["import", far, "--landmarks", "40"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("120 items in 2 parts, ")
    assert told[1] == "64 features of each"
    assert "Column of features (features): embedding (of embedding)" not in told
    assert "Column of images (images): image (of image, id, label, (none))" in told
    assert "40 landmarks, drawn at random" in told
    key = told[-1]
    stored = sets_of().open(key)
    assert stored.head.title == "far"
    np.testing.assert_array_equal(stored.image(3), DIGITS[stored.rows[3]])
    assert main(["sets"]) == 0
    line = f"{key}  far  40 of 120 items, 10 classes, 40 labelled, drawn from {Path(far).resolve()}"
    assert line in capsys.readouterr().out
    assert main(["import", far, "--landmarks", "500", "--name", "All of it"]) == 0
    assert "120 landmarks, which are all items" in capsys.readouterr().out


def test_an_address_is_drawn_from_without_a_word(capsys, far):
    assert main(["import", f"file://{Path(far).resolve()}", "--choose", "labels=(none)"]) == 0
    key = last_line(capsys)
    assert sets_of().head(key).n_known == 0
    assert sets_of().head(key).n_items == N


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["far", "--landmarks", "1"], "Choose 2 to 2,000,000"),
        (["nowhere", "--landmarks", "5"], "There is nothing at"),
        (["s3://key:secret@bucket/x"], "holds a password or a key"),
        (["far", "--landmarks", "5", "--choose", "pixels=1"], "nothing to choose called “pixels”"),
        (["far", "--landmarks", "5", "--choose", "features=id"], "cannot be its features"),
    ],
)
@pytest.mark.usefixtures("far")
def test_what_cannot_be_drawn_is_said(capsys, arguments, told):
    assert main(["import", *arguments]) == FAILED
    assert told in capsys.readouterr().err
    assert sets_of().listed() == ()


@pytest.mark.usefixtures("far")
def test_what_is_about_copied_images_cannot_be_said_of_landmarks(capsys):
    with pytest.raises(SystemExit):
        main(["import", "far", "--landmarks", "5", "--look", "ink"])
    assert "only --name, --landmarks and --choose" in capsys.readouterr().err


def test_parts_that_have_changed_are_named_when_they_are_checked(capsys, far):
    main(["import", far, "--landmarks", "40"])
    capsys.readouterr()
    assert main(["sets", "--check"]) == 0
    assert f"{Path(far).resolve()} is as it was." in capsys.readouterr().out
    write_part(far, 1, table_of(slice(50, 60)))
    assert main(["sets", "--check"]) == 0
    assert "part-001.parquet has changed since landmarks were drawn" in capsys.readouterr().out
    Path(far).rename("moved")
    assert main(["sets", "--check"]) == 0
    assert "There is nothing at" in capsys.readouterr().out


def with_one_missing() -> str:
    """Digits whose images are files beside the parts; that of item 7 is not there."""
    Path("beside").mkdir()
    for number in range(30):
        if number != 7:
            Path("beside", f"{number}.png").write_bytes(png(DIGITS[number]))
    paths = pa.array([f"{number}.png" for number in range(30)])
    return write("beside", [table_of(slice(0, 30)).set_column(0, "file", paths)])


def test_a_project_on_landmarks_is_labelled_and_taken_away(capsys, home):
    main(["import", with_one_missing(), "--landmarks", "30", "--name", "Beside"])
    key = last_line(capsys)
    main(["new", "Far", "--set", key, "--labels", "ignore"])
    project = last_line(capsys)
    with closing(open_service(home)) as service:
        for _ in range(3):
            batch = service.batch(project)
            assert batch is not None
            rows = sets_of().open(key).rows
            said = [label(item, str(TARGET[rows[item]])) for item in batch.items]
            service.submit(project, batch.batch_id, said)
        view = service.view(project)
        assert not view.dataset.has_pixels
        np.testing.assert_array_equal(view.dataset.features, FEATURES[rows])
        missing = rows.tolist().index(7)
        with pytest.raises(BadImageError, match=r"The image at 7\.png cannot be read"):
            view.dataset.images[missing]
        pack = pack_of(view, labelled_of(view), Choice(), at=AT)
        with ZipFile(io.BytesIO(written(pack, "npz"))) as archive:
            told = json.loads(archive.read("about.json"))
            images = np.load(io.BytesIO(archive.read("images.npy")))
        assert told["images_missing"] == [missing]
        assert images.shape == (30, 32, 32, 3)
        assert not images[missing].any()
        other = (missing + 1) % 30
        enlarged = Image.fromarray(DIGITS[rows[other]]).resize((32, 32), Image.Resampling.BOX)
        np.testing.assert_array_equal(images[other, ..., 1], np.asarray(enlarged))
        with ZipFile(io.BytesIO(written(pack, "zip"))) as archive:
            files = [name for name in archive.namelist() if name.endswith(".png")]
            assert len(files) == 29
            assert json.loads(archive.read("about.json"))["images_missing"] == [missing]
            assert archive.read(next(f for f in files if f.endswith("/digit 12.png"))) == png(
                DIGITS[12]
            )
        tasks = json.loads(written(pack, "label-studio"))
        (empty,) = [task for task in tasks if not task["data"]["image"]]
        assert empty["data"]["number"] == missing


def test_what_is_told_of_a_project_says_what_its_images_were_drawn_from(capsys, home, far):
    main(["import", far, "--landmarks", "40"])
    main(["new", "Far", "--set", last_line(capsys), "--labels", "given"])
    project = last_line(capsys)
    with closing(open_service(home)) as service:
        view = service.view(project)
        assert view.dataset.n_whole == N
        assert judge(view.state, view.engine, view.project.config.decision).audit.n_whole == N
        pack = pack_of(view, labelled_of(view), Choice(), at=AT)
        assert pack.about["images"]["drawn_at_random_from"] == N
        assert ("Drawn from", "120 items") in {(fact.name, fact.value) for fact in data_told(view)}
