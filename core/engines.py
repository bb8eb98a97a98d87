"""The engines in use: built in the background where that takes long, and shared by all tabs."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.config import ProjectConfig
from core.engine import SMALL, Engine, learning_settings
from core.progress import CancelledError, Progress

_TELLING: Final = 0.1
"""Share of a stage that must be done before it tells how long the rest will take."""

_KEPT: Final = 4
_KEPT_ITEMS: Final = 1_500_000


@dataclass(frozen=True, slots=True)
class Step:
    """How far a build has come.

    Attributes
    ----------
    stage
        What is being done, in words for a person.
    share
        How much of the stage is done, 0 to 1.
    seconds_left
        Until this stage is done, should it go on as it has; None while that cannot be told.
    """

    stage: str
    share: float
    seconds_left: float | None


class Build:
    """An engine under construction, on a thread of its own.

    Parameters
    ----------
    build
        Builds it, and tells how far it has come.
    """

    def __init__(self, build: Callable[[Progress], Engine]) -> None:
        self._build = build
        self._stage, self._share, self._since = "Getting ready", 0.0, time.monotonic()
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._engine: Engine | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True, name="build-engine").start()

    @property
    def step(self) -> Step:
        """How far it has come."""
        stage, share, taken = self._stage, self._share, time.monotonic() - self._since
        return Step(stage, share, taken * (1 - share) / share if share >= _TELLING else None)

    @property
    def done(self) -> bool:
        """Whether it has ended, one way or another."""
        return self._done.is_set()

    def ends_within(self, seconds: float) -> bool:
        """Wait a moment; whether it has ended by then, one way or another."""
        return self._done.wait(seconds)

    def cancel(self) -> None:
        """Stop it soon; waiting for it then raises ``CancelledError``."""
        self._cancelled.set()

    def wait(self, seconds: float | None = None) -> Engine:
        """Wait for the engine.

        Raises
        ------
        LabelspreadError
            Whatever has stopped the build.
        TimeoutError
            If it is not ready after so many seconds.
        """
        if not self._done.wait(seconds):
            raise TimeoutError
        if self._engine is not None:
            return self._engine
        assert self._error is not None
        raise self._error

    def _run(self) -> None:
        try:
            self._engine = self._build(self._note)
        except BaseException as error:  # whoever waits has to hear of it, whatever it is
            self._error = error
        self._done.set()

    def _note(self, stage: str, share: float, /) -> None:
        if self._cancelled.is_set():
            raise CancelledError
        if stage != self._stage:
            self._since = time.monotonic()
        self._stage, self._share = stage, share


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
