"""An engine that compares images by what a network sees in them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA

from core.arrays import UNLABELLED, Float32Array, PixelArray
from core.config import ProjectConfig, recommended
from core.data.catalogue import Catalogue
from core.engine.building import build_engine
from core.engine.caches import Caches
from core.engine.engine import Engine, policy_of
from core.engine.registry import Build, is_small
from core.errors import InvalidFeaturesError
from core.graph.embeddings.kept import STAGE, Embeddings
from core.graph.embeddings.network import Network
from core.graph.similarity import symmetric_knn_graph
from core.jobs.progress import CancelledError, silent
from core.service.labelling import Service
from core.service.view import View
from core.session.events import Answer, AnswerKind, Served
from core.session.labels import Labels
from core.storage import MemoryStore
from tests.core.builders import wait_until
from tests.core.graph.embeddings.networks import colours

CONFIG = recommended(n_samples=80, shuffle_seed=3, features="embeddings")


@pytest.fixture
def caches(tmp_path: Path) -> Caches:
    return Caches(embeddings=Embeddings(tmp_path, lambda _: colours()))


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


def test_shapes_and_embeddings_together_count_alike(caches):
    config = CONFIG.model_copy(update={"features": "both"})
    found = build_engine(config, Catalogue(), caches=caches).sample().features
    alone = [
        build_engine(CONFIG.model_copy(update={"features": kind}), Catalogue(), caches=caches)
        for kind in ("shapes", "embeddings")
    ]
    start, among_both, expected = 0, [], []
    for one in alone:
        points = np.asarray(one.sample().features, dtype=np.float64)
        points = PCA(min(points.shape[1], 50)).fit_transform(points - points.mean(axis=0))
        both = found[:, start : start + points.shape[1]]
        start += points.shape[1]
        among_both.append(pdist(both))
        expected.append(pdist(points))
    assert start == found.shape[1]
    # Each kind has the distances that it has alone, and as much of the length of both.
    for its, alone_its in zip(among_both, expected, strict=True):
        np.testing.assert_allclose(its / its.mean(), alone_its / alone_its.mean(), rtol=0.01)
        np.testing.assert_allclose(np.square(its).mean(), 2 * 80 / 79, rtol=1e-4)


def test_where_there_is_no_network_it_says_so():
    with pytest.raises(InvalidFeaturesError, match="There is no network here"):
        build_engine(CONFIG, Catalogue(), progress=silent)


def test_nobody_waits_for_a_network_without_being_told():
    assert not is_small(CONFIG)
    assert not is_small(CONFIG.model_copy(update={"features": "both"}))
    assert is_small(CONFIG.model_copy(update={"features": "shapes"}))


LARGE = recommended(n_samples=900, features="embeddings")


class Collecting:
    """Takes the engines that know only some of the items."""

    def __init__(self) -> None:
        self.engines: list[Engine] = []

    def __call__(self, early: Engine, /) -> None:
        self.engines.append(early)


@pytest.mark.parametrize("kind", ["embeddings", "both"])
def test_some_items_can_be_asked_about_before_all_are_known(caches, kind):
    config = LARGE.model_copy(update={"features": kind})
    told, early = [], Collecting()
    whole = build_engine(
        config,
        Catalogue(),
        caches=caches,
        progress=lambda stage, share: told.append((stage, share)),
        early=early,
    )
    assert [engine.n_known for engine in early.engines] == [192, 384, 768]
    assert whole.n_known == 900
    shares = [share for stage, share in told if stage == STAGE]
    assert shares == sorted(shares)
    assert shares[-1] == 1

    dataset, contents = Catalogue().open(config)
    assert dataset.truth is not None
    for engine in early.engines:
        truth = engine.dataset.truth
        assert truth is not None
        known = np.flatnonzero(truth != UNLABELLED)
        assert len(known) == engine.n_known
        np.testing.assert_array_equal(truth[known], dataset.truth[known])
        assert np.isin(engine.sample().positions, known).all()
        labels = Labels({int(item): str(truth[item]) for item in known[:30]})
        graph = symmetric_knn_graph(whole._features(known), config.n_neighbors)
        alone = Engine(config, dataset.some(known), graph)
        beliefs = engine.believe(labels)
        np.testing.assert_array_equal(beliefs.predicted[known], alone.believe(labels).predicted)
        others = np.setdiff1d(np.arange(900), known)
        assert not beliefs.reached[others].any()
        random = np.random.default_rng(0)
        for given in (Labels({}), labels):
            chosen = engine.choose(policy_of(config), given, (), 10, random)
            assert len(chosen) == 10
            assert np.isin([choice.item for choice in chosen], known).all()
        ((item, name),) = engine.image_names([int(known[0])]).items()
        assert name == contents.name(item)


def test_only_what_takes_long_comes_in_parts(caches):
    early = Collecting()
    build_engine(LARGE.model_copy(update={"features": "shapes"}), Catalogue(), early=early)
    build_engine(CONFIG, Catalogue(), caches=caches, early=early)
    build_engine(
        ProjectConfig(n_samples=500, features="embeddings"),
        Catalogue(),
        caches=caches,
        early=early,
    )
    assert early.engines == []


class Held:
    """A network that looks at images no faster than it is let."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.name, self.side = network.name, network.side
        self.n_features = network.n_features
        self.n_allowed = threading.Semaphore(0)

    def prepared(self, image: PixelArray, *, is_ink: bool) -> PixelArray:
        return self._network.prepared(image, is_ink=is_ink)

    def features(self, images: NDArray[np.uint8]) -> Float32Array:
        assert self.n_allowed.acquire(timeout=60)
        return self._network.features(images)

    def let(self, n_batches: int) -> None:
        self.n_allowed.release(n_batches)


