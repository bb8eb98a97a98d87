"""Photographs and Fashion-MNIST, labelled here and by what people use on embeddings today.

All of them get the same embeddings. Labelspread takes what it takes by itself for a set, and where
that is more or other than embeddings, it is run on embeddings alone too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from threadpoolctl import threadpool_limits

from core.config import ProjectConfig
from core.engine.building import engine_for
from core.engine.engine import Engine
from core.jobs.resources import Resources
from core.simulation.comparisons import EngineLearner
from core.simulation.run import run_once
from tests.benchmarks.embedding_peers import LinearProbe, active_learners
from tests.benchmarks.label_peers import Measured
from tests.benchmarks.label_report import BEST, RANDOM
from tests.benchmarks.label_runs import AT, ONE_BY_ONE_UP_TO, Row, Run, budget_of, run_peer
from tests.benchmarks.photo_report import ALONE
from tests.benchmarks.photo_sets import Drawn, Home

_EMBEDDINGS: Final = "embeddings"
_AT_RANDOM: Final = {"query": "random", "opening": "random", "random_share": 0.0}


def photo_runs(folder: Path, keys: dict[str, str], seeds: Sequence[int]) -> list[Run]:
    """All runs on sets that were brought in, the longest first."""
    longest_first = [*keys.items()][::-1]
    return [
        partial(run_photographs, folder, key, name, seed)
        for name, key in longest_first
        for seed in seeds
    ]


def run_photographs(folder: Path, key: str, name: str, seed: int) -> list[Row]:
    """Run all strategies on one set, with one seed."""
    with threadpool_limits(1):
        home = Home(folder)
        drawn = home.draw(key, name, seed)
        is_small = drawn.dataset.n_items <= ONE_BY_ONE_UP_TO
        batches = (1, 10) if is_small else (10,)
        rows = [*_run_ours(home, drawn, batches, seed)]
        points = home.embeddings(drawn)
        for peer in (*active_learners(), LinearProbe()):
            for batch in batches:
                rows += run_peer(peer, points, drawn.dataset, batch, seed)
        return rows


def _run_ours(home: Home, drawn: Drawn, batches: Sequence[int], seed: int) -> Iterator[Row]:
    ways = [(BEST, drawn.config), (RANDOM, drawn.config.model_copy(update=_AT_RANDOM))]
    if drawn.config.features != _EMBEDDINGS:
        alone = drawn.config.model_copy(update={"features": _EMBEDDINGS})
        ways.insert(1, (ALONE, alone))
    engines: dict[str, Engine] = {}
    for name, config in ways:
        if config.features not in engines:
            engines[config.features] = _engine(home, drawn, config)
        learner = EngineLearner(engines[config.features].like(config), config)
        for batch in batches:
            for point in run_once(
                learner, budget=budget_of(drawn.dataset), batch_size=batch, noise=0.0, seed=seed
            ):
                if point.labels in AT:
                    measured = Measured(*point)
                    yield Row(drawn.dataset.title, name, batch, seed, measured, config.features)


def _engine(home: Home, drawn: Drawn, config: ProjectConfig) -> Engine:
    return engine_for(
        config,
        drawn.dataset,
        resources=Resources(threads=1),
        caches=home.caches,
        contents=drawn.contents,
    )
