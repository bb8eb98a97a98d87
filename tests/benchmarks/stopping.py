"""When labelling may stop: how many labels that takes, against an oracle that knows the truth."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from core.quality.stopping import FEWEST_LABELS, TARGET, Maturity
from core.service.auditing import judge
from core.service.stopping import maturity
from tests.benchmarks.label_sets import mnist_digits
from tests.benchmarks.simulated import Make, answered, engine_of, sets_of_digits

_TARGETS: Final = (0.95, TARGET, 0.98, 0.99)
_MOST: Final = 400
_LARGE: Final = 10_000
_A_POINT: Final = 0.01
_PROCESSES: Final = 2


class _Step(NamedTuple):
    """A project after one more label.

    Attributes
    ----------
    found, proven
        What the app knows: None and None while that is nothing.
    accuracy
        The truth, 0 to 1.
    """

    labels: int
    accuracy: float
    found: Maturity | None
    proven: float | None


class _Stop(NamedTuple):
    """Where labelling stopped, and where it might have.

    Attributes
    ----------
    oracle, ours
        Labels; None where the target was not reached, or nothing was said.
    most
        Labels at the end.
    accuracy
        0 to 1, where we stopped, or at the end.
    """

    oracle: int | None
    ours: int | None
    most: int
    accuracy: float


def _live(make: Make, n_labels: int, seed: int) -> list[_Step]:
    engine = engine_of(make(seed))
    truth = engine.dataset.truth
    assert truth is not None
    steps = []
    for state in answered(engine, seed, min(n_labels, engine.dataset.n_items // 2)):
        found, proven = None, None
        if len(state.labels) >= FEWEST_LABELS:
            judged = judge(state, engine, "estimated")
            found = maturity(state, engine, judged)
            proven = judged.audit.accuracy.least if judged.audit.accuracy else None
        accuracy = float((engine.believe(state.labels).predicted == truth).mean())
        steps.append(_Step(len(state.labels), accuracy, found, proven))
    return steps


def _stopped(steps: list[_Step], target: float) -> _Stop:
    oracle = next((step.labels for step in steps if step.accuracy >= target), None)
    for step in steps:
        if step.found and step.found.verdict(target, step.proven).may_stop:
            return _Stop(oracle, step.labels, steps[-1].labels, step.accuracy)
    return _Stop(oracle, None, steps[-1].labels, steps[-1].accuracy)


def section(mnist: Path | None, projects: int) -> str:
    """Measure it on all sets there are."""
    sets = sets_of_digits(mnist)
    if mnist is not None:
        sets.append(("MNIST, 10,000", partial(mnist_digits, mnist, _LARGE)))
    rows = ""
    for name, make in sets:
        with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
            lives = list(pool.map(partial(_live, make, _MOST), range(projects)))
        for target in _TARGETS:
            rows += _row(name, target, [_stopped(steps, target) for steps in lives])
    return f"""## When you may stop

{projects} simulated projects a set, looked at after every label, up to {_MOST} labels or half of
the images. The oracle stops at the first label with which so many of all labels are right. We stop
when the Label page says so, from {FEWEST_LABELS} labels on. Means over the projects in which the
oracle reaches the target; one that was never told to stop counts with all its labels. Too early:
more than a point below the target. The bar is set for the target that the app begins with,
{100 * TARGET:.0f} %: within 30 % of the oracle's labels, and the mean not more than a point below
the target.

| images | target | reached | oracle's labels | ours | ours / oracle's | right then | too early |
| --- | --- | --- | --- | --- | --- | --- | --- |
{rows}"""


def _row(name: str, target: float, stops: list[_Stop]) -> str:
    reached = [stop for stop in stops if stop.oracle is not None]
    told = f"| {name} | {100 * target:.0f} % | {len(reached)} of {len(stops)} |"
    if not reached:
        early = sum(stop.ours is not None and stop.accuracy < target - _A_POINT for stop in stops)
        return f"{told} – | – | – | – | {early} |\n"
    oracle = np.mean([stop.oracle for stop in reached if stop.oracle is not None])
    ours = np.mean([stop.most if stop.ours is None else stop.ours for stop in reached])
    accuracy = np.mean([stop.accuracy for stop in reached])
    early = sum(stop.ours is not None and stop.accuracy < target - _A_POINT for stop in stops)
    return (
        f"{told} {oracle:.0f} | {ours:.0f} | {ours / oracle:.2f} | {100 * accuracy:.1f} % | "
        f"{early} |\n"
    )
