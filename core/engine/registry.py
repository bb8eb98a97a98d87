"""The engines in use: built in the background where that takes long, and shared by all tabs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(slots=True)
class _Place:
    """Where one engine is, or is to be.

    Attributes
    ----------
    n_items
        Of the engine; None until it is built.
    """

    build: Build
    n_items: int | None = None


class Engines:
    """At most a few engines; projects with the same settings share one.

    Safe to use from several threads. An engine is let go of as soon as there are too many, whether
    somebody has waited for it or not, and is gone at once when nobody else holds it.

    Parameters
    ----------
    build
        Builds the engine of a configuration.
    """

    def __init__(self, build: Callable[[ProjectConfig, Progress], Engine]) -> None:
        self._build = build
        self._lock = threading.Lock()
        # Those used last come last.
        self._places: OrderedDict[ProjectConfig, _Place] = OrderedDict()

    def get(self, config: ProjectConfig) -> Engine:
        """The engine of a configuration; waits for it if need be.

        Raises
        ------
        LabelspreadError
            Whatever has stopped its build; the next call begins anew.
        """
        return self._finished(config, self.start(config))

    def ready(self, config: ProjectConfig) -> Engine | None:
        """The engine of a configuration if nobody has to wait for it.

        Raises
        ------
        LabelspreadError
            Whatever has stopped its build; the next call finds none.
        """
        key = learning_settings(config)
        with self._lock:
            place = self._places.get(key)
            if place is None:
                return None
            self._places.move_to_end(key)
        return self._finished(config, place.build) if place.build.done else None

    def start(self, config: ProjectConfig) -> Build:
        """The build of an engine, begun now if there is none, under way or ended."""
        key = learning_settings(config)
        with self._lock:
            if key not in self._places:
                self._places[key] = _Place(Build(lambda progress: self._built(key, progress)))
            self._places.move_to_end(key)
            return self._places[key].build

    def _built(self, key: ProjectConfig, progress: Progress) -> Engine:
        engine = self._build(key, progress)
        with self._lock:
            # Only what is built, or has failed, leaves its place, so this is still the one.
            self._places[key].n_items = engine.dataset.n_items
            # Whoever waits for it has not asked again: it would go before it was ever used.
            self._places.move_to_end(key)
            self._let_go_of_the_oldest()
        return engine

    def _let_go_of_the_oldest(self) -> None:
        sizes = {k: place.n_items for k, place in self._places.items() if place.n_items is not None}
        while len(sizes) > 1 and (len(sizes) > _KEPT or sum(sizes.values()) > _KEPT_ITEMS):
            oldest = next(iter(sizes))
            del sizes[oldest], self._places[oldest]

    def _finished(self, config: ProjectConfig, build: Build) -> Engine:
        try:
            return build.wait()
        except BaseException:
            self._forget(learning_settings(config), build)
            raise

    def _forget(self, key: ProjectConfig, build: Build) -> None:
        with self._lock:
            place = self._places.get(key)
            if place is not None and place.build is build and build.done:
                del self._places[key]


def is_small(config: ProjectConfig) -> bool:
    """Whether a person can wait for the engine of a configuration."""
    return config.n_samples <= SMALL
