"""The use cases around projects: make, list, rename, delete and restore them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from core.arrays import UNLABELLED
from core.config import (
    Features,
    ProjectConfig,
    make_config,
    recommended,
    recommended_settings,
)
from core.data.catalogue import Catalogue, Edition, Entry
from core.data.classes import typed_classes
from core.data.dataset import Dataset
from core.data.fingerprint import Contents
from core.engine.building import build_engine
from core.engine.caches import Caches
from core.engine.keys import note_name
from core.engine.registry import Engines, is_small
from core.errors import (
    InvalidConfigError,
    InvalidDatasetError,
    InvalidNetworkError,
    LabelspreadError,
    StoreError,
    UnknownProjectError,
)
from core.jobs.once import Latest
from core.jobs.resources import Resources
from core.people.leases import Leases
from core.people.persons import EVERYTHING, Who
from core.people.roles import Role
from core.service.curve import Curves
from core.service.log import Log, Standing
from core.service.project_names import checked_name, free_name
from core.service.sources import Sources, settings_to_note, to_note
from core.session.class_list import Meaning
from core.session.class_rules import FEWEST_CLASSES
from core.session.events import (
    LOCAL,
    ClassAdded,
    Event,
    Given,
    Renamed,
    RoleGiven,
    SettingsNoted,
)
from core.session.fold import fold
from core.session.state import State
from core.storage.base import BrokenProject, Project, Store

DEFAULT_PROJECT_ID: Final = "digits"
DEFAULT_PROJECT_NAME: Final = "Digits"

_TRUTHS: Final = 16
"""Of how many states of votes it is kept what is likely true."""


class Projects:
    """What can be done with whole projects, over one store.

    Attributes
    ----------
    networks
        What can look at images, besides comparing them by pixels; None where there is nothing.

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
    caches
        Where what can be computed again is kept; None: in memory alone.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: uuid4().hex,
        catalogue: Catalogue | None = None,
        resources: Resources | None = None,
        caches: Caches | None = None,
    ) -> None:
        self._leases = Leases(store)
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._catalogue = catalogue or Catalogue()
        caches = caches or Caches()
        self._notes = caches.notes
        self.networks = caches.networks
        self._engines = Engines(
            lambda config, edition, progress, early: build_engine(
                config,
                self._catalogue,
                edition,
                resources=resources,
                caches=caches,
                progress=progress,
                early=early,
            )
        )
        self._log = Log(store, clock)
        self._truths: Latest[tuple[str, int], dict[int, Meaning]] = Latest(_TRUTHS)
        self._curves = Curves(self._log)
        self._sources = Sources(self._catalogue, self._engines, self._log)

    def ensure_default_project(self) -> None:
        """Make the project that comes with the app, unless there was ever any project."""
        if not self._store.projects():
            project = Project(
                DEFAULT_PROJECT_ID, DEFAULT_PROJECT_NAME, recommended(), self._clock()
            )
            self._store.create(project, [])

    def projects(self) -> tuple[Project, ...]:
        """The projects that were not deleted and can be used, oldest first."""
        return tuple(p for p in self._listed() if isinstance(p, Project))

    def broken_projects(self) -> tuple[BrokenProject, ...]:
        """The projects that were not deleted and of which this app cannot read the settings."""
        return tuple(p for p in self._listed() if isinstance(p, BrokenProject))

    def deleted_projects(self) -> tuple[Project | BrokenProject, ...]:
        """The projects that can be restored, oldest first."""
        return tuple(p for p in self._store.projects() if p.deleted_at is not None)

    def create_project(
        self,
        name: str,
        config: ProjectConfig,
        labels: Mapping[int, str] | None = None,
        classes: Iterable[str] = (),
        *,
        who: Who = EVERYTHING,
    ) -> Project:
        """Create a project, and give the labels it is to start with.

        Parameters
        ----------
        labels
            Item to class name; None stands for the true labels of the first ``n_given`` items, or
            for all that came with the data where the settings say that they are given.
        classes
            Names of classes besides those that came with the data.
        who
            Who makes it, and is its owner.

        Raises
        ------
        InvalidNameError
            If the name is empty, too long or taken.
        InvalidDatasetError, InvalidConfigError, InvalidFeaturesError
            If the data set is not there, cannot be read or learned from, or does not have what is
            asked for.
        InvalidNetworkError
            If the network that is to look at the images is not there.
        """
        name = checked_name(name, self._taken(who))
        require_set(config.dataset, who)
        if problem := self._network_problem(config):
            raise problem
        typed = typed_classes(classes)
        dataset, contents = self._read(config)
        added = [other for other in typed if other not in dataset.class_names]
        if not dataset.class_names and len(added) < FEWEST_CLASSES:
            raise InvalidConfigError(
                f"{dataset.title} came without classes.", "Name at least two, one a line."
            )
        given = self._labels_at_start(dataset, config) if labels is None else dict(labels)
        project = Project(self._new_id(), name, config, self._clock())
        by = who.person.person_id
        events: list[Event] = [SettingsNoted(settings=config.to_note(), by=by)]
        events += [Given(labels=given)] if given else []
        noted = to_note(Standing(project, fold(State(), events)), contents)
        own = [ClassAdded(name=other, by=by) for other in added]
        self._store.create(project, [*events, *noted, *own, *owned_by(who)])
        return project

    def _labels_at_start(self, dataset: Dataset, config: ProjectConfig) -> dict[int, str]:
        if config.known_labels != "given":
            return _true_labels(dataset, config.n_given)
        told = self._catalogue.load(config.model_copy(update={"known_labels": "truth"}))
        return _true_labels(told, told.n_items)

    def free_name(self, name: str, *, who: Who = EVERYTHING) -> str:
        """The name itself, or with a number behind it if there is such a project already.

        Parameters
        ----------
        who
            Projects of which this person knows nothing do not count.
        """
        return free_name(name, self._taken(who))

    def rename_project(
        self, project_id: str, name: str, *, who: Who = EVERYTHING, by: str = LOCAL
    ) -> None:
        """Give a project another name.

        Parameters
        ----------
        who
            As of :meth:`free_name`.

        Raises
        ------
        InvalidNameError
            If the name is empty, too long or taken.
        """
        called = checked_name(name, self._taken(who, besides=project_id))
        before = {project.project_id: project.name for project in self._listed()}
        self._store.rename(project_id, called)
        if called != before.get(project_id):
            # It is called so, whether its log can be read and added to or not.
            with suppress(LabelspreadError):
                self._log.decide(
                    project_id, lambda _now: [Renamed(name=called, by=by)], lambda events: events
                )

    def can_be_compared_otherwise(self, project: Project) -> bool:
        """Whether the images of a project may be compared by other features.

        Not where they came with features of their own, and not where a published run was taken up.
        """
        entries = (entry for entry in self.datasets() if entry.key == project.config.dataset)
        entry = next(entries, None)
        return project.config.replays is None and entry is not None and not entry.has_features

    def compare_by(
        self, project_id: str, features: Features, network: str = "", *, by: str = LOCAL
    ) -> None:
        """Compare the images of a project by other features; all labels stay.

        How it asks changes too if it asks as is best for the present ones: then it goes on as is
        best for the others.

        Parameters
        ----------
        network
            The key of the network that is to make embeddings; empty for the one that comes along.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        InvalidNetworkError
            If the network is not there.
        """
        config = self._open_project(project_id).config
        asks = recommended_settings(config.features)["query"] == config.query
        query = recommended_settings(features)["query"] if asks else config.query
        changes = {"features": features, "network": network, "query": query}
        changed = config.model_copy(update=changes)
        if problem := self._network_problem(changed):
            raise problem
        if changed != config:
            self._configure(project_id, changed, by)

    def hide_predictions(self, project_id: str, share: float, *, by: str = LOCAL) -> None:
        """Hide the predictions of a share of questions, drawn by lot, from the next batch on.

        Parameters
        ----------
        share
            0 to 1.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        InvalidConfigError
            If there is no such share.
        """
        config = self._open_project(project_id).config
        changed = make_config({**config.model_dump(), "hidden_share": share})
        if changed != config:
            self._configure(project_id, changed, by)

    def delete_project(self, project_id: str) -> None:
        """Hide a project; its labels are kept and it can be restored."""
        self._store.delete(project_id, self._clock())

    def restore_project(self, project_id: str, *, who: Who = EVERYTHING) -> None:
        """Bring a deleted project back, under a free name if its own was taken meanwhile.

        Parameters
        ----------
        who
            As of :meth:`free_name`.
        """
        project = next((p for p in self.deleted_projects() if p.project_id == project_id), None)
        if project is not None:
            name = self.free_name(project.name, who=who)
            if name != project.name:
                self._store.rename(project_id, name)
        self._store.restore(project_id)

    def datasets(self) -> tuple[Entry, ...]:
        """The data sets that a project can be made on."""
        return self._catalogue.entries()

    def _network_problem(self, config: ProjectConfig) -> InvalidNetworkError | None:
        """Why the network of some settings cannot be used; None if it can, or needs not be."""
        if not config.uses_embeddings or self.networks is None:
            return None
        try:
            self.networks.check(config.network)
        except InvalidNetworkError as error:
            return error
        return None

    def project(self, project_id: str) -> Project:
        """A project without its log.

        Raises
        ------
        UnknownProjectError
            If it does not exist or was deleted.
        """
        return self._open_project(project_id)

    def n_labels(self, project_id: str) -> int:
        """How many labels a project has."""
        return len(self._log.read(project_id).state.labels)

    def problem(self, project_id: str) -> str:
        """Why a project cannot be worked on, in a sentence; empty if nothing is in the way."""
        standing = self._log.open(project_id)
        missing = self._network_problem(standing.project.config)
        return self._sources.problem(standing) or ("" if missing is None else str(missing))

    def known_accuracy(self, project_id: str) -> float | None:
        """Share of all items predicted correctly, where it is known without building anything."""
        standing = self._log.open(project_id)
        config, labels = standing.project.config, standing.state.labels
        name = note_name(config, self._sources.version(standing))
        noted = self._notes.get(name(labels.digest))
        if noted is not None:
            return noted
        try:
            engine = self._sources.ready(standing)
            return None if engine is None else engine.accuracy(labels)
        except LabelspreadError:
            # Whoever opens the project is told.
            return None

    def _configure(self, project_id: str, config: ProjectConfig, by: str) -> None:
        """Give a project other settings, and note them in its log."""
        self._store.configure(project_id, config)
        # Where that fails it is noted when the project is next opened.
        with suppress(StoreError):
            self._log.decide(
                project_id,
                lambda now: settings_to_note(now.state, config, by),
                lambda events: events,
            )

    def _listed(self) -> tuple[Project | BrokenProject, ...]:
        return tuple(p for p in self._store.projects() if p.deleted_at is None)

    def _taken(self, who: Who, *, besides: str | None = None) -> list[str]:
        """What the projects are called that were not deleted and of which somebody knows."""
        others = (other for other in self._listed() if other.project_id != besides)
        return [other.name for other in others if who.sees_project(other.project_id)]

    def _open_project(self, project_id: str) -> Project:
        project = self._store.project(project_id)
        if project.deleted_at is not None:
            raise UnknownProjectError(project_id)
        return project

    def _read(self, config: ProjectConfig) -> tuple[Dataset, Contents]:
        """Read the data set wholly, and build its graph where that takes no time to speak of.

        So whatever is wrong with it is said before anything is stored.
        """
        self._catalogue.check(config)
        if is_small(config):
            engine = self._engines.get(config, Edition(self._catalogue.version(config.dataset)))
            if engine.contents is not None:
                return engine.dataset, engine.contents
        return self._catalogue.open(config)


def owned_by(who: Who) -> list[RoleGiven]:
    """That somebody is the owner of a project; nothing where people have no names of their own."""
    person_id, name = who.person.person_id, who.person.name
    if person_id == LOCAL:
        return []
    return [RoleGiven(person=person_id, name=name, role=Role.OWNER.named, by=person_id)]


def require_set(key: str, who: Who) -> None:
    """See that somebody may use a data set.

    Raises
    ------
    InvalidDatasetError
        If not; the same as if there were no such set.
    """
    if not who.sees_set(key):
        raise InvalidDatasetError(
            f"There is no data set “{key}”.", "Choose one of those on the Data page."
        )


def _true_labels(dataset: Dataset, n_given: int) -> dict[int, str]:
    """The true labels of the first items, where they are known."""
    if n_given == 0:
        return {}
    if dataset.truth is None:
        raise InvalidConfigError(
            f"The true labels of {dataset.title} are not known, so none can be given.",
            "Set the labels at the start to 0.",
        )
    pairs = zip(dataset.rows[:n_given], dataset.truth[:n_given], strict=True)
    return {int(r): dataset.class_names[int(t)] for r, t in pairs if t != UNLABELLED}
