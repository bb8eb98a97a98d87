"""The use cases: what pages, and whatever else drives Labelspread, can do with projects."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import numpy as np

from core.data.catalogue import Catalogue
from core.engine.accuracies import Notes
from core.engine.engine import Engine, policy_of
from core.engine.registry import Build, is_small
from core.graph.kept import GraphStore
from core.jobs.resources import Resources
from core.service.answering import Answering
from core.service.view import View
from core.session.events import Classes, Event, Reason, Served
from core.session.labels import Labels
from core.session.state import State
from core.storage.base import Project, Store

_LOGGER: Final = logging.getLogger("labelspread.ahead")


class Service(Answering):
    """The use cases over one store. Safe to use from several threads.

    Parameters
    ----------
    store
        Where projects and logs are kept.
    clock
        Gives the time, UTC.
    new_id
        Gives a fresh identifier, of 64 characters at most.
    catalogue
        The data sets there are; None stands for the built-in ones.
    resources
        How much of the machine engines may use.
    graphs, notes
        Where graphs and accuracies are kept, so that a restart is quick; None: nowhere.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: uuid4().hex,
        catalogue: Catalogue | None = None,
        resources: Resources | None = None,
        graphs: GraphStore | None = None,
        notes: Notes | None = None,
    ) -> None:
        super().__init__(
            store,
            clock=clock,
            new_id=new_id,
            catalogue=catalogue,
            resources=resources,
            graphs=graphs,
            notes=notes,
        )
        self._shown: dict[str, str] = {}
        self._ahead = ThreadPoolExecutor(max_workers=1, thread_name_prefix="solve-ahead")

    def ping(self) -> None:
        """Raise a ``StoreError`` if the database cannot be reached."""
        self._store.ping()

    def close(self) -> None:
        """Let go of the store, all in order; nothing can be done with this afterwards."""
        self._ahead.shutdown(wait=False, cancel_futures=True)
        self._store.close()

    def preparation(self, project_id: str) -> Build | None:
        """The build of a large project's graph, begun now if need be; None if nobody has to wait.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        LabelspreadError
            Whatever has stopped the build; the next call begins anew.
        """
        config = self._open_project(project_id).config
        if is_small(config) or self._engines.ready(config) is not None:
            return None
        return self._engines.start(config)

    def view(self, project_id: str) -> View:
        """A project as it stands in the store now. A large one may have to be waited for.

        Raises
        ------
        UnknownProjectError
            If it does not exist or was deleted.
        """
        project = self._open_project(project_id)
        state = self._log.state(project_id)
        return View(project, state, self._engines.get(project.config), self._curves)

    def batch(self, project_id: str) -> Served | None:
        """The batch that waits for answers, chosen now if there is none; None if all is done."""
        view = self.view(project_id)

        def serve(state: State) -> Served | None:
            return state.open_batch or self._next_batch(view, state)

        def news(batch: Served | None, state: State) -> list[Event]:
            events: list[Event] = _classes_noted(state, view.dataset.class_names)
            if batch is not None and batch != state.open_batch:
                events.append(batch)
            return events

        batch = self._log.decide(project_id, serve, news)
        if batch is not None and self._shown.get(project_id) != batch.batch_id:
            self._shown[project_id] = batch_id = batch.batch_id
            self._ahead.submit(
                _solve_ahead,
                view.project,
                view.engine,
                batch.items,
                # Another batch may be on screen before all of this one is solved.
                lambda: self._shown[project_id] == batch_id,
            )
        return batch

    def _next_batch(self, view: View, state: State) -> Served | None:
        labels = state.labels
        number, reasons = self._next_items(view, state, labels)
        if not reasons:
            return None
        items = tuple(reasons)
        beliefs = view.engine.believe(labels)
        positions = view.engine.positions(items)
        names = view.dataset.class_names
        predicted = beliefs.model_class[positions]
        return Served(
            batch_id=self._new_id(),
            round=number,
            items=items,
            reasons=tuple(reasons.values()),
            again=state.roots(items),
            predicted=tuple(names[i] if i >= 0 else None for i in predicted),
            confidence=tuple(float(c) for c in np.round(beliefs.confidence[positions], 6)),
        )

    def _next_items(
        self, view: View, state: State, labels: Labels
    ) -> tuple[int, dict[int, Reason]]:
        """The round of the next batch; its items, in order, each with the reason to ask."""
        config = view.project.config
        size = config.batch_size
        number = state.round + 1
        first: tuple[int, ...] = ()
        if config.refit == "label":
            number, first = state.as_you_go(size)
        elif (reopened := state.reopened_batch(size)) is not None:
            number, first = reopened
            return number, {item: state.reason(item) for item in first}
        policy, random = policy_of(config), _chance(view.project.project_id, state)
        settled = state.settled
        wanted = size - len(first)
        chosen = view.engine.choose(policy, labels, settled | state.resting, wanted, random, first)
        if not first and not chosen:
            chosen = view.engine.choose(policy, labels, settled, wanted, random)
        reasons = {item: state.reason(item) for item in first}
        return number, reasons | {choice.item: choice.reason for choice in chosen}


def _classes_noted(state: State, names: tuple[str, ...]) -> list[Event]:
    """Notes the names of the classes, where they were not noted or there are more of them now."""
    if names == state.classes or not set(names) >= set(state.classes or ()):
        return []
    return [Classes(names=names)]


def _chance(project_id: str, state: State) -> np.random.Generator:
    """The same for the same state of a project: whoever chooses a batch chooses the same one."""
    seed = int.from_bytes(hashlib.blake2b(project_id.encode(), digest_size=8).digest())
    return np.random.default_rng([seed, state.seq])


def _solve_ahead(
    project: Project, engine: Engine, items: Iterable[int], still_wanted: Callable[[], bool]
) -> None:
    try:
        engine.prepare(items, still_wanted)
    except Exception:
        # Nobody waits for it: what was not solved now is solved with the answer.
        _LOGGER.exception(
            "Solving ahead failed for the project %r (%s).", project.name, project.project_id
        )
