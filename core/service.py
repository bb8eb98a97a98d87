"""The use cases: what pages, and whatever else drives Labelspread, can do with projects."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, TypeVar
from uuid import uuid4

import numpy as np

from core import history, metrics, session
from core.config import ProjectConfig, recommended
from core.datasets import Catalogue, Entry
from core.engine import Engine, Labels, build_engine, labels_key, note_name, policy_of
from core.engines import Build, Engines, is_small
from core.errors import (
    InvalidConfigError,
    InvalidDatasetError,
    InvalidFeaturesError,
    InvalidNameError,
    SequenceConflictError,
    StoreBusyError,
    UnknownProjectError,
)
from core.history import RoundRecord
from core.metrics import LabelCheck, Report
from core.progress import CancelledError
from core.resources import Resources
from core.session import Answer, Event, Given, Served, State, Submission
from core.storage.base import Project, Store
from core.storage.graphs import GraphStore
from core.storage.notes import Notes
from core.types import Beliefs, Dataset

Decision = TypeVar("Decision")

DEFAULT_PROJECT_ID: Final = "digits"
DEFAULT_PROJECT_NAME: Final = "Digits"
LONGEST_NAME: Final = 80

_ATTEMPTS: Final = 20
"""How often to decide anew when others write to the same log at the same time."""


@dataclass(frozen=True)
class View:
    """A project at one moment: nothing in it changes, whatever others do meanwhile."""

    project: Project
    state: State
    engine: Engine

    @property
    def dataset(self) -> Dataset:
        """The items of the project."""
        return self.engine.dataset

    @cached_property
    def labels(self) -> Labels:
        """All labels, in the form that engines take."""
        return labels_key(self.state.labels)

    @cached_property
    def beliefs(self) -> Beliefs:
        """What the model believes."""
        return self.engine.believe(self.labels)

    @cached_property
    def rounds(self) -> tuple[RoundRecord, ...]:
        """What each round brought."""
        return history.rounds(self.state, self.engine.accuracy)

    @cached_property
    def report_all(self) -> Report | None:
        """Metrics over all items; None where the truth is not known."""
        truth = self.dataset.truth
        if truth is None:
            return None
        return metrics.report_all(truth, self.beliefs, self.dataset.n_classes)

    @cached_property
    def report_unlabelled(self) -> Report | None:
        """Metrics over the items still unlabelled; None where the truth is not known."""
        truth = self.dataset.truth
        if truth is None:
            return None
        return metrics.report_unlabelled(truth, self.beliefs, self.dataset.n_classes)

    @cached_property
    def label_check(self) -> LabelCheck | None:
        """How the person's labels compare with the truth; None where it is not known."""
        truth = self.dataset.truth
        if truth is None:
            return None
        by_person = self.engine.mask(item for item in self.state.labels if item in self.answered)
        return metrics.check_labels(truth, self.beliefs.labels, by_person)

    @cached_property
    def answered(self) -> frozenset[int]:
        """Items that a person has answered."""
        return frozenset(self.state.standing)

    @property
    def seconds_per_answer(self) -> float | None:
        """Median seconds of all answers in force."""
        return history.median_seconds([placed.answer for placed in self.state.placed])


