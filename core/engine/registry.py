"""The engines in use: built in the background where that takes long, and shared by all tabs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from core.config import ProjectConfig
from core.engine.engine import SMALL, Engine
from core.engine.keys import learning_settings
from core.jobs.progress import Progress
from core.jobs.work import Work

_KEPT: Final = 4
_KEPT_ITEMS: Final = 1_500_000


class Build(Work[Engine]):
    """An engine under construction.

    Parameters
    ----------
    build
        Builds it, and tells how far it has come.
    """

    def __init__(self, build: Callable[[Progress], Engine]) -> None:
        super().__init__(build, "build-engine")


class Engines:
    """At most a few engines; projects with the same settings share one.

    Parameters
    ----------
    build
        Builds the engine of a configuration.
    """

    def __init__(self, build: Callable[[ProjectConfig, Progress], Engine]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._ready: OrderedDict[ProjectConfig, Engine] = OrderedDict()
        self._builds: dict[ProjectConfig, Build] = {}

    def get(self, config: ProjectConfig) -> Engine:
        """The engine of a configuration; waits for it if need be.

        Raises
        ------
        LabelspreadError
            Whatever has stopped its build; the next call begins anew.
        """
        return self.ready(config) or self._finished(config, self.start(config))

    def ready(self, config: ProjectConfig) -> Engine | None:
        """The engine of a configuration if nobody has to wait for it."""
        key = learning_settings(config)
        with self._lock:
            build = self._builds.get(key)
        if build is not None and build.done:
            return self._finished(config, build)
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
            return self._ready.get(key)

    def start(self, config: ProjectConfig) -> Build:
        """The build of an engine, begun now if it was not before."""
        key = learning_settings(config)
        with self._lock:
            if key not in self._builds:
                self._builds[key] = Build(lambda progress: self._build(key, progress))
            return self._builds[key]

    def _finished(self, config: ProjectConfig, build: Build) -> Engine:
        key = learning_settings(config)
        try:
            engine = build.wait()
        finally:
            with self._lock:
                if self._builds.get(key) is build:
                    del self._builds[key]
        with self._lock:
            engine = self._ready.setdefault(key, engine)
            self._ready.move_to_end(key)
            while len(self._ready) > 1 and self._are_too_many():
                self._ready.popitem(last=False)
        return engine

    def _are_too_many(self) -> bool:
        items = sum(engine.dataset.n_items for engine in self._ready.values())
        return len(self._ready) > _KEPT or items > _KEPT_ITEMS


def is_small(config: ProjectConfig) -> bool:
    """Whether a person can wait for the engine of a configuration."""
    return config.n_samples <= SMALL
