"""Embeddings are computed once, whatever stops it, and are those of their images."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from core.arrays import Float32Array, PixelArray
from core.data.dataset import Dataset
from core.data.fingerprint import contents_of
from core.data.images import Chosen
from core.errors import InvalidNetworkError
from core.graph.embeddings import kept
from core.graph.embeddings.kept import STAGE, Embeddings
from core.graph.embeddings.network import Network
from core.jobs.progress import CancelledError, silent
from tests.core.graph.embeddings.networks import colours, onnx_model

N = 50
ALL = np.arange(N)


class Counting:
    """A network that counts the images it has looked at."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.name, self.side = network.name, network.side
        self.n_features = network.n_features
        self.n_seen = 0

    def prepared(self, image: PixelArray, *, is_ink: bool) -> PixelArray:
        return self._network.prepared(image, is_ink=is_ink)

    def features(self, images: NDArray[np.uint8]) -> Float32Array:
        self.n_seen += len(images)
        return self._network.features(images)


def photos(n_items: int = N, seed: int = 0) -> Dataset:
    images = np.random.default_rng(seed).integers(0, 256, (n_items, 12, 9, 3)).astype(np.uint8)
    return Dataset(
        title="Photos",
        rows=np.arange(n_items),
        images=images,
        features=images.reshape(n_items, -1),
        class_names=(),
        truth=None,
        question="Which?",
        is_ink=False,
    )


def wanted(dataset: Dataset) -> Float32Array:
    network = colours()
    images = [network.prepared(dataset.images[i], is_ink=False) for i in range(dataset.n_items)]
    return network.features(np.stack(images))


@pytest.fixture
def network() -> Counting:
    return Counting(colours())


Opens = Callable[[], Embeddings]


@pytest.fixture
def opens(tmp_path: Path, network: Counting) -> Opens:
    """Opens what is kept, as after a restart."""
    return lambda: Embeddings(tmp_path / "kept", lambda _: cast("Network", network), threads=2)


def test_they_are_those_of_the_images_and_are_computed_once(opens: Opens, network):
    dataset = photos()
    found = opens().of(dataset, "set", ALL)
    np.testing.assert_allclose(found, wanted(dataset), atol=5e-4)
    again = opens().of(dataset, "set", ALL)
    np.testing.assert_array_equal(again, found)
    assert network.n_seen == N
    assert isinstance(again.base, np.memmap), "it is not read as a whole"


def test_some_of_them_are_enough_in_any_order(opens: Opens, network):
    dataset, some = photos(), np.array([30, 2, 49, 7])
    expected = wanted(dataset)
    np.testing.assert_allclose(opens().of(dataset, "set", some), expected[some], atol=5e-4)
    assert network.n_seen == 4
    np.testing.assert_allclose(opens().of(dataset, "set", ALL), expected, atol=5e-4)
    assert network.n_seen == N


def test_items_are_known_by_their_row_in_the_set(opens: Opens, network):
    whole = photos()
    rows = np.array([40, 3, 11])
    part = replace(whole.some(rows), images=Chosen(whole.images, rows), small=whole.pixels[rows])
    opens().of(whole, "set", ALL)
    found = opens().of(part, "set", np.array([0, 1, 2]))
    np.testing.assert_allclose(found, wanted(whole)[rows], atol=5e-4)
    assert network.n_seen == N


def test_sets_and_networks_are_kept_apart(tmp_path, opens: Opens):
    one, other = photos(), photos(seed=1)
    embeddings = opens()
    names = [embeddings.of_source(contents_of(dataset)) for dataset in (one, other)]
    for seen, dataset in zip(names, (one, other), strict=True):
        np.testing.assert_allclose(seen(dataset, ALL, silent), wanted(dataset), atol=5e-4)
    otherwise = colours(notes={"mean": "0", "scale": "1"})
    found = Embeddings(tmp_path / "kept", lambda _: otherwise).of(one, "set", ALL)
    assert np.abs(found - wanted(one)).max() > 0.1


def test_labels_are_no_part_of_their_name(opens: Opens, network):
    dataset = photos()
    labelled = replace(dataset, class_names=("a", "b"), truth=ALL % 2)
    embeddings = opens()
    embeddings.of_source(contents_of(dataset))(dataset, ALL, silent)
    embeddings.of_source(contents_of(labelled))(labelled, ALL, silent)
    assert network.n_seen == N


