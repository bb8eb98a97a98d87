"""Networks that people add are kept whole, and found again by what they are."""

from __future__ import annotations

import json
import os
import shutil
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import pytest

from core.errors import InvalidNetworkError
from core.graph.embeddings import networks as module
from core.graph.embeddings.network import BUILT_IN, built_in
from core.graph.embeddings.networks import Added, Networks, Origin, add_file
from core.graph.embeddings.preparing import AROUND_ZERO, IMAGENET, Preparing
from core.jobs.progress import CancelledError
from tests.core.graph.embeddings.networks import colours, onnx_model, squares

IMAGES = np.random.default_rng(3).integers(0, 256, (4, 8, 8, 3)).astype(np.uint8)


@pytest.fixture
def networks(tmp_path: Path) -> Networks:
    return Networks(tmp_path / "networks", colours)


def add(
    networks: Networks,
    content: bytes | None = None,
    title: str = "Mine",
    preparing: Preparing | None = None,
) -> Added:
    return networks.add(
        BytesIO(onnx_model() if content is None else content), Origin(title), preparing
    )


def files(networks: Networks) -> list[str]:
    folder = networks._folder
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_one_that_comes_with_the_app_is_there(networks: Networks):
    (own,) = networks.entries()
    assert (own.key, own.title, own.licence) == ("", BUILT_IN, "Apache-2.0")
    assert (own.side, own.n_features) == (built_in().side, built_in().n_features)
    assert networks.network("").title == "Colours"
    networks.check("")


def test_an_added_one_makes_what_it_is_meant_to(networks: Networks):
    content = onnx_model(notes={"license": "MIT"})
    added = add(networks, content, "My *own*", AROUND_ZERO)
    entry = added.entry
    assert (entry.title, entry.licence, entry.side, entry.n_features) == (
        "My *own*",
        "MIT",
        (8, 8),
        12,
    )
    assert entry.n_bytes == len(content)
    assert added.is_new
    assert added.speed > 0
    wanted = squares(IMAGES / 255 / 0.5 - 1).reshape(4, 12)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    for again in (networks, Networks(networks._folder, colours)):
        assert again.entries()[1:] == (entry,)
        assert again.find("MY *OWN*") == again.find(entry.key) == entry
        assert again.title(entry.key) == "My *own*"
        network = again.network(entry.key)
        np.testing.assert_allclose(network.features(IMAGES), wanted, rtol=1e-4, atol=1e-5)
        assert again.network(entry.key) is network


def test_the_same_file_with_the_same_settings_is_one(networks: Networks):
    first = add(networks)
    again = add(networks, title="Another name")
    assert (again.entry, again.is_new) == (first.entry, False)
    otherwise = add(networks, preparing=AROUND_ZERO)
    assert otherwise.is_new
    assert networks.network(otherwise.entry.key).name != networks.network(first.entry.key).name
    assert len(networks.entries()) == 3
    with pytest.raises(InvalidNetworkError, match="Several networks are called"):
        networks.find("Mine")


def test_a_project_from_elsewhere_finds_it_under_another_title(networks: Networks, tmp_path: Path):
    there = Networks(tmp_path / "there")
    key = add(there, title="As it is called there").entry.key
    mine = add(networks)
    networks.check(key)
    assert networks.title(key) == "Mine"
    assert networks.network(key) is networks.network(mine.entry.key)
    assert there.network(key).name == networks.network(key).name


@pytest.mark.parametrize("key", ["../../etc", "none-0123456789ab", "", "*", "a/b"])
def test_one_that_is_not_there_is_told_of(networks: Networks, key: str):
    add(networks)
    if not key:
        with pytest.raises(InvalidNetworkError, match="There is no network"):
            networks.find(key)
        with pytest.raises(InvalidNetworkError):
            networks.remove(key)
        return
    for ask in (networks.check, networks.network, networks.remove):
        with pytest.raises(InvalidNetworkError, match=r"is not here\. Add the same file"):
            ask(key)


def test_one_that_is_removed_is_gone(networks: Networks):
    key = add(networks).entry.key
    networks.network(key)
    networks.remove(key)
    assert files(networks) == []
    assert networks.title(key) == "mine"
    with pytest.raises(InvalidNetworkError, match="is not here"):
        networks.network(key)
    assert add(networks).entry.key == key


@pytest.mark.parametrize("damage", ["cut", "byte", "gone", "json", "other"])
def test_a_damaged_one_is_told_of_and_harms_no_other(networks: Networks, damage: str):
    key = add(networks).entry.key
    other = add(networks, title="Other", preparing=AROUND_ZERO).entry
    model, about = (networks._folder / f"{key}{end}" for end in (".onnx", ".json"))
    content = bytearray(model.read_bytes())
    match damage:
        case "cut":
            model.write_bytes(content[:-10])
        case "byte":
            content[-1] ^= 1
            model.write_bytes(content)
        case "gone":
            model.unlink()
        case "json":
            about.write_text("{", encoding="utf-8")
        case "other":
            told = json.loads(about.read_text(encoding="utf-8"))
            about.write_text(json.dumps(told | {"mean": [1, 2, 3]}), encoding="utf-8")
    fresh = Networks(networks._folder, colours)
    with pytest.raises(InvalidNetworkError, match=r"is damaged\. Add the same file again"):
        fresh.network(key)
    listed = {entry.key: entry for entry in fresh.entries()}
    assert listed[other.key] == other
    assert fresh.network(other.key).n_features == 12
    assert bool(listed[key].problem) == (damage != "byte"), "all of it is read when it is used"
    mended = add(fresh)
    assert (mended.entry.key, mended.is_new) == (key, True)
    assert fresh.network(key).n_features == 12


