"""What a project's images are now: found again by content, whatever happened to their file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np

from core.arrays import IntArray
from core.config import ProjectConfig, noted_config
from core.data.catalogue import Catalogue, Edition, first_rows, order_of
from core.data.fingerprint import Contents
from core.data.matching import Matched, match, pick
from core.engine.engine import Engine
from core.engine.keys import versioned
from core.engine.naming import Naming
from core.engine.registry import Build, Engines, is_small
from core.errors import ChangingDatasetError, LabelspreadError, OtherImagesError, StoreError
from core.service.log import Log, Standing
from core.session.events import LOCAL, Classes, DataNoted, Event, SettingsNoted
from core.session.fold import fold
from core.session.images import Images
from core.session.landmarks import settings_after
from core.session.state import State
from core.wording import counted

_ATTEMPTS: Final = 5
"""How often to look anew at a file that changes again and again."""

_LEAST_FOUND: Final = 0.1
"""Of the images a project knows, the share that must be there: with fewer it is another set."""


class Sources:
    """Engines on what there is now, numbered as the logs of the projects number it.

    Parameters
    ----------
    catalogue
        The data sets there are.
    engines
        The engines in use.
    log
        Where it is noted what a data set holds.
    """

    def __init__(self, catalogue: Catalogue, engines: Engines, log: Log) -> None:
        self._catalogue = catalogue
        self._engines = engines
        self._log = log

    def look(
        self, standing: Standing, *, is_complete: bool = True
    ) -> tuple[Standing, Engine] | Build:
        """A project with its engine; or the build of that, where it has to be waited for.

        Parameters
        ----------
        is_complete
            Whether an engine that knows only some of the items will not do.

        Raises
        ------
        OtherImagesError
            If the data set holds other images than those that were labelled.
        LabelspreadError
            Whatever has stopped the build; the next call begins anew.
        """
        config = standing.project.config
        for _ in range(_ATTEMPTS):
            edition = self.edition(standing)
            engine = None if is_small(config) else self._engines.ready(config, edition)
            if engine is None and not is_small(config):
                build = self._engines.start(config, edition)
                engine = None if is_complete else build.early
                if engine is None:
                    return build
            engine = engine or self._engines.get(config, edition)
            noted = self._noted(standing, engine)
            if noted is standing:
                return standing, self._named(standing, engine)
            standing = noted
        raise ChangingDatasetError(config.dataset)

    def wait(self, standing: Standing, *, is_complete: bool = True) -> tuple[Standing, Engine]:
        """The same, however long it takes."""
        while isinstance(found := self.look(standing, is_complete=is_complete), Build):
            found.wait()
        return found

    def otherwise(self, standing: Standing, config: ProjectConfig) -> Engine | Build:
        """The engine of a project under other settings; or its build, where that takes long.

        Parameters
        ----------
        config
            Other settings than those of the project, on the same data set.
        """
        edition = self.edition(standing)
        if is_small(config):
            return self._named(standing, self._engines.get(config, edition))
        engine = self._engines.ready(config, edition)
        return (
            self._engines.start(config, edition)
            if engine is None
            else self._named(standing, engine)
        )

    def ready(self, standing: Standing) -> Engine | None:
        """The engine of a project if it is there already, and on what the log has noted."""
        engine = self._engines.ready(standing.project.config, self.edition(standing))
        if engine is None or engine.contents is None:
            return None
        return None if to_note(standing, engine.contents) else self._named(standing, engine)

    def problem(self, standing: Standing) -> str:
        """Why a project cannot be worked on, in a sentence; empty if nothing is in the way.

        Whether a large set is still the same is not asked here: that is found out when it is
        opened.
        """
        config = standing.project.config
        problem = self._catalogue.problem(config)
        if problem or not self._catalogue.is_light(config.dataset):
            return problem
        try:
            contents = self._catalogue.contents(config.dataset)
            to_note(standing, contents)
        except LabelspreadError as error:
            return str(error)
        finally:
            self._catalogue.forget(config.dataset)
        return ""

    def edition(self, standing: Standing) -> Edition:
        """What of its data set takes part in a project now."""
        version = self._catalogue.version(standing.project.config.dataset)
        images = standing.state.images
        if not images.moved:
            return Edition(version)
        choice = f"{standing.project.project_id} {images.numbering}"
        return Edition(version, choice, partial(_rows, images))

    def version(self, standing: Standing) -> str:
        """Part of the name of each note on a project: of its data set, and of its numbers."""
        config = standing.project.config
        return versioned(self._catalogue.version(config.dataset), _name_of(standing))

    def _noted(self, standing: Standing, engine: Engine) -> Standing:
        """The standing once the log knows what the data set holds; the same if it does."""
        contents = engine.contents
        if contents is None or not (new := to_note(standing, contents)):
            return standing

        def note(now: Standing) -> list[Event]:
            # What is known of the project may be older than what is known of its log.
            return to_note(replace(now, project=standing.project), contents)

        try:
            self._log.decide(standing.project.project_id, note, lambda events: events)
        except StoreError as error:
            # Where nothing can be stored, what is there can still be looked at.
            return Standing(standing.project, fold(standing.state, new), error)
        return replace(self._log.known(standing), project=standing.project)

    def _named(self, standing: Standing, engine: Engine) -> Engine:
        return engine.named(_name_of(standing), lambda: _naming(standing.state, engine))


def news_of(state: State) -> str:
    """What has changed in a project's data set, in sentences, until something is answered."""
    images = state.images
    now, before = images.noted, images.before
    if not images.is_news or now is None or before is None:
        return ""
    told = f"{now.name} has changed"
    if now.n_items != before.n_items:
        told += f": {counted(now.n_items, 'image')}, {before.n_items:,} before"
    n_gone = len(images.gone)
    if n_gone:
        are = "is" if n_gone == 1 else "are"
        return (
            f"{told}. {counted(n_gone, 'image')} that you have seen {are} not in it any more; "
            "all labels are kept, and each is on its image."
        )
    return f"{told}. All images that you have seen are in it; each label is on its image."


