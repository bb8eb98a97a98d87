"""The use cases: what pages, and whatever else drives Labelspread, can do with projects."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import uuid4

import numpy as np

from core.arrays import UNLABELLED
from core.data.catalogue import Catalogue
from core.engine.caches import Caches
from core.engine.engine import Engine, policy_of
from core.engine.layouts import Layouts
from core.errors import LeasedError, OutdatedViewError, StoreBusyError, StoreReplacedError
from core.export.rows import Labelled
from core.jobs.once import Latest
from core.jobs.resources import Resources
from core.people.leases import Desks, Taking
from core.quality.calibration import Calibration
from core.querying.choosing import Choice
from core.querying.hiding import by_lot
from core.service.advising import Advice, Advisor
from core.service.auditing import Judged, calibration_of, is_quick, judger
from core.service.comparing import Comparer
from core.service.counts import Counts
from core.service.crowd import Crowd
from core.service.exploring import Exploring, marks_name
from core.service.exporting import labelled_of
from core.service.finding import Finder
from core.service.grid import Grid, Grids
from core.service.history import History
from core.service.log import Standing
from core.service.membership import Membership
from core.service.people import PeopleTold, knowable, people_of
from core.service.reviewing import Reviewing
from core.service.rooms import Rooms
from core.service.sharing import (
    about_to_be_answered,
    due,
    is_blind,
    is_for,
    shared_by_lot,
    slots_of,
)
from core.service.stopping import StopAdvice, stop_advice, weigher
from core.service.timed import Timed, timed
from core.service.view import View
from core.session.events import LOCAL, Hiding, Served
from core.session.state import State
from core.storage.base import Project, Store

_LOGGER: Final = logging.getLogger("labelspread.service")

_ATTEMPTS: Final = 20
"""How often to choose anew when others answer meanwhile what was chosen."""

_MARKS: Final = 4
"""How often what is said of all items is kept, ready for maps; and so what answers say of time."""

_NOBODY: Final = "nobody"
"""The desk at which nobody sits: what is served there is for whoever comes first."""

_ASSUMED: Final = 2_000_000
"""Items, times images on other desks that count as answered: what they teach is worked out for so
many only, so that choosing takes no longer in a crowd."""

_MOST_ASSUMED: Final = 150
"""And so many at most, those that came last: each takes some time, however few items there are."""


class Service(Grids, Reviewing, Exploring, History, Membership, Rooms):
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
        caches: Caches | None = None,
    ) -> None:
        super().__init__(
            store,
            clock=clock,
            new_id=new_id,
            catalogue=catalogue,
            resources=resources,
            caches=caches,
        )
        self._lock = threading.Lock()
        self._choosers: dict[str, threading.Lock] = {}
        # What is on screen in the grid of each project, so that it is solved ahead.
        self._grids: dict[str, tuple[int, ...]] = {}
        self._crowd = Crowd()
        self._ahead = ThreadPoolExecutor(max_workers=1, thread_name_prefix="solve-ahead")
        self._closed = threading.Event()
        self._advisor = Advisor(caches.embeddings if caches else None)
        self._layouts = Layouts(caches.layouts if caches else None)
        self._marks = Latest(_MARKS)
        self._judge = judger()
        self._calibrate = Finder(calibration_of, lambda _: True, "calibrate")
        self._maturity = weigher(self._judge)
        self._timed: Latest[str, Timed] = Latest(_MARKS)
        self._comparer = Comparer()
        self._begin_rooms()

    def ping(self) -> None:
        """Raise a ``StoreError`` if nothing can be stored now.

        A database that was replaced a moment ago, as a restore does, is well: nothing was under
        way that could be lost, and what is there now is what counts.
        """
        try:
            self._store.ping()
        except StoreReplacedError as error:
            if error.kept:
                _LOGGER.warning("%s", error)
            self._store.ping()

    def counts(self) -> Counts:
        """What this process has stored so far."""
        return self._log.counting.counts

    def close(self) -> None:
        """Let go of the store, all in order; nothing can be done with this afterwards."""
        self._closed.set()
        self._advisor.close()
        self._layouts.close()
        self._judge.close()
        self._maturity.close()
        self._comparer.close()
        self._end_rooms()
        self._ahead.shutdown(wait=False, cancel_futures=True)
        self._curves.close()
        self._store.close()

    def batch(self, project_id: str, *, desk: str = "", by: str = LOCAL) -> Served | None:
        """What :meth:`serve` says of the project as it stands now."""
        for _ in range(_ATTEMPTS):
            with suppress(OutdatedViewError):
                return self.serve(self.view(project_id), desk=desk, by=by)
        raise OutdatedViewError

    def warm_up(self, project_id: str) -> None:
        """Do ahead what the first visitor of a project would wait for; the batch is theirs."""
        self.batch(project_id, desk=_NOBODY)

    def serve(self, view: View, *, desk: str = "", by: str = LOCAL) -> Served | None:
        """The batch on a desk, chosen now if there is none.

        None if all is done, or what is left is on other desks: :meth:`with_others`.

        Parameters
        ----------
        desk
            A browser. Two of them never have the same image at the same time.
        by
            Who sits there: what several people are to answer is put before each of them once.

        Raises
        ------
        OutdatedViewError
            If the images have changed since: their numbers are others by now.
        StoreError
            If the batch could not be noted.
        """
        project_id = view.project.project_id
        with self._choosing(project_id):
            for _ in range(_ATTEMPTS):
                desks = self._leases.now(project_id)
                standing = self._known(view)
                if (last := desks.last(desk)) and last not in standing.state.batches:
                    # Another server has put it there since this one has read the log.
                    self._log.open(project_id)
                    standing = self._known(view)
                _require_numbers_of(view, standing)
                batch = self._at_hand(view, standing, desk, desks, by)
                if batch is None and view.project.config.refit == "label":
                    batch = self._crowd.rest(project_id, desk, standing.state, desks, by)
                is_new = batch is None
                batch = batch or self._choose(view, standing, desk, desks, by)
                if batch is None:
                    return None
                with suppress(LeasedError):
                    if self._is_taken(view, standing, desk, batch, desks, by, is_new=is_new):
                        self._solve_ahead_of(view, desk, batch)
                        if is_new and view.project.config.refit == "label":
                            self._crowd.put(project_id, desk, batch)
                        return batch
        raise StoreBusyError(f"of project {project_id}")

    def with_others(self, view: View, *, desk: str = "", by: str = LOCAL) -> int:
        """How many items that somebody could be asked about are on other desks now."""
        elsewhere = set(self._leases.elsewhere(view.project.project_id, desk))
        return sum(not view.state.is_done_by(item, by) for item in elsewhere)

    def stay(self, project_id: str, *, desk: str = "") -> bool:
        """Let a desk keep what is on it, since somebody is there; False if nothing is on it now."""
        return self._leases.stays(project_id, desk, 0.0)

    def leave(self, project_id: str, *, desk: str = "") -> None:
        """Let others have what is on a desk: nobody is there any more."""
        self._leases.release(project_id, desk)

    def judged(self, view: View) -> Judged | None:
        """What the labels say of the model; None while that is being found out."""
        return self._judge.found(view)

    def calibration(self, view: View) -> Calibration | None:
        """How likely predictions are right; None while that is not known."""
        if is_quick(view):
            return self._calibrate.found(view)
        judged = self._judge.found(view)
        return judged.calibration if judged else None

    def labelled(self, view: View) -> Labelled:
        """The items of a project with all that is known of them, to be taken away."""
        return labelled_of(view)

    def view_to_take_away(self, project_id: str) -> View:
        """The same as :meth:`view`, for what is taken away of a project in a file."""
        return self.view(project_id)

    def stop_advice(self, view: View) -> StopAdvice | None:
        """Whether more labels pay; None while that is not known."""
        return stop_advice(view.state, self._judge.found(view), self._maturity.found(view))

    def timed(self, view: View) -> Timed:
        """How long answers took, and whether predictions sway them; the last few are kept."""
        return self._timed.get(marks_name(view), lambda: timed(view))

    def people(self, view: View) -> PeopleTold:
        """What people have done, how far they agree, and how often they are right."""
        return people_of(view)

    def ask_known(self, view: View, number: int, *, by: str = LOCAL) -> bool:
        """Ask everybody, blind, about so many images whose answer is known; 0 ends it.

        False if they are asked about these already.

        Raises
        ------
        StoreError
            If it could not be stored; it may be sent again.
        """
        labels = knowable(view, number) if number else {}
        return self.set_known(view.project.project_id, labels, by=by)

    def advice(self, view: View) -> Advice | None:
        """What the images would better be compared by, as far as the labels have said it yet."""
        return self._advisor.advice(view)

    def prepare_grid(self, view: View, grid: Grid) -> None:
        """Solve ahead, in the background, what the labels of a grid will change."""
        project_id, items = view.project.project_id, grid.items
        if self._grids.get(project_id) == items:
            return
        self._grids[project_id] = items
        self._ahead.submit(
            self._solve_ahead,
            view.project,
            view.engine,
            items,
            lambda: self._grids[project_id] == items,
        )

    def _known(self, view: View) -> Standing:
        """The latest that is known here of a project, with what is taken for true in it."""
        known = self._log.known(view.standing)
        return known if known is view.standing else self._believed(known)

    def _choosing(self, project_id: str) -> threading.Lock:
        """Held by whoever chooses a batch of this project, so that the next one sees which."""
        with self._lock:
            return self._choosers.setdefault(project_id, threading.Lock())

    def _at_hand(
        self, view: View, standing: Standing, desk: str, desks: Desks, by: str
    ) -> Served | None:
        """A batch that waits for answers: the desk's own, or the newest one that nobody has.

        One that was left behind while others went on is chosen anew instead: the model has learned
        more since. One with images that there are not, in a log from elsewhere, waits for nobody.
        """
        state, elsewhere = standing.state, set(desks.elsewhere(desk))
        open_batches = [batch for batch in state.open_batches[::-1] if is_for(state, batch, by)]
        for batch in open_batches:
            if desks.left(desk, batch.batch_id) > 0 and _is_there(view, batch):
                return batch
        for batch in open_batches:
            is_news = batch.round >= state.round or bool(batch.again)
            if is_news and elsewhere.isdisjoint(batch.items) and _is_there(view, batch):
                return batch
        return None

    def _is_taken(
        self,
        view: View,
        standing: Standing,
        desk: str,
        batch: Served,
        desks: Desks,
        by: str,
        *,
        is_new: bool,
    ) -> bool:
        """Take a batch to a desk, and store it where it is new; False if others were first.

        Raises
        ------
        LeasedError
            If some of it has come to another desk meanwhile.
        """
        project_id, state = view.project.project_id, standing.state
        if (left := desks.left(desk, batch.batch_id)) > 0:
            return self._leases.stays(project_id, desk, left)
        if desk == _NOBODY and not is_new:
            return True
        if view.standing.unsaved is not None:
            raise view.standing.unsaved
        waiting = [item for item in batch.items if not state.is_done_by(item, by)]

        def is_free(now: Standing) -> bool:
            _require_numbers_of(view, now)
            return not any(now.state.is_done_by(item, by) for item in waiting)

        slots = slots_of(state, batch.items)
        before = desks.last(desk) or ""
        taking = Taking(desk, batch.batch_id, batch.items, slots, before=before)
        return self._log.decide(
            project_id,
            is_free,
            lambda free: [batch] if free and is_new else [],
            lambda free: taking if free and desk != _NOBODY else None,
        )

    def _solve_ahead_of(self, view: View, desk: str, batch: Served) -> None:
        """Solve what the answers on a desk will change, once for each batch that comes there."""
        project_id, batch_id = view.project.project_id, batch.batch_id
        if desk == _NOBODY or not self._leases.put(project_id, desk, batch_id):
            return
        self._ahead.submit(
            self._solve_ahead,
            view.project,
            view.engine,
            batch.items,
            # Another batch may be on the desk before all of this one is solved.
            lambda: self._leases.is_put(project_id, desk, batch_id),
        )

    def _solve_ahead(
        self,
        project: Project,
        engine: Engine,
        items: Iterable[int],
        still_wanted: Callable[[], bool],
    ) -> None:
        try:
            engine.prepare(items, lambda: not self._closed.is_set() and still_wanted())
        except Exception:
            # Nobody waits for it: what was not solved now is solved with the answer. At the end of
            # the program its threads are stopped in the middle, which is no fault.
            if not self._closed.is_set():
                _LOGGER.exception(
                    "Solving ahead failed for the project %r (%s).",
                    project.name,
                    project.project_id,
                )

    def _choose(
        self, view: View, standing: Standing, desk: str, desks: Desks, by: str
    ) -> Served | None:
        state = standing.state
        labels = state.labels
        number, choices, undrawable = self._next_items(view, state, desk, desks, by)
        if not choices:
            return None
        items = tuple(choice.item for choice in choices)
        draws = {choice.item: choice.draw for choice in choices if choice.draw is not None}
        beliefs = view.engine.believe(labels)
        positions = view.engine.positions(items)
        names = view.dataset.class_names
        blind = np.array([is_blind(state, item) for item in items])
        predicted = np.where(blind, UNLABELLED, beliefs.model_class[positions])
        confidence = np.where(blind, 0.0, beliefs.confidence[positions])
        return Served(
            batch_id=self._new_id(),
            round=number,
            items=items,
            reasons=tuple(choice.reason for choice in choices),
            again=state.roots(items),
            images=view.engine.image_names(
                [item for item in items if item not in state.images.names]
            ),
            predicted=tuple(names[i] if i >= 0 else None for i in predicted),
            confidence=tuple(float(c) for c in np.round(confidence, 6)),
            draws=draws,
            undrawable=undrawable if draws else (),
            hiding=_hiding(view.project, items),
            votes=shared_by_lot(view.project, state, items),
            by=by,
        )

    def _next_items(
        self, view: View, state: State, desk: str, desks: Desks, by: str
    ) -> tuple[int, tuple[Choice, ...], tuple[int, ...]]:
        """The round of the next batch; its items, in order; and those that were not to be had."""
        config, project_id = view.project.config, view.project.project_id
        elsewhere = desks.elsewhere(desk)
        size = config.batch_size
        number = state.round + 1
        first: tuple[Choice, ...] = ()
        if config.refit == "label":
            last = self._leases.last(project_id, desk, desks)
            known = last if last in state.batches else None
            number, items = state.as_you_go(size, known, elsewhere, by)
            first = _again(state, _there(view, items))
        elif (reopened := state.reopened_batch(size, elsewhere, by)) is not None:
            number, items = reopened
            if found := _there(view, items):
                return number, _again(state, found), ()
        policy, random = policy_of(config), _chance(project_id, state)
        own = [choice.item for choice in first]
        busy = about_to_be_answered(state, desks, desk)
        shared = due(state, by, size - len(first), (own, busy), random)
        there = {*_there(view, [choice.item for choice in shared])}
        first = (*first, *(choice for choice in shared if choice.item in there))
        if state.checks_wanted:
            policy = replace(policy, random_share=1.0)
        on_screens = (*elsewhere, *(choice.item for choice in first))
        n_assumed = min(_MOST_ASSUMED, _ASSUMED // view.dataset.n_items)
        assumed = (*elsewhere[:n_assumed], *on_screens[len(elsewhere) :])
        wanted = size - len(first)
        choose = partial(view.engine.choose, policy, state.labels)
        not_now = {*on_screens, *state.resting}
        chosen = choose(state.settled | not_now, wanted, random, assumed)
        if not first and not chosen:
            not_now = {*on_screens}
            chosen = choose(state.settled | not_now, wanted, random, assumed)
        return number, (*first, *chosen), tuple(sorted(not_now - state.settled))


def _hiding(project: Project, items: tuple[int, ...]) -> Hiding | None:
    """Whose predictions are hidden, where the project draws lots."""
    share = project.config.hidden_share
    return Hiding(share, by_lot(project.project_id, items, share)) if share else None


def _again(state: State, items: Iterable[int]) -> tuple[Choice, ...]:
    """Items that are shown once more, for the reason for which they were shown first."""
    return tuple(Choice(item, state.reason(item)) for item in items)


def _is_there(view: View, batch: Served) -> bool:
    """Whether the data set has all items of a batch."""
    return len(_there(view, batch.items)) == len(batch.items)


def _there(view: View, items: Iterable[int]) -> tuple[int, ...]:
    """Those of some items that the data set has: a log from elsewhere may name others."""
    return tuple(view.dataset.rows[view.engine.present(items)].tolist())


def _require_numbers_of(view: View, standing: Standing) -> None:
    if standing.state.images.numbering != view.state.images.numbering:
        raise OutdatedViewError


def _chance(project_id: str, state: State) -> np.random.Generator:
    """The same for the same state of a project: whoever chooses a batch chooses the same one."""
    seed = int.from_bytes(hashlib.blake2b(project_id.encode(), digest_size=8).digest())
    return np.random.default_rng([seed, state.seq])
