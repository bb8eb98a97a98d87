"""An engine that compares images by what a network sees in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.config import recommended
from core.data.catalogue import Catalogue
from core.engine.caches import Caches
from core.engine.engine import Engine, build_engine
from core.engine.registry import is_small
from core.errors import InvalidFeaturesError
from core.graph.embeddings.kept import STAGE, Embeddings
from core.graph.similarity import symmetric_knn_graph
from core.jobs.progress import silent
from core.session.labels import Labels
from tests.core.graph.embeddings.networks import colours

CONFIG = recommended(n_samples=80, shuffle_seed=3, features="embeddings")


@pytest.fixture
def caches(tmp_path: Path) -> Caches:
    return Caches(embeddings=Embeddings(tmp_path, colours))


def test_labels_spread_over_the_graph_of_the_embeddings(caches):
    dataset, _ = Catalogue().open(CONFIG)
    network = colours()
    images = [network.prepared(dataset.images[i], is_ink=True) for i in range(80)]
    features = network.features(np.stack(images)).astype(np.float16)
    expected = Engine(CONFIG, dataset, symmetric_knn_graph(features, CONFIG.n_neighbors))

    stages = []
    found = build_engine(
        CONFIG, Catalogue(), caches=caches, progress=lambda stage, _: stages.append(stage)
    )
    assert STAGE in stages
    items = dataset.rows[:20].tolist()
    labels = Labels({item: str(item % 10) for item in items})
    np.testing.assert_array_equal(
        found.believe(labels).predicted, expected.believe(labels).predicted
    )
    np.testing.assert_allclose(found.sample().features, features)


def test_where_there_is_no_network_it_says_so():
    with pytest.raises(InvalidFeaturesError, match="There is no network here"):
        build_engine(CONFIG, Catalogue(), progress=silent)


def test_nobody_waits_for_a_network_without_being_told():
    assert not is_small(CONFIG)
    assert is_small(CONFIG.model_copy(update={"features": "shapes"}))
