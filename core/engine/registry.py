"""The engines in use: built in the background where that takes long, and shared by all tabs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from weakref import ref

from core.config import ProjectConfig
from core.data.catalogue import Edition
from core.engine.building import SMALL, Early
from core.engine.engine import Engine
from core.engine.keys import learning_settings
from core.jobs.progress import Progress
from core.jobs.work import Work

_KEPT: Final = 4
_KEPT_ITEMS: Final = 1_500_000
_ANY: Final = Edition()

_Key = tuple[ProjectConfig, Edition]


class Build(Work[Engine]):
    """An engine under construction.

    Parameters
    ----------
    build
        Builds it, and tells how far it has come; hands out engines that know only some of the items
        on the way, if that takes long.
    """

    def __init__(self, build: Callable[[Progress, Early], Engine]) -> None:
        # It knows of this one only loosely: what nobody holds any more is to be gone at once.
        desk = self._desk = _Desk(ref(self))
        super().__init__(lambda progress: desk.cleared(build(progress, desk.put)), "build-engine")

    @property
    def early(self) -> Engine | None:
        """The last engine that knows only some of the items; None where there is none, or all."""
        return None if self.done else self._desk.early


class _Desk:
    """Where a build puts engines that know only some of the items."""

    def __init__(self, build: ref[Build]) -> None:
        self._build = build
        self.early: Engine | None = None

    def put(self, early: Engine, /) -> None:
        early.coming = self._build()
        self.early = early

    def cleared(self, whole: Engine) -> Engine:
        self.early = None
        return whole


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
        Builds the engine of a configuration on an edition of its data set, and hands out those that
        know only some of the items on the way.
    """

    def __init__(self, build: Callable[[ProjectConfig, Edition, Progress, Early], Engine]) -> None:
        self._build = build
        self._lock = threading.Lock()
        # Those used last come last.
        self._places: OrderedDict[_Key, _Place] = OrderedDict()

    def get(self, config: ProjectConfig, edition: Edition = _ANY) -> Engine:
        """The engine of a configuration; waits for it if need be.

        Raises
        ------
        LabelspreadError
            Whatever has stopped its build; the next call begins anew.
        """
        return self._finished((learning_settings(config), edition), self.start(config, edition))

    def ready(self, config: ProjectConfig, edition: Edition = _ANY) -> Engine | None:
        """The engine of a configuration if nobody has to wait for it.

        Raises
        ------
        LabelspreadError
            Whatever has stopped its build; the next call finds none.
        """
        key = learning_settings(config), edition
        with self._lock:
            place = self._places.get(key)
            if place is None:
                return None
            self._places.move_to_end(key)
        return self._finished(key, place.build) if place.build.done else None

    def start(self, config: ProjectConfig, edition: Edition = _ANY) -> Build:
        """The build of an engine, begun now if there is none, under way or ended."""
        key = learning_settings(config), edition
        with self._lock:
            if key not in self._places:
                self._places[key] = _Place(Build(lambda *told: self._built(key, *told)))
            self._places.move_to_end(key)
            return self._places[key].build

    def _built(self, key: _Key, progress: Progress, early: Early) -> Engine:
        engine = self._build(*key, progress, early)
        with self._lock:
            # Only what is built, or has failed, leaves its place, so this is still the one.
            self._places[key].n_items = engine.dataset.n_items
            # Whoever waits for it has not asked again: it would go before it was ever used.
            self._places.move_to_end(key)
            self._let_go_of_the_outdated(key)
            self._let_go_of_the_oldest()
        return engine

    def _let_go_of_the_outdated(self, newest: _Key) -> None:
        for key in [key for key in self._places if _is_outdated(key, newest)]:
            if self._places[key].n_items is not None:
                del self._places[key]

    def _let_go_of_the_oldest(self) -> None:
        sizes = {k: place.n_items for k, place in self._places.items() if place.n_items is not None}
        while len(sizes) > 1 and (len(sizes) > _KEPT or sum(sizes.values()) > _KEPT_ITEMS):
            oldest = next(iter(sizes))
            del sizes[oldest], self._places[oldest]

    def _finished(self, key: _Key, build: Build) -> Engine:
        try:
            return build.wait()
        except BaseException:
            self._forget(key, build)
            raise

    def _forget(self, key: _Key, build: Build) -> None:
        with self._lock:
            place = self._places.get(key)
            if place is not None and place.build is build and build.done:
                del self._places[key]


def _is_outdated(key: _Key, newest: _Key) -> bool:
    """Whether an engine is on a content that its data set has no more."""
    (config, edition), (its_config, its_edition) = key, newest
    return config.dataset == its_config.dataset and edition.version != its_edition.version


def is_small(config: ProjectConfig) -> bool:
    """Whether a person can wait for the engine of a configuration."""
    return config.n_samples <= SMALL and not config.uses_embeddings
