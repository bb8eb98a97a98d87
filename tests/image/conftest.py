"""What is tried is built once, by ``python -m tests.image``, which runs these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.image.container import Network
from tests.image.deployment import Team, running
from tests.image.dockerfile import Image, read_image
from tests.image.layers import Layers, layers_of


@pytest.fixture(scope="session")
def image() -> Image:
    return read_image()


@pytest.fixture(scope="session")
def layers(image: Image) -> Layers:
    return layers_of(image)


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return Network(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="session")
def team(
    image: Image, layers: Layers, network: Network, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Team]:
    with running(image, layers, network, tmp_path_factory.mktemp("team")) as started:
        yield started