def test_what_works_on_one_image_only_gets_one_at_a_time(networks: Networks):
    for sees in ("alone", "others"):
        key = add(networks, onnx_model(sees), sees).entry.key
        network = networks.network(key)
        one_by_one = [network.features(IMAGES[i : i + 1])[0] for i in range(4)]
        np.testing.assert_array_equal(network.features(IMAGES), one_by_one)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no network", "is no ONNX file"),
        (onnx_model("nothing"), "what are no numbers"),
        (onnx_model("root", notes={"mean": "60", "scale": "1"}), "of some images what are no num"),
        (onnx_model("constant"), "sees the same in all images"),
        (onnx_model(shape=("n", 3, 4, 4)), "sees images of 4 pixels a side"),
        (onnx_model(shape=("n", 3, 2**31, 2**31)), "takes images of 2,147,483,648 × 2,147"),
        (onnx_model(shape=("n", 3, 20_000, 8)), "No side may have more than 2,048"),
        (onnx_model(shape=(5_000, 3, 8, 8)), "takes 5,000 images at a time and no fewer"),
        (onnx_model("one"), "makes 1 number of an image"),
        (onnx_model(notes={"mean": "a", "scale": "1"}), "make no sense"),
    ],
)
def test_what_images_cannot_be_compared_by_is_not_kept(networks: Networks, content, told):
    with pytest.raises(InvalidNetworkError, match=told):
        add(networks, content)
    assert files(networks) == []


def test_weights_in_other_files_are_not_read_wherever_they_are(networks: Networks, tmp_path: Path):
    networks._folder.mkdir()
    for place in ("w.data", "../w.data"):
        model = onnx.load_from_string(onnx_model("others"))
        onnx.save(
            model,
            tmp_path / "m.onnx",
            save_as_external_data=True,
            location="w.data",
            size_threshold=0,
        )
        for tensor in model.graph.initializer:
            for entry in tensor.external_data:
                entry.value = place if entry.key == "location" else entry.value
            tensor.ClearField("raw_data")
        assert (networks._folder / "../w.data").exists()
        with pytest.raises(InvalidNetworkError, match="second file"):
            add(networks, model.SerializeToString())
    assert files(networks) == []


@pytest.mark.parametrize("title", ["", "  ", "a" * 81, "a\x00b"])
def test_a_name_that_nobody_can_read_is_refused(networks: Networks, title: str):
    with pytest.raises(InvalidNetworkError, match="needs a name"):
        add(networks, title=title)


def test_a_file_that_is_too_large_or_too_long_is_refused(networks: Networks, monkeypatch):
    content = onnx_model()
    size = len(content)
    for n_bytes, told in ((size - 1, "not the one"), (size + 1, "has ended after")):
        with pytest.raises(InvalidNetworkError, match=told):
            networks.add(BytesIO(content), Origin("Mine", n_bytes=n_bytes))
    with pytest.raises(InvalidNetworkError, match="checksum"):
        networks.add(BytesIO(content), Origin("Mine", sha256="0" * 64))
    monkeypatch.setattr(module, "MOST_BYTES", size - 1)
    for most in (None, size):
        with pytest.raises(InvalidNetworkError, match="is larger than"):
            networks.add(BytesIO(content), Origin("Mine", n_bytes=most))
    assert files(networks) == []


def test_what_is_cancelled_or_cannot_be_stored_leaves_nothing(networks: Networks, tmp_path: Path):
    def stop(_stage: str, _share: float, /) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        networks.add(BytesIO(onnx_model()), Origin("Mine"), progress=stop)
    assert files(networks) == []
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InvalidNetworkError, match="cannot be stored"):
        add(Networks(tmp_path / "file" / "networks"))


def test_what_a_killed_process_left_is_removed_at_the_start(networks: Networks):
    key = add(networks).entry.key
    left = networks._folder / "left-0123456789ab.onnx"
    young = networks._folder / "young-0123456789ab.onnx"
    for path in (left, young):
        path.write_bytes(b"half")
    unfinished = networks._folder / "network-01234567.unfinished"
    unfinished.write_bytes(b"half")
    for path in (left, unfinished, networks._folder / f"{key}.onnx"):
        os.utime(path, (0, 0))
    networks.tidy()
    assert files(networks) == sorted([f"{key}.json", f"{key}.onnx", young.name])
    shutil.rmtree(networks._folder)
    networks.tidy()


def test_a_file_says_how_its_images_are_made_ready_or_one_beside_it_does(
    networks: Networks, tmp_path: Path
):
    folder = tmp_path / "model" / "onnx"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(onnx_model(shape=("n", "c", "h", "w")))
    plain = add_file(networks, folder / "model.onnx", preparing=Preparing(16))
    assert (plain.entry.title, plain.entry.side) == ("model", (16, 16))
    assert networks.network(plain.entry.key).mean == IMAGENET.mean
    told = {"size": {"height": 12, "width": 12}, "image_mean": [0.5], "image_std": [0.5]}
    (folder.parent / "preprocessor_config.json").write_text(json.dumps(told), encoding="utf-8")
    found = add_file(networks, folder / "model.onnx", "Told")
    assert (found.entry.title, found.entry.side) == ("Told", (12, 12))
    assert networks.network(found.entry.key).mean == AROUND_ZERO.mean
    said = add_file(networks, folder / "model.onnx", "Said", Preparing(12).otherwise(IMAGENET))
    assert networks.network(said.entry.key).mean == IMAGENET.mean
    with pytest.raises(InvalidNetworkError, match="cannot be read"):
        add_file(networks, folder / "gone.onnx")


def test_without_a_runtime_nothing_is_taken(networks: Networks, monkeypatch):
    monkeypatch.setattr(module, "can_run", lambda: False)
    with pytest.raises(InvalidNetworkError, match="onnxruntime"):
        add(networks)
