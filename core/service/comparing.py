"""Two rounds of a project are compared, in the background where that takes long."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from core.arrays import UNLABELLED
from core.config import ProjectConfig
from core.engine.engine import Engine
from core.engine.keys import learning_settings
from core.engine.registry import Build
from core.errors import InvalidConfigError, LabelspreadError
from core.jobs.progress import CancelledError, Progress
from core.jobs.work import Work
from core.learning.beliefs import Beliefs
from core.service.auditing import Audit, judge
from core.service.changes import (
    Compared,
    Side,
    changed_of,
    label_changes,
    report_of,
    righted_and_spoiled,
)
from core.service.log import Log
from core.service.past import ended, settings_of
from core.service.sources import Sources
from core.service.told import differences
from core.service.view import View
from core.session.labels import Labels
from core.session.state import State

_KEPT: Final = 4
"""Comparisons that are kept."""

_MOMENT: Final = 0.2
"""Seconds that nobody minds."""

_AT_ONCE: Final = 2.0
"""Seconds that somebody waits where little is to be done, before progress is shown."""

_FEW_ITEMS: Final = 5_000
_FEW_EVENTS: Final = 2_000

_FEW_LABELS: Final = 600
_FEW_DRAWS: Final = 120
"""With no more, it is quickly said what was known of how good the labels are."""

_Key = tuple[str, int, int, int, int, str, ProjectConfig]


class Comparer:
    """Compares rounds, one pair at a time, and keeps the last ones. Safe to use from threads."""

    def __init__(self) -> None:
        self._known: dict[_Key, Compared | LabelspreadError] = {}
        self._asked: dict[_Key, Work[Compared]] = {}
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()

    def compared(self, comparison: Comparison) -> Compared | Work[Compared]:
        """Two rounds side by side, or the work on that.

        Raises
        ------
        LabelspreadError
            Whatever has stopped it; the next call begins anew.
        """
        key = comparison.key
        with self._lock:
            known = self._known.get(key)
            work = None if known else self._asked.get(key)
            if known is None and work is None:
                work = self._asked[key] = Work(
                    lambda progress: self._compare(key, comparison, progress), "compare-rounds"
                )
        if work is not None:
            if not work.ends_within(_AT_ONCE if comparison.is_quick else _MOMENT):
                return work
            with self._lock:
                known = self._known.get(key)
            if known is None:
                return work.wait()
        if isinstance(known, LabelspreadError):
            with self._lock:
                self._known.pop(key, None)
            raise known
        assert known is not None
        return known

    def close(self) -> None:
        """Stop comparing."""
        with self._lock:
            for work in self._asked.values():
                work.cancel()

    def _compare(self, key: _Key, comparison: Comparison, progress: Progress) -> Compared:
        found: Compared | LabelspreadError | None = None
        try:
            # People who label need the processor more.
            with self._one_at_a_time:
                found = comparison(progress)
        except LabelspreadError as error:
            found = error
            raise
        finally:
            # The work would hold the engine for as long as it is kept.
            with self._lock:
                del self._asked[key]
                if found is not None:
                    self._known[key] = found
                    while len(self._known) > _KEPT:
                        del self._known[next(iter(self._known))]
        return found


@dataclass(frozen=True, slots=True)
class _Model:
    """What a round is looked at with."""

    engine: Engine
    config: ProjectConfig


@dataclass(frozen=True, slots=True)
class _Seen:
    """A round, and what its model said."""

    side: Side
    labels: Labels
    beliefs: Beliefs


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares two rounds when it is called.

    Attributes
    ----------
    log, sources
        Where their labels, and the models of their settings, are found.
    view
        The project as it is now.
    before, after
        The rounds.
    """

    log: Log
    sources: Sources
    view: View
    before: int
    after: int

    @property
    def key(self) -> _Key:
        """Names its outcome.

        Raises
        ------
        UnknownRoundError
            If there is no such round.
        """
        view, state = self.view, self.view.state
        before, after = (
            state.class_list.name_of(one.digest, one.ended_by)
            for one in (ended(state, self.before), ended(state, self.after))
        )
        return (
            view.project.project_id,
            self.before,
            self.after,
            before,
            after,
            state.images.numbering,
            view.project.config,
        )

    @property
    def is_quick(self) -> bool:
        """Whether it takes a moment."""
        view = self.view
        return view.dataset.n_items <= _FEW_ITEMS and view.state.seq <= _FEW_EVENTS

    def __call__(self, progress: Progress) -> Compared:
        """Compare them.

        Raises
        ------
        CancelledError
            If ``progress`` says so.
        StoreError
            If the log cannot be read.
        """
        view = self.view
        progress("Reading the log", 0.0)
        ends = {ended(view.state, number).ended_by for number in (self.before, self.after)}
        states = dict(zip(sorted(ends), self._states(ends), strict=True))
        models, told = self._models(progress)
        before = self._seen(self.before, states, models[0])
        progress(f"Asking the model of round {self.after:,}", 0.6)
        after = self._seen(self.after, states, models[1])
        truth = view.dataset.truth
        righted, spoiled = righted_and_spoiled(truth, before.beliefs, after.beliefs)
        return Compared(
            before=before.side,
            after=after.side,
            model=told,
            labels=label_changes(
                before.labels, after.labels, lambda items: self._foreseen(before.beliefs, items)
            ),
            changed=changed_of(view.dataset.rows, before.beliefs, after.beliefs),
            righted=righted,
            spoiled=spoiled,
        )

    def _seen(self, number: int, states: Mapping[int, State], model: _Model) -> _Seen:
        """A round, and what its model said."""
        state = states[ended(self.view.state, number).ended_by]
        labels = self._today(state)
        beliefs = model.engine.believe_once(labels)
        return _Seen(self._side(number, state, model, beliefs), labels, beliefs)

    def _states(self, ends: Collection[int]) -> list[State]:
        return list(self.log.states_at(self.view.project.project_id, ends))

    def _today(self, state: State) -> Labels:
        """The labels of a state, with classes called as they are today."""
        classes = self.view.state.class_list
        return (
            state.labels
            if self._means_today(state)
            else classes.labels_today(state.labels, state.seq)
        )

    def _means_today(self, state: State) -> bool:
        """Whether all names of classes stand for what they stood for then."""
        digest = state.labels.digest
        return self.view.state.class_list.name_of(digest, state.seq) == digest

    def _side(self, number: int, state: State, model: _Model, beliefs: Beliefs) -> Side:
        view, summary = self.view, ended(self.view.state, number)
        return Side(
            round=number,
            n_labels=summary.n_labels,
            seconds=median(summary.times) / 1000 if summary.times else None,
            settings=settings_of(view.standing, number),
            report=report_of(view.dataset.truth, beliefs, view.dataset.n_classes),
            audit=self._audit(state, model),
        )

    def _audit(self, state: State, model: _Model) -> Audit | None:
        """What was known then of how good the labels are, by what had been answered then."""
        few = len(state.labels) <= _FEW_LABELS and len(state.draws) <= _FEW_DRAWS
        if not few or not self._means_today(state):
            return None
        return judge(state, model.engine, model.config.decision).audit

    def _foreseen(self, beliefs: Beliefs, items: Collection[int]) -> dict[int, str]:
        engine, names = self.view.engine, self.view.class_names
        places = np.array(engine.present(items), dtype=np.int64)
        numbers = beliefs.predicted[places].tolist()
        known = zip(engine.dataset.rows[places].tolist(), numbers, strict=True)
        return {item: names[number] for item, number in known if number != UNLABELLED}

    def _models(self, progress: Progress) -> tuple[list[_Model], str]:
        """What the rounds are looked at with, and a sentence that says so."""
        view, numbers = self.view, (self.before, self.after)
        now = _Model(view.engine, view.project.config)
        settings = [settings_of(view.standing, number) for number in numbers]
        try:
            models = [
                now if config is None else self._model(config, progress) for config in settings
            ]
        except LabelspreadError as error:
            if isinstance(error, CancelledError):
                raise
            return [now, now], f"Both are shown with the settings of now. {error.problem}"
        return models, _told(numbers, settings, view.project.config)

    def _model(self, config: ProjectConfig, progress: Progress) -> _Model:
        view = self.view
        progress("Building the model of then", 0.0)
        if learning_settings(config) == learning_settings(view.project.config):
            return _Model(view.engine, config)
        while isinstance(engine := self.sources.otherwise(view.standing, config), Build):
            while not engine.ends_within(_MOMENT):
                progress(engine.step.stage, 0.2 * engine.step.share)
            engine.wait()
        if not np.array_equal(engine.dataset.rows, view.dataset.rows):
            raise InvalidConfigError("Other images took part then.")
        return _Model(engine, config)


def _told(
    numbers: tuple[int, int], settings: list[ProjectConfig | None], now: ProjectConfig
) -> str:
    """Whose models two rounds are looked at with."""
    before, after = settings
    if before is None and after is None:
        return "Which settings they had was not noted then: both are shown with those of now."
    for number, one in zip(numbers, settings, strict=True):
        if one is None:
            return (
                f"Which settings round {number:,} had was not noted then: it is shown with those "
                "of now."
            )
    assert before is not None
    assert after is not None
    if told := differences(before, after):
        return f"Each is shown with the settings it had. {told[0].upper()}{told[1:]}."
    if differences(after, now):
        return "Both are shown with the settings they had, which are not those of now."
    return "Settings were the same in both, and are so now."
