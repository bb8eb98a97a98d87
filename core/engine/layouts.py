"""Where the items of engines lie on a map: at once, and better in the background."""

from __future__ import annotations

import logging
import threading
from typing import Final

from core.engine.engine import Engine
from core.errors import LayoutError
from core.graph.kept import LayoutStore
from core.graph.layout import (
    FEWEST,
    STAGE,
    Layout,
    Method,
    can_lay_out,
    links_of,
    on_grid,
    principal_points,
)
from core.graph.layout_process import neighbour_points_apart
from core.jobs.once import Latest
from core.jobs.progress import CancelledError, Progress
from core.jobs.work import Work

FORMAT: Final = 1
"""Part of the name of every layout: raise it when the same items come to lie elsewhere."""

_KEPT: Final = 4
_LOGGER: Final = logging.getLogger("labelspread.layouts")


class Layouts:
    """The layouts of engines. Safe to use from several threads; one works on a better one.

    Parameters
    ----------
    store
        Where they are kept on the disk; None: in memory alone.
    """

    def __init__(self, store: LayoutStore | None = None) -> None:
        self._store = store
        self._latest: Latest[str, Layout | None] = Latest(_KEPT)
        self._done: dict[str, Layout] = {}
        self._works: dict[str, Work[Layout]] = {}
        self._refused: set[str] = set()
        self._lock = threading.Lock()

    def name(self, engine: Engine) -> tuple[str, Method]:
        """The name of the best layout that is there, or can be had at once."""
        better = _name(engine, "neighbours")
        if better in self._done or (self._store is not None and self._store.has(better)):
            return better, "neighbours"
        return _name(engine, "principal"), "principal"

    def layout(self, engine: Engine) -> Layout:
        """The best layout there is, or can be had at once."""
        name, method = self.name(engine)
        if method == "neighbours":
            found = self._latest.get(name, lambda: self._kept(name, engine.dataset.n_items))
            if found is not None:
                return found
            # Its file was damaged, and is gone by now.
            self._latest.drop(name)
        plain = _name(engine, "principal")
        made = self._latest.get(plain, lambda: _principal(engine, plain))
        assert made is not None
        return made

    def work(self, engine: Engine, *, anew: bool = False) -> Work[Layout] | None:
        """The work on a better layout, begun now if need be.

        None where the best one is there or cannot be made, or another one is being made. What was
        cancelled, or has failed, is not begun again by itself.

        Parameters
        ----------
        anew
            Whether a person wants it to be begun again.
        """
        name, method = self.name(engine)
        if method == "neighbours" or not self.can_improve(engine):
            return None
        with self._lock:
            for ended in [key for key, work in self._works.items() if work.done]:
                if self._works.pop(ended).has_failed:
                    self._refused.add(ended)
            if anew:
                self._refused.discard(name)
            if name in self._works:
                return self._works[name]
            if self._works or name in self._refused:
                return None
            begun = Work(lambda progress: self._improve(engine, progress), "lay-out")
            self._works[name] = begun
            return begun

    def can_improve(self, engine: Engine) -> bool:
        """Whether there is a better layout than that by principal components."""
        return can_lay_out() and engine.dataset.n_items >= FEWEST

    def cancel(self, engine: Engine) -> None:
        """Stop working on a better layout of these items."""
        name, _ = self.name(engine)
        with self._lock:
            work = self._works.get(name)
        if work is not None:
            work.cancel()

    def close(self) -> None:
        """Stop all work."""
        with self._lock:
            for work in self._works.values():
                work.cancel()

    def _kept(self, name: str, n_items: int) -> Layout | None:
        if name in self._done:
            return self._done[name]
        return self._store.load(name, "neighbours", n_items) if self._store else None

    def _improve(self, engine: Engine, progress: Progress) -> Layout:
        progress(STAGE, 0.0)
        try:
            start = principal_points(engine.quick_features())
            points = neighbour_points_apart(links_of(engine.graph), start, progress)
        except CancelledError:
            raise
        except LayoutError:
            _LOGGER.exception("A map could not be laid out.")
            raise
        layout = Layout(_name(engine, "neighbours"), "neighbours", on_grid(points))
        self._latest.get(layout.name, lambda: layout)
        if self._store is None or not self._store.save(layout):
            self._done[layout.name] = layout
        return layout


def _name(engine: Engine, method: Method) -> str:
    assert engine.graph_name, "an engine that was built has one"
    return f"{engine.graph_name}-{method}-{FORMAT}"


def _principal(engine: Engine, name: str) -> Layout:
    return Layout(name, "principal", on_grid(principal_points(engine.quick_features())))
