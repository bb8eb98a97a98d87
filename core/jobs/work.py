"""Long work on a thread of its own: how far it has come, how it is stopped, and its result."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from core.jobs.progress import CancelledError, Progress

Result = TypeVar("Result")

_TELLING: Final = 0.1
"""Share of the work that must be done before it tells how long the rest will take."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far work has come.

    Attributes
    ----------
    stage
        What is being done, in words for a person.
    share
        How much is done, 0 to 1.
    seconds_left
        Until it is done, should it go on as it has; None while that is not known.
    """

    stage: str
    share: float
    seconds_left: float | None


class Pace:
    """How fast work goes, from what it tells of itself.

    Parameters
    ----------
    by_stage
        Whether each stage has a pace of its own, where what stands behind a comma is but told along
        with it. Otherwise one begins where the share falls.
    clock
        Tells the time in seconds.
    """

    def __init__(
        self, *, by_stage: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._by_stage = by_stage
        self._clock = clock
        self._stage, self._share = "Getting ready", 0.0
        self._since, self._from = clock(), 0.0

    @property
    def step(self) -> Step:
        """How far it has come."""
        stage, share = self._stage, self._share
        taken, done = self._clock() - self._since, share - self._from
        return Step(stage, share, taken * (1 - share) / done if done >= _TELLING else None)

    def note(self, stage: str, share: float) -> None:
        """Take note of how far it has come now."""
        is_other = stage.partition(",")[0] != self._stage.partition(",")[0]
        if share < self._share or (self._by_stage and is_other):
            # Something else has begun, at a pace of its own.
            self._since, self._from = self._clock(), share
        self._stage, self._share = stage, share


class Work(Generic[Result]):
    """A piece of work, begun when it is made.

    Parameters
    ----------
    do
        Does it, and tells how far it has come.
    name
        Of its thread.
    by_stage
        As of :class:`Pace`.
    """

    def __init__(
        self, do: Callable[[Progress], Result], name: str, *, by_stage: bool = True
    ) -> None:
        self._do = do
        self._pace = Pace(by_stage=by_stage)
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._result: Result | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True, name=name).start()

    @property
    def step(self) -> Step:
        """How far it has come."""
        return self._pace.step

    @property
    def done(self) -> bool:
        """Whether it has ended, one way or another."""
        return self._done.is_set()

    @property
    def has_failed(self) -> bool:
        """Whether something has stopped it."""
        return self._error is not None

    def ends_within(self, seconds: float) -> bool:
        """Wait a moment; whether it has ended by then, one way or another."""
        return self._done.wait(seconds)

    def cancel(self) -> None:
        """Stop it soon."""
        self._cancelled.set()

    def wait(self, seconds: float | None = None) -> Result:
        """Wait for the result.

        Raises
        ------
        CancelledError
            If it was cancelled.
        LabelspreadError
            Whatever has stopped it.
        TimeoutError
            If it has not ended after so many seconds.
        """
        if not self._done.wait(seconds):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._do(self._note)
        except BaseException as error:  # whoever waits has to hear of it, whatever it is
            self._error = error
        self._done.set()

    def _note(self, stage: str, share: float, /) -> None:
        if self._cancelled.is_set():
            raise CancelledError
        self._pace.note(stage, share)
