"""The big screen of a room: how things stand, found out at most once a second."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from core.data.pictures import tile_at
from core.figures.confusion import confusion_data
from core.figures.confusions import confusions
from core.figures.palette import DARK, LIGHT
from core.figures.presentation import matrix_of
from core.figures.presented import ShownBar, ShownBars, ShownColour, ShownLine, ShownMatrix
from core.figures.room_page import RoomFigures, ShownDispute, ShownVote, own_line
from core.figures.stage_curve import lines_of
from core.jobs.once import Latest
from core.jobs.progress import Progress
from core.jobs.work import Work
from core.learning.metrics import Report
from core.service.labelling import Service
from core.service.view import View
from core.session.room import Room
from core.session.votes import Poll, meaning_of
from core.simulation.baselines import Contender, can_compare, race_of

_FRESH: Final = 0.8
"""Seconds for which figures are not worked out anew, however many screens ask."""

_LATELY: Final = 10.0
"""Seconds over which answers a second are counted."""

_JUDGED: Final = 10.0
"""Seconds after which it is looked anew how good labels are, where the truth is not known."""

_MOST_POINTS: Final = 200
_MOST_CLASSES: Final = 12
_BARS: Final = 8
_DISPUTED: Final = 4
_SIDE: Final = 256
_MOST_ROOMS: Final = 20
_ROOM: Final = ShownColour(name="This room", light=LIGHT.strategies[0], dark=DARK.strategies[0])


_Race = Callable[[View, Progress], tuple[Contender, ...]]
_Racing = Callable[[View], Work[tuple[Contender, ...]] | None]


class RoomScreens:
    """The screens of all rooms. Safe to use from several threads.

    Parameters
    ----------
    race
        Works out what a room races against.
    """

    def __init__(
        self, race: Callable[[View, Progress], tuple[Contender, ...]] | None = None
    ) -> None:
        self._run_race = race or _race_here
        self._screens: Latest[str, _Screen] = Latest(_MOST_ROOMS)
        self._races: Latest[str, Work[tuple[Contender, ...]]] = Latest(_MOST_ROOMS)

    def figures(
        self, service: Service, project_id: str, room: Room, *, names: bool = False
    ) -> RoomFigures:
        """How a room stands.

        Parameters
        ----------
        service
            As whoever looks has it.
        names
            Whether it is to be told who is there.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        LabelspreadError
            Whatever is in the way of its images.
        """
        screen = self._screens.get(project_id, lambda: _Screen(project_id))
        found = screen.figures(service, room, self._race)
        told = _latest_first(room) if names else ()
        return found.model_copy(update={"names": told, "phase": room.phase})

    def _race(self, view: View) -> Work[tuple[Contender, ...]] | None:
        if not can_compare(view.dataset):
            return None
        return self._races.get(
            view.project.config.model_dump_json(),
            lambda: Work(lambda progress: self._run_race(view, progress), "race"),
        )


def _race_here(view: View, progress: Progress) -> tuple[Contender, ...]:
    return race_of(view.engine, view.project.config, progress)


class _Screen:
    """What is known of one room."""

    def __init__(self, project_id: str) -> None:
        self._project_id = project_id
        self._lock = threading.Lock()
        self._found: RoomFigures | None = None
        self._found_at = 0.0
        self._points: list[tuple[int, float]] = []
        self._least: float | None = None
        self._judged_at = 0.0
        self._images: Latest[int, str] = Latest(100)

    def figures(self, service: Service, room: Room, race: _Racing) -> RoomFigures:
        with self._lock:
            if self._found is None or monotonic() > self._found_at + _FRESH:
                self._found = self._now(service, room, race)
                self._found_at = monotonic()
            return self._found

    def _now(self, service: Service, room: Room, race: _Racing) -> RoomFigures:
        view = service.view(self._project_id)
        state = view.state
        share, known = self._share(service, view)
        report = view.report_all if view.labels else None
        work = race(view)
        matrix, bars = _confused(view, report)
        return RoomFigures(
            phase=room.phase,
            joined=len(room.names),
            names=(),
            rate=_rate(view),
            answers=state.n_answers,
            labels=len(state.labels),
            images=view.dataset.n_items,
            share=share,
            known=known,
            own=own_line(tuple(self._points), _ROOM),
            others=_racing(work),
            coming=work is not None and not work.done,
            matrix=matrix,
            bars=bars,
            disputed=tuple(self._disputed(view)),
            ink=view.dataset.is_ink,
        )

    def _share(self, service: Service, view: View) -> tuple[float | None, str]:
        """The share of all images that is right, as far as it is known; it is noted as a point."""
        dataset, labels = view.dataset, len(view.labels)
        if not labels:
            return None, "nothing is labelled yet"
        if dataset.truth is None:
            return self._judged(service, view)
        if not self._points:
            earlier = [(r.n_labels, r.accuracy) for r in view.rounds if r.accuracy is not None]
            self._points += [(n, share) for n, share in sorted(earlier) if n < labels]
        report = view.report_all
        assert report is not None
        self._note(labels, report.accuracy)
        return report.accuracy, f"of all {dataset.n_known:,} predicted right"

    def _judged(self, service: Service, view: View) -> tuple[float | None, str]:
        """The share that is right at least, by what was drawn at random."""
        if monotonic() > self._judged_at + _JUDGED:
            judged = service.judged(view)
            self._judged_at = monotonic()
            if judged is not None and (accuracy := judged.audit.accuracy) is not None:
                self._least = accuracy.least
                self._note(len(view.labels), accuracy.least)
        if self._least is not None:
            return self._least, "right at least, 95 % sure"
        asks = view.project.config.random_share > 0
        told = "known after more answers" if asks else "no images are drawn by lot"
        return None, f"right: {told}"

    def _note(self, labels: int, share: float) -> None:
        """Note how far the room's curve goes now: back, where people have come to disagree."""
        while self._points and self._points[-1][0] >= labels:
            self._points.pop()
        self._points.append((labels, share))
        if len(self._points) > _MOST_POINTS:
            del self._points[1:-1:2]

    def _disputed(self, view: View) -> Iterator[ShownDispute]:
        """The images of which people say most different things."""
        found = [
            (_dispute(poll), item) for item, poll in view.state.votes.polls.items() if poll.is_split
        ]
        found.sort(key=lambda one: (*one[0], -one[1]), reverse=True)
        for _, item in found[:_DISPUTED]:
            for position in view.engine.present([item]):
                poll = view.state.votes.polls[item]
                said = Counter(meaning_of(vote.answer) for vote in poll.votes)
                yield ShownDispute(
                    item=item,
                    image=self._image(view, item, position),
                    votes=tuple(
                        ShownVote(name=meaning.label or "not sure", count=count)
                        for meaning, count in said.most_common(3)
                    ),
                )

    def _image(self, view: View, item: int, position: int) -> str:
        return self._images.get(item, lambda: tile_at(view.dataset, position, _SIDE))


