"""What the images of a project would better be compared by, as its labels say."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import UNLABELLED, BoolArray, IntArray
from core.config import Features, ProjectConfig
from core.engine.engine import Engine
from core.engine.judging import KINDS, better_than, left_out_right
from core.graph.embeddings.kept import Embeddings
from core.jobs.progress import Progress
from core.jobs.work import Work
from core.service.view import View

FEWEST_LABELS: Final = 30
"""From so many labels on they are asked, and again whenever there are twice as many."""

_UP_TO: Final = 2_000
"""From so many on, what they would say has long been said."""

_MOST: Final = 300
"""Labels that are left out in turn, drawn at random where there are more."""

_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """Images would better be compared by something else.

    Attributes
    ----------
    features, now
        What is better, and what they are compared by.
    n_right, n_right_now
        How many labels are predicted by the others with each, every label left out in turn.
    n_labels
        Of how many.
    """

    features: Features
    now: Features
    n_right: int
    n_right_now: int
    n_labels: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """The labels of a project that are being asked, or have been."""

    since: int
    config: ProjectConfig
    work: Work[tuple[Advice, ...]]


class Advisor:
    """Asks the labels of projects, in the background. Safe to use from several threads.

    Parameters
    ----------
    embeddings
        Gives the embeddings of images; None: there is nothing to choose from.
    """

    def __init__(self, embeddings: Embeddings | None) -> None:
        self._embeddings = embeddings
        self._asked: dict[str, _Asked] = {}
        self._lock = threading.Lock()

    def advice(self, view: View) -> Advice | None:
        """What would be better than what the images of a project are compared by.

        None where nothing is, or nothing is known yet: it is found out in the background, for one
        project at a time, when there are 30 labels, 60, 120, and so on.
        """
        config, n_labels = view.project.config, len(view.labels)
        if not self._is_open(view) or not FEWEST_LABELS <= n_labels < _UP_TO:
            return None
        since = FEWEST_LABELS << int(np.log2(n_labels // FEWEST_LABELS))
        project_id = view.project.project_id
        with self._lock:
            asked = self._asked.get(project_id)
            if asked is None or (asked.since, asked.config) != (since, config):
                if any(not other.work.done for other in self._asked.values()):
                    return None
                asked = self._asked[project_id] = _Asked(since, config, self._begin(view))
        if not asked.work.done or asked.work.has_failed:
            # Whatever is wrong with the images or the network is said where they are needed.
            return None
        return next(iter(asked.work.wait()), None)

    def close(self) -> None:
        """Stop asking."""
        with self._lock:
            for asked in self._asked.values():
                asked.work.cancel()

    def _is_open(self, view: View) -> bool:
        """Whether something else could be chosen."""
        config, engine = view.project.config, view.engine
        return (
            self._embeddings is not None
            and config.replays is None
            and config.kernel != "rbf"
            and not engine.dataset.has_own_features
            and engine.contents is not None
            and engine.coming is None
        )

    def _begin(self, view: View) -> Work[tuple[Advice, ...]]:
        labels = view.engine.labels_array(view.labels)
        given = np.flatnonzero(labels != UNLABELLED)
        dropped = np.random.default_rng(_SEED).permutation(given)[_MOST:]
        some = labels.copy()
        some[dropped] = UNLABELLED
        engine, config = view.engine, view.project.config
        return Work(lambda progress: self._ask(engine, some, config, progress), "ask-labels")

    def _ask(
        self, engine: Engine, labels: IntArray, config: ProjectConfig, progress: Progress
    ) -> tuple[Advice, ...]:
        assert self._embeddings is not None
        assert engine.contents is not None
        # On one processor, for people go on labelling meanwhile.
        seen = self._embeddings.of_source(engine.contents, config.network, threads=1)
        kinds = dict.fromkeys((config.features, *KINDS))
        right = left_out_right(engine.dataset, labels, config, kinds, seen, progress)
        return _advice(right, config.features)


def _advice(right: Mapping[Features, BoolArray], now: Features) -> tuple[Advice, ...]:
    """What is better than the present kind, or nothing."""
    better = better_than(right, now)
    if better is None:
        return ()
    n_right, n_right_now = int(right[better].sum()), int(right[now].sum())
    return (Advice(better, now, n_right, n_right_now, n_labels=len(right[now])),)