def test_what_was_computed_before_a_stop_is_not_computed_again(opens: Opens, network):
    told = []

    def stop(stage: str, share: float, /) -> None:
        told.append((stage, share))
        if share >= 0.1:
            raise CancelledError

    dataset, everything = photos(200), np.arange(200)
    with pytest.raises(CancelledError):
        opens().of(dataset, "set", everything, stop)
    assert {stage for stage, _ in told} == {STAGE}
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    n_before = network.n_seen
    assert n_before < 100, "it stopped soon"
    found = opens().of(dataset, "set", everything)
    np.testing.assert_allclose(found, wanted(dataset), atol=5e-4)
    # At most what was under way when it stopped is done twice.
    assert network.n_seen <= 200 + n_before - 16


@pytest.mark.parametrize("damage", ["cut off", "other bytes", "zeros", "text"])
def test_a_damaged_file_is_mended(tmp_path, opens: Opens, network, damage):
    dataset = photos()
    opens().of(dataset, "set", ALL)
    (file,) = (tmp_path / "kept").iterdir()
    data = bytearray(file.read_bytes())
    size = len(data) // N
    match damage:
        case "cut off":
            file.write_bytes(data[: 7 * size + 5])
        case "other bytes":
            data[10 * size + 20] ^= 1
            file.write_bytes(data)
        case "zeros":
            file.write_bytes(bytes(len(data)))
        case "text":
            file.write_text("no embeddings")
    for _ in range(2):
        np.testing.assert_allclose(opens().of(dataset, "set", ALL), wanted(dataset), atol=5e-4)
    assert network.n_seen <= 2 * N, "the second time nothing was missing"


def test_where_nothing_can_be_kept_they_are_computed_all_the_same(tmp_path, network, caplog):
    (tmp_path / "file").write_text("no folder")
    embeddings = Embeddings(tmp_path / "file" / "kept", lambda _: network)
    np.testing.assert_allclose(embeddings.of(photos(), "set", ALL), wanted(photos()), atol=5e-4)
    assert "cannot be kept" in caplog.text


def test_a_full_disk_keeps_nobody_waiting(opens: Opens, monkeypatch, caplog):
    written = []

    def full(file: object, data: bytes) -> None:
        written.append(data)
        if len(written) > 2:
            raise OSError(28, "No space left on device")
        file.write(data)  # type: ignore[attr-defined]

    monkeypatch.setattr("core.graph.embeddings.kept._append", full)
    dataset = photos()
    np.testing.assert_allclose(opens().of(dataset, "set", ALL), wanted(dataset), atol=5e-4)
    assert "No space left" in caplog.text


def test_the_oldest_go(tmp_path, opens: Opens):
    dataset = photos(4)
    some = np.arange(4)
    for number in range(25):
        opens().of(dataset, f"set {number}", some)
        for age, file in enumerate(sorted((tmp_path / "kept").iterdir())):
            os.utime(file, (age, age))
    assert len([*(tmp_path / "kept").iterdir()]) == 20
    shutil.rmtree(tmp_path / "kept")
    opens().of(dataset, "set 1", some)


def test_many_are_not_all_in_memory_and_the_same(tmp_path: Path, monkeypatch):
    dataset = photos()
    embeddings = Embeddings(tmp_path, lambda _: colours())
    embeddings.of(dataset, "source", ALL[::-1][:20])
    order = np.random.default_rng(1).permutation(N)
    in_memory = embeddings.of(dataset, "source", order)
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(kept, "_MOST_AT_ONCE", 100)
    monkeypatch.setattr(kept, "_CHUNK", 7)
    mapped = embeddings.of(dataset, "source", order)
    assert isinstance(mapped, np.memmap)
    assert not isinstance(in_memory, np.memmap)
    np.testing.assert_array_equal(mapped, in_memory)
    assert sorted(tmp_path.iterdir()) == before

    def full(**_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(kept, "TemporaryFile", full)
    np.testing.assert_array_equal(embeddings.of(dataset, "source", order), in_memory)


def test_a_network_that_fails_on_some_images_is_named_and_nothing_of_it_is_kept(tmp_path: Path):
    network = Network("Root", onnx_model("root", notes={"mean": "60", "scale": "1"}))
    images = np.full((N, 8, 8, 3), 200, dtype=np.uint8)
    images[13] = 0
    dataset = replace(photos(), images=images, features=images.reshape(N, -1))
    with pytest.raises(InvalidNetworkError, match="“Root” makes of some images what are no"):
        Embeddings(tmp_path, lambda _: network).of(dataset, "source", ALL)
    again = Embeddings(tmp_path, lambda _: network)
    assert np.isfinite(again.of(dataset, "source", ALL[:8])).all()