def settings_to_note(state: State, config: ProjectConfig, by: str = LOCAL) -> list[SettingsNoted]:
    """The settings of a project, where its log says otherwise; ``by`` whom they were changed."""
    noted = settings_after(state.landmarks, state.seq)
    told = config.to_note()
    if noted == told or noted_config(noted, config.dataset) == config:
        return []
    return [SettingsNoted(settings=told, by=by)]


def to_note(standing: Standing, contents: Contents) -> list[Event]:
    """What a data set holds, how its classes are called, and how the project learns.

    Each where the log says otherwise.

    Raises
    ------
    OtherImagesError
        If it holds other images than those that were labelled.
    """
    state = standing.state
    events: list[Event] = []
    noted = state.images.noted
    if noted is None or (noted.fingerprint, noted.n_items) != (
        contents.fingerprint,
        contents.n_items,
    ):
        events.append(_data_noted(standing, contents))
    names = state.class_list.of_data(contents.class_names)
    if names != state.classes:
        events.append(Classes(names=names))
    return [*events, *settings_to_note(state, standing.project.config)]


def _data_noted(standing: Standing, contents: Contents) -> DataNoted:
    config, state = standing.project.config, standing.state
    noted = state.images.noted
    images: dict[int, str] = {}
    first = first_rows(config, contents)
    if noted is None:
        # Until now an item was the row of its number, whatever had stood there before.
        mentioned = state.mentioned
        images = {item: contents.name(item) for item in mentioned if item < contents.n_items}
        gone = tuple(sorted(mentioned - images.keys()))
        moved = not np.isin([*images], first).all()
    else:
        matched = _matched_anew(state.images, contents)
        n_known = len(state.images.names)
        if len(matched.rows) < _LEAST_FOUND * n_known:
            raise OtherImagesError(
                standing.project.name, _measured(noted), config.dataset, _measured(contents)
            )
        gone = matched.gone
        moved = matched.moved or not np.isin(matched.rows, first).all()
    return DataNoted(
        name=config.dataset,
        fingerprint=contents.fingerprint,
        n_items=contents.n_items,
        height=contents.height,
        width=contents.width,
        images=images,
        gone=gone,
        moved=bool(moved),
    )


def _measured(images: DataNoted | Contents) -> str:
    return f"{images.n_items:,} images of {images.width} × {images.height} pixels"


def _matched_anew(images: Images, contents: Contents) -> Matched:
    """Which item each image is, by all that is known by now."""
    unseen = {item: None for item in images.gone if item not in images.names}
    return match({**images.names, **unseen}, contents.names)


def _rows(images: Images, config: ProjectConfig, contents: Contents) -> IntArray:
    """Which rows take part: those that show a known item, and the first of the others."""
    assert images.noted is not None
    if images.noted.fingerprint != contents.fingerprint:
        # It is about to be noted, and chosen anew.
        return first_rows(config, contents)
    found = match(images.numbered(), contents.names).rows
    return pick(order_of(config, contents.n_items), config.n_samples, found)


def _name_of(standing: Standing) -> str:
    """A name for how a project calls items and classes; empty where it does as the data set."""
    state = standing.state
    classes = state.class_list
    renamed = _renamed(state)
    is_other = classes.called or classes.is_ordered
    if not (state.images.moved or classes.own or renamed or is_other):
        return ""
    numbers = state.images.numbering if state.images.moved else ""
    told: list[Any] = [standing.project.project_id, numbers, classes.own, renamed]
    if is_other:
        told += [classes.names, dict(classes.called)]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()


def _renamed(state: State) -> dict[str, str]:
    """What classes are called now that labels name otherwise."""
    meanings = state.class_list.renamed.items()
    return {name: meaning.label for name, meaning in meanings if meaning.label is not None}


def _naming(state: State, engine: Engine) -> Naming:
    contents = engine.contents
    assert contents is not None
    items = match(state.images.numbered(), contents.names).items if state.images.moved else None
    classes = state.class_list
    names = classes.of_data(engine.dataset.class_names)
    return Naming(items, names, classes.called)
