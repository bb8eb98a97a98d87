"""How images are made ready for a network, and what is said of one that cannot be run."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InvalidDatasetError, InvalidNetworkError
from core.graph.embeddings import network as module
from core.graph.embeddings.network import Network, built_in, has_network
from tests.core.graph.embeddings.networks import colours

RANDOM = np.random.default_rng(0)


def test_features_have_length_one_and_are_of_normalised_colours():
    network = colours(notes={"mean": "10,20,30", "scale": "2"})
    images = RANDOM.integers(0, 256, (5, 8, 8, 3)).astype(np.uint8)
    quarters = images.reshape(5, 2, 4, 2, 4, 3).mean(axis=(2, 4))
    wanted = ((quarters - [10, 20, 30]) / 2).transpose(0, 3, 1, 2).reshape(5, 12)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    np.testing.assert_allclose(network.features(images), wanted, rtol=1e-5)
    assert (network.side, network.n_features) == ((8, 8), 12)


def test_an_image_in_which_a_network_sees_nothing_has_no_length():
    network = colours(notes={"mean": "0", "scale": "1"})
    assert not network.features(np.zeros((1, 8, 8, 3), dtype=np.uint8)).any()


def test_an_image_of_the_right_size_stays_as_it_is():
    image = RANDOM.integers(0, 256, (8, 8, 3)).astype(np.uint8)
    np.testing.assert_array_equal(colours().prepared(image, is_ink=False), image)


def test_an_image_keeps_its_proportions_on_the_colour_of_its_border():
    image = np.full((10, 40, 3), (200, 100, 50), dtype=np.uint8)
    image[3:7, 10:30] = 0
    found = colours(16).prepared(image, is_ink=False)
    assert found.shape == (16, 16, 3)
    np.testing.assert_array_equal(found[0], np.full((16, 3), (200, 100, 50)))
    np.testing.assert_array_equal(found[-1], found[0])
    assert found[8, 8].max() < 60, "what is in the middle stays there"
    tall = colours(16).prepared(image.swapaxes(0, 1), is_ink=False)
    np.testing.assert_array_equal(tall, found.swapaxes(0, 1))


@pytest.mark.parametrize("shape", [(1, 1), (1, 600), (600, 1, 3), (8, 8)])
def test_any_size_will_do(shape):
    image = np.full(shape, 77, dtype=np.uint8)
    np.testing.assert_array_equal(colours().prepared(image, is_ink=False), np.full((8, 8, 3), 77))


def test_ink_is_dark_on_white_paper():
    image = np.zeros((8, 8), dtype=np.uint8)
    image[4, 4] = 255
    found = colours().prepared(image, is_ink=True)
    assert found[4, 4].tolist() == [0, 0, 0]
    assert found[0, 0].tolist() == [255, 255, 255]


def test_bytes_that_are_no_network_are_refused():
    with pytest.raises(InvalidNetworkError, match="“Mine” is no ONNX file"):
        Network("Mine", b"no network")


def test_weights_that_are_missing_or_damaged_are_told_of(tmp_path, monkeypatch):
    assert has_network()
    damaged = tmp_path / "weights.pth"
    damaged.write_bytes(b"others")
    built_in.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(module, "_weights", lambda: damaged)
        with pytest.raises(InvalidDatasetError, match=r"weights\.pth is damaged"):
            built_in()
        patch.setattr(module, "_weights", lambda: None)
        with pytest.raises(InvalidDatasetError, match="is not installed"):
            built_in()
        assert not has_network()
    assert built_in() is built_in(), "it is made once"
