"""``python -m core import``, ``sets`` and ``new``: from a file to a project without a screen."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from core.bootstrap import open_service, sets_of
from core.cli.cli import main
from core.cli.output import FAILED

BUNCH = load_digits()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def save_photos(folder: Path, n_each: int = 4) -> None:
    """Squares in red and in blue, in a folder each."""
    random = np.random.default_rng(0)
    for channel, name in enumerate(("red", "blue")):
        (folder / name).mkdir(parents=True)
        for i in range(n_each):
            image = random.integers(0, 60, size=(40, 50, 3), dtype=np.uint8)
            image[..., 2 * channel] += 180
            Image.fromarray(image).save(folder / name / f"{i}.png")


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_an_array_becomes_a_project_that_learns_from_given_labels(capsys, home):
    np.savez("digits.npz", images=BUNCH.images[:80], labels=BUNCH.target[:80])
    assert main(["import", "digits.npz", "--name", "My digits"]) == 0
    key = last_line(capsys)
    assert main(["new", "Given", "--set", key, "--labels", "given"]) == 0
    project = last_line(capsys)
    with closing(open_service(home)) as service:
        view = service.view(project)
        assert dict(view.labels.items()) == {i: str(t) for i, t in enumerate(BUNCH.target[:80])}
        assert view.dataset.truth is None
        assert view.project.config.query == "mixed"


def test_labels_are_the_truth_or_ignored_as_is_said(capsys, home):
    np.savez("digits.npz", images=BUNCH.images[:80], labels=BUNCH.target[:80])
    main(["import", "digits.npz", "--name", "My digits"])
    key = last_line(capsys)
    assert main(["new", "Truth", "--set", key, "--settings", "classic", "--images", "50"]) == 0
    truth = last_line(capsys)
    assert main(["new", "Ignored", "--set", key, "--labels", "ignore"]) == 0
    ignored = last_line(capsys)
    with closing(open_service(home)) as service:
        assert service.view(truth).dataset.n_known == 50
        assert service.view(truth).project.config.kernel == "knn"
        assert service.view(ignored).dataset.n_known == 0
        assert len(service.view(ignored).labels) == 0


def test_a_folder_of_photographs_comes_with_its_classes(capsys):
    save_photos(Path("photos"))
    assert main(["import", "photos", "--name", "Squares"]) == 0
    told = capsys.readouterr().out
    assert "8 images, 50 × 40 pixels, taken for photographs" in told
    assert "2 classes: blue 4, red 4" in told
    key = told.splitlines()[-1]
    assert sets_of().open(key).name(0) == "blue/0.png"
    assert main(["sets"]) == 0
    assert f"{key}  Squares  8 images, 2 classes, 8 labelled" in capsys.readouterr().out


def test_a_set_without_a_name_is_called_as_its_file(capsys):
    np.savez("digits.npz", images=BUNCH.images[:20], labels=BUNCH.target[:20])
    assert main(["import", "digits.npz"]) == 0
    assert sets_of().open(last_line(capsys)).head.title == "digits"
    save_photos(Path("my.photos"))
    assert main(["import", "my.photos"]) == 0
    assert sets_of().open(last_line(capsys)).head.title == "my.photos"


def test_photographs_can_be_compared_by_embeddings(capsys, home):
    save_photos(Path("photos"))
    main(["import", "photos", "--name", "Squares"])
    key = last_line(capsys)
    assert main(["new", "Seen", "--set", key, "--features", "embeddings"]) == 0
    with closing(open_service(home)) as service:
        view = service.view(last_line(capsys))
        assert view.project.config.features == "embeddings"
        assert service.batch(view.project.project_id) is not None
    assert [path.suffix for path in (home / "cache" / "embeddings").iterdir()] == [".vectors"]


def test_images_without_classes_get_those_that_are_typed(capsys, home):
    save_photos(Path("photos"))
    for i, path in enumerate(sorted(Path("photos").rglob("*.png"))):
        path.rename(f"photos/{i}.png")
    main(["import", "photos", "--name", "Squares"])
    key = last_line(capsys)
    assert main(["new", "Few", "--set", key]) == FAILED
    assert "came without classes" in capsys.readouterr().err
    assert main(["new", "Few", "--set", key, "--classes", "warm, cold"]) == 0
    with closing(open_service(home)) as service:
        view = service.view(last_line(capsys))
        assert view.class_names == ("warm", "cold")
        assert service.batch(view.project.project_id) is not None


def test_what_is_bad_stops_an_import_unless_it_is_to_be_left_out(capsys):
    save_photos(Path("photos"))
    Path("photos/red/2.png").write_bytes(b"no image")
    assert main(["import", "photos", "--name", "Squares"]) == FAILED
    told = capsys.readouterr()
    assert "1 image cannot be used" in told.err.splitlines()[-1]
    assert "red/2.png" in told.err
    assert sets_of().listed() == ()
    assert main(["import", "photos", "--name", "Squares", "--skip-bad"]) == 0
    assert sets_of().open(last_line(capsys)).head.n_items == 7


def test_how_images_are_meant_can_be_said(capsys):
    np.savez("digits.npz", images=BUNCH.images[:20], labels=BUNCH.target[:20])
    main(["import", "digits.npz", "--name", "D", "--paper", "light"])
    light = sets_of().open(last_line(capsys))
    assert light.head.look.paper == "light"
    np.testing.assert_array_equal(light.image(0), 255 - np.round(BUNCH.images[0] * 255 / 16))
    main(["import", "digits.npz", "--name", "D", "--look", "photo"])
    assert not sets_of().open(last_line(capsys)).head.look.is_ink


def test_features_beside_the_images_are_what_similarity_is_measured_by(capsys):
    np.savez("digits.npz", images=BUNCH.images[:30], labels=BUNCH.target[:30])
    features = np.random.default_rng(0).normal(size=(30, 5))
    np.save("features.npy", features)
    assert main(["import", "digits.npz", "--name", "D", "--features", "features.npy"]) == 0
    dataset = sets_of().open(last_line(capsys)).dataset()
    assert dataset.has_own_features
    np.testing.assert_allclose(dataset.features, features)
    assert main(["import", "digits.npz", "--name", "D", "--features", "missing.npy"]) == FAILED
    assert "missing.npy" in capsys.readouterr().err


def test_images_that_are_here_already_are_said_to_be(capsys):
    np.savez("digits.npz", images=BUNCH.images[:30], labels=BUNCH.target[:30])
    main(["import", "digits.npz", "--name", "One"])
    key = last_line(capsys)
    main(["import", "digits.npz", "--name", "Two"])
    told = capsys.readouterr().out
    assert "These images are here already, as “One”" in told
    assert told.splitlines()[-1] == key


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "missing.zip", "--name", "x"), "missing.zip"),
        (("import", "empty", "--name", "x"), "holds no images"),
        (("import", ".", "--name", " "), "has no name"),
        (("import", "x"), "There is no file or folder “x”"),
        (("import", "digits.npz", "--name", "x", "--choose", "lables=y"), "called “lables”"),
        (("new", "x", "--set", "nothing"), "There is no set “nothing”. There are: digits."),
        (("new", " "), "needs a name"),
        (("new", "x", "--classes", "a,a"), "Two classes of the list have the name “a”"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(arguments, message, capsys):
    np.savez("digits.npz", images=BUNCH.images[:30], labels=BUNCH.target[:30])
    Path("empty").mkdir()
    assert main(list(arguments)) == FAILED
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "", "--name", "x"),
        ("import", "x", "--name", "x", "--choose", "labels"),
        ("new", "x", "--images", "1"),
        ("new", "x", "--labels", "none"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_project_can_be_made_for_several_people_an_image(capsys, home):
    assert main(["new", "Shared", "--images", "50", "--overlap", "3:0.5"]) == 0
    shared = last_line(capsys)
    assert main(["new", "B", "--images", "50", "--overlap", "2", "--truth", "majority"]) == 0
    pairs = last_line(capsys)
    with closing(open_service(home)) as service:
        config = service.project(shared).config
        assert (config.overlap, config.overlap_share, config.truth) == (3, 0.5, "dawid_skene")
        config = service.project(pairs).config
        assert (config.overlap, config.overlap_share, config.truth) == (2, 1.0, "majority")


@pytest.mark.parametrize(
    "asked", [["--overlap", "0"], ["--overlap", "3:2"], ["--overlap", "x"], ["--truth", "majority"]]
)
def test_an_overlap_that_makes_no_sense_is_refused(asked, capsys):
    with pytest.raises(SystemExit):
        main(["new", "Shared", *asked])
    assert "Traceback" not in capsys.readouterr().err