class Service:
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
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._catalogue = catalogue or Catalogue()
        self._notes = notes or Notes()
        self._engines = Engines(
            lambda config, progress: build_engine(
                config,
                self._catalogue,
                resources=resources,
                graphs=graphs,
                notes=self._notes,
                progress=progress,
            )
        )
        self._shown: dict[str, str] = {}
        self._states: dict[str, State] = {}
        self._states_lock = threading.Lock()
        self._ahead = ThreadPoolExecutor(max_workers=1, thread_name_prefix="solve-ahead")

    def ping(self) -> None:
        """Raise a ``StoreError`` if the database cannot be reached."""
        self._store.ping()

    def ensure_default_project(self) -> None:
        """Make the project that comes with the app, unless there was ever any project."""
        if not self._store.projects():
            project = Project(
                DEFAULT_PROJECT_ID, DEFAULT_PROJECT_NAME, recommended(), self._clock()
            )
            self._store.create(project, [])

    def projects(self) -> tuple[Project, ...]:
        """The projects that were not deleted, oldest first."""
        return tuple(p for p in self._store.projects() if p.deleted_at is None)

    def deleted_projects(self) -> tuple[Project, ...]:
        """The projects that can be restored, oldest first."""
        return tuple(p for p in self._store.projects() if p.deleted_at is not None)

    def create_project(
        self, name: str, config: ProjectConfig, labels: Mapping[int, str] | None = None
    ) -> Project:
        """Make a project, and give the labels it is to start with.

        Parameters
        ----------
        labels
            Item to class name; None stands for the true labels of the first ``n_given`` items.

        Raises
        ------
        InvalidNameError
            If the name is empty, too long or taken.
        InvalidDatasetError, InvalidConfigError
            If the data set is not there, or does not have what is asked for.
        """
        project = Project(self._new_id(), self._checked_name(name), config, self._clock())
        self._catalogue.check(config)
        given = self._true_labels(config) if labels is None else dict(labels)
        self._store.create(project, [Given(labels=given)] if given else [])
        return project

    def free_name(self, name: str) -> str:
        """The name itself, or with a number behind it if there is such a project already."""
        taken = {other.name.casefold() for other in self.projects()}
        candidates = (name, *(f"{name} ({i})" for i in range(2, len(taken) + 2)))
        return next(c for c in candidates if c.casefold() not in taken)

    def rename_project(self, project_id: str, name: str) -> None:
        """Give a project another name.

        Raises
        ------
        InvalidNameError
            If the name is empty, too long or taken.
        """
        self._store.rename(project_id, self._checked_name(name, besides=project_id))

    def delete_project(self, project_id: str) -> None:
        """Hide a project; its labels are kept and it can be restored."""
        self._store.delete(project_id, self._clock())

    def restore_project(self, project_id: str) -> None:
        """Bring a deleted project back, under a free name if its own was taken meanwhile."""
        project = self._store.project(project_id)
        if project.deleted_at is None:
            return
        name = self.free_name(project.name)
        if name != project.name:
            self._store.rename(project_id, name)
        self._store.restore(project_id)

    def datasets(self) -> tuple[Entry, ...]:
        """The data sets that a project can be made on."""
        return self._catalogue.entries()

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

    def name(self, project_id: str) -> str:
        """What a project is called."""
        return self._open_project(project_id).name

    def n_labels(self, project_id: str) -> int:
        """How many labels a project has."""
        return len(self._catch_up(project_id).labels)

    def known_accuracy(self, project_id: str) -> float | None:
        """Share of all items predicted right, where it is known without a long wait."""
        config = self._open_project(project_id).config
        labels = labels_key(self._catch_up(project_id).labels)
        try:
            if is_small(config) or self._engines.ready(config) is not None:
                return self._engines.get(config).accuracy(labels)
        except (CancelledError, InvalidDatasetError, InvalidFeaturesError):
            return None
        return self._notes.get(note_name(config, self._catalogue.version(config.dataset))(labels))

    def view(self, project_id: str) -> View:
        """A project as it stands in the store now. A large one may have to be waited for.

        Raises
        ------
        UnknownProjectError
            If it does not exist or was deleted.
        """
        project = self._open_project(project_id)
        return View(project, self._catch_up(project_id), self._engines.get(project.config))

    def batch(self, project_id: str) -> Served | None:
        """The batch that waits for answers, chosen now if there is none; None if all is done."""
        view = self.view(project_id)

        def serve(state: State) -> Served | None:
            return state.open_batch or self._next_batch(view, state)

        batch = self._decide(
            project_id, serve, lambda b, state: [] if b is None or b == state.open_batch else [b]
        )
        if batch is not None and self._shown.get(project_id) != batch.batch_id:
            self._shown[project_id] = batch_id = batch.batch_id
            self._ahead.submit(
                view.engine.prepare,
                batch.items,
                # Another batch may be on screen before all of this one is solved.
                lambda: self._shown[project_id] == batch_id,
            )
        return batch

    def submit(self, project_id: str, batch_id: str, answers: Sequence[Answer]) -> Submission:
        """Store answers; when this returns they are safe. Sending them again changes nothing.

        Raises
        ------
        IllegalEventError
            If they do not fit what was served; nothing is stored then.
        StoreError
            If they could not be stored; they may be sent again.
        """
        class_names = self.view(project_id).dataset.class_names
        return self._decide(
            project_id,
            lambda state: session.submit(state, batch_id, answers, class_names),
            lambda submission, _: [submission.event] if submission.event else [],
        )

    def undo(self, project_id: str, batch_id: str, item: int) -> bool:
        """Take back the last answer; False if it was taken back before.

        Raises
        ------
        IllegalEventError
            If there never was such an answer, or another one has come since.
        StoreError
            If the undo could not be stored; it may be sent again.
        """
        self.view(project_id)
        undone = self._decide(
            project_id,
            lambda state: session.undo(state, batch_id, item),
            lambda event, _: [event] if event else [],
        )
        return undone is not None

    def _open_project(self, project_id: str) -> Project:
        project = self._store.project(project_id)
        if project.deleted_at is not None:
            raise UnknownProjectError(project_id)
        return project

    def _decide(
        self,
        project_id: str,
        decide: Callable[[State], Decision],
        events: Callable[[Decision, State], Sequence[Event]],
    ) -> Decision:
        """Decide on the latest state, and store the outcome before anybody else changes it."""
        for _ in range(_ATTEMPTS):
            state = self._catch_up(project_id)
            decision = decide(state)
            new = events(decision, state)
            if new:
                try:
                    self._store.append(project_id, state.seq, new, self._clock())
                except SequenceConflictError:
                    # Read all of it anew: a backup may have been put in its place.
                    with self._states_lock:
                        self._states.pop(project_id, None)
                    continue
            return decision
        raise StoreBusyError(f"of project {project_id}")

    def _catch_up(self, project_id: str) -> State:
        known = self._states.get(project_id, State())
        recorded = self._store.events(project_id, after=known.seq)
        if not recorded:
            return known
        state = session.fold(known, [record.event for record in recorded])
        with self._states_lock:
            if state.seq >= self._states.get(project_id, State()).seq:
                self._states[project_id] = state
        return state

    def _next_batch(self, view: View, state: State) -> Served | None:
        labels = labels_key(state.labels)
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
            predicted=tuple(names[i] if i >= 0 else None for i in predicted),
            confidence=tuple(float(c) for c in np.round(beliefs.confidence[positions], 6)),
        )

    def _next_items(
        self, view: View, state: State, labels: Labels
    ) -> tuple[int, dict[int, session.Reason]]:
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
        settled = state.settled | set(first)
        wanted = size - len(first)
        chosen = view.engine.choose(policy, labels, settled | state.resting, wanted, random)
        if not first and not chosen:
            chosen = view.engine.choose(policy, labels, settled, wanted, random)
        reasons = {item: state.reason(item) for item in first}
        return number, reasons | {choice.item: choice.reason for choice in chosen}

    def _true_labels(self, config: ProjectConfig) -> dict[int, str]:
        """The true labels of the first items, where a project is to start with some."""
        if config.n_given == 0:
            return {}
        dataset = self._catalogue.load(config)
        if dataset.truth is None:
            raise InvalidConfigError(
                f"The true labels of {dataset.title} are not known, so none can be given.",
                "Set the labels at the start to 0.",
            )
        rows, truth = dataset.rows[: config.n_given], dataset.truth[: config.n_given]
        return {int(r): dataset.class_names[int(t)] for r, t in zip(rows, truth, strict=True)}

    def _checked_name(self, name: str, *, besides: str | None = None) -> str:
        name = " ".join(name.split())
        if not name:
            raise InvalidNameError("A project needs a name.", "Type one and try again.")
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise InvalidNameError(
                f"A name has at most {LONGEST_NAME} letters, digits and signs.", "Shorten it."
            )
        others: Iterable[Project] = (p for p in self.projects() if p.project_id != besides)
        if any(p.name.casefold() == name.casefold() for p in others):
            raise InvalidNameError(f"There is a project “{name}” already.", "Choose another name.")
        return name


def _chance(project_id: str, state: State) -> np.random.Generator:
    """The same for the same state of a project: whoever chooses a batch chooses the same one."""
    seed = int.from_bytes(hashlib.blake2b(project_id.encode(), digest_size=8).digest())
    return np.random.default_rng([seed, state.seq])