def test_a_project_is_labelled_while_the_rest_is_looked_at(tmp_path):
    held = Held(colours())
    embeddings = Embeddings(tmp_path, lambda _: cast("Network", held))
    service = Service(MemoryStore(), caches=Caches(embeddings=embeddings))
    project = service.create_project("Seen", LARGE).project_id
    assert isinstance(service.look(project, is_complete=False), Build)
    held.let(192 // 8)
    wait_until(lambda: isinstance(service.look(project, is_complete=False), View))
    view = service.view(project, is_complete=False)
    coming, known = view.engine.coming, view.dataset.truth
    assert coming is not None
    assert known is not None
    assert coming.step.stage == STAGE
    served = service.serve(view)
    assert served is not None
    assert (known[list(served.items)] != UNLABELLED).all()
    assert isinstance(service.look(project), Build), "whoever needs all waits for all"
    given = {item: str(item % 10) for item in served.items}
    answers = [Answer(item=item, kind=AnswerKind.LABEL, label=given[item]) for item in served.items]
    service.submit(project, served.batch_id, answers)
    assert (known[list(_next(service, project).items)] != UNLABELLED).all()

    held.let(1000)
    whole = service.view(project)
    assert whole.engine.coming is None
    assert whole.engine.n_known == 900
    assert dict(whole.labels.items()) == given
    assert whole.beliefs.reached.all()
    service.close()


def _next(service: Service, project: str) -> Served:
    served = service.serve(service.view(project, is_complete=False))
    assert served is not None
    return served


def test_what_stops_the_rest_is_said(tmp_path):
    held = Held(colours())
    embeddings = Embeddings(tmp_path, lambda _: cast("Network", held))
    service = Service(MemoryStore(), caches=Caches(embeddings=embeddings))
    project = service.create_project("Seen", LARGE).project_id
    service.look(project, is_complete=False)
    held.let(192 // 8)
    wait_until(lambda: isinstance(service.look(project, is_complete=False), View))
    coming = service.view(project, is_complete=False).engine.coming
    assert coming is not None
    coming.cancel()
    held.let(1000)
    wait_until(lambda: coming.done)
    with pytest.raises(CancelledError):
        service.look(project, is_complete=False)
    assert service.view(project).engine.n_known == 900, "the next one begins anew"
    service.close()
