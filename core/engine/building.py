"""From a configuration to its engine: the data set is read, and its graph found or built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray
from core.config import ProjectConfig
from core.data.catalogue import Catalogue, Edition
from core.data.dataset import Dataset
from core.data.fingerprint import Contents
from core.engine.caches import Caches
from core.engine.engine import Engine
from core.engine.prepared import prepared
from core.graph.kept import fingerprint
from core.graph.similarity import SimilarityGraph, build_graph
from core.jobs.progress import Progress, silent
from core.jobs.resources import Resources

Early = Callable[[Engine], None]

SMALL: Final = 5_000
"""Up to as many items a graph is built while a person waits, and is not kept on disk."""

_FIRST: Final = 192
"""Items that are looked at before the first ones are asked about: some seconds' worth."""

_SEED: Final = 0


def build_engine(
    config: ProjectConfig,
    catalogue: Catalogue,
    edition: Edition | None = None,
    *,
    resources: Resources | None = None,
    caches: Caches | None = None,
    progress: Progress = silent,
    early: Early | None = None,
) -> Engine:
    """Read the data set, and take its graph from the disk or build it.

    Parameters
    ----------
    edition
        Which items take part; None stands for the first ones of what there is now.
    early
        As of :func:`engine_for`.

    Raises
    ------
    InvalidDatasetError, InvalidFeaturesError
        If no graph can be built from the data.
    InvalidNetworkError
        If the network that is to look at the images is not there.
    CancelledError
        If ``progress`` says so.
    """
    edition = edition or Edition(catalogue.version(config.dataset))
    dataset, contents = catalogue.open(config, edition.rows_of, progress)
    return engine_for(
        config,
        dataset,
        resources=resources,
        caches=caches,
        version=edition.version,
        contents=contents,
        progress=progress,
        early=early,
    )


def engine_for(
    config: ProjectConfig,
    dataset: Dataset,
    *,
    resources: Resources | None = None,
    caches: Caches | None = None,
    version: str = "",
    contents: Contents | None = None,
    progress: Progress = silent,
    early: Early | None = None,
) -> Engine:
    """The engine of a data set in memory; its graph is taken from the disk or built.

    Parameters
    ----------
    early
        Takes engines that know only some of the items, drawn at random, where it takes long until
        all are known: each knows twice as many as the one before.

    Raises
    ------
    InvalidFeaturesError
        If no graph can be built from the data.
    InvalidNetworkError
        If the network that is to look at the images is not there.
    CancelledError
        If ``progress`` says so.
    """
    resources = resources or Resources()
    caches = caches or Caches()
    keeps = caches.graphs if dataset.n_items > SMALL and config.kernel != "rbf" else None
    settings: dict[str, Any] = {
        "features": config.features,
        "kernel": config.kernel,
        # There may be fewer images by now than when the project was made.
        "n_neighbors": min(config.n_neighbors, dataset.n_items - 1),
    }
    by_network = config.uses_embeddings and not dataset.has_own_features
    if by_network and config.network:
        settings["network"] = config.network
    seen = None
    if caches.embeddings and contents:
        seen = caches.embeddings.of_source(contents, config.network)
    features = partial(prepared, dataset, config, seen=seen)
    name = fingerprint(dataset, settings)
    graph = keeps.load(name) if keeps else None
    if graph is None:
        if early is not None and seen is not None and config.uses_embeddings:
            for known, part, among in _first_ones(config, dataset, features, resources, progress):
                begun = Engine(
                    config,
                    known,
                    part,
                    resources=resources,
                    contents=contents,
                    features=features,
                )
                early(begun.knowing(among))
        graph = build_graph(
            features(progress=progress),
            config.kernel,
            gamma=config.gamma,
            n_neighbors=min(config.n_neighbors, dataset.n_items - 1),
            threads=resources.threads,
            progress=progress,
        )
        if keeps:
            keeps.save(name, graph)
    progress("Getting ready", 0.0)
    engine = Engine(
        config,
        dataset,
        graph,
        resources=resources,
        notes=caches.notes,
        version=version,
        contents=contents,
        features=features,
    )
    engine.graph_name = name
    return engine


def _first_ones(
    config: ProjectConfig,
    dataset: Dataset,
    features: partial[NDArray[Any]],
    resources: Resources,
    progress: Progress,
) -> Iterator[tuple[Dataset, SimilarityGraph, IntArray]]:
    """The data set as far as it is known, its graph so far, and the items that this links."""
    n_items = dataset.n_items
    if config.kernel == "rbf" or dataset.has_own_features:
        return
    order = np.random.default_rng(_SEED).permutation(n_items)
    size = _FIRST
    while size < n_items:
        among = np.sort(order[:size])

        def note(stage: str, share: float, /, part: float = size / n_items) -> None:
            progress(stage, share * part)

        graph = build_graph(
            features(among, progress=note),
            config.kernel,
            gamma=config.gamma,
            n_neighbors=min(config.n_neighbors, size - 1),
            threads=resources.threads,
        )
        known = dataset
        if dataset.truth is not None:
            # Nothing is said yet of how good it is on the others.
            truth = np.full(n_items, UNLABELLED)
            truth[among] = dataset.truth[among]
            known = replace(dataset, truth=truth)
        yield known, graph.among(among, n_items), among
        size *= 2