def _latest_first(room: Room) -> tuple[str, ...]:
    """Who is in the room; people are numbered as they come in."""
    people = sorted(room.names.items(), key=lambda one: int(one[0].partition(":")[2]))
    return tuple(name for _, name in people[::-1])


def _dispute(poll: Poll) -> tuple[int, int]:
    """How much people disagree about an image: how many say something else than most do."""
    said = Counter(meaning_of(vote.answer) for vote in poll.votes)
    return len(poll.votes) - max(said.values()), len(said)


def _rate(view: View) -> float:
    """Answers a second, lately."""
    since = datetime.now(UTC) - timedelta(seconds=_LATELY)
    number = 0
    for placed in view.state.ledger.newest_first():
        if placed.at is None or placed.at < since:
            break
        number += 1
    return number / _LATELY


def _racing(work: Work[tuple[Contender, ...]] | None) -> tuple[ShownLine, ...]:
    if work is None or not work.done or work.has_failed:
        return ()
    return lines_of(work.wait())


def _confused(view: View, report: Report | None) -> tuple[ShownMatrix | None, ShownBars | None]:
    """What is predicted as what; where the truth is not known, what people say of the same."""
    names = view.class_names
    if report is None:
        return None, _said_apart(view) if view.state.votes.n_split else None
    if len(names) <= _MOST_CLASSES:
        return matrix_of(confusion_data(report, names), names), None
    found = confusions(report, _BARS)
    return None, _bars(
        "Most frequent confusions",
        "true class and predicted one",
        [(f"{names[o.true]} as {names[o.predicted]}", o.n_images) for o in found.listed],
    )


def _said_apart(view: View) -> ShownBars:
    """Which classes people say of the same images."""
    pairs: Counter[str] = Counter()
    for poll in view.state.votes.polls.values():
        said = sorted({vote.answer.label or "not sure" for vote in poll.votes})
        if len(said) > 1:
            pairs.update(f"{one} or {other}" for i, one in enumerate(said) for other in said[:i])
    return _bars("Where people disagree", "images of which both is said", pairs.most_common(_BARS))


def _bars(title: str, about: str, listed: list[tuple[str, int]]) -> ShownBars:
    most = max((count for _, count in listed), default=1)
    bars = tuple(
        ShownBar(name=name, value=f"{count:,}", share=count / most) for name, count in listed
    )
    return ShownBars(title=title, about=about, bars=bars, note="")
