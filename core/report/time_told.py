"""How long answers took, in words."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Final

from core.quality.anchoring import Side
from core.quality.proportions import Counted
from core.quality.timing import PAUSE, Times, Timing
from core.report import drawings
from core.report.findings import Fact, Seconds, SideTold, TimeTold
from core.service.timed import Timed
from core.wording import counted, duration, percent, visible

_UNTOLD: Final = "–"


def time_told(timed: Timed) -> TimeTold:
    """How long the answers of a project took, and whether predictions sway them."""
    timing, anchoring = timed.timing, timed.anchoring
    sides: tuple[SideTold, ...] = ()
    if anchoring.shown.agreed.n + anchoring.hidden.agreed.n:
        sides = (_side("shown", anchoring.shown), _side("hidden", anchoring.hidden))
    rows = [_seconds(visible(name), times) for name, times in timing.classes]
    if timing.unlabelled.n:
        rows.append(_seconds("skipped, unsure, bad", timing.unlabelled))
    return TimeTold(
        facts=tuple(_facts(timing)),
        curve=drawings.seconds(timed.by_round()),
        classes=tuple(rows),
        sides=sides,
        sentences=anchoring.sentences() if timed.questions else (),
    )


def _facts(timing: Timing) -> Iterator[Fact]:
    if timing.single.n:
        yield _fact("Seconds per label", timing.single, "Answers to one image at a time.")
    if timing.first and timing.lately:
        yield _fact("At first", timing.first, "The first fifth of them.")
        yield _fact("Lately", timing.lately, "The last fifth of them.")
    if timing.grid.n:
        yield _fact("In the grid", timing.grid, "Many at once: each has its part of the time.")
    if timing.single.n + timing.grid.n:
        pauses = counted(timing.n_pauses, "answer")
        yield Fact(
            "Time spent",
            duration(timing.seconds),
            f"Without {pauses} that took longer than {duration(PAUSE)}, and count as pauses."
            if timing.n_pauses
            else "All answers together.",
        )


def _fact(name: str, times: Times, told: str) -> Fact:
    return Fact(name, f"{times.median:.1f} s", f"{told} Median of {times.n:,}.")


def _seconds(name: str, times: Times) -> Seconds:
    sure = _UNTOLD if isnan(times.least) else f"{times.least:.1f} to {times.most:.1f}"
    return Seconds(name, times.n, f"{times.median:.1f}", sure)


def _side(name: str, side: Side) -> SideTold:
    median = _UNTOLD if isnan(side.times.median) else f"{side.times.median:.1f}"
    share = _UNTOLD if isnan(side.agreed.share) else percent(side.agreed.share)
    return SideTold(name, side.agreed.n, median, share, _of(side.wrong), _of(side.corrected))


def _of(one: Counted) -> str:
    return f"{one.hits:,} of {one.n:,}"
